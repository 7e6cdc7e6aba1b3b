//! A conflict inside an open transaction that has read before: what it says is what is committed, not what the
//! transaction's snapshot still shows; and where the engine refuses instead, the transaction can only start again.

use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::core::{assert_deleted, assert_modified};
use super::super::fixtures::{article, insert_article, with_article};
use super::super::models::{Article, articles};
use super::deadlock::assert_restart;
use super::table::{Ending, Setting};
use crate::engine::{TestConnection, settings};

/// At every setting where a reader does not hold the writer up, the engine's default level among them.
#[track_caller]
fn at_each_setting(test: impl Fn(&Setting, &mut TestConnection, &mut TestConnection)) {
    let (database, conn) = &mut with_article();
    let settings = settings(conn);
    let mut tried = 0;
    for setting in settings.iter().filter(|setting| setting.cells.saves_what_was_read.waits.is_none()) {
        diesel::delete(articles::table).execute(conn).unwrap();
        insert_article(1, 1, conn);
        setting.apply(conn);
        let reader = &mut setting.connect(database);
        AnsiTransactionManager::begin_transaction_sql(reader, setting.begin).unwrap();
        test(setting, reader, conn);
        tried += 1;
    }
    assert!(tried > 0);
}

fn edit(record: &Article, title: &str) -> Article {
    Article { title: title.to_owned(), ..record.clone() }
}

#[test]
fn a_conflict_in_a_transaction_shows_what_is_committed() {
    at_each_setting(|setting, reader, conn| {
        let mut record = edit(&article(1, reader), "mine");
        let before = record.clone();
        let mut other = edit(&article(1, conn), "theirs");
        other.save_concurrent(conn).unwrap();

        let refused = record.save_concurrent(reader).unwrap_err();
        assert_eq!(record, before, "{}", setting.name);
        if let Ending::Restart(message) = setting.cells.saves_what_was_read.second {
            assert_restart(&refused, message);
            let _ = AnsiTransactionManager::rollback_transaction(reader);
            assert_eq!(article(1, conn), other);
            // From the start, loading included, it works.
            reader
                .transaction(|reader| {
                    record.reload_concurrent(reader)?;
                    record.save_concurrent(reader)
                })
                .unwrap();
            assert_eq!(article(1, conn), Article { version: 3, ..other });
            return;
        }
        assert_modified(&refused, 1, 2);
        assert_modified(&record.check_concurrent(reader).unwrap_err(), 1, 2);
        assert!(record.is_changed(reader).unwrap());
        assert_eq!(record.current(reader).unwrap(), Some(other.clone()), "{}", setting.name);
        assert_eq!(record.at_version(1, reader).unwrap(), None);

        // The transaction goes on, and a reloaded record is saved in it.
        record.reload_concurrent(reader).unwrap();
        assert_eq!(record, other);
        record.title = "mine again".to_owned();
        record.save_concurrent(reader).unwrap();
        assert_eq!(article(1, reader), record, "a transaction sees its own write");
        AnsiTransactionManager::commit_transaction(reader).unwrap();
        assert_eq!(article(1, conn), Article { title: "mine again".to_owned(), version: 3, ..other });
    });
}

#[test]
fn a_delete_by_somebody_else_is_found_in_an_older_snapshot_too() {
    at_each_setting(|setting, reader, conn| {
        let mut record = edit(&article(1, reader), "mine");
        let before = record.clone();
        article(1, conn).delete_concurrent(conn).unwrap();

        let refused = record.save_concurrent(reader).unwrap_err();
        assert_eq!(record, before, "{}", setting.name);
        if let Ending::Restart(message) = setting.cells.deletes_what_was_read.second {
            assert_restart(&refused, message);
        } else {
            assert_deleted(&refused, 1);
            assert_deleted(&record.reload_concurrent(reader).unwrap_err(), 1);
            assert_eq!(record.current(reader).unwrap(), None);
            assert_eq!(record, before, "{}", setting.name);
        }
        let _ = AnsiTransactionManager::rollback_transaction(reader);
        assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 0);
    });
}

/// Reading answers for the snapshot where only a write is refused; the write is what counts.
#[test]
fn a_check_that_sees_only_the_snapshot_does_not_let_a_save_through() {
    at_each_setting(|setting, reader, conn| {
        let Ending::Restart(message) = setting.cells.saves_what_was_read.second else {
            AnsiTransactionManager::rollback_transaction(reader).unwrap();
            return;
        };
        let mut record = article(1, reader);
        article(1, conn).save_concurrent(conn).unwrap();
        match record.is_changed(reader) {
            Ok(changed) => {
                assert!(!changed, "{}", setting.name);
                assert_restart(&record.save_concurrent(reader).unwrap_err(), message);
            }
            // The locking read is refused like a write.
            Err(error) => assert_restart(&error, message),
        }
        assert_eq!(record.version, 1);
        let _ = AnsiTransactionManager::rollback_transaction(reader);
        assert_eq!(article(1, conn).version, 2);
    });
}
