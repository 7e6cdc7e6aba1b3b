//! NULL in a column whose field is not an `Option`.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{Error as DieselError, UnexpectedNullError};

use super::super::fixtures::{insert_article, with_article};
use super::super::models::{Article, articles};
use super::{WRITES, edited};
use crate::engine;

/// The row, without a type that refuses NULL.
type Row = (Option<String>, Option<i64>);

diesel::table! {
    #[sql_name = "articles"]
    nullable_articles (id) {
        id -> BigInt,
        title -> Nullable<Text>,
        version -> Nullable<BigInt>,
    }
}

fn row(conn: &mut engine::TestConnection) -> Row {
    let columns = (nullable_articles::title, nullable_articles::version);
    nullable_articles::table.find(1).select(columns).first(conn).unwrap()
}

#[track_caller]
fn assert_unexpected_null(error: &ConcurrencyError) {
    let ConcurrencyError::Database(DieselError::DeserializationError(inner)) = error else {
        panic!("not a DeserializationError: {error:?}");
    };
    assert!(inner.is::<UnexpectedNullError>(), "{error:?}");
    assert!(!error.is_conflict() && !error.is_retryable());
}

#[test]
fn a_null_version_under_a_model_without_an_option_is_refused() {
    let (_database, conn) = &mut with_article();
    let record = edited(&super::article(1, conn));
    conn.batch_execute(engine::ALLOW_NULLS).unwrap();
    diesel::delete(articles::table).execute(conn).unwrap();
    insert_article(1, 1, conn);
    diesel::update(nullable_articles::table).set(nullable_articles::version.eq(None::<i64>)).execute(conn).unwrap();

    for (name, write) in WRITES.into_iter().filter(|(name, _)| *name != "save_unchecked") {
        let mut written = record.clone();
        assert_unexpected_null(&write(&mut written, conn).unwrap_err());
        assert_eq!(written, record, "{name}");
        assert_eq!(row(conn), (Some("first".to_owned()), None), "{name}");
    }
    assert_unexpected_null(&record.check_concurrent(conn).unwrap_err());
    assert_unexpected_null(&record.current(conn).unwrap_err());
    let mut reloaded = record.clone();
    assert_unexpected_null(&reloaded.reload_concurrent(conn).unwrap_err());
    assert_eq!(reloaded, record);

    // It does not check the version, and counts NULL as 0, so it is the way out.
    let mut written = record.clone();
    written.save_unchecked(conn).unwrap();
    assert_eq!(written, Article { version: 1, ..record });
    assert_eq!(row(conn), (Some("edited".to_owned()), Some(1)));
    written.save_concurrent(conn).unwrap();
    assert_eq!(row(conn), (Some("edited".to_owned()), Some(2)));
}

#[test]
fn a_null_in_another_column_cannot_be_read_and_is_written_over() {
    let (_database, conn) = &mut with_article();
    let mut record = edited(&super::article(1, conn));
    conn.batch_execute(engine::ALLOW_NULLS).unwrap();
    diesel::delete(articles::table).execute(conn).unwrap();
    insert_article(1, 1, conn);
    diesel::update(nullable_articles::table).set(nullable_articles::title.eq(None::<String>)).execute(conn).unwrap();

    let before = record.clone();
    assert_unexpected_null(&record.reload_concurrent(conn).unwrap_err());
    assert_unexpected_null(&record.current(conn).unwrap_err());
    assert_eq!(record, before);
    assert_eq!(row(conn), (None, Some(1)));

    record.check_concurrent(conn).unwrap();
    record.save_concurrent(conn).unwrap();
    assert_eq!(row(conn), (Some("edited".to_owned()), Some(2)));
}
