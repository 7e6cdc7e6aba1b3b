//! `merge_text` joins two edits of a text by lines, as version control does it. `text_conflict` shows a conflict.

mod regions;

use similar::TextMerge;

use regions::{Alike, Region};

use crate::text_conflict::{TextConflict, TextPart};

/// Texts with more lines are not merged: the work grows with the square of the edits, and must not keep a save waiting.
const MOST_LINES: usize = 5_000;

/// A text that is merged by lines. `#[concurrent(merge = "text")]` requires it of its field. Needs the feature
/// `text-merge`.
///
/// `String` implements it, and so does an `Option` of one. NULL is not a text: if any side is NULL, different changes
/// are a conflict. A newtype says where its text is:
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::MergeText;
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Markdown(String);
///
/// impl MergeText for Markdown {
///     fn as_text(&self) -> Option<&str> {
///         Some(&self.0)
///     }
///
///     fn from_text(text: String) -> Self {
///         Self(text)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is no text that can be merged by lines",
    label = "`merge = \"text\"` needs a text",
    note = "use `String`, implement `MergeText` for `{Self}`, or name a function: \
            `#[concurrent(merge = path::to::function)]`"
)]
pub trait MergeText: Sized {
    /// The text, or `None` if there is none.
    fn as_text(&self) -> Option<&str>;

    /// The value with this text.
    fn from_text(text: String) -> Self;
}

#[diagnostic::do_not_recommend]
impl MergeText for String {
    fn as_text(&self) -> Option<&str> {
        Some(self)
    }

    fn from_text(text: String) -> Self {
        text
    }
}

#[diagnostic::do_not_recommend]
impl<U: MergeText> MergeText for Option<U> {
    fn as_text(&self) -> Option<&str> {
        self.as_ref()?.as_text()
    }

    fn from_text(text: String) -> Self {
        Some(U::from_text(text))
    }
}

/// Joins two edits of a text by lines, as version control does it. Needs the feature `text-merge`.
///
/// - If the two sides changed different lines, the result has both edits. At least one unchanged line must be between
///   them: edits of adjacent lines are a conflict, and so are two insertions at the same place, as in git.
/// - If both sides made the same edit, the result has it once. If each side inserts the same line at another place, or
///   removes it from another place, that may also be the same edit, so it is a conflict. Blank lines are not compared.
///   So a form that is sent twice in a row never applies its edit twice.
/// - A line ends with LF, CRLF or CR. The line end belongs to the line, and the result keeps it, as it keeps a last
///   line without an end. So an edit that changes all line ends changes all lines.
/// - Texts of more than 5,000 lines are not merged: two different edits of one are a conflict.
///
/// # Errors
///
/// [`TextConflict`] if both sides changed the same lines: the merged text with both sides of these lines.
///
/// # Example
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::merge_text;
///
/// let base = "eggs\nmilk\nbread\n";
/// let merged = merge_text(base, "six eggs\nmilk\nbread\n", "eggs\nmilk\nbread\nbutter\n");
/// assert_eq!(merged.as_deref(), Ok("six eggs\nmilk\nbread\nbutter\n"));
///
/// let conflict = merge_text(base, "six eggs\nmilk\nbread\n", "ten eggs\nmilk\nbread\n").unwrap_err();
/// let shown = "<<<<<<< mine\nsix eggs\n=======\nten eggs\n>>>>>>> theirs\nmilk\nbread\n";
/// assert_eq!(conflict.to_string(), shown);
/// ```
pub fn merge_text(base: &str, mine: &str, theirs: &str) -> Result<String, TextConflict> {
    if mine == theirs || base == mine {
        return Ok(theirs.to_owned());
    }
    if base == theirs {
        return Ok(mine.to_owned());
    }
    if [base, mine, theirs].into_iter().any(|text| line_count(text) > MOST_LINES) {
        return Err(unmerged(base, mine, theirs));
    }
    // If lines repeat, an edit that is in the text already may look like another one.
    let is_done_once = |text: &str| {
        let again = |side| joined(base, side, text, false);
        [mine, theirs].into_iter().all(|side| again(side).map_or(true, |again| again == text))
    };
    let joined = match joined(base, mine, theirs, false) {
        Ok(text) if !is_done_once(&text) => joined(base, mine, theirs, true),
        joined => joined,
    };
    joined.map_err(|parts| TextConflict::new(parts, line_end(mine, theirs, base)))
}

/// The merged text, or its parts if there is a conflict: with `asks_each`, of every change.
fn joined(base: &str, mine: &str, theirs: &str, asks_each: bool) -> Result<String, Vec<TextPart>> {
    let merge = TextMerge::from_lines(base, mine, theirs);
    let regions: Vec<Region<'_>> = merge.regions().iter().map(|region| Region::of(region, &merge)).collect();
    let alike = Alike::among(&regions);
    let mut parts = Vec::new();
    for region in &regions {
        let is_asked = region.is_changed_by_one() && (asks_each || alike.is_in(region));
        let merged = region.merged().filter(|_| !is_asked);
        match (merged, parts.last_mut()) {
            (Some(lines), Some(TextPart::Merged(text))) => text.extend(lines.iter().copied()),
            (Some(lines), _) => parts.push(TextPart::Merged(lines.concat())),
            (None, _) => parts.push(TextPart::Conflict {
                base: region.base.concat(),
                mine: region.mine.concat(),
                theirs: region.theirs.concat(),
            }),
        }
    }
    match parts.as_mut_slice() {
        [] => Ok(String::new()),
        [TextPart::Merged(text)] => Ok(std::mem::take(text)),
        _ => Err(parts),
    }
}

/// The conflict in a field. If any side is NULL, it is a conflict of the whole text, with NULL shown as an empty text.
#[doc(hidden)]
#[must_use]
pub fn text_conflict(base: Option<&str>, mine: Option<&str>, theirs: Option<&str>) -> TextConflict {
    let conflict = match (base, mine, theirs) {
        (Some(base), Some(mine), Some(theirs)) => merge_text(base, mine, theirs).err(),
        _ => None,
    };
    let [base, mine, theirs] = [base, mine, theirs].map(Option::unwrap_or_default);
    conflict.unwrap_or_else(|| unmerged(base, mine, theirs))
}

/// The conflict of two whole texts.
fn unmerged(base: &str, mine: &str, theirs: &str) -> TextConflict {
    let line_end = line_end(mine, theirs, base);
    let part = TextPart::Conflict { base: base.to_owned(), mine: mine.to_owned(), theirs: theirs.to_owned() };
    TextConflict::new(vec![part], line_end)
}

fn line_count(text: &str) -> usize {
    let ends = text.matches(['\n', '\r']).count().saturating_sub(text.matches("\r\n").count());
    let is_line_open = !text.is_empty() && !text.ends_with(['\n', '\r']);
    ends.saturating_add(usize::from(is_line_open))
}

/// The line end of the first line that has one.
fn line_end(mine: &str, theirs: &str, base: &str) -> &'static str {
    let first = |text: &'_ str| {
        let (_, rest) = text.split_at_checked(text.find(['\n', '\r'])?)?;
        Some(if rest.starts_with("\r\n") { "\r\n" } else { "\n" })
    };
    first(mine).or_else(|| first(theirs)).or_else(|| first(base)).unwrap_or("\n")
}

#[cfg(test)]
mod tests;
