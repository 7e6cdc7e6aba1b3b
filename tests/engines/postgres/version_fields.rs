//! The version fields that only this engine has, or for which it has its own type.

use std::io::Write as _;

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{IsNull, Output, ToSql};

use super::{Database, TestConnection};
use crate::suite::every_field::every_behaviour_of;

every_behaviour_of!(
    xmin,
    XminVersionField,
    concurrency_diesel::Xid as concurrency_diesel::sql_types::Xid,
    column = "",
    sql_name = "xmin",
    read_back = true,
    insert = database
);
every_behaviour_of!(
    uuid,
    RandomVersionField,
    uuid::Uuid as diesel::sql_types::Uuid,
    column = ", version UUID NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = initial
);
every_behaviour_of!(
    chrono_timestamp, TimestampVersionField, chrono::DateTime<chrono::Utc> as diesel::sql_types::Timestamptz,
    column = ", version TIMESTAMPTZ NOT NULL", sql_name = "version", read_back = false, insert = initial
);
every_behaviour_of!(
    time_timestamp,
    TimestampVersionField,
    time::OffsetDateTime as diesel::sql_types::Timestamptz,
    column = ", version TIMESTAMPTZ NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = initial
);

/// A write by any program is noticed without a column and without a trigger.
#[test]
fn xmin_notices_writes_that_know_nothing_of_versions() {
    diesel::table! {
        articles (id) {
            id -> BigInt,
            title -> Text,
            xmin -> concurrency_diesel::sql_types::Xid,
        }
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = articles)]
    struct Article {
        id: i64,
        title: String,
        #[concurrent(version = XminVersionField)]
        xmin: concurrency_diesel::Xid,
    }

    /// Only the key and the version. There is no column that could be set to itself.
    #[derive(Concurrent)]
    #[diesel(table_name = articles)]
    struct Bare {
        id: i64,
        #[concurrent(version = XminVersionField)]
        xmin: concurrency_diesel::Xid,
    }

    let database = Database::new();
    let conn = &mut database.connect();
    crate::suite::fixtures::insert_article(1, 1, conn);
    let load = |conn: &mut TestConnection| -> Article {
        articles::table.find(1).select(Article::as_select()).first(conn).unwrap()
    };
    let mut stale = load(conn);
    conn.batch_execute("UPDATE articles SET views = views WHERE id = 1").unwrap();
    let row = load(conn);
    assert_ne!(row.xmin, stale.xmin);
    let error = stale.save_concurrent(conn).unwrap_err();
    assert!(
        matches!(&error, ConcurrencyError::RecordModified(error)
            if (&error.expected, &error.found) == (&stale.xmin.0.into(), &row.xmin.0.into())),
        "{error:?}"
    );

    let mut bare = Bare { id: row.id, xmin: row.xmin };
    bare.save_concurrent(conn).unwrap();
    bare.touch_concurrent(conn).unwrap();
    assert_eq!(bare.xmin, load(conn).xmin);

    #[derive(AsChangeset)]
    #[diesel(table_name = articles)]
    struct Nothing {
        title: Option<String>,
    }
    let current = load(conn);
    let version = current.update_concurrent(Nothing { title: None }, conn).unwrap();
    assert_eq!((load(conn).xmin, &load(conn).title), (version, &current.title));

    // Two saves in one transaction share a version, as documented; a save in a savepoint has its own.
    let mut record = load(conn);
    conn.transaction(|conn| {
        record.save_concurrent(conn)?;
        let first = record.xmin;
        record.save_concurrent(conn)?;
        assert_eq!(record.xmin, first);
        conn.transaction(|conn| record.save_concurrent(conn))?;
        assert_ne!(record.xmin, first);
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    assert_eq!(load(conn), record);
}

/// `json` has no equality, so a conditional version compares it as text.
#[test]
fn types_without_equality_are_compared_as_text() {
    use diesel::sql_types::Json;

    diesel::table! {
        documents (id) {
            id -> BigInt,
            content -> Nullable<Json>,
            tags -> Array<Text>,
            version -> BigInt,
        }
    }

    #[derive(Debug, diesel::expression::AsExpression)]
    #[diesel(sql_type = Json)]
    struct JsonText(&'static str);

    impl ToSql<Json, Pg> for JsonText {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
            out.write_all(self.0.as_bytes())?;
            Ok(IsNull::No)
        }
    }

    #[derive(Concurrent)]
    #[diesel(table_name = documents)]
    struct Document {
        id: i64,
        content: Option<JsonText>,
        tags: Vec<String>,
        #[concurrent(version = ConditionalVersionField)]
        version: i64,
    }

    let database = Database::new();
    let conn = &mut database.connect();
    conn.batch_execute(
        "CREATE TABLE documents (id BIGINT PRIMARY KEY, content JSON, tags TEXT[] NOT NULL, version BIGINT NOT NULL);
         INSERT INTO documents VALUES (1, '{}', '{}', 1)",
    )
    .unwrap();
    let mut document = Document { id: 1, content: Some(JsonText("{}")), tags: Vec::new(), version: 1 };
    type Edit = fn(&mut Document);
    let steps: [(Edit, i64); 6] = [
        (|_| (), 1),
        (|document| document.content = Some(JsonText(r#"{"a": 1}"#)), 2),
        (|_| (), 2),
        (|document| document.content = None, 3),
        (|document| document.tags = vec!["a".to_owned()], 4),
        (|document| document.tags = vec!["A".to_owned()], 5),
    ];
    for (edit, version) in steps {
        edit(&mut document);
        document.save_concurrent(conn).unwrap();
        assert_eq!(document.version, version);
    }
}
