//! `check_record_names`: no two tables of a program share a name outside of the program.

use std::any::type_name;

use crate::concurrent::Concurrent;

/// Proves that each table of the program's models has its own name in [`RecordId`](crate::RecordId), and only one.
///
/// The name is the last segment of the table's path. So `shop.orders` and `archive.orders` are both `orders`, and a
/// version token of one would fit the other. `#[concurrent(record_name = "…")]` tells them apart. No database is
/// queried.
///
/// # Errors
///
/// [`RecordNamesError`] for the first two models that contradict each other.
///
/// # Example
///
/// ```
/// use concurrency_diesel::prelude::*;
/// use concurrency_diesel::testing::check_record_names;
///
/// mod shop {
///     diesel::table! { shop.orders (id) { id -> BigInt, version -> BigInt, } }
/// }
/// mod archive {
///     diesel::table! { archive.orders (id) { id -> BigInt, version -> BigInt, } }
/// }
///
/// #[derive(Concurrent)]
/// #[diesel(table_name = shop::orders)]
/// struct Order {
///     id: i64,
///     #[concurrent(version)]
///     version: i64,
/// }
///
/// #[derive(Concurrent)]
/// #[diesel(table_name = archive::orders)]
/// struct ArchivedOrder {
///     id: i64,
///     #[concurrent(version)]
///     version: i64,
/// }
///
/// assert!(check_record_names::<(Order, ArchivedOrder)>().unwrap_err().to_string().contains("both named `orders`"));
/// ```
pub fn check_record_names<M: RecordNames>() -> Result<(), RecordNamesError> {
    let named = M::__names();
    for (position, one) in named.iter().enumerate() {
        for other in named.iter().skip(position).skip(1) {
            let is_same_table = one.table == other.table;
            if is_same_table != (one.name == other.name) {
                return Err(RecordNamesError { one: *one, other: *other });
            }
        }
    }
    Ok(())
}

/// Two models whose record names contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct RecordNamesError {
    one: Named,
    other: Named,
}

impl RecordNamesError {
    fn text(&self) -> String {
        let (one, other) = (self.one, self.other);
        if one.name == other.name {
            format!(
                "two tables are both named `{}` where records are named outside of the program: `{}` and `{}`; give a \
                 struct over one of them `#[concurrent(record_name = \"…\")]`",
                one.name,
                one.path(),
                other.path()
            )
        } else {
            format!(
                "one table has two names where records are named outside of the program: `{}` is `{}` and `{}`; give all \
                 structs over it the same `#[concurrent(record_name = \"…\")]`",
                one.path(),
                one.name,
                other.name
            )
        }
    }
}

/// A table, by its type, and its name outside of the program.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    table: std::any::TypeId,
    path: &'static str,
    name: &'static str,
}

impl Named {
    /// The path of the `table!`, without the struct that Diesel makes in it.
    fn path(&self) -> &'static str {
        self.path.strip_suffix("::table").unwrap_or(self.path)
    }
}

/// The models of a program: one, or a tuple of up to sixteen, which may be made of tuples. There is nothing to
/// implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no model",
    note = "name a struct that derives `Concurrent`, or a tuple of up to sixteen of them"
)]
pub trait RecordNames {
    #[doc(hidden)]
    fn __names() -> Vec<Named>;
}

#[diagnostic::do_not_recommend]
impl<T: Concurrent> RecordNames for T {
    fn __names() -> Vec<Named> {
        let (table, path) = (std::any::TypeId::of::<T::Table>(), type_name::<T::Table>());
        vec![Named { table, path, name: T::__record_name() }]
    }
}

macro_rules! tuples {
    ($first:ident $($model:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<$first: RecordNames, $($model: RecordNames),*> RecordNames for ($first, $($model,)*) {
            fn __names() -> Vec<Named> {
                [$first::__names(), $($model::__names()),*].concat()
            }
        }
        tuples!($($model)*);
    };
    () => {};
}

tuples!(A B C D E F G H I J K L M N O P);
