//! The records of a transaction. Their versions are kept when it begins and restored when it rolls back. Others decide
//! when that is.

mod listed;

use std::any::Any;
use std::iter::once;
use std::panic::{AssertUnwindSafe, catch_unwind};

use concurrency_core::{VersionField as _, VersionValue};

use crate::backend::ConcurrencyBackend;
use crate::bind::VersionOn as _;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::memory::Memory as _;
use crate::table::ListedTable;

pub(crate) use listed::Listed;
use listed::{Found, states_of};

/// Records whose versions [`transaction_concurrent`](crate::transaction_concurrent) restores if the transaction rolls
/// back.
///
/// `&mut record`, `&mut slice[..]`, `&mut vector`, `&mut array` and `&mut option` of records; `Vec`, array and `Option`
/// of `&mut record`; and tuples of all of these up to twelve, the empty one, `()`, included.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no records whose versions could be restored",
    label = "not a list of records",
    note = "name records as `&mut record`, several as `(&mut one, &mut other)`, and those of a vector as `&mut vector[..]`; each needs `#[derive(Concurrent)]`"
)]
pub trait Records<DB: ConcurrencyBackend>: sealed::Sealed {
    /// What the records remember beside their versions.
    #[doc(hidden)]
    type __Memories;

    /// Lists the tables in which the records are kept.
    #[doc(hidden)]
    fn __tables(&self, found: &mut Vec<ListedTable>);

    /// Keeps what the records are, in the order of the list.
    #[doc(hidden)]
    fn __keep(&self, kept: &mut Kept) -> Self::__Memories;

    /// Lists the rows that the records belong to now.
    #[doc(hidden)]
    fn __identify(&self, found: &mut Vec<Listed>);

    /// Restores what was kept of their rows.
    #[doc(hidden)]
    fn __restore(&mut self, memories: Self::__Memories, restoring: &mut Restoring);
}

mod sealed {
    /// Keeps the list closed: a wrong restore would lose an update.
    pub trait Sealed {}
}

/// The rows and versions of all records, in the order of the list.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Kept(Vec<(Listed, Box<dyn Any + Send>)>);

/// What a list's records remember, and where they begin in the whole list.
#[doc(hidden)]
#[derive(Debug)]
pub struct Memories<T: Concurrent> {
    start: usize,
    memories: Vec<Option<T::__Memory>>,
}

/// What each record gets, in order.
#[doc(hidden)]
#[derive(Debug)]
pub struct Restoring {
    kept: Kept,
    states: std::vec::IntoIter<Option<Found>>,
    may_be_committed: bool,
}

/// The tables in which the records are kept.
pub(crate) fn tables<DB, R>(records: &R) -> Vec<ListedTable>
where
    DB: ConcurrencyBackend,
    R: Records<DB>,
{
    let mut found = Vec::new();
    records.__tables(&mut found);
    found
}

/// Keeps what the records are.
pub(crate) fn keep<DB, R>(records: &R) -> (Kept, R::__Memories)
where
    DB: ConcurrencyBackend,
    R: Records<DB>,
{
    let mut kept = Kept::default();
    let memories = records.__keep(&mut kept);
    (kept, memories)
}

/// Restores the versions from before the transaction, wherever in the list the closure put the records.
/// `may_be_committed` says that the transaction may be committed.
///
/// A record of a row that was not listed stays as it is, unless a listed record is no longer in the list: it may be that
/// record, with a changed key. Its version can then only get older, so that it never hides another writer's save.
pub(crate) fn restore<DB, R>(records: &mut R, (kept, memories): (Kept, R::__Memories), may_be_committed: bool)
where
    DB: ConcurrencyBackend,
    R: Records<DB>,
{
    let mut found = Vec::new();
    records.__identify(&mut found);
    let before: Vec<&Listed> = kept.0.iter().map(|(listed, _)| listed).collect();
    let states = states_of(&found, &before).into_iter();
    records.__restore(memories, &mut Restoring { kept, states, may_be_committed });
}

fn keep_each<'r, T, DB>(records: impl Iterator<Item = &'r T>, Kept(kept): &mut Kept) -> Memories<T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB> + 'r,
{
    let start = kept.len();
    let keep = |record: &T| {
        kept.push((Listed::of(record), record.__version().__erase()));
        Some(T::__Memory::of(record))
    };
    Memories { start, memories: records.map(keep).collect() }
}

fn restore_each<'r, T, DB>(records: impl Iterator<Item = &'r mut T>, memories: Memories<T>, restoring: &mut Restoring)
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB> + 'r,
{
    let mut memories = memories;
    for record in records {
        let Some(found) = restoring.states.next().flatten() else { continue };
        let Some(version) = restoring.kept.0.get(found.index).and_then(|(_, version)| T::Version::__recall(&**version))
        else {
            continue;
        };
        if !found.is_certain && is_older::<T>(record.__version(), &version) {
            continue;
        }
        let place = found.index.checked_sub(memories.start).filter(|_| found.is_certain);
        let memory = place.and_then(|place| memories.memories.get_mut(place)).and_then(Option::take);
        // A panic, in a comparison of the user's, must not keep the other records from being restored.
        let _ = catch_unwind(AssertUnwindSafe(|| match memory {
            Some(memory) => memory.restore(version, record, restoring.may_be_committed),
            // What is kept of a record cannot follow it into another list.
            None => T::__Memory::forget(version, record),
        }));
    }
}

fn is_older<T: Concurrent>(version: &T::Version, than: &T::Version) -> bool {
    match (T::VersionField::value(version), T::VersionField::value(than)) {
        (VersionValue::Integer(version), VersionValue::Integer(than)) => version < than,
        _ => false,
    }
}

macro_rules! records {
    ($($list:ty [$($length:tt)*]: $this:ident => $shared:expr, $exclusive:expr;)*) => {$(
        impl<T: Concurrent, $($length)*> sealed::Sealed for $list {}

        impl<T, DB, $($length)*> Records<DB> for $list
        where
            DB: ConcurrencyBackend,
            T: ConcurrentOn<DB>,
        {
            type __Memories = Memories<T>;

            fn __tables(&self, found: &mut Vec<ListedTable>) {
                found.push(ListedTable::of::<T, DB>());
            }

            fn __keep(&self, kept: &mut Kept) -> Memories<T> {
                let $this = self;
                keep_each($shared, kept)
            }

            fn __identify(&self, found: &mut Vec<Listed>) {
                let $this = self;
                found.extend($shared.map(|record| Listed::of(record)));
            }

            fn __restore(&mut self, memories: Memories<T>, restoring: &mut Restoring) {
                let $this = self;
                restore_each($exclusive, memories, restoring);
            }
        }
    )*};
}

records! {
    &mut T []: this => once(&**this), once(&mut **this);
    &mut [T] []: this => this.iter(), this.iter_mut();
    &mut [T; N] [const N: usize]: this => this.iter(), this.iter_mut();
    &mut Vec<T> []: this => this.iter(), this.iter_mut();
    &mut Option<T> []: this => this.iter(), this.iter_mut();
    [&mut T; N] [const N: usize]: this => this.iter().map(|record| &**record), this.iter_mut().map(|record| &mut **record);
    Vec<&mut T> []: this => this.iter().map(|record| &**record), this.iter_mut().map(|record| &mut **record);
    Option<&mut T> []: this => this.iter().map(|record| &**record), this.iter_mut().map(|record| &mut **record);
}

impl sealed::Sealed for () {}

impl<DB: ConcurrencyBackend> Records<DB> for () {
    type __Memories = ();

    fn __tables(&self, _: &mut Vec<ListedTable>) {}

    fn __keep(&self, _: &mut Kept) {}

    fn __identify(&self, _: &mut Vec<Listed>) {}

    fn __restore(&mut self, (): (), _: &mut Restoring) {}
}

macro_rules! tuples {
    ($($($records:ident $index:tt)*;)*) => {$(
        impl<$($records: sealed::Sealed),*> sealed::Sealed for ($($records,)*) {}

        impl<DB: ConcurrencyBackend, $($records: Records<DB>),*> Records<DB> for ($($records,)*) {
            type __Memories = ($($records::__Memories,)*);

            fn __tables(&self, found: &mut Vec<ListedTable>) {
                $(self.$index.__tables(found);)*
            }

            fn __keep(&self, kept: &mut Kept) -> Self::__Memories {
                ($(self.$index.__keep(kept),)*)
            }

            fn __identify(&self, found: &mut Vec<Listed>) {
                $(self.$index.__identify(found);)*
            }

            fn __restore(&mut self, memories: Self::__Memories, restoring: &mut Restoring) {
                $(self.$index.__restore(memories.$index, restoring);)*
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11;
}
