//! `check_model` on tables that only MySQL and MariaDB have.

use crate::library::prelude::*;
use crate::library::testing::{Guarantee, check_model};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::TestConnection;
use crate::suite::fixtures::{article, with_article};
use crate::suite::models::{Article, articles};

#[test]
fn a_table_without_transactions_is_named_and_not_written() {
    let (_database, conn) = &mut with_article();
    conn.batch_execute("ALTER TABLE articles ENGINE = MyISAM").unwrap();
    let before = article(1, conn);
    let load = |conn: &mut TestConnection| articles::table.find(1).select(Article::as_select()).first(conn);
    let error = check_model::<Article, _>(conn, load, |article| article.views += 1).unwrap_err();
    assert_eq!(error.findings().len(), 1, "{error}");
    assert_eq!(error.findings()[0].guarantee, Guarantee::RollsBack);
    assert_eq!(
        error.findings()[0].problem,
        "articles is kept by the engine MyISAM, which cannot roll back, so that a part could stay written; convert it \
         with ALTER TABLE … ENGINE = InnoDB, or write each record by itself"
    );
    assert_eq!(article(1, conn), before);
}

diesel::table! {
    moments (id) {
        id -> BigInt,
        value -> Integer,
        version -> Timestamp,
    }
}

#[derive(Queryable, Selectable, Concurrent)]
#[diesel(table_name = moments)]
struct Moment {
    id: i64,
    value: i32,
    #[concurrent(version = TimestampVersionField)]
    version: chrono::NaiveDateTime,
}

/// The mistake that the documentation warns of: without `(6)` the column cuts the version.
#[test]
fn a_version_column_without_microseconds_is_found() {
    let (_database, conn) = &mut with_article();
    let load = |conn: &mut TestConnection| moments::table.find(1).select(Moment::as_select()).first(conn);
    let edit = |moment: &mut Moment| moment.value += 1;
    for (column, is_right) in [("DATETIME", false), ("DATETIME(6)", true)] {
        let create = format!(
            "DROP TABLE IF EXISTS moments;
             CREATE TABLE moments (id BIGINT PRIMARY KEY, value INTEGER NOT NULL, version {column} NOT NULL);
             INSERT INTO moments VALUES (1, 0, '2020-02-02 02:02:02')"
        );
        conn.batch_execute(&create).unwrap();
        match check_model::<Moment, _>(conn, load, edit) {
            Ok(()) => assert!(is_right),
            Err(error) => {
                assert!(!is_right, "{error}");
                assert_eq!(error.findings()[0].guarantee, Guarantee::OneStep);
                assert!(error.findings()[0].problem.contains("a column type that changes the version"), "{error}");
            }
        }
    }
}
