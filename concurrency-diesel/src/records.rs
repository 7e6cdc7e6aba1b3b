//! The records of a transaction: their versions are kept when it begins and given back when it rolls back. When that is, is
//! decided elsewhere.

use std::collections::{HashMap, VecDeque};
use std::iter::once;

use crate::concurrent::Concurrent;
use crate::memory::Memory as _;

/// Records whose versions [`transaction_concurrent`](crate::transaction_concurrent) restores if the transaction rolls back.
///
/// `&mut record`, `&mut slice[..]`, `&mut vector`, `&mut array` and `&mut option` of records; `Vec`, array and `Option` of
/// `&mut record`; and tuples of all of these up to twelve, the empty one, `()`, included.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no records whose versions could be restored",
    label = "not a list of records",
    note = "name records as `&mut record`, several as `(&mut one, &mut other)`, and those of a vector as `&mut vector[..]`; each needs `#[derive(Concurrent)]` and a version that is `Clone`"
)]
pub trait Records: sealed::Sealed {
    /// The versions as they were.
    #[doc(hidden)]
    type __Versions;

    #[doc(hidden)]
    fn __versions(&self) -> Self::__Versions;

    /// Gives the records back the versions that they had, after a transaction of which nobody knows, or everybody, that it was
    /// not committed.
    #[doc(hidden)]
    fn __restore(&mut self, versions: Self::__Versions, may_be_committed: bool);
}

mod sealed {
    /// Keeps the list ours: who restored a version wrongly would lose an update.
    pub trait Sealed {}
}

/// What is kept of each record: its key, by which it is found again, since the closure may sort a list or put another record into
/// a place, its version, and what else it remembers of its row.
type Kept<T> = Vec<(String, State<T>)>;
type State<T> = (<T as Concurrent>::Version, <T as Concurrent>::__Memory);

fn keep<'r, T>(records: impl Iterator<Item = &'r T>) -> Kept<T>
where
    T: Concurrent<Version: Clone> + 'r,
{
    records.map(|record| (record.__key(), (record.__version().clone(), T::__Memory::of(record)))).collect()
}

/// A record that was not there before stays as it is.
fn restore<'r, T>(records: impl Iterator<Item = &'r mut T>, kept: Kept<T>, may_be_committed: bool)
where
    T: Concurrent + 'r,
{
    let mut states: HashMap<String, VecDeque<State<T>>> = HashMap::new();
    for (key, state) in kept {
        states.entry(key).or_default().push_back(state);
    }
    for record in records {
        if let Some((version, memory)) = states.get_mut(&record.__key()).and_then(VecDeque::pop_front) {
            memory.restore(version, record, may_be_committed);
        }
    }
}

macro_rules! records {
    ($($list:ty [$($length:tt)*]: $this:ident => $shared:expr, $exclusive:expr;)*) => {$(
        impl<T: Concurrent<Version: Clone>, $($length)*> sealed::Sealed for $list {}

        impl<T: Concurrent<Version: Clone>, $($length)*> Records for $list {
            type __Versions = Kept<T>;

            fn __versions(&self) -> Kept<T> {
                let $this = self;
                keep($shared)
            }

            fn __restore(&mut self, versions: Kept<T>, may_be_committed: bool) {
                let $this = self;
                restore($exclusive, versions, may_be_committed);
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

impl Records for () {
    type __Versions = ();

    fn __versions(&self) {}

    fn __restore(&mut self, (): (), _: bool) {}
}

macro_rules! tuples {
    ($($($records:ident $index:tt)*;)*) => {$(
        impl<$($records: Records),*> sealed::Sealed for ($($records,)*) {}

        impl<$($records: Records),*> Records for ($($records,)*) {
            type __Versions = ($($records::__Versions,)*);

            fn __versions(&self) -> Self::__Versions {
                ($(self.$index.__versions(),)*)
            }

            fn __restore(&mut self, versions: Self::__Versions, may_be_committed: bool) {
                $(self.$index.__restore(versions.$index, may_be_committed);)*
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
