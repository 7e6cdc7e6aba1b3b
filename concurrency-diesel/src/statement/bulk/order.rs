//! The sort key of a record's key.

use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns};
use crate::concurrent::ConcurrentOn;
use crate::statement::Source;

/// The sort key of the record's key, as the engine binds it; empty if the database sorts.
pub(crate) fn order_of_key<T, DB>(source: Source<'_, T>) -> QueryResult<Vec<u8>>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut order = OrderWriter { source, order: Vec::new() };
    T::__visit_key(&mut order)?;
    Ok(order.order)
}

struct OrderWriter<'b, T: ConcurrentColumns> {
    source: Source<'b, T>,
    order: Vec<u8>,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for OrderWriter<'b, T>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        get(self.source.record, self.source.serialized).__push_order(&mut self.order)
    }
}
