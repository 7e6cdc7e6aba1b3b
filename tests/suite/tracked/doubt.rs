//! Writes to which no answer came. A record that waited in a session meanwhile still knows of them, which lets a test say what it
//! remembers on every engine; how a real connection comes to leave one is tested where connections are lost and futures are dropped.

mod batches;
mod refused;

use crate::library::prelude::*;
use crate::library::{Resolution, client_wins, disable_concurrency, transaction_concurrent};
use diesel::prelude::*;
use diesel::result::Error::RollbackTransaction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::written;
use crate::engine::{Database, TestConnection};
use crate::suite::fixtures::{insert_article, with_article};
use crate::suite::models::articles;
use crate::suite::statements::Log;

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Counter {
    id: i64,
    title: String,
    body: Option<String>,
    #[concurrent(merge = "sum")]
    views: i32,
    #[concurrent(version)]
    version: i64,
}

/// No other write can make its versions.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Unique {
    id: i64,
    body: Option<String>,
    #[concurrent(merge = "sum")]
    views: i32,
    #[diesel(column_name = title)]
    #[concurrent(version = RandomVersionField)]
    version: String,
}

/// A change of the views is never a conflict.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(ignore_fields(views))]
struct Conditional {
    id: i64,
    title: String,
    #[concurrent(merge = "sum")]
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// A change of the body is never a conflict.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(ignore_fields(body))]
struct Noted {
    id: i64,
    title: String,
    body: Option<String>,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

fn counter(conn: &mut TestConnection) -> Tracked<Counter> {
    articles::table.find(1).select(Tracked::<Counter>::as_select()).first(conn).unwrap()
}

fn unique(conn: &mut TestConnection) -> Tracked<Unique> {
    articles::table.find(1).select(Tracked::<Unique>::as_select()).first(conn).unwrap()
}

/// The record after one more write without an answer, which writes what changed; where its version is known, to this one.
/// `leaves` is the version that it moves the row away from, if it is certain to do so. Fields and columns have one name.
pub fn unanswered<T>(tracked: &Tracked<T>, version: Option<&Value>, leaves: Option<&str>) -> Tracked<T>
where
    T: Serialize + DeserializeOwned + concurrency_diesel::Trackable + Concurrent<Version: Clone> + Clone,
{
    let columns = tracked.changed_fields();
    assert!(!columns.is_empty(), "nothing would be sent");
    let mut session = serde_json::to_value(tracked).unwrap();
    let mut row = session["record"].clone();
    if let Some(version) = version {
        row["version"] = version.clone();
    }
    let attempt = json!({ "row": row, "columns": columns, "from": leaves, "moves_version": leaves.is_some() });
    session["in_doubt"].as_array_mut().unwrap().push(attempt);
    serde_json::from_value(session).unwrap()
}

/// The same of a counter.
fn counted(tracked: &Tracked<Counter>) -> Tracked<Counter> {
    unanswered(tracked, None, Some(&tracked.base().version.to_string()))
}

/// How many writes without an answer it remembers.
fn remembered<T: Serialize>(tracked: &Tracked<T>) -> usize {
    serde_json::to_value(tracked).unwrap()["in_doubt"].as_array().unwrap().len()
}

/// Does the write after all; whether there was still a row for it.
fn come(tracked: &Tracked<Counter>, conn: &mut TestConnection) -> bool {
    let row = articles::table.filter(articles::id.eq(1).and(articles::version.eq(tracked.base().version)));
    let set = (
        articles::title.eq(tracked.title.clone()),
        articles::body.eq(tracked.body.clone()),
        articles::views.eq(tracked.views),
        articles::version.eq(articles::version + 1),
    );
    diesel::update(row).set(set).execute(conn).unwrap() == 1
}

#[track_caller]
fn assert_in_doubt(tracked: &mut Tracked<Counter>, fields: &[&str], conn: &mut TestConnection) -> Counter {
    let before = serde_json::to_value(&*tracked).unwrap();
    let row = counter(conn).into_inner();
    let MergeError::InDoubt { fields: found, base, mine, theirs } = tracked.save_merging(conn).unwrap_err() else {
        panic!("not InDoubt");
    };
    assert_eq!(found, fields);
    assert_eq!((&base, &mine, &theirs), (tracked.base(), &**tracked, &row));
    assert_eq!(serde_json::to_value(&*tracked).unwrap(), before, "the record is as it was");
    assert_eq!(counter(conn).into_inner(), row, "nothing is written");
    theirs
}

#[test]
fn a_write_that_was_not_done_is_done_by_the_next_save_and_comes_too_late() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.views += 5;
    let late = record.clone();
    let mut record = counted(&record);
    record.title = "edited since".to_owned();
    let log = Log::attach(conn);
    record.save_concurrent(conn).unwrap();
    let sent = log.take_sent();
    assert_eq!(sent.len(), 2, "the version, and one write: {sent:#?}");
    assert_eq!((record.version, remembered(&record)), (2, 0));
    assert_eq!(counter(conn), record);
    assert!(!come(&late, conn));
}

/// The lost write would bring the edit back, unnoticed.
#[test]
fn an_edit_that_was_taken_back_is_fenced_off() {
    for way in ["save", "merge", "resolve"] {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.title = "on its way".to_owned();
        record.views += 5;
        let late = record.clone();
        let mut record = counted(&record);
        record.revert();
        assert_eq!(record.changed_fields(), [""; 0]);
        let log = Log::attach(conn);
        match way {
            "merge" => record.save_merging(conn).unwrap(),
            "resolve" => record.save_resolving(conn, |_| unreachable!()).unwrap(),
            _ => record.save_concurrent(conn).unwrap(),
        }
        assert_eq!(written(&log), ["version", "title", "views"], "{way}");
        assert_eq!((record.views, record.title.as_str(), record.version), (0, "first", 2));
        assert_eq!(counter(conn), record);
        assert!(!come(&late, conn));
    }
}

/// The row may be what the write made of it, or what another's equal one did.
#[test]
fn a_save_over_a_row_that_moved_is_a_conflict() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.views += 5;
    assert!(come(&record, conn));
    let mut record = counted(&record);
    let before = serde_json::to_value(&record).unwrap();
    super::assert_modified(&record.save_concurrent(conn).unwrap_err(), 1, 2);
    record.revert();
    super::assert_modified(&record.save_concurrent(conn).unwrap_err(), 1, 2);
    record.views += 5;
    assert_eq!(serde_json::to_value(&record).unwrap(), before);
    assert_eq!((counter(conn).views, counter(conn).version), (5, 2));
}

#[test]
fn what_comes_to_the_same_either_way_is_merged() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.title = "mine".to_owned();
    assert!(come(&record, conn));
    let mut record = counted(&record);
    let mut theirs = counter(conn);
    theirs.views += 7;
    theirs.save_concurrent(conn).unwrap();
    record.body = None;
    record.save_merging(conn).unwrap();
    assert_eq!(counter(conn), record);
    let merged = Counter { id: 1, title: "mine".to_owned(), body: None, views: 7, version: 4 };
    assert_eq!((&*record, remembered(&record)), (&merged, 0));
}

/// If the program says which it was, it gets the sum for that case.
#[test]
fn a_sum_is_in_doubt_until_somebody_says_what_became_of_it() {
    for (doubt, views) in [(Doubt::Written, 5), (Doubt::NotWritten, 10)] {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.views += 5;
        assert!(come(&record, conn));
        let mut record = counted(&record);
        let theirs = assert_in_doubt(&mut record, &["views"], conn);
        record.settle(doubt, theirs);
        record.save_merging(conn).unwrap();
        assert_eq!((record.views, counter(conn).views), (views, views));
        assert_eq!((counter(conn), remembered(&record)), (record.clone(), 0));

        // And nothing helps any more: another's equal change is another change.
        let mut theirs = record.clone();
        theirs.views += 5;
        theirs.save_concurrent(conn).unwrap();
        record.views += 5;
        record.save_merging(conn).unwrap();
        assert_eq!((record.views, counter(conn).views), (views + 10, views + 10));
    }
}

/// Later saves of other writers do not resolve the doubt, and are not lost.
#[test]
fn saves_of_others_after_it_are_counted_once() {
    for (doubt, views) in [(Doubt::Written, 3), (Doubt::NotWritten, 4)] {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.views += 1;
        assert!(come(&record, conn));
        let mut record = counted(&record);
        for _ in 0..2 {
            let mut theirs = counter(conn);
            theirs.views += 1;
            theirs.save_concurrent(conn).unwrap();
        }
        let theirs = assert_in_doubt(&mut record, &["views"], conn);
        record.settle(doubt, theirs);
        record.save_merging(conn).unwrap();
        assert_eq!((record.views, counter(conn).views), (views, views));
    }
}

/// A trigger or ON UPDATE changes a column with each write: the rest is known all the same.
#[test]
fn a_column_that_the_database_changes_makes_it_forget_nothing() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.views += 10;
    assert!(come(&record, conn));
    let mut record = counted(&record);
    diesel::update(articles::table.find(1)).set(articles::body.eq("stamped")).execute(conn).unwrap();
    record.views += 1;
    let theirs = assert_in_doubt(&mut record, &["views"], conn);
    record.settle(Doubt::Written, theirs);
    assert_eq!(record.body.as_deref(), Some("stamped"));
    record.save_merging(conn).unwrap();
    assert_eq!((record.views, counter(conn)), (11, record.clone()));
}

#[test]
fn an_edit_taken_back_over_a_write_that_was_done_is_in_doubt() {
    for (doubt, views) in [(Doubt::Written, 0), (Doubt::NotWritten, 5)] {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.views += 5;
        assert!(come(&record, conn));
        let mut record = counted(&record);
        record.revert();
        let theirs = assert_in_doubt(&mut record, &["views"], conn);
        record.settle(doubt, theirs);
        record.save_merging(conn).unwrap();
        assert_eq!((record.views, counter(conn)), (views, record.clone()));
    }
}

/// An edit over the value in doubt: over one's own it is an edit, over another's it is a conflict.
#[test]
fn an_edit_over_the_value_in_doubt_is_in_doubt() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.title = "mine".to_owned();
    assert!(come(&record, conn));
    let mut record = counted(&record);
    record.title = "mine again".to_owned();
    let theirs = assert_in_doubt(&mut record, &["title"], conn);
    let mut other = record.clone();

    record.settle(Doubt::Written, theirs.clone());
    record.save_merging(conn).unwrap();
    assert_eq!(counter(conn).title, "mine again");

    // Saying that the write was not done does not decide a field that both changed.
    diesel::update(articles::table.find(1)).set(articles::title.eq("mine")).execute(conn).unwrap();
    other.settle(Doubt::NotWritten, counter(conn).into_inner());
    let MergeError::Fields { fields, .. } = other.save_merging(conn).unwrap_err() else { panic!("both changed it") };
    assert_eq!(fields, ["title"]);
}

#[test]
fn of_two_writes_in_doubt_both_are_known() {
    for last in [false, true] {
        let (_database, conn) = &mut with_article();
        let mut first = counter(conn);
        first.title = "one".to_owned();
        let mut second = counted(&first);
        second.title = "two".to_owned();
        assert!(come(if last { &second } else { &first }, conn));
        let mut record = counted(&second);
        assert_eq!(remembered(&record), 2);
        if last {
            record.save_merging(conn).unwrap();
            assert_eq!((record.title.as_str(), record.version), ("two", 2));
        } else {
            // "one" is ours, or another's.
            assert_in_doubt(&mut record, &["title"], conn);
        }
        assert_eq!(counter(conn).title, if last { "two" } else { "one" });
    }
}

/// Of several writes without an answer, the last one is the one that was done.
#[test]
fn whoever_says_that_it_was_written_means_the_last_write() {
    let (_database, conn) = &mut with_article();
    let mut first = counter(conn);
    first.views += 5;
    let mut second = counted(&first);
    second.views += 2;
    assert!(come(&second, conn));
    let mut record = counted(&second);
    let theirs = assert_in_doubt(&mut record, &["views"], conn);
    record.settle(Doubt::Written, theirs);
    record.views += 1;
    record.save_merging(conn).unwrap();
    assert_eq!((record.views, record.version, counter(conn)), (8, 3, record.clone()));
}

/// Each way on from a doubt ends it: afterwards a row that is what the write would have made of it is another's doing.
#[test]
fn a_doubt_that_was_settled_never_helps_again() {
    type Settle = fn(&mut Tracked<Counter>, &mut TestConnection);
    let ways: [(&str, Settle); 7] = [
        ("a save", |record, conn| record.save_concurrent(conn).unwrap()),
        ("an unchecked save", |record, conn| record.save_unchecked(conn).unwrap()),
        ("a scope", |record, conn| disable_concurrency(|| record.save_concurrent(conn)).unwrap()),
        ("a touch", |record, conn| record.touch_concurrent(conn).unwrap()),
        ("a merge", |record, conn| record.save_merging(conn).unwrap()),
        ("a rebase", |record, conn| record.rebase(counter(conn).into_inner())),
        ("a reload", |record, conn| {
            record.reload_concurrent(conn).unwrap();
            record.views += 5;
        }),
    ];
    for (name, settle) in ways {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.views += 5;
        let mut record = counted(&record);
        settle(&mut record, conn);
        assert_eq!(remembered(&record), 0, "{name}");
        record.save_concurrent(conn).unwrap();
        let views = counter(conn).views;
        assert_eq!(views, 5, "{name}");
        let mut theirs = counter(conn);
        theirs.views += 5;
        theirs.save_concurrent(conn).unwrap();
        record.views += 5;
        record.save_merging(conn).unwrap();
        assert_eq!((record.views, counter(conn).views), (15, 15), "{name}");
    }
}

/// A touch advances the version from the one that the write needs. So the write was not done, and comes too late. An
/// unchecked touch proves neither.
#[test]
fn a_touch_is_a_fence_and_a_proof_where_it_is_guarded() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.views += 5;
    let late = record.clone();
    let mut record = counted(&record);
    let mut unguarded = record.clone();
    record.touch_concurrent(conn).unwrap();
    assert_eq!((record.version, remembered(&record), record.changed_fields()), (2, 0, vec!["views"]));
    assert!(!come(&late, conn));
    let mut theirs = counter(conn);
    theirs.views += 10;
    theirs.save_concurrent(conn).unwrap();
    record.save_merging(conn).unwrap();
    assert_eq!((record.views, counter(conn)), (15, record.clone()));

    disable_concurrency(|| unguarded.touch_concurrent(conn)).unwrap();
    assert_eq!((unguarded.version, remembered(&unguarded)), (5, 1));
}

/// If a write may leave the version, it may have been done before the touch, which only proves that it comes too late.
#[test]
fn a_touch_proves_nothing_of_a_write_that_may_leave_the_version() {
    let (_database, conn) = &mut with_article();
    let load = |conn: &mut TestConnection| -> Tracked<Conditional> {
        articles::table.find(1).select(Tracked::<Conditional>::as_select()).first(conn).unwrap()
    };
    let mut record = load(conn);
    record.views += 5;
    let mut record = unanswered(&record, None, None);
    diesel::update(articles::table.find(1)).set(articles::views.eq(5)).execute(conn).unwrap();
    record.touch_concurrent(conn).unwrap();
    assert_eq!((record.version, remembered(&record)), (2, 1));
    let MergeError::InDoubt { fields, .. } = record.save_merging(conn).unwrap_err() else { panic!("not InDoubt") };
    assert_eq!(fields, ["views"]);
}

/// A version that no other write can make proves that the write was done, even if another writer saved an equal value
/// in between.
#[test]
fn a_version_that_nobody_else_can_make_is_a_proof() {
    for way in ["save", "merge", "resolve", "nothing since", "taken back"] {
        let (_database, conn) = &mut with_article();
        let mut record = unique(conn);
        record.views += 5;
        let set = (articles::views.eq(5), articles::title.eq("made here"));
        diesel::update(articles::table.find(1)).set(set).execute(conn).unwrap();
        let mut record = unanswered(&record, Some(&json!("made here")), Some("'first'"));
        let log = Log::attach(conn);
        let (views, columns): (_, &[&str]) = match way {
            "nothing since" => (5, &[]),
            "taken back" => (0, &["title", "views"]),
            _ => (6, &["title", "views"]),
        };
        record.views = views;
        match way {
            "merge" => record.save_merging(conn).unwrap(),
            "resolve" => record.save_resolving(conn, |_| unreachable!()).unwrap(),
            _ => record.save_concurrent(conn).unwrap(),
        }
        if columns.is_empty() {
            assert!(log.take_sent().iter().all(|sent| !sent.starts_with("UPDATE ")), "{way}");
            assert_eq!(record.version, "made here");
        } else {
            assert_eq!(written(&log), columns, "{way}");
            assert_ne!(record.version, "made here");
        }
        assert_eq!((record.views, remembered(&record)), (views, 0), "{way}");
        assert_eq!(unique(conn), record, "{way}");
    }
}

/// Another version is not a proof, and neither is the one that the write left.
#[test]
fn without_its_version_even_a_unique_write_is_in_doubt() {
    let (_database, conn) = &mut with_article();
    let mut record = unique(conn);
    record.views += 5;
    let record = unanswered(&record, Some(&json!("made here")), Some("'first'"));
    let mut undone = record.clone();
    undone.save_merging(conn).unwrap();
    assert_eq!((undone.views, unique(conn).views), (5, 5));
    let mut moved = record;
    let MergeError::InDoubt { fields, .. } = moved.save_merging(conn).unwrap_err() else { panic!("not InDoubt") };
    assert_eq!(fields, ["views"]);
}

/// If a write may leave the version, an equal version proves nothing. The next save advances it, so that nothing comes
/// after it.
#[test]
fn an_equal_version_proves_nothing_where_a_write_may_leave_it() {
    let (_database, conn) = &mut with_article();
    let load = |conn: &mut TestConnection| -> Tracked<Conditional> {
        articles::table.find(1).select(Tracked::<Conditional>::as_select()).first(conn).unwrap()
    };
    let mut record = load(conn);
    record.views += 5;
    let record = unanswered(&record, None, None);
    // It was done, and left the version.
    diesel::update(articles::table.find(1)).set(articles::views.eq(5)).execute(conn).unwrap();
    let mut merged = record.clone();
    let MergeError::InDoubt { fields, .. } = merged.save_merging(conn).unwrap_err() else { panic!("not InDoubt") };
    assert_eq!(fields, ["views"]);

    let mut saved = record;
    saved.views = 7;
    saved.save_concurrent(conn).unwrap();
    assert_eq!((saved.version, saved.views, remembered(&saved)), (2, 7, 0));
    assert_eq!(load(conn), saved);
}

/// Nor if the versions are unique, because this write was to leave the row's version.
#[test]
fn a_unique_version_proves_no_write_that_leaves_it() {
    let (_database, conn) = &mut with_article();
    let mut record = unique(conn);
    record.views += 5;
    let mut record = unanswered(&record, None, None);
    let MergeError::InDoubt { fields, theirs, .. } = record.save_merging(conn).unwrap_err() else {
        panic!("not InDoubt")
    };
    assert_eq!(fields, ["views"]);
    record.settle(Doubt::NotWritten, theirs);
    record.save_merging(conn).unwrap();
    assert_eq!((record.views, unique(conn).views), (5, 5));
}

/// It may still come, and restore values that others change meanwhile without advancing the version.
#[test]
fn a_write_that_may_leave_the_version_is_fenced_off_though_the_row_is_what_it_makes() {
    for way in ["save", "merge", "resolve"] {
        let (_database, conn) = &mut with_article();
        let load = |conn: &mut TestConnection| -> Tracked<Noted> {
            articles::table.find(1).select(Tracked::<Noted>::as_select()).first(conn).unwrap()
        };
        let mut record = load(conn);
        record.body = Some("noted".to_owned());
        diesel::update(articles::table.find(1)).set(articles::body.eq("noted")).execute(conn).unwrap();
        let mut record = unanswered(&record, None, None);
        match way {
            "merge" => record.save_merging(conn).unwrap(),
            "resolve" => record.save_resolving(conn, |_| unreachable!()).unwrap(),
            _ => record.save_concurrent(conn).unwrap(),
        }
        assert_eq!((record.version, remembered(&record)), (2, 0), "{way}");
        assert_eq!(load(conn), record, "{way}");
    }
}

/// Nothing is sent again of a write that another writer's save has overtaken; a write that may still come is.
#[test]
fn an_answer_to_a_conflict_fences_off_what_may_still_come() {
    for (leaves, is_fenced) in [(None, true), (Some("Integer(1)"), false)] {
        let (_database, conn) = &mut with_article();
        let load = |conn: &mut TestConnection| -> Tracked<Noted> {
            articles::table.find(1).select(Tracked::<Noted>::as_select()).first(conn).unwrap()
        };
        let mut record = load(conn);
        let mut theirs = record.clone();
        record.body = Some("noted".to_owned());
        let mut record = unanswered(&record, None, leaves);
        theirs.title = "theirs".to_owned();
        theirs.save_concurrent(conn).unwrap();
        record.title = "mine".to_owned();
        let log = Log::attach(conn);
        record
            .save_resolving(conn, |conflict| {
                let mut mine = conflict.mine;
                mine.body = conflict.theirs.unwrap().body.clone();
                Resolution::Save(mine)
            })
            .unwrap();
        let mut sent = log.take_sent();
        sent.retain(|statement| statement.starts_with("UPDATE "));
        let [update] = sent.as_slice() else { panic!("{leaves:?}: not one UPDATE: {sent:#?}") };
        let update = update.replace(['"', '`'], "");
        assert_eq!((update.contains(", title = "), update.contains(", body = ")), (true, is_fenced), "{update}");
        assert_eq!((record.title.as_str(), record.body.as_deref(), remembered(&record)), ("mine", Some("text"), 0));
        assert_eq!(load(conn), record);
    }
}

/// The version that a write left is none that it made: one whose own is not known is undone there.
#[test]
fn the_version_that_a_unique_write_left_does_not_prove_it() {
    let (_database, conn) = &mut with_article();
    let mut record = unique(conn);
    record.views += 5;
    let mut record = unanswered(&record, None, Some("'first'"));
    record.save_merging(conn).unwrap();
    assert_eq!((record.views, unique(conn).views, remembered(&record)), (5, 5, 0));
}

/// What the transaction settled is rolled back with it.
#[test]
fn a_rollback_gives_the_doubt_back() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.views += 5;
    let mut record = counted(&record);
    let before = serde_json::to_value(&record).unwrap();
    let rolled_back = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        assert_eq!(remembered(&**record), 0);
        Err::<(), _>(ConcurrencyError::from(RollbackTransaction))
    });
    assert!(matches!(rolled_back, Err(ConcurrencyError::Database(RollbackTransaction))), "{rolled_back:?}");
    assert_eq!(serde_json::to_value(&record).unwrap(), before);
}

/// An error with which the database answers is a refusal: nothing was written, and another's equal change is another change.
#[test]
fn a_refusal_leaves_no_doubt() {
    let (database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.views += 5;
    rename("articles", "hidden", conn);
    for _ in 0..3 {
        assert!(matches!(record.save_concurrent(conn), Err(ConcurrencyError::Database(_))));
        assert!(matches!(record.save_merging(conn), Err(MergeError::Concurrency(ConcurrencyError::Database(_)))));
    }
    assert_eq!(remembered(&record), 0);
    rename("hidden", "articles", conn);
    let conn = &mut database.connect();
    let mut theirs = counter(conn);
    theirs.views += 5;
    theirs.save_concurrent(conn).unwrap();
    record.save_merging(conn).unwrap();
    assert_eq!((record.views, counter(conn).views), (10, 10));
}

fn rename(from: &str, to: &str, conn: &mut TestConnection) {
    diesel::sql_query(format!("ALTER TABLE {from} RENAME TO {to}")).execute(conn).unwrap();
}

#[test]
fn a_resolver_is_asked_where_it_makes_a_difference() {
    // There is no question about a value that both sides have; there is one about a sum, although both are equal.
    type Edit = fn(&mut Counter);
    let edits: [(Edit, usize); 2] = [(|record| record.title = "mine".to_owned(), 0), (|record| record.views += 5, 1)];
    for (edit, questions) in edits {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        edit(&mut record);
        assert!(come(&record, conn));
        let mut record = counted(&record);
        let mut asked = 0;
        record
            .save_resolving(conn, |conflict| {
                asked += 1;
                assert_eq!((conflict.mine.views, conflict.theirs.unwrap().views), (5, 5));
                Resolution::Save(conflict.mine)
            })
            .unwrap();
        assert_eq!((asked, remembered(&record)), (questions, 0));
        assert_eq!(counter(conn), record);
    }
}

#[test]
fn a_save_that_asks_and_fails_leaves_record_base_and_doubt() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.title = "mine".to_owned();
    assert!(come(&record, conn));
    let mut record = counted(&record);
    let mut theirs = counter(conn);
    theirs.body = Some("theirs".to_owned());
    theirs.save_concurrent(conn).unwrap();
    let before = serde_json::to_value(&record).unwrap();
    assert!(record.save_resolving(conn, |_| Resolution::Fail).unwrap_err().is_conflict());
    assert_eq!(serde_json::to_value(&record).unwrap(), before);

    rename("articles", "hidden", conn);
    assert!(record.save_resolving(conn, client_wins).is_err());
    assert_eq!(serde_json::to_value(&record).unwrap(), before);
}

#[test]
fn a_row_that_is_gone_is_gone() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.views += 5;
    let mut record = counted(&record);
    diesel::delete(articles::table.find(1)).execute(conn).unwrap();
    let before = serde_json::to_value(&record).unwrap();
    assert!(matches!(record.save_concurrent(conn), Err(ConcurrencyError::RecordDeleted(_))));
    assert!(matches!(record.save_merging(conn), Err(MergeError::Concurrency(ConcurrencyError::RecordDeleted(_)))));
    assert!(matches!(record.save_resolving(conn, client_wins), Err(ConcurrencyError::RecordDeleted(_))));
    assert_eq!(serde_json::to_value(&record).unwrap(), before);
}

/// If its version differs from its base's, the record is saved whole, and a doubt about its old row does not matter.
#[test]
fn a_record_without_a_base_asks_no_doubt() {
    let (_database, conn) = &mut with_article();
    let mut record = counter(conn);
    record.views += 5;
    assert!(come(&record, conn));
    let mut record = counted(&record);
    *record = Counter { views: 8, ..counter(conn).into_inner() };
    let log = Log::attach(conn);
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "title", "body", "views"]);
    assert_eq!((record.views, record.version, remembered(&record)), (8, 3, 0));
}

/// An unchecked write overwrites the row, whatever became of the write in doubt.
#[test]
fn an_unchecked_save_over_a_row_that_moved_asks_no_doubt() {
    type Save = fn(&mut Tracked<Counter>, &mut TestConnection) -> Result<(), ConcurrencyError>;
    let ways: [Save; 2] = [
        |record, conn| record.save_unchecked(conn),
        |record, conn| disable_concurrency(|| record.save_concurrent(conn)),
    ];
    for save in ways {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.views += 5;
        assert!(come(&record, conn));
        let mut record = counted(&record);
        record.views = 8;
        save(&mut record, conn).unwrap();
        assert_eq!((record.views, record.version, remembered(&record)), (8, 3, 0));
        assert_eq!(counter(conn), record);
    }
}

#[test]
fn a_batch_renews_the_base_and_ends_the_doubt() {
    let database = Database::new();
    let conn = &mut database.connect();
    for id in 1..=3 {
        insert_article(id, 1, conn);
    }
    let load = |conn: &mut TestConnection| -> Vec<Tracked<Counter>> {
        articles::table.order(articles::id).select(Tracked::<Counter>::as_select()).load(conn).unwrap()
    };
    let mut records = load(conn);
    for record in &mut records {
        record.views += 5;
    }
    records[1] = counted(&records[1]);
    records.save_all_concurrent(conn).unwrap();
    assert_eq!(records, load(conn));
    assert!(records.iter().all(|record| record.changed_fields().is_empty() && remembered(record) == 0));
    records[2].title = "more".to_owned();
    let log = Log::attach(conn);
    records[2].save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "title"]);
}
