//! Saves that leave the version. They are checked, and no one who loaded the row at that version notices them.

use super::checker::Violation;
use super::log::{Answer, Kind, Rule, State};
use super::made::{BOTH, CLOCK, CONDITIONAL, LEFT, Made, NEITHER, RIGHT, ROW, contents, whole};

/// The row at version 2, its state, and that of before.
fn made() -> (Made, State, State) {
    let mut made = Made::new();
    let stale = made.state(ROW);
    made.saves(1, 10, ROW);
    let loaded = made.state(ROW);
    (made, loaded, stale)
}

#[test]
fn whoever_holds_the_version_writes_over_a_save_that_left_it() {
    let (mut made, loaded, _) = made();
    made.saves_under(Rule::WithoutIncrement, 1, 11, loaded, 2);
    made.saves_under(Rule::WithoutIncrement, 2, 20, loaded, 2);
    // By a client that had seen both, and by one that had seen the first.
    made.saves_under(Rule::WithoutIncrement, 2, 21, whole(2, 20), 2);
    made.saves_under(Rule::WithoutIncrement, 3, 30, whole(2, 11), 2);

    // The whole record brings the other side back as it was loaded; a merge does not.
    made.intends(1, 12, ROW, Kind::Save, RIGHT, Some(loaded));
    made.under(1, Rule::WithoutIncrement);
    made.becomes(ROW, Some(State { version: 2, left: loaded.left, right: 12 }));
    made.is_told(1, 12, Answer::Written(Some(2)));
    made.intends(2, 22, ROW, Kind::Merge, LEFT, Some(whole(2, 20)));
    made.under(2, Rule::WithoutIncrement);
    made.becomes(ROW, Some(State { version: 2, left: 22, right: 12 }));
    made.is_told(2, 22, Answer::Written(Some(2)));

    made.intends(3, 31, ROW, Kind::Touch, NEITHER, Some(loaded));
    made.becomes(ROW, Some(State { version: 3, left: 22, right: 12 }));
    made.is_told(3, 31, Answer::Written(Some(3)));
    let (summary, violations) = made.checked();
    assert_eq!((violations, summary.without_increment), (vec![], 6));
}

#[test]
fn an_ordinary_write_over_it_is_right_as_well() {
    for kind in [Kind::Save, Kind::Update, Kind::Merge, Kind::Delete] {
        let (mut made, loaded, _) = made();
        made.saves_under(Rule::WithoutIncrement, 1, 11, loaded, 2);
        let sides = if kind == Kind::Delete { NEITHER } else { BOTH };
        made.intends(2, 20, ROW, kind, sides, Some(loaded));
        if kind == Kind::Delete {
            made.becomes(ROW, None);
            made.is_told(2, 20, Answer::Written(None));
        } else {
            made.becomes(ROW, Some(whole(3, 20)));
            made.is_told(2, 20, Answer::Written(Some(3)));
        }
        made.assert_right();
    }
}

#[test]
fn one_that_moves_the_version_is_named() {
    for (row, to) in [(ROW, 2), (CLOCK, 900), (CONDITIONAL, 2)] {
        let mut made = Made::new();
        made.intends(1, 10, row, Kind::Save, BOTH, Some(made.state(row)));
        made.under(1, Rule::WithoutIncrement);
        made.becomes(row, Some(whole(to, 10)));
        made.is_told(1, 10, Answer::Written(Some(to)));
        made.assert_wrong(Violation::WrongStep { row, from: 1, to });
    }
    let (mut made, loaded, _) = made();
    made.saves_under(Rule::WithoutIncrement, 1, 11, loaded, 1);
    made.assert_wrong(Violation::VersionWentBack { row: ROW, from: 2, to: 1 });
}

#[test]
fn one_that_is_acknowledged_and_not_there_is_named() {
    let (mut made, loaded, _) = made();
    made.intends(1, 11, ROW, Kind::Save, BOTH, Some(loaded));
    made.under(1, Rule::WithoutIncrement);
    made.is_told(1, 11, Answer::Written(Some(2)));
    // Another one at the same version does not count for it.
    made.saves_under(Rule::WithoutIncrement, 2, 20, loaded, 2);
    made.assert_wrong(Violation::LostSave { write: 11, row: ROW });
}

#[test]
fn one_that_was_there_and_is_no_more_although_nobody_wrote_over_it_is_named() {
    let (mut made, loaded, _) = made();
    made.saves_under(Rule::WithoutIncrement, 1, 11, loaded, 2);
    made.rows.insert(ROW, contents(loaded));
    made.assert_wrong(Violation::BrokenChain { row: ROW, change: 3 });
}

#[test]
fn one_over_a_version_that_was_not_loaded_is_named() {
    let (mut made, loaded, stale) = made();
    made.saves_under(Rule::WithoutIncrement, 2, 20, stale, 2);
    made.assert_lost_update(20, stale, loaded);
}

/// Others may write over it at its own version alone: what comes later is checked as ever.
#[test]
fn what_was_loaded_before_it_is_stale_once_the_version_moved() {
    let (mut made, loaded, _) = made();
    made.saves_under(Rule::WithoutIncrement, 1, 11, loaded, 2);
    made.saves(1, 12, ROW);
    let overwritten = made.state(ROW);
    made.saves_under(Rule::Ordinary, 2, 20, loaded, 4);
    made.assert_lost_update(20, loaded, overwritten);
}

/// A record cannot have been loaded in a state that the row came to later.
#[test]
fn one_over_a_state_of_before_its_own_is_named() {
    let (mut made, loaded, _) = made();
    made.saves_under(Rule::WithoutIncrement, 1, 11, whole(2, 20), 2);
    made.saves_under(Rule::WithoutIncrement, 2, 20, loaded, 2);
    made.assert_lost_update(11, whole(2, 20), loaded);
}

#[test]
fn a_side_that_is_neither_the_writes_nor_the_records_is_named() {
    let (mut made, loaded, _) = made();
    made.saves_under(Rule::WithoutIncrement, 1, 11, loaded, 2);
    made.intends(2, 20, ROW, Kind::Save, RIGHT, Some(loaded));
    made.under(2, Rule::WithoutIncrement);
    made.becomes(ROW, Some(State { version: 2, left: 11, right: 20 }));
    made.is_told(2, 20, Answer::Written(Some(2)));
    made.assert_wrong(Violation::Torn { write: 20, row: ROW });
}

/// A merge was refused for the side that another one changed, and then a save left the version and that side as the merge knew it.
#[test]
fn a_conflict_of_a_merge_may_be_with_any_state_of_the_version() {
    let (mut made, loaded, _) = made();
    made.intends(1, 11, ROW, Kind::Merge, RIGHT, Some(loaded));
    made.becomes(ROW, Some(State { version: 3, right: 11, ..loaded }));
    made.is_told(1, 11, Answer::Written(Some(3)));
    made.intends(1, 12, ROW, Kind::Merge, LEFT, Some(made.state(ROW)));
    made.under(1, Rule::WithoutIncrement);
    made.becomes(ROW, Some(State { version: 3, left: 12, right: 11 }));
    made.is_told(1, 12, Answer::Written(Some(3)));
    // The right side of the record that was loaded at version 3 before is what the other merge began with.
    made.intends(3, 30, ROW, Kind::Save, RIGHT, Some(State { version: 3, right: 11, ..loaded }));
    made.under(3, Rule::WithoutIncrement);
    made.becomes(ROW, Some(State { version: 3, left: loaded.left, right: 30 }));
    made.is_told(3, 30, Answer::Written(Some(3)));
    made.intends(2, 20, ROW, Kind::Merge, LEFT, Some(loaded));
    made.is_told(2, 20, Answer::Modified { expected: 2, found: 3 });
    made.assert_right();
}
