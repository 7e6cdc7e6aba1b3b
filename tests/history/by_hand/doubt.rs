//! Writes with an unknown outcome, and transactions.

use super::checker::{Contents, Violation, text};
use super::log::{Answer, Ending, Event, Kind, Parts, State};
use super::made::{BOTH, Made, OTHER, ROW, contents, whole};

#[test]
fn what_is_in_doubt_may_be_there_or_not() {
    for is_there in [false, true] {
        for answer in [None, Some(Answer::Lost)] {
            let mut made = Made::new();
            made.intends(1, 10, ROW, Kind::Save, BOTH, Some(made.state(ROW)));
            if is_there {
                made.becomes(ROW, Some(whole(2, 10)));
            }
            if let Some(answer) = answer {
                made.is_told(1, 10, answer);
            }
            let (summary, violations) = made.checked();
            assert_eq!(violations, []);
            assert_eq!((summary.in_doubt, summary.done_in_doubt), (1, usize::from(is_there)));
        }
    }
}

#[test]
fn a_torn_write_is_named_whether_it_is_in_doubt_or_not() {
    let torn: [fn(&Contents) -> Contents; 3] = [
        // The number and not the text, one side and not the other, sides of two writes.
        |before| Contents { version: 2, left: 10, right: 10, right_text: text(10), ..before.clone() },
        |before| Contents { version: 2, left: 10, left_text: text(10), ..before.clone() },
        |_| contents(State { version: 2, left: 10, right: 11 }),
    ];
    for tear in torn {
        for answer in [Answer::Lost, Answer::Written(Some(2))] {
            let mut made = Made::new();
            made.intends(1, 10, ROW, Kind::Save, BOTH, Some(made.state(ROW)));
            made.becomes_whatever(ROW, Some(tear(&made.rows[&ROW])));
            made.is_told(1, 10, answer);
            let (_, violations) = made.checked();
            assert_eq!(violations[0], Violation::Torn { write: 10, row: ROW });
        }
    }
}

/// Two rows in one transaction whose end is unknown.
fn transaction_in_doubt() -> Made {
    let mut made = Made::new();
    made.notes(1, Event::Begin(Parts::Together));
    for (write, row) in [(10, ROW), (11, OTHER)] {
        made.intends(1, write, row, Kind::Save, BOTH, Some(made.state(row)));
        made.is_told(1, write, Answer::Written(Some(2)));
    }
    made
}

#[test]
fn a_transaction_in_doubt_that_is_half_there_is_named() {
    let mut made = transaction_in_doubt();
    made.becomes(ROW, Some(whole(2, 10)));
    made.assert_wrong(Violation::HalfDone { done: vec![10], missing: vec![11] });

    let mut made = transaction_in_doubt();
    made.becomes(ROW, Some(whole(2, 10)));
    made.becomes(OTHER, Some(whole(2, 11)));
    made.assert_right();
    transaction_in_doubt().assert_right();
}

#[test]
fn a_transaction_ends_as_its_client_was_told() {
    let mut made = transaction_in_doubt();
    made.notes(1, Event::End(Ending::Committed));
    made.becomes(ROW, Some(whole(2, 10)));
    made.assert_wrong(Violation::LostSave { write: 11, row: OTHER });

    let mut made = transaction_in_doubt();
    made.notes(1, Event::End(Ending::RolledBack));
    made.becomes(ROW, Some(whole(2, 10)));
    made.assert_wrong(Violation::RefusedYetWritten { write: 10, row: ROW });
}

#[test]
fn writes_that_are_done_each_for_itself_may_be_there_each_for_itself() {
    let mut made = Made::new();
    made.notes(1, Event::Begin(Parts::Each));
    for (write, row) in [(10, ROW), (11, OTHER)] {
        made.intends(1, write, row, Kind::Save, BOTH, Some(made.state(row)));
    }
    made.becomes(OTHER, Some(whole(2, 11)));
    made.notes(1, Event::End(Ending::Unknown));
    made.assert_right();
}

#[test]
fn a_write_of_a_savepoint_that_was_rolled_back_is_named() {
    for is_there in [false, true] {
        let mut made = Made::new();
        made.notes(1, Event::Begin(Parts::Together));
        made.intends(1, 10, ROW, Kind::Save, BOTH, Some(made.state(ROW)));
        made.is_told(1, 10, Answer::Written(Some(2)));
        made.notes(1, Event::Undone(10));
        made.notes(1, Event::End(Ending::Committed));
        if is_there {
            made.becomes(ROW, Some(whole(2, 10)));
            made.assert_wrong(Violation::RefusedYetWritten { write: 10, row: ROW });
        } else {
            made.assert_right();
        }
    }
}
