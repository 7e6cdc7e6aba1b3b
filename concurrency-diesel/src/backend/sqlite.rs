//! SQLite.

use std::fmt;

use concurrency_core::Engine;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{Error, QueryResult};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteType};

#[cfg(feature = "edit-lock")]
use super::EditLocks;
use super::{Bulk, ConcurrencyBackend, NameAndNumber, ReadBack, Tuples, WriteEvent, literal, sealed::Sealed};
use crate::bind::Bindable;
#[cfg(feature = "edit-lock")]
use crate::edit_lock::LockRow;
use crate::executor::{Executor, Session};
use crate::key::write_bound;
#[cfg(feature = "edit-lock")]
use crate::statement::edit_lock::LockColumns;

/// What a value is bound as, in one spelling. To SQLite it makes no difference whether a text is borrowed, or how wide
/// an integer is.
fn one_spelling(text: String) -> String {
    // The name of the kind precedes the value.
    let Some((kind, value)) = text.split_once('(') else { return text };
    let one = match kind.rsplit(' ').next() {
        Some("BorrowedString") => "String",
        Some("BorrowedBinary") => "Binary",
        Some("I32") => "I64",
        Some(kind) => kind,
        None => return text,
    };
    format!("{one}({value}")
}

impl Sealed for Sqlite {}

impl ConcurrencyBackend for Sqlite {
    const __ENGINE: Engine = Engine::Sqlite;
    const __TRANSACTIONAL_DDL: bool = true;
    /// A statement sees its transaction's snapshot, and a write over an older snapshot is refused
    /// (SQLITE_BUSY_SNAPSHOT).
    const __COMMITTED_READ: &'static str = "";
    /// There are no row locks: the first write locks the file.
    const __LOCKING_READ: &'static str = "";
    const __KEEPS_LOCKING_READS: bool = true;
    /// A transaction that reads before it writes must start again if another writer wrote in between. An immediate one
    /// need not.
    const __BEGIN: &'static str = "BEGIN IMMEDIATE";
    const __BEFORE_COMMIT: Option<&'static str> = None;
    /// It fails by itself if there is no transaction, and so does ROLLBACK.
    const __COMMIT: &'static str = "COMMIT";
    const __ROLLBACK: &'static str = "ROLLBACK";
    /// At a full disk, an I/O error, ON CONFLICT ROLLBACK and RAISE(ROLLBACK).
    const __ERROR_MAY_ROLL_BACK: bool = true;
    const __QUEUES_STATEMENTS: bool = false;
    /// The statement runs to its end in its thread, and dropping the future waits for that.
    const __SURVIVES_DROPPED_STATEMENTS: bool = true;
    const __MAY_COUNT_CHANGES: bool = false;
    /// What the triggers of a view write is not counted, but RETURNING returns it.
    const __COUNTS_ROWS_OF_VIEWS: bool = false;
    const __AWAITED_BY_TEXT: bool = true;
    /// By `RAISE(FAIL)`.
    const __KEEPS_CHANGES_OF_REFUSED: bool = true;

    /// In every schema that the name may refer to.
    fn __count_of_views(path: &[String]) -> String {
        format!("(SELECT count(*) {})", from_views(path))
    }

    /// If a view has an INSTEAD OF trigger only for another event, SQLite writes nothing, but RETURNING still returns
    /// rows. The triggers of an attached database are not checked.
    fn __count_of_unwritable_views(path: &[String], event: WriteEvent) -> String {
        let (views, triggers, keyword) = (from_views(path), triggers(path), keyword(event));
        format!(
            "(SELECT count(*) {views} AND schema IN ('main', 'temp') AND NOT EXISTS \
             (SELECT 1 FROM {triggers} WHERE beginning LIKE '% INSTEAD OF {keyword} %'))"
        )
    }

    /// By RAISE(IGNORE), or by deleting the row before it is written.
    const __CAN_TURN_WRITES: bool = true;

    /// 1 if a trigger of the table ignores such a write and one of its triggers, other than ours, writes something, or
    /// if one of them deletes or replaces rows of the same table beforehand.
    fn __count_of_turning(path: &[String], event: WriteEvent) -> String {
        let (triggers, keyword) = (triggers(path), keyword(event));
        let name = words(&literal(schema_and_table(path).1));
        let writes =
            ["UPDATE", "INSERT", "DELETE", "REPLACE"].map(|word| format!("body LIKE '% {word} %'")).join(" OR ");
        let removes = ["DELETE FROM", "REPLACE INTO"]
            .map(|words| format!("body LIKE '% {words}%' || {name} || '%'"))
            .join(" OR ");
        format!(
            "(SELECT coalesce(max(body LIKE '% RAISE IGNORE %') AND max(NOT is_ours AND ({writes})) \
             OR max(beginning NOT LIKE '% AFTER %' AND beginning NOT LIKE '% INSTEAD OF %' AND ({removes})), 0) \
             FROM {triggers} WHERE beginning LIKE '% {keyword} %')"
        )
    }

    /// Any column takes any value: a time is a text in one of many forms, or a number.
    const __STORED: Option<&'static str> = Some("quote");

    fn __push_text<'b>(out: &mut AstPass<'_, 'b, Self>, text: &'b str) -> QueryResult<()> {
        out.push_bind_param::<Text, str>(text)
    }

    const __READ_BACK: ReadBack = ReadBack::Returning;
    const __NULL_SAFE_EQUALITY: Option<&'static str> = Some(" IS ");

    fn __kept(_signed: bool) -> (&'static str, &'static str) {
        ("", "")
    }

    fn __equality_is_exact<ST, U>() -> bool
    where
        U: Bindable<ST, Self>,
    {
        U::__metadata(&mut ()) != SqliteType::Text
    }

    fn __is_integer<ST, U>() -> bool
    where
        U: Bindable<ST, Self>,
    {
        matches!(U::__metadata(&mut ()), SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long)
    }

    /// BINARY, because the column's own collation may be NOCASE or RTRIM. Values that are not text ignore it.
    fn __push_same<'b, ST, U>(
        out: &mut AstPass<'_, 'b, Self>,
        push_column: impl FnOnce(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
        push_value: impl FnOnce(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        U: Bindable<ST, Self>,
    {
        push_column(out)?;
        out.push_sql(" COLLATE BINARY IS ");
        push_value(out)
    }

    fn __write_bound<ST, U>(value: &U, out: &mut dyn fmt::Write) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>,
    {
        let mut text = String::new();
        write_bound::<ST, U, Self>(value, &mut (), &mut text)?;
        out.write_str(&one_spelling(text)).map_err(|error| Error::SerializationError(error.into()))
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

    /// Time does not advance while a statement runs.
    #[cfg(feature = "edit-lock")]
    const __EDIT_LOCKS: EditLocks = EditLocks {
        now_ms: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
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

    /// No network lies between the program and the database: a statement for many records takes longer than theirs
    /// together.
    const __BULK: Bulk = Bulk::Singles;
    const __ERROR_ENDS_TRANSACTION: bool = false;
    const __TUPLES: Tuples = Tuples {
        before: "(",
        first: "SELECT ",
        next: " UNION ALL SELECT ",
        after_number: "",
        last: "",
        after: ") AS s",
        names_first_tuple: true,
        texts_need_collations: false,
    };
    const __ORDERED_JOIN: &'static str = " CROSS JOIN ";
}

/// An expression for the words of a text, each with a space before and after it.
fn words(text: &str) -> String {
    let mut words = format!("' ' || {text} || ' '");
    for character in ["char(9)", "char(10)", "char(13)", "'('", "')'", "','", "';'", "'.'", "'\"'", "'`'", "'['", "']'"]
    {
        words = format!("replace({words}, {character}, ' ')");
    }
    for _ in 0..3 {
        words = format!("replace({words}, '  ', ' ')");
    }
    words
}

/// The views with this name.
fn from_views(path: &[String]) -> String {
    let (schema, table) = schema_and_table(path);
    let of_schema = schema.map(|schema| format!(" AND schema = {} COLLATE NOCASE", literal(schema)));
    let of_schema = of_schema.unwrap_or_default();
    format!("FROM pragma_table_list({}) WHERE type = 'view'{of_schema}", literal(table))
}

/// The triggers of the table, in each catalog that may hold them: the text before BEGIN, the text after it, and whether
/// it is ours.
fn triggers(path: &[String]) -> String {
    let (schema, table) = schema_and_table(path);
    let catalogs = match schema {
        Some(schema) => vec![format!("`{}`.sqlite_master", schema.replace('`', "``"))],
        None => vec!["sqlite_master".to_owned(), "sqlite_temp_master".to_owned()],
    };
    let (words, table) = (words("sql"), literal(table));
    let texts = catalogs.iter().map(|catalog| {
        format!(
            "SELECT {words} AS words, sql LIKE '%concurrency-diesel 1%' AS is_ours FROM {catalog} \
             WHERE type = 'trigger' AND tbl_name = {table} COLLATE NOCASE"
        )
    });
    let texts = texts.collect::<Vec<_>>().join(" UNION ALL ");
    let begin = "instr(upper(words), ' BEGIN ')";
    format!("(SELECT substr(words, 1, {begin}) AS beginning, substr(words, {begin}) AS body, is_ours FROM ({texts}))")
}

const fn keyword(event: WriteEvent) -> &'static str {
    match event {
        WriteEvent::Update => "UPDATE",
        WriteEvent::Delete => "DELETE",
    }
}

/// The schema, if one is named, and the table.
fn schema_and_table(path: &[String]) -> (Option<&str>, &str) {
    match path {
        [schema, table] => (Some(schema), table),
        path => (None, path.last().map_or("", String::as_str)),
    }
}
