//! Long texts, merged by lines: what both changed ends in the row, or is shown with both sides. How lines are merged is
//! tested in `concurrency-core`.

use crate::library::prelude::*;
use diesel::prelude::*;

use super::doubt::unanswered;
use crate::engine::{Database, TestConnection};
use crate::suite::fixtures::with_article;
use crate::suite::models::articles;

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Page {
    id: i64,
    title: String,
    #[concurrent(merge = "text")]
    body: Option<String>,
    #[concurrent(version)]
    version: i64,
}

const BASE: &str = "one\n\ntwo\n\nthree\n";

fn page(conn: &mut TestConnection) -> Tracked<Page> {
    articles::table.find(1).select(Tracked::<Page>::as_select()).first(conn).unwrap()
}

/// The body, written past the library, at the next version.
fn write(body: Option<&str>, conn: &mut TestConnection) {
    let set = (articles::body.eq(body), articles::version.eq(articles::version + 1));
    assert_eq!(diesel::update(articles::table.find(1)).set(set).execute(conn).unwrap(), 1);
}

/// An article with this body, and a person who loaded it and then edits it so.
fn edited(base: Option<&str>, mine: Option<&str>) -> (Database, TestConnection, Tracked<Page>) {
    let (database, mut conn) = with_article();
    write(base, &mut conn);
    let mut page = page(&mut conn);
    page.body = mine.map(str::to_owned);
    (database, conn, page)
}

#[track_caller]
fn assert_merged(base: Option<&str>, mine: Option<&str>, theirs: Option<&str>, merged: Option<&str>) {
    let (_database, mut conn, mut record) = edited(base, mine);
    write(theirs, &mut conn);
    record.save_merging(&mut conn).unwrap();
    assert_eq!(record.body.as_deref(), merged);
    assert_eq!(page(&mut conn), record, "the record is what the row is");
}

/// The whole conflict as text.
#[track_caller]
fn assert_conflict(base: Option<&str>, mine: Option<&str>, theirs: Option<&str>, shown: &str) {
    let (_database, mut conn, mut record) = edited(base, mine);
    write(theirs, &mut conn);
    let before = record.clone();
    let error = record.save_merging(&mut conn).unwrap_err();
    assert_eq!(error.text_conflict("body").map(|conflict| conflict.to_string()).as_deref(), Some(shown));
    assert_eq!([error.text_conflict("title"), error.text_conflict("other")], [None, None]);
    let MergeError::Fields { fields, base: found, mine: _, theirs: row } = error else { panic!("not Fields") };
    assert_eq!((fields, found.body.as_deref(), row.body.as_deref()), (vec!["body"], base, theirs));
    assert_eq!(record, before, "the record is as it was");
    assert_eq!(page(&mut conn).into_inner(), row, "nothing is written");
}

#[test]
fn edits_of_different_lines_are_both_saved() {
    let merged = "ONE\n\ntwo\n\nTHREE\n";
    assert_merged(Some(BASE), Some("ONE\n\ntwo\n\nthree\n"), Some("one\n\ntwo\n\nTHREE\n"), Some(merged));
    let same = Some("one\n\n2\n\nthree\n");
    assert_merged(Some(BASE), same, same, same);
    let (base, mine) = ("é\r\n\r\n日本\r\n\r\n🦀", "É\r\n\r\n日本\r\n\r\n🦀");
    let (theirs, merged) = ("é\r\n\r\n日本\r\n\r\n🦀🦀", "É\r\n\r\n日本\r\n\r\n🦀🦀");
    assert_merged(Some(base), Some(mine), Some(theirs), Some(merged));
}

#[test]
fn edits_of_the_same_lines_are_shown_with_both_sides() {
    let shown = "one\n\n<<<<<<< mine\nTWO\n=======\n2\n>>>>>>> theirs\n\nthree\nfour\n";
    assert_conflict(Some(BASE), Some("one\n\nTWO\n\nthree\n"), Some("one\n\n2\n\nthree\nfour\n"), shown);
}

#[test]
fn null_is_a_conflict_with_every_other_edit() {
    assert_conflict(Some(BASE), None, Some("1\n"), "<<<<<<< mine\n=======\n1\n>>>>>>> theirs\n");
    assert_conflict(Some(BASE), Some("1\n"), None, "<<<<<<< mine\n1\n=======\n>>>>>>> theirs\n");
    assert_conflict(None, Some("1\n"), Some("2\n"), "<<<<<<< mine\n1\n=======\n2\n>>>>>>> theirs\n");
    assert_conflict(Some(""), Some("1\n"), Some("2\n"), "<<<<<<< mine\n1\n=======\n2\n>>>>>>> theirs\n");
    assert_merged(None, Some("1\n"), Some("1\n"), Some("1\n"));
    assert_merged(Some(BASE), None, None, None);
}

/// A change of the shown text is an edit over theirs.
#[test]
fn a_conflict_is_answered_by_a_rebase() {
    let (_database, mut conn, mut record) = edited(Some("one\ntwo\n"), Some("ONE\ntwo\n"));
    record.title = "mine".to_owned();
    write(Some("1\ntwo\n"), &mut conn);
    let MergeError::Fields { theirs, .. } = record.save_merging(&mut conn).unwrap_err() else { panic!("not Fields") };
    record.body = Some("1 is ONE\ntwo\n".to_owned());
    record.rebase(theirs);
    record.save_merging(&mut conn).unwrap();
    let saved = Page { id: 1, title: "mine".to_owned(), body: Some("1 is ONE\ntwo\n".to_owned()), version: 4 };
    assert_eq!(page(&mut conn).into_inner(), saved);
}

/// A write without an answer, which may have been done: `done` says what it and others made of the row.
fn in_doubt(base: &str, mine: &str, done: Option<&str>) -> (Database, TestConnection, Tracked<Page>) {
    let (database, mut conn, record) = edited(Some(base), Some(mine));
    let record = unanswered(&record, None, Some(&record.version.to_string()));
    if let Some(done) = done {
        write(Some(mine), &mut conn);
        write(Some(done), &mut conn);
    }
    (database, conn, record)
}

#[test]
fn an_edit_that_is_in_the_row_already_is_not_done_again() {
    let mine = "ONE\n\ntwo\n\nthree\n";
    for done in [None, Some(mine), Some("ONE\n\ntwo\n\nthree\n\nfour\n")] {
        let (_database, mut conn, mut record) = in_doubt(BASE, mine, done);
        record.save_merging(&mut conn).unwrap();
        assert_eq!(record.body.as_deref(), Some(done.unwrap_or(mine)));
        assert_eq!(page(&mut conn), record);
    }
}

/// Others wrote around it, so that it looks like one of theirs; without a doubt, it would be a conflict.
#[test]
fn an_edit_that_may_be_in_the_row_is_in_doubt() {
    let (mine, done) = ("one\n\ntwo\n\nnew\n\nthree\n", "one\n\nTWO\n\nnew\n\nthree\n");
    for (doubt, saved) in [(Doubt::Written, Some(done)), (Doubt::NotWritten, None)] {
        let (_database, mut conn, mut record) = in_doubt(BASE, mine, Some(done));
        let error = record.save_merging(&mut conn).unwrap_err();
        assert_eq!(error.text_conflict("body"), None);
        let MergeError::InDoubt { fields, theirs, .. } = error else { panic!("not InDoubt") };
        assert_eq!((fields, theirs.body.as_deref()), (vec!["body"], Some(done)));
        record.settle(doubt, theirs);
        match (record.save_merging(&mut conn), saved) {
            (Ok(()), Some(saved)) => assert_eq!(record.body.as_deref(), Some(saved)),
            (Err(error @ MergeError::Fields { .. }), None) => assert!(error.text_conflict("body").is_some()),
            other => panic!("{other:?}"),
        }
        assert_eq!(page(&mut conn).body.as_deref(), Some(done));
    }
}

diesel::table! { notes (id) { id -> BigInt, text -> Text, version -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = notes)]
struct Note {
    id: i64,
    #[concurrent(merge = "text")]
    text: String,
    #[concurrent(version)]
    version: i64,
}

/// If the column pads its texts, the last line differs from the saved one. Only an edit of that line is a conflict.
#[test]
fn the_blanks_of_char_are_an_edit_of_the_last_line() {
    let database = Database::new();
    let conn = &mut database.connect();
    diesel::sql_query(
        "CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, text CHAR(20) NOT NULL, version BIGINT NOT NULL)",
    )
    .execute(conn)
    .unwrap();
    let row = (notes::id.eq(1), notes::text.eq("a\n-\nb\n-\nc"), notes::version.eq(1_i64));
    diesel::insert_into(notes::table).values(row).execute(conn).unwrap();
    let load = |conn: &mut TestConnection| -> Tracked<Note> {
        notes::table.find(1).select(Tracked::<Note>::as_select()).first(conn).unwrap()
    };
    let mut mine = load(conn);
    let pads = mine.text.ends_with(' ');
    mine.text = "A\n-\nb\n-\nc".to_owned();
    mine.save_concurrent(conn).unwrap();
    let mut theirs = load(conn);
    theirs.text = theirs.text.replace('b', "B");
    theirs.save_concurrent(conn).unwrap();

    mine.text = "AA\n-\nb\n-\nc".to_owned();
    let mut last = mine.clone();
    mine.save_merging(conn).unwrap();
    assert_eq!(load(conn).text.trim_end(), "AA\n-\nB\n-\nc");
    last.text = "A\n-\nb\n-\nC".to_owned();
    assert_eq!(last.save_merging(conn).is_err(), pads);
}
