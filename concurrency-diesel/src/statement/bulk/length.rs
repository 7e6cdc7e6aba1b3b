//! How many bytes a record takes in a statement.

use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::ConcurrentOn;
use crate::statement::Source;

/// How many bytes the values of the record's key and columns are sent as, on engines that need to know.
pub(crate) fn length<T, DB>(source: Source<'_, T>) -> QueryResult<usize>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut length = Length { source, sum: 0 };
    T::__visit_key(&mut length)?;
    T::__visit_columns(&mut length)?;
    Ok(length.sum)
}

struct Length<'b, T: ConcurrentColumns> {
    source: Source<'b, T>,
    sum: usize,
}

impl<'b, T: ConcurrentColumns> Length<'b, T> {
    fn add<ST, U, DB>(&mut self, value: &U) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        U: Bindable<ST, DB>,
    {
        self.sum = self.sum.saturating_add(value.__length()?);
        Ok(())
    }
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for Length<'b, T>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.add::<ST, U, DB>(get(self.source.record, self.source.serialized))
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for Length<'b, T>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        match get(self.source.record, self.source.serialized) {
            Some(value) => self.add::<ST, U, DB>(value),
            None => Ok(()),
        }
    }
}
