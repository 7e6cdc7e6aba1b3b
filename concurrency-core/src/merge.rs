//! The policies of a three-way merge: what becomes of a field that two people changed. The derive knows which fields
//! there are, and the runtime decides when to merge.

/// What to do with a field that both sides changed.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Merge<U> {
    /// Ask, unless both made the same change.
    Ask,
    /// Keep ours.
    Mine,
    /// Take theirs.
    Theirs,
    /// Call the function with base, mine and theirs. If it returns `None`, ask.
    By(fn(&U, &U, &U) -> Option<U>),
    /// Join both by lines. If both changed the same lines, ask.
    #[cfg(feature = "text-merge")]
    Text {
        /// The text of a value; `None` for NULL.
        as_text: fn(&U) -> Option<&str>,
        /// The value with a text.
        from_text: fn(String) -> U,
    },
}

/// What a field contains after the merge.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged<U> {
    /// What we wrote.
    Mine,
    /// What the row holds.
    Theirs,
    /// A combination of both.
    Both(U),
    /// Both changed it, and no policy says what it should be.
    Conflict,
}

/// Merges one field: what it was when it was loaded, what we made of it, and what the row holds now.
#[doc(hidden)]
pub fn merge<U>(policy: Merge<U>, is_same: impl Fn(&U, &U) -> bool, base: &U, mine: &U, theirs: &U) -> Merged<U> {
    if is_same(mine, base) {
        return Merged::Theirs;
    }
    if is_same(theirs, base) {
        return Merged::Mine;
    }
    match policy {
        Merge::Mine => Merged::Mine,
        Merge::Theirs => Merged::Theirs,
        // Two equal changes are two changes: a sum counts both.
        Merge::By(function) => function(base, mine, theirs).map_or(Merged::Conflict, Merged::Both),
        #[cfg(feature = "text-merge")]
        Merge::Text { as_text, from_text } if !is_same(mine, theirs) => {
            let merged = match [base, mine, theirs].map(as_text) {
                [Some(base), Some(mine), Some(theirs)] => crate::merge_text(base, mine, theirs).ok(),
                _ => None,
            };
            merged.map_or(Merged::Conflict, |text| Merged::Both(from_text(text)))
        }
        #[cfg(feature = "text-merge")]
        Merge::Text { .. } => Merged::Theirs,
        Merge::Ask if is_same(mine, theirs) => Merged::Theirs,
        Merge::Ask => Merged::Conflict,
    }
}

/// A type whose changes can be added up. `#[concurrent(merge = "sum")]` requires it of its field.
///
/// Integers and floating-point numbers implement it, and so does an `Option` of one. If any side is NULL, the merge is
/// a conflict.
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::MergeSum;
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Cents(i64);
///
/// impl MergeSum for Cents {
///     fn merge_sum(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
///         i64::merge_sum(&base.0, &mine.0, &theirs.0).map(Self)
///     }
/// }
///
/// assert_eq!(Cents::merge_sum(&Cents(10), &Cents(13), &Cents(9)), Some(Cents(12)));
/// ```
#[diagnostic::on_unimplemented(
    message = "changes of a `{Self}` cannot be added up",
    label = "`merge = \"sum\"` needs a type with a sum",
    note = "implement `MergeSum` for `{Self}`, or name a function: `#[concurrent(merge = path::to::function)]`"
)]
pub trait MergeSum: Sized {
    /// `theirs + (mine - base)`, or `None` if there is no such value. Both changes are then a conflict.
    fn merge_sum(base: &Self, mine: &Self, theirs: &Self) -> Option<Self>;
}

macro_rules! integers {
    ($($integer:ident)*) => {$(
        impl MergeSum for $integer {
            fn merge_sum(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
                // One order of the two steps may overflow although the sum fits.
                let mine_last = || theirs.checked_sub(*base)?.checked_add(*mine);
                mine.checked_sub(*base).and_then(|change| theirs.checked_add(change)).or_else(mine_last)
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 i128 isize);

macro_rules! unsigned_integers {
    ($($integer:ident)*) => {$(
        impl MergeSum for $integer {
            fn merge_sum(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
                // A decrease is below zero only by itself.
                if mine >= base {
                    theirs.checked_add(mine.abs_diff(*base))
                } else {
                    theirs.checked_sub(mine.abs_diff(*base))
                }
            }
        }
    )*};
}

unsigned_integers!(u8 u16 u32 u64 u128 usize);

macro_rules! floats {
    ($($float:ident)*) => {$(
        impl MergeSum for $float {
            fn merge_sum(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
                let sum = theirs + (mine - base);
                sum.is_finite().then_some(sum)
            }
        }
    )*};
}

floats!(f32 f64);

#[diagnostic::do_not_recommend]
impl<U: MergeSum> MergeSum for Option<U> {
    fn merge_sum(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
        U::merge_sum(base.as_ref()?, mine.as_ref()?, theirs.as_ref()?).map(Some)
    }
}

/// A type whose values have an order. `#[concurrent(merge = "max")]` and `"min"` require it of their field.
///
/// Every type with [`PartialOrd`] and [`Clone`] implements it, so you need not. If two values cannot be compared, the
/// merge is a conflict.
#[diagnostic::on_unimplemented(
    message = "two values of `{Self}` have no order",
    label = "`merge = \"max\"` and `merge = \"min\"` need a type with an order",
    note = "implement `PartialOrd` and `Clone` for `{Self}`, or name a function: `#[concurrent(merge = path::to::function)]`"
)]
pub trait MergeOrder: Sized {
    /// The greater of the two changes.
    #[doc(hidden)]
    fn __max(base: &Self, mine: &Self, theirs: &Self) -> Option<Self>;

    /// The smaller of the two changes.
    #[doc(hidden)]
    fn __min(base: &Self, mine: &Self, theirs: &Self) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<U: PartialOrd + Clone> MergeOrder for U {
    fn __max(_base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
        mine.partial_cmp(theirs).map(|order| if order.is_ge() { mine.clone() } else { theirs.clone() })
    }

    fn __min(_base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
        mine.partial_cmp(theirs).map(|order| if order.is_le() { mine.clone() } else { theirs.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: Merge<i32> = Merge::By(i32::merge_sum);

    fn merged(policy: Merge<i32>, base: &i32, mine: &i32, theirs: &i32) -> Merged<i32> {
        merge(policy, i32::eq, base, mine, theirs)
    }

    #[test]
    fn what_one_side_changed_needs_no_policy() {
        for policy in [Merge::Ask, Merge::Mine, Merge::Theirs, SUM, Merge::By(|_, _, _| None)] {
            assert_eq!(merged(policy, &1, &1, &1), Merged::Theirs);
            assert_eq!(merged(policy, &1, &1, &2), Merged::Theirs);
            assert_eq!(merged(policy, &1, &2, &1), Merged::Mine);
        }
    }

    #[test]
    fn what_both_changed_goes_by_the_policy() {
        assert_eq!(merged(Merge::Ask, &1, &2, &3), Merged::Conflict);
        assert_eq!(merged(Merge::Ask, &1, &2, &2), Merged::Theirs);
        assert_eq!(merged(Merge::Mine, &1, &2, &3), Merged::Mine);
        assert_eq!(merged(Merge::Theirs, &1, &2, &3), Merged::Theirs);
        assert_eq!(merged(SUM, &1, &2, &3), Merged::Both(4));
        assert_eq!(merged(Merge::By(i32::__max), &1, &2, &3), Merged::Both(3));
        assert_eq!(merged(Merge::By(i32::__min), &1, &2, &3), Merged::Both(2));
        assert_eq!(merged(Merge::By(|_, _, _| None), &1, &2, &3), Merged::Conflict);
    }

    /// If two people each add one, the sum is two, although both results look the same.
    #[test]
    fn equal_changes_are_both_counted() {
        assert_eq!(merged(SUM, &0, &1, &1), Merged::Both(2));
    }

    #[test]
    fn a_sum_that_fits_is_found_and_no_other() {
        assert_eq!(i8::merge_sum(&-100, &100, &-100), Some(100));
        assert_eq!(i8::merge_sum(&100, &-100, &100), Some(-100));
        assert_eq!(i8::merge_sum(&0, &100, &100), None);
        assert_eq!(u8::merge_sum(&10, &7, &5), Some(2));
        assert_eq!(u8::merge_sum(&10, &4, &5), None);
        assert_eq!(u8::merge_sum(&0, &200, &100), None);
        assert_eq!(f64::merge_sum(&1.0, &1.5, &2.0), Some(2.5));
        assert_eq!(f64::merge_sum(&0.0, &f64::INFINITY, &1.0), None);
        assert_eq!(Option::<i32>::merge_sum(&Some(1), &Some(2), &Some(3)), Some(Some(4)));
        assert_eq!(Option::<i32>::merge_sum(&None, &Some(2), &Some(3)), None);
    }

    #[test]
    fn what_cannot_be_compared_is_a_conflict() {
        assert_eq!(f64::__max(&0.0, &f64::NAN, &1.0), None);
        assert_eq!(f64::__min(&0.0, &2.0, &1.0), Some(1.0));
        assert_eq!(Option::<i32>::__max(&Some(5), &None, &Some(1)), Some(Some(1)));
    }
}
