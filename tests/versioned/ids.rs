//! The table's part of a `RecordId`, and who else speaks for a record.

use concurrency_diesel::prelude::*;
use concurrency_diesel::testing::check_record_names;
use concurrency_diesel::{RecordId, VersionValue};

mod shop {
    diesel::table! { shop.orders (id) { id -> BigInt, version -> BigInt, } }
    diesel::table! { r#match (id) { id -> BigInt, version -> BigInt, } }
}

mod archive {
    diesel::table! { archive.orders (id) { id -> BigInt, version -> BigInt, } }
}

#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = shop::orders)]
struct Order {
    id: i64,
    #[concurrent(version)]
    version: i64,
}

/// Another struct over the same table.
#[derive(Concurrent)]
#[diesel(table_name = shop::orders)]
struct OrderForm {
    id: i64,
    #[concurrent(version)]
    version: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = archive::orders)]
struct Archived {
    id: i64,
    #[concurrent(version)]
    version: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = archive::orders)]
#[concurrent(record_name = "archived_orders")]
struct Named {
    id: i64,
    #[concurrent(version)]
    version: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = shop::r#match)]
struct Match {
    id: i64,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn the_table_is_the_last_part_of_its_path_unless_named() {
    assert_eq!(Order { id: 7, version: 1 }.record_id(), RecordId::new("orders", 7));
    assert_eq!(OrderForm { id: 7, version: 1 }.record_id(), RecordId::new("orders", 7));
    assert_eq!(Archived { id: 7, version: 1 }.record_id().to_string(), "orders/7");
    assert_eq!(Named { id: 7, version: 1 }.record_id().to_string(), "archived_orders/7");
    assert_eq!(Match { id: 7, version: 1 }.record_id().to_string(), "match/7");
}

#[test]
fn a_tracked_record_speaks_for_its_record() {
    let mut tracked = Tracked::new(Order { id: 7, version: 3 });
    tracked.version = 4;
    assert_eq!(tracked.record_id(), RecordId::new("orders", 7));
    assert_eq!(tracked.version_value(), VersionValue::Integer(4));
}

#[test]
fn two_tables_of_one_name_are_found() {
    assert!(check_record_names::<(Order, OrderForm, Match, Named, Tracked<Order>)>().is_ok());
    let error = check_record_names::<(Order, Match, Archived)>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "two tables are both named `orders` where records are named outside of the program: \
         `versioned::versioned::ids::shop::orders` and `versioned::versioned::ids::archive::orders`; give a struct over one of them \
         `#[concurrent(record_name = \"…\")]`"
    );
    let error = check_record_names::<(Archived, Named)>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "one table has two names where records are named outside of the program: \
         `versioned::versioned::ids::archive::orders` is `orders` and `archived_orders`; give all structs over it the same \
         `#[concurrent(record_name = \"…\")]`"
    );
}
