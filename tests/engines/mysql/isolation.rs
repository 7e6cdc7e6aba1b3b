//! InnoDB's table of isolation: a conflict is 0 rows, though a snapshot still shows the old version; with
//! `innodb_snapshot_isolation` the engine refuses to write over an older snapshot.
//!
//! Only MariaDB has that variable, since 10.6.18, 10.11.8 and 11.4.2; it is ON by default since 11.6.2. Where it exists
//! each level is tried with both its values.

use diesel::connection::SimpleConnection as _;

use crate::suite::isolation::table::Ending::{Conflict, Restart, Written, WrittenOrRestart};
use crate::suite::isolation::table::{Cell, Cells, Ending, Setting};

pub fn settings(connection: &mut super::TestConnection) -> Vec<Setting> {
    if connection.batch_execute("SET @ignored = @@innodb_snapshot_isolation").is_err() {
        return vec![
            setting("READ COMMITTED", &["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"], NO_ROWS),
            setting("REPEATABLE READ", &["SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"], NO_ROWS),
            setting("SERIALIZABLE", &["SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE"], LOCKING_READS),
        ];
    }
    vec![
        setting(
            "READ COMMITTED, snapshot isolation off",
            &["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET innodb_snapshot_isolation = OFF"],
            NO_ROWS,
        ),
        setting(
            "READ COMMITTED, snapshot isolation on",
            &["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET innodb_snapshot_isolation = ON"],
            NO_ROWS,
        ),
        setting(
            "REPEATABLE READ, snapshot isolation off",
            &["SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SET innodb_snapshot_isolation = OFF"],
            NO_ROWS,
        ),
        setting(
            "REPEATABLE READ, snapshot isolation on",
            &["SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SET innodb_snapshot_isolation = ON"],
            SNAPSHOT,
        ),
        setting(
            "SERIALIZABLE, snapshot isolation off",
            &["SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET innodb_snapshot_isolation = OFF"],
            LOCKING_READS,
        ),
        setting(
            "SERIALIZABLE, snapshot isolation on",
            &["SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET innodb_snapshot_isolation = ON"],
            LOCKING_SNAPSHOT,
        ),
    ]
}

const fn setting(name: &'static str, session: &'static [&'static str], cells: Cells) -> Setting {
    Setting { name, database: &[], session, begin: "BEGIN", cells }
}

/// A write sees what is committed, whatever the snapshot shows.
const NO_ROWS: Cells = Cells {
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

/// A row that changed after the snapshot cannot be written: error 1020, and the whole transaction is rolled back.
const SNAPSHOT: Cells = Cells {
    saves_what_was_read: Cell::nobody_waits(CHANGED),
    deletes_what_was_read: Cell::nobody_waits(CHANGED),
    saves_after_snapshot: Cell::nobody_waits(CHANGED),
    commits_what_was_read: Cell::second_waits(CHANGED),
    both_read: Cell::second_waits(CHANGED),
    ..NO_ROWS
};

/// Reading locks the row, so the other transaction cannot write it. If the reader writes, too, the two are a deadlock.
/// In newer versions (MySQL 9.7 and MariaDB 11.8 among them) the reader overtakes, and the other one is late.
const LOCKING_READS: Cells = Cells {
    saves_what_was_read: Cell::first_waits(DEADLOCK, DEADLOCK).or(Conflict, Written),
    deletes_what_was_read: Cell::first_waits(DEADLOCK, DEADLOCK).or(Conflict, Written),
    commits_what_was_read: Cell::first_waits(DEADLOCK, DEADLOCK).or(Conflict, Written),
    both_read: Cell::first_waits(DEADLOCK, DEADLOCK),
    ..NO_ROWS
};

/// Both of these. The statement's own snapshot counts, even if there is no other.
const LOCKING_SNAPSHOT: Cells = Cells {
    commits: Cell::second_waits(CHANGED),
    deletes: Cell::second_waits(CHANGED),
    commits_before_single_statement: Cell::second_waits(CHANGED),
    saves_what_was_read: Cell::first_waits(DEADLOCK, DEADLOCK).or(CHANGED, Written),
    deletes_what_was_read: Cell::first_waits(DEADLOCK, DEADLOCK).or(CHANGED, Written),
    saves_after_snapshot: Cell::nobody_waits(CHANGED),
    commits_what_was_read: Cell::first_waits(DEADLOCK, DEADLOCK).or(CHANGED, Written),
    ..LOCKING_READS
};

const CHANGED: Ending = Restart("Record has changed since last read in table");
const DEADLOCK: Ending = WrittenOrRestart("Deadlock found");
