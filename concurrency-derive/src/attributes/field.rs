//! The attributes of a field. Whether they suit its type and one another is checked elsewhere.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitBool, LitStr, Path, Type};

use super::entry::Entry;
use super::merge::{self, MergePolicy};
use super::{Setting, read_options, store, unknown_option};
use crate::errors::Errors;
use crate::identifier;
use crate::model::Derive;
use crate::symbol::{
    COLUMN_NAME, EMBED, EMBEDDED_FIELD_OPTIONS, FIELD_OPTIONS, KEY, MERGE, RECORD_OPTIONS, REMOTE, REMOTE_FIELD,
    SERIALIZE_AS, SKIP_UPDATE, TREAT_NONE_AS_NULL, VERSION, VERSION_PATH,
};

#[derive(Default)]
pub(crate) struct FieldAttributes {
    /// The path of `version = path`. `version` alone has none.
    pub(crate) version: Option<Setting<Option<Path>>>,
    pub(crate) column_name: Option<Setting<Ident>>,
    pub(crate) skip_update: Option<Ident>,
    pub(crate) serialize_as: Option<Setting<Type>>,
    pub(crate) embed: Option<Ident>,
    pub(crate) treat_none_as_null: Option<Setting<LitBool>>,
    /// The struct that describes the columns of an embedded foreign one.
    pub(crate) remote: Option<Setting<Type>>,
    /// Whether the embedded struct has the record's key.
    pub(crate) key: Option<Ident>,
    pub(crate) merge: Option<Setting<MergePolicy>>,
}

impl FieldAttributes {
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
        if word == &COLUMN_NAME {
            let value = entry.value(COLUMN_NAME, column_name)?;
            store(&mut self.column_name, value, errors);
        } else if word == &SERIALIZE_AS {
            let value = entry.value(SERIALIZE_AS, Type::parse)?;
            store(&mut self.serialize_as, value, errors);
        } else if word == &TREAT_NONE_AS_NULL {
            let value = entry.value(TREAT_NONE_AS_NULL, LitBool::parse)?;
            store(&mut self.treat_none_as_null, value, errors);
        } else if word == &SKIP_UPDATE {
            self.skip_update = Some(entry.flag(SKIP_UPDATE)?);
        } else if word == &EMBED {
            self.embed = Some(entry.flag(EMBED)?);
        } else {
            entry.skip();
        }
        Ok(())
    }

    fn read_concurrent(&mut self, entry: &Entry<'_>, derive: Derive, errors: &mut Errors) -> syn::Result<()> {
        let word = &entry.word;
        if word == &VERSION {
            store(&mut self.version, version(entry, errors), errors);
        } else if word == &REMOTE {
            let value = entry.value(REMOTE_FIELD, Type::parse)?;
            store(&mut self.remote, value, errors);
        } else if word == &KEY {
            self.key = Some(entry.flag(KEY)?);
        } else if word == &MERGE {
            let value = entry.value(MERGE, merge::policy)?;
            store(&mut self.merge, value, errors);
        } else {
            let here = match derive {
                Derive::Concurrent => FIELD_OPTIONS,
                Derive::ConcurrentColumns => EMBEDDED_FIELD_OPTIONS,
            };
            return Err(unknown_option(word, here, RECORD_OPTIONS, "the struct"));
        }
        Ok(())
    }
}

/// A malformed path still marks the field, so that the error is not followed by one about a missing version.
fn version(entry: &Entry<'_>, errors: &mut Errors) -> Setting<Option<Path>> {
    let mut marker = None;
    if entry.has_value() {
        match entry.value(VERSION_PATH, Path::parse) {
            Ok(setting) => marker = Some(setting.value),
            Err(error) => errors.add(error),
        }
    }
    Setting { word: entry.word.clone(), value: marker }
}

fn column_name(input: ParseStream<'_>) -> syn::Result<Ident> {
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        identifier::from_text(&literal.value(), literal.span())
    } else {
        input.parse()
    }
}
