//! MySQL and MariaDB.

use std::fmt;

use concurrency_core::Engine;
use diesel::mysql::{Mysql, MysqlType};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};

#[cfg(feature = "edit-lock")]
use super::EditLocks;
use super::{Bulk, ConcurrencyBackend, NameAndNumber, ReadBack, Tuples, sealed::Sealed};
use crate::bind::Bindable;
#[cfg(feature = "edit-lock")]
use crate::edit_lock::LockRow;
use crate::executor::{Executor, Session};
use crate::key::{for_each_byte, write_bound};
#[cfg(feature = "edit-lock")]
use crate::statement::edit_lock::LockColumns;

impl Sealed for Mysql {}

impl ConcurrencyBackend for Mysql {
    const __ENGINE: Engine = Engine::Mysql;
    /// Each CREATE and DROP commits what the transaction has done so far.
    const __TRANSACTIONAL_DDL: bool = false;
    /// A plain SELECT at REPEATABLE READ still shows the version that the UPDATE did not match. MariaDB has no FOR
    /// SHARE.
    const __COMMITTED_READ: &'static str = " LOCK IN SHARE MODE";
    const __LOCKING_READ: &'static str = " FOR UPDATE";
    /// Overrides `sql_select_limit`, which the client option `safe-updates` sets and which limits statements without a
    /// LIMIT.
    const __ALL_ROWS: &'static str = " LIMIT 18446744073709551615";
    /// If a prepared statement is refused (1205, 1213) in the middle of its answer, libmysqlclient and libmariadb hang
    /// at its next execution.
    const __KEEPS_LOCKING_READS: bool = false;
    /// After a deadlock (1213, and on MariaDB 1020) the transaction is gone, and the connection commits every statement
    /// by itself. The savepoint is gone, too, so its release is refused (1305).
    const __BEGIN: &'static str = "BEGIN; SAVEPOINT diesel_savepoint_0";
    /// Not in one packet with COMMIT: Galera can abort the transaction between two statements of a packet, and then
    /// answers the second with Ok.
    const __BEFORE_COMMIT: Option<&'static str> = Some("RELEASE SAVEPOINT diesel_savepoint_0");
    const __COMMIT: &'static str = "COMMIT";
    const __ROLLBACK: &'static str = "ROLLBACK TO SAVEPOINT diesel_savepoint_0; ROLLBACK";
    const __ERROR_MAY_ROLL_BACK: bool = false;
    const __QUEUES_STATEMENTS: bool = false;
    /// The next statement takes the unread answer for its own.
    const __SURVIVES_DROPPED_STATEMENTS: bool = false;
    /// Diesel and diesel-async set CLIENT_FOUND_ROWS, but a connection that is built by hand may lack it.
    const __MAY_COUNT_CHANGES: bool = true;
    /// A trigger can refuse to write a row, but cannot leave it out.
    const __CAN_TURN_WRITES: bool = false;

    fn __push_text<'b>(out: &mut AstPass<'_, 'b, Self>, text: &'b str) -> QueryResult<()> {
        out.push_bind_param::<Text, str>(text)
    }

    const __CURRENT_DATABASE: Option<&'static str> = Some("CAST(CRC32(DATABASE()) AS SIGNED)");
    const __READ_BACK: ReadBack = ReadBack::LastInsertId;
    const __NULL_SAFE_EQUALITY: Option<&'static str> = Some(" <=> ");

    /// LAST_INSERT_ID is unsigned: without the CAST a version below zero is out of range. It keeps only integers, and
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

    /// Compares text byte by byte: a `_ci` collation hides a change of case, `_bin` pads spaces, and a plain CAST sees
    /// a change in every letter of a latin1 column beyond ASCII.
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

    fn __push_order<ST, U>(value: &U, order: &mut Vec<u8>) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>,
    {
        let mut bytes = Vec::new();
        for_each_byte::<ST, U, Self>(value, &mut (), |byte| bytes.push(byte))?;
        match integer(&<Self as HasSqlType<ST>>::metadata(&mut ()), &bytes) {
            Some(integer) => order.extend((integer ^ i128::MIN).to_be_bytes()),
            // Two zeros, which occur nowhere inside, end it, so that a part of the key does not run on into the next.
            None => {
                bytes.iter().for_each(|byte| match byte {
                    0 => order.extend([0, u8::MAX]),
                    byte => order.push(*byte),
                });
                order.extend([0, 0]);
            }
        }
        Ok(())
    }

    /// A statement as long as `max_allowed_packet` (4 MB or more, unless it was lowered) ends the connection.
    const __MOST_BYTES: Option<usize> = Some(1 << 20);

    fn __length<ST, U>(value: &U) -> QueryResult<usize>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>,
    {
        if has_fixed_length(&<Self as HasSqlType<ST>>::metadata(&mut ())) {
            return Ok(8);
        }
        let mut length: usize = 0;
        for_each_byte::<ST, U, Self>(value, &mut (), |_| length = length.saturating_add(1))?;
        Ok(length)
    }

    /// MyISAM, Aria, MEMORY and others.
    const __HAS_TABLES_WITHOUT_TRANSACTIONS: bool = true;
    /// UTC, because local time repeats an hour a year. SET goes from left to right, so `until_ms`, which decides the
    /// others, comes last.
    #[cfg(feature = "edit-lock")]
    const __EDIT_LOCKS: EditLocks = EditLocks {
        now_ms: "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000",
        where_it_is_there: " ON DUPLICATE KEY UPDATE turn = turn + IF(until_ms <= VALUES(since_ms), 1, 0), \
             since_ms = IF(until_ms <= VALUES(since_ms), VALUES(since_ms), since_ms), \
             holder = IF(until_ms <= VALUES(since_ms), VALUES(holder), holder), \
             until_ms = IF(holder = VALUES(holder), VALUES(until_ms), until_ms)",
        longest_text: Some(255),
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
        texts_need_collations: true,
    };
    const __ORDERED_JOIN: &'static str = " STRAIGHT_JOIN ";

    /// In a table that is made of values nothing tells their types. MySQL takes them for texts, and compares a numeric
    /// key with a text as floating-point numbers, under which different keys are equal.
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

/// The type that a value can be cast to without loss; `None` for decimal numbers, which no cast takes with all their
/// digits, and for bits.
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

/// The integer that these bytes are bound as; `None` for a type that is no integer.
fn integer(sql_type: &MysqlType, bytes: &[u8]) -> Option<i128> {
    let is_signed = match sql_type {
        MysqlType::Tiny | MysqlType::Short | MysqlType::Long | MysqlType::LongLong => true,
        MysqlType::UnsignedTiny | MysqlType::UnsignedShort | MysqlType::UnsignedLong | MysqlType::UnsignedLongLong => {
            false
        }
        _ => return None,
    };
    let is_negative = is_signed && bytes.last()? & 0x80 != 0;
    let mut whole = [if is_negative { u8::MAX } else { 0 }; 16];
    whole.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i128::from_le_bytes(whole))
}

fn has_fixed_length(sql_type: &MysqlType) -> bool {
    !matches!(
        sql_type,
        MysqlType::String | MysqlType::Blob | MysqlType::Enum | MysqlType::Set | MysqlType::Bit | MysqlType::Numeric
    )
}

#[cfg(test)]
mod tests {
    use diesel::mysql::Mysql;
    use diesel::serialize::ToSql;
    use diesel::sql_types::{BigInt, Binary, HasSqlType, Integer, SmallInt, Text, Unsigned};

    use crate::backend::ConcurrencyBackend as _;

    fn order<ST, U>(value: &U) -> Vec<u8>
    where
        Mysql: HasSqlType<ST>,
        U: ToSql<ST, Mysql>,
    {
        let mut order = Vec::new();
        Mysql::__push_order::<ST, U>(value, &mut order).unwrap();
        order
    }

    #[test]
    fn integers_are_sorted_as_numbers_whatever_their_type() {
        let numbers = [i64::MIN, -70_000, -1, 0, 1, 9, 10, 255, 256, 70_000, i64::MAX];
        let sorted: Vec<_> = numbers.iter().map(order::<BigInt, _>).collect();
        assert!(sorted.is_sorted_by(|one, next| one < next));
        assert_eq!(order::<SmallInt, _>(&-3_i16), order::<BigInt, _>(&-3_i64));
        assert_eq!(order::<Integer, _>(&70_000), order::<BigInt, _>(&70_000_i64));
        assert_eq!(order::<Unsigned<BigInt>, _>(&9_u64), order::<BigInt, _>(&9_i64));
        assert!(order::<Unsigned<BigInt>, _>(&u64::MAX) > order::<BigInt, _>(&i64::MAX));
    }

    #[test]
    fn texts_are_sorted_by_their_bytes_and_a_part_of_a_key_ends() {
        let texts = ["", "\0", "\0a", "a", "a\0", "a\0\0", "a\u{1}", "aa", "b"];
        let sorted: Vec<_> = texts.iter().map(order::<Text, _>).collect();
        assert!(sorted.is_sorted_by(|one, next| one < next));
        assert_eq!(order::<Text, _>(&"née".to_owned()), order::<Binary, _>(&"née".as_bytes()));
        let pair = |one: &str, other: &str| [order::<Text, _>(&one), order::<Text, _>(&other)].concat();
        assert!(pair("a", "bc") < pair("ab", "c"));
        assert_ne!(pair("a\0", "b"), pair("a", "\0b"));
    }

    #[test]
    fn a_value_is_as_long_as_it_is_sent() {
        assert_eq!(Mysql::__length::<Text, _>(&"née").unwrap(), 4);
        assert_eq!(Mysql::__length::<Binary, _>(&vec![0_u8, 255, 10]).unwrap(), 3);
        assert_eq!(Mysql::__length::<BigInt, _>(&1_i64).unwrap(), 8);
    }
}
