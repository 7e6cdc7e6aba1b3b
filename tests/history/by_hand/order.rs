//! Writes that were done in another order than their client's.

use super::checker::Violation;
use super::log::{Answer, Kind, Rule};
use super::made::{BOTH, Made, OTHER, ROW, whole};

/// Each may be done over the other's state, so that nothing but their order is wrong.
fn made_with(rule: Rule, versions: [i64; 2], first_answer: Answer) -> Made {
    let mut made = Made::new();
    let loaded = made.state(ROW);
    for (write, version, answer) in
        [(10, versions[1], first_answer), (11, versions[0], Answer::Written(Some(versions[0])))]
    {
        made.intends(1, write, ROW, Kind::Save, BOTH, Some(loaded));
        made.under(1, rule);
        let told = if let Answer::Written(_) = answer { Answer::Written(Some(version)) } else { answer };
        made.is_told(1, write, told);
    }
    made.becomes(ROW, Some(whole(versions[0], 11)));
    made.becomes(ROW, Some(whole(versions[1], 10)));
    made
}

#[test]
fn a_write_that_was_done_before_one_that_was_acknowledged_already_is_named() {
    for (rule, versions) in [(Rule::Unchecked, [2, 3]), (Rule::WithoutIncrement, [1, 1])] {
        made_with(rule, versions, Answer::Written(None)).assert_wrong(Violation::OutOfOrder { write: 11, row: ROW });
    }
}

/// The database may still be at it when the client, which lost its connection, goes on.
#[test]
fn a_write_in_doubt_may_be_done_later_than_the_next_one() {
    made_with(Rule::Unchecked, [2, 3], Answer::Lost).assert_right();
}

#[test]
fn rows_and_clients_have_no_order_among_one_another() {
    let mut made = Made::new();
    made.saves(1, 10, OTHER);
    made.saves_under(Rule::WithoutIncrement, 2, 20, made.state(ROW), 1);
    made.saves(1, 11, ROW);
    made.saves(2, 21, OTHER);
    made.assert_right();
}
