//! The results of merging two edits of a text, case by case and with random texts.

use fastrand::Rng;

use super::*;

const BASE: &str = "one\ntwo\nthree\nfour\nfive\n";

#[track_caller]
fn assert_merged(base: &str, mine: &str, theirs: &str, merged: &str) {
    assert_eq!(merge_text(base, mine, theirs).as_deref(), Ok(merged));
    assert_eq!(merge_text(base, theirs, mine).as_deref(), Ok(merged), "the sides were exchanged");
}

#[track_caller]
fn assert_conflict(base: &str, mine: &str, theirs: &str, shown: &str) -> TextConflict {
    let conflict = merge_text(base, mine, theirs).unwrap_err();
    assert_eq!(conflict.to_string(), shown);
    conflict
}

fn conflict(base: &str, mine: &str, theirs: &str) -> TextPart {
    TextPart::Conflict { base: base.to_owned(), mine: mine.to_owned(), theirs: theirs.to_owned() }
}

#[test]
fn edits_of_different_lines_are_both_kept() {
    assert_merged(
        BASE,
        "ONE\ntwo\nthree\nfour\nfive\n",
        "one\ntwo\nTHREE\nfour\nfive\n",
        "ONE\ntwo\nTHREE\nfour\nfive\n",
    );
    assert_merged(BASE, "zero\none\ntwo\nthree\nfour\nfive\n", "one\ntwo\nthree\n", "zero\none\ntwo\nthree\n");
    assert_merged(
        BASE,
        "one\nthree\nfour\nfive\n",
        "one\ntwo\nthree\nfour\n4.5\nfive\n",
        "one\nthree\nfour\n4.5\nfive\n",
    );
}

#[test]
fn the_same_edit_is_there_once() {
    assert_merged("", "added\n", "added\n", "added\n");
    assert_merged(
        BASE,
        "one\ntwo\nthree\nfour\nfive\nsix\n",
        "one\ntwo\nthree\nfour\nfive\nsix\n",
        "one\ntwo\nthree\nfour\nfive\nsix\n",
    );
    let (mine, theirs) = ("one\n2\nthree\nfour\n5\n", "one\n2\nthree\nfour\nfive\n");
    assert_merged(BASE, mine, theirs, mine);
}

#[test]
fn edits_of_one_line_are_a_conflict_with_both() {
    let (mine, theirs) = ("one\nTWO\nthree\nfour\nfive\n", "one\n2\nthree\nfour\n5\n");
    let shown = "one\n<<<<<<< mine\nTWO\n=======\n2\n>>>>>>> theirs\nthree\nfour\n5\n";
    let found = assert_conflict(BASE, mine, theirs, shown);
    let merged = |text: &str| TextPart::Merged(text.to_owned());
    assert_eq!(found.parts(), [merged("one\n"), conflict("two\n", "TWO\n", "2\n"), merged("three\nfour\n5\n")]);
}

/// As in git, at least one unchanged line must be between two edits.
#[test]
fn edits_of_adjacent_lines_are_a_conflict() {
    let shown = "<<<<<<< mine\nONE\ntwo\n=======\none\nTWO\n>>>>>>> theirs\n";
    assert_conflict("one\ntwo\n", "ONE\ntwo\n", "one\nTWO\n", shown);
    assert_merged("one\n-\ntwo\n", "ONE\n-\ntwo\n", "one\n-\nTWO\n", "ONE\n-\nTWO\n");
}

/// The order is unknown.
#[test]
fn two_insertions_at_one_place_are_a_conflict() {
    let shown = "one\n<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> theirs\ntwo\n";
    assert_conflict("one\ntwo\n", "one\nmine\ntwo\n", "one\ntheirs\ntwo\n", shown);
    assert_conflict("", "mine\n", "theirs\n", "<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> theirs\n");
}

#[test]
fn what_one_side_removed_and_the_other_one_changed_is_a_conflict() {
    let shown = "one\n<<<<<<< mine\n=======\nTWO\n>>>>>>> theirs\nthree\nfour\nfive\n";
    assert_conflict(BASE, "one\nthree\nfour\nfive\n", "one\nTWO\nthree\nfour\nfive\n", shown);
    assert_conflict("one\n", "", "ONE\n", "<<<<<<< mine\n=======\nONE\n>>>>>>> theirs\n");
    assert_merged(BASE, "", "", "");
}

/// A form that was sent twice: their text already has what it inserted, perhaps at another place.
#[test]
fn an_edit_that_may_be_in_the_text_already_is_a_conflict() {
    let (base, mine) = ("a\n\nb\n\nc\n", "a\n\nb\n\nnew\n\nc\n");
    let merged = "a\n\nB\n\nnew\n\nc\n";
    assert_merged(base, mine, "a\n\nB\n\nc\n", merged);
    let shown = "a\n\n<<<<<<< mine\nb\n=======\nB\n\nnew\n>>>>>>> theirs\n\n\
                 <<<<<<< mine\nnew\n\n=======\n>>>>>>> theirs\nc\n";
    assert_conflict(base, mine, merged, shown);
    // Or what it removed.
    assert_conflict(
        "x\n-\nx\n",
        "-\nx\n",
        "x\n-\n",
        "<<<<<<< mine\n=======\nx\n>>>>>>> theirs\n-\n<<<<<<< mine\nx\n=======\n>>>>>>> theirs\n",
    );
    assert_merged("a\n\nb\n\nc\n\nd\n", "b\n\nc\n\nd\n", "a\n\nb\n\nc\n", "b\n\nc\n");
}

#[test]
fn lines_keep_their_ends() {
    let base = "one\r\ntwo\r\nthree\r\n";
    assert_merged(base, "ONE\r\ntwo\r\nthree\r\n", "one\r\ntwo\r\nTHREE\r\n", "ONE\r\ntwo\r\nTHREE\r\n");
    let shown = "<<<<<<< mine\r\nONE\r\n=======\r\n1\r\n>>>>>>> theirs\r\ntwo\r\nthree\r\n";
    assert_conflict(base, "ONE\r\ntwo\r\nthree\r\n", "1\r\ntwo\r\nthree\r\n", shown);
    // Each line keeps its own end, also in a text with several kinds of line ends.
    assert_merged("a\r\nb\nc\rd\n", "A\r\nb\nc\rd\n", "a\r\nb\nC\rd\n", "A\r\nb\nC\rd\n");
    // An edit of all line ends changes all lines.
    let shown = "<<<<<<< mine\none\ntwo\nthree\n=======\none\r\ntwo\r\nTHREE\r\n>>>>>>> theirs\n";
    assert_conflict(base, "one\ntwo\nthree\n", "one\r\ntwo\r\nTHREE\r\n", shown);
}

#[test]
fn a_last_line_without_an_end_stays_one() {
    assert_merged("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nTHREE", "ONE\ntwo\nTHREE");
    assert_merged("one\ntwo\nthree\n", "ONE\ntwo\nthree\n", "one\ntwo\nthree", "ONE\ntwo\nthree");
    assert_merged("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nthree\n", "ONE\ntwo\nthree\n");
    // An appended line gives the line before it an end, so that line also changed.
    assert_conflict(
        "one",
        "one\nmine",
        "one\ntheirs",
        "<<<<<<< mine\none\nmine\n=======\none\ntheirs\n>>>>>>> theirs\n",
    );
    assert_conflict("one", "mine", "theirs", "<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> theirs\n");
    let shown = "<<<<<<< mine\r\na\r\nmine\r\n=======\r\na\r\ntheirs\r\n>>>>>>> theirs\r\n";
    assert_conflict("a", "a\r\nmine", "a\r\ntheirs", shown);
}

#[test]
fn any_text_is_a_text() {
    assert_merged("äöü\n-\n日本\n", "ÄÖÜ\n-\n日本\n", "äöü\n-\n日本語 🦀\n", "ÄÖÜ\n-\n日本語 🦀\n");
    // A composed and a decomposed letter are different texts, and only LF and CR end a line.
    assert_conflict("-", "\u{e9}", "e\u{301}", "<<<<<<< mine\n\u{e9}\n=======\ne\u{301}\n>>>>>>> theirs\n");
    assert_conflict(
        "a\u{2028}b",
        "A\u{2028}b",
        "a\u{2028}B",
        "<<<<<<< mine\nA\u{2028}b\n=======\na\u{2028}B\n>>>>>>> theirs\n",
    );
    // `parts` tells lines that look like markers from real markers.
    let found = merge_text("=======\n", "<<<<<<< mine\n", ">>>>>>> theirs\n").unwrap_err();
    assert_eq!(found.parts(), [conflict("=======\n", "<<<<<<< mine\n", ">>>>>>> theirs\n")]);
}

#[test]
fn too_many_lines_are_not_merged() {
    let text = |lines: usize, first: &str, last: &str| format!("{first}\r\n{}{last}", "-\r\n".repeat(lines - 2));
    let sides = |lines| [text(lines, "a", "z"), text(lines, "A", "z"), text(lines, "a", "Z")];
    let [base, mine, theirs] = sides(MOST_LINES);
    assert_merged(&base, &mine, &theirs, &text(MOST_LINES, "A", "Z"));
    let [base, mine, theirs] = sides(MOST_LINES + 1);
    let found = merge_text(&base, &mine, &theirs).unwrap_err();
    assert_eq!(found.parts(), [conflict(&base, &mine, &theirs)]);
    assert_merged(&base, &mine, &base, &mine);
    assert_merged(&base, &mine, &mine, &mine);
}

#[test]
fn null_is_shown_as_an_empty_text() {
    let shown = text_conflict(Some("one\n"), None, Some("two\n")).to_string();
    assert_eq!(shown, "<<<<<<< mine\n=======\ntwo\n>>>>>>> theirs\n");
    let some = |text: &str| Some(text.to_owned());
    assert_eq!((some("text").as_text(), None::<String>.as_text()), (Some("text"), None));
    assert_eq!(Option::<String>::from_text("text".to_owned()), some("text"));
}

/// A text of a few different lines, so that they repeat, and an edit of it.
fn random(rng: &mut Rng) -> [String; 3] {
    let letters = [2, 4, 30][rng.usize(..3)];
    let line = |rng: &mut Rng| rng.u8(..letters).to_string();
    let base: Vec<String> = (0..rng.usize(..12)).map(|_| line(rng)).collect();
    let text = |rng: &mut Rng, lines: &[String]| {
        let end = ["\n", "\n", "\r\n"][rng.usize(..3)];
        let is_ended = rng.u8(..8) > 0 && !lines.is_empty();
        lines.join(end) + if is_ended { end } else { "" }
    };
    let edited = |rng: &mut Rng| {
        let mut lines = base.clone();
        for _ in 0..rng.usize(..4) {
            let position = rng.usize(..=lines.len());
            match rng.u8(..3) {
                0 => lines.insert(position, line(rng)),
                1 if position < lines.len() => drop(lines.remove(position)),
                _ if position < lines.len() => lines[position] = line(rng),
                _ => {}
            }
        }
        text(rng, &lines)
    };
    [text(rng, &base), edited(rng), edited(rng)]
}

/// Each line with its end.
fn with_ends(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The parts, as the other side sees them.
fn exchanged(parts: &[TextPart]) -> Vec<TextPart> {
    let exchanged = |part: &TextPart| match part {
        TextPart::Conflict { base, mine, theirs } => conflict(base, theirs, mine),
        TextPart::Merged(_) => part.clone(),
    };
    parts.iter().map(exchanged).collect()
}

/// Whether these pieces occur in the text in this order, with others between them.
fn are_in_order<'t>(mut text: &'t str, pieces: impl Iterator<Item = &'t String>) -> bool {
    for piece in pieces {
        let Some((_, rest)) = text.split_once(piece.as_str()) else { return false };
        text = rest;
    }
    true
}

#[test]
fn whatever_is_merged_is_made_of_both() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("RANDOM_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("RANDOM_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    for _ in 0..number("RANDOM_INPUTS").unwrap_or(5_000) {
        let [base, mine, theirs] = random(&mut rng);
        let shown = format!("{base:?} {mine:?} {theirs:?}");
        assert_eq!(merge_text(&base, &base, &theirs).as_ref(), Ok(&theirs));
        assert_eq!(merge_text(&base, &mine, &base).as_ref(), Ok(&mine));
        assert_eq!(merge_text(&base, &mine, &mine).as_ref(), Ok(&mine));
        match (merge_text(&base, &mine, &theirs), merge_text(&base, &theirs, &mine)) {
            (Ok(merged), other) => {
                assert_eq!(other.as_ref(), Ok(&merged), "{shown}");
                let known = [with_ends(&base), with_ends(&mine), with_ends(&theirs)].concat();
                for side in [&mine, &theirs] {
                    let again = merge_text(&base, side, &merged).unwrap_or_else(|_| merged.clone());
                    assert_eq!(again, merged, "{shown}");
                }
                assert!(with_ends(&merged).iter().all(|line| known.contains(line)), "{shown} {merged:?}");
            }
            (Err(found), other) => {
                assert_eq!(other.unwrap_err().parts(), exchanged(found.parts()), "{shown}");
                let sides = found.parts().iter().filter_map(|part| match part {
                    TextPart::Conflict { base, mine, theirs } => Some([base, mine, theirs]),
                    TextPart::Merged(_) => None,
                });
                for (side, text) in [&base, &mine, &theirs].into_iter().enumerate() {
                    assert!(are_in_order(text, sides.clone().map(|sides| sides[side])), "{shown} {found:?}");
                }
            }
        }
    }
}
