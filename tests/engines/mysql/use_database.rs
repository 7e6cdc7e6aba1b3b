//! A database for each tenant, and one connection that changes between them with `USE`: a statement that is kept prepared stays in the
//! database that it was prepared in. What the guide names as right is right.

use crate::library::prelude::*;
use crate::library::testing::{Guarantee, check_model};
use diesel::connection::{CacheSize, SimpleConnection as _};
use diesel::prelude::*;

use super::{Database, TestConnection};

diesel::table! { tenant_docs (id) { id -> BigInt, body -> VarChar, version -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Queryable, QueryableByName, Selectable, Concurrent)]
#[diesel(table_name = tenant_docs)]
struct Doc {
    id: i64,
    body: String,
    #[concurrent(version)]
    version: i64,
}

/// Two databases with a document of each tenant's; that of the second is one version ahead.
fn tenants() -> [Database; 2] {
    let databases = [Database::new(), Database::new()];
    for (database, version) in databases.iter().zip([1, 2]) {
        let name = name(database);
        database
            .connect()
            .batch_execute(&format!(
                "CREATE TABLE tenant_docs (id BIGINT PRIMARY KEY, body VARCHAR(200) NOT NULL, version BIGINT NOT NULL);
                 INSERT INTO tenant_docs VALUES (1, 'of {name}', {version})"
            ))
            .unwrap();
    }
    databases
}

fn name(database: &Database) -> String {
    database.url().rsplit_once('/').unwrap().1.to_owned()
}

/// The document of the current database, by a statement that Diesel does not keep.
fn doc(conn: &mut TestConnection) -> Doc {
    diesel::sql_query("SELECT id, body, version FROM tenant_docs").get_result(conn).unwrap()
}

/// Saves each tenant's document three times in turn, on what `connection` gives for the tenant.
fn assert_each_tenant_has_its_own(mut save: impl FnMut(&Database, &mut dyn FnMut(&mut TestConnection))) {
    let databases = tenants();
    for round in 1..=3 {
        for (database, loaded) in databases.iter().zip([round, round + 1]) {
            let body = format!("round {round} of {}", name(database));
            save(database, &mut |conn| {
                let mut mine = doc(conn);
                assert_eq!(mine.version, loaded);
                mine.body.clone_from(&body);
                mine.save_concurrent(conn).unwrap();
            });
        }
    }
    for (database, version) in databases.iter().zip([4, 5]) {
        let row = doc(&mut database.connect());
        assert_eq!(row, Doc { id: 1, body: format!("round 3 of {}", name(database)), version });
    }
}

#[test]
fn a_connection_of_its_own_writes_the_tenants_row() {
    let mut connections = std::collections::HashMap::new();
    assert_each_tenant_has_its_own(|database, save| {
        save(connections.entry(name(database)).or_insert_with(|| database.connect()));
    });
}

#[test]
fn without_kept_statements_use_changes_the_tenant() {
    let server = Database::new();
    let mut conn = server.connect();
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    assert_each_tenant_has_its_own(|database, save| {
        conn.batch_execute(&format!("USE {}", name(database))).unwrap();
        save(&mut conn);
    });
}

/// `CacheSize::Disabled` empties the cache, so that the next tenant starts with an empty one.
#[test]
fn kept_statements_that_are_thrown_away_do_not_reach_the_next_tenant() {
    let server = Database::new();
    let mut conn = server.connect();
    assert_each_tenant_has_its_own(|database, save| {
        conn.batch_execute(&format!("USE {}", name(database))).unwrap();
        conn.set_prepared_statement_cache_size(CacheSize::Disabled);
        conn.set_prepared_statement_cache_size(CacheSize::Unbounded);
        save(&mut conn);
    });
}

/// `check_model` names it on a connection that it has seen in both databases.
#[test]
fn a_checked_model_is_told_that_its_connection_changed_the_database() {
    let databases = tenants();
    let mut conn = databases[0].connect();
    let load = |conn: &mut TestConnection| Ok(doc(conn));
    let edit = |doc: &mut Doc| doc.body.push('!');
    check_model::<Doc, _>(&mut conn, load, edit).unwrap();
    conn.batch_execute(&format!("USE {}", name(&databases[1]))).unwrap();
    let error = check_model::<Doc, _>(&mut conn, load, edit).unwrap_err();
    assert_eq!(error.findings()[0].guarantee, Guarantee::CurrentDatabase);
    let problem = "`USE` changed the database, and statements that are kept prepared stay in the one before; take a connection for \
                   each database, name the schema in `table!`, or switch the connection's statement cache off";
    assert_eq!(error.findings()[0].problem, problem);

    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    check_model::<Doc, _>(&mut conn, load, edit).unwrap();
    conn.batch_execute(&format!("USE {}", name(&databases[0]))).unwrap();
    check_model::<Doc, _>(&mut conn, load, edit).unwrap();
}

diesel::table! {
    concurrency_shop.tenant_items (id) { id -> BigInt, amount -> Integer, version -> BigInt, }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = tenant_items)]
struct Item {
    id: i64,
    amount: i32,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_table_with_its_schema_is_the_same_whatever_the_database() {
    let databases = tenants();
    let mut conn = databases[0].connect();
    conn.batch_execute(
        "CREATE DATABASE IF NOT EXISTS concurrency_shop CHARACTER SET utf8mb4;
         CREATE TABLE IF NOT EXISTS concurrency_shop.tenant_items (
             id BIGINT PRIMARY KEY, amount INTEGER NOT NULL, version BIGINT NOT NULL)",
    )
    .unwrap();
    let id = i64::from(std::process::id());
    diesel::replace_into(tenant_items::table).values(Item { id, amount: 0, version: 1 }).execute(&mut conn).unwrap();
    let mut item: Item = tenant_items::table.find(id).first(&mut conn).unwrap();
    for (amount, database) in (1..).zip(databases.iter().cycle().take(4)) {
        conn.batch_execute(&format!("USE {}", name(database))).unwrap();
        item.amount = amount;
        item.save_concurrent(&mut conn).unwrap();
        assert_eq!(tenant_items::table.find(id).first::<Item>(&mut conn), Ok(item.clone()));
    }
    item.delete_concurrent(&mut conn).unwrap();
}

/// The problem that the guide warns about. A `sql_query` of Diesel, which is not kept prepared, shows the true rows. If
/// a server or a driver fixes the problem, this test fails, and the warning can go.
#[test]
fn a_kept_statement_stays_in_its_database() {
    let databases = tenants();
    let mut conn = databases[0].connect();
    doc(&mut conn).save_concurrent(&mut conn).unwrap();
    conn.batch_execute(&format!("USE {}", name(&databases[1]))).unwrap();
    let mut mine = doc(&mut conn);
    assert_eq!(mine.version, 2);
    mine.body = "of the wrong tenant".to_owned();
    mine.save_concurrent(&mut conn).unwrap();
    assert_eq!(doc(&mut databases[0].connect()).body, "of the wrong tenant");
}
