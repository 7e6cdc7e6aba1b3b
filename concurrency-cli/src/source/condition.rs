//! Conditions of compilation, which only the compiler can evaluate. This file finds and quotes them; `features` decides
//! some of them.

use std::fmt::{self, Display};
use std::path::Path;

use quote::ToTokens as _;
use syn::Attribute;
use syn::spanned::Spanned as _;

use super::features::Features;
use super::place::Place;

/// A `cfg` and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    text: String,
    /// Whether it certainly does not hold.
    is_false: bool,
    place: Place,
}

impl Condition {
    /// The condition among these attributes, unless it holds. A test function is compiled under `cfg(test)`.
    pub(super) fn among(attrs: &[Attribute], file: &Path, features: &Features) -> Option<Self> {
        let is_open = |attr: &&Attribute| {
            attr.path().is_ident("test") || attr.path().is_ident("cfg") && features.decide_cfg(attr) != Some(true)
        };
        let attr = attrs.iter().find(is_open)?;
        let span = attr.meta.span();
        let text = span.source_text().unwrap_or_else(|| attr.meta.to_token_stream().to_string());
        let is_false = *features != Features::Unknown && features.decide_cfg(attr) == Some(false);
        Some(Self { text, is_false, place: Place::of(file, span) })
    }

    /// Whether the code under it is not part of the program, because the named features exclude it.
    pub(super) const fn is_false(&self) -> bool {
        self.is_false
    }

    /// Whether it is the condition of tests, which have no model of the program.
    pub(super) fn is_of_tests(&self) -> bool {
        self.text == "cfg(test)" || self.text == "test"
    }
}

impl Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`#[{}]` ({})", self.text, self.place)
    }
}

/// Code that may be compiled only under a condition.
#[derive(Debug, Clone)]
pub(super) struct Conditional<T> {
    pub(super) thing: T,
    pub(super) condition: Option<Condition>,
}

impl<T> Conditional<T> {
    /// Whether it is certainly not part of the program.
    pub(super) fn is_false(&self) -> bool {
        self.condition.as_ref().is_some_and(Condition::is_false)
    }
}
