//! A key of which a part may be NULL: the settings of a tenant, and those without a tenant.

use std::fmt::Debug;

use crate::library::prelude::*;
use crate::library::{BulkError, VersionValue};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::super::statements::Log;
use super::super::version_fields::assert_guarded;
use crate::engine::{Database, NULL_SAFE_KEY, TestConnection};

diesel::table! {
    shared_settings (tenant_id, name) {
        tenant_id -> Nullable<Integer>,
        name -> VarChar,
        value -> Text,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = shared_settings, primary_key(tenant_id, name))]
struct Setting {
    tenant_id: Option<i32>,
    name: String,
    value: String,
    #[concurrent(version)]
    version: i64,
}

fn setting(tenant_id: Option<i32>, name: &str) -> Setting {
    Setting { tenant_id, name: name.to_owned(), value: "dark".to_owned(), version: 1 }
}

/// Rows that share one half of the key with the theme without a tenant, and that row itself.
fn with_settings() -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE TABLE shared_settings (tenant_id INTEGER, name VARCHAR(40) NOT NULL, value VARCHAR(40) NOT NULL,
             version BIGINT NOT NULL, UNIQUE (tenant_id, name))",
    )
    .unwrap();
    for row in [setting(None, "theme"), setting(None, "font"), setting(Some(0), "theme"), setting(Some(7), "theme")] {
        diesel::insert_into(shared_settings::table).values(row).execute(&mut conn).unwrap();
    }
    (database, conn)
}

fn load(tenant_id: Option<i32>, name: &str, conn: &mut TestConnection) -> Setting {
    let named: Vec<Setting> = shared_settings::table.filter(shared_settings::name.eq(name)).load(conn).unwrap();
    named.into_iter().find(|setting| setting.tenant_id == tenant_id).unwrap()
}

#[track_caller]
fn assert_modified<E: Debug>(error: E, key: &str) {
    let error = format!("{error:?}");
    assert!(error.contains("RecordModified") && error.contains(&format!("key: {key:?}")), "{error}");
}

#[test]
fn a_key_with_a_null_is_guarded() {
    let (_database, conn) = &mut with_settings();
    assert_guarded(conn, |conn| load(None, "theme", conn), |row| VersionValue::from(row.version));
    for (tenant_id, name) in [(None, "font"), (Some(0), "theme"), (Some(7), "theme")] {
        assert_eq!(load(tenant_id, name, conn), setting(tenant_id, name), "the other rows are as they were");
    }
    assert_guarded(conn, |conn| load(Some(7), "theme", conn), |row| VersionValue::from(row.version));
}

#[test]
fn every_method_finds_the_row_whose_key_has_a_null() {
    let (_database, conn) = &mut with_settings();
    let mut mine = load(None, "theme", conn);
    let stale = mine.clone();

    mine.value = "light".to_owned();
    mine.save_concurrent(conn).unwrap();
    mine.save_without_increment(conn).unwrap();
    mine.touch_concurrent(conn).unwrap();
    mine.check_concurrent(conn).unwrap();
    mine.lock_concurrent(conn).unwrap();
    assert!(!mine.is_changed(conn).unwrap());
    assert_eq!(mine.current(conn).unwrap().as_ref(), Some(&mine));
    assert_eq!(mine.at_version(3, conn).unwrap().as_ref(), Some(&mine));
    assert_eq!(mine.version, 3);
    mine.version = mine.update_concurrent(shared_settings::value.eq("blue"), conn).unwrap();
    mine.reload_concurrent(conn).unwrap();
    mine.save_unchecked(conn).unwrap();
    assert_eq!((mine.value.as_str(), mine.version), ("blue", 5));
    assert_eq!(load(None, "theme", conn), mine);

    let key = "tenant_id None, name \"theme\"";
    assert_modified(stale.clone().save_concurrent(conn).unwrap_err(), key);
    assert_modified(stale.check_concurrent(conn).unwrap_err(), key);
    assert_modified(stale.delete_if_exists(conn).unwrap_err(), key);
    assert!(mine.delete_if_exists(conn).unwrap());
    assert!(!mine.delete_if_exists(conn).unwrap());
    assert_eq!(shared_settings::table.count().get_result(conn), Ok(3_i64));
}

#[test]
fn a_batch_finds_the_rows_whose_keys_have_a_null() {
    let (_database, conn) = &mut with_settings();
    let mut mine = [load(Some(7), "theme", conn), load(None, "font", conn), load(None, "theme", conn)];
    for setting in &mut mine {
        setting.value = format!("of {:?}", setting.tenant_id);
    }
    let stale = mine.clone();
    mine.save_all_concurrent(conn).unwrap();
    mine.check_all_concurrent(conn).unwrap();
    for setting in &mine {
        assert_eq!(setting.version, 2);
        assert_eq!(load(setting.tenant_id, &setting.name, conn), *setting);
    }
    assert_eq!(load(Some(0), "theme", conn), setting(Some(0), "theme"));

    let BulkError::Conflicts(conflicts) = stale.clone().save_all_concurrent(conn).unwrap_err() else {
        panic!("every record is stale");
    };
    assert_eq!(conflicts.len(), 3);
    for (conflict, record) in conflicts.iter().zip(&stale) {
        assert_modified(&conflict.error, &format!("tenant_id {:?}, name {:?}", record.tenant_id, record.name));
    }
    mine.delete_all_concurrent(conn).unwrap();
    assert_eq!(shared_settings::table.load(conn), Ok(vec![setting(Some(0), "theme")]));
}

/// Hundreds, of which some have the parts of their keys in common.
#[test]
fn a_large_batch_finds_each_row_by_its_own_key() {
    let (_database, conn) = &mut with_settings();
    let rows: Vec<_> = (0..600).map(|n| setting((n % 3 > 0).then_some(n % 3), &format!("n{}", n / 3))).collect();
    diesel::insert_into(shared_settings::table).values(&rows).execute(conn).unwrap();
    let mut mine = rows.clone();
    for (index, setting) in mine.iter_mut().enumerate() {
        setting.value = index.to_string();
    }
    mine.save_all_concurrent(conn).unwrap();
    for setting in mine.iter().step_by(7) {
        assert_eq!(load(setting.tenant_id, &setting.name, conn), *setting);
    }
    let moved = shared_settings::table.filter(shared_settings::version.eq(2)).count().get_result(conn);
    assert_eq!(moved, Ok(600_i64));
}

/// One text, whether the value is NULL or not; a part that is NOT NULL is compared as ever.
#[test]
fn the_condition_is_one_that_an_index_serves() {
    let (_database, conn) = &mut with_settings();
    let log = Log::attach(conn);
    for tenant_id in [None, Some(7)] {
        setting(tenant_id, "theme").touch_concurrent(conn).unwrap();
        let sent = log.take_sent();
        let [sent] = sent.as_slice() else { panic!("one statement: {sent:?}") };
        assert!(sent.contains(NULL_SAFE_KEY), "{sent}");
    }
    assert_eq!(log.take_prepared().len(), 1);
}
