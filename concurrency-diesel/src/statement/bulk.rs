//! The statements about many records at once: the records are the table `s`, their rows the table `t`. How the records become
//! a table stands in `arrays` and `tuples`; which records a statement is about is decided by those who build it.

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

/// A record of a batch, and where it stands there.
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
    /// The versions, too.
    Versions,
    /// The versions and the columns; the next versions where they are known.
    Columns { next: &'b [V] },
}

impl<V> Clone for Parts<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Parts<'_, V> {}

/// Records as the table `s` of a statement: the number of each in `i`, the key in `k0`, `k1`…, the version in `v0`, the next one in
/// `n0`, the columns in `c0`, `c1`…, and in `f0`, `f1`… whether a column that can be left out is written.
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
