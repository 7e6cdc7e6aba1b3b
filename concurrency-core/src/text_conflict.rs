//! `TextConflict`: a merged text in which both sides changed the same lines. `merge_text` merges texts.

use std::fmt::{self, Display};

/// Two edits of a text that could not be joined, because both changed the same lines. It has the lines that could be
/// joined, and both sides of those that could not.
///
/// As text (`Display`, `to_string`) it has the markers of version control: `<<<<<<< mine`, `=======`, `>>>>>>> theirs`.
/// A text may itself have lines that look like these. [`parts`](Self::parts) tells them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextConflict {
    parts: Vec<TextPart>,
    line_end: &'static str,
}

/// A part of a [`TextConflict`]: whole lines, each with its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextPart {
    /// Lines that neither side changed, or only one side, or both in the same way.
    Merged(String),
    /// Lines that both sides changed.
    Conflict {
        /// The lines as they were.
        base: String,
        /// Our lines.
        mine: String,
        /// Their lines.
        theirs: String,
    },
}

impl TextConflict {
    pub(crate) const fn new(parts: Vec<TextPart>, line_end: &'static str) -> Self {
        Self { parts, line_end }
    }

    /// The parts of the text, in order.
    #[must_use]
    pub fn parts(&self) -> &[TextPart] {
        &self.parts
    }
}

/// Each marker is on its own line, which ends as the lines of the text do.
impl Display for TextConflict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_line_open = false;
        for part in &self.parts {
            let sides = match part {
                TextPart::Merged(lines) => [("", lines.as_str()), ("", ""), ("", "")],
                TextPart::Conflict { mine, theirs, .. } => {
                    [("<<<<<<< mine", mine.as_str()), ("=======", theirs.as_str()), (">>>>>>> theirs", "")]
                }
            };
            for (marker, lines) in sides {
                if !marker.is_empty() {
                    let line_end = if is_line_open { self.line_end } else { "" };
                    write!(formatter, "{line_end}{marker}{}", self.line_end)?;
                    is_line_open = false;
                }
                if !lines.is_empty() {
                    formatter.write_str(lines)?;
                    is_line_open = !lines.ends_with(['\n', '\r']);
                }
            }
        }
        Ok(())
    }
}
