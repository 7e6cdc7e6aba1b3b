//! Of which kind the key of a record is, as far as it makes a difference to a batch.

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
    let mut key = IntegerKey { names: Vec::new(), is_integer: true };
    T::__visit_key(&mut key)?;
    Ok(!key.is_integer)
}

/// The key's column, where the key is one integer: only these does a `CASE` compare as the table does.
pub(crate) fn integer_key<T, DB>() -> QueryResult<Option<&'static str>>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut key = IntegerKey { names: Vec::new(), is_integer: true };
    T::__visit_key(&mut key)?;
    Ok(match key.names.as_slice() {
        [name] if key.is_integer => Some(name),
        _ => None,
    })
}

struct IntegerKey {
    names: Vec<&'static str>,
    is_integer: bool,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for IntegerKey
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
        Ok(())
    }
}
