//! `XminVersionField`: PostgreSQL's own row version, without a column of ours.

use concurrency_core::{Advance, UncheckedBump, VersionField, VersionValue};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use std::io::Write as _;

/// The SQL types that Diesel does not have.
pub mod sql_types {
    /// PostgreSQL's `xid`, the type of the system column `xmin`: `xmin -> concurrency_diesel::sql_types::Xid` in
    /// `table!`.
    #[derive(Debug, Clone, Copy, Default, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(oid = 28, array_oid = 1011))]
    pub struct Xid;
}

/// The transaction that wrote a row: the value of `xmin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Xid)]
pub struct Xid(pub u32);

impl FromSql<sql_types::Xid, Pg> for Xid {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(u32::from_be_bytes(value.as_bytes().try_into()?)))
    }
}

impl ToSql<sql_types::Xid, Pg> for Xid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&self.0.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

/// Versions that PostgreSQL itself keeps: the system column `xmin` changes with every write of the row, by any program,
/// without a column of ours and without a trigger. It needs the feature `postgres` or `postgres_backend`.
///
/// Declare the column in `table!` as `xmin -> concurrency_diesel::sql_types::Xid` and the field as [`Xid`]. The new
/// version comes back with RETURNING. It has these limits:
///
/// - Two saves in one transaction have the same version; a save in a savepoint has its own.
/// - Views have no `xmin`. In a partitioned table a row that moves gets a new one, like any written row.
/// - VACUUM FREEZE keeps it. Dump and restore, and logical replicas, change it: records loaded before then conflict.
/// - It counts transactions and wraps round after four thousand million of them, so a copy held for that long could
///   match.
/// - Every write counts: `save_without_increment` is an ordinary save here.
///
/// There is no initial version: PostgreSQL assigns it with the insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XminVersionField;

impl VersionField<Xid> for XminVersionField {
    /// The next version is unknown before the row is written, and never sent.
    fn next(current: &Xid) -> Option<Xid> {
        Some(*current)
    }

    fn value(version: &Xid) -> VersionValue {
        version.0.into()
    }

    fn from_value(value: &VersionValue) -> Option<Xid> {
        value.integer().map(Xid)
    }

    const __ADVANCE: Advance = Advance::ByDatabase;

    const __EVERY_WRITE_COUNTS: bool = true;

    fn __unchecked() -> UncheckedBump<Xid> {
        UncheckedBump::ByDatabase
    }
}
