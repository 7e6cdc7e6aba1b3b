//! The traits of a versioned record. `#[derive(Concurrent)]` implements them; `dsl` holds the methods that users call.

use std::any::TypeId;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use concurrency_core::{InitialVersion, VersionField, VersionValue};
use diesel::dsl::SqlTypeOf;
use diesel::query_builder::QueryFragment;
use diesel::result::QueryResult;
use diesel::sql_types::SingleValue;
use diesel::{Column, Table};

use crate::backend::{ConcurrencyBackend, WriteEvent};
use crate::bind::VersionOn;
use crate::columns::{ColumnVisitor, ConcurrentColumns, ConcurrentColumnsOn};
use crate::memory::Memory;
use crate::tracked::ColumnSets;

/// A record with a version, whatever database it lives in. Derive it: see [the derive](derive@crate::Concurrent).
///
/// `T: Concurrent` is all that generic code needs to name a record; to save one it needs [`ConcurrentOn`], too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no version that could be checked",
    label = "this record has no `#[derive(Concurrent)]`",
    note = "add `#[derive(Concurrent)]` to `{Self}` and `#[concurrent(version)]` to its version field"
)]
pub trait Concurrent: ConcurrentColumns + Sized {
    /// The table the record is a row of.
    type Table: Table + 'static;

    /// The type of the version field.
    type Version;

    /// How the version advances.
    type VersionField: VersionField<Self::Version>;

    #[doc(hidden)]
    type __VersionColumn: Column<Table = Self::Table, SqlType: SingleValue> + Send + Sync + 'static;

    /// The version of a row that was never saved, for the insert.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use concurrency_diesel::prelude::*;
    ///
    /// diesel::table! {
    ///     articles (id) {
    ///         id -> BigInt,
    ///         title -> Text,
    ///         version -> BigInt,
    ///     }
    /// }
    ///
    /// #[derive(Concurrent)]
    /// #[diesel(table_name = articles)]
    /// struct Article {
    ///     id: i64,
    ///     title: String,
    ///     #[concurrent(version)]
    ///     version: i64,
    /// }
    ///
    /// let insert = diesel::insert_into(articles::table).values((
    ///     articles::title.eq("new"),
    ///     articles::version.eq(Article::initial_version()),
    /// ));
    /// assert_eq!(Article::initial_version(), 1);
    /// # let _ = insert;
    /// ```
    #[must_use]
    fn initial_version() -> Self::Version
    where
        Self::VersionField: InitialVersion<Self::Version>,
    {
        <Self::VersionField as InitialVersion<Self::Version>>::initial()
    }

    /// What the record remembers of its row, and so which of its columns a save writes.
    #[doc(hidden)]
    type __Memory: Memory<Self>;

    /// How a scope recognizes the record: by its type, lifetimes aside. The standard library's `TypeId::of` rejects
    /// types that borrow.
    #[doc(hidden)]
    fn __record_type() -> TypeId {
        typeid::of::<Self>()
    }

    #[doc(hidden)]
    fn __version(&self) -> &Self::Version;

    #[doc(hidden)]
    fn __set_version(&mut self, version: Self::Version);

    /// The sets of columns whose statements are kept prepared.
    #[doc(hidden)]
    fn __column_sets() -> &'static ColumnSets;

    /// The table's name in a [`RecordId`](concurrency_core::RecordId).
    #[doc(hidden)]
    fn __record_name() -> &'static str;

    #[doc(hidden)]
    fn __table() -> &'static Self::Table;

    /// What the program learns of the table while it runs.
    #[doc(hidden)]
    fn __table_facts() -> &'static TableFacts;

    /// The name that `#[concurrent(trigger_name = "…")]` gives the trigger of the version column.
    #[doc(hidden)]
    #[must_use]
    fn __trigger_name() -> Option<&'static str> {
        None
    }

    /// Writes the key's columns and values as errors show them: `shop "s", item 1`.
    #[doc(hidden)]
    fn __write_key(&self, out: &mut dyn fmt::Write) -> fmt::Result;

    /// The same, for a message: a long key is shortened.
    #[doc(hidden)]
    fn __key(&self) -> String {
        let mut key = Shortened(String::new());
        // If a user's `Debug` fails, its part is left out.
        let _ = self.__write_key(&mut key);
        key.0
    }

    #[doc(hidden)]
    fn __serialize(&self) -> Self::__Serialized {
        Self::__convert(self)
    }

    #[doc(hidden)]
    fn __version_value(&self) -> VersionValue {
        Self::VersionField::value(self.__version())
    }
}

/// A [`Concurrent`] record whose fields fit their columns on the backend `DB`: the bound of generic code that saves.
///
/// There is nothing to implement. Over a connection `C` generic code needs these bounds:
///
/// | for | bounds |
/// |---|---|
/// | saves, updates, deletes, checks and batches | `T: ConcurrentOn<C::Backend>` |
/// | `current`, `at_version`, `reload_concurrent` | `T: ConcurrentOn<C::Backend> + LoadableOn<C>` |
/// | `save_resolving` | `T: ConcurrentOn<C::Backend> + LoadableOn<C> + Clone` |
/// | a [`Tracked<T>`](crate::Tracked), and its saves | `T: ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + Trackable + Clone` |
/// | `save_merging` | the same, and `LoadableOn<C>` |
///
/// `C` is `LoadConnection<Backend: ConcurrencyBackend>`. For awaited code the traits of the same names are in the
/// module `asynchronous`.
///
/// ```
/// use concurrency_diesel::prelude::*;
/// use concurrency_diesel::{ConcurrencyBackend, ConcurrentOn};
/// use diesel::connection::LoadConnection;
///
/// fn save_both<T, C>(first: &mut T, second: &mut T, conn: &mut C) -> Result<(), ConcurrencyError>
/// where
///     C: LoadConnection<Backend: ConcurrencyBackend>,
///     T: ConcurrentOn<C::Backend>,
/// {
///     conn.transaction(|conn| {
///         first.save_concurrent(conn)?;
///         second.save_concurrent(conn)
///     })
/// }
/// ```
///
/// ```
/// use concurrency_diesel::prelude::*;
/// use concurrency_diesel::{ConcurrencyBackend, ConcurrentOn, LoadableOn, Trackable};
/// use diesel::connection::LoadConnection;
///
/// fn reload_and_touch<T, C>(record: &mut T, conn: &mut C) -> Result<(), ConcurrencyError>
/// where
///     C: LoadConnection<Backend: ConcurrencyBackend>,
///     T: ConcurrentOn<C::Backend> + LoadableOn<C>,
/// {
///     record.reload_concurrent(conn)?;
///     record.touch_concurrent(conn)
/// }
///
/// fn merge<T, C>(record: &mut Tracked<T>, conn: &mut C) -> Result<(), MergeError<T>>
/// where
///     C: LoadConnection<Backend: ConcurrencyBackend>,
///     T: ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + LoadableOn<C> + Trackable + Clone,
/// {
///     record.save_merging(conn)
/// }
///
/// fn save_tracked<T, C>(record: &mut Tracked<T>, conn: &mut C) -> Result<(), ConcurrencyError>
/// where
///     C: LoadConnection<Backend: ConcurrencyBackend>,
///     T: ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + Trackable + Clone,
/// {
///     record.save_concurrent(conn)
/// }
///
/// fn take_mine<T, C>(record: &mut T, conn: &mut C) -> Result<(), ConcurrencyError>
/// where
///     C: LoadConnection<Backend: ConcurrencyBackend>,
///     T: ConcurrentOn<C::Backend> + LoadableOn<C> + Clone,
/// {
///     record.save_resolving(conn, concurrency_diesel::client_wins)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be saved on `{DB}`",
    note = "a record needs `#[derive(Concurrent)]`; code that is generic over its record `T` needs `T: ConcurrentOn<C::Backend>`",
    note = "the closure of `transaction_concurrent` is given a `&mut &mut` reference; list the record in a nested one as `&mut **record`",
    note = "the backends are `Sqlite`, `Pg` and `Mysql` (MySQL and MariaDB); each needs the feature of its name of concurrency-diesel"
)]
pub trait ConcurrentOn<DB: ConcurrencyBackend>:
    Concurrent<Table: QueryFragment<DB>, Version: VersionOn<SqlTypeOf<<Self as Concurrent>::__VersionColumn>, DB>>
    + ConcurrentColumnsOn<DB>
{
    /// Shows the visitor each column of the key.
    #[doc(hidden)]
    fn __visit_key<'b, W>(visitor: &mut W) -> QueryResult<()>
    where
        Self: 'b,
        W: ColumnVisitor<'b, Self, DB>;
}

/// A text that ends where it would be too long to read.
struct Shortened(String);

impl Shortened {
    const BYTES: usize = 300;
}

impl fmt::Write for Shortened {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = Self::BYTES.saturating_sub(self.0.len());
        if text.len() <= room {
            self.0.push_str(text);
            return Ok(());
        }
        let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        self.0.push_str(text.get(..end).unwrap_or_default());
        self.0.push('…');
        // This stops the writer.
        Err(fmt::Error)
    }
}

/// What the program learns of a record's table while it runs.
#[doc(hidden)]
#[derive(Debug)]
pub struct TableFacts {
    /// Its SQL name, once Diesel was asked for it: Diesel does not keep it as text.
    name: OnceLock<String>,
    /// The same in its parts.
    path: OnceLock<Vec<String>>,
    /// Whether it is a view, once that was asked.
    relation: AtomicU8,
    /// Whether it is a view without a trigger for UPDATEs, or for DELETEs.
    unwritable: [AtomicU8; 2],
    /// Whether triggers or rules that may replace its UPDATEs or its DELETEs by other writes existed when last asked.
    turning: [AtomicU8; 2],
}

impl TableFacts {
    #[allow(clippy::new_without_default, reason = "only the derive makes one")]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            name: OnceLock::new(),
            path: OnceLock::new(),
            relation: AtomicU8::new(0),
            unwritable: [const { AtomicU8::new(0) }; 2],
            turning: [const { AtomicU8::new(0) }; 2],
        }
    }

    /// Whether it was a view when last asked; `None` if never asked.
    pub(crate) fn is_view(&self) -> Option<bool> {
        known(&self.relation)
    }

    pub(crate) fn set_view(&self, is_view: bool) {
        know(&self.relation, is_view);
    }

    /// Whether it was a view without a trigger for such a write when last asked.
    pub(crate) fn is_unwritable(&self, event: WriteEvent) -> bool {
        known(of(&self.unwritable, event)) == Some(true)
    }

    pub(crate) fn set_unwritable(&self, event: WriteEvent, is_unwritable: bool) {
        know(of(&self.unwritable, event), is_unwritable);
    }

    /// Whether such a write may be replaced by another; `None` if never asked.
    pub(crate) fn is_turned(&self, event: WriteEvent) -> Option<bool> {
        known(of(&self.turning, event))
    }

    pub(crate) fn set_turned(&self, event: WriteEvent, is_turned: bool) {
        know(of(&self.turning, event), is_turned);
    }
}

/// The fact about writes of this kind.
const fn of([updates, deletes]: &[AtomicU8; 2], event: WriteEvent) -> &AtomicU8 {
    match event {
        WriteEvent::Update => updates,
        WriteEvent::Delete => deletes,
    }
}

/// A fact, or `None` if it was never asked.
fn known(fact: &AtomicU8) -> Option<bool> {
    match fact.load(Ordering::Relaxed) {
        0 => None,
        fact => Some(fact == 2),
    }
}

fn know(fact: &AtomicU8, is_so: bool) {
    fact.store(if is_so { 2 } else { 1 }, Ordering::Relaxed);
}

/// The SQL name of a record's table, unquoted; `schema.table` where the `table!` names a schema.
pub(crate) fn table_name<T, DB>() -> &'static str
where
    T: Concurrent<Table: QueryFragment<DB>>,
    DB: ConcurrencyBackend,
{
    T::__table_facts().name.get_or_init(|| table_path::<T, DB>().join("."))
}

/// The same, as Diesel's query builder writes it: the schema, if one is named, and the table.
pub(crate) fn table_path<T, DB>() -> &'static [String]
where
    T: Concurrent<Table: QueryFragment<DB>>,
    DB: ConcurrencyBackend,
{
    T::__table_facts().path.get_or_init(|| {
        let sql = diesel::debug_query::<DB, _>(T::__table()).to_string();
        unquote(sql.rsplit_once(" -- binds: ").map_or(sql.as_str(), |(name, _)| name))
    })
}

/// Splits a name at its dots and unquotes its parts, as Diesel's query builders quote them. A doubled quote is a quote.
fn unquote(quoted: &str) -> Vec<String> {
    let Some(quote) = quoted.chars().next().filter(|first| matches!(first, '"' | '`')) else {
        return vec![quoted.to_owned()];
    };
    let mut parts = Vec::new();
    let mut part = String::with_capacity(quoted.len());
    let mut characters = quoted.chars().peekable();
    let mut inside = false;
    while let Some(character) = characters.next() {
        if character == quote {
            if inside && characters.next_if_eq(&quote).is_some() {
                part.push(quote);
            } else {
                inside = !inside;
            }
        } else if inside {
            part.push(character);
        } else {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.push(part);
    parts
}

/// The SQL type of a record's version column.
pub(crate) type VersionSqlType<T> = SqlTypeOf<<T as Concurrent>::__VersionColumn>;

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn names_are_unquoted_as_diesel_quotes_them() {
        assert_eq!(unquote("`articles`"), ["articles"]);
        assert_eq!(unquote(r#""shop"."order""#), ["shop", "order"]);
        assert_eq!(unquote(r#""sh.op"."or"".""der""#), ["sh.op", r#"or"."der"#]);
        assert_eq!(unquote(r#""a"" -- b""#), [r#"a" -- b"#]);
        assert_eq!(unquote("`the ``best```"), ["the `best`"]);
        assert_eq!(unquote(r#"`say "hi"`"#), [r#"say "hi""#]);
    }
}
