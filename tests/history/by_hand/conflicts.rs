//! Conflicts that were none, and refusals that were none.

use super::checker::Violation;
use super::log::{Answer, Ending, Event, Kind, Parts, State};
use super::made::{BOTH, LEFT, Made, RIGHT, ROW, whole};

#[test]
fn a_conflict_that_was_none_is_named() {
    let answers = [
        // The row is as it was.
        (Answer::Modified { expected: 2, found: 2 }, Some(2)),
        // The found version is older than the loaded one, or never existed.
        (Answer::Modified { expected: 2, found: 1 }, Some(1)),
        (Answer::Modified { expected: 2, found: 9 }, Some(9)),
        // The write did not expect this version.
        (Answer::Modified { expected: 1, found: 3 }, Some(3)),
        (Answer::Deleted { expected: 2 }, None),
    ];
    for (answer, found) in answers {
        let mut made = Made::new();
        made.saves(1, 10, ROW);
        let loaded = made.state(ROW);
        made.saves(1, 11, ROW);
        made.intends(2, 20, ROW, Kind::Save, BOTH, Some(loaded));
        made.is_told(2, 20, answer);
        made.assert_wrong(Violation::FalseConflict { write: 20, row: ROW, loaded: Some(loaded), found });
    }
}

#[test]
fn a_merge_that_asks_although_the_other_side_was_changed_is_named() {
    let mut made = Made::new();
    let loaded = made.state(ROW);
    made.intends(1, 10, ROW, Kind::Save, RIGHT, Some(loaded));
    made.becomes(ROW, Some(State { version: 2, right: 10, ..loaded }));
    made.is_told(1, 10, Answer::Written(Some(2)));
    made.intends(2, 20, ROW, Kind::Merge, LEFT, Some(loaded));
    made.is_told(2, 20, Answer::Modified { expected: 1, found: 2 });
    made.assert_wrong(Violation::FalseConflict { write: 20, row: ROW, loaded: Some(loaded), found: Some(2) });
}

#[test]
fn a_merge_whose_row_is_deleted_after_it_took_over_a_change_met_a_conflict() {
    let mut made = Made::new();
    let loaded = made.state(ROW);
    made.intends(1, 10, ROW, Kind::Save, RIGHT, Some(loaded));
    made.becomes(ROW, Some(State { version: 2, right: 10, ..loaded }));
    made.is_told(1, 10, Answer::Written(Some(2)));
    let taken_over = made.state(ROW);
    made.intends(1, 11, ROW, Kind::Delete, BOTH, Some(taken_over));
    made.becomes(ROW, None);
    made.is_told(1, 11, Answer::Written(None));
    made.intends(2, 20, ROW, Kind::Merge, LEFT, Some(loaded));
    made.is_told(2, 20, Answer::Deleted { expected: 2 });
    made.assert_right();
}

/// In a transaction that is then rolled back, a conflict may be with its own write, which no one else ever sees.
#[test]
fn a_conflict_with_ones_own_write_is_one() {
    let mut made = Made::new();
    let loaded = made.state(ROW);
    made.notes(1, Event::Begin(Parts::Together));
    made.intends(1, 10, ROW, Kind::Save, BOTH, Some(loaded));
    made.is_told(1, 10, Answer::Written(Some(2)));
    made.intends(1, 11, ROW, Kind::Save, BOTH, Some(loaded));
    made.is_told(1, 11, Answer::Modified { expected: 1, found: 2 });
    made.notes(1, Event::End(Ending::RolledBack));
    made.assert_right();
}

#[test]
fn a_write_that_was_refused_and_is_there_is_named() {
    for refusal in [Answer::Restart, Answer::Exists] {
        let mut made = Made::new();
        made.intends(1, 10, ROW, Kind::Save, BOTH, Some(made.state(ROW)));
        made.becomes(ROW, Some(whole(2, 10)));
        made.is_told(1, 10, refusal);
        made.assert_wrong(Violation::RefusedYetWritten { write: 10, row: ROW });
    }
}
