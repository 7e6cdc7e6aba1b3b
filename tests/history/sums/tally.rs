//! The records for counting, one for each kind of version: one that others also make, and one that no one else can have
//! made.

use std::fmt::Debug;

use crate::library::prelude::ConcurrencyError;
use crate::library::{ConcurrentOn, LoadableOn, Trackable, Tracked};
use diesel::connection::Connection;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;

use crate::engine::{self, TestConnection};
use crate::library;

/// Which save wrote the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Mark(pub i64);

impl Mark {
    /// Whether binding it panics, as a user's type may: not on diesel-async's SQLite, whose connection panics from then on at each use.
    pub fn panics(self) -> bool {
        let survives = engine::NAME != "SQLite" || library::ROLLS_BACK_AT_ONCE;
        survives && self.0 % 17 == 4
    }
}

impl<DB> ToSql<BigInt, DB> for Mark
where
    DB: diesel::backend::Backend,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        assert!(!self.panics(), "as it should");
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<BigInt, DB> for Mark
where
    DB: diesel::backend::Backend,
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

/// A record with a sum.
pub trait Tally:
    ConcurrentOn<<TestConnection as Connection>::Backend>
    + LoadableOn<TestConnection>
    + Trackable
    + Clone
    + Debug
    + PartialEq
    + Send
    + 'static
{
    const NAME: &'static str;
    /// The type of the version column, and the first version, in SQL.
    const COLUMN: &'static str;
    const FIRST: &'static str;

    fn load(id: i64, connection: &mut TestConnection) -> diesel::QueryResult<Tracked<Self>>;
    fn id(&self) -> i64;
    fn amount(&self) -> i64;
    fn add(&mut self, by: i64);
    fn mark(&mut self) -> &mut Mark;
    /// Saves it unchanged, or not at all.
    fn resolve(record: &mut Tracked<Self>, connection: &mut TestConnection) -> Result<(), ConcurrencyError>;
    /// In the trigger's form.
    fn version_text(&self) -> String;
}

macro_rules! tally {
    ($module:ident, $record:ident, $table:ident, $field:ident, $version:ty as $sql_type:ty, $column:literal, $first:literal) => {
        mod $module {
            use super::{Mark, Tally};
            use crate::engine::TestConnection;
            use crate::library::Tracked;
            use crate::library::prelude::*;
            use diesel::prelude::*;

            diesel::table! {
                $table (id) {
                    id -> BigInt,
                    amount -> BigInt,
                    mark -> BigInt,
                    version -> $sql_type,
                }
            }

            #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
            #[diesel(table_name = $table)]
            pub struct $record {
                id: i64,
                #[concurrent(merge = "sum")]
                amount: i64,
                #[concurrent(merge = "mine")]
                mark: Mark,
                #[concurrent(version = concurrency_diesel::$field)]
                version: $version,
            }

            impl Tally for $record {
                const NAME: &'static str = stringify!($table);
                const COLUMN: &'static str = $column;
                const FIRST: &'static str = $first;

                fn load(id: i64, connection: &mut TestConnection) -> QueryResult<Tracked<Self>> {
                    $table::table.find(id).select(Tracked::<Self>::as_select()).first(connection)
                }

                fn id(&self) -> i64 {
                    self.id
                }

                fn amount(&self) -> i64 {
                    self.amount
                }

                fn add(&mut self, by: i64) {
                    self.amount += by;
                }

                fn mark(&mut self) -> &mut Mark {
                    &mut self.mark
                }

                fn resolve(
                    record: &mut Tracked<Self>,
                    connection: &mut TestConnection,
                ) -> Result<(), ConcurrencyError> {
                    record.save_resolving(connection, |_| crate::library::Resolution::Fail)
                }

                fn version_text(&self) -> String {
                    self.version.to_string()
                }
            }
        }
        pub use $module::$record;
    };
}

tally!(counted, Counted, counted_sums, AutoIncVersionField, i64 as BigInt, "BIGINT NOT NULL", "1");
tally!(drawn, Drawn, drawn_sums, RandomVersionField, String as Text, "VARCHAR(60) NOT NULL", "'first'");
