//! MySQL and MariaDB.

use std::fmt;

use concurrency_core::Engine;
use diesel::mysql::{Mysql, MysqlType};
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Text};

use super::{Bulk, ConcurrencyBackend, ReadBack, Tuples, sealed::Sealed};
use crate::bind::Bindable;
use crate::key::write_bound;

impl Sealed for Mysql {}

impl ConcurrencyBackend for Mysql {
    const __ENGINE: Engine = Engine::Mysql;
    /// Each CREATE and DROP commits what the transaction did so far.
    const __TRANSACTIONAL_DDL: bool = false;
    /// A plain SELECT at REPEATABLE READ still shows the version that the UPDATE did not match; MariaDB has no FOR SHARE.
    const __COMMITTED_READ: &'static str = " LOCK IN SHARE MODE";
    const __LOCKING_READ: &'static str = " FOR UPDATE";
    /// After a deadlock (1213, and on MariaDB 1020) the transaction is gone, and the connection commits every statement by itself. The
    /// savepoint is gone with it, so that its release is refused (1305).
    const __BEGIN: &'static str = "BEGIN; SAVEPOINT diesel_savepoint_0";
    const __BEFORE_COMMIT: &'static str = "RELEASE SAVEPOINT diesel_savepoint_0; ";
    /// The next statement takes the answer that nobody waited for as its own.
    const __SURVIVES_DROPPED_STATEMENTS: bool = false;
    /// Without CLIENT_FOUND_ROWS, which Diesel and diesel-async set, and which a connection built by hand may lack.
    const __MAY_COUNT_CHANGES: bool = true;
    /// A trigger can refuse to delete a row, and not leave it out.
    const __CAN_TURN_DELETES: bool = false;

    fn __push_text<'b>(out: &mut AstPass<'_, 'b, Self>, text: &'b str) -> QueryResult<()> {
        out.push_bind_param::<Text, str>(text)
    }

    const __CURRENT_DATABASE: Option<&'static str> = Some("CAST(CRC32(DATABASE()) AS SIGNED)");
    const __READ_BACK: ReadBack = ReadBack::LastInsertId;
    const __NULL_SAFE_EQUALITY: Option<&'static str> = Some(" <=> ");

    /// LAST_INSERT_ID is unsigned: without the CAST a version below zero is out of range. What it keeps must be an integer, and
    /// the sum of an unsigned column and a literal is a decimal, out of range from 2^63 on.
    fn __kept(signed: bool) -> (&'static str, &'static str) {
        if signed { ("CAST(LAST_INSERT_ID(", ") AS SIGNED)") } else { ("LAST_INSERT_ID(CAST(", " AS UNSIGNED))") }
    }

    fn __equality_is_exact<ST, U>() -> bool
    where
        U: Bindable<ST, Self>,
    {
        !matches!(U::__metadata(&mut ()), MysqlType::String | MysqlType::Enum | MysqlType::Set)
    }

    fn __is_integer<ST, U>() -> bool
    where
        U: Bindable<ST, Self>,
    {
        matches!(cast(U::__metadata(&mut ())), Some("SIGNED" | "UNSIGNED"))
    }

    /// Text byte by byte: a `_ci` collation hides a change of case, `_bin` pads spaces, and a plain CAST sees a change in
    /// every letter of a latin1 column beyond ASCII.
    fn __push_same<'b, ST, U>(
        out: &mut AstPass<'_, 'b, Self>,
        push_column: impl FnOnce(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
        push_value: impl FnOnce(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        U: Bindable<ST, Self>,
    {
        let (before, after) = if Self::__equality_is_exact::<ST, U>() {
            ("", "")
        } else {
            ("CAST(CONVERT(", " USING utf8mb4) AS BINARY)")
        };
        out.push_sql(before);
        push_column(out)?;
        out.push_sql(after);
        out.push_sql(" <=> ");
        out.push_sql(before);
        push_value(out)?;
        out.push_sql(after);
        Ok(())
    }

    fn __write_bound<ST, U>(value: &U, out: &mut dyn fmt::Write) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>,
    {
        write_bound::<ST, U, Self>(value, &mut (), out)
    }

    const __BULK: Bulk = Bulk::Chunks { chunk: 500 };
    const __ERROR_ENDS_TRANSACTION: bool = false;
    const __TUPLES: Tuples = Tuples {
        before: "(",
        first: "SELECT ",
        next: " UNION ALL SELECT ",
        after_number: "",
        last: "",
        after: ") AS s",
        names_first_tuple: true,
    };
    const __ORDERED_JOIN: &'static str = " STRAIGHT_JOIN ";

    /// In a table that is made of values nothing says their types: MySQL takes them for texts, and compares a key that is a number
    /// with a text as floating-point numbers, under which different keys are equal.
    fn __push_typed<'b, ST, U>(out: &mut AstPass<'_, 'b, Self>, value: &'b U) -> QueryResult<()>
    where
        U: Bindable<ST, Self>,
    {
        let Some(sql_type) = cast(U::__metadata(&mut ())) else {
            return value.__bind(out);
        };
        out.push_sql("CAST(");
        value.__bind(out)?;
        out.push_sql(" AS ");
        out.push_sql(sql_type);
        out.push_sql(")");
        Ok(())
    }
}

/// What a value is cast to that loses nothing of it; nothing for decimal numbers, which no cast takes with all their digits, and for bits.
fn cast(sql_type: MysqlType) -> Option<&'static str> {
    match sql_type {
        MysqlType::Tiny | MysqlType::Short | MysqlType::Long | MysqlType::LongLong => Some("SIGNED"),
        MysqlType::UnsignedTiny | MysqlType::UnsignedShort | MysqlType::UnsignedLong | MysqlType::UnsignedLongLong => {
            Some("UNSIGNED")
        }
        MysqlType::Float | MysqlType::Double => Some("DOUBLE"),
        MysqlType::Date => Some("DATE"),
        MysqlType::Time => Some("TIME(6)"),
        MysqlType::DateTime | MysqlType::Timestamp => Some("DATETIME(6)"),
        MysqlType::String | MysqlType::Enum | MysqlType::Set => Some("CHAR"),
        MysqlType::Blob => Some("BINARY"),
        _ => None,
    }
}
