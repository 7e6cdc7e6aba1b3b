//! Rules for embedded fields, in a record and in an embedded struct. `embedded` has the rules for an embedded struct
//! itself.

use crate::errors::Errors;
use crate::model::{Model, inner_of_option};
use crate::symbol::{
    COLUMN_NAME, EMBED, KEY, MERGE, PRIMARY_KEY, REMOTE, SERIALIZE_AS, SKIP_UPDATE, TREAT_NONE_AS_NULL,
};

/// The columns of an embedded struct are described in that struct.
pub(super) fn embed_stands_alone(model: &Model<'_>, errors: &mut Errors) {
    for field in model.fields.iter().filter(|field| field.attributes.embed.is_some()) {
        let attributes = &field.attributes;
        let words = [
            attributes.serialize_as.as_ref().map(|setting| (&setting.word, SERIALIZE_AS)),
            attributes.treat_none_as_null.as_ref().map(|setting| (&setting.word, TREAT_NONE_AS_NULL)),
            attributes.column_name.as_ref().map(|setting| (&setting.word, COLUMN_NAME)),
            attributes.merge.as_ref().map(|setting| (&setting.word, MERGE)),
        ];
        for (word, symbol) in words.into_iter().flatten() {
            errors.push(
                word,
                format_args!("`{symbol}` does not go with `{EMBED}`; write it on the fields of the embedded struct"),
            );
        }
    }
}

/// A save writes each column of an embedded struct. If there is no struct, it has no values for them.
pub(super) fn embedded_struct_is_there(model: &Model<'_>, errors: &mut Errors) {
    for field in model.fields.iter().filter(|field| field.attributes.embed.is_some()) {
        if field.attributes.skip_update.is_none() && inner_of_option(field.ty).is_some() {
            errors.push(
                field.ty,
                format_args!(
                    "a field under `{EMBED}` cannot be an `Option`, because a save writes each of its columns; write the \
                     struct without `Option` and its nullable fields as `Option<...>`, or add `{}` to leave it out of saves",
                    SKIP_UPDATE.example()
                ),
            );
        }
    }
}

/// A save writes the columns of an embedded struct, and never those of a key.
pub(super) fn embed_outside_key(model: &Model<'_>, errors: &mut Errors) {
    for field in model.fields.iter().filter(|field| field.is_one_of(&model.key_names)) {
        if let Some(word) = &field.attributes.embed {
            errors.push(
                word,
                format_args!(
                    "`{}` is part of the primary key and cannot be embedded; write the fields of the key one by one, or \
                     mark the struct that holds the whole key with `{}`",
                    field.ident,
                    KEY.example()
                ),
            );
        }
    }
}

/// Both options are about the struct in the field.
pub(super) fn remote_and_key_need_embed(model: &Model<'_>, errors: &mut Errors) {
    for attributes in model.fields.iter().map(|field| &field.attributes).filter(|attributes| attributes.embed.is_none())
    {
        if let Some(setting) = &attributes.remote {
            errors
                .push(&setting.word, format_args!("`{REMOTE}` needs `{EMBED}`; write `{}` beside it", EMBED.example()));
        }
        if let Some(word) = &attributes.key {
            errors.push(
                word,
                format_args!(
                    "`{KEY}` needs `{EMBED}`; name the column of a plain field with `{}` on the struct",
                    PRIMARY_KEY.example()
                ),
            );
        }
    }
}

/// A row is found by one key.
pub(super) fn one_embedded_key(model: &Model<'_>, errors: &mut Errors) {
    let mut keys = model.fields.iter().filter_map(|field| Some((field.ident, field.attributes.key.as_ref()?)));
    let Some((first, _)) = keys.next() else {
        return;
    };
    for (second, word) in keys {
        errors.push(
            word,
            format_args!("the key lies in `{first}` already; keep `{KEY}` on either `{first}` or `{second}`"),
        );
    }
}

/// The embedded struct says which of its columns are the key.
pub(super) fn embedded_key_stands_alone(model: &Model<'_>, errors: &mut Errors) {
    let has_embedded_key = model.fields.iter().any(|field| field.attributes.key.is_some());
    if let Some(word) = model.primary_key.as_ref().filter(|_| has_embedded_key) {
        errors.push(word, format_args!("`{PRIMARY_KEY}` does not go with `{KEY}`; write it on the embedded struct"));
    }
}
