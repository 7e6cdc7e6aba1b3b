//! `#[diesel(...)]` and `#[concurrent(...)]`: turns tokens into values that remember the word which set them. The rules
//! in `check` decide what a single attribute cannot know.

mod container;
mod entry;
mod field;
mod merge;
mod skip;

pub(crate) use container::StructAttributes;
pub(crate) use field::FieldAttributes;
pub(crate) use merge::MergePolicy;

use syn::parse::ParseStream;
use syn::{Attribute, Ident};

use crate::errors::Errors;
use crate::symbol::{CONCURRENT, DIESEL, Symbol, quoted};
use entry::Entry;

/// A value and the word that set it.
#[derive(Clone)]
pub(crate) struct Setting<T> {
    pub(crate) word: Ident,
    pub(crate) value: T,
}

/// Fills a slot that takes one value; the first one stays.
fn store<T>(slot: &mut Option<Setting<T>>, setting: Setting<T>, errors: &mut Errors) {
    if slot.is_some() {
        let word = &setting.word;
        errors.push(word, format_args!("`{word}` is given twice; remove one of them"));
    } else {
        *slot = Some(setting);
    }
}

/// Passes every option of both namespaces to `read`, which reads its value, skips it, or fails.
fn read_options(
    attrs: &[Attribute],
    errors: &mut Errors,
    mut read: impl FnMut(&Entry<'_>, &mut Errors) -> syn::Result<()>,
) {
    for attr in attrs {
        let namespaces = [DIESEL, CONCURRENT];
        let Some(namespace) = namespaces.into_iter().find(|name| attr.path().is_ident(name)) else {
            continue;
        };
        let outcome = attr.parse_args_with(|input: ParseStream<'_>| {
            while !input.is_empty() {
                let outcome = Entry::parse(namespace, input)
                    .map_or_else(|error| not_an_option(namespace, &error), |entry| read(&entry, errors));
                if let Err(error) = outcome {
                    errors.add(error);
                }
                skip::to_next_option(input);
            }
            Ok(())
        });
        // An attribute that is not a list was not read.
        if let Err(error) = outcome.or_else(|error| not_an_option(namespace, &error)) {
            errors.add(error);
        }
    }
}

/// Diesel reports its own errors.
fn not_an_option(namespace: Symbol, error: &syn::Error) -> syn::Result<()> {
    if namespace == DIESEL { Ok(()) } else { Err(entry::with_help(error, namespace)) }
}

/// An option of `#[concurrent(...)]` that means nothing here. If it is one of the words in `elsewhere`, it belongs on
/// `place`.
fn unknown_option(word: &Ident, here: &[Symbol], elsewhere: &[Symbol], place: &str) -> syn::Error {
    let message = if elsewhere.iter().any(|symbol| word == symbol) {
        format!("`{word}` is not expected here; it belongs on {place}")
    } else {
        let expected = match here {
            [] => "none is expected here".to_owned(),
            [only] => format!("expected `{only}`"),
            several => format!("expected one of {}", quoted(several)),
        };
        format!("unknown option `{word}`; {expected}")
    };
    syn::Error::new_spanned(word, message)
}
