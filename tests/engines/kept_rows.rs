//! A trigger or a rule that keeps the row that is to be deleted, and only marks it: with a trigger of ours that moves the version with
//! every write, a DELETE that deletes nothing finds its own doing.

use crate::library::prelude::*;
use crate::library::{BulkError, disable_concurrency, triggers};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{Database, KEEPINGS, TestConnection};

/// How the engine is brought to keep the rows of `files_kept`, and to let them go again.
pub struct Keeping {
    pub keep: &'static str,
    pub release: &'static str,
}

diesel::table! { files_kept (id) { id -> BigInt, deleted -> Bool, version -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = files_kept)]
struct Kept {
    id: i64,
    deleted: bool,
    #[concurrent(version = TriggerVersionField)]
    version: i64,
}

fn kept(id: i64, conn: &mut TestConnection) -> Kept {
    files_kept::table.find(id).first(conn).unwrap()
}

fn with_rows(with_trigger: bool) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE TABLE files_kept (id BIGINT PRIMARY KEY, deleted BOOLEAN NOT NULL, version BIGINT NOT NULL)",
    )
    .unwrap();
    if with_trigger {
        triggers::create::<Kept, _>(&mut conn).unwrap();
    }
    conn.batch_execute("INSERT INTO files_kept VALUES (1, FALSE, 1), (2, FALSE, 1), (3, FALSE, 1)").unwrap();
    (database, conn)
}

#[track_caller]
fn assert_unproven(error: &ConcurrencyError, id: i64) {
    assert!(matches!(error, ConcurrencyError::OutcomeUnknown(_)), "{error:?}");
    assert!(!error.is_conflict() && !error.is_retryable());
    let text = error.to_string();
    let cause = "a trigger or a rule stands between files_kept and its deletes";
    let row = format!("files_kept with id {id} is at version 2, not 1");
    assert!(text.contains(cause) && text.contains(&row), "{text}");
}

#[test]
fn a_row_that_is_kept_is_nobodys_edit() {
    for Keeping { keep, release } in KEEPINGS {
        let (_database, conn) = &mut with_rows(true);
        conn.batch_execute(keep).unwrap();
        assert_unproven(&kept(1, conn).delete_concurrent(conn).unwrap_err(), 1);
        assert_eq!(kept(1, conn), Kept { id: 1, deleted: true, version: 2 }, "{keep}");
        assert_unproven(&kept(2, conn).delete_if_exists(conn).unwrap_err(), 2);
        let refused = disable_concurrency(|| kept(3, conn).delete_concurrent(conn));
        assert_unproven(&refused.unwrap_err(), 3);
        assert_eq!(kept(3, conn), Kept { id: 3, deleted: true, version: 2 }, "once, and not again and again: {keep}");

        // Once the rows go, a conflict is a conflict.
        conn.batch_execute(release).unwrap();
        let mut mine = kept(1, conn);
        let stale = Kept { version: 1, ..mine.clone() };
        let error = stale.delete_concurrent(conn).unwrap_err();
        assert!(matches!(&error, ConcurrencyError::RecordModified(error) if error.found == 2_i64.into()), "{error:?}");
        mine.touch_concurrent(conn).unwrap();
        mine.delete_concurrent(conn).unwrap();
        let error = mine.delete_concurrent(conn).unwrap_err();
        assert!(matches!(error, ConcurrencyError::RecordDeleted(_)), "{error:?}");
    }
}

#[test]
fn a_batch_of_rows_that_are_kept_is_rolled_back() {
    for Keeping { keep, release } in KEEPINGS {
        let (_database, conn) = &mut with_rows(true);
        let all = [1, 2, 3].map(|id| kept(id, conn));
        conn.batch_execute(keep).unwrap();
        let refused = [all.delete_all_concurrent(conn), all[1..].delete_each_concurrent(conn).map(drop)];
        for (error, id) in refused.map(Result::unwrap_err).into_iter().zip([1, 2]) {
            let BulkError::Concurrency(error) = error else { panic!("{error:?}") };
            assert_unproven(&error, id);
        }
        assert_eq!([1, 2, 3].map(|id| kept(id, conn)), all, "{keep}");

        // The locked rows show what another writer saved.
        kept(3, conn).touch_concurrent(conn).unwrap();
        let refused = all[2..].delete_each_concurrent(conn).unwrap();
        assert_eq!((refused.len(), refused[0].index), (1, 0));
        assert!(matches!(&refused[0].error, ConcurrencyError::RecordModified(error) if error.found == 2_i64.into()));
        conn.batch_execute(release).unwrap();
        all[..2].delete_all_concurrent(conn).unwrap();
        assert_eq!(files_kept::table.count().get_result(conn), Ok(1_i64));
    }
}

/// Without a trigger of ours the row has the version that was expected, and says by itself what happened.
#[test]
fn a_row_that_is_kept_at_its_version_is_suppressed() {
    for Keeping { keep, .. } in KEEPINGS {
        let (_database, conn) = &mut with_rows(false);
        conn.batch_execute(keep).unwrap();
        let error = kept(1, conn).delete_concurrent(conn).unwrap_err();
        assert!(matches!(error, ConcurrencyError::WriteSuppressed(_)), "{error:?}");
        assert_eq!(kept(1, conn), Kept { id: 1, deleted: true, version: 1 }, "{keep}");
    }
}
