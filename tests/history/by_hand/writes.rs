//! Writes that are lost, doubled, or made by no client.

use super::checker::{Summary, Violation};
use super::log::{Answer, Event, Kind, Rule, State};
use super::made::{BOTH, LEFT, Made, NEITHER, RIGHT, ROW, contents, whole};

#[test]
fn a_history_of_every_kind_of_write_is_right() {
    let mut made = Made::new();
    made.saves(1, 10, ROW);
    let loaded = made.state(ROW);
    made.intends(2, 20, ROW, Kind::Touch, NEITHER, Some(loaded));
    made.becomes(ROW, Some(State { version: 3, ..loaded }));
    made.is_told(2, 20, Answer::Written(Some(3)));

    made.intends(1, 11, ROW, Kind::Save, BOTH, Some(loaded));
    made.is_told(1, 11, Answer::Modified { expected: 2, found: 3 });
    made.intends(1, 12, ROW, Kind::Save, BOTH, Some(loaded));
    made.under(1, Rule::Unchecked);
    made.becomes(ROW, Some(whole(4, 12)));
    made.is_told(1, 12, Answer::Written(Some(4)));

    // The left by one and the right by another, who had not seen it.
    made.intends(1, 13, ROW, Kind::Merge, LEFT, Some(whole(4, 12)));
    made.becomes(ROW, Some(State { version: 5, left: 13, right: 12 }));
    made.is_told(1, 13, Answer::Written(Some(5)));
    made.intends(2, 21, ROW, Kind::Merge, RIGHT, Some(whole(4, 12)));
    made.becomes(ROW, Some(State { version: 6, left: 13, right: 21 }));
    made.is_told(2, 21, Answer::Written(Some(6)));
    made.intends(3, 30, ROW, Kind::Merge, RIGHT, Some(whole(4, 12)));
    made.is_told(3, 30, Answer::Modified { expected: 4, found: 6 });

    let loaded = made.state(ROW);
    made.intends(2, 22, ROW, Kind::Delete, NEITHER, Some(loaded));
    made.becomes(ROW, None);
    made.is_told(2, 22, Answer::Written(None));
    made.intends(1, 14, ROW, Kind::Update, BOTH, Some(loaded));
    made.is_told(1, 14, Answer::Deleted { expected: 6 });
    made.intends(1, 15, ROW, Kind::Insert, BOTH, None);
    made.becomes(ROW, Some(whole(100, 15)));
    made.is_told(1, 15, Answer::Written(None));
    made.intends(2, 23, ROW, Kind::Insert, BOTH, None);
    made.is_told(2, 23, Answer::Exists);
    made.intends(2, 24, ROW, Kind::Save, BOTH, Some(whole(100, 15)));
    made.is_told(2, 24, Answer::Restart);

    let (summary, violations) = made.checked();
    assert_eq!(violations, []);
    let expected = Summary {
        changes: 11,
        acknowledged: 11,
        unchecked: 1,
        without_increment: 0,
        conflicts: 3,
        restarts: 1,
        rolled_back: 1,
        in_doubt: 0,
        done_in_doubt: 0,
    };
    assert_eq!(summary, expected);
    assert!(!summary.saw_everything());
}

#[test]
fn a_lost_update_is_named() {
    let mut made = Made::new();
    let loaded = made.state(ROW);
    made.saves(1, 10, ROW);
    let overwritten = made.state(ROW);
    made.saves_under(Rule::Ordinary, 2, 20, loaded, 3);
    made.assert_lost_update(20, loaded, overwritten);
}

#[test]
fn a_touch_and_a_delete_over_what_was_not_loaded_are_named() {
    for (kind, told) in [(Kind::Touch, Some(3)), (Kind::Delete, None)] {
        let mut made = Made::new();
        let loaded = made.state(ROW);
        made.saves(1, 10, ROW);
        let overwritten = made.state(ROW);
        made.intends(2, 20, ROW, kind, NEITHER, Some(loaded));
        made.becomes(ROW, told.map(|version| State { version, ..overwritten }));
        made.is_told(2, 20, Answer::Written(told));
        made.assert_lost_update(20, loaded, overwritten);
    }
}

#[test]
fn a_merge_over_the_same_side_is_named() {
    let mut made = Made::new();
    let loaded = made.state(ROW);
    made.saves(1, 10, ROW);
    let overwritten = made.state(ROW);
    made.intends(2, 20, ROW, Kind::Merge, LEFT, Some(loaded));
    made.becomes(ROW, Some(State { version: 3, left: 20, right: 10 }));
    made.is_told(2, 20, Answer::Written(Some(3)));
    made.assert_lost_update(20, loaded, overwritten);
}

#[test]
fn a_save_that_is_acknowledged_and_nowhere_is_named() {
    let mut made = Made::new();
    let loaded = made.state(ROW);
    made.intends(1, 10, ROW, Kind::Save, BOTH, Some(loaded));
    made.is_told(1, 10, Answer::Written(Some(2)));
    made.assert_wrong(Violation::LostSave { write: 10, row: ROW });
}

/// Two writes whose answers both said that they had advanced the version, which advanced once.
#[test]
fn two_touches_for_one_step_are_named() {
    let mut made = Made::new();
    let loaded = made.state(ROW);
    for (client, write) in [(1, 10), (2, 20)] {
        made.intends(client, write, ROW, Kind::Touch, NEITHER, Some(loaded));
        made.is_told(client, write, Answer::Written(Some(2)));
    }
    made.becomes(ROW, Some(State { version: 2, ..loaded }));
    let (_, violations) = made.checked();
    assert!(matches!(violations[..], [Violation::LostSave { row: ROW, .. }]), "{violations:?}");
}

#[test]
fn a_save_that_was_done_twice_is_named() {
    let mut made = Made::new();
    made.intends(1, 10, ROW, Kind::Save, BOTH, Some(made.state(ROW)));
    made.under(1, Rule::Unchecked);
    made.becomes(ROW, Some(whole(2, 10)));
    made.is_told(1, 10, Answer::Written(Some(2)));
    made.saves(2, 20, ROW);
    made.becomes(ROW, Some(whole(4, 10)));
    let (_, violations) = made.checked();
    assert_eq!(
        violations,
        [Violation::WrongVersion { write: 10, told: 2, written: 4 }, Violation::WrittenTwice { write: 10, row: ROW }]
    );
}

#[test]
fn a_change_that_nobody_asked_for_is_named() {
    let mut made = Made::new();
    let before = made.state(ROW);
    let after = whole(2, 10);
    made.becomes(ROW, Some(after));
    made.assert_wrong(Violation::Unasked { row: ROW, before: Some(before), after: Some(after) });

    let mut made = Made::new();
    made.becomes(ROW, None);
    made.assert_wrong(Violation::Unasked { row: ROW, before: Some(before), after: None });

    // A save that inserts.
    let mut made = Made::new();
    made.intends(1, 10, ROW, Kind::Delete, NEITHER, Some(before));
    made.becomes(ROW, None);
    made.is_told(1, 10, Answer::Written(None));
    made.intends(2, 20, ROW, Kind::Save, BOTH, Some(before));
    made.becomes(ROW, Some(after));
    made.is_told(2, 20, Answer::Lost);
    made.rows.insert(ROW, contents(after));
    let (_, violations) = made.checked();
    assert_eq!(violations, [Violation::Unasked { row: ROW, before: None, after: Some(after) }]);
}

#[test]
fn a_record_that_was_loaded_in_a_state_that_never_was_is_named() {
    let mut made = Made::new();
    let loaded = whole(2, 99);
    made.intends(1, 10, ROW, Kind::Save, BOTH, Some(loaded));
    made.is_told(1, 10, Answer::Restart);
    made.assert_wrong(Violation::NeverLoaded { write: 10, row: ROW, loaded });
}

#[test]
fn a_record_that_a_refusal_changed_and_an_error_that_nothing_explains_are_named() {
    let mut made = Made::new();
    made.intends(1, 10, ROW, Kind::Save, BOTH, Some(made.state(ROW)));
    made.is_told(1, 10, Answer::Restart);
    made.notes(1, Event::Changed(10));
    made.assert_wrong(Violation::RecordChanged { write: 10 });

    let mut made = Made::new();
    made.intends(1, 10, ROW, Kind::Save, BOTH, Some(made.state(ROW)));
    made.is_told(1, 10, Answer::Failed("no such table".to_owned()));
    made.assert_wrong(Violation::Failed { write: 10, message: "no such table".to_owned() });
}

#[test]
fn changes_that_do_not_follow_from_one_another_prove_nothing() {
    let mut made = Made::new();
    made.saves(1, 10, ROW);
    made.saves(1, 11, ROW);
    made.rows.insert(ROW, contents(whole(2, 10)));
    made.assert_wrong(Violation::BrokenChain { row: ROW, change: 3 });

    let mut made = Made::new();
    made.saves(1, 10, ROW);
    made.saves(1, 11, ROW);
    made.changes.remove(4);
    let (_, violations) = made.checked();
    assert_eq!(violations[0], Violation::BrokenChain { row: ROW, change: 1 });
}
