//! PostgreSQL.

use std::any::TypeId;

use concurrency_core::Engine;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::sql_types::{
    BigInt, Binary, Bool, Date, Double, Float, Integer, Nullable, Numeric, Oid, SmallInt, Time, Timestamp, Timestamptz,
    Uuid,
};

use super::{ConcurrencyBackend, ReadBack, sealed::Sealed};
use crate::bind::Bindable;
use crate::xmin::sql_types::Xid;

impl Sealed for Pg {}

impl ConcurrencyBackend for Pg {
    const __ENGINE: Engine = Engine::Postgres;
    const __TRANSACTIONAL_DDL: bool = true;
    /// At READ COMMITTED each statement sees what is committed; above it a write over an older snapshot is refused (40001).
    const __COMMITTED_READ: &'static str = "";
    const __LOCKING_READ: &'static str = " FOR UPDATE";
    const __BEGIN: &'static str = "BEGIN";
    /// After an error every statement is refused (25P02), but for COMMIT, which then rolls back and says nothing.
    const __BEFORE_COMMIT: &'static str = "SELECT 1; ";
    /// Each answer is handed to the statement that it belongs to, or to nobody.
    const __SURVIVES_DROPPED_STATEMENTS: bool = true;
    const __MAY_COUNT_CHANGES: bool = false;
    const __READ_BACK: ReadBack = ReadBack::Returning;

    fn __kept(_signed: bool) -> (&'static str, &'static str) {
        ("", "")
    }

    fn __equality_is_exact<ST, U>() -> bool
    where
        U: Bindable<ST, Self>,
    {
        has_exact_equality(U::__sql_type())
    }

    /// As text wherever equality is not exact: under a nondeterministic collation and in `citext` different texts are equal,
    /// and `json`, `xml` and `point` have no equality at all.
    fn __push_same<'b, ST, U>(out: &mut AstPass<'_, 'b, Self>, column: &str, value: &'b U) -> QueryResult<()>
    where
        U: Bindable<ST, Self>,
    {
        let as_text = if Self::__equality_is_exact::<ST, U>() { "" } else { "::text COLLATE \"C\"" };
        out.push_identifier(column)?;
        out.push_sql(as_text);
        out.push_sql(" IS NOT DISTINCT FROM ");
        value.__bind(out)?;
        out.push_sql(as_text);
        Ok(())
    }
}

/// Of the types known here; those of extensions and of the user's own count as having none.
fn has_exact_equality(sql_type: TypeId) -> bool {
    macro_rules! is_one_of {
        ($($known:ty)*) => {
            $(sql_type == TypeId::of::<$known>() || sql_type == TypeId::of::<Nullable<$known>>())||*
        };
    }
    is_one_of!(
        SmallInt Integer BigInt Float Double Numeric Bool Binary Date Time Timestamp Timestamptz Uuid Oid Xid
    )
}
