//! PostgreSQL.

use std::any::TypeId;
use std::fmt;

use concurrency_core::Engine;
use diesel::pg::{Pg, PgMetadataLookup, PgTypeMetadata};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Date, Double, Float, HasSqlType, Integer, Nullable, Numeric, Oid, SmallInt, Text,
    Time, Timestamp, Timestamptz, Uuid,
};

#[cfg(feature = "edit-lock")]
use super::EditLocks;
use super::{Bulk, Column, ConcurrencyBackend, NameAndNumber, ReadBack, Tuples, WriteEvent, literal, sealed::Sealed};
use crate::bind::{Bindable, Element};
#[cfg(feature = "edit-lock")]
use crate::edit_lock::LockRow;
use crate::executor::{Executor, Session};
use crate::key::write_bound;
#[cfg(feature = "edit-lock")]
use crate::statement::edit_lock::LockColumns;
use crate::xmin::sql_types::Xid;

/// Whether a type is one of these, as it is or nullable.
macro_rules! is_one_of {
    ($sql_type:ident: $($known:ty)*) => {
        $($sql_type == TypeId::of::<$known>() || $sql_type == TypeId::of::<Nullable<$known>>())||*
    };
}

impl Sealed for Pg {}

impl ConcurrencyBackend for Pg {
    const __ENGINE: Engine = Engine::Postgres;
    const __TRANSACTIONAL_DDL: bool = true;
    /// At READ COMMITTED each statement sees what is committed. Above it a write over an older snapshot is refused
    /// (40001).
    const __COMMITTED_READ: &'static str = "";
    const __LOCKING_READ: &'static str = " FOR UPDATE";
    const __KEEPS_LOCKING_READS: bool = true;
    const __BEGIN: &'static str = "BEGIN";
    const __BEFORE_COMMIT: Option<&'static str> = None;
    /// After an error every statement is refused (25P02) except COMMIT, which then rolls back without an error. Nothing
    /// can abort the transaction between these two, because a request runs to its end or to its first error.
    const __COMMIT: &'static str = "SELECT 1; COMMIT";
    const __ROLLBACK: &'static str = "ROLLBACK";
    const __ERROR_MAY_ROLL_BACK: bool = false;
    const __QUEUES_STATEMENTS: bool = true;
    /// Each answer goes to the statement that it belongs to, or is discarded.
    const __SURVIVES_DROPPED_STATEMENTS: bool = true;
    const __MAY_COUNT_CHANGES: bool = false;
    /// A trigger before each row, or INSTEAD OF it, can return NULL, and a rule can replace the write.
    const __CAN_TURN_WRITES: bool = true;

    fn __count_of_turning(path: &[String], event: WriteEvent) -> String {
        // An UPDATE trigger that returns OLD does not leave the row out. A DELETE trigger that returns NEW, which is
        // NULL, does.
        let (tgtype, ev_type, row) = match event {
            WriteEvent::Update => ("16", "2", "(new|old)"),
            WriteEvent::Delete => ("8", "4", "old"),
        };
        let lines = include_str!("postgres/turning.sql").lines().filter(|line| !line.starts_with("--"));
        let sql = lines.collect::<Vec<_>>().join("\n");
        sql.replace("{table}", &relation(path))
            .replace("{tgtype}", tgtype)
            .replace("{ev_type}", ev_type)
            .replace("{row}", row)
            .replace("{both}", r"coalesce\s*\(\s*(new\s*,\s*old|old\s*,\s*new)\s*\)")
            .replace("{verbs}", "insert|update|delete|merge|execute|perform|select|call")
    }

    fn __push_text<'b>(out: &mut AstPass<'_, 'b, Self>, text: &'b str) -> QueryResult<()> {
        out.push_bind_param::<Text, str>(text)
    }

    const __READ_BACK: ReadBack = ReadBack::Returning;
    /// No index supports IS NOT DISTINCT FROM.
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

    fn __is_integer<ST, U>() -> bool
    where
        U: Bindable<ST, Self>,
    {
        is_integer(U::__sql_type())
    }

    /// Compares as text if equality is not exact: under a nondeterministic collation and in `citext` different texts
    /// are equal, and `json`, `xml` and `point` have no equality at all.
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

    /// Times and numbers are rounded as the column's type says. Blanks at the end of a CHAR(n) are no part of it, and
    /// the cast to text removes them.
    fn __push_unchanged<'b, ST, U>(
        out: &mut AstPass<'_, 'b, Self>,
        column: Column<'_>,
        push_column: impl Fn(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
        push_value: impl Fn(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        U: Bindable<ST, Self>,
    {
        let sql_type = U::__sql_type();
        if is_one_of!(sql_type: Text) {
            push_column(out)?;
            out.push_sql("::text COLLATE \"C\" IS NOT DISTINCT FROM pg_catalog.rtrim(");
            push_value(out)?;
            out.push_sql("::text, CASE WHEN pg_catalog.pg_typeof(");
            push_column(out)?;
            out.push_sql(") = 'pg_catalog.bpchar'::pg_catalog.regtype THEN ' ' ELSE '' END) COLLATE \"C\"");
            return Ok(());
        }
        Self::__push_same::<ST, U>(out, &push_column, &push_value)?;
        let Some(round) = rounding_function(sql_type) else { return Ok(()) };
        out.push_sql(" OR ");
        push_column(out)?;
        out.push_sql(" IS NOT DISTINCT FROM pg_catalog.");
        out.push_sql(round);
        out.push_sql("(");
        push_value(out)?;
        out.push_sql(&format!(
            ", (SELECT atttypmod FROM pg_catalog.pg_attribute WHERE attrelid = {} AND attname = {}))",
            relation(column.table),
            literal(column.name)
        ));
        Ok(())
    }

    fn __write_bound<ST, U>(value: &U, out: &mut dyn fmt::Write) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>,
    {
        write_bound::<ST, U, Self>(value, &mut AnyType, out)
    }

    fn __ask<'a, E, Q>(question: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<NameAndNumber>>>
    where
        E: Executor<Backend = Self>,
        Q: Query<SqlType = (Nullable<Text>, BigInt)> + QueryFragment<Self> + QueryId + 'a,
    {
        session.load(question)
    }

    fn __load_texts<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<(String, String)>>>
    where
        E: Executor<Backend = Self>,
        Q: Query<SqlType = (Text, Text)> + QueryFragment<Self> + QueryId + 'a,
    {
        session.load(statement)
    }

    fn __load_pairs<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<(i64, i64)>>>
    where
        E: Executor<Backend = Self>,
        Q: Query<SqlType = (BigInt, BigInt)> + QueryFragment<Self> + QueryId + 'a,
    {
        session.load(statement)
    }

    /// `now()` does not advance in a transaction.
    #[cfg(feature = "edit-lock")]
    const __EDIT_LOCKS: EditLocks = EditLocks {
        now_ms: "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        where_it_is_there: super::TAKE_LOCK_ON_CONFLICT,
        longest_text: None,
    };

    #[cfg(feature = "edit-lock")]
    fn __push_number<'b>(out: &mut AstPass<'_, 'b, Self>, number: &'b i64) -> QueryResult<()> {
        out.push_bind_param::<BigInt, i64>(number)
    }

    #[cfg(feature = "edit-lock")]
    fn __load_locks<'a, E, Q>(statement: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<LockRow>>>
    where
        E: Executor<Backend = Self>,
        Q: Query<SqlType = LockColumns> + QueryFragment<Self> + QueryId + 'a,
    {
        session.load(statement)
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
        texts_need_collations: false,
    };
    const __ORDERED_JOIN: &'static str = " JOIN ";

    /// For every type except arrays: there are no arrays of arrays, only arrays of several dimensions.
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

/// Answers for a server that cannot be asked yet: a type that is looked up by its name has arrays.
struct AnyType;

impl PgMetadataLookup for AnyType {
    fn lookup_type(&mut self, _type_name: &str, _schema: Option<&str>) -> PgTypeMetadata {
        PgTypeMetadata::new(u32::MAX, u32::MAX)
    }
}

macro_rules! is_one_of {
    ($sql_type:ident: $($known:ty)*) => {
        $($sql_type == TypeId::of::<$known>() || $sql_type == TypeId::of::<Nullable<$known>>())||*
    };
}

fn is_integer(sql_type: TypeId) -> bool {
    is_one_of!(sql_type: SmallInt Integer BigInt Oid)
}

/// Among the types known here. Types of extensions and of the user count as having none.
fn has_exact_equality(sql_type: TypeId) -> bool {
    is_one_of!(
        sql_type: SmallInt Integer BigInt Float Double Numeric Bool Binary Date Time Timestamp Timestamptz Uuid Oid Xid
    )
}

/// The function that rounds a value as a column of this type with a precision does.
fn rounding_function(sql_type: TypeId) -> Option<&'static str> {
    if is_one_of!(sql_type: Numeric) {
        Some("numeric")
    } else if is_one_of!(sql_type: Timestamp) {
        Some("\"timestamp\"")
    } else if is_one_of!(sql_type: Timestamptz) {
        Some("timestamptz")
    } else if is_one_of!(sql_type: Time) {
        Some("\"time\"")
    } else {
        None
    }
}

/// A table, as the catalogs name it.
fn relation(path: &[String]) -> String {
    let quoted: Vec<_> = path.iter().map(|part| format!("\"{}\"", part.replace('"', "\"\""))).collect();
    format!("{}::pg_catalog.regclass", literal(&quoted.join(".")))
}
