//! Scopes around futures hold only while the futures are polled, and for no other task on the same thread.

use concurrency_diesel::asynchronous::prelude::*;
use concurrency_diesel::asynchronous::{disable_concurrency, disable_concurrency_for, disable_increment};

use super::fixtures::{article, connect, with_articles};
use crate::library::run;
use crate::suite::models::{Article, Author};

#[test]
fn a_scope_counts_for_its_future_alone() {
    let (database, conn) = &mut with_articles(2);
    let other = &mut connect(database);
    run(async {
        let (stale, other_stale) = (article(1, conn).await, article(2, conn).await);
        stale.clone().save_concurrent(conn).await.unwrap();
        other_stale.clone().save_concurrent(conn).await.unwrap();
        let (mut forced, mut refused) = (stale.clone(), other_stale.clone());
        let (forces, refuses) =
            tokio::join!(disable_concurrency(forced.save_concurrent(conn)), refused.save_concurrent(other));
        forces.unwrap();
        assert_eq!(forced.version, 3);
        assert!(refuses.unwrap_err().is_conflict());
        // It ends with its future.
        assert!(stale.clone().save_concurrent(conn).await.unwrap_err().is_conflict());

        let mut forced = stale.clone();
        disable_concurrency_for::<Author, _>(forced.save_concurrent(conn)).await.unwrap_err();
        disable_concurrency_for::<Article, _>(forced.save_concurrent(conn)).await.unwrap();
        assert_eq!(forced.version, 4);
        disable_increment(forced.save_concurrent(conn)).await.unwrap();
        assert_eq!((forced.version, article(1, conn).await.version), (4, 4));
    });
}

#[test]
fn a_scope_that_waits_leaves_the_other_tasks_of_its_thread_alone() {
    let (database, conn) = &mut with_articles(2);
    let other = &mut connect(database);
    run(async {
        let (mut forced, mut refused) = (article(1, conn).await, article(2, conn).await);
        for mut holder in [forced.clone(), refused.clone()] {
            holder.save_concurrent(conn).await.unwrap();
        }
        let (go_on, told) = tokio::sync::oneshot::channel();
        let waits = disable_concurrency(async {
            told.await.unwrap();
            forced.save_concurrent(conn).await
        });
        let meanwhile = async {
            let outcome = refused.save_concurrent(other).await;
            go_on.send(()).unwrap();
            outcome
        };
        let (forces, refuses) = tokio::join!(waits, meanwhile);
        forces.unwrap();
        assert!(refuses.unwrap_err().is_conflict());
    });
}

/// The future runs when it is awaited, and then the scope has ended.
#[test]
fn the_scope_of_a_closure_does_not_count_for_the_future_that_it_returns() {
    let (_database, conn) = &mut with_articles(1);
    run(async {
        let mut stale = article(1, conn).await;
        stale.clone().save_concurrent(conn).await.unwrap();
        let refused = concurrency_diesel::disable_concurrency(|| stale.save_concurrent(conn)).await;
        assert!(refused.unwrap_err().is_conflict());
        let counted = concurrency_diesel::disable_increment(|| stale.save_unchecked(conn)).await;
        counted.unwrap();
        assert_eq!(stale.version, 3);
    });
}

#[test]
fn a_scope_goes_along_to_another_thread() {
    let (database, conn) = &mut with_articles(1);
    let mut other = connect(database);
    run(async {
        let mut stale = article(1, conn).await;
        stale.clone().save_concurrent(conn).await.unwrap();
        let task = tokio::spawn(disable_concurrency(async move {
            tokio::task::yield_now().await;
            stale.save_concurrent(&mut other).await.map(|()| stale.version)
        }));
        assert_eq!(task.await.unwrap().unwrap(), 3);
    });
}
