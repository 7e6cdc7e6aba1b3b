//! A version proves a write without an answer, and the save that goes on from there fails: the record is as it was.

use crate::library::prelude::*;
use crate::library::{BulkError, disable_increment};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::{Unique, remembered, unanswered, unique};
use crate::engine::TestConnection;
use crate::suite::fixtures::{insert_article, with_article};
use crate::suite::models::articles;

/// A record whose merge added five views to a row at which another writer added ten, without an answer. The row is
/// proved to be what that merge made of it.
fn merged_unanswered(conn: &mut TestConnection) -> Tracked<Unique> {
    let mut record = unique(conn);
    record.views += 5;
    let mut session = serde_json::to_value(&record).unwrap();
    let mut row = session["record"].clone();
    row["views"] = json!(15);
    row["body"] = json!("theirs");
    row["version"] = json!("made here");
    session["in_doubt"] = json!([{
        "row": row,
        "stead_of": session["record"],
        "columns": ["views"],
        "from": "'theirs'",
        "moves_version": true,
    }]);
    let set = (articles::views.eq(15), articles::body.eq("theirs"), articles::title.eq("made here"));
    diesel::update(articles::table.find(1)).set(set).execute(conn).unwrap();
    serde_json::from_value(session).unwrap()
}

type Save = fn(&mut Tracked<Unique>, &mut TestConnection) -> Result<(), ConcurrencyError>;

fn of_batch(error: BulkError) -> ConcurrencyError {
    match error {
        BulkError::Record(refused) => refused.error,
        error => panic!("not of one record: {error:?}"),
    }
}

const WAYS: [(&str, Save); 6] = [
    ("save", |record, conn| record.save_concurrent(conn)),
    ("without increment", |record, conn| record.save_without_increment(conn)),
    ("merge", |record, conn| match record.save_merging(conn) {
        Err(MergeError::Concurrency(error)) => Err(error),
        merged => panic!("not refused: {merged:?}"),
    }),
    ("resolve", |record, conn| record.save_resolving(conn, |_| unreachable!())),
    ("batch of all", |record, conn| std::slice::from_mut(record).save_all_concurrent(conn).map_err(of_batch)),
    ("batch of each", |record, conn| {
        let mut refused = std::slice::from_mut(record).save_each_concurrent(conn).map_err(of_batch)?;
        Err(refused.pop().unwrap().error)
    }),
];

#[test]
fn a_save_that_fails_after_a_proof_leaves_record_base_and_doubt() {
    for (name, save) in WAYS {
        let (_database, conn) = &mut with_article();
        insert_article(2, 1, conn);
        let mut record = merged_unanswered(conn);
        let other = articles::table.find(2);
        diesel::update(other).set(articles::views.eq(-1)).execute(conn).unwrap();
        conn.batch_execute("CREATE UNIQUE INDEX one_view ON articles (views)").unwrap();
        // Sixteen views fewer make -1.
        record.views -= 16;
        let before = serde_json::to_value(&record).unwrap();
        let refused = save(&mut record, conn).unwrap_err();
        assert!(matches!(refused, ConcurrencyError::Database(_)), "{name}: {refused:?}");
        assert_eq!(serde_json::to_value(&record).unwrap(), before, "{name}");

        // The edit is right, and goes on from the merge.
        record.views += 18;
        match name {
            "merge" => record.save_merging(conn).unwrap(),
            _ => save_rightly(name, &mut record, conn),
        }
        assert_eq!((record.views, record.body.as_deref(), remembered(&record)), (17, Some("theirs"), 0), "{name}");
        assert_eq!(unique(conn), record, "{name}");
    }
}

fn save_rightly(name: &str, record: &mut Tracked<Unique>, conn: &mut TestConnection) {
    match name {
        "save" => record.save_concurrent(conn).unwrap(),
        "without increment" => record.save_without_increment(conn).unwrap(),
        "resolve" => record.save_resolving(conn, |_| unreachable!()).unwrap(),
        "batch of all" => std::slice::from_mut(record).save_all_concurrent(conn).unwrap(),
        _ => assert!(std::slice::from_mut(record).save_each_concurrent(conn).unwrap().is_empty()),
    }
}

/// Of a batch, the records that are written go on, and those that are refused are as they were.
#[test]
fn of_a_batch_only_what_is_written_goes_on() {
    let (_database, conn) = &mut with_article();
    diesel::sql_query("INSERT INTO articles (id, title, body, views, version) VALUES (2, 'second', 'text', 0, 1)")
        .execute(conn)
        .unwrap();
    let refused = merged_unanswered(conn);
    let mut records = [refused, {
        let find = articles::table.find(2).select(Tracked::<Unique>::as_select());
        let mut record: Tracked<Unique> = find.first(conn).unwrap();
        record.views += 5;
        let set = (articles::views.eq(5), articles::title.eq("made there"));
        diesel::update(articles::table.find(2)).set(set).execute(conn).unwrap();
        unanswered(&record, Some(&json!("made there")), Some("'second'"))
    }];
    conn.batch_execute("CREATE UNIQUE INDEX one_view ON articles (views)").unwrap();
    insert_article(3, 1, conn);
    diesel::update(articles::table.find(3)).set(articles::views.eq(-1)).execute(conn).unwrap();
    records[0].views -= 16;
    records[1].views += 1;
    let before = serde_json::to_value(&records[0]).unwrap();
    let conflicts = records.save_each_concurrent(conn).unwrap();
    assert_eq!(conflicts.iter().map(|one| one.index).collect::<Vec<_>>(), [0]);
    assert_eq!(serde_json::to_value(&records[0]).unwrap(), before);
    assert_eq!((records[1].views, remembered(&records[1]), records[1].changed_fields()), (6, 0, Vec::new()));
}

/// A write that was made from there and may leave the version was done, too, or not: its sum is not counted twice.
#[test]
fn a_proof_says_nothing_of_a_write_that_was_made_after_it() {
    let (_database, conn) = &mut with_article();
    let mut record = unique(conn);
    record.views += 5;
    let record = unanswered(&record, Some(&json!("made here")), Some("'first'"));
    let mut session = serde_json::to_value(&record).unwrap();
    let mut then = session["record"].clone();
    then["views"] = json!(6);
    let mut row = then.clone();
    row["version"] = json!("made here");
    let after =
        json!({ "row": row, "stead_of": then, "columns": ["views"], "from": "'made here'", "moves_version": false });
    session["in_doubt"].as_array_mut().unwrap().push(after);
    session["record"]["views"] = json!(6);
    let record: Tracked<Unique> = serde_json::from_value(session).unwrap();
    for is_done in [false, true] {
        let set = (articles::views.eq(if is_done { 6 } else { 5 }), articles::title.eq("made here"));
        diesel::update(articles::table.find(1)).set(set).execute(conn).unwrap();
        let mut merged = record.clone();
        let MergeError::InDoubt { fields, .. } = merged.save_merging(conn).unwrap_err() else { panic!("not InDoubt") };
        assert_eq!(fields, ["views"], "{is_done}");
    }
    // A save writes the value itself, and moves the version in every scope, so that nothing comes after it.
    let mut saved = record;
    disable_increment(|| saved.save_concurrent(conn)).unwrap();
    assert_eq!((saved.views, remembered(&saved)), (6, 0));
    assert_ne!(serde_json::to_value(&*saved).unwrap()["version"], Value::from("made here"));
    assert_eq!(unique(conn), saved);
}
