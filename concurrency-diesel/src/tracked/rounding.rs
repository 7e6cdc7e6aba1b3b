//! A value that was rounded on its way into the row is no edit: two values that are bound alike are the same.

use diesel::result::QueryResult;

use super::worlds::World;
use super::{ColumnSet, Trackable, Tracked, fields};
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, ConcurrentColumnsOn, RecordVisitor};
use crate::concurrent::ConcurrentOn;

/// The worlds that are possible with this row. Values that are stored as the row's are replaced by the row's own.
pub(super) fn worlds_as_stored<'t, T, DB>(tracked: &'t Tracked<T>, row: &T) -> QueryResult<Vec<World<'t, T>>>
where
    DB: ConcurrencyBackend,
    T: Trackable + ConcurrentOn<DB> + Clone,
{
    let stored = bound_columns::<T, DB>(row)?;
    let mut worlds = tracked.worlds(row);
    for world in &mut worlds {
        if let World::Known { ancestor, mine } = world {
            take_over::<T, DB>(ancestor.to_mut(), row, &stored)?;
            take_over::<T, DB>(mine.to_mut(), row, &stored)?;
        }
    }
    Ok(worlds)
}

/// Takes over the row's values in the columns where the copy would be stored as the row is.
fn take_over<T, DB>(copy: &mut T, row: &T, stored: &[String]) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: Trackable + ConcurrentOn<DB>,
{
    let mut same = ColumnSet::default();
    for (position, (one, other)) in (0..).zip(bound_columns::<T, DB>(copy)?.iter().zip(stored)) {
        if one == other {
            same.insert(position);
        }
    }
    fields::copy_columns(same, row, copy);
    Ok(())
}

/// What each column is bound as, in the order of the columns.
fn bound_columns<T, DB>(record: &T) -> QueryResult<Vec<String>>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let serialized = record.__serialize();
    let mut bound = BoundColumns { record, serialized: &serialized, columns: Vec::new() };
    <T as ConcurrentColumnsOn<DB>>::__visit_columns(&mut bound)?;
    Ok(bound.columns)
}

struct BoundColumns<'b, T: ConcurrentColumns> {
    record: &'b T,
    serialized: &'b T::__Serialized,
    columns: Vec<String>,
}

impl<'b, T: ConcurrentColumns> BoundColumns<'b, T> {
    fn push<ST, U, DB>(&mut self, value: Option<&'b U>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        U: Bindable<ST, DB>,
    {
        let mut column = String::new();
        if let Some(value) = value {
            value.__write_bound(&mut column)?;
        }
        self.columns.push(column);
        Ok(())
    }
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for BoundColumns<'b, T>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.push(Some(get(self.record, self.serialized)))
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for BoundColumns<'b, T>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        self.push(get(self.record, self.serialized))
    }
}
