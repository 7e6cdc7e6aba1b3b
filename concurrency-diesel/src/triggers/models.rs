//! The models whose triggers are meant, as a type: one, or a tuple.

use concurrency_core::{TriggerSpec, TriggerVersionField};
use diesel::Column;
use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns};
use crate::concurrent::{Concurrent, ConcurrentOn, table_path};

/// A model with a [`TriggerVersionField`], or a tuple of up to sixteen: what
/// `triggers::create::<(Article, Author), _>(conn)` names.
///
/// There is nothing to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no trigger on `{DB}`",
    note = "name a model with `#[concurrent(version = TriggerVersionField)]`, or a tuple of up to sixteen such models"
)]
pub trait TriggerModels<DB: ConcurrencyBackend> {
    /// The triggers, one for each table and version column.
    #[doc(hidden)]
    fn __specs() -> Vec<TriggerSpec>;
}

#[diagnostic::do_not_recommend]
impl<T, DB> TriggerModels<DB> for T
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB> + Concurrent<VersionField = TriggerVersionField>,
{
    fn __specs() -> Vec<TriggerSpec> {
        vec![spec_of::<T, DB>()]
    }
}

macro_rules! tuples {
    ($first:ident $($model:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<DB, $first, $($model),*> TriggerModels<DB> for ($first, $($model,)*)
        where
            DB: ConcurrencyBackend,
            $first: TriggerModels<DB>,
            $($model: TriggerModels<DB>,)*
        {
            fn __specs() -> Vec<TriggerSpec> {
                distinct([$first::__specs(), $($model::__specs()),*].concat())
            }
        }
        tuples!($($model)*);
    };
    () => {};
}

tuples!(A B C D E F G H I J K L M N O P);

/// The specs without those that guard the same as an earlier one.
pub(super) fn distinct(specs: Vec<TriggerSpec>) -> Vec<TriggerSpec> {
    specs.into_iter().fold(Vec::new(), |mut distinct: Vec<TriggerSpec>, spec| {
        if !distinct.iter().any(|known| known.guards_the_same(&spec)) {
            distinct.push(spec);
        }
        distinct
    })
}

/// What the trigger of a model guards.
pub(crate) fn spec_of<T, DB>() -> TriggerSpec
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut path = table_path::<T, DB>().to_vec();
    let table = path.pop().unwrap_or_default();
    let mut spec = TriggerSpec::new(table, key_of::<T, DB>(), <T::__VersionColumn as Column>::NAME);
    if let Some(schema) = path.pop() {
        spec = spec.in_schema(schema);
    }
    match T::__trigger_name() {
        Some(name) => spec.named(name),
        None => spec,
    }
}

/// The SQL names of a model's key columns.
fn key_of<'b, T, DB>() -> Vec<&'static str>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB> + 'b,
    T::__Serialized: 'b,
{
    let mut names = Names(Vec::new());
    // Collecting names cannot fail.
    let _ = T::__visit_key(&mut names);
    names.0
}

struct Names(Vec<&'static str>);

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for Names
where
    DB: ConcurrencyBackend,
    T: ConcurrentColumns + 'b,
    T::__Serialized: 'b,
{
    fn column<ST, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.0.push(name);
        Ok(())
    }
}
