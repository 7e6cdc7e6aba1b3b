//! `save_resolving`: what the resolver gets, what its answer does, and that it is not called endlessly.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};

use crate::library::prelude::*;
use crate::library::{Conflict, Resolution, client_wins, store_wins};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::bad_input::assert_database;
use super::core::{assert_deleted, assert_modified};
use super::fixtures::{article, author, insert_article, insert_author, two_copies, with_article};
use super::isolation::deadlock::assert_restart;
use super::isolation::table::Ending;
use super::models::{Article, Author, articles, authors};
use super::statements::Log;
use super::threads::spawn;
use crate::engine::{Database, EQUAL_KEYS, HIDING_SETUP, TestConnection, settings};

/// Article 1 as the row is, which another writer saved with another title and other views, and a copy that was edited
/// before.
fn conflict() -> (Database, TestConnection, Article, Article) {
    let (database, mut conn) = with_article();
    let (mut mine, mut theirs) = two_copies(&mut conn);
    theirs.title = "theirs".to_owned();
    theirs.views = 5;
    theirs.save_concurrent(&mut conn).unwrap();
    mine.title = "mine".to_owned();
    mine.body = None;
    (database, conn, mine, theirs)
}

#[test]
fn without_a_conflict_it_is_a_save_and_nobody_is_asked() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    record.title = "saved".to_owned();
    let log = Log::attach(conn);
    record.save_resolving(conn, |_| unreachable!()).unwrap();
    assert_eq!(log.take_sent().len(), 1);
    assert_eq!((record.version, article(1, conn)), (2, record.clone()));
}

#[test]
fn the_client_wins() {
    let (_database, mut conn, mut mine, _) = conflict();
    let edited = mine.clone();
    let log = Log::attach(&mut conn);
    mine.save_resolving(&mut conn, client_wins).unwrap();
    // The save, why it was refused, the row, and the save over it.
    assert_eq!(log.take_sent().len(), 4);
    assert_eq!(mine, Article { version: 3, ..edited });
    assert_eq!(article(1, &mut conn), mine);
}

#[test]
fn the_store_wins() {
    let (_database, mut conn, mut mine, theirs) = conflict();
    let log = Log::attach(&mut conn);
    mine.save_resolving(&mut conn, store_wins).unwrap();
    assert_eq!(log.take_sent().len(), 3);
    assert_eq!(mine, theirs);
    assert_eq!(article(1, &mut conn), theirs);
    mine.save_concurrent(&mut conn).unwrap();
}

#[test]
fn a_closure_sees_both_and_merges_them() {
    let (_database, mut conn, mut mine, theirs) = conflict();
    let edited = mine.clone();
    let mut asked = 0;
    mine.save_resolving(&mut conn, |conflict| {
        asked += 1;
        assert_eq!(conflict, Conflict { mine: edited.clone(), theirs: Some(theirs.clone()) });
        Resolution::Save(Article { title: "merged".to_owned(), views: 5, ..conflict.mine })
    })
    .unwrap();
    assert_eq!(asked, 1);
    assert_eq!(mine, Article { title: "merged".to_owned(), views: 5, version: 3, ..edited });
    assert_eq!(article(1, &mut conn), mine);
}

/// The answer is saved over the row that was shown, whatever its version.
#[test]
fn the_version_of_the_answer_is_that_of_the_row_shown() {
    let (_database, mut conn, mine, theirs) = conflict();
    for version in [-7, 0, 1, 2, 3, i64::MAX] {
        let mut record = mine.clone();
        let row = article(1, &mut conn);
        record
            .save_resolving(&mut conn, |conflict| {
                Resolution::Save(Article { version, views: 8, ..conflict.theirs.unwrap() })
            })
            .unwrap();
        assert_eq!(record, Article { views: 8, version: row.version + 1, ..theirs.clone() });
        assert_eq!(article(1, &mut conn), record);
    }
}

#[test]
fn a_resolver_that_fails_leaves_record_and_row() {
    let (_database, mut conn, mut mine, theirs) = conflict();
    let edited = mine.clone();
    assert_modified(&mine.save_resolving(&mut conn, |_| Resolution::Fail).unwrap_err(), 1, 2);
    assert_eq!((mine, article(1, &mut conn)), (edited, theirs));
}

#[test]
fn a_resolver_that_panics_leaves_record_and_row() {
    let (_database, mut conn, mut mine, theirs) = conflict();
    let edited = mine.clone();
    let panic = catch_unwind(AssertUnwindSafe(|| mine.save_resolving(&mut conn, |_| panic!("undecided"))));
    assert_eq!(*panic.unwrap_err().downcast_ref::<&str>().unwrap(), "undecided");
    assert_eq!((mine, article(1, &mut conn)), (edited, theirs));
}

#[test]
fn a_deleted_row_is_shown_as_none_and_is_not_inserted_again() {
    for answer in [client_wins as fn(Conflict<Article>) -> Resolution<Article>, store_wins, |_| Resolution::Fail] {
        let (_database, mut conn, mut mine, theirs) = conflict();
        let edited = mine.clone();
        theirs.delete_concurrent(&mut conn).unwrap();
        let mut asked = 0;
        let result = mine.save_resolving(&mut conn, |conflict| {
            asked += 1;
            assert_eq!(conflict, Conflict { mine: edited.clone(), theirs: None });
            answer(conflict)
        });
        assert_deleted(&result.unwrap_err(), 1);
        assert_eq!((asked, &mine), (1, &edited));
        assert_eq!(articles::table.count().get_result::<i64>(&mut conn).unwrap(), 0);
    }
}

#[test]
fn a_row_deleted_while_the_resolver_thinks_is_shown_in_the_next_round() {
    let (database, mut conn, mut mine, _) = conflict();
    let edited = mine.clone();
    let other = &mut database.connect();
    let mut shown = Vec::new();
    let result = mine.save_resolving(&mut conn, |conflict| {
        if let Some(theirs) = &conflict.theirs {
            theirs.delete_concurrent(other).unwrap();
        }
        shown.push(conflict.theirs.as_ref().map(|theirs| theirs.version));
        client_wins(conflict)
    });
    assert_deleted(&result.unwrap_err(), 1);
    assert_eq!((shown, mine), (vec![Some(2), None], edited));
}

#[test]
fn a_row_saved_again_while_the_resolver_thinks_is_shown_in_the_next_round() {
    let (database, mut conn, mut mine, _) = conflict();
    let edited = mine.clone();
    let other = &mut database.connect();
    let mut shown = Vec::new();
    mine.save_resolving(&mut conn, |conflict| {
        // Never what an earlier round made of it.
        assert_eq!(conflict.mine, edited);
        let mut theirs = conflict.theirs.unwrap();
        shown.push((theirs.views, theirs.version));
        let answer = Article { views: theirs.views + 100, ..conflict.mine };
        if shown.len() < 4 {
            theirs.views += 1;
            theirs.save_concurrent(other).unwrap();
        }
        Resolution::Save(answer)
    })
    .unwrap();
    assert_eq!(shown, [(5, 2), (6, 3), (7, 4), (8, 5)]);
    assert_eq!(mine, Article { views: 108, version: 6, ..edited });
    assert_eq!(article(1, &mut conn), mine);
}

#[test]
fn a_resolver_whose_answers_always_come_too_late_is_not_asked_for_ever() {
    let (database, mut conn, mut mine, _) = conflict();
    let edited = mine.clone();
    let other = &mut database.connect();
    let mut asked = 0;
    let result = mine.save_resolving(&mut conn, |conflict| {
        asked += 1;
        conflict.theirs.as_ref().unwrap().clone().touch_concurrent(other).unwrap();
        client_wins(conflict)
    });
    assert_modified(&result.unwrap_err(), 101, 102);
    assert_eq!((asked, mine), (100, edited));
    assert_eq!((article(1, &mut conn).title.as_str(), article(1, &mut conn).version), ("theirs", 102));
}

#[test]
fn what_is_no_conflict_comes_out_and_nobody_is_asked() {
    let (_database, conn) = &mut with_article();
    let row = insert_author(1, "Ada", conn);
    insert_author(2, "Grace", conn);
    let mut record = Author { name: "Grace".to_owned(), ..row.clone() };
    let edited = record.clone();
    let error = record.save_resolving(conn, |_| unreachable!()).unwrap_err();
    assert_database(&error, diesel::result::DatabaseErrorKind::UniqueViolation, "");
    assert_eq!(record, edited);

    // In the second save, too.
    diesel::update(authors::table.find(1)).set(authors::version.eq(2)).execute(conn).unwrap();
    record.name = "Augusta".to_owned();
    let edited = record.clone();
    let answer = |conflict: Conflict<Author>| Resolution::Save(Author { name: "Grace".to_owned(), ..conflict.mine });
    let error = record.save_resolving(conn, answer).unwrap_err();
    assert_database(&error, diesel::result::DatabaseErrorKind::UniqueViolation, "");
    assert_eq!((record, author(1, conn)), (edited, Author { version: 2, ..row }));
}

/// At every setting where a reader does not hold the writer up: theirs is what is committed, not what the snapshot shows.
#[test]
fn in_a_transaction_theirs_is_what_is_committed() {
    let (database, conn) = &mut with_article();
    let mut tried = 0;
    for setting in settings(conn).iter().filter(|setting| setting.cells.saves_what_was_read.waits.is_none()) {
        diesel::delete(articles::table).execute(conn).unwrap();
        insert_article(1, 1, conn);
        setting.apply(conn);
        let reader = &mut setting.connect(database);
        AnsiTransactionManager::begin_transaction_sql(reader, setting.begin).unwrap();
        let mut mine = article(1, reader);
        mine.title = "mine".to_owned();
        let before = mine.clone();
        let mut theirs = article(1, conn);
        theirs.views = 5;
        theirs.save_concurrent(conn).unwrap();

        let result = mine.save_resolving(reader, |conflict| {
            assert_eq!(conflict.theirs.as_ref(), Some(&theirs), "{}", setting.name);
            Resolution::Save(Article { title: conflict.mine.title, ..conflict.theirs.unwrap() })
        });
        if let Ending::Restart(message) = setting.cells.saves_what_was_read.second {
            assert_restart(&result.unwrap_err(), message);
            assert_eq!(mine, before, "{}", setting.name);
            let _ = AnsiTransactionManager::rollback_transaction(reader);
            assert_eq!(article(1, conn), theirs);
        } else {
            result.unwrap();
            AnsiTransactionManager::commit_transaction(reader).unwrap();
            assert_eq!(mine, Article { title: "mine".to_owned(), version: 3, ..theirs });
            assert_eq!(article(1, conn), mine, "{}", setting.name);
        }
        tried += 1;
    }
    assert!(tried > 0);
}

#[test]
fn in_a_race_every_edit_ends_up_in_the_row() {
    const THREADS: usize = 8;
    const SHARE: i32 = 25;
    let (database, conn) = &mut with_article();
    let start = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let mut conn = database.connect();
            let start = Arc::clone(&start);
            spawn(move || {
                start.wait();
                let mut record = article(1, &mut conn);
                let mut versions = Vec::new();
                while versions.len() < usize::try_from(SHARE).unwrap() {
                    record.views += 1;
                    let saved = record.save_resolving(&mut conn, |conflict| {
                        let theirs = conflict.theirs.unwrap();
                        Resolution::Save(Article { views: theirs.views + 1, ..theirs })
                    });
                    match saved {
                        Ok(()) => versions.push(record.version),
                        // Too late a hundred times, or refused by the engine: the edit is not in the row, and made again.
                        Err(error) if error.is_retryable() => record.views -= 1,
                        Err(error) => panic!("{error:?}"),
                    }
                }
                versions
            })
        })
        .collect();
    let mut versions: Vec<i64> = threads.into_iter().flat_map(|thread| thread.join()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..).take(THREADS * usize::try_from(SHARE).unwrap()).collect::<Vec<i64>>());
    assert_eq!((article(1, conn).views, article(1, conn).version), (200, 201));
}

/// The answer is saved only over the row that was shown, whatever the version of that row.
#[test]
fn an_answer_of_another_row_is_refused_and_nothing_is_written() {
    let (_database, mut conn, mut mine, theirs) = conflict();
    insert_article(2, 2, &mut conn);
    let (edited, other) = (mine.clone(), article(2, &mut conn));
    let log = Log::attach(&mut conn);
    let error =
        mine.save_resolving(&mut conn, |conflict| Resolution::Save(Article { id: 2, ..conflict.mine })).unwrap_err();
    assert!(matches!(error, ConcurrencyError::Database(diesel::result::Error::QueryBuilderError(_))), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the conflict was about the row of articles with id 1, and the answer to it has id 2; answer with a record of the row that was shown",
    );
    assert_eq!(log.take_sent().len(), 3, "the save, why it was refused, the row");
    assert_eq!((mine, article(1, &mut conn), article(2, &mut conn)), (edited, theirs, other));
}

/// A collation calls two keys the same: the answer may have the key that found the row, or the row's own.
#[test]
fn an_answer_may_spell_the_key_as_the_row_does() {
    diesel::table! {
        people (name) {
            name -> Text,
            age -> Integer,
            version -> BigInt,
        }
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = people, primary_key(name))]
    struct Person {
        name: String,
        age: i32,
        #[concurrent(version)]
        version: i64,
    }

    for (column, spelled, otherwise) in EQUAL_KEYS {
        for answered in [spelled, otherwise] {
            let database = Database::new();
            let conn = &mut database.connect();
            for sql in HIDING_SETUP {
                conn.batch_execute(sql).unwrap();
            }
            let table = format!(
                "CREATE TABLE people (
                    name {column} NOT NULL PRIMARY KEY, age INTEGER NOT NULL, version BIGINT NOT NULL
                )"
            );
            conn.batch_execute(&table).unwrap();
            let person = |name: &str, age, version| Person { name: name.to_owned(), age, version };
            diesel::insert_into(people::table).values(person(spelled, 7, 2)).execute(conn).unwrap();
            let mut mine = person(otherwise, 5, 1);
            mine.save_resolving(conn, |conflict| {
                assert_eq!(conflict.theirs, Some(person(spelled, 7, 2)));
                Resolution::Save(person(answered, 12, 0))
            })
            .unwrap();
            assert_eq!(mine, person(answered, 12, 3), "{column}");
            assert_eq!(people::table.select(Person::as_select()).load(conn), Ok(vec![person(spelled, 12, 3)]));
        }
    }
}
