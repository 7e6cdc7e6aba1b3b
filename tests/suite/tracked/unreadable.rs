//! A write whose answer cannot be read: it is done, and its result is unknown.

use crate::library::Counter;
use crate::library::prelude::*;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::result::Error::DeserializationError;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;

use crate::suite::fixtures::{article, with_article};
use crate::suite::models::articles;

/// A version that cannot be read if it is 2.
#[derive(Debug, Clone, Copy, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
struct Fussy(i64);

impl Counter for Fussy {
    type Integer = i64;

    fn from_integer(integer: i64) -> Self {
        Self(integer)
    }

    fn to_integer(&self) -> i64 {
        self.0
    }
}

impl<DB> ToSql<BigInt, DB> for Fussy
where
    DB: Backend,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<BigInt, DB> for Fussy
where
    DB: Backend,
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        match i64::from_sql(bytes)? {
            2 => Err("no version that anybody likes".into()),
            version => Ok(Self(version)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Conditional {
    id: i64,
    #[concurrent(merge = "sum")]
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: Fussy,
}

#[test]
fn a_write_whose_answer_cannot_be_read_is_in_doubt() {
    type Save = fn(&mut Tracked<Conditional>, &mut crate::engine::TestConnection) -> Result<(), ConcurrencyError>;
    let ways: [Save; 2] = [|record, conn| record.save_concurrent(conn), |record, conn| record.save_unchecked(conn)];
    for save in ways {
        let (_database, conn) = &mut with_article();
        let load = articles::table.find(1).select(Tracked::<Conditional>::as_select());
        let mut record = load.first(conn).unwrap();
        record.views += 5;
        let error = save(&mut record, conn).unwrap_err();
        let ConcurrencyError::OutcomeUnknown(cause) = &error else { panic!("not OutcomeUnknown: {error:?}") };
        assert!(matches!(**cause, DeserializationError(_)), "{cause:?}");
        assert_eq!((article(1, conn).views, article(1, conn).version), (5, 2));
        assert_eq!((record.version, record.changed_fields()), (Fussy(1), vec!["views"]));

        // The row has moved on to a version that can be read: whose five views it has is not known.
        diesel::update(articles::table.find(1)).set(articles::version.eq(3)).execute(conn).unwrap();
        let MergeError::InDoubt { fields, .. } = record.save_merging(conn).unwrap_err() else { panic!("not InDoubt") };
        assert_eq!(fields, ["views"]);
    }
}
