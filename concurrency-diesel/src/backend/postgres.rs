//! PostgreSQL.

use std::any::TypeId;
use std::fmt;

use concurrency_core::Engine;
use diesel::pg::{Pg, PgMetadataLookup, PgTypeMetadata};
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Date, Double, Float, HasSqlType, Integer, Nullable, Numeric, Oid, SmallInt, Time,
    Timestamp, Timestamptz, Uuid,
};

use super::{Bulk, ConcurrencyBackend, ReadBack, Tuples, sealed::Sealed};
use crate::bind::{Bindable, Element};
use crate::key::write_bound;
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
    /// No index serves IS NOT DISTINCT FROM.
    const __NULL_SAFE_EQUALITY: Option<&'static str> = None;

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
    fn __push_same<'b, ST, U>(
        out: &mut AstPass<'_, 'b, Self>,
        push_column: impl FnOnce(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
        push_value: impl FnOnce(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        U: Bindable<ST, Self>,
    {
        let as_text = if Self::__equality_is_exact::<ST, U>() { "" } else { "::text COLLATE \"C\"" };
        push_column(out)?;
        out.push_sql(as_text);
        out.push_sql(" IS NOT DISTINCT FROM ");
        push_value(out)?;
        out.push_sql(as_text);
        Ok(())
    }

    fn __write_bound<ST, U>(value: &U, out: &mut dyn fmt::Write) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>,
    {
        write_bound::<ST, U, Self>(value, &mut AnyType, out)
    }

    const __BULK: Bulk = Bulk::Arrays { chunk: 100 };
    const __ERROR_ENDS_TRANSACTION: bool = true;
    const __TUPLES: Tuples = Tuples {
        before: "(VALUES ",
        first: "(",
        next: ", (",
        after_number: "::bigint",
        last: ")",
        after: ") AS s",
        names_first_tuple: false,
    };
    const __ORDERED_JOIN: &'static str = " JOIN ";

    /// Of every type but of arrays: there are no arrays of arrays, only arrays of several dimensions.
    fn __has_array_of<ST: 'static>() -> bool
    where
        Self: HasSqlType<ST>,
    {
        let metadata = <Self as HasSqlType<ST>>::metadata(&mut AnyType);
        metadata.array_oid().is_ok_and(|oid| oid != 0)
    }

    fn __push_array<'b, ST, U>(out: &mut AstPass<'_, 'b, Self>, values: &'b [Element<'b, U>]) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        ST: 'static,
        U: ToSql<ST, Self>,
    {
        out.push_bind_param::<Array<ST>, [Element<'b, U>]>(values)
    }

    fn __push_flags<'b>(out: &mut AstPass<'_, 'b, Self>, flags: &'b [bool]) -> QueryResult<()> {
        out.push_bind_param::<Array<Bool>, [bool]>(flags)
    }
}

/// Answers for a server where nothing can be asked yet: a type that is looked up by its name has arrays.
struct AnyType;

impl PgMetadataLookup for AnyType {
    fn lookup_type(&mut self, _type_name: &str, _schema: Option<&str>) -> PgTypeMetadata {
        PgTypeMetadata::new(u32::MAX, u32::MAX)
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
