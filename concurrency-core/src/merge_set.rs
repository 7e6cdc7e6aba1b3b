//! `MergeSet`: two people's additions and removals in one collection, as `merge = "set"` joins them.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

/// A collection that contains each member once. `#[concurrent(merge = "set")]` requires it of its field.
///
/// `Vec` (over an array column, or over a JSON column with `serialize_as`), `BTreeSet` and `HashSet` implement it, and
/// so does an `Option` of one. If any side is NULL, the merge is a conflict. A newtype passes it on:
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::MergeSet;
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Tags(Vec<String>);
///
/// impl MergeSet for Tags {
///     fn merge_set(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
///         Vec::merge_set(&base.0, &mine.0, &theirs.0).map(Self)
///     }
/// }
///
/// let tags = |tags: &[&str]| Tags(tags.iter().map(|tag| (*tag).to_owned()).collect());
/// let merged = Tags::merge_set(&tags(&["a", "b"]), &tags(&["b", "mine"]), &tags(&["a", "b", "theirs"]));
/// assert_eq!(merged, Some(tags(&["b", "theirs", "mine"])));
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is no set of members",
    label = "`merge = \"set\"` needs a collection",
    note = "use `Vec`, `BTreeSet` or `HashSet`, implement `MergeSet` for `{Self}`, or name a function: `#[concurrent(merge = path::to::function)]`"
)]
pub trait MergeSet: Sized {
    /// The members of the row, without those that I removed, and then those that I added. `None` if a member is there
    /// twice, because that is not a set: both changes are then a conflict.
    fn merge_set(base: &Self, mine: &Self, theirs: &Self) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: PartialEq + Clone> MergeSet for Vec<T> {
    fn merge_set(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
        if ![base, mine, theirs].into_iter().all(|side| is_set(side)) {
            return None;
        }
        let kept = theirs.iter().filter(|member| mine.contains(member) || !base.contains(member));
        let added = mine.iter().filter(|member| !base.contains(member) && !theirs.contains(member));
        Some(kept.chain(added).cloned().collect())
    }
}

fn is_set<T: PartialEq>(members: &[T]) -> bool {
    members.iter().enumerate().all(|(position, member)| !members.iter().take(position).any(|earlier| earlier == member))
}

#[diagnostic::do_not_recommend]
impl<T: Ord + Clone> MergeSet for BTreeSet<T> {
    fn merge_set(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
        let kept = theirs.iter().filter(|member| mine.contains(*member) || !base.contains(*member));
        Some(kept.chain(mine.difference(base)).cloned().collect())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Eq + Hash + Clone, S: BuildHasher + Default> MergeSet for HashSet<T, S> {
    fn merge_set(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
        let kept = theirs.iter().filter(|member| mine.contains(*member) || !base.contains(*member));
        Some(kept.chain(mine.difference(base)).cloned().collect())
    }
}

#[diagnostic::do_not_recommend]
impl<U: MergeSet> MergeSet for Option<U> {
    fn merge_set(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
        U::merge_set(base.as_ref()?, mine.as_ref()?, theirs.as_ref()?).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, mine: &str, theirs: &str) -> Option<String> {
        let members = |text: &str| text.chars().collect::<Vec<_>>();
        let sets = |text: &str| text.chars().collect::<BTreeSet<_>>();
        let hashed = |text: &str| text.chars().collect::<HashSet<_>>();
        let merged = Vec::merge_set(&members(base), &members(mine), &members(theirs));
        if let Some(merged) = &merged {
            let merged: String = merged.iter().collect();
            assert_eq!(BTreeSet::merge_set(&sets(base), &sets(mine), &sets(theirs)), Some(sets(&merged)));
            assert_eq!(HashSet::merge_set(&hashed(base), &hashed(mine), &hashed(theirs)), Some(hashed(&merged)));
        }
        merged.map(|members| members.into_iter().collect())
    }

    #[test]
    fn additions_and_removals_of_both_sides_are_kept() {
        assert_eq!(merged("ab", "abm", "abt").as_deref(), Some("abtm"));
        assert_eq!(merged("ab", "a", "b").as_deref(), Some(""));
        assert_eq!(merged("ab", "bm", "at").as_deref(), Some("tm"));
        assert_eq!(merged("", "xm", "xt").as_deref(), Some("xtm"), "what both added is there once");
        assert_eq!(merged("abc", "cba", "abcd").as_deref(), Some("abcd"), "an order is no change");
        assert_eq!(merged("ab", "ab", "ab").as_deref(), Some("ab"));
    }

    #[test]
    fn what_is_there_twice_is_no_set() {
        for [base, mine, theirs] in [["aa", "a", "ab"], ["a", "aab", "ac"], ["a", "ab", "acc"]] {
            assert_eq!(merged(base, mine, theirs), None);
        }
        assert_eq!(Vec::merge_set(&vec![], &vec![f64::NAN], &vec![1.0]).map(|merged| merged.len()), Some(2));
    }

    #[test]
    fn null_on_any_side_is_a_conflict() {
        let some = |members: &[i32]| Some(members.to_vec());
        assert_eq!(Option::merge_set(&some(&[1]), &some(&[1, 2]), &some(&[3])), Some(some(&[3, 2])));
        assert_eq!(Option::merge_set(&None, &some(&[2]), &some(&[3])), None);
        assert_eq!(Option::merge_set(&some(&[1]), &None, &some(&[3])), None);
    }
}
