//! What the derives know of a struct: its table, key, version and written columns, borrowed from the syntax tree.
//! A model may be wrong; `check` says where. The expansion sees only models without a mistake.

mod field;
#[cfg(test)]
mod tests;

pub(crate) use field::{Field, inner_of_option};

use std::fmt::{self, Display};

use quote::format_ident;
use syn::{Data, DeriveInput, Field as SynField, Fields, Generics, Ident, LitStr, Path, Type, parse_quote};

use crate::attributes::{MergePolicy, Setting, StructAttributes};
use crate::errors::Errors;
use crate::identifier::same;
use crate::table_name;

/// Which derive is running.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Derive {
    Concurrent,
    ConcurrentColumns,
}

impl Display for Derive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Concurrent => "Concurrent",
            Self::ConcurrentColumns => "ConcurrentColumns",
        })
    }
}

pub(crate) struct Model<'a> {
    pub(crate) derive: Derive,
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    /// The body of the struct, which should have named fields.
    pub(crate) data: &'a Data,
    /// Path to the runtime crate: `::concurrency_diesel` unless `#[concurrent(crate = "path")]`.
    pub(crate) krate: Path,
    /// Path of the `table!` module.
    pub(crate) table: Path,
    /// The foreign struct that this one describes, if it does.
    pub(crate) remote: Option<Setting<Type>>,
    /// The word `primary_key`, where it is written.
    pub(crate) primary_key: Option<Ident>,
    /// The columns of `primary_key(...)`; without it `id`, at the name of the struct; none where an embedded struct has the key.
    pub(crate) key_names: Vec<Ident>,
    /// In the order of `primary_key(...)`, or the embedded struct that has the key. Empty where an embedded struct itself
    /// does not hold its whole key.
    pub(crate) key: Vec<Column<'a>>,
    /// `None` only for `ConcurrentColumns`, and where the version is missing.
    pub(crate) version: Option<Version<'a>>,
    /// What a save writes besides the version: no key, no version, no `skip_update` fields; in declaration order.
    pub(crate) columns: Vec<Column<'a>>,
    pub(crate) options: Options,
    /// Every field, in declaration order.
    pub(crate) fields: Vec<Field<'a>>,
}

/// The struct options that suit a whole record, most of them with one version field only.
pub(crate) struct Options {
    pub(crate) check_fields: Option<Setting<Vec<Ident>>>,
    pub(crate) ignore_fields: Option<Setting<Vec<Ident>>>,
    pub(crate) trigger_name: Option<Setting<LitStr>>,
    pub(crate) record_name: Option<Setting<LitStr>>,
}

pub(crate) struct Version<'a> {
    pub(crate) field: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) column: Ident,
    /// The version field; `None` is `AutoIncVersionField`.
    pub(crate) marker: Option<Path>,
}

pub(crate) struct Column<'a> {
    /// As written, possibly raw.
    pub(crate) field: &'a Ident,
    pub(crate) ty: &'a Type,
    /// `#[diesel(column_name = x)]` or the field's identifier.
    pub(crate) column: Ident,
    pub(crate) form: Form<'a>,
    /// What becomes of the field when two people changed it; `None` asks.
    pub(crate) merge: Option<MergePolicy>,
}

/// How the value of a field reaches its column.
pub(crate) enum Form<'a> {
    /// Bound as it is.
    Plain,
    /// `treat_none_as_null = false` over a type written `Option<Inner>`: `None` skips the column.
    Skippable { inner: &'a Type },
    /// `#[diesel(serialize_as = T)]`: `into` is `T`. `inner` is there when `None` skips the column: then `Inner: Into<T>`.
    Serialized { into: Box<Type>, inner: Option<&'a Type> },
    /// `#[diesel(embed)]`: the columns of an embedded struct, which `columns` describes: itself, or what `remote` names.
    Embedded { columns: Box<Type> },
}

impl<'a> Model<'a> {
    pub(crate) fn from_input(input: &'a DeriveInput, derive: Derive, errors: &mut Errors) -> Self {
        let attributes = StructAttributes::read(&input.attrs, derive, errors);
        let fields: Vec<Field<'a>> =
            named_fields(&input.data).filter_map(|field| Field::read(field, derive, errors)).collect();
        let none_is_null = attributes.treat_none_as_null.is_none_or(|setting| setting.value.value);
        let primary_key = attributes.primary_key.as_ref().map(|setting| setting.word.clone());
        let embedded_key = fields.iter().find(|field| field.attributes.key.is_some());
        let key_names = match (embedded_key, attributes.primary_key) {
            (Some(_), _) => Vec::new(),
            (None, Some(setting)) => setting.value,
            (None, None) => vec![format_ident!("id", span = input.ident.span())],
        };

        let key = match embedded_key {
            Some(field) => vec![field.to_key_column()],
            None => key_columns(&key_names, &fields),
        };
        // Part of a key finds no row.
        let key = if embedded_key.is_some() || key.len() == key_names.len() { key } else { Vec::new() };
        let version = match derive {
            Derive::Concurrent => fields.iter().find_map(Version::of),
            Derive::ConcurrentColumns => None,
        };
        let columns = fields
            .iter()
            .filter(|field| field.is_written() && !field.is_one_of(&key_names))
            .map(|field| field.to_column(none_is_null))
            .collect();

        Self {
            derive,
            ident: &input.ident,
            generics: &input.generics,
            data: &input.data,
            krate: attributes.krate.map_or_else(|| parse_quote!(::concurrency_diesel), |setting| setting.value),
            table: attributes.table_name.map_or_else(|| table_name::inferred(&input.ident), |setting| setting.value),
            remote: attributes.remote,
            primary_key,
            key_names,
            key,
            version,
            columns,
            options: Options {
                check_fields: attributes.check_fields,
                ignore_fields: attributes.ignore_fields,
                trigger_name: attributes.trigger_name,
                record_name: attributes.record_name,
            },
            fields,
        }
    }
}

impl<'a> Version<'a> {
    fn of(field: &Field<'a>) -> Option<Self> {
        let setting = field.attributes.version.as_ref()?;
        Some(Self { field: field.ident, ty: field.ty, column: field.column.clone(), marker: setting.value.clone() })
    }
}

fn named_fields(data: &Data) -> impl Iterator<Item = &SynField> {
    let fields = match data {
        Data::Struct(strukt) => match &strukt.fields {
            Fields::Named(fields) => Some(&fields.named),
            Fields::Unnamed(_) | Fields::Unit => None,
        },
        Data::Enum(_) | Data::Union(_) => None,
    };
    fields.into_iter().flatten()
}

fn key_columns<'a>(key_names: &[Ident], fields: &[Field<'a>]) -> Vec<Column<'a>> {
    key_names
        .iter()
        .filter_map(|name| fields.iter().find(|field| same(&field.column, name)))
        .map(Field::to_key_column)
        .collect()
}
