//! One value can be bound in several ways, owned or borrowed, and is still one key.

use crate::library::prelude::*;
use crate::library::{BulkError, transaction_concurrent};
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteValue};

use super::{Database, TestConnection};

diesel::table! {
    tags (name) {
        name -> Text,
        uses -> BigInt,
        version -> BigInt,
    }
}

/// A text that is bound owned if it had to be changed, and borrowed otherwise.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
struct Name {
    text: String,
    is_owned: bool,
}

impl ToSql<Text, Sqlite> for Name {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        if self.is_owned {
            out.set_value(self.text.clone());
        } else {
            out.set_value(self.text.as_str());
        }
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Sqlite> for Name {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self { text, is_owned: false })
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = tags, primary_key(name))]
struct Tag {
    name: Name,
    uses: i64,
    #[concurrent(version)]
    version: i64,
}

fn with_tags() -> (Database, TestConnection, Vec<Tag>) {
    let database = Database::new();
    let mut conn = database.connect();
    let tags = "CREATE TABLE tags (name TEXT PRIMARY KEY, uses BIGINT NOT NULL, version BIGINT NOT NULL);
        INSERT INTO tags VALUES ('BorrowedString(', 0, 1), ('b', 0, 1)";
    conn.batch_execute(tags).unwrap();
    let tags = tags::table.order(tags::name).select(Tag::as_select()).load(&mut conn).unwrap();
    (database, conn, tags)
}

#[test]
fn a_batch_knows_a_key_in_both_spellings() {
    let (_database, conn, tags) = &mut with_tags();
    let mut twice = [tags[0].clone(), tags[1].clone(), tags[0].clone()];
    twice[2].name.is_owned = true;
    let Err(BulkError::SameKey { first, second, .. }) = twice.save_all_concurrent(conn) else { panic!("not SameKey") };
    assert_eq!((first, second), (0, 2));
    tags[1].name.is_owned = true;
    tags.save_all_concurrent(conn).unwrap();
    assert_eq!((tags[0].version, tags[1].version), (2, 2));
}

#[test]
fn a_transaction_knows_a_record_whose_key_is_bound_otherwise_by_its_end() {
    let (_database, conn, tags) = &mut with_tags();
    let rolled_back = transaction_concurrent(conn, &mut *tags, |conn, tags| {
        for tag in tags.iter_mut() {
            tag.save_concurrent(conn)?;
            tag.name.is_owned = true;
        }
        tags.reverse();
        Err::<(), _>(ConcurrencyError::Database(diesel::result::Error::RollbackTransaction))
    });
    assert!(rolled_back.is_err());
    assert_eq!(tags.iter().map(|tag| tag.version).collect::<Vec<_>>(), [1, 1]);
}
