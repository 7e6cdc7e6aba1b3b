//! Tracked records: a save writes what changed and nothing else. `tracked/merging.rs` tests merges.

mod conditional;
mod dirty;
mod doubt;
pub mod every_field;
mod forms;
mod merging;
mod namesakes;
mod policies;
mod prepared;
mod races;
mod respelled;
mod rolled_back;
mod rounding;
mod text;
mod transactions;
mod unreadable;
mod whole;

use crate::library::prelude::*;
use crate::library::{Tracked, VersionValue};
use diesel::prelude::*;

use super::fixtures::with_article;
use super::models::{Article, articles};
use super::statements::Log;
use crate::engine::{Database, TestConnection};

/// Article 1 as two people load it.
fn two_tracked(connection: &mut TestConnection) -> (Tracked<Article>, Tracked<Article>) {
    let mut load = || articles::table.find(1).select(Tracked::<Article>::as_select()).first(connection).unwrap();
    (load(), load())
}

/// A database of the test's own with article 1 at version 1, and two people who loaded it.
fn with_two() -> ((Database, TestConnection), Tracked<Article>, Tracked<Article>) {
    let mut database = with_article();
    let (a, b) = two_tracked(&mut database.1);
    (database, a, b)
}

/// The columns set by the one UPDATE that was sent since the last call, in its order.
#[track_caller]
pub fn written(log: &Log) -> Vec<String> {
    let mut sent = log.take_sent();
    sent.retain(|statement| statement.starts_with("UPDATE "));
    let [update] = sent.as_slice() else {
        panic!("not one UPDATE: {sent:#?}");
    };
    let (_, set) = update.split_once(" SET ").unwrap();
    let (set, _) = set.split_once(" WHERE ").unwrap();
    let columns = set.split(", ").map(|assignment| assignment.split_once(" = ").unwrap().0);
    columns.map(|column| column.trim_matches(['"', '`']).to_owned()).collect()
}

#[track_caller]
fn assert_modified(error: &ConcurrencyError, expected: i64, found: i64) {
    let ConcurrencyError::RecordModified(error) = error else {
        panic!("not RecordModified: {error:?}");
    };
    assert_eq!(error.expected, VersionValue::from(expected));
    assert_eq!(error.found, VersionValue::from(found));
}
