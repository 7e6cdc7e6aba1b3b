//! The kind of a record's key, as far as it matters to a batch.

use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns};
use crate::concurrent::ConcurrentOn;

/// Whether two keys that are bound differently may name one row: a collation calls texts equal, and 1.5 is 1.50.
pub(crate) fn has_equal_keys<T, DB>() -> QueryResult<bool>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    Ok(!kind_of_key::<T, DB>()?.is_integer)
}

/// Whether a part of the key is a text, which is compared by a collation.
pub(super) fn has_text_key<T, DB>() -> QueryResult<bool>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    Ok(kind_of_key::<T, DB>()?.has_text)
}

/// The key's column, if the key is one integer: a `CASE` compares only integers as the table does.
pub(crate) fn integer_key<T, DB>() -> QueryResult<Option<&'static str>>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let key = kind_of_key::<T, DB>()?;
    Ok(match key.names.as_slice() {
        [name] if key.is_integer => Some(name),
        _ => None,
    })
}

fn kind_of_key<T, DB>() -> QueryResult<KindOfKey>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut key = KindOfKey { names: Vec::new(), is_integer: true, has_text: false };
    T::__visit_key(&mut key)?;
    Ok(key)
}

struct KindOfKey {
    names: Vec<&'static str>,
    is_integer: bool,
    has_text: bool,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KindOfKey
where
    T: ConcurrentColumns + 'b,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.names.push(name);
        self.is_integer &= DB::__is_integer::<ST, U>();
        self.has_text |= !DB::__equality_is_exact::<ST, U>();
        Ok(())
    }
}
