//! Scopes that disable the check or the increment: what each method does in them, where they begin and where they end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::library::prelude::*;
use crate::library::{
    BulkError, Tracked, disable_concurrency, disable_concurrency_for, disable_increment, disable_increment_for,
};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::core::{assert_deleted, assert_modified};
use super::fixtures::{article, author, insert_article, insert_author, two_copies, with_article};
use super::models::{Article, articles};
use super::statements::Log;
use super::threads::spawn;
use crate::engine::{self, Database, TestConnection};

/// Another struct over the same table, and one that borrows.
#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = articles)]
struct Title<'a> {
    id: i64,
    title: &'a str,
    #[concurrent(version)]
    version: i64,
}

/// Article 1 at version 2, whose holder is the first; the second is stale at version 1.
fn with_stale_article() -> (Database, TestConnection, Article, Article) {
    let (database, mut conn) = with_article();
    let (mut holder, mut stale) = two_copies(&mut conn);
    holder.title = "holder".to_owned();
    holder.save_concurrent(&mut conn).unwrap();
    stale.title = "stale".to_owned();
    (database, conn, holder, stale)
}

#[test]
fn without_checks_a_stale_save_wins_and_everybody_else_notices() {
    let (_database, conn, mut holder, mut stale) = with_stale_article();
    let conn = &mut { conn };
    assert_modified(&stale.save_concurrent(conn).unwrap_err(), 1, 2);
    disable_concurrency(|| {
        stale.save_concurrent(conn).unwrap();
        assert_eq!(stale.version, 3, "from the row's version, not from the record's");
        assert_eq!(article(1, conn), stale);
        stale.save_concurrent(conn).unwrap();
        assert_eq!(article(1, conn), Article { version: 4, ..stale.clone() });
    });
    assert_modified(&holder.save_concurrent(conn).unwrap_err(), 2, 4);
    stale.save_concurrent(conn).unwrap();
    assert_eq!(stale.version, 5);
}

#[test]
fn a_save_without_checks_sends_what_an_unchecked_save_sends() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    let log = Log::attach(conn);
    a.save_unchecked(conn).unwrap();
    let unchecked = log.take_sent();
    for save in [Article::save_concurrent, Article::save_without_increment] {
        disable_concurrency(|| save(&mut b, conn)).unwrap();
        let shape =
            |sent: &[String]| sent.iter().map(|sql| sql.split(" -- ").next().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(shape(&log.take_sent()), shape(&unchecked));
    }
    assert_eq!((b.version, article(1, conn).version), (4, 4));
}

#[test]
fn without_checks_touches_and_updates_advance_from_the_rows_version() {
    let (_database, conn, mut holder, mut stale) = with_stale_article();
    let conn = &mut { conn };
    disable_concurrency(|| {
        stale.touch_concurrent(conn).unwrap();
        assert_eq!(stale.version, 3);
        assert_eq!(article(1, conn), Article { version: 3, ..holder.clone() }, "a touch writes nothing else");

        assert_eq!(holder.update_concurrent(articles::views.eq(articles::views + 1), conn).unwrap(), 4);
        assert_eq!(holder.version, 2, "the record stays stale on purpose");
        assert_eq!(article(1, conn), Article { version: 4, views: 1, ..holder.clone() });
        assert_eq!(holder.update_concurrent(None::<i32>.map(|views| articles::views.eq(views)), conn).unwrap(), 5);
        assert_eq!(article(1, conn), Article { version: 5, views: 1, ..holder.clone() });
        holder.touch_concurrent(conn).unwrap();
        assert_eq!((holder.version, article(1, conn).version), (6, 6));
    });
}

#[test]
fn without_checks_a_stale_delete_deletes() {
    let (_database, conn, holder, stale) = with_stale_article();
    let conn = &mut { conn };
    assert_modified(&stale.delete_concurrent(conn).unwrap_err(), 1, 2);
    let log = Log::attach(conn);
    disable_concurrency(|| {
        stale.delete_concurrent(conn).unwrap();
        assert_eq!(log.take_sent().len(), 1);
        assert_deleted(&holder.delete_concurrent(conn).unwrap_err(), 2);
        assert!(!holder.delete_if_exists(conn).unwrap());
        insert_article(1, 7, conn);
        assert!(holder.delete_if_exists(conn).unwrap());
    });
    insert_article(1, 7, conn);
    assert_modified(&holder.delete_if_exists(conn).unwrap_err(), 2, 7);
}

#[test]
fn without_checks_a_check_and_a_lock_refuse_only_what_is_gone_and_questions_are_answered() {
    let (_database, conn, holder, stale) = with_stale_article();
    let conn = &mut { conn };
    disable_concurrency(|| {
        stale.check_concurrent(conn).unwrap();
        stale.lock_concurrent(conn).unwrap();
        assert!(stale.is_changed(conn).unwrap());
        assert!(!holder.is_changed(conn).unwrap());
        assert_eq!(stale.current(conn).unwrap(), Some(holder));
        assert_eq!(stale.at_version(1, conn).unwrap(), None);
    });
}

#[test]
fn what_is_gone_stays_gone_in_every_scope() {
    let (_database, conn) = &mut with_article();
    let (a, mut b) = two_copies(conn);
    a.delete_concurrent(conn).unwrap();
    let before = b.clone();
    let mut assert_gone = || {
        assert_deleted(&b.save_concurrent(conn).unwrap_err(), 1);
        assert_deleted(&b.save_unchecked(conn).unwrap_err(), 1);
        assert_deleted(&b.save_without_increment(conn).unwrap_err(), 1);
        assert_deleted(&b.touch_concurrent(conn).unwrap_err(), 1);
        assert_deleted(&b.update_concurrent(articles::views.eq(1), conn).unwrap_err(), 1);
        assert_deleted(&b.delete_concurrent(conn).unwrap_err(), 1);
        assert_deleted(&b.check_concurrent(conn).unwrap_err(), 1);
        assert_deleted(&b.lock_concurrent(conn).unwrap_err(), 1);
        assert!(b.is_changed(conn).unwrap());
    };
    disable_concurrency(&mut assert_gone);
    disable_increment(&mut assert_gone);
    assert_eq!(b, before);
    assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 0);
}

/// No one advanced the version, so there was no conflict, however stale the record is.
#[test]
fn without_checks_a_write_that_the_database_leaves_out_says_so() {
    for suppression in engine::SUPPRESSIONS {
        let (_database, conn, holder, mut stale) = with_stale_article();
        let conn = &mut { conn };
        conn.batch_execute(suppression.sql).unwrap();
        let refused = disable_concurrency(|| {
            [
                stale.delete_concurrent(conn),
                stale.delete_if_exists(conn).map(drop),
                stale.touch_concurrent(conn),
                stale.update_concurrent(articles::views.eq(1), conn).map(drop),
            ]
        });
        for error in refused.map(Result::unwrap_err) {
            let ConcurrencyError::WriteSuppressed(error) = error else {
                panic!("not WriteSuppressed: {error:?}");
            };
            assert_eq!(error.version.to_string(), "2");
        }
        assert_eq!(article(1, conn), holder);
    }
}

#[test]
fn without_increment_a_save_leaves_the_version_and_is_checked() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.title = "shadow".to_owned();
    disable_increment(|| a.save_concurrent(conn)).unwrap();
    assert_eq!(a.version, 1);
    assert_eq!(article(1, conn), a);
    a.save_concurrent(conn).unwrap();
    b.title = "stale".to_owned();
    disable_increment(|| {
        assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
        assert_modified(&b.delete_concurrent(conn).unwrap_err(), 1, 2);
        assert_modified(&b.check_concurrent(conn).unwrap_err(), 1, 2);
        assert_modified(&b.touch_concurrent(conn).unwrap_err(), 1, 2);
    });
    assert_eq!(article(1, conn), a);
}

/// A version that others must notice still advances: otherwise the record that an update leaves stale could be saved
/// over it.
#[test]
fn without_increment_touches_updates_and_unchecked_saves_advance_all_the_same() {
    let (_database, conn) = &mut with_article();
    let (mut a, _) = two_copies(conn);
    disable_increment(|| {
        a.touch_concurrent(conn).unwrap();
        assert_eq!(a.version, 2);
        assert_eq!(a.update_concurrent(articles::views.eq(articles::views + 1), conn).unwrap(), 3);
        assert_modified(&a.save_concurrent(conn).unwrap_err(), 2, 3);
        a.save_unchecked(conn).unwrap();
    });
    assert_eq!((a.version, article(1, conn).version), (4, 4));
}

#[test]
fn a_save_that_is_neither_checked_nor_counted_does_not_exist() {
    let (_database, conn, mut holder, mut stale) = with_stale_article();
    let conn = &mut { conn };
    disable_concurrency(|| disable_increment(|| stale.save_concurrent(conn))).unwrap();
    assert_eq!((stale.version, article(1, conn).version), (3, 3));
    disable_increment(|| {
        disable_concurrency(|| stale.save_concurrent(conn)).unwrap();
        assert_eq!((stale.version, article(1, conn).version), (4, 4));
        assert_modified(&holder.save_concurrent(conn).unwrap_err(), 2, 4);
    });
}

#[test]
fn a_scope_for_one_struct_leaves_all_others_checked_and_counted() {
    let (_database, conn, _, mut stale) = with_stale_article();
    let conn = &mut { conn };
    let mut stale_author = insert_author(1, "Ada", conn);
    stale_author.clone().save_concurrent(conn).unwrap();
    let mut title = Title { id: 1, title: "form", version: 1 };
    disable_concurrency_for::<Article, _>(|| {
        stale.save_concurrent(conn).unwrap();
        assert_eq!(stale.version, 3);
        assert!(stale_author.save_concurrent(conn).unwrap_err().is_conflict());
        assert_modified(&title.save_concurrent(conn).unwrap_err(), 1, 3);
    });
    disable_concurrency_for::<Title<'_>, _>(|| {
        title.save_concurrent(conn).unwrap();
        assert_eq!(title.version, 4);
        assert_modified(&stale.save_concurrent(conn).unwrap_err(), 3, 4);
    });
    disable_increment_for::<Article, _>(|| {
        stale.reload_concurrent(conn).unwrap();
        stale.save_concurrent(conn).unwrap();
        assert_eq!(stale.version, 4);
        title.save_concurrent(conn).unwrap();
        assert_eq!(title.version, 5);
        stale_author.reload_concurrent(conn).unwrap();
        stale_author.save_concurrent(conn).unwrap();
    });
    assert_eq!((stale_author.version, author(1, conn).version), (3, 3));
}

/// A generic struct, which is another type with each of its arguments.
#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = articles)]
struct Titled<T> {
    id: i64,
    title: T,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_scope_for_one_struct_tells_its_type_arguments_apart_and_no_lifetimes() {
    let (_database, conn, _, _) = with_stale_article();
    let conn = &mut { conn };
    let text = "short-lived".to_owned();
    let mut borrowed = Titled { id: 1, title: text.as_str(), version: 1 };
    let mut owned = Titled { id: 1, title: "owned".to_owned(), version: 1 };
    disable_concurrency_for::<Titled<&str>, _>(|| {
        assert_modified(&owned.save_concurrent(conn).unwrap_err(), 1, 2);
        borrowed.save_concurrent(conn).unwrap();
        assert_eq!((borrowed.version, article(1, conn).title.as_str()), (3, "short-lived"));
    });
    disable_concurrency_for::<Titled<String>, _>(|| {
        assert_modified(&Titled { version: 1, ..borrowed }.save_concurrent(conn).unwrap_err(), 1, 3);
        owned.save_concurrent(conn).unwrap();
    });
    assert_eq!((owned.version, article(1, conn).title.as_str()), (4, "owned"));
    disable_increment_for::<Titled<String>, _>(|| {
        borrowed.version = 4;
        borrowed.save_concurrent(conn).unwrap();
        assert_eq!(borrowed.version, 5, "counted");
        owned.version = 5;
        owned.save_concurrent(conn).unwrap();
        assert_eq!(owned.version, 5);
    });
}

/// Two structs with the same path. The compiler distinguishes them, but their printed names do not.
#[test]
fn a_scope_for_one_struct_tells_types_of_the_same_name_apart() {
    let (_database, conn, _, _) = with_stale_article();
    let conn = &mut { conn };
    let text = |text: &str| text.to_owned();
    let mut first = {
        #[derive(Debug, Clone)]
        struct Text(String);
        impl From<Text> for String {
            fn from(text: Text) -> Self {
                text.0
            }
        }
        Serialized { id: 1, title: Text(text("first")), version: 1 }
    };
    let mut second = {
        #[derive(Debug, Clone)]
        struct Text(String);
        impl From<Text> for String {
            fn from(text: Text) -> Self {
                text.0
            }
        }
        Serialized { id: 1, title: Text(text("second")), version: 1 }
    };
    assert_eq!(std::any::type_name_of_val(&first), std::any::type_name_of_val(&second));
    within_the_scope_of(&first, || {
        assert_modified(&second.save_concurrent(conn).unwrap_err(), 1, 2);
    });
    first = within_the_scope_of(&second.clone(), || {
        second.save_concurrent(conn).unwrap();
        assert_modified(&first.save_concurrent(conn).unwrap_err(), 1, 3);
        first
    });
    assert_eq!(first.version, 1);
    assert_eq!((second.version, article(1, conn).title.as_str()), (3, "second"));
}

#[derive(Debug, Clone, Concurrent)]
#[diesel(table_name = articles)]
struct Serialized<T: Clone + Into<String>> {
    id: i64,
    #[diesel(serialize_as = String)]
    title: T,
    #[concurrent(version)]
    version: i64,
}

/// Does the work in the scope of records of this one's type, which need not have a name here.
fn within_the_scope_of<T: Concurrent + 'static, R>(_: &T, work: impl FnOnce() -> R) -> R {
    disable_concurrency_for::<T, R>(work)
}

/// An unchecked tracked record writes all its columns, because its version then says that it equals the row.
#[test]
fn tracked_records_are_in_the_scopes_of_their_records() {
    let (_database, conn, holder, stale) = with_stale_article();
    let conn = &mut { conn };
    let mut tracked = Tracked::new(Article { title: "first".to_owned(), ..stale });
    tracked.views = 7;
    assert_modified(&tracked.save_concurrent(conn).unwrap_err(), 1, 2);
    // Its saves block on every connection, and so do these scopes.
    concurrency_diesel::disable_concurrency_for::<Article, _>(|| {
        tracked.save_concurrent(conn).unwrap();
        assert_eq!(tracked.version, 3);
        assert_eq!(article(1, conn), *tracked);
        assert_eq!(tracked.base(), &*tracked);
        tracked.save_merging(conn).unwrap();
        assert_eq!(tracked.version, 3, "nothing changed, nothing was sent");
    });
    tracked.views = 8;
    concurrency_diesel::disable_increment_for::<Article, _>(|| {
        let log = Log::attach(conn);
        tracked.save_merging(conn).unwrap();
        let sent = log.take_sent();
        assert!(sent.len() == 1 && !sent[0].contains("title"), "{sent:#?}");
        assert_eq!((tracked.version, tracked.base().views), (3, 8));
    });
    assert_eq!(article(1, conn), *tracked);
    tracked.views = 9;
    tracked.save_concurrent(conn).unwrap();
    assert_eq!(article(1, conn), Article { version: 4, views: 9, title: "first".to_owned(), ..holder });
}

#[test]
fn batches_are_in_the_scopes_of_their_records() {
    let (_database, conn, _, stale) = with_stale_article();
    let conn = &mut { conn };
    for id in 2..=3 {
        insert_article(id, 1, conn);
    }
    let mut batch = [stale, article(2, conn), article(3, conn)];
    let BulkError::Conflicts(conflicts) = batch.save_all_concurrent(conn).unwrap_err() else {
        panic!("the first is stale");
    };
    assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [0]);
    disable_concurrency_for::<Article, _>(|| {
        batch.check_all_concurrent(conn).unwrap();
        batch.save_all_concurrent(conn).unwrap();
        assert_eq!(batch.each_ref().map(|record| record.version), [3, 2, 2]);
    });
    assert_eq!([1, 2, 3].map(|id| article(id, conn)), batch);
    disable_increment(|| {
        batch[1].views = 9;
        assert!(batch.save_each_concurrent(conn).unwrap().is_empty());
        assert_eq!(batch.each_ref().map(|record| record.version), [3, 2, 2]);
        assert_eq!([1, 2, 3].map(|id| article(id, conn)), batch);
        batch[1].version = 1;
        let refused = batch.save_each_concurrent(conn).unwrap();
        assert_eq!(refused.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [1]);
    });
    batch[2].delete_concurrent(conn).unwrap();
    disable_concurrency(|| {
        assert_deleted_at(2, batch.check_all_concurrent(conn));
        assert_deleted_at(2, batch.save_all_concurrent(conn));
        assert_deleted_at(2, batch.delete_all_concurrent(conn));
        assert_eq!(batch.delete_each_concurrent(conn).unwrap().len(), 1);
    });
    assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 0);
}

/// Nothing was written, because one row is gone.
#[track_caller]
fn assert_deleted_at(index: usize, outcome: Result<(), BulkError>) {
    let BulkError::Conflicts(conflicts) = outcome.unwrap_err() else {
        panic!("no conflict");
    };
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].index, index);
    assert!(matches!(conflicts[0].error, ConcurrencyError::RecordDeleted(_)));
}

#[test]
fn scopes_nest_and_each_ends_alone() {
    let (_database, conn) = &mut with_article();
    let mut is_checked = || {
        let (mut a, mut b) = two_copies(conn);
        a.save_concurrent(conn).unwrap();
        b.save_concurrent(conn).is_err()
    };
    assert!(is_checked());
    disable_concurrency(|| {
        disable_concurrency(|| assert!(!is_checked()));
        assert!(!is_checked(), "one of two equal scopes ended, the other did not");
        disable_concurrency_for::<Title<'_>, _>(|| assert!(!is_checked()));
        assert!(!is_checked());
    });
    assert!(is_checked());
    disable_concurrency_for::<Title<'_>, _>(|| {
        assert!(is_checked());
        disable_concurrency_for::<Article, _>(|| {
            disable_concurrency_for::<Article, _>(|| assert!(!is_checked()));
            assert!(!is_checked(), "one of two equal scopes ended, the other did not");
        });
        assert!(is_checked(), "that for titles alone is still in force");
    });
    assert!(is_checked());
}

#[test]
fn one_of_two_equal_scopes_without_increment_ends() {
    let (_database, conn) = &mut with_article();
    let mut a = article(1, conn);
    disable_increment(|| {
        disable_increment(|| a.save_concurrent(conn)).unwrap();
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, 1);
        disable_increment_for::<Article, _>(|| a.save_concurrent(conn)).unwrap();
        a.save_concurrent(conn).unwrap();
    });
    assert_eq!((a.version, article(1, conn).version), (1, 1));
    a.save_concurrent(conn).unwrap();
    assert_eq!((a.version, article(1, conn).version), (2, 2));
}

#[test]
fn a_scope_returns_what_its_closure_returns_and_ends_with_an_error_and_with_a_panic() {
    let (_database, conn, _, mut stale) = with_stale_article();
    let conn = &mut { conn };
    assert_eq!(disable_concurrency(|| 7), 7);
    assert_eq!(disable_concurrency_for::<Article, _>(|| "for"), "for");
    assert_eq!(disable_increment(|| Some(7)), Some(7));
    assert_eq!(disable_increment_for::<Article, Option<i32>>(|| None), None);

    let fail = |conn: &mut TestConnection| {
        disable_concurrency(|| {
            conn.batch_execute("this is no SQL")?;
            unreachable!("it was refused")
        })
    };
    let failed: Result<(), diesel::result::Error> = fail(conn);
    failed.unwrap_err();
    assert_modified(&stale.save_concurrent(conn).unwrap_err(), 1, 2);

    let panicked = catch_unwind(AssertUnwindSafe(|| {
        disable_concurrency(|| {
            disable_increment_for::<Article, _>(|| {
                stale.save_concurrent(conn).unwrap();
                panic!("on purpose");
            })
        })
    }));
    panicked.unwrap_err();
    let mut other = stale.clone();
    stale.save_concurrent(conn).unwrap();
    assert_eq!(stale.version, 4);
    assert_modified(&other.save_concurrent(conn).unwrap_err(), 3, 4);
}

#[test]
fn a_panic_ends_the_scopes_that_it_leaves_and_no_other() {
    let (_database, conn, _, mut stale) = with_stale_article();
    let conn = &mut { conn };
    disable_concurrency_for::<Article, _>(|| {
        let panicking = || disable_concurrency(|| disable_concurrency_for::<Article, _>(|| panic!("on purpose")));
        catch_unwind(panicking).unwrap_err();
        stale.save_concurrent(conn).unwrap();
        assert_eq!(stale.version, 3);
        assert_modified(&Title { id: 1, title: "stale", version: 1 }.save_concurrent(conn).unwrap_err(), 1, 3);
    });
}

#[test]
fn other_threads_are_not_affected() {
    let (database, conn, holder, mut stale) = with_stale_article();
    let conn = &mut { conn };
    disable_concurrency(|| {
        disable_increment(|| {
            let (mut copy, mut holder, mut other) = (stale.clone(), holder, database.connect());
            let holder = spawn(move || {
                assert_modified(&copy.save_concurrent(&mut other).unwrap_err(), 1, 2);
                holder.save_concurrent(&mut other).unwrap();
                holder
            })
            .join();
            assert_eq!(holder.version, 3, "checked and counted");
            stale.save_concurrent(conn).unwrap();
            assert_eq!(stale.version, 4);
        });
    });
}

/// No save is refused, and each advanced the version.
#[test]
fn racing_writes_without_checks_each_advance_the_version() {
    const THREADS: usize = 4;
    const WRITES: i64 = 25;
    let (database, conn) = &mut with_article();
    let record = article(1, conn);
    let writers: Vec<_> = (0..THREADS)
        .map(|_| {
            let (mut conn, mut record) = (database.connect(), record.clone());
            spawn(move || {
                disable_concurrency(|| {
                    for _ in 0..WRITES {
                        record.touch_concurrent(&mut conn).unwrap();
                        record.update_concurrent(articles::views.eq(articles::views + 1), &mut conn).unwrap();
                    }
                });
            })
        })
        .collect();
    for writer in writers {
        writer.join();
    }
    let row = article(1, conn);
    let writes = i64::try_from(THREADS).unwrap() * WRITES;
    assert_eq!((i64::from(row.views), row.version), (writes, 1 + 2 * writes));
}
