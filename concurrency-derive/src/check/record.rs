//! Rules for a whole record: its version, its key, and the options of single version fields. `fields` has the rules
//! that also hold for embedded structs.

use syn::{Ident, Path};

use crate::attributes::Setting;
use crate::errors::Errors;
use crate::identifier::same;
use crate::model::{Field, Model};
use crate::symbol::{
    CHECK_FIELDS, CONDITIONAL_VERSION_FIELD, EMBED, IGNORE_FIELDS, PRIMARY_KEY, REMOTE, SERIALIZE_AS, SKIP_UPDATE,
    Symbol, TREAT_NONE_AS_NULL, TRIGGER_VERSION_FIELD, VERSION, quoted,
};

/// A foreign struct has no version field and could not implement the trait.
pub(super) fn no_remote(model: &Model<'_>, errors: &mut Errors) {
    if let Some(setting) = &model.remote {
        errors.push(
            &setting.word,
            format_args!("`{REMOTE}` does not go with `Concurrent`; derive `ConcurrentColumns`, and embed the foreign struct in a record"),
        );
    }
}

/// A record has exactly one version.
pub(super) fn one_version(model: &Model<'_>, errors: &mut Errors) {
    let mut marked = model.fields.iter().filter_map(|field| Some((field.ident, field.attributes.version.as_ref()?)));
    let example = VERSION.example();
    let Some((first, _)) = marked.next() else {
        let strukt = model.ident;
        errors.push(strukt, format_args!("`{strukt}` has no version field; mark one with `{example}`"));
        return;
    };
    for (second, setting) in marked {
        errors.push(
            &setting.word,
            format_args!("two version fields; keep `{example}` on either `{first}` or `{second}`"),
        );
    }
}

/// The version is one column, written by every save, as it is.
pub(super) fn version_is_plain(model: &Model<'_>, errors: &mut Errors) {
    for field in version_fields(model) {
        let attributes = &field.attributes;
        if let Some(word) = &attributes.embed {
            errors.push(word, format_args!("`{EMBED}` does not go with `{VERSION}`; a version is a single column"));
        }
        if let Some(setting) = &attributes.serialize_as {
            errors.push(
                &setting.word,
                format_args!("`{SERIALIZE_AS}` does not go with `{VERSION}`; give the field the type it is written as"),
            );
        }
        if let Some(word) = &attributes.skip_update {
            errors.push(
                word,
                format_args!("`{SKIP_UPDATE}` does not go with `{VERSION}`; every save writes the version"),
            );
        }
        if let Some(setting) = attributes.treat_none_as_null.as_ref().filter(|_| field.skips_none()) {
            errors.push(
                &setting.word,
                format_args!(
                    "`{TREAT_NONE_AS_NULL} = false` does not go with `{VERSION}`; every save writes the version"
                ),
            );
        }
    }
}

/// A save advances the version and must still find the row.
pub(super) fn version_outside_key(model: &Model<'_>, errors: &mut Errors) {
    for field in version_fields(model).filter(|field| field.is_one_of(&model.key_names)) {
        if let Some(setting) = &field.attributes.version {
            errors.push(
                &setting.word,
                format_args!(
                    "the version `{}` is part of the primary key; mark another field, or leave it out of `{PRIMARY_KEY}`",
                    field.ident
                ),
            );
        }
    }
}

/// A save finds the row by its key.
pub(super) fn key_is_held(model: &Model<'_>, errors: &mut Errors) {
    for name in &model.key_names {
        if model.fields.iter().all(|field| !same(&field.column, name)) {
            errors.push(
                name,
                format_args!(
                    "no field holds the primary-key column `{name}`; add one, or name the key with `{}`",
                    PRIMARY_KEY.example()
                ),
            );
        }
    }
}

/// Only a conditional version compares fields.
pub(super) fn field_lists_need_condition(model: &Model<'_>, errors: &mut Errors) {
    for setting in field_lists(model) {
        needs(&setting.word, CONDITIONAL_VERSION_FIELD, model, errors);
    }
}

/// Only a trigger has a name.
pub(super) fn trigger_name_needs_trigger(model: &Model<'_>, errors: &mut Errors) {
    if let Some(setting) = &model.options.trigger_name {
        needs(&setting.word, TRIGGER_VERSION_FIELD, model, errors);
    }
}

/// `check_fields` and `ignore_fields` name fields that a save writes.
pub(super) fn listed_fields_are_written(model: &Model<'_>, errors: &mut Errors) {
    let written = quoted(model.columns.iter().map(|column| column.field));
    let remedy = match model.columns.len() {
        0 => "a save of this struct writes no fields".to_owned(),
        1 => format!("the one field a save writes is {written}"),
        _ => format!("the fields a save writes are {written}"),
    };
    for name in field_lists(model).flat_map(|setting| &setting.value) {
        if model.columns.iter().any(|column| same(column.field, name)) {
            continue;
        }
        let reason = match model.fields.iter().find(|field| same(field.ident, name)) {
            None => format!("there is no field `{name}`"),
            Some(field) if field.attributes.version.is_some() => format!("`{name}` is the version"),
            Some(field) if field.is_one_of(&model.key_names) => {
                format!("`{name}` is part of the primary key")
            }
            Some(_) => format!("`{name}` is never written, because of `{}`", SKIP_UPDATE.example()),
        };
        errors.push(name, format_args!("{reason}; {remedy}"));
    }
}

/// A version that no field can advance would never cause a conflict.
pub(super) fn some_field_counts(model: &Model<'_>, errors: &mut Errors) {
    let Some(ignored) = &model.options.ignore_fields else {
        return;
    };
    let is_ignored = |field: &Ident| ignored.value.iter().any(|name| same(name, field));
    if !model.columns.is_empty() && model.columns.iter().all(|column| is_ignored(column.field)) {
        errors.push(
            &ignored.word,
            format_args!(
                "`{IGNORE_FIELDS}` names every field, so that no save would move the version; leave one out, or list \
                 those that count with `{CHECK_FIELDS}`"
            ),
        );
    }
}

fn version_fields<'m, 'a>(model: &'m Model<'a>) -> impl Iterator<Item = &'m Field<'a>> {
    model.fields.iter().filter(|field| field.attributes.version.is_some())
}

fn field_lists<'m>(model: &'m Model<'_>) -> impl Iterator<Item = &'m Setting<Vec<Ident>>> {
    model.options.check_fields.iter().chain(&model.options.ignore_fields)
}

/// A version field under another name cannot be recognised. A struct without a version was already reported.
fn needs(word: &Ident, marker: Symbol, model: &Model<'_>, errors: &mut Errors) {
    let Some(version) = &model.version else {
        return;
    };
    let has_marker = |path: &Path| path.segments.last().is_some_and(|segment| segment.ident == marker);
    if !version.marker.as_ref().is_some_and(has_marker) {
        errors.push(word, format_args!("`{word}` needs a `{marker}`; write `{}`", marker.example()));
    }
}
