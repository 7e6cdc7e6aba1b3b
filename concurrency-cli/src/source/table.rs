//! The tables that `table!` declares, as Diesel reads them. Whether the database has them is unknown here.

use std::path::Path;

use diesel_table_macro_syntax::TableDecl;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Attribute;
use syn::ext::IdentExt as _;

use super::features::Features;
use super::place::Place;
use super::{mentions, name_of};

/// A table with its names in Rust and in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(super) name: String,
    pub(crate) place: Place,
    /// The modules of the file, and those in it, around the table.
    pub(super) module: Vec<String>,
    pub(crate) schema: Option<String>,
    pub(crate) sql_name: String,
    /// Columns, with their names in Rust.
    pub(super) key: Vec<String>,
    columns: Vec<Column>,
    /// Whether the table's SQL name has a condition.
    is_unsure: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    sql_name: String,
    /// The type's last segment, inside `Nullable`.
    sql_type: String,
    /// Whether the column or its SQL name has a condition.
    is_unsure: bool,
}

/// Diesel's types that are not integers. Other types, also a project's own, may be integers.
const NO_INTEGERS: &[&str] = &[
    "Binary",
    "Bool",
    "Bytea",
    "Char",
    "Citext",
    "Date",
    "Datetime",
    "Decimal",
    "Double",
    "Float",
    "Float4",
    "Float8",
    "Interval",
    "Json",
    "Jsonb",
    "Numeric",
    "Text",
    "Time",
    "Timestamp",
    "TimestamptzSqlite",
    "Timestamptz",
    "Uuid",
    "VarChar",
    "Varchar",
];

impl Table {
    /// The table, and the attributes inside the macro that may exclude it.
    pub(super) fn read(
        tokens: TokenStream,
        file: &Path,
        module: Vec<String>,
        features: &Features,
    ) -> syn::Result<(Self, Vec<Attribute>)> {
        let declared: TableDecl = syn::parse2(tokens)?;
        let key = declared
            .primary_keys
            .map_or_else(|| vec!["id".to_owned()], |declared| declared.keys.iter().map(name_of).collect());
        let attrs = features.attributes(&declared.meta);
        let table = Self {
            name: name_of(&declared.table_name),
            place: Place::of(file, declared.table_name.span()),
            module,
            schema: declared.schema.as_ref().map(name_of),
            sql_name: declared.sql_name,
            key,
            columns: declared.column_defs.iter().filter_map(|column| Column::of(column, features)).collect(),
            is_unsure: attrs.iter().any(names_in_sql),
        };
        Ok((table, attrs))
    }

    /// `schema.table`, unquoted, as text for people.
    pub(crate) fn full_name(&self) -> String {
        self.schema.as_ref().map_or_else(|| self.sql_name.clone(), |schema| format!("{schema}.{}", self.sql_name))
    }

    /// The SQL name of the column that Rust calls `name`.
    pub(super) fn sql_column(&self, name: &str) -> Option<&str> {
        self.column(name).map(|column| column.sql_name.as_str())
    }

    /// The type of the column that Rust calls `name`, if it is certainly not an integer.
    pub(super) fn type_without_integers(&self, name: &str) -> Option<&str> {
        let sql_type = self.column(name)?.sql_type.as_str();
        NO_INTEGERS.contains(&sql_type).then_some(sql_type)
    }

    /// The primary key, in SQL names.
    pub(crate) fn sql_key(&self) -> Vec<String> {
        self.key.iter().map(|name| self.sql_column(name).unwrap_or(name).to_owned()).collect()
    }

    /// Whether a column has this SQL name.
    pub(crate) fn has_sql_column(&self, sql_name: &str) -> bool {
        self.columns.iter().any(|column| column.sql_name == sql_name)
    }

    /// Why only the compiler knows the SQL name of the table or of a column; `None` if the text says it.
    pub(super) fn doubt<'n>(&self, columns: impl IntoIterator<Item = &'n String>) -> Option<String> {
        let advice = "name the features with --features, or write it out";
        if self.is_unsure {
            return Some(format!("the table `{}` has its name in SQL only under a condition; {advice}", self.name));
        }
        let is_unsure = |name: &&String| self.columns.iter().any(|column| column.name == **name && column.is_unsure);
        let column = columns.into_iter().find(is_unsure)?;
        let what = format!("the column `{column}` of the table `{}`", self.name);
        Some(format!("{what} is there, or has its name in SQL, only under a condition; {advice}"))
    }

    /// The same of the primary key.
    pub(crate) fn doubt_of_key(&self) -> Option<String> {
        self.doubt(&self.key)
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Column {
    /// The column, unless the features exclude it.
    fn of(declared: &diesel_table_macro_syntax::ColumnDef, features: &Features) -> Option<Self> {
        let attrs = features.attributes(&declared.meta);
        let cfgs = || attrs.iter().filter(|attr| attr.path().is_ident("cfg")).map(|attr| features.decide_cfg(attr));
        let is_there = !cfgs().any(|holds| holds == Some(false));
        is_there.then(|| Self {
            name: name_of(&declared.column_name),
            sql_name: declared.sql_name.clone(),
            sql_type: innermost(&declared.tpe.path),
            is_unsure: cfgs().any(|holds| holds.is_none()) || attrs.iter().any(names_in_sql),
        })
    }
}

/// Whether the attribute gives an SQL name that Diesel's macro does not see, for example inside a `cfg_attr`.
fn names_in_sql(attr: &Attribute) -> bool {
    mentions(&attr.meta.to_token_stream(), |word| word == "sql_name" || word == "cfg") && !attr.path().is_ident("cfg")
}

/// `Text` of `Nullable<diesel::sql_types::Text>`.
fn innermost(path: &syn::Path) -> String {
    let Some(last) = path.segments.last() else { return String::new() };
    if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments {
        if last.ident == "Nullable" {
            if let Some(syn::GenericArgument::Type(syn::Type::Path(inner))) = arguments.args.first() {
                return innermost(&inner.path);
            }
        }
    }
    last.ident.unraw().to_string()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn read(tokens: TokenStream) -> syn::Result<Table> {
        let module = vec!["schema".to_owned()];
        Table::read(tokens, Path::new("src/schema.rs"), module, &Features::Unknown).map(|(table, _)| table)
    }

    #[test]
    fn names_are_those_of_sql() {
        let table = read(quote! {
            use diesel::sql_types::*;

            /// The wares.
            #[sql_name = "the items"]
            shop.items (shop, r#type) {
                shop -> Text,
                #[sql_name = "Type"]
                r#type -> Varchar,
                #[sql_name = "the version"]
                version -> Nullable<diesel::sql_types::BigInt>,
                #[max_length = 200]
                title -> Nullable<Text>,
            }
        })
        .unwrap();
        assert_eq!(table.name, "items");
        assert_eq!(table.full_name(), "shop.the items");
        assert_eq!(table.sql_key(), ["shop", "Type"]);
        assert_eq!(table.sql_column("version"), Some("the version"));
        assert_eq!(table.sql_column("the version"), None);
        assert!(table.has_sql_column("the version"));
        assert_eq!(table.type_without_integers("version"), None);
        assert_eq!(table.type_without_integers("title"), Some("Text"));
    }

    #[test]
    fn the_key_is_id_where_none_is_named() {
        let table = read(quote! { articles { id -> BigInt, version -> BigInt, } }).unwrap();
        assert_eq!(table.sql_key(), ["id"]);
        assert_eq!(table.full_name(), "articles");
    }

    #[test]
    fn a_malformed_table_is_an_error() {
        assert!(read(quote! { articles (id) { id BigInt, } }).is_err());
    }
}
