//! `merge = "set"`, in every place of a field, by a rebase, which asks no database.

use std::collections::BTreeSet;

use concurrency_diesel::MergeSet;
use concurrency_diesel::prelude::*;

diesel::table! { tagged (id) { id -> BigInt, tags -> Array<Text>, labels -> Text, version -> BigInt, } }

/// A collection in a text column, as JSON is.
#[derive(Debug, Clone, PartialEq)]
struct Labels(BTreeSet<String>);

impl From<Labels> for String {
    fn from(labels: Labels) -> Self {
        labels.0.into_iter().collect::<Vec<_>>().join("\n")
    }
}

impl MergeSet for Labels {
    fn merge_set(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
        BTreeSet::merge_set(&base.0, &mine.0, &theirs.0).map(Self)
    }
}

#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = tagged)]
struct Tagged<T> {
    id: i64,
    #[concurrent(merge = "set")]
    tags: T,
    #[diesel(serialize_as = String)]
    #[concurrent(merge = "set")]
    labels: Labels,
    #[concurrent(version)]
    version: i64,
}

fn tags(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn labels(text: &str) -> Labels {
    Labels(tags(text).into_iter().collect())
}

#[test]
fn both_peoples_members_are_kept() {
    let row = |tag: &str, label: &str, version| Tagged { id: 1, tags: tags(tag), labels: labels(label), version };
    let mut mine = Tracked::new(row("a b", "x y", 1));
    mine.tags = tags("b mine");
    mine.labels = labels("x y mine");
    mine.rebase(row("a b theirs", "y", 2));
    assert_eq!(*mine, row("b theirs mine", "y mine", 2));
    assert_eq!(mine.changed_fields(), ["tags", "labels"]);
}
