//! The statements about many records at once: the records are the table `s`, their rows the table `t`. `arrays` and
//! `tuples` make the records a table. The callers decide which records a statement is about.

mod arrays;
mod cases;
mod delete;
mod key;
mod length;
mod order;
mod same_rows;
mod set;
mod tuples;
mod update;
mod versions;
mod write;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};

use super::source::Source;
use crate::backend::ConcurrencyBackend;
use crate::columns::ConcurrentColumns;

pub(crate) use arrays::{Arrays, has_arrays, has_key_arrays, has_version_array};
pub(crate) use cases::CaseUpdate;
pub(crate) use delete::{DeleteAll, JoinedDelete};
pub(crate) use key::{has_equal_keys, integer_key};
pub(crate) use length::length;
pub(crate) use order::order_of_key;
pub(crate) use same_rows::SameRows;
pub(crate) use set::{AssignNext, BumpIfChanged, LeaveVersion};
pub(crate) use tuples::{Tuples, tuple_length};
pub(crate) use update::{JoinedUpdate, UpdateAll};
pub(crate) use versions::SelectVersions;

/// A record of a batch, and its position there.
pub(crate) struct Item<'b, T: ConcurrentColumns> {
    pub(crate) index: usize,
    pub(crate) source: Source<'b, T>,
}

impl<T: ConcurrentColumns> Clone for Item<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ConcurrentColumns> Copy for Item<'_, T> {}

/// What a table of records has besides their keys and numbers.
pub(crate) enum Parts<'b, V> {
    /// Nothing.
    Keys,
    /// Also the versions.
    Versions,
    /// The versions and the columns; the next versions if they are known.
    Columns { next: &'b [V] },
}

impl<V> Clone for Parts<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Parts<'_, V> {}

/// Records as the table `s` of a statement. Its columns are the record's number `i`, the key `k0`, `k1`…, the version
/// `v0`, the next version `n0`, and the columns `c0`, `c1`…; `f0`, `f1`… say whether a column that can be left out is
/// written.
pub(crate) trait Records<DB: Backend>: QueryFragment<DB> {}

/// Writes the name of a column of `s`.
fn push_name<DB: Backend>(out: &mut AstPass<'_, '_, DB>, letter: &str, number: usize) {
    out.push_sql(letter);
    out.push_sql(&number.to_string());
}

/// Writes a column of `t`.
fn push_row_column<DB: Backend>(out: &mut AstPass<'_, '_, DB>, column: &str) -> diesel::QueryResult<()> {
    out.push_sql("t.");
    out.push_identifier(column)
}

/// Writes ` AS t` after the table's name.
fn push_rows<T, DB>(out: &mut AstPass<'_, '_, DB>) -> diesel::QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: crate::concurrent::ConcurrentOn<DB>,
{
    super::columns::push_table::<T, DB>(out.reborrow())?;
    out.push_sql(" AS t");
    Ok(())
}
