//! Queries a database for what it knows of tables and triggers. Core knows the queries, and what the answers mean.

use concurrency_core::{FoundColumn, FoundTrigger, TriggerQuery};
use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Nullable, Text};
use std::marker::PhantomData;

use crate::backend::ConcurrencyBackend;
use crate::executor::{Executor, Session};

type T = Nullable<Text>;
type Cell = Option<String>;

type ColumnType = (T, T, T, T);
type ColumnRow = (Cell, Cell, Cell, Cell);
type TriggerType = (T, T, T, T, T, T, T, T);
type TriggerRow = (Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell);

/// A backend whose catalog can be queried for triggers. Every backend that records can be saved on is one; there is
/// nothing to implement.
#[diagnostic::on_unimplemented(
    message = "the triggers of `{Self}` are not known",
    note = "supported are `Sqlite`, `Pg` and `Mysql` (MySQL and MariaDB); enable the feature of the same name of concurrency-diesel"
)]
pub trait CatalogBackend: ConcurrencyBackend {
    #[doc(hidden)]
    fn __columns<'a, E>(
        query: TriggerQuery,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<ColumnRow>>>
    where
        E: Executor<Backend = Self>;

    #[doc(hidden)]
    fn __triggers<'a, E>(
        query: TriggerQuery,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<TriggerRow>>>
    where
        E: Executor<Backend = Self>;
}

#[diagnostic::do_not_recommend]
impl<DB> CatalogBackend for DB
where
    DB: ConcurrencyBackend + HasSqlType<Text> + QueryMetadata<ColumnType> + QueryMetadata<TriggerType>,
    String: ToSql<Text, DB>,
    ColumnRow: FromSqlRow<ColumnType, DB>,
    TriggerRow: FromSqlRow<TriggerType, DB>,
{
    fn __columns<'a, E>(
        query: TriggerQuery,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<ColumnRow>>>
    where
        E: Executor<Backend = Self>,
    {
        session.load(CatalogQuery::<ColumnType> { query, answer: PhantomData })
    }

    fn __triggers<'a, E>(
        query: TriggerQuery,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<TriggerRow>>>
    where
        E: Executor<Backend = Self>,
    {
        session.load(CatalogQuery::<TriggerType> { query, answer: PhantomData })
    }
}

/// The columns of the table that a query is about.
pub(super) async fn columns<E>(query: TriggerQuery, session: &mut Session<'_, E>) -> QueryResult<Vec<FoundColumn>>
where
    E: Executor<Backend: CatalogBackend>,
{
    let rows = E::Backend::__columns(query, session).await?;
    Ok(rows.into_iter().map(|row| FoundColumn::from_row(row.into())).collect())
}

/// The triggers that a query is about.
pub(super) async fn triggers<E>(query: TriggerQuery, session: &mut Session<'_, E>) -> QueryResult<Vec<FoundTrigger>>
where
    E: Executor<Backend: CatalogBackend>,
{
    let rows = E::Backend::__triggers(query, session).await?;
    Ok(rows.into_iter().map(|row| FoundTrigger::from_row(row.into())).collect())
}

/// A query of the catalog that returns an `S`. It is kept prepared only if it is sent again and again.
struct CatalogQuery<S> {
    query: TriggerQuery,
    answer: PhantomData<S>,
}

impl<S> QueryId for CatalogQuery<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S> Query for CatalogQuery<S> {
    type SqlType = S;
}

impl<S, DB> QueryFragment<DB> for CatalogQuery<S>
where
    DB: ConcurrencyBackend + HasSqlType<Text>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.query.is_repeated {
            out.unsafe_to_cache_prepared();
        }
        let mut parameters = self.query.parameters.iter();
        for sql in &self.query.sql {
            out.push_sql(sql);
            if let Some(parameter) = parameters.next() {
                out.push_bind_param::<Text, String>(parameter)?;
            }
        }
        Ok(())
    }
}
