//! Rules for an embedded struct: options of a whole record do not belong on it. `fields` has the rules for every
//! struct.

use crate::errors::Errors;
use crate::model::Model;
use crate::symbol::VERSION;

/// The record has the version.
pub(super) fn no_version(model: &Model<'_>, errors: &mut Errors) {
    for setting in model.fields.iter().filter_map(|field| field.attributes.version.as_ref()) {
        errors.push(
            &setting.word,
            format_args!(
                "an embedded struct has no version; write `{}` in the struct that derives `Concurrent`",
                VERSION.example()
            ),
        );
    }
}

/// `crate` is the only struct option that each part needs for itself.
pub(super) fn no_record_options(model: &Model<'_>, errors: &mut Errors) {
    let options = &model.options;
    let lists = options.check_fields.iter().chain(&options.ignore_fields).map(|setting| &setting.word);
    let names = options.trigger_name.iter().chain(&options.record_name).map(|setting| &setting.word);
    for word in lists.chain(names) {
        errors.push(
            word,
            format_args!(
                "`{word}` does not go with an embedded struct; write it on the struct that derives `Concurrent`"
            ),
        );
    }
}
