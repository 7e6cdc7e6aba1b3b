//! Transactions in which a tracked record took over other writers' values. After a rollback it has its own edits again,
//! and no others'.

use crate::library::prelude::*;
use crate::library::{Resolution, disable_increment, transaction_concurrent};
use diesel::prelude::*;
use diesel::result::Error::RollbackTransaction;

use crate::engine::TestConnection;
use crate::suite::fixtures::{insert_article, with_article};
use crate::suite::models::{Counter, articles};

fn load(id: i64, conn: &mut TestConnection) -> Tracked<Counter> {
    articles::table.find(id).select(Tracked::<Counter>::as_select()).first(conn).unwrap()
}

type Way = fn(&mut Tracked<Counter>, &mut TestConnection) -> Result<(), ConcurrencyError>;

fn by_merging(mine: &mut Tracked<Counter>, conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
    mine.save_merging(conn).unwrap();
    Ok(())
}

fn by_reloading(mine: &mut Tracked<Counter>, conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
    mine.reload_concurrent(conn)?;
    mine.views += 1;
    mine.save_concurrent(conn)
}

fn by_resolving(mine: &mut Tracked<Counter>, conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
    mine.save_resolving(conn, |conflict| {
        let mut answer = conflict.mine;
        answer.views += conflict.theirs.unwrap().views;
        Resolution::Save(answer)
    })
}

fn by_rebasing(mine: &mut Tracked<Counter>, conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
    mine.rebase(load(1, conn).into_inner());
    mine.save_concurrent(conn)
}

fn by_loading_anew(mine: &mut Tracked<Counter>, conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
    *mine = load(1, conn);
    mine.views += 1;
    mine.save_concurrent(conn)
}

fn by_assigning_the_row(mine: &mut Tracked<Counter>, conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
    **mine = load(1, conn).into_inner();
    Ok(())
}

const WAYS: &[Way] =
    &[by_merging, by_reloading, by_resolving, by_rebasing, by_loading_anew, by_assigning_the_row, |_, _| Ok(())];

#[test]
fn what_others_added_is_no_edit_of_the_record() {
    for way in WAYS {
        let (_database, conn) = &mut with_article();
        let mut mine = load(1, conn);
        mine.views += 1;
        let before = mine.clone();
        let mut theirs = load(1, conn);
        theirs.views += 40;
        theirs.save_concurrent(conn).unwrap();

        let rolled_back = transaction_concurrent(conn, &mut mine, |conn, mine| {
            way(mine, conn)?;
            Err::<(), _>(ConcurrencyError::from(RollbackTransaction))
        });
        assert!(rolled_back.is_err());
        assert_eq!(mine, before);
        mine.save_merging(conn).unwrap();
        assert_eq!((mine.views, mine.version), (41, 3));
        assert_eq!(load(1, conn), mine);
    }
}

/// The inner transaction began with what the outer one merged.
#[test]
fn a_savepoint_gives_back_what_was_merged_before_it() {
    let (_database, conn) = &mut with_article();
    let mut mine = load(1, conn);
    mine.views += 1;
    let mut theirs = load(1, conn);
    theirs.views += 40;
    theirs.save_concurrent(conn).unwrap();
    transaction_concurrent(conn, &mut mine, |conn, mine| {
        mine.save_merging(conn).unwrap();
        let merged = (**mine).clone();
        let inner = transaction_concurrent(conn, &mut **mine, |conn, mine| {
            by_reloading(mine, conn)?;
            Err::<(), _>(ConcurrencyError::from(RollbackTransaction))
        });
        assert!(inner.is_err());
        assert_eq!(**mine, merged);
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    assert_eq!((mine.views, mine.version), (41, 3));
    assert_eq!(load(1, conn), mine);
}

/// What was remembered of a record cannot follow it into another list. It is then saved whole: its base is that of a save which was
/// rolled back, and would say that there is nothing to write.
#[test]
fn a_record_that_was_swapped_is_saved_whole() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let (mut one, mut other) = (load(1, conn), load(2, conn));
    let rolled_back = transaction_concurrent(conn, (&mut one, &mut other), |conn, (one, other)| {
        one.views += 5;
        disable_increment(|| one.save_concurrent(conn))?;
        std::mem::swap(*one, *other);
        Err::<(), _>(ConcurrencyError::from(RollbackTransaction))
    });
    assert!(rolled_back.is_err());
    assert_eq!((other.id, other.views, other.version), (1, 5, 1));
    assert_eq!(load(1, conn).views, 0);

    // In a session meanwhile, it still knows that it has no base.
    let session = serde_json::to_string(&other).unwrap();
    let mut other: Tracked<Counter> = serde_json::from_str(&session).unwrap();
    other.save_concurrent(conn).unwrap();
    assert_eq!((load(1, conn).views, other.version), (5, 2));
    assert!(other.changed_fields().is_empty());
}

/// Each record is recognised by the row from which it was loaded, whatever its place and version.
#[test]
fn copies_of_one_row_get_each_its_own_edits_back() {
    for is_swapped in [false, true] {
        let (_database, conn) = &mut with_article();
        let mut stale = load(1, conn);
        load(1, conn).touch_concurrent(conn).unwrap();
        let mut current = load(1, conn);
        stale.views = 99;
        current.title = "mine".to_owned();
        let mut copies = [stale.clone(), current.clone()];
        let result = transaction_concurrent(conn, &mut copies, |conn, copies| {
            copies[0].reload_concurrent(conn).unwrap();
            copies[1].save_concurrent(conn).unwrap();
            if is_swapped {
                copies.swap(0, 1);
            }
            Err::<(), _>(RollbackTransaction)
        });
        assert_eq!(result, Err(RollbackTransaction));
        if is_swapped {
            copies.swap(0, 1);
        }
        assert_eq!(copies, [stale, current], "{is_swapped}");
        let [stale, current] = &mut copies;
        current.save_concurrent(conn).unwrap();
        assert!(stale.save_concurrent(conn).unwrap_err().is_conflict());
    }
}
