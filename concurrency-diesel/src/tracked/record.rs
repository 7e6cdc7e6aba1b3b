//! A tracked record is a record: what Diesel and this crate ask of one it passes on to the record that it holds.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use diesel::Selectable;
use diesel::backend::Backend;
use diesel::deserialize::{self, Queryable};
use diesel::result::QueryResult;

use super::{Attempt, ColumnSets, TrackedRecord};
use crate::backend::ConcurrencyBackend;
use crate::columns::{
    ColumnNames, ColumnVisitor, ConcurrentColumns, ConcurrentColumnsOn, EmbeddedVisitor, RecordVisitor,
};
use crate::concurrent::{Concurrent, ConcurrentOn};

impl<T, M> Deref for TrackedRecord<T, M> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.record
    }
}

impl<T, M> DerefMut for TrackedRecord<T, M> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.record
    }
}

/// Equal are the records and their bases.
impl<T: PartialEq, M> PartialEq for TrackedRecord<T, M> {
    fn eq(&self, other: &Self) -> bool {
        self.record == other.record && self.base == other.base
    }
}

impl<T: Eq, M> Eq for TrackedRecord<T, M> {}

impl<T, M, ST, DB> Queryable<ST, DB> for TrackedRecord<T, M>
where
    DB: Backend,
    T: Queryable<ST, DB> + Clone,
{
    type Row = T::Row;

    fn build(row: T::Row) -> deserialize::Result<Self> {
        T::build(row).map(Self::new)
    }
}

impl<T, M, DB> Selectable<DB> for TrackedRecord<T, M>
where
    DB: Backend,
    T: Selectable<DB>,
{
    type SelectExpression = T::SelectExpression;

    fn construct_selection() -> T::SelectExpression {
        T::construct_selection()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Concurrent, M> ConcurrentColumns for TrackedRecord<T, M> {
    type __StatementId = T::__StatementId;
    type __Serialized = T::__Serialized;
    const __SKIPPABLE: usize = T::__SKIPPABLE;
    const __COLUMNS: ColumnNames = T::__COLUMNS;

    fn __convert(tracked: &Self) -> T::__Serialized {
        tracked.record.__serialize()
    }
}

#[diagnostic::do_not_recommend]
impl<T, M, DB> ConcurrentColumnsOn<DB> for TrackedRecord<T, M>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn __visit_columns<'b, W>(visitor: &mut W) -> QueryResult<()>
    where
        Self: 'b,
        W: RecordVisitor<'b, Self, DB>,
    {
        T::__visit_columns(&mut EmbeddedVisitor { outer: visitor, get: record, record: PhantomData })
    }

    fn __visit_checked<'b, W>(visitor: &mut W) -> QueryResult<()>
    where
        Self: 'b,
        W: RecordVisitor<'b, Self, DB>,
    {
        T::__visit_checked(&mut EmbeddedVisitor { outer: visitor, get: record, record: PhantomData })
    }
}

/// The record and its converted values.
const fn record<'b, T, M, S>(tracked: &'b TrackedRecord<T, M>, serialized: &'b S) -> (&'b T, &'b S) {
    (&tracked.record, serialized)
}

/// What a tracked record knows of its row.
#[allow(missing_debug_implementations, reason = "handed over between hidden methods only")]
pub struct Base<T> {
    base: T,
    in_doubt: Vec<Attempt<T>>,
}

#[diagnostic::do_not_recommend]
impl<T: Concurrent<Version: Clone> + Clone, M> Concurrent for TrackedRecord<T, M> {
    type Table = T::Table;
    type Version = T::Version;
    type VersionField = T::VersionField;
    type __VersionColumn = T::__VersionColumn;
    type __Base = Base<T>;

    fn __record_type() -> TypeId {
        T::__record_type()
    }

    fn __version(&self) -> &T::Version {
        self.record.__version()
    }

    fn __set_version(&mut self, version: T::Version) {
        self.base.__set_version(version.clone());
        self.record.__set_version(version);
    }

    fn __saved(&mut self) {
        self.base.clone_from(&self.record);
        self.in_doubt.clear();
    }

    fn __in_doubt(&mut self) {
        self.in_doubt.push(Attempt { record: self.record.clone(), row: self.record.clone() });
    }

    fn __base(&self) -> Base<T> {
        Base { base: self.base.clone(), in_doubt: self.in_doubt.clone() }
    }

    /// What the transaction saved last is by then the base.
    fn __set_base(&mut self, Base { base, in_doubt }: Base<T>, may_be_committed: bool) {
        let saved = std::mem::replace(&mut self.base, base);
        self.in_doubt = in_doubt;
        if may_be_committed {
            self.in_doubt.push(Attempt { record: saved.clone(), row: saved });
        }
    }

    fn __column_sets() -> &'static ColumnSets {
        T::__column_sets()
    }

    fn __table() -> &'static T::Table {
        T::__table()
    }

    fn __table_name() -> &'static OnceLock<String> {
        T::__table_name()
    }

    fn __write_key(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.record.__write_key(out)
    }
}

#[diagnostic::do_not_recommend]
impl<T, M, DB> ConcurrentOn<DB> for TrackedRecord<T, M>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB> + Concurrent<Version: Clone> + Clone,
{
    fn __visit_key<'b, W>(visitor: &mut W) -> QueryResult<()>
    where
        Self: 'b,
        W: ColumnVisitor<'b, Self, DB>,
    {
        T::__visit_key(&mut EmbeddedVisitor { outer: visitor, get: record, record: PhantomData })
    }
}
