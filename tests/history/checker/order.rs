//! Checks that the writes of a client were done in its own order. A write that was answered was done before the client
//! went on. The database must not forget an answer later.

use std::collections::HashMap;

use super::super::log::{Kind, Row};
use super::Violation;
use super::claims::Claims;
use super::unit::{Attempt, Fate, Unit};

pub(super) fn check(units: &[Unit], claims: &Claims, violations: &mut Vec<Violation>) {
    let mut last: HashMap<Row, usize> = HashMap::new();
    for attempt in units.iter().flat_map(|unit| &unit.attempts).filter(|attempt| is_known(attempt)) {
        let (write, row) = (attempt.intent.write, attempt.intent.row);
        let Some(position) = claims.position(write) else { continue };
        if last.get(&row).is_some_and(|last| position < *last) {
            violations.push(Violation::OutOfOrder { write, row });
        } else if attempt.fate == Fate::Acknowledged {
            last.insert(row, position);
        }
    }
}

/// Whether it is known which change a write did, and not only that there is one for it.
const fn is_known(attempt: &Attempt) -> bool {
    !matches!(attempt.intent.kind, Kind::Touch | Kind::Delete) || attempt.told().is_some()
}
