//! The kinds of mistakes in a history. Nothing here looks for them.

use super::super::log::{Row, State};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The changes of a row do not follow from one another, or do not end in the row: nothing can be proved from them.
    BrokenChain { row: Row, change: usize },
    /// A write wrote over a state that its record was not loaded in.
    LostUpdate { write: i64, row: Row, loaded: Option<State>, overwritten: Option<State> },
    /// A write was acknowledged, and no change of the row is its doing.
    LostSave { write: i64, row: Row },
    /// A write did more than one change.
    WrittenTwice { write: i64, row: Row },
    /// A write was done before one that its client already knew to be done.
    OutOfOrder { write: i64, row: Row },
    /// A write was refused or rolled back, and a change is its doing.
    RefusedYetWritten { write: i64, row: Row },
    /// No write made this change.
    Unasked { row: Row, before: Option<State>, after: Option<State> },
    /// Columns that are written together are of several writes, or some of them were left out.
    Torn { write: i64, row: Row },
    /// Two writes gave a row the same version.
    SharedVersion { row: Row, version: i64 },
    /// A write gave a row an older version.
    VersionWentBack { row: Row, from: i64, to: i64 },
    /// A write moved the version otherwise than its version field does.
    WrongStep { row: Row, from: i64, to: i64 },
    /// The record has another version than the row had after the write.
    WrongVersion { write: i64, told: i64, written: i64 },
    /// A write was refused although the row was as its record, or for a reason that the row never gave.
    FalseConflict { write: i64, row: Row, loaded: Option<State>, found: Option<i64> },
    /// Of writes that belong together, some are there and some are not.
    HalfDone { done: Vec<i64>, missing: Vec<i64> },
    /// A record was loaded in a state that the row never had.
    NeverLoaded { write: i64, row: Row, loaded: State },
    /// A write was refused, and the record changed.
    RecordChanged { write: i64 },
    /// A write ended with an error that nothing explains.
    Failed { write: i64, message: String },
}
