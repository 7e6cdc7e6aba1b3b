//! Conditions of compilation, which only the compiler can evaluate.
//! They are found and quoted here; what is known of them, `features` knows.

use std::fmt::{self, Display};
use std::path::Path;

use quote::ToTokens as _;
use syn::Attribute;
use syn::spanned::Spanned as _;

use super::features::Features;
use super::place::Place;

/// A `cfg` and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    text: String,
    /// Whether it surely does not hold.
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

    /// Whether what stands under it is no part of the program: the features that were named leave it out.
    pub(super) const fn is_false(&self) -> bool {
        self.is_false
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

impl<T> Conditional<T> {
    /// Whether it surely is no part of the program.
    pub(super) fn is_false(&self) -> bool {
        self.condition.as_ref().is_some_and(Condition::is_false)
    }
}
