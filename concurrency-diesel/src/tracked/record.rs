//! A tracked record is a record: it passes what Diesel and this crate ask of it on to the record that it holds.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use concurrency_core::{RecordId, VersionValue, Versioned};
use diesel::Selectable;
use diesel::backend::Backend;
use diesel::deserialize::{self, Queryable};
use diesel::result::QueryResult;

use super::remembered::Remembered;
use super::{ColumnSets, Trackable, Tracked};
use crate::backend::ConcurrencyBackend;
use crate::columns::{
    ColumnNames, ColumnVisitor, ConcurrentColumns, ConcurrentColumnsOn, EmbeddedVisitor, RecordVisitor,
};
use crate::concurrent::{Concurrent, ConcurrentOn, TableFacts};

impl<T> Deref for Tracked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.record
    }
}

impl<T> DerefMut for Tracked<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.record
    }
}

#[diagnostic::do_not_recommend]
impl<T: Versioned> Versioned for Tracked<T> {
    fn record_id(&self) -> RecordId {
        self.record.record_id()
    }

    fn version_value(&self) -> VersionValue {
        self.record.version_value()
    }
}

impl<T: fmt::Debug> fmt::Debug for Tracked<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { record, base, in_doubt, origin: _ } = self;
        let mut shown = formatter.debug_struct("Tracked");
        shown.field("record", record).field("base", base).field("in_doubt", in_doubt).finish()
    }
}

/// Two are equal if their records and their bases are.
impl<T: PartialEq> PartialEq for Tracked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.record == other.record && self.base == other.base
    }
}

impl<T: Eq> Eq for Tracked<T> {}

impl<T, ST, DB> Queryable<ST, DB> for Tracked<T>
where
    DB: Backend,
    T: Queryable<ST, DB> + Trackable + Concurrent<Version: Clone> + Clone,
{
    type Row = T::Row;

    fn build(row: T::Row) -> deserialize::Result<Self> {
        T::build(row).map(Self::new)
    }
}

impl<T, DB> Selectable<DB> for Tracked<T>
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
impl<T: Concurrent> ConcurrentColumns for Tracked<T> {
    type __StatementId = T::__StatementId;
    type __Serialized = T::__Serialized;
    const __SKIPPABLE: usize = T::__SKIPPABLE;
    const __COLUMNS: ColumnNames = T::__COLUMNS;

    fn __convert(tracked: &Self) -> T::__Serialized {
        tracked.record.__serialize()
    }
}

#[diagnostic::do_not_recommend]
impl<T, DB> ConcurrentColumnsOn<DB> for Tracked<T>
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
const fn record<'b, T, S>(tracked: &'b Tracked<T>, serialized: &'b S) -> (&'b T, &'b S) {
    (&tracked.record, serialized)
}

#[diagnostic::do_not_recommend]
impl<T: Trackable + Concurrent<Version: Clone> + Clone> Concurrent for Tracked<T> {
    type Table = T::Table;
    type Version = T::Version;
    type VersionField = T::VersionField;
    type __VersionColumn = T::__VersionColumn;
    type __Memory = Remembered<T>;

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

    fn __column_sets() -> &'static ColumnSets {
        T::__column_sets()
    }

    fn __record_name() -> &'static str {
        T::__record_name()
    }

    fn __table() -> &'static T::Table {
        T::__table()
    }

    fn __table_facts() -> &'static TableFacts {
        T::__table_facts()
    }

    fn __write_key(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.record.__write_key(out)
    }
}

#[diagnostic::do_not_recommend]
impl<T, DB> ConcurrentOn<DB> for Tracked<T>
where
    DB: ConcurrencyBackend,
    T: Trackable + ConcurrentOn<DB> + Concurrent<Version: Clone> + Clone,
{
    fn __visit_key<'b, W>(visitor: &mut W) -> QueryResult<()>
    where
        Self: 'b,
        W: ColumnVisitor<'b, Self, DB>,
    {
        T::__visit_key(&mut EmbeddedVisitor { outer: visitor, get: record, record: PhantomData })
    }
}
