//! The key of a record as the database gets it, by which two records are known to name one row. The `Debug` text of a
//! key may hide a difference between two keys, or show one where there is none.

use std::cell::RefCell;
use std::fmt;

use diesel::query_builder::BindCollector;
use diesel::result::QueryResult;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::HasSqlType;

use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns};
use crate::concurrent::ConcurrentOn;
use crate::statement::Source;

/// Writes the values that the record's key is bound as. Two keys are the same if their texts are.
///
/// It fails if a value of the key cannot be bound, as the statement would.
pub(crate) fn write_key<T, DB>(source: Source<'_, T>, out: &mut dyn fmt::Write) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    T::__visit_key(&mut KeyWriter { source, out })
}

struct KeyWriter<'b, 'o, T: ConcurrentColumns> {
    source: Source<'b, T>,
    out: &'o mut dyn fmt::Write,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KeyWriter<'b, '_, T>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        get(self.source.record, self.source.serialized).__write_bound(self.out)
    }
}

/// Writes what a value is bound as: Diesel's own `Debug` of the bound value, which tells all bound values apart.
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres_backend", feature = "mysql_backend")), allow(dead_code))]
pub(crate) fn write_bound<ST, U, DB>(
    value: &U,
    lookup: &mut DB::MetadataLookup,
    out: &mut dyn fmt::Write,
) -> QueryResult<()>
where
    DB: ConcurrencyBackend + HasSqlType<ST>,
    U: ToSql<ST, DB>,
    for<'c> DB::BindCollector<'c>: Default,
    for<'c> <DB::BindCollector<'c> as BindCollector<'c, DB>>::Buffer: fmt::Debug,
{
    let overheard = Overheard { value, out: RefCell::new(out) };
    let mut collector = DB::BindCollector::default();
    collector.push_bound_value::<ST, _>(&overheard, lookup)
}

/// A value that writes what it is bound as.
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres_backend", feature = "mysql_backend")), allow(dead_code))]
struct Overheard<'v, 'o, U> {
    value: &'v U,
    out: RefCell<&'o mut dyn fmt::Write>,
}

impl<U: fmt::Debug> fmt::Debug for Overheard<'_, '_, U> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(formatter)
    }
}

impl<ST, U, DB> ToSql<ST, DB> for Overheard<'_, '_, U>
where
    DB: ConcurrencyBackend,
    U: ToSql<ST, DB>,
    for<'c> <DB::BindCollector<'c> as BindCollector<'c, DB>>::Buffer: fmt::Debug,
{
    fn to_sql<'b>(&'b self, bound: &mut Output<'b, '_, DB>) -> serialize::Result {
        let is_null = self.value.to_sql(bound)?;
        let mut out = self.out.borrow_mut();
        match is_null {
            IsNull::Yes => out.write_str("NULL; ")?,
            IsNull::No => write!(out, "{bound:?}; ")?,
        }
        Ok(is_null)
    }
}

/// Shows each byte that a value is bound as, on engines whose values are bound as bytes; no byte for NULL.
#[cfg(feature = "mysql_backend")]
pub(crate) fn for_each_byte<ST, U, DB>(
    value: &U,
    lookup: &mut DB::MetadataLookup,
    visit: impl FnMut(u8),
) -> QueryResult<()>
where
    DB: ConcurrencyBackend + HasSqlType<ST>,
    U: ToSql<ST, DB>,
    for<'c> DB::BindCollector<'c>: Default,
    for<'c> <DB::BindCollector<'c> as BindCollector<'c, DB>>::Buffer: fmt::Debug,
{
    write_bound::<ST, U, DB>(value, lookup, &mut Bytes { number: None, visit })
}

/// Reads bytes out of `[1, 0]`, because Diesel shows them only in this text.
#[cfg(feature = "mysql_backend")]
struct Bytes<F> {
    number: Option<u8>,
    visit: F,
}

#[cfg(feature = "mysql_backend")]
impl<F: FnMut(u8)> fmt::Write for Bytes<F> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.bytes() {
            if character.is_ascii_digit() {
                let digit = character & 0x0f;
                self.number = Some(self.number.unwrap_or(0).wrapping_mul(10).wrapping_add(digit));
            } else if let Some(byte) = self.number.take() {
                (self.visit)(byte);
            }
        }
        Ok(())
    }
}
