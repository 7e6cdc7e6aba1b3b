//! PostgreSQL's table of isolation: at READ COMMITTED a conflict is 0 rows, above it the engine refuses the UPDATE.

use crate::suite::isolation::table::Ending::{Conflict, Restart, Written};
use crate::suite::isolation::table::{Cell, Cells, Setting};

pub fn settings(_connection: &mut super::TestConnection) -> Vec<Setting> {
    vec![
        setting(
            "READ COMMITTED",
            &["SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED"],
            READ_COMMITTED,
        ),
        setting(
            "REPEATABLE READ",
            &["SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"],
            SNAPSHOT,
        ),
        setting("SERIALIZABLE", &["SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE"], SNAPSHOT),
    ]
}

const fn setting(name: &'static str, session: &'static [&'static str], cells: Cells) -> Setting {
    Setting { name, database: &[], session, begin: "BEGIN", cells }
}

/// Each statement sees what is committed, and looks again at a row that it waited for.
const READ_COMMITTED: Cells = Cells {
    commits: Cell::second_waits(Conflict),
    rolls_back: Cell::second_waits(Written),
    deletes: Cell::second_waits(Conflict),
    commits_before_single_statement: Cell::second_waits(Conflict),
    saves_what_was_read: Cell::nobody_waits(Conflict),
    deletes_what_was_read: Cell::nobody_waits(Conflict),
    saves_after_snapshot: Cell::nobody_waits(Conflict),
    commits_what_was_read: Cell::second_waits(Conflict),
    both_read: Cell::second_waits(Conflict),
};

/// A row that changed after the snapshot cannot be written: SQLSTATE 40001, at the statement.
const SNAPSHOT: Cells = Cells {
    commits: Cell::second_waits(UPDATED),
    rolls_back: Cell::second_waits(Written),
    deletes: Cell::second_waits(DELETED),
    commits_before_single_statement: Cell::second_waits(UPDATED),
    saves_what_was_read: Cell::nobody_waits(UPDATED),
    deletes_what_was_read: Cell::nobody_waits(DELETED),
    saves_after_snapshot: Cell::nobody_waits(UPDATED),
    commits_what_was_read: Cell::second_waits(UPDATED),
    both_read: Cell::second_waits(UPDATED),
};

const UPDATED: crate::suite::isolation::table::Ending = Restart("could not serialize access due to concurrent update");
const DELETED: crate::suite::isolation::table::Ending = Restart("could not serialize access due to concurrent delete");
