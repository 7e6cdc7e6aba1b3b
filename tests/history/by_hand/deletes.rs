//! Finds which write made a delete. A delete leaves no number, and an unchecked one may be any.

use super::checker::Violation;
use super::log::{Answer, Event, Kind, Parts, Row, Rule};
use super::made::{BOTH, Made, NEITHER, OTHER, ROW, whole};

/// Each must have one that can be its own.
#[test]
fn deletes_are_given_to_those_that_may_have_done_them() {
    let made_with = |answers: [Option<Answer>; 2], deletes: usize| {
        let mut made = Made::new();
        let loaded = made.state(ROW);
        made.intends(1, 10, ROW, Kind::Delete, NEITHER, Some(loaded));
        if let Some(answer) = answers[0].clone() {
            made.is_told(1, 10, answer);
        }
        made.intends(2, 20, ROW, Kind::Delete, NEITHER, Some(loaded));
        made.under(2, Rule::Unchecked);
        if let Some(answer) = answers[1].clone() {
            made.is_told(2, 20, answer);
        }
        for delete in 0..deletes {
            made.becomes(ROW, None);
            let (write, version) = if delete == 0 { (30, 100) } else { (31, 200) };
            made.intends(3, write, ROW, Kind::Insert, BOTH, None);
            made.becomes(ROW, Some(whole(version, write)));
            made.is_told(3, write, Answer::Written(None));
        }
        made
    };
    let written = || Some(Answer::Written(None));
    made_with([written(), written()], 2).assert_right();
    // The checked one can have done the first alone, so that the other did the second, whichever of them is acknowledged.
    made_with([None, written()], 2).assert_right();
    made_with([written(), Some(Answer::Lost)], 2).assert_right();
    made_with([None, None], 2).assert_right();
    made_with([None, written()], 1).assert_right();
    made_with([Some(Answer::Restart), written()], 1).assert_right();
    made_with([None, written()], 0).assert_wrong(Violation::LostSave { write: 20, row: ROW });

    let (_, violations) = made_with([written(), written()], 1).checked();
    assert!(matches!(violations[..], [Violation::LostSave { row: ROW, .. }]), "{violations:?}");
    let (_, violations) = made_with([written(), Some(Answer::Restart)], 2).checked();
    assert_eq!(violations, [Violation::RefusedYetWritten { write: 20, row: ROW }]);
}

/// Each of the unchecked ones may have done any of the three, and the one in doubt the one that it was loaded for: the refused did none.
#[test]
fn a_refused_delete_is_the_last_to_be_thought_of() {
    let states = [whole(1, -1), whole(100, 50), whole(200, 51), whole(300, 52)];
    for loaded in &states[..3] {
        let mut made = Made::new();
        made.intends(1, 10, ROW, Kind::Delete, NEITHER, Some(*loaded));
        let unchecked = [(2, 20, Answer::Written(None)), (3, 30, Answer::Written(None)), (4, 40, Answer::Restart)];
        for (client, write, answer) in unchecked {
            made.intends(client, write, ROW, Kind::Delete, NEITHER, Some(states[0]));
            made.under(client, Rule::Unchecked);
            made.is_told(client, write, answer);
        }
        for state in &states[1..] {
            made.becomes(ROW, None);
            made.intends(5, state.left, ROW, Kind::Insert, BOTH, None);
            made.becomes(ROW, Some(*state));
            made.is_told(5, state.left, Answer::Written(None));
        }
        made.assert_right();
    }
}

/// Of two deletes in doubt the one was done whose unit is there, and not the one whose unit is not.
#[test]
fn a_delete_in_doubt_is_done_as_the_rest_of_its_unit() {
    // Which rows were saved in each unit, if any, and by which of the saves the row came to be what it is.
    let made_with = |has_save: [bool; 2], done: Option<i64>| {
        let mut made = Made::new();
        for (client, write, has_save) in [(1, 10, has_save[0]), (2, 20, has_save[1])] {
            made.notes(client, Event::Begin(Parts::Together));
            made.intends(client, write, ROW, Kind::Delete, NEITHER, Some(made.state(ROW)));
            made.under(client, Rule::Unchecked);
            made.is_told(client, write, Answer::Written(None));
            if has_save {
                made.intends(client, write + 1, OTHER, Kind::Save, BOTH, Some(made.state(OTHER)));
            }
        }
        made.becomes(ROW, None);
        if let Some(write) = done {
            made.becomes(OTHER, Some(whole(2, write)));
        }
        made
    };
    made_with([true, true], Some(11)).assert_right();
    made_with([true, true], Some(21)).assert_right();
    made_with([true, false], None).assert_right();
    made_with([false, true], None).assert_right();
    made_with([false, false], None).assert_right();
    made_with([false, true], Some(21)).assert_right();
    let (_, violations) = made_with([true, true], None).checked();
    assert!(matches!(violations[..], [Violation::HalfDone { .. }]), "{violations:?}");
}

/// Two deletes of one unit whose end is unknown, and one by itself, which may have done what the unit cannot have done.
#[test]
fn deletes_in_doubt_are_done_together_or_not_at_all() {
    let made_with = |rows: [Row; 2], together: u8, alone: u8, deleted: &[Row]| {
        let mut made = Made::new();
        made.notes(together, Event::Begin(Parts::Together));
        for (write, row) in (10..).zip(rows) {
            made.intends(together, write, row, Kind::Delete, NEITHER, Some(made.state(row)));
            made.under(together, Rule::Unchecked);
        }
        made.intends(alone, 20, OTHER, Kind::Delete, NEITHER, Some(made.state(OTHER)));
        made.under(alone, Rule::Unchecked);
        deleted.iter().for_each(|row| made.becomes(*row, None));
        made
    };
    for (rows, [row, other]) in [([ROW, OTHER], [10, 11]), ([OTHER, ROW], [11, 10])] {
        for (together, alone) in [(1, 2), (2, 1)] {
            made_with(rows, together, alone, &[]).assert_right();
            made_with(rows, together, alone, &[OTHER]).assert_right();
            made_with(rows, together, alone, &[ROW, OTHER]).assert_right();
            let half = Violation::HalfDone { done: vec![row], missing: vec![other] };
            made_with(rows, together, alone, &[ROW]).assert_wrong(half);
        }
    }
}
