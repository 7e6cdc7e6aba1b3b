//! Violated constraints, and keys that are none.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::super::fixtures::{article, author, insert_author, with_article};
use super::super::models::{Author, stock};
use super::assert_database;
use crate::engine::{self, TestConnection};

/// A model whose author forgot the second column of the key.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = stock, primary_key(shop))]
struct Shop {
    shop: String,
    amount: i32,
    #[concurrent(version)]
    version: i64,
}

diesel::table! {
    #[sql_name = "authors"]
    nameless_authors (id) {
        id -> BigInt,
        name -> Nullable<Text>,
        version -> Integer,
    }
}

/// A model that takes a column for nullable.
#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = nameless_authors)]
struct Nameless {
    id: i64,
    name: Option<String>,
    #[concurrent(version)]
    version: i32,
}

#[test]
fn a_violated_check_is_told_as_such() {
    let (_database, conn) = &mut with_article();
    let row = insert_author(1, "Ada", conn);
    let mut record = Author { name: String::new(), ..row.clone() };
    let kind = engine::check_violation(conn);

    assert_database(&record.save_concurrent(conn).unwrap_err(), kind, "");
    assert_database(&record.save_without_increment(conn).unwrap_err(), kind, "");
    assert_database(&record.save_unchecked(conn).unwrap_err(), kind, "");
    assert_eq!(record, Author { name: String::new(), ..row.clone() });
    assert_eq!(author(1, conn), row);

    "Augusta".clone_into(&mut record.name);
    record.save_concurrent(conn).unwrap();
    assert_eq!(author(1, conn), Author { version: 2, ..record });
}

#[test]
fn a_null_that_the_column_does_not_take_is_told_as_such() {
    let (_database, conn) = &mut with_article();
    let row = insert_author(1, "Ada", conn);
    let mut record = Nameless { id: 1, name: None, version: 1 };
    assert_database(&record.save_concurrent(conn).unwrap_err(), DatabaseErrorKind::NotNullViolation, "");
    assert_database(&record.save_unchecked(conn).unwrap_err(), DatabaseErrorKind::NotNullViolation, "");
    assert_eq!(record, Nameless { id: 1, name: None, version: 1 });
    assert_eq!(author(1, conn), row);
}

#[test]
fn a_violation_undoes_the_transaction_that_it_ends() {
    let (_database, conn) = &mut with_article();
    let row = article(1, conn);
    let author_row = insert_author(1, "Ada", conn);
    insert_author(2, "Bob", conn);
    let mut record = row.clone();
    let mut violating = Author { name: "Bob".to_owned(), ..author_row.clone() };
    let refused = conn.transaction(|conn| {
        record.save_concurrent(conn)?;
        violating.save_concurrent(conn)
    });
    assert_database(&refused.unwrap_err(), DatabaseErrorKind::UniqueViolation, "");
    assert_eq!(violating.version, 1);
    assert_eq!((article(1, conn), author(1, conn)), (row, author_row));
}

fn with_shop() -> (engine::Database, TestConnection) {
    let (database, mut conn) = with_article();
    conn.batch_execute("INSERT INTO stock (shop, item, amount) VALUES ('s', 1, 10), ('s', 2, 20), ('t', 1, 30)")
        .unwrap();
    (database, conn)
}

fn amounts(conn: &mut TestConnection) -> Vec<(i32, i64)> {
    stock::table.order((stock::shop, stock::item)).select((stock::amount, stock::version)).load(conn).unwrap()
}

#[track_caller]
fn assert_ambiguous(error: &ConcurrencyError) {
    let ConcurrencyError::Database(DieselError::QueryBuilderError(message)) = error else {
        panic!("not a QueryBuilderError: {error:?}");
    };
    assert_eq!(
        message.to_string(),
        "the key of stock is not unique: 2 rows have shop \"s\"; name every key column in \
         `#[diesel(primary_key(…))]`, and after a write roll back its transaction or, outside of one, correct these rows"
    );
    assert!(!error.is_conflict() && !error.is_retryable());
}

#[test]
fn a_key_that_is_not_unique_is_an_error_and_a_transaction_undoes_what_it_wrote() {
    type Call = fn(&mut Shop, &mut TestConnection) -> Result<(), ConcurrencyError>;
    const CALLS: [Call; 10] = [
        |record, conn| record.save_concurrent(conn),
        |record, conn| record.save_without_increment(conn),
        |record, conn| record.save_unchecked(conn),
        |record, conn| record.touch_concurrent(conn),
        |record, conn| record.update_concurrent(stock::amount.eq(5), conn).map(drop),
        |record, conn| record.delete_concurrent(conn),
        |record, conn| record.check_concurrent(conn),
        |record, conn| record.lock_concurrent(conn),
        |record, conn| record.current(conn).map(drop),
        |record, conn| record.reload_concurrent(conn),
    ];
    let (_database, conn) = &mut with_shop();
    let record = Shop { shop: "s".to_owned(), amount: 5, version: 1 };
    for call in CALLS {
        let mut written = record.clone();
        let refused = conn.transaction(|conn| call(&mut written, conn));
        assert_ambiguous(&refused.unwrap_err());
        assert_eq!(written, record);
        assert_eq!(amounts(conn), [(10, 1), (20, 1), (30, 1)]);
    }
}

/// The read that explains a conflict is as ambiguous as the write.
#[test]
fn a_conflict_of_a_key_that_is_not_unique_is_an_error_too() {
    let (_database, conn) = &mut with_shop();
    let mut record = Shop { shop: "s".to_owned(), amount: 5, version: 8 };
    assert_ambiguous(&record.save_concurrent(conn).unwrap_err());
    assert_eq!(record.version, 8);
    assert_eq!(amounts(conn), [(10, 1), (20, 1), (30, 1)]);

    let mut alone = Shop { shop: "t".to_owned(), amount: 5, version: 1 };
    alone.save_concurrent(conn).unwrap();
    assert_eq!(amounts(conn), [(10, 1), (20, 1), (5, 2)]);
}
