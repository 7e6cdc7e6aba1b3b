//! Marks the words in which two texts differ.

use std::time::Duration;

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

/// The limit of the work: two long texts without a common word must not keep the page waiting.
const LIMIT: Duration = Duration::from_millis(150);

/// The first text, with a mark around the words that the second one does not have.
pub(crate) fn marked(text: &str, other: &str) -> Markup {
    html! {
        @for (is_own, run) in runs(text, other) {
            @if is_own { mark { (run) } } @else { (run) }
        }
    }
}

/// The text in pieces that only it has and pieces that both texts have. A blank between two words that only it has
/// belongs to them; a blank beside them does not.
fn runs(text: &str, other: &str) -> Vec<(bool, String)> {
    let difference = TextDiff::configure().timeout(LIMIT).diff_unicode_words(other, text);
    let mut runs: Vec<(bool, String)> = Vec::new();
    let mut blanks = String::new();
    for change in difference.iter_all_changes().filter(|change| change.tag() != ChangeTag::Delete) {
        let (is_own, value) = (change.tag() == ChangeTag::Insert, change.value());
        if value.trim().is_empty() {
            blanks.push_str(value);
            continue;
        }
        let blanks = std::mem::take(&mut blanks);
        match runs.last_mut() {
            Some((same, run)) if *same == is_own => run.extend([blanks.as_str(), value]),
            Some((true, _)) => runs.push((false, blanks + value)),
            Some((false, run)) => {
                run.push_str(&blanks);
                runs.push((true, value.to_owned()));
            }
            None if blanks.is_empty() => runs.push((is_own, value.to_owned())),
            None => runs.extend([(false, blanks), (is_own, value.to_owned())]),
        }
    }
    if !blanks.is_empty() {
        runs.push((false, blanks));
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_only_one_text_has_are_marked() {
        assert_eq!(marked("one two three", "one 2 three").into_string(), "one <mark>two</mark> three");
        assert_eq!(marked("same", "same").into_string(), "same");
        assert_eq!(marked("", "gone").into_string(), "");
        assert_eq!(marked("a new and long text", "a text").into_string(), "a <mark>new and long</mark> text");
        assert_eq!(marked(" a\n\nb ", " a\n\nc ").into_string(), " a\n\n<mark>b</mark> ");
        assert_eq!(marked("\n", "").into_string(), "\n");
        assert_eq!(marked("<b>", "").into_string(), "<mark>&lt;b&gt;</mark>");
    }
}
