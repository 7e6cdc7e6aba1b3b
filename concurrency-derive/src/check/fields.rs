//! Rules for written fields, in a record and in an embedded struct. `record` has stricter rules for a version field.

use crate::errors::Errors;
use crate::identifier::same;
use crate::model::{Derive, Field, Form, Model, inner_of_option};
use crate::symbol::{COLUMN_NAME, MERGE, TREAT_NONE_AS_NULL};

/// Only an `Option`, written so, can be `None`.
pub(super) fn only_options_are_skipped(model: &Model<'_>, errors: &mut Errors) {
    for field in &model.fields {
        let attributes = &field.attributes;
        let has_other_error = attributes.embed.is_some() || attributes.version.is_some();
        if field.skips_none() && !has_other_error && inner_of_option(field.ty).is_none() {
            errors.push(
                field.ty,
                format_args!(
                    "`{TREAT_NONE_AS_NULL} = false` needs a type written `Option<...>`; write it out, or remove the \
                     attribute"
                ),
            );
        }
    }
}

/// Only one of two kinds of `None` can be NULL.
pub(super) fn two_options_say_which_is_null(model: &Model<'_>, errors: &mut Errors) {
    for column in model.columns.iter().filter(|column| matches!(column.form, Form::Plain)) {
        if inner_of_option(column.ty).and_then(inner_of_option).is_some() {
            errors.push(
                column.ty,
                format_args!(
                    "`Option<Option<...>>` has two kinds of `None`; write `{}`: then `None` leaves the column as it is, and \
                     `Some(None)` writes NULL",
                    TREAT_NONE_AS_NULL.example()
                ),
            );
        }
    }
}

/// Two fields must not write the same column. A field that is not written may read a column that another field writes.
pub(super) fn columns_are_distinct(model: &Model<'_>, errors: &mut Errors) {
    let mut earlier: Vec<&Field<'_>> = Vec::new();
    for field in model.fields.iter().filter(|field| takes_part(field, model)) {
        let Some(first) = earlier.iter().find(|first| same(&first.column, &field.column)) else {
            earlier.push(field);
            continue;
        };
        let message = format!(
            "column `{}` already belongs to field `{}`; give one of them another `{COLUMN_NAME}`",
            field.column, first.ident
        );
        match &field.attributes.column_name {
            Some(setting) => errors.push(&setting.value, message),
            None => errors.push(field.ident, message),
        }
    }
}

/// Two edits can conflict only in a field that a save writes. The fields of an embedded struct are merged one by one.
pub(super) fn merged_fields_are_written(model: &Model<'_>, errors: &mut Errors) {
    for field in model.fields.iter().filter(|field| field.attributes.embed.is_none()) {
        let Some(setting) = &field.attributes.merge else {
            continue;
        };
        let reason = if field.attributes.version.is_some() {
            "the version"
        } else if field.is_one_of(&model.key_names) {
            "part of the primary key"
        } else if field.attributes.skip_update.is_some() {
            "never written, because of `skip_update`"
        } else {
            continue;
        };
        errors.push(&setting.word, format_args!("`{}` is {reason}, and never merged; remove `{MERGE}`", field.ident));
    }
}

/// Whether the statements name the field's column.
fn takes_part(field: &Field<'_>, model: &Model<'_>) -> bool {
    let attributes = &field.attributes;
    let is_named = if field.is_one_of(&model.key_names) {
        model.derive == Derive::Concurrent
    } else {
        attributes.skip_update.is_none()
    };
    attributes.embed.is_none() && is_named
}
