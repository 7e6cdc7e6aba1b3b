//! `concurrency_diesel::testing` finds the mistakes of a model, names them, and leaves the database unchanged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use crate::library::prelude::*;
use crate::library::testing::{CheckModelError, Guarantee, check_model, interleave, stale_copy};
use crate::library::{TriggerVersionField, triggers};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::core::assert_modified;
use super::fixtures::{article, insert_article, two_copies, with_article};
use super::models::{Article, articles};
use crate::engine::{self, TestConnection};

fn load(conn: &mut TestConnection) -> QueryResult<Article> {
    articles::table.find(1).select(Article::as_select()).first(conn)
}

fn edit(article: &mut Article) {
    article.views += 1;
}

fn check(conn: &mut TestConnection) -> Result<(), CheckModelError> {
    check_model::<Article, _>(conn, load, edit)
}

/// Every finding as it is printed.
fn found(outcome: Result<(), CheckModelError>) -> Vec<String> {
    let error = outcome.unwrap_err();
    assert_eq!(error.table(), "articles");
    let lines: Vec<String> = error.findings().iter().map(ToString::to_string).collect();
    assert_eq!(error.to_string(), format!("updates of articles can be lost:\n- {}", lines.join("\n- ")));
    lines
}

#[test]
fn a_model_that_is_right_is_proven_and_its_row_stays() {
    let (database, conn) = &mut with_article();
    let row = article(1, conn);
    for _ in 0..2 {
        check(conn).unwrap();
        assert_eq!(article(1, conn), row);
    }
    assert_eq!(article(1, &mut database.connect()), row, "nobody else sees anything of it");
    let mut record = row;
    record.save_concurrent(conn).unwrap();
    assert_eq!(article(1, conn), record);
}

#[test]
fn a_row_that_is_there_only_for_the_test_is_enough() {
    let (database, conn) = &mut with_article();
    let load = |conn: &mut TestConnection| articles::table.find(2).select(Article::as_select()).first(conn);
    let in_transaction = conn.transaction(|conn| {
        insert_article(2, 7, conn);
        check_model::<Article, _>(conn, load, edit).unwrap();
        assert_eq!(article(2, conn), Article { id: 2, version: 7, ..article(1, conn) });
        Err::<(), _>(diesel::result::Error::RollbackTransaction)
    });
    assert_eq!(in_transaction, Err(diesel::result::Error::RollbackTransaction));

    let mut conn = database.connect();
    conn.begin_test_transaction().unwrap();
    insert_article(2, 7, &mut conn);
    check_model::<Article, _>(&mut conn, load, edit).unwrap();
    assert_eq!(article(2, &mut conn).version, 7);
}

#[test]
fn a_row_that_is_not_there_is_said() {
    let (_database, conn) = &mut with_article();
    diesel::delete(articles::table).execute(conn).unwrap();
    assert_eq!(
        found(check(conn)),
        ["the record can be loaded: `load` failed: Record not found; let it find a row that is there"]
    );
}

/// A plain model over a table whose trigger moves the version, too.
#[test]
fn a_trigger_that_moves_the_version_once_more_is_found() {
    let (_database, conn) = &mut with_article();
    conn.batch_execute(engine::MOVES_VERSION_AGAIN).unwrap();
    assert_eq!(
        found(check(conn)),
        ["a save moves the version by one step: after a save the record is at version 2 and its row at 3; look for a \
          trigger or a column type that changes the version"]
    );
    assert_eq!(article(1, conn).version, 1);
}

/// A trigger that keeps columns from being changed, and the version with them.
#[test]
fn a_trigger_that_holds_the_version_back_is_found_in_every_way() {
    let (_database, conn) = &mut with_article();
    conn.batch_execute(engine::HOLDS_VERSION_BACK).unwrap();
    let row = article(1, conn);
    assert_eq!(
        found(check(conn)),
        [
            "a save moves the version by one step: after a save the record is at version 2 and its row at 1; look for a \
             trigger or a column type that changes the version",
            "a stale save is refused: the save of a stale copy went through: the copy was at version 1, and the row at 1 \
             after somebody else's save",
            "a stale delete is refused: the delete of a stale copy went through: the copy was at version 1, and the row at \
             1 after somebody else's save",
            "a retried transaction loses nothing: 1 attempts were made, and not 2; a stale copy must be refused once",
        ]
    );
    assert_eq!(article(1, conn), row, "even the delete was rolled back");
}

#[test]
fn an_edit_that_does_not_count_is_found() {
    #[derive(Debug, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = articles)]
    #[concurrent(ignore_fields(views))]
    struct Counted {
        id: i64,
        title: String,
        views: i32,
        #[concurrent(version = ConditionalVersionField)]
        version: i64,
    }

    let (_database, conn) = &mut with_article();
    let load = |conn: &mut TestConnection| articles::table.find(1).select(Counted::as_select()).first(conn);
    check_model::<Counted, _>(conn, load, |record| record.title.push('!')).unwrap();
    let error = check_model::<Counted, _>(conn, load, |record| record.views += 1).unwrap_err();
    assert_eq!(
        error.findings()[0].to_string(),
        "a save moves the version by one step: the version stayed at 1 when an edited record was saved; let `edit` change a \
         field that counts each time, and the version field advance"
    );

    // With RETURNING the version in memory is the row's, and it has moved too far.
    conn.batch_execute(engine::MOVES_VERSION_AGAIN).unwrap();
    let error = check_model::<Counted, _>(conn, load, |record| record.title.push('!')).unwrap_err();
    assert_eq!(error.findings().len(), 1, "{error}");
    assert_eq!(error.findings()[0].guarantee, Guarantee::OneStep);
}

#[test]
fn a_declared_trigger_must_be_there_and_be_ours() {
    #[derive(Debug, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = articles)]
    struct Triggered {
        id: i64,
        views: i32,
        #[concurrent(version = TriggerVersionField)]
        version: i64,
    }

    let (_database, conn) = &mut with_article();
    let load = |conn: &mut TestConnection| articles::table.find(1).select(Triggered::as_select()).first(conn);
    let edit = |record: &mut Triggered| record.views += 1;
    assert_eq!(
        found(check_model::<Triggered, _>(conn, load, edit)),
        ["the trigger notices other programs: articles has no trigger concurrency_articles_version; create it"]
    );
    triggers::create::<Triggered, _>(conn).unwrap();
    check_model::<Triggered, _>(conn, load, edit).unwrap();
    check(conn).unwrap();
    assert_eq!(article(1, conn).version, 1);
}

#[test]
fn a_save_that_fails_is_said_wherever_it_fails() {
    let (_database, conn) = &mut with_article();
    let mut outcome = |edit: fn(&mut Article)| {
        let error = check_model::<Article, _>(conn, load, edit).unwrap_err();
        error.findings().iter().map(|finding| (finding.guarantee, finding.problem.clone())).collect::<Vec<_>>()
    };
    let findings = outcome(|article| article.id = 9);
    let problem = "a fresh copy cannot be saved: articles with id 9 was deleted by somebody else: expected version 1, found no row";
    let guarantees = [Guarantee::OneStep, Guarantee::StaleSave, Guarantee::StaleDelete, Guarantee::Retry];
    assert_eq!(findings, guarantees.map(|guarantee| (guarantee, problem.to_owned())));
    check(conn).unwrap();
}

#[test]
fn a_scope_that_is_in_force_is_found_and_a_panic_takes_everything_back() {
    let (_database, conn) = &mut with_article();
    let row = article(1, conn);
    // The check blocks on every connection, and so does this scope.
    let refused = concurrency_diesel::disable_concurrency(|| check(conn)).unwrap_err();
    let guarantees: Vec<_> = refused.findings().iter().map(|finding| finding.guarantee).collect();
    assert_eq!(guarantees, [Guarantee::StaleSave, Guarantee::StaleDelete, Guarantee::Retry]);
    let mut edits = 0;
    let panicking = AssertUnwindSafe(|| {
        check_model::<Article, _>(conn, load, |article| {
            edits += 1;
            assert_ne!(edits, 3, "on purpose");
            article.views += 1;
        })
    });
    catch_unwind(panicking).unwrap_err();
    assert_eq!(article(1, conn), row);
    check(conn).unwrap();
}

#[test]
fn a_stale_copy_is_refused_and_the_record_is_not() {
    let (_database, conn) = &mut with_article();
    let (mut record, _) = two_copies(conn);
    let mut stale = stale_copy(&mut record, conn).unwrap();
    assert_eq!((stale.version, record.version), (1, 2));
    assert_modified(&stale.save_concurrent(conn).unwrap_err(), 1, 2);
    record.save_concurrent(conn).unwrap();
    assert_modified(&stale_copy(&mut stale, conn).unwrap_err(), 1, 3);
}

#[test]
fn two_writers_take_turns_and_one_that_waits_for_a_lock_is_not_waited_for() {
    let (database, conn) = &mut with_article();
    let (mut ada, mut bob) = (database.connect(), database.connect());
    let order = Mutex::new(Vec::new());
    let note = |what: &'static str| order.lock().unwrap().push(what);
    let (first, second) = interleave(
        |turn| {
            let mut record = article(1, &mut ada);
            note("ada has loaded");
            turn.pass();
            ada.transaction(|conn| {
                record.save_concurrent(conn)?;
                note("ada has saved");
                turn.pass();
                note("ada commits");
                Ok::<_, ConcurrencyError>(())
            })
        },
        |turn| {
            let mut record = article(1, &mut bob);
            note("bob has loaded");
            turn.pass();
            note("bob saves, and waits for ada's lock");
            record.save_concurrent(&mut bob)
        },
    );
    first.unwrap();
    assert_modified(&second.unwrap_err(), 1, 2);
    assert_eq!(article(1, conn).version, 2);
    assert_eq!(
        *order.lock().unwrap(),
        ["ada has loaded", "bob has loaded", "ada has saved", "bob saves, and waits for ada's lock", "ada commits"]
    );
}

#[test]
fn a_writer_that_panics_ends_and_its_panic_goes_on() {
    let ended = Mutex::new(false);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        interleave(
            |turn| {
                turn.pass();
                panic!("on purpose");
            },
            |turn| {
                turn.pass();
                turn.pass();
                *ended.lock().unwrap() = true;
            },
        )
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
    assert!(*ended.lock().unwrap());
}
