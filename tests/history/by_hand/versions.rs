//! Versions that are given twice, go back, jump, or are not the row's.

use super::checker::Violation;
use super::log::{Answer, Kind, State};
use super::made::{BOTH, CLOCK, CONDITIONAL, Made, NEITHER, RIGHT, ROW, whole};

#[test]
fn a_version_given_twice_is_named() {
    let mut made = Made::new();
    made.saves(1, 10, ROW);
    let loaded = made.state(ROW);
    made.intends(2, 20, ROW, Kind::Save, BOTH, Some(loaded));
    made.becomes(ROW, Some(whole(2, 20)));
    made.is_told(2, 20, Answer::Written(Some(2)));
    made.assert_wrong(Violation::SharedVersion { row: ROW, version: 2 });
}

#[test]
fn a_row_that_comes_back_at_a_version_of_before_is_named() {
    let mut made = Made::new();
    let loaded = made.state(CLOCK);
    made.intends(1, 10, CLOCK, Kind::Delete, NEITHER, Some(loaded));
    made.becomes(CLOCK, None);
    made.is_told(1, 10, Answer::Written(None));
    made.intends(1, 11, CLOCK, Kind::Insert, BOTH, None);
    made.becomes(CLOCK, Some(whole(1, 11)));
    made.is_told(1, 11, Answer::Written(Some(1)));
    made.assert_wrong(Violation::SharedVersion { row: CLOCK, version: 1 });
}

#[test]
fn a_version_that_goes_back_is_named() {
    for row in [ROW, CLOCK, CONDITIONAL] {
        let mut made = Made::new();
        made.saves(1, 10, row);
        let loaded = made.state(row);
        made.intends(2, 20, row, Kind::Save, BOTH, Some(loaded));
        made.becomes(row, Some(whole(0, 20)));
        made.is_told(2, 20, Answer::Written(Some(0)));
        made.assert_wrong(Violation::VersionWentBack { row, from: 2, to: 0 });
    }
}

#[test]
fn a_version_that_jumps_is_named_where_it_counts() {
    for row in [ROW, CLOCK, CONDITIONAL] {
        let mut made = Made::new();
        made.intends(1, 10, row, Kind::Save, BOTH, Some(made.state(row)));
        made.becomes(row, Some(whole(7, 10)));
        made.is_told(1, 10, Answer::Written(Some(7)));
        match row {
            CLOCK => made.assert_right(),
            _ => made.assert_wrong(Violation::WrongStep { row, from: 1, to: 7 }),
        }
    }
}

#[test]
fn a_version_that_is_not_the_rows_is_named() {
    for (kind, sides) in [(Kind::Update, BOTH), (Kind::Touch, NEITHER)] {
        let mut made = Made::new();
        let loaded = made.state(ROW);
        made.intends(1, 10, ROW, kind, sides, Some(loaded));
        let state = if kind == Kind::Touch { loaded } else { whole(1, 10) };
        made.becomes(ROW, Some(State { version: 2, ..state }));
        made.is_told(1, 10, Answer::Written(Some(3)));
        made.assert_wrong(Violation::WrongVersion { write: 10, told: 3, written: 2 });
    }
}

#[test]
fn a_conditional_version_stays_with_the_checked_side_and_moves_with_it() {
    let mut made = Made::new();
    let loaded = made.state(CONDITIONAL);
    made.intends(1, 10, CONDITIONAL, Kind::Save, RIGHT, Some(loaded));
    made.becomes(CONDITIONAL, Some(State { right: 10, ..loaded }));
    made.is_told(1, 10, Answer::Written(Some(1)));
    // Loaded before, and none the wiser: the other side is not checked.
    made.intends(2, 20, CONDITIONAL, Kind::Save, BOTH, Some(loaded));
    made.becomes(CONDITIONAL, Some(whole(2, 20)));
    made.is_told(2, 20, Answer::Written(Some(2)));
    let loaded = made.state(CONDITIONAL);
    for write in [11, 12] {
        made.intends(1, write, CONDITIONAL, Kind::Merge, RIGHT, Some(loaded));
        made.becomes(CONDITIONAL, Some(State { right: write, ..loaded }));
        made.is_told(1, write, Answer::Written(Some(2)));
    }
    made.assert_right();

    let mut made = Made::new();
    let loaded = made.state(CONDITIONAL);
    made.intends(1, 10, CONDITIONAL, Kind::Save, RIGHT, Some(loaded));
    made.becomes(CONDITIONAL, Some(State { version: 2, right: 10, ..loaded }));
    made.is_told(1, 10, Answer::Written(Some(2)));
    made.assert_wrong(Violation::WrongStep { row: CONDITIONAL, from: 1, to: 2 });

    let mut made = Made::new();
    made.intends(1, 10, CONDITIONAL, Kind::Save, BOTH, Some(loaded));
    made.becomes(CONDITIONAL, Some(whole(1, 10)));
    made.is_told(1, 10, Answer::Written(Some(1)));
    made.assert_wrong(Violation::SharedVersion { row: CONDITIONAL, version: 1 });
}
