//! What the derives know about a struct: its table, key, version and written columns, borrowed from the syntax tree. A
//! model may be wrong; `check` finds the mistakes. The expansion sees only models without a mistake.

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
    /// The foreign struct that this one describes, if any.
    pub(crate) remote: Option<Setting<Type>>,
    /// The word `primary_key`, if it is written.
    pub(crate) primary_key: Option<Ident>,
    /// The columns of `primary_key(...)`. Without it, `id`, with the span of the struct's name. Empty if an embedded
    /// struct has the key.
    pub(crate) key_names: Vec<Ident>,
    /// In the order of `primary_key(...)`, or the embedded struct that has the key. Empty if an embedded struct does
    /// not itself have its whole key.
    pub(crate) key: Vec<Column<'a>>,
    /// `None` only for `ConcurrentColumns`, and if the version is missing.
    pub(crate) version: Option<Version<'a>>,
    /// The fields that a save writes besides the version, in declaration order: not the key, and no `skip_update`
    /// fields.
    pub(crate) columns: Vec<Column<'a>>,
    pub(crate) options: Options,
    /// Every field, in declaration order.
    pub(crate) fields: Vec<Field<'a>>,
}

/// The struct options of a whole record. Most belong to one version field.
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
    /// How the field merges if two people changed it; `None` is a conflict.
    pub(crate) merge: Option<MergePolicy>,
}

/// How a save writes the value of a field to its column.
pub(crate) enum Form<'a> {
    /// Bound as it is.
    Plain,
    /// `treat_none_as_null = false` over a type written `Option<Inner>`: `None` leaves the column as it is.
    Skippable { inner: &'a Type },
    /// `#[diesel(serialize_as = T)]`: `into` is `T`. If `None` leaves the column as it is, `inner` is there, and
    /// `Inner: Into<T>`.
    Serialized { into: Box<Type>, inner: Option<&'a Type> },
    /// `#[diesel(embed)]`: the columns of an embedded struct. `columns` describes them: the struct itself, or the one
    /// that `remote` names.
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
        // A part of a key does not find a row.
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
