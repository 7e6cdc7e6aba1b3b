//! A place in the sources or in diesel.toml. Other files say what is there.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};

use proc_macro2::Span;
use serde_json::{Value, json};

/// A line of a file, or a whole file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    /// Counted from 1; `None` if the problem has no line.
    pub(crate) line: Option<usize>,
}

impl Place {
    pub(crate) fn of_file(file: &Path) -> Self {
        Self { file: file.to_owned(), line: None }
    }

    /// The line of a byte of the text.
    pub(crate) fn of_byte(file: &Path, text: &str, byte: usize) -> Self {
        let before = text.bytes().take(byte).filter(|byte| *byte == b'\n').count();
        Self { file: file.to_owned(), line: Some(before.saturating_add(1)) }
    }

    pub(crate) fn of(file: &Path, span: Span) -> Self {
        Self { file: file.to_owned(), line: Some(span.start().line) }
    }
}

impl Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file.display())?;
        self.line.map_or(Ok(()), |line| write!(formatter, ":{line}"))
    }
}

/// A mistake in the sources, which must be corrected before anything is done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Mistake {
    pub(crate) fn new(place: Place, message: impl Display) -> Self {
        Self { place, message: message.to_string() }
    }

    pub(super) fn of_syntax(file: &Path, error: &syn::Error) -> Self {
        Self::new(Place::of(file, error.span()), error)
    }
}

impl Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

/// A thing in the sources that was skipped.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Skipped {
    pub(crate) place: Place,
    pub(crate) reason: String,
}

impl Skipped {
    pub(crate) fn new(place: Place, reason: impl Display) -> Self {
        Self { place, reason: reason.to_string() }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "file": self.place.file.to_string_lossy(), "line": self.place.line, "reason": self.reason })
    }
}

impl Display for Skipped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.reason)
    }
}
