//! Unchecked writes: over any state, with a version that comes after the row's.

use super::checker::Violation;
use super::log::{Answer, Kind, Rule, State};
use super::made::{BOTH, CONDITIONAL, LEFT, Made, NEITHER, RIGHT, ROW, whole};

/// The row at version 3, and its state at version 1.
fn moved_on() -> (Made, State) {
    let mut made = Made::new();
    let stale = made.state(ROW);
    made.saves(1, 10, ROW);
    made.saves(1, 11, ROW);
    (made, stale)
}

#[test]
fn a_write_that_is_not_checked_may_be_done_over_anything() {
    let (mut made, stale) = moved_on();
    made.saves_under(Rule::Unchecked, 2, 20, stale, 4);

    made.intends(2, 21, ROW, Kind::Touch, NEITHER, Some(stale));
    made.under(2, Rule::Unchecked);
    made.becomes(ROW, Some(whole(5, 20)));
    made.is_told(2, 21, Answer::Written(Some(5)));

    made.intends(2, 22, ROW, Kind::Update, BOTH, Some(stale));
    made.under(2, Rule::Unchecked);
    made.becomes(ROW, Some(whole(6, 22)));
    made.is_told(2, 22, Answer::Written(Some(6)));

    // The whole record, and so the other side as it was loaded.
    made.intends(2, 23, ROW, Kind::Save, RIGHT, Some(stale));
    made.under(2, Rule::Unchecked);
    made.becomes(ROW, Some(State { version: 7, left: stale.left, right: 23 }));
    made.is_told(2, 23, Answer::Written(Some(7)));

    made.intends(2, 24, ROW, Kind::Delete, NEITHER, Some(stale));
    made.under(2, Rule::Unchecked);
    made.becomes(ROW, None);
    made.is_told(2, 24, Answer::Written(None));
    let (summary, violations) = made.checked();
    assert_eq!((violations, summary.unchecked), (vec![], 5));
}

/// The number of the version is all that differs from the history before.
#[test]
fn a_version_that_does_not_come_after_the_rows_is_named() {
    let wrong = [
        (3, Violation::SharedVersion { row: ROW, version: 3 }),
        // From the record's version: the holder of version 3 would be the only one to notice.
        (2, Violation::VersionWentBack { row: ROW, from: 3, to: 2 }),
        (5, Violation::WrongStep { row: ROW, from: 3, to: 5 }),
    ];
    for (version, violation) in wrong {
        let (mut made, stale) = moved_on();
        made.saves_under(Rule::Unchecked, 2, 20, stale, version);
        made.assert_wrong(violation);
    }
    let mut made = Made::new();
    let loaded = made.state(CONDITIONAL);
    made.intends(1, 10, CONDITIONAL, Kind::Save, RIGHT, Some(loaded));
    made.under(1, Rule::Unchecked);
    made.becomes(CONDITIONAL, Some(State { right: 10, ..loaded }));
    made.is_told(1, 10, Answer::Written(Some(1)));
    made.assert_wrong(Violation::SharedVersion { row: CONDITIONAL, version: 1 });
}

#[test]
fn a_checked_write_over_one_that_was_not_is_named() {
    let (mut made, stale) = moved_on();
    let loaded = made.state(ROW);
    made.saves_under(Rule::Unchecked, 2, 20, stale, 4);
    let overwritten = made.state(ROW);
    made.saves_under(Rule::Ordinary, 1, 12, loaded, 5);
    made.assert_lost_update(12, loaded, overwritten);
}

#[test]
fn an_unchecked_write_that_is_nowhere_or_inserts_or_leaves_out_a_side_is_named() {
    let (mut made, stale) = moved_on();
    made.intends(2, 20, ROW, Kind::Save, BOTH, Some(stale));
    made.under(2, Rule::Unchecked);
    made.is_told(2, 20, Answer::Written(Some(4)));
    made.assert_wrong(Violation::LostSave { write: 20, row: ROW });

    let (mut made, stale) = moved_on();
    made.intends(2, 20, ROW, Kind::Save, LEFT, Some(stale));
    made.under(2, Rule::Unchecked);
    made.becomes(ROW, Some(State { version: 4, left: 20, right: 11 }));
    made.is_told(2, 20, Answer::Written(Some(4)));
    made.assert_wrong(Violation::Torn { write: 20, row: ROW });

    let mut made = Made::new();
    let gone = made.state(ROW);
    made.intends(1, 10, ROW, Kind::Delete, NEITHER, Some(gone));
    made.becomes(ROW, None);
    made.is_told(1, 10, Answer::Written(None));
    made.saves_under(Rule::Unchecked, 2, 20, gone, 2);
    let (_, violations) = made.checked();
    let unasked = Violation::Unasked { row: ROW, before: None, after: Some(whole(2, 20)) };
    assert_eq!(violations, [unasked, Violation::LostSave { write: 20, row: ROW }]);
}

#[test]
fn an_unchecked_touch_is_known_by_the_version_that_it_was_told() {
    for (told, is_right) in [(4, true), (3, false), (5, false)] {
        let (mut made, stale) = moved_on();
        made.intends(2, 20, ROW, Kind::Touch, NEITHER, Some(stale));
        made.under(2, Rule::Unchecked);
        made.becomes(ROW, Some(whole(4, 11)));
        made.is_told(2, 20, Answer::Written(Some(told)));
        if is_right {
            made.assert_right();
        } else {
            let unasked = Violation::Unasked { row: ROW, before: Some(whole(3, 11)), after: Some(whole(4, 11)) };
            assert_eq!(made.checked().1, [unasked, Violation::LostSave { write: 20, row: ROW }]);
        }
    }
}
