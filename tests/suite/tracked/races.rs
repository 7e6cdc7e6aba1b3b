//! Many writers of one row who merge: each edit is counted once.

use crate::library::prelude::*;
use crate::library::{MergeError, Tracked};
use diesel::prelude::*;

use crate::engine::TestConnection;
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

/// Each writes its own field, and none overwrites another's.
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
