//! The tables that `table!` declares, as Diesel itself reads them.
//! Whether the database has them is not known here.

use std::path::Path;

use diesel_table_macro_syntax::TableDecl;
use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;

use super::name_of;
use super::place::Place;

/// A table with its names in Rust and in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(super) name: String,
    pub(super) place: Place,
    /// Of the file, and of the modules in it, that hold the table.
    pub(super) module: Vec<String>,
    pub(crate) schema: Option<String>,
    pub(crate) sql_name: String,
    /// Columns as named in Rust.
    pub(super) key: Vec<String>,
    columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    sql_name: String,
    /// The type's last segment, inside `Nullable`.
    sql_type: String,
}

/// Diesel's types that hold no integer. Others, a project's own too, may.
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
    pub(super) fn read(tokens: TokenStream, file: &Path, module: Vec<String>) -> syn::Result<Self> {
        let declared: TableDecl = syn::parse2(tokens)?;
        let key = declared
            .primary_keys
            .map_or_else(|| vec!["id".to_owned()], |declared| declared.keys.iter().map(name_of).collect());
        Ok(Self {
            name: name_of(&declared.table_name),
            place: Place::of(file, declared.table_name.span()),
            module,
            schema: declared.schema.as_ref().map(name_of),
            sql_name: declared.sql_name,
            key,
            columns: declared.column_defs.iter().map(Column::of).collect(),
        })
    }

    /// `schema.table`, unquoted, for people to read.
    pub(crate) fn full_name(&self) -> String {
        self.schema.as_ref().map_or_else(|| self.sql_name.clone(), |schema| format!("{schema}.{}", self.sql_name))
    }

    /// What SQL calls the column that Rust calls `name`.
    pub(super) fn sql_column(&self, name: &str) -> Option<&str> {
        self.column(name).map(|column| column.sql_name.as_str())
    }

    /// The type of the column that Rust calls `name`, if it surely holds no integers.
    pub(super) fn type_without_integers(&self, name: &str) -> Option<&str> {
        let sql_type = self.column(name)?.sql_type.as_str();
        NO_INTEGERS.contains(&sql_type).then_some(sql_type)
    }

    /// The primary key as SQL calls it.
    pub(crate) fn sql_key(&self) -> Vec<String> {
        self.key.iter().map(|name| self.sql_column(name).unwrap_or(name).to_owned()).collect()
    }

    /// Whether SQL has a column of this name.
    pub(crate) fn has_sql_column(&self, sql_name: &str) -> bool {
        self.columns.iter().any(|column| column.sql_name == sql_name)
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Column {
    fn of(declared: &diesel_table_macro_syntax::ColumnDef) -> Self {
        Self {
            name: name_of(&declared.column_name),
            sql_name: declared.sql_name.clone(),
            sql_type: innermost(&declared.tpe.path),
        }
    }
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
        Table::read(tokens, Path::new("src/schema.rs"), vec!["schema".to_owned()])
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
