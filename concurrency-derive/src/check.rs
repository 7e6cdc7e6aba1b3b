//! The rules for a struct, each a function. Rules about a single attribute are checked where it is read, and rustc
//! checks types in the generated code.

mod embedded;
mod embedding;
mod fields;
mod record;

use syn::{Data, Fields};

use crate::errors::Errors;
use crate::model::{Derive, Model};

/// Records every broken rule.
pub(crate) fn check(model: &Model<'_>, errors: &mut Errors) {
    if !has_named_fields(model, errors) {
        // Without names there are no columns, so there is nothing else to check.
        return;
    }
    match model.derive {
        Derive::Concurrent => {
            record::no_remote(model, errors);
            record::one_version(model, errors);
            record::version_is_plain(model, errors);
            record::version_outside_key(model, errors);
            record::key_is_held(model, errors);
            record::field_lists_need_condition(model, errors);
            record::listed_fields_are_written(model, errors);
            record::some_field_counts(model, errors);
            record::trigger_name_needs_trigger(model, errors);
        }
        Derive::ConcurrentColumns => {
            embedded::no_version(model, errors);
            embedded::no_record_options(model, errors);
        }
    }
    embedding::embed_stands_alone(model, errors);
    embedding::embedded_struct_is_there(model, errors);
    embedding::embed_outside_key(model, errors);
    embedding::remote_and_key_need_embed(model, errors);
    embedding::one_embedded_key(model, errors);
    embedding::embedded_key_stands_alone(model, errors);
    fields::only_options_are_skipped(model, errors);
    fields::two_options_say_which_is_null(model, errors);
    fields::columns_are_distinct(model, errors);
    fields::merged_fields_are_written(model, errors);
}

/// A field's name is the name of its column.
fn has_named_fields(model: &Model<'_>, errors: &mut Errors) -> bool {
    let kind = match model.data {
        Data::Struct(strukt) => match &strukt.fields {
            Fields::Named(_) => return true,
            Fields::Unnamed(_) => "a tuple struct",
            Fields::Unit => "a unit struct",
        },
        Data::Enum(_) => "an enum",
        Data::Union(_) => "a union",
    };
    let derive = model.derive;
    errors.push(model.ident, format_args!("`{derive}` cannot be derived for {kind}; write a struct with named fields"));
    false
}

#[cfg(test)]
mod tests;
