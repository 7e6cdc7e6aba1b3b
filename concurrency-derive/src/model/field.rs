//! A field of the struct, and its column. Whether its attributes suit one another is checked elsewhere.

use syn::{Field as SynField, GenericArgument, Ident, PathArguments, Type};

use super::{Column, Derive, Form};
use crate::attributes::FieldAttributes;
use crate::errors::Errors;
use crate::identifier::same;

/// A field as it was written.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) column: Ident,
    pub(crate) attributes: FieldAttributes,
}

impl<'a> Field<'a> {
    pub(super) fn read(field: &'a SynField, derive: Derive, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        let attributes = FieldAttributes::read(&field.attrs, derive, errors);
        let column = attributes.column_name.as_ref().map_or_else(|| ident.clone(), |setting| setting.value.clone());
        Some(Self { ident, ty: &field.ty, column, attributes })
    }

    /// Whether its column is one of these.
    pub(crate) fn is_one_of(&self, columns: &[Ident]) -> bool {
        columns.iter().any(|column| same(column, &self.column))
    }

    /// Whether a save writes it, if it is not part of the key.
    pub(super) fn is_written(&self) -> bool {
        self.attributes.version.is_none() && self.attributes.skip_update.is_none()
    }

    /// `#[diesel(treat_none_as_null = false)]` on the field itself.
    pub(crate) fn skips_none(&self) -> bool {
        self.attributes.treat_none_as_null.as_ref().is_some_and(|setting| !setting.value.value)
    }

    pub(super) fn to_column(&self, none_is_null: bool) -> Column<'a> {
        let none_is_null =
            self.attributes.treat_none_as_null.as_ref().map_or(none_is_null, |setting| setting.value.value);
        let inner = if none_is_null { None } else { inner_of_option(self.ty) };
        let form = if self.attributes.embed.is_some() {
            self.embedded()
        } else if let Some(into) = &self.attributes.serialize_as {
            Form::Serialized { into: Box::new(into.value.clone()), inner }
        } else if let Some(inner) = inner {
            Form::Skippable { inner }
        } else {
            Form::Plain
        };
        let merge = self.attributes.merge.as_ref().map(|setting| setting.value.clone());
        Column { field: self.ident, ty: self.ty, column: self.column.clone(), form, merge }
    }

    /// A key is compared. It is never skipped or merged.
    pub(super) fn to_key_column(&self) -> Column<'a> {
        let form = match &self.attributes.serialize_as {
            _ if self.attributes.key.is_some() => self.embedded(),
            Some(into) => Form::Serialized { into: Box::new(into.value.clone()), inner: None },
            None => Form::Plain,
        };
        Column { field: self.ident, ty: self.ty, column: self.column.clone(), form, merge: None }
    }

    fn embedded(&self) -> Form<'a> {
        let columns = self.attributes.remote.as_ref().map_or(self.ty, |setting| &setting.value);
        Form::Embedded { columns: Box::new(columns.clone()) }
    }
}

/// The `Inner` of a type written `Option<Inner>`, with any path. An alias is not recognised.
pub(crate) fn inner_of_option(ty: &Type) -> Option<&Type> {
    match ty {
        // A type that a macro passed on as `$ty:ty` is in an invisible group.
        Type::Group(group) => inner_of_option(&group.elem),
        Type::Paren(paren) => inner_of_option(&paren.elem),
        Type::Path(path) if path.qself.is_none() => {
            let segment = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                return None;
            };
            if segment.ident != "Option" || arguments.args.len() != 1 {
                return None;
            }
            match arguments.args.first()? {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            }
        }
        _ => None,
    }
}
