//! The checker of sums on histories made by hand: right ones, and each of them with one thing wrong.

use super::sums_checker::{Line, Noted, Row, Wrong, check};

const ROW: Row = ("counters", 1);

fn change(change: i64, by: i64) -> Line {
    Line::Change { change, by }
}

fn sent(mark: i64, changes: &[i64]) -> Line {
    Line::Sent { mark, row: ROW, changes: changes.to_vec() }
}

fn done(mark: i64, version: &str, amount: i64) -> Line {
    Line::Done { mark, version: version.to_owned(), amount }
}

/// A write: amount and mark before and after, and the version.
fn noted(before: (i64, i64), after: (i64, i64), version: &str) -> Noted {
    Noted { row: ROW, before, after, version: version.to_owned() }
}

fn wrong(lines: &[Line], noted: &[Noted]) -> Vec<Wrong> {
    check(lines, noted).1
}

/// Two clients who add five each; the second one merges.
fn two() -> (Vec<Line>, Vec<Noted>) {
    let lines = vec![change(1, 5), sent(10, &[1]), change(2, 5), sent(20, &[2]), done(10, "2", 5), done(20, "3", 10)];
    (lines, vec![noted((0, 0), (5, 10), "2"), noted((5, 10), (10, 20), "3")])
}

#[test]
fn two_sums_are_both_counted() {
    let (lines, noted) = two();
    let (seen, wrong) = check(&lines, &noted);
    assert_eq!((seen.done, seen.in_doubt, wrong), (2, 0, Vec::new()));
}

#[test]
fn another_s_equal_change_taken_for_ours_is_named() {
    let (lines, noted) = two();
    assert_eq!(wrong(&lines, &noted[..1])[0], Wrong::Lost { change: 2 });
}

#[test]
fn a_change_that_was_in_doubt_is_counted_once() {
    let lines = vec![change(1, 5), sent(10, &[1]), change(2, 1), sent(11, &[1, 2]), done(11, "3", 6)];
    let was_done = [noted((0, 0), (5, 10), "2"), noted((5, 10), (6, 11), "3")];
    let was_not_done = [noted((0, 0), (6, 11), "3")];
    for noted in [&was_done[..], &was_not_done] {
        let (seen, wrong) = check(&lines, noted);
        assert_eq!((seen.in_doubt, seen.done_in_doubt, wrong), (1, noted.len() - 1, Vec::new()));
    }
    let twice = [noted((0, 0), (5, 10), "2"), noted((5, 10), (11, 11), "3")];
    assert_eq!(wrong(&lines, &twice)[0], Wrong::Miscounted { mark: 11, expected: 1, found: 6 });
    let not_at_all = [noted((0, 0), (1, 11), "2")];
    assert_eq!(wrong(&lines, &not_at_all)[0], Wrong::Miscounted { mark: 11, expected: 6, found: 1 });
}

#[test]
fn a_change_found_done_needs_no_write_of_its_own() {
    let lines = vec![change(1, 5), sent(10, &[1]), sent(11, &[1]), done(11, "2", 5)];
    assert_eq!(wrong(&lines, &[noted((0, 0), (5, 10), "2")]), []);
    assert_eq!(wrong(&lines, &[])[0], Wrong::Lost { change: 1 });
}

/// Its edit was reverted while it was in doubt: the row must not keep it.
#[test]
fn a_change_taken_back_in_doubt_is_taken_back_in_the_row() {
    let lines = vec![change(1, 5), sent(10, &[1]), change(2, -5), sent(11, &[1, 2]), done(11, "3", 0)];
    let taken_back = [noted((0, 0), (5, 10), "2"), noted((5, 10), (0, 11), "3")];
    assert_eq!(wrong(&lines, &taken_back), []);
    let never_sent = [noted((0, 0), (5, 10), "2")];
    assert_eq!(wrong(&lines, &never_sent)[0], Wrong::Lost { change: 2 });
}

#[test]
fn a_refused_save_that_was_done_is_named() {
    let lines = vec![change(1, 5), sent(10, &[1]), Line::Refused { mark: 10 }];
    assert_eq!(wrong(&lines, &[]), []);
    assert_eq!(wrong(&lines, &[noted((0, 0), (5, 10), "2")]), [Wrong::RefusedYetWritten { mark: 10 }]);
}

#[test]
fn what_nobody_asked_for_and_what_was_done_twice_is_named() {
    let (lines, mut noted_twice) = two();
    noted_twice.push(noted((10, 20), (10, 20), "4"));
    assert_eq!(wrong(&lines, &noted_twice), [Wrong::WrittenTwice { mark: 20 }]);
    let (lines, mut unasked) = two();
    unasked.push(noted((10, 20), (11, 99), "4"));
    assert_eq!(wrong(&lines, &unasked), [Wrong::Unasked { mark: 99 }]);
    let (lines, mut broken) = two();
    broken[1].before.0 = 4;
    broken[1].after.0 = 9;
    assert!(wrong(&lines, &broken).contains(&Wrong::BrokenChain { mark: 20 }));
}

#[test]
fn a_record_that_is_not_what_the_row_was_is_named() {
    for (version, amount) in [("4", 10), ("3", 5)] {
        let (mut lines, noted) = two();
        lines[5] = done(20, version, amount);
        assert_eq!(wrong(&lines, &noted), [Wrong::MemoryDiffers { mark: 20 }]);
    }
}
