//! `BulkConcurrentDsl`: many records at once. `bulk/` sends a batch; `statement::bulk` builds its statements.

mod batch;
mod cases;
mod error;
mod joined;
mod one_by_one;
mod outcome;
mod returning;
mod same_rows;
mod singles;
mod versions;
mod way;
mod write;

use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::connection::Connection;
use crate::doubt::{self, Steads, UnansweredBatch, Unconfirmed};
use crate::error::Fault;
use crate::executor::{Blocking, Executor, Session, Transactions, now};
use crate::scope::{self, Rule};
use crate::statement::Committed;

pub use error::{BulkConflict, BulkError};

use write::next_versions;

/// Methods for many records of one type, in a slice, an array or a vector. They send a few statements instead of one
/// for each record.
///
/// A batch checks and advances every record as `save_concurrent` and `delete_concurrent` do for one, with any version
/// field. The methods with *all* in their names write every record or none. Those with *each* write what can be
/// written, and return the rest. Records in memory change only after everything was written.
///
/// What is sent, whatever the order of the records:
///
/// - PostgreSQL: one statement for any number of records, with one text that is prepared once, each column an array:
///   `WITH s AS (SELECT … FROM unnest($1, $2, …) WITH ORDINALITY … ORDER BY key … FOR NO KEY UPDATE) UPDATE articles AS t SET … FROM s WHERE … RETURNING s.i, t.version`.
///   PostgreSQL has no arrays of arrays, so records with array columns are sent in chunks of 100, as `VALUES`.
/// - MySQL and MariaDB: for each 500 records `SELECT … FOR UPDATE`, then
///   `UPDATE (SELECT ? AS k0, … UNION ALL SELECT …) AS s STRAIGHT_JOIN articles AS t ON … SET …` of those that are
///   current. A `ConditionalVersionField` is read back with one more statement. If the key is one integer and the
///   primary key, and the next version is known in advance, each hundred is written by
///   `UPDATE articles AS t FORCE INDEX (PRIMARY) SET title = CASE t.id WHEN ? THEN ? … END, … WHERE t.id IN (?, …) AND t.version = CASE t.id WHEN ? THEN ? … END`
///   instead, which is faster. A statement holds at most 1 MB of values, or one record. Each batch first queries
///   `information_schema`. If the table's engine has no transactions (MyISAM, Aria, MEMORY), the methods with *all* in
///   their names return an error, and those with *each* send single statements. A view, and a table whose struct holds
///   a GENERATED column, get single statements, too.
/// - SQLite: the single statements of `save_concurrent`. No network lies between them and the database, so they are
///   faster.
///
/// A batch is written in a transaction, or in a savepoint if a transaction is open. It locks its rows in the order of
/// their keys, so two batches do not deadlock with each other. A batch and another writer can deadlock; one of them
/// then gets [`Restart`](crate::ConcurrencyError::Restart). An empty batch sends nothing. If two records have the same
/// key, the batch is refused before anything is sent. If two different keys name one row, the database finds that out,
/// and nothing is written.
///
/// If the order of deletes matters, the order of the records counts: put a child before its parent. A row that a
/// foreign key (`ON DELETE CASCADE`) or a trigger deletes together with a record of the batch counts as deleted by the
/// batch.
///
/// A batch writes all columns of a [`Tracked`](crate::Tracked) record, whatever changed, because it has one text for
/// all its records. So it overwrites a column that the database changed after the record was loaded, unless the column
/// has `#[diesel(skip_update)]`. A record in doubt gets a new version in a batch, so the lost write can no longer
/// succeed. If a batch with such a record may leave versions as they are, under `ConditionalVersionField` or in
/// `disable_increment`, it writes each record by itself.
///
/// With `#[diesel(treat_none_as_null = false)]` each record leaves out its own columns. On PostgreSQL, MySQL and
/// MariaDB the statement then sets such a column to itself, and a trigger on that column fires.
pub trait BulkConcurrentDsl {
    /// The type of the records.
    type Record: Concurrent;

    /// Writes every record, or none if another writer modified or deleted one of them.
    ///
    /// [`Conflicts`](BulkError::Conflicts) names every record that was modified or deleted. On success the versions in
    /// memory are the rows'.
    ///
    /// If the database refuses a record for another reason, for example a violated constraint,
    /// [`Record`](BulkError::Record) names that record alone, even if other records are stale. To find the offending
    /// record, the batch is bisected in savepoints, with about two statements for each halving. If the database accepts
    /// the halves, the batch is written. An error that is not one record's fault ends the batch at once: a missing
    /// table or right, a full disk.
    ///
    /// # Errors
    ///
    /// [`Conflicts`](BulkError::Conflicts), [`Record`](BulkError::Record), [`SameKey`](BulkError::SameKey),
    /// [`CannotRollBack`](BulkError::CannotRollBack), [`Concurrency`](BulkError::Concurrency). Nothing was written,
    /// unless `Concurrency` holds an [`OutcomeUnknown`](crate::ConcurrencyError::OutcomeUnknown) or a
    /// [`TransactionLost`](crate::ConcurrencyError::TransactionLost). Every record is as it was before the call.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// # diesel::sql_query("INSERT INTO articles VALUES (2, 'second', 0, 1), (3, 'third', 0, 1)").execute(conn)?;
    /// use concurrency_diesel::BulkError;
    ///
    /// let mut mine: Vec<Article> = articles::table.select(Article::as_select()).load(conn)?;
    /// let mut theirs = mine[1].clone();
    /// theirs.save_concurrent(conn)?;
    ///
    /// mine.iter_mut().for_each(|article| article.views += 1);
    /// match mine.save_all_concurrent(conn) {
    ///     Err(BulkError::Conflicts(conflicts)) => {
    ///         assert_eq!(conflicts.len(), 1);
    ///         assert_eq!(conflicts[0].index, 1);
    ///         assert_eq!(
    ///             conflicts[0].error.to_string(),
    ///             "articles with id 2 was modified by somebody else: expected version 1, found 2; reload it and try again",
    ///         );
    ///     }
    ///     other => panic!("{other:?}"),
    /// }
    /// assert!(mine.iter().all(|article| article.version == 1));
    ///
    /// mine[1] = theirs;
    /// mine.save_all_concurrent(conn)?;
    /// assert_eq!(mine.iter().map(|article| article.version).collect::<Vec<_>>(), [2, 3, 2]);
    /// # Ok(())
    /// # }
    /// ```
    fn save_all_concurrent<C>(&mut self, conn: &mut C) -> Result<(), BulkError>
    where
        C: Connection,
        Self::Record: ConcurrentOn<C::Database>;

    /// Writes every record that can be written, and returns the others, in the order of the batch.
    ///
    /// It does not write a record that another writer modified or deleted, whose version is at the maximum, or that
    /// violates a constraint. Such a record is as it was before the call. The others are written and have their rows'
    /// versions.
    ///
    /// On a table that cannot roll back it writes each record by itself. If the batch then ends with an error, the
    /// records before it stay written but have their old versions in memory: reload them. [`Tracked`](crate::Tracked)
    /// records are in doubt.
    ///
    /// # Errors
    ///
    /// [`SameKey`](BulkError::SameKey); [`Concurrency`](BulkError::Concurrency) for an error that is not one record's
    /// fault; [`Record`](BulkError::Record) if the database rolled everything back because of one record, as SQLite
    /// does with `RAISE(ROLLBACK)`. Nothing was written then, unless the table cannot roll back.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// # diesel::sql_query("INSERT INTO articles VALUES (2, 'second', 0, 1), (3, 'third', 0, 1)").execute(conn)?;
    /// let mut mine: Vec<Article> = articles::table.select(Article::as_select()).load(conn)?;
    /// mine[2].delete_concurrent(conn)?;
    ///
    /// let refused = mine.save_each_concurrent(conn)?;
    /// assert_eq!(refused.len(), 1);
    /// assert_eq!(
    ///     refused[0].to_string(),
    ///     "record 2: articles with id 3 was deleted by somebody else: expected version 1, found no row",
    /// );
    /// assert_eq!(mine.iter().map(|article| article.version).collect::<Vec<_>>(), [2, 2, 1]);
    /// # Ok(())
    /// # }
    /// ```
    fn save_each_concurrent<C>(&mut self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: Connection,
        Self::Record: ConcurrentOn<C::Database>;

    /// Deletes the row of every record, or none if another writer modified or deleted one of them.
    ///
    /// # Errors
    ///
    /// As [`save_all_concurrent`](Self::save_all_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mine, mut theirs) = two_copies(conn);
    /// theirs.save_concurrent(conn)?;
    ///
    /// assert!([mine].delete_all_concurrent(conn).unwrap_err().is_conflict());
    /// [theirs].delete_all_concurrent(conn)?;
    /// # assert_eq!(articles::table.count().get_result::<i64>(conn)?, 0);
    /// # Ok(())
    /// # }
    /// ```
    fn delete_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: Connection,
        Self::Record: ConcurrentOn<C::Database>;

    /// Deletes the row of every record that can be deleted, and returns the other records, in the order of the batch.
    ///
    /// # Errors
    ///
    /// As [`save_each_concurrent`](Self::save_each_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mine, mut theirs) = two_copies(conn);
    /// theirs.save_concurrent(conn)?;
    ///
    /// let refused = [mine].delete_each_concurrent(conn)?;
    /// assert!(refused[0].error.is_conflict());
    /// assert!([theirs].delete_each_concurrent(conn)?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    fn delete_each_concurrent<C>(&self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: Connection,
        Self::Record: ConcurrentOn<C::Database>;

    /// Checks that every row still has its record's version. It writes nothing and begins no transaction.
    ///
    /// It sends one statement on PostgreSQL, one for each 500 records on MySQL and MariaDB, and one for each record on
    /// SQLite. On MySQL and MariaDB it reads with LOCK IN SHARE MODE, and so sees what is committed, not the
    /// transaction's snapshot.
    ///
    /// # Errors
    ///
    /// [`Conflicts`](BulkError::Conflicts), [`SameKey`](BulkError::SameKey), [`Concurrency`](BulkError::Concurrency).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mine, mut theirs) = two_copies(conn);
    /// let mine = [mine];
    /// mine.check_all_concurrent(conn)?;
    ///
    /// theirs.save_concurrent(conn)?;
    /// assert!(mine.check_all_concurrent(conn).unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn check_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: Connection,
        Self::Record: ConcurrentOn<C::Database>;
}

impl<T: Concurrent> BulkConcurrentDsl for [T] {
    type Record = T;

    fn save_all_concurrent<C>(&mut self, conn: &mut C) -> Result<(), BulkError>
    where
        C: Connection,
        T: ConcurrentOn<C::Database>,
    {
        now(save_all(self, &mut Blocking::session(conn)))
    }

    fn save_each_concurrent<C>(&mut self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: Connection,
        T: ConcurrentOn<C::Database>,
    {
        now(save_each(self, &mut Blocking::session(conn)))
    }

    fn delete_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: Connection,
        T: ConcurrentOn<C::Database>,
    {
        now(delete_all(self, &mut Blocking::session(conn)))
    }

    fn delete_each_concurrent<C>(&self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: Connection,
        T: ConcurrentOn<C::Database>,
    {
        now(delete_each(self, &mut Blocking::session(conn)))
    }

    fn check_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: Connection,
        T: ConcurrentOn<C::Database>,
    {
        now(check_all(self, &mut Blocking::session(conn)))
    }
}

/// What a batch does with its rows.
#[derive(Clone, Copy)]
enum Write {
    Save,
    Delete,
}

/// What one refused record means for the others.
#[derive(Clone, Copy)]
enum Policy {
    AllOrNothing,
    Each,
}

/// Writes every record, or none of them.
pub(crate) async fn save_all<T, E>(records: &mut [T], session: &mut Session<'_, E>) -> Result<(), BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    save(records, Policy::AllOrNothing, session).await.map(drop)
}

/// Writes every record that can be written, and returns the others.
pub(crate) async fn save_each<T, E>(
    records: &mut [T],
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    save(records, Policy::Each, session).await
}

async fn save<T, E>(
    records: &mut [T],
    policy: Policy,
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let mut steads = prove(records, session).await?;
    let serialized = serialize(steads.records);
    let mut unanswered = UnansweredBatch::of(steads.records);
    let UnansweredBatch { records, unconfirmed, .. } = &mut unanswered;
    let items = batch::items::<T, E::Backend>(records, &serialized)?;
    let outcome = write::write(items, Write::Save, policy, session, unconfirmed).await?;
    steads.others.retain(|(index, _)| !outcome.versions.iter().any(|(saved, _)| saved == index));
    outcome::set_versions(records, outcome.versions);
    Ok(outcome.refused)
}

/// Resolves the doubt of records as far as their rows prove it, as a single save does. A batch that is refused before
/// it is sent asks nothing.
async fn prove<'r, T, E>(records: &'r mut [T], session: &mut Session<'_, E>) -> Result<Steads<'r, T>, BulkError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let mut steads = Steads::of(records);
    if !steads.records.iter().any(doubt::can_be_proved) {
        return Ok(steads);
    }
    batch::items::<T, E::Backend>(steads.records, &serialize(steads.records))?;
    for index in 0..steads.records.len() {
        let Some(record) = steads.records.get(index).filter(|record| doubt::can_be_proved(*record)) else { continue };
        match doubt::prove(record, session).await {
            // The record is refused when it is sent.
            Err(error) if error.fault() == Fault::Record => {}
            proved => {
                if let Some(proved) = proved? {
                    steads.replace(index, proved);
                }
            }
        }
    }
    Ok(steads)
}

/// Deletes every record's row, or none of them.
pub(crate) async fn delete_all<T, E>(records: &[T], session: &mut Session<'_, E>) -> Result<(), BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    delete(records, Policy::AllOrNothing, session).await.map(drop)
}

/// Deletes every record's row that can be deleted, and returns the other records.
pub(crate) async fn delete_each<T, E>(
    records: &[T],
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    delete(records, Policy::Each, session).await
}

async fn delete<T, E>(
    records: &[T],
    policy: Policy,
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = serialize(records);
    let items = batch::items::<T, E::Backend>(records, &serialized)?;
    Ok(write::write(items, Write::Delete, policy, session, &mut Unconfirmed::new()).await?.refused)
}

/// Compares every record's version with its row's.
pub(crate) async fn check_all<T, E>(records: &[T], session: &mut Session<'_, E>) -> Result<(), BulkError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = serialize(records);
    let items = batch::items::<T, E::Backend>(records, &serialized)?;
    if items.is_empty() {
        return Ok(());
    }
    let found = versions::found_versions::<T, E, Committed>(&items, session).await?;
    let any_version = scope::rule::<T>() == Rule::Unchecked;
    let stale = items.into_iter().zip(found).filter(|(item, found)| {
        !found.as_ref().is_some_and(|found| any_version || crate::outcome::is_current(item.source.record, found))
    });
    let mut conflicts: Vec<_> =
        stale.map(|(item, found)| outcome::refusal::<T, E::Backend>(item, found.as_ref())).collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    sort_by_index(&mut conflicts);
    Err(BulkError::Conflicts(conflicts))
}

/// Sorts conflicts in the order of their records. It is not part of a generic function, so a program contains it once.
fn sort_by_index(conflicts: &mut [BulkConflict]) {
    conflicts.sort_by_key(|conflict| conflict.index);
}

fn serialize<T: Concurrent>(records: &[T]) -> Vec<T::__Serialized> {
    records.iter().map(T::__serialize).collect()
}
