//! One fragment of Diesel's query builder, written out for this table. No save through Diesel's connection can be
//! faster.

use diesel::connection::Connection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;

use crate::record::Article;

struct Update<'a> {
    record: &'a Article,
    next: i64,
}

/// With this id, Diesel finds the prepared statement without building its text.
impl QueryId for Update<'_> {
    type QueryId = Update<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for Update<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE articles SET version = ");
        out.push_bind_param::<BigInt, _>(&self.next)?;
        out.push_sql(", title = ");
        out.push_bind_param::<Text, _>(&self.record.title)?;
        out.push_sql(", body = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.record.body)?;
        out.push_sql(", views = ");
        out.push_bind_param::<Integer, _>(&self.record.views)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<BigInt, _>(&self.record.id)?;
        out.push_sql(" AND version = ");
        out.push_bind_param::<BigInt, _>(&self.record.version)
    }
}

pub(super) fn save(record: &mut Article, connection: &mut SqliteConnection) {
    let next = record.version + 1;
    assert_eq!(connection.execute_returning_count(&Update { record, next }).unwrap(), 1);
    record.version = next;
}
