//! The tables that are written: a model for each version field, all with the same columns. Which of them an engine has is said there.

use std::fmt::Debug;

use crate::library::prelude::*;
use crate::library::{ConcurrentOn, LoadableOn, Trackable, VersionField, VersionValue};
use diesel::connection::Connection;
use diesel::result::QueryResult;

use super::copies::{Copies, CopiesOf};
use super::log::{Sides, State, Table};
use crate::engine::TestConnection;

/// A record of one of the tables.
pub trait Model:
    Send
    + ConcurrentOn<<TestConnection as Connection>::Backend>
    + LoadableOn<TestConnection>
    + Trackable
    + Clone
    + PartialEq
    + Debug
    + 'static
{
    const TABLE: Table;
    /// The table's name in the database.
    const NAME: &'static str;
    /// The version column in CREATE TABLE; empty if the engine brings its own.
    const COLUMN: &'static str;
    /// The version of a row as an integer, in SQL.
    const VERSION: &'static str;

    fn load(id: i64, connection: &mut TestConnection) -> QueryResult<Option<Self>>;
    /// A new row, and the record if its version is known.
    fn insert(id: i64, write: i64, connection: &mut TestConnection) -> QueryResult<Option<Self>>;
    fn update(&self, write: i64, connection: &mut TestConnection) -> Result<Self::Version, ConcurrencyError>;
    /// Puts the number of a write into these sides.
    fn edit(&mut self, sides: Sides, write: i64);
    fn state(&self) -> State;

    /// A version as the checker knows it.
    fn number(version: &Self::Version) -> i64 {
        number(&Self::VersionField::value(version))
    }
}

/// An integer version as the checker knows it.
pub fn number(version: &VersionValue) -> i64 {
    match version {
        VersionValue::Integer(integer) => i64::try_from(*integer).unwrap(),
        VersionValue::Text(_) | VersionValue::Null => panic!("the versions are integers: {version}"),
    }
}

/// The version of a row that this write inserts: counted on from it, no row comes to a version that one before it had.
pub const fn first_version(write: i64) -> i64 {
    write << 16
}

/// The facts about a table that need no record.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    pub table: Table,
    pub name: &'static str,
    pub column: &'static str,
    pub version: &'static str,
    /// The client's copies, none at first.
    pub copies: fn() -> Box<dyn Copies>,
}

impl Description {
    pub const fn of<T: Model>() -> Self {
        let copies = || -> Box<dyn Copies> { Box::new(CopiesOf::<T>::default()) };
        Self { table: T::TABLE, name: T::NAME, column: T::COLUMN, version: T::VERSION, copies }
    }
}

macro_rules! history_table {
    (
        $(#[$attribute:meta])*
        $module:ident, $kind:ident, $table:ident, $field:ident, $version:ty as $sql_type:ty,
        column = $column:literal, sql_name = $sql_name:literal, integer = $integer:literal, insert = $insert:tt
    ) => {
        mod $module {
            use crate::library::prelude::*;
            use diesel::prelude::*;

            use crate::engine::TestConnection;
            use crate::history::checker::text;
            use crate::history::log::{Sides, State, Table};
            use crate::history::table::Model;

            diesel::table! {
                $table (id) {
                    id -> BigInt,
                    left_write -> BigInt,
                    left_text -> Text,
                    right_write -> BigInt,
                    right_text -> Text,
                    #[sql_name = $sql_name]
                    version -> $sql_type,
                }
            }

            #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
            #[diesel(table_name = $table)]
            $(#[$attribute])*
            pub struct Record {
                id: i64,
                left_write: i64,
                left_text: String,
                right_write: i64,
                right_text: String,
                #[concurrent(version = concurrency_diesel::$field)]
                version: $version,
            }

            impl Model for Record {
                const TABLE: Table = Table::$kind;
                const NAME: &'static str = stringify!($table);
                const COLUMN: &'static str = $column;
                const VERSION: &'static str = $integer;

                /// Not kept prepared: on a Galera cluster the client library would hang.
                fn load(id: i64, connection: &mut TestConnection) -> QueryResult<Option<Self>> {
                    let is_not_kept = diesel::dsl::sql::<diesel::sql_types::Bool>("1 = 1");
                    $table::table.find(id).filter(is_not_kept).select(Self::as_select()).first(connection).optional()
                }

                fn insert(id: i64, write: i64, connection: &mut TestConnection) -> QueryResult<Option<Self>> {
                    let columns = (
                        $table::id.eq(id),
                        $table::left_write.eq(write),
                        $table::left_text.eq(text(write)),
                        $table::right_write.eq(write),
                        $table::right_text.eq(text(write)),
                    );
                    crate::history::table::history_table!(@insert $insert, $table, columns, id, write, connection)
                }

                fn update(
                    &self,
                    write: i64,
                    connection: &mut TestConnection,
                ) -> Result<Self::Version, ConcurrencyError> {
                    let changes = (
                        $table::left_write.eq(write),
                        $table::left_text.eq(text(write)),
                        $table::right_write.eq(write),
                        $table::right_text.eq(text(write)),
                    );
                    self.update_concurrent(changes, connection)
                }

                fn edit(&mut self, sides: Sides, write: i64) {
                    if sides.left {
                        (self.left_write, self.left_text) = (write, text(write));
                    }
                    if sides.right {
                        (self.right_write, self.right_text) = (write, text(write));
                    }
                }

                fn state(&self) -> State {
                    let version = Self::number(&self.version);
                    State { version, left: self.left_write, right: self.right_write }
                }
            }
        }
    };
    (@insert database, $table:ident, $columns:ident, $id:ident, $write:ident, $connection:ident) => {
        diesel::insert_into($table::table).values($columns).execute($connection).map(|_| None)
    };
    (@insert $version:tt, $table:ident, $columns:ident, $id:ident, $write:ident, $connection:ident) => {{
        let version = crate::history::table::history_table!(@version $version, $write);
        diesel::insert_into($table::table).values(($columns, $table::version.eq(version))).execute($connection)?;
        let mut record =
            Self { id: $id, left_write: 0, left_text: text(0), right_write: 0, right_text: text(0), version };
        record.edit(crate::history::operation::BOTH, $write);
        Ok(Some(record))
    }};
    (@version counted, $write:ident) => {
        crate::history::table::first_version($write)
    };
    (@version initial, $write:ident) => {
        Record::initial_version()
    };
}

history_table!(
    counter,
    Counter,
    history_counters,
    AutoIncVersionField,
    i64 as BigInt,
    column = ", version BIGINT NOT NULL",
    sql_name = "version",
    integer = "version",
    insert = counted
);
history_table!(
    clock,
    Clock,
    history_clocks,
    IntegerVersionField,
    i64 as BigInt,
    column = ", version BIGINT NOT NULL",
    sql_name = "version",
    integer = "version",
    insert = initial
);
history_table!(
    #[concurrent(check_fields(left_write, left_text))]
    conditional,
    Conditional,
    history_conditionals,
    ConditionalVersionField,
    i64 as BigInt,
    column = ", version BIGINT NOT NULL",
    sql_name = "version",
    integer = "version",
    insert = counted
);

/// The tables that every engine has.
pub const COMMON: [Description; 3] = [
    Description::of::<counter::Record>(),
    Description::of::<clock::Record>(),
    Description::of::<conditional::Record>(),
];

// An engine may have its own.
#[allow(unused_imports, reason = "not every engine has one")]
pub(crate) use history_table;
