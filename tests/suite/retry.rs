//! `retry_on_conflict`: what runs again, how often, after which pauses, and the error when all attempts fail.

mod again;
mod errors;
mod inside;
mod races;

use std::cell::RefCell;
use std::time::Duration;

use crate::library::RetryPolicy;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::fixtures::article;
use super::models::{Article, articles};
use crate::engine::TestConnection;

thread_local! {
    /// The pauses that this test's thread was to make.
    static PAUSES: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

/// A policy that does not sleep, and always pauses for the limit.
fn recorded() -> RetryPolicy {
    PAUSES.take();
    RetryPolicy::default().random_source(|| u64::MAX).sleep_with(|pause| PAUSES.with_borrow_mut(|all| all.push(pause)))
}

/// The pauses made since the last call, in microseconds.
fn pauses() -> Vec<u128> {
    PAUSES.take().iter().map(Duration::as_micros).collect()
}

/// Every closure here loads, edits and saves.
fn increment(conn: &mut TestConnection) -> Result<Article, ConcurrencyError> {
    let mut record = load(1, conn)?;
    record.views += 1;
    record.save_concurrent(conn)?;
    Ok(record)
}

/// Loads an article: that may be refused, too.
fn load(id: i64, conn: &mut TestConnection) -> Result<Article, ConcurrencyError> {
    Ok(articles::table.find(id).select(Article::as_select()).first(conn)?)
}

/// A save of article 1 that conflicts, as if another writer had saved the row after the load.
fn conflicting(conn: &mut TestConnection) -> Result<Article, ConcurrencyError> {
    let mut stale = article(1, conn);
    stale.version -= 1;
    stale.save_concurrent(conn)?;
    Ok(stale)
}
