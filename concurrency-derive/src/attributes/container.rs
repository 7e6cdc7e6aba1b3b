//! The attributes of a struct. Whether they suit its fields is checked elsewhere.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitBool, LitStr, Path, Type};

use super::entry::Entry;
use super::{Setting, read_options, store, unknown_option};
use crate::errors::Errors;
use crate::model::Derive;
use crate::symbol::{
    CHECK_FIELDS, CRATE, EMBEDDED_OPTIONS, FIELD_OPTIONS, IGNORE_FIELDS, PRIMARY_KEY, RECORD_NAME, RECORD_OPTIONS,
    REMOTE, TABLE_NAME, TREAT_NONE_AS_NULL, TRIGGER_NAME,
};

#[derive(Default)]
pub(crate) struct StructAttributes {
    pub(crate) table_name: Option<Setting<Path>>,
    pub(crate) primary_key: Option<Setting<Vec<Ident>>>,
    pub(crate) treat_none_as_null: Option<Setting<LitBool>>,
    pub(crate) krate: Option<Setting<Path>>,
    pub(crate) check_fields: Option<Setting<Vec<Ident>>>,
    pub(crate) ignore_fields: Option<Setting<Vec<Ident>>>,
    pub(crate) trigger_name: Option<Setting<LitStr>>,
    pub(crate) record_name: Option<Setting<LitStr>>,
    pub(crate) remote: Option<Setting<Type>>,
}

impl StructAttributes {
    pub(crate) fn read(attrs: &[Attribute], derive: Derive, errors: &mut Errors) -> Self {
        let mut attributes = Self::default();
        read_options(attrs, errors, |entry, errors| {
            if entry.is_diesel() {
                attributes.read_diesel(entry, errors)
            } else {
                attributes.read_concurrent(entry, derive, errors)
            }
        });
        attributes
    }

    fn read_diesel(&mut self, entry: &Entry<'_>, errors: &mut Errors) -> syn::Result<()> {
        let word = &entry.word;
        if word == &TABLE_NAME {
            let value = entry.value(TABLE_NAME, Path::parse_mod_style)?;
            store(&mut self.table_name, value, errors);
        } else if word == &PRIMARY_KEY {
            let names = entry.names(PRIMARY_KEY, errors);
            store(&mut self.primary_key, names, errors);
        } else if word == &TREAT_NONE_AS_NULL {
            let value = entry.value(TREAT_NONE_AS_NULL, LitBool::parse)?;
            store(&mut self.treat_none_as_null, value, errors);
        } else {
            entry.skip();
        }
        Ok(())
    }

    fn read_concurrent(&mut self, entry: &Entry<'_>, derive: Derive, errors: &mut Errors) -> syn::Result<()> {
        let word = &entry.word;
        if word == &CHECK_FIELDS {
            exclusive(word, self.ignore_fields.as_ref(), errors);
            let names = entry.names(CHECK_FIELDS, errors);
            store(&mut self.check_fields, names, errors);
        } else if word == &IGNORE_FIELDS {
            exclusive(word, self.check_fields.as_ref(), errors);
            let names = entry.names(IGNORE_FIELDS, errors);
            store(&mut self.ignore_fields, names, errors);
        } else if word == &TRIGGER_NAME {
            let value = entry.value(TRIGGER_NAME, nonempty)?;
            store(&mut self.trigger_name, value, errors);
        } else if word == &RECORD_NAME {
            let value = entry.value(RECORD_NAME, nonempty)?;
            store(&mut self.record_name, value, errors);
        } else if word == &REMOTE {
            let value = entry.value(REMOTE, Type::parse)?;
            store(&mut self.remote, value, errors);
        } else if word == &CRATE {
            let value = entry.value(CRATE, quoted_path)?;
            store(&mut self.krate, value, errors);
        } else {
            let here = match derive {
                Derive::Concurrent => RECORD_OPTIONS,
                Derive::ConcurrentColumns => EMBEDDED_OPTIONS,
            };
            return Err(unknown_option(word, here, FIELD_OPTIONS, "a field"));
        }
        Ok(())
    }
}

/// Only this place knows the order in which the two were written.
fn exclusive(word: &Ident, other: Option<&Setting<Vec<Ident>>>, errors: &mut Errors) {
    if let Some(other) = other {
        let other = &other.word;
        errors.push(word, format_args!("`{word}` and `{other}` exclude each other; keep one of them"));
    }
}

fn nonempty(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let literal: LitStr = input.parse()?;
    if literal.value().is_empty() {
        return Err(syn::Error::new_spanned(literal, "expected a name, found an empty string"));
    }
    Ok(literal)
}

fn quoted_path(input: ParseStream<'_>) -> syn::Result<Path> {
    let literal: LitStr = input.parse()?;
    literal
        .parse_with(Path::parse_mod_style)
        .map_err(|_| syn::Error::new_spanned(&literal, format_args!("`{}` is not a path", literal.value())))
}
