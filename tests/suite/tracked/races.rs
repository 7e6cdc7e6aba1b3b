//! Many writers of one row who merge: each edit is counted once, lost replies and all.

use crate::library::prelude::*;
use crate::library::{MergeError, Tracked};
use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;

use crate::engine::{Database, TestConnection};
use crate::suite::fixtures::with_article;
use crate::suite::models::{Article, articles};
use crate::suite::threads::{Running, spawn};

const THREADS: i32 = 4;
const SAVES: i32 = 50;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Counter {
    id: i64,
    #[concurrent(merge = "sum")]
    views: i32,
    #[concurrent(version)]
    version: i64,
}

/// Saves until it was not refused by the engine.
fn persist(counter: &mut Tracked<Counter>, conn: &mut TestConnection) {
    loop {
        match counter.save_merging(conn) {
            Ok(()) => return,
            Err(MergeError::Concurrency(error)) if error.is_retryable() => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn racing_sums_count_every_change() {
    let (database, mut conn) = with_article();
    let writers: Vec<_> = (0..THREADS)
        .map(|_| {
            let mut conn = database.connect();
            spawn(move || {
                let mut counter: Tracked<Counter> =
                    articles::table.find(1).select(Tracked::<Counter>::as_select()).first(&mut conn).unwrap();
                for _ in 0..SAVES {
                    counter.views += 1;
                    persist(&mut counter, &mut conn);
                }
            })
        })
        .collect();
    writers.into_iter().for_each(Running::join);
    let row: Counter = articles::table.find(1).select(Counter::as_select()).first(&mut conn).unwrap();
    assert_eq!(row, Counter { id: 1, views: THREADS * SAVES, version: i64::from(THREADS * SAVES) + 1 });
}

/// Each writes a field of its own, and none overwrites the other's.
#[test]
fn racing_edits_of_different_fields_lose_nothing() {
    let (database, mut conn) = with_article();
    let writers = [true, false].map(|writes_title| {
        let mut conn = database.connect();
        spawn(move || {
            let mut record: Tracked<Article> =
                articles::table.find(1).select(Tracked::<Article>::as_select()).first(&mut conn).unwrap();
            for save in 1..=SAVES {
                if writes_title {
                    record.title = format!("title {save}");
                } else {
                    record.body = Some(format!("body {save}"));
                }
                loop {
                    match record.save_merging(&mut conn) {
                        Ok(()) => break,
                        Err(MergeError::Concurrency(error)) if error.is_retryable() => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
            }
        })
    });
    writers.into_iter().for_each(Running::join);
    let row: Article = articles::table.find(1).select(Article::as_select()).first(&mut conn).unwrap();
    let (title, body) = (format!("title {SAVES}"), Some(format!("body {SAVES}")));
    assert_eq!(row, Article { id: 1, title, body, views: 0, version: i64::from(SAVES) * 2 + 1 });
}

/// The statement was carried out, but what came back was an error: the next save finds that it was written.
#[test]
fn a_lost_reply_counts_as_saved_and_a_sum_is_not_added_twice() {
    let (database, mut conn) = with_article();
    let mut counter: Tracked<Counter> =
        articles::table.find(1).select(Tracked::<Counter>::as_select()).first(&mut conn).unwrap();
    counter.views += 5;
    lose_the_reply_of_an_update(&database, &mut conn);
    let error = counter.save_concurrent(&mut conn).unwrap_err();
    assert!(matches!(error, ConcurrencyError::Database(_)), "{error:?}");
    assert_eq!((counter.version, counter.changed_fields()), (1, vec!["views"]));

    let mut conn = database.connect();
    conn.batch_execute("ALTER TABLE hidden RENAME TO articles").unwrap();
    counter.save_merging(&mut conn).unwrap();
    assert_eq!(*counter, Counter { id: 1, views: 5, version: 2 });
    counter.views += 1;
    counter.save_merging(&mut conn).unwrap();
    assert_eq!((counter.views, counter.version), (6, 3));
}

/// Carries out the next UPDATE in this connection's stead, and hides the table from it.
fn lose_the_reply_of_an_update(database: &Database, conn: &mut TestConnection) {
    let mut other = database.connect();
    let mut is_lost = false;
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        let InstrumentationEvent::StartQuery { query, .. } = event else {
            return;
        };
        if query.to_string().starts_with("UPDATE ") && !is_lost {
            let changes = (articles::views.eq(5), articles::version.eq(2_i64));
            diesel::update(articles::table.find(1)).set(changes).execute(&mut other).unwrap();
            other.batch_execute("ALTER TABLE articles RENAME TO hidden").unwrap();
            is_lost = true;
        }
    });
}
