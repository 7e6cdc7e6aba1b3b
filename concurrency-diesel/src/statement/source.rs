//! A record as statements bind it, and the pieces of statements that are made from it.

use std::marker::PhantomData;

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use super::changed::AdvanceIfChanged;
use super::columns::KeyWriter;
use super::selection::EveryColumn;
use super::set_version::{AssignVersion, IncrementVersion, KeepVersion};
use super::update::{Columns, SameRow, WithColumns};
use super::where_version::{AnyVersion, StoredIs, VersionBelow, VersionIs};
use crate::backend::ConcurrencyBackend;
use crate::columns::ConcurrentColumns;
use crate::concurrent::{Concurrent, ConcurrentOn};

/// A record as statements bind it: itself, and what its `serialize_as` fields were converted to.
pub(crate) struct Source<'b, T: ConcurrentColumns> {
    pub(crate) record: &'b T,
    pub(crate) serialized: &'b T::__Serialized,
}

impl<T: ConcurrentColumns> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ConcurrentColumns> Copy for Source<'_, T> {}

impl<'b, T: ConcurrentColumns> Source<'b, T> {
    /// Writes ` WHERE id = ?`.
    pub(super) fn push_key<DB>(self, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        T::__visit_key(&mut KeyWriter { source: self, out, separator: " WHERE " })
    }
}

/// The pieces of statements about a record, which know its version column from its type.
impl<'b, T: Concurrent> Source<'b, T> {
    pub(crate) const fn assign(self, version: &'b T::Version) -> Assign<'b, T> {
        AssignVersion { version, column: PhantomData }
    }

    pub(crate) const fn keep(self) -> KeepVersion<T::__VersionColumn> {
        KeepVersion(PhantomData)
    }

    pub(crate) const fn increment(self) -> IncrementVersion<T> {
        IncrementVersion(PhantomData)
    }

    pub(crate) const fn advance_if_changed<S>(self, selection: S) -> AdvanceIfChanged<'b, T, S> {
        AdvanceIfChanged { source: self, selection }
    }

    pub(crate) const fn version_is(self, version: &'b T::Version) -> Is<'b, T> {
        VersionIs { version, column: PhantomData }
    }

    pub(crate) const fn stored_is(self, stored: &str) -> StoredIs<'_, T::__VersionColumn> {
        StoredIs { stored, column: PhantomData }
    }

    pub(crate) const fn version_below(self, version: &'b T::Version) -> Below<'b, T> {
        VersionBelow { version, column: PhantomData }
    }

    pub(crate) const fn any_version(self) -> AnyVersion {
        AnyVersion
    }

    pub(crate) const fn columns(self) -> Columns<'b, T> {
        self.some_columns(EveryColumn)
    }

    pub(crate) const fn some_columns<S>(self, selection: S) -> Columns<'b, T, S> {
        Columns { source: self, selection }
    }

    pub(crate) const fn same_row(self) -> SameRow<T> {
        SameRow(PhantomData)
    }

    pub(crate) const fn with_columns<A>(self, version: A) -> WithColumns<'b, T, A> {
        self.with_some_columns(version, EveryColumn)
    }

    pub(crate) const fn with_some_columns<A, S>(self, version: A, selection: S) -> WithColumns<'b, T, A, S> {
        WithColumns { version, source: self, selection }
    }
}

type Assign<'b, T> = AssignVersion<'b, <T as Concurrent>::__VersionColumn, <T as Concurrent>::Version>;
type Is<'b, T> = VersionIs<'b, <T as Concurrent>::__VersionColumn, <T as Concurrent>::Version>;
type Below<'b, T> = VersionBelow<'b, <T as Concurrent>::__VersionColumn, <T as Concurrent>::Version>;
