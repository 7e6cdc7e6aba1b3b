//! Two embedded structs with a field of one name: each field is known by its column, whatever is asked of the record.

use crate::library::prelude::*;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::written;
use crate::engine::TestConnection;
use crate::suite::fixtures::with_article;
use crate::suite::models::articles;
use crate::suite::statements::Log;

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Left {
    #[diesel(column_name = title)]
    #[concurrent(merge = "text")]
    text: String,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Right {
    #[diesel(column_name = body)]
    #[concurrent(merge = "text")]
    text: Option<String>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Pair {
    id: i64,
    #[diesel(embed)]
    left: Left,
    #[diesel(embed)]
    right: Right,
    views: i32,
    #[concurrent(version)]
    version: i64,
}

fn load(conn: &mut TestConnection) -> Tracked<Pair> {
    articles::table.find(1).select(Tracked::<Pair>::as_select()).first(conn).unwrap()
}

/// The record after a write of its left text that got no answer, as it waits in a session.
fn in_doubt(record: &Tracked<Pair>) -> Value {
    let mut session = serde_json::to_value(record).unwrap();
    let attempt = json!({ "row": session["record"], "columns": ["title"], "from": "1", "moves_version": true });
    session["in_doubt"] = json!([attempt]);
    session
}

/// Without this, the fence would put back what another writer saved without increment.
#[test]
fn a_fence_writes_the_column_of_the_lost_write_only() {
    let (_database, conn) = &mut with_article();
    let mut record = load(conn);
    record.left.text = "mine".to_owned();
    let session = in_doubt(&record);
    let mut record: Tracked<Pair> = serde_json::from_value(session.clone()).unwrap();
    assert_eq!(serde_json::to_value(&record).unwrap(), session, "it waits in a session as it was");
    let mut theirs = load(conn);
    theirs.right.text = Some("theirs".to_owned());
    theirs.save_without_increment(conn).unwrap();

    let log = Log::attach(conn);
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "title"]);
    let row = load(conn);
    assert_eq!((row.left.text.as_str(), row.right.text.as_deref(), row.version), ("mine", Some("theirs"), 2));
}

#[test]
fn only_the_field_that_makes_a_difference_is_in_doubt() {
    let (_database, conn) = &mut with_article();
    let mut record = load(conn);
    record.left.text = "on its way".to_owned();
    let mut record: Tracked<Pair> = serde_json::from_value(in_doubt(&record)).unwrap();
    let set = (articles::title.eq("on its way"), articles::version.eq(2));
    diesel::update(articles::table.find(1)).set(set).execute(conn).unwrap();
    record.left.text = "edited since".to_owned();
    let MergeError::InDoubt { fields, .. } = record.save_merging(conn).unwrap_err() else { panic!("not InDoubt") };
    assert_eq!(fields, ["text"]);
}

#[test]
fn a_write_that_is_remembered_by_its_columns_is_no_doubt_about_the_other_field() {
    let (_database, conn) = &mut with_article();
    let mut session = in_doubt(&load(conn));
    session["in_doubt"][0]["row"] = Value::Null;
    let mut record: Tracked<Pair> = serde_json::from_value(session).unwrap();
    let mut theirs = load(conn);
    theirs.views = 7;
    theirs.save_concurrent(conn).unwrap();
    let MergeError::InDoubt { fields, .. } = record.save_merging(conn).unwrap_err() else { panic!("not InDoubt") };
    assert_eq!(fields, ["text"]);
}

#[test]
fn what_changed_is_named_as_often_as_it_changed() {
    let (_database, conn) = &mut with_article();
    let mut record = load(conn);
    record.right.text = None;
    assert_eq!((record.changed_fields(), record.diff(record.base())), (vec!["text"], vec!["text"]));
    record.left.text = "mine".to_owned();
    assert_eq!(record.changed_fields(), ["text", "text"]);
}

/// The other text differs, too, but is merged.
#[test]
fn the_text_that_is_shown_is_the_one_in_conflict() {
    let (_database, conn) = &mut with_article();
    let mut record = load(conn);
    record.left.text = "one\n\ntwo\n".to_owned();
    record.right.text = Some("base\n".to_owned());
    record.save_concurrent(conn).unwrap();
    let mut theirs = record.clone();
    theirs.left.text = "one\n\ntheirs\n".to_owned();
    theirs.right.text = Some("theirs\n".to_owned());
    theirs.save_concurrent(conn).unwrap();
    record.left.text = "mine\n\ntwo\n".to_owned();
    record.right.text = Some("mine\n".to_owned());
    let error = record.save_merging(conn).unwrap_err();
    let shown = error.text_conflict("text").map(|conflict| conflict.to_string());
    assert_eq!(shown.as_deref(), Some("<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> theirs\n"));
    let MergeError::Fields { fields, .. } = error else { panic!("not Fields") };
    assert_eq!(fields, ["text"]);
}
