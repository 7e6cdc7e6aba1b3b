//! Which of the record's columns a save writes: all of them, or those that changed.

use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, ConcurrentColumnsOn, RecordVisitor};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::tracked::ColumnSet;

/// With more columns than this that can be left out, a save is not kept prepared: its texts double with each such
/// column.
const MOST_SKIPPABLE_PREPARED: usize = 4;

/// The columns of a `T` that a save writes.
pub trait Selection<T>: Copy + Send + Sync {
    /// Whether the text is the same for all records of a type without a column that can be left out.
    const IS_STATIC: bool;

    /// Whether the statement is worth keeping prepared.
    fn is_kept_prepared(self) -> bool;

    /// The set of these columns.
    fn columns(self) -> ColumnSet;

    /// Whether the version advances even if it could stay otherwise.
    fn advances_always(self) -> bool {
        false
    }

    /// Shows the visitor each column that is written.
    fn visit_columns<'b, DB, W>(self, visitor: &mut W) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB> + 'b,
        W: RecordVisitor<'b, T, DB>;

    /// Shows the visitor each column that is written and moves a conditional version.
    fn visit_checked<'b, DB, W>(self, visitor: &mut W) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB> + 'b,
        W: RecordVisitor<'b, T, DB>;
}

/// All columns.
#[derive(Debug, Clone, Copy)]
pub struct EveryColumn;

impl<T: Concurrent> Selection<T> for EveryColumn {
    const IS_STATIC: bool = true;

    fn is_kept_prepared(self) -> bool {
        T::__SKIPPABLE <= MOST_SKIPPABLE_PREPARED
    }

    fn columns(self) -> ColumnSet {
        ColumnSet::EVERY
    }

    fn visit_columns<'b, DB, W>(self, visitor: &mut W) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB> + 'b,
        W: RecordVisitor<'b, T, DB>,
    {
        T::__visit_columns(visitor)
    }

    fn visit_checked<'b, DB, W>(self, visitor: &mut W) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB> + 'b,
        W: RecordVisitor<'b, T, DB>,
    {
        T::__visit_checked(visitor)
    }
}

/// The columns of a set.
#[derive(Debug, Clone, Copy)]
pub struct SomeColumns {
    columns: ColumnSet,
    is_kept_prepared: bool,
    advances_always: bool,
}

impl SomeColumns {
    /// The columns that changed, and those of writes that may still come; `None` if there are neither.
    pub(crate) fn with_fence<T: Concurrent>(changed: ColumnSet, to_come: Option<ColumnSet>) -> Option<Self> {
        let columns = changed.union(to_come.unwrap_or_default());
        (to_come.is_some() || !changed.is_empty()).then(|| Self::of::<T>(columns, to_come.is_some()))
    }

    pub(crate) fn of<T: Concurrent>(columns: ColumnSet, advances_always: bool) -> Self {
        let is_kept_prepared = if columns == ColumnSet::EVERY {
            <EveryColumn as Selection<T>>::is_kept_prepared(EveryColumn)
        } else {
            T::__column_sets().keeps(columns)
        };
        Self { columns, is_kept_prepared, advances_always }
    }
}

impl<T: Concurrent> Selection<T> for SomeColumns {
    const IS_STATIC: bool = false;

    fn is_kept_prepared(self) -> bool {
        self.is_kept_prepared
    }

    fn columns(self) -> ColumnSet {
        self.columns
    }

    fn advances_always(self) -> bool {
        self.advances_always
    }

    fn visit_columns<'b, DB, W>(self, visitor: &mut W) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB> + 'b,
        W: RecordVisitor<'b, T, DB>,
    {
        let mut position = 0_u32;
        let selects = |_| {
            let selects = self.columns.contains(position);
            position = position.saturating_add(1);
            selects
        };
        <T as ConcurrentColumnsOn<DB>>::__visit_columns(&mut Only { visitor, selects })
    }

    /// Selects the columns by name, because a column has another position among those that move the version.
    fn visit_checked<'b, DB, W>(self, visitor: &mut W) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB> + 'b,
        W: RecordVisitor<'b, T, DB>,
    {
        let mut names = Names(Vec::new());
        Selection::<T>::visit_columns::<DB, _>(self, &mut names)?;
        let selects = |name| names.0.contains(&name);
        <T as ConcurrentColumnsOn<DB>>::__visit_checked(&mut Only { visitor, selects })
    }
}

/// Shows another visitor only the columns that it selects by name.
struct Only<'w, W, P> {
    visitor: &'w mut W,
    selects: P,
}

impl<'b, T, DB, W, P> ColumnVisitor<'b, T, DB> for Only<'_, W, P>
where
    T: ConcurrentColumns + 'b,
    T::__Serialized: 'b,
    DB: ConcurrencyBackend,
    W: ColumnVisitor<'b, T, DB>,
    P: FnMut(&'static str) -> bool,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        if (self.selects)(name) { self.visitor.column::<ST, U, G>(name, get) } else { Ok(()) }
    }
}

impl<'b, T, DB, W, P> RecordVisitor<'b, T, DB> for Only<'_, W, P>
where
    T: ConcurrentColumns + 'b,
    T::__Serialized: 'b,
    DB: ConcurrencyBackend,
    W: RecordVisitor<'b, T, DB>,
    P: FnMut(&'static str) -> bool,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        if (self.selects)(name) { self.visitor.skippable_column::<ST, U, G>(name, get) } else { Ok(()) }
    }
}

/// Collects the names of columns.
struct Names(Vec<&'static str>);

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for Names
where
    T: ConcurrentColumns + 'b,
    T::__Serialized: 'b,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.0.push(name);
        Ok(())
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for Names
where
    T: ConcurrentColumns + 'b,
    T::__Serialized: 'b,
    DB: ConcurrencyBackend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        self.0.push(name);
        Ok(())
    }
}
