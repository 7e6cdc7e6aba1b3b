//! Conditions of compilation, which only the compiler can evaluate.
//! They are found and quoted here, never decided.

use std::fmt::{self, Display};
use std::path::Path;

use quote::ToTokens as _;
use syn::Attribute;
use syn::spanned::Spanned as _;

use super::place::Place;

/// A `cfg` and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    text: String,
    place: Place,
}

impl Condition {
    /// The condition among these attributes. A test function is compiled under `cfg(test)`.
    pub(super) fn among(attrs: &[Attribute], file: &Path) -> Option<Self> {
        let attr = attrs.iter().find(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("test"))?;
        let span = attr.meta.span();
        let text = span.source_text().unwrap_or_else(|| attr.meta.to_token_stream().to_string());
        Some(Self { text, place: Place::of(file, span) })
    }

    /// Whether it is that of tests, where no model of the program is.
    pub(super) fn is_of_tests(&self) -> bool {
        self.text == "cfg(test)" || self.text == "test"
    }
}

impl Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`#[{}]` ({})", self.text, self.place)
    }
}

/// A thing that may be compiled only under a condition.
#[derive(Debug, Clone)]
pub(super) struct Conditional<T> {
    pub(super) thing: T,
    pub(super) condition: Option<Condition>,
}
