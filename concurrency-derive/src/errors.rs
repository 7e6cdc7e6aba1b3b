//! All mistakes of one struct, collected so that one compilation reports them all. Other files decide what is a
//! mistake.

use std::fmt::Display;

use quote::ToTokens;

/// The mistakes found so far. Dropping it without [`Errors::finish`] would lose them, so a debug build panics then.
#[derive(Default)]
pub(crate) struct Errors {
    errors: Vec<syn::Error>,
    finished: bool,
}

impl Errors {
    /// Records a mistake at `tokens`.
    pub(crate) fn push(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// Records a mistake that knows its own place.
    pub(crate) fn add(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// All mistakes as one error, in the order in which they were found.
    pub(crate) fn finish(mut self) -> syn::Result<()> {
        self.finished = true;
        let all = std::mem::take(&mut self.errors).into_iter().reduce(|mut all, error| {
            all.combine(error);
            all
        });
        all.map_or(Ok(()), Err)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        // A second panic while unwinding would abort the compiler and hide the first.
        debug_assert!(self.finished || std::thread::panicking(), "errors were collected but not reported");
    }
}
