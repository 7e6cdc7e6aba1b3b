//! Names of tables, columns and triggers: quoted, long, of one another, and such as would inject SQL.

use crate::library::prelude::*;
use crate::library::triggers::{self, Error, TriggerSpec};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{foreign, number, with_table};
use crate::engine::{self, TestConnection};
use crate::suite::models::{orders, quotes, stock};

/// A name as the engine's SQL writes it.
fn quoted(name: &str) -> String {
    let quote = engine::QUOTE.to_string();
    format!("{quote}{}{quote}", name.replace(&quote, &quote.repeat(2)))
}

/// The names that a trigger must live with, and the row that it must find.
macro_rules! model_of {
    ($model:ident, $table:ident, ($($key:ident: $key_type:ty),*), $version:ident) => {
        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
        #[diesel(table_name = $table, primary_key($($key),*))]
        struct $model {
            $($key: $key_type,)*
            #[concurrent(version = TriggerVersionField)]
            $version: i64,
        }

        impl $model {
            fn versions(conn: &mut TestConnection) -> Vec<i64> {
                $table::table.select($table::$version).order(($($table::$key,)*)).load(conn).unwrap()
            }

            fn first(conn: &mut TestConnection) -> Self {
                $table::table.select(Self::as_select()).order(($($table::$key,)*)).first(conn).unwrap()
            }
        }
    };
}

/// Creates the trigger, lets another program and the application write, and drops it.
macro_rules! lives_through {
    ($model:ident, $foreign:expr, $conn:ident) => {
        triggers::create::<$model, _>($conn).unwrap();
        triggers::create::<$model, _>($conn).unwrap();
        assert_eq!(triggers::check::<$model, _>($conn).unwrap(), []);
        let mut stale = $model::first($conn);
        let before = $model::versions($conn);
        foreign($foreign, $conn);
        let after: Vec<i64> = before.iter().map(|version| version + 1).collect();
        assert_eq!($model::versions($conn), after);
        assert!(stale.save_concurrent($conn).unwrap_err().is_conflict());
        let mut current = $model::first($conn);
        current.save_concurrent($conn).unwrap();
        assert_eq!($model::first($conn), current);
        triggers::drop::<$model, _>($conn).unwrap();
        assert_eq!(triggers::check::<$model, _>($conn).unwrap().len(), 1);
        let settled = $model::versions($conn);
        foreign($foreign, $conn);
        assert_eq!($model::versions($conn), settled);
    };
}

model_of!(Stock, stock, (shop: String, item: i32), version);
model_of!(Order, orders, (id: i64), version);
model_of!(Quote, quotes, (key: i64), version);

#[test]
fn a_composite_key_finds_its_row_even_when_the_write_changes_it() {
    let (_database, conn) = &mut with_table();
    foreign("INSERT INTO stock VALUES ('a', 1, 5, 1), ('a', 2, 5, 10), ('b', 1, 5, 100)", conn);
    lives_through!(Stock, "UPDATE stock SET item = item + 10, shop = concat_ws('', shop, 'x')", conn);
}

#[test]
fn reserved_words_and_quotes_are_names() {
    let (_database, conn) = &mut with_table();
    let (table, key, kind) = (quoted("order"), quoted("select"), quoted("type"));
    foreign(&format!("INSERT INTO {table} ({key}, {kind}) VALUES (1, 'a'), (2, 'b')"), conn);
    lives_through!(Order, &format!("UPDATE {table} SET {kind} = 'c'"), conn);

    let (table, value) = (quoted("a\"b`c"), quoted("v\"a`l"));
    foreign(&format!("INSERT INTO {table} VALUES (1, 'a', 1), (2, 'b', 7)"), conn);
    lives_through!(Quote, &format!("UPDATE {table} SET {value} = 'c'"), conn);
}

diesel::table! {
    #[sql_name = "a\"; DROP TABLE drafts; -- `; DROP TABLE drafts; -- '"]
    evil (key) {
        #[sql_name = "k\"; DROP TABLE drafts; -- `; DROP TABLE drafts; -- '"]
        key -> BigInt,
        #[sql_name = "v$concurrency$; DROP TABLE drafts; -- \" ` ' {table}"]
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = evil, primary_key(key))]
#[concurrent(trigger_name = "t\"; DROP TABLE drafts; -- `; DROP TABLE drafts; -- '")]
struct Evil {
    key: i64,
    #[concurrent(version = TriggerVersionField)]
    version: i64,
}

impl Evil {
    fn versions(conn: &mut TestConnection) -> Vec<i64> {
        evil::table.select(evil::version).order(evil::key).load(conn).unwrap()
    }

    fn first(conn: &mut TestConnection) -> Self {
        evil::table.select(Self::as_select()).order(evil::key).first(conn).unwrap()
    }
}

#[test]
fn names_that_would_inject_sql_are_names() {
    let (_database, conn) = &mut with_table();
    let table = quoted("a\"; DROP TABLE drafts; -- `; DROP TABLE drafts; -- '");
    let key = quoted("k\"; DROP TABLE drafts; -- `; DROP TABLE drafts; -- '");
    let version = quoted("v$concurrency$; DROP TABLE drafts; -- \" ` ' {table}");
    conn.batch_execute(&format!("CREATE TABLE {table} ({key} BIGINT PRIMARY KEY, {version} BIGINT NOT NULL)")).unwrap();
    foreign(&format!("INSERT INTO {table} VALUES (1, 1), (20, 5)"), conn);
    lives_through!(Evil, &format!("UPDATE {table} SET {key} = {key} + 1"), conn);

    let spec = TriggerSpec::new("x\"; DROP TABLE drafts; -- `", ["id"], "v");
    let error = triggers::create_specs(&[spec], conn).unwrap_err();
    assert_eq!(error.to_string(), "there is no table x\"; DROP TABLE drafts; -- `; create it before its trigger");
    assert_eq!(number("SELECT count(*) AS number FROM drafts", conn), 0, "the table is there");
}

/// PostgreSQL would cut it without a word, and MySQL refuse it.
#[test]
fn a_name_that_is_too_long_is_cut_and_found_again() {
    let (_database, conn) = &mut with_table();
    let (one, other) = ("ä".repeat(25) + "_1", "ä".repeat(25) + "_2");
    for table in [&one, &other] {
        let table = quoted(table);
        conn.batch_execute(&format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)")).unwrap();
        foreign(&format!("INSERT INTO {table} VALUES (1, 1)"), conn);
    }
    let specs = [&one, &other].map(|table| TriggerSpec::new(table.as_str(), ["id"], "version"));
    assert!(specs.iter().all(|spec| spec.name().len() <= 63 && spec.name().len() > 60), "{specs:?}");
    assert_ne!(specs[0].name(), specs[1].name());
    triggers::create_specs(&specs, conn).unwrap();
    triggers::create_specs(&specs, conn).unwrap();
    assert_eq!(triggers::check_specs(&specs, conn).unwrap(), []);
    foreign(&format!("UPDATE {} SET id = 2", quoted(&other)), conn);
    assert_eq!(number(&format!("SELECT version AS number FROM {}", quoted(&one)), conn), 1);
    assert_eq!(number(&format!("SELECT version AS number FROM {}", quoted(&other)), conn), 2);
    triggers::drop_specs(&specs, conn).unwrap();
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
}

/// In a trigger, "new" and "old" are the two states of the row.
#[test]
fn tables_may_be_named_like_the_states_of_a_row() {
    let (_database, conn) = &mut with_table();
    for name in ["new", "old", "NEW"] {
        let table = quoted(name);
        let _ = conn.batch_execute(&format!("DROP TABLE {}", quoted("new")));
        conn.batch_execute(&format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)")).unwrap();
        foreign(&format!("INSERT INTO {table} VALUES (1, 1), (2, 10)"), conn);
        let spec = TriggerSpec::new(name, ["id"], "version");
        triggers::create_specs(&[spec], conn).unwrap();
        foreign(&format!("UPDATE {table} SET id = 3 WHERE id = 1"), conn);
        assert_eq!(number(&format!("SELECT version AS number FROM {table} WHERE id = 3"), conn), 2, "{name}");
        assert_eq!(number(&format!("SELECT version AS number FROM {table} WHERE id = 2"), conn), 10, "{name}");
    }
}

/// The trigger and the function are in the schema of the table.
#[test]
fn a_table_of_another_schema_has_its_trigger_there() {
    let (database, conn) = &mut with_table();
    let schema = engine::create_other_schema(database, conn);
    let table = format!("{}.items", quoted(&schema));
    conn.batch_execute(&format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)")).unwrap();
    foreign(&format!("INSERT INTO {table} VALUES (1, 1)"), conn);
    let spec = [TriggerSpec::new("items", ["id"], "version").in_schema(schema.as_str())];
    for _ in 0..2 {
        triggers::create_specs(&spec, conn).unwrap();
        assert_eq!(triggers::check_specs(&spec, conn).unwrap(), []);
    }
    foreign(&format!("UPDATE {table} SET id = 2"), conn);
    assert_eq!(number(&format!("SELECT version AS number FROM {table}"), conn), 2);
    // The same table without its schema is another one.
    let error = triggers::check_specs(&[TriggerSpec::new("items", ["id"], "version")], conn).unwrap_err();
    assert!(matches!(&error, Error::MissingTable { table } if table == "items"), "{error:?}");
    for _ in 0..2 {
        triggers::drop_specs(&spec, conn).unwrap();
    }
    foreign(&format!("UPDATE {table} SET id = 3"), conn);
    assert_eq!(number(&format!("SELECT version AS number FROM {table}"), conn), 2);
    engine::drop_other_schema(&schema, conn);
}

/// Table "a", column "b_c" and table "a_b", column "c": your own name distinguishes them.
#[test]
fn two_tables_may_ask_for_one_name() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("CREATE TABLE a (id BIGINT PRIMARY KEY, b_c BIGINT NOT NULL)").unwrap();
    conn.batch_execute("CREATE TABLE a_b (id BIGINT PRIMARY KEY, c BIGINT NOT NULL)").unwrap();
    let (one, other) = (TriggerSpec::new("a", ["id"], "b_c"), TriggerSpec::new("a_b", ["id"], "c"));
    assert_eq!(one.name(), other.name());
    triggers::create_specs(std::slice::from_ref(&one), conn).unwrap();
    let error = triggers::create_specs(std::slice::from_ref(&other), conn).unwrap_err();
    assert!(
        matches!(&error, Error::OnAnotherTable { table, trigger, found } if (table.as_str(), trigger, found.as_str()) == ("a_b", &one.name(), "a")),
        "{error:?}"
    );
    let problems = triggers::check_specs(std::slice::from_ref(&other), conn).unwrap();
    assert!(matches!(&problems[..], [triggers::Problem::OnAnotherTable { found, .. }] if found == "a"), "{problems:?}");
    // There is nothing of the second to drop.
    triggers::drop_specs(std::slice::from_ref(&other), conn).unwrap();
    assert_eq!(triggers::check_specs(std::slice::from_ref(&one), conn).unwrap(), []);
    let other = other.named("a_b advances");
    triggers::create_specs(std::slice::from_ref(&other), conn).unwrap();
    assert_eq!(triggers::check_specs(&[one, other], conn).unwrap(), []);
}

/// The trigger of a renamed table goes with it, and is found under its old name.
#[test]
fn a_renamed_table_and_a_renamed_column_keep_the_trigger() {
    let (_database, conn) = &mut with_table();
    let drafts = TriggerSpec::new("drafts", ["id"], "version");
    triggers::create_specs(std::slice::from_ref(&drafts), conn).unwrap();
    conn.batch_execute("ALTER TABLE drafts RENAME TO papers").unwrap();
    let papers = [TriggerSpec::new("papers", ["id"], "version")];
    assert_eq!(triggers::check_specs(&papers, conn).unwrap(), []);
    triggers::create_specs(&papers, conn).unwrap();
    assert_eq!(engine::all_triggers(conn).len(), engine::OBJECTS_PER_TRIGGER);
    foreign("INSERT INTO papers VALUES (1, 'a', 1)", conn);
    foreign("UPDATE papers SET text = 'b'", conn);
    assert_eq!(number("SELECT version AS number FROM papers", conn), 2);
    let error = triggers::check_specs(&[drafts], conn).unwrap_err();
    assert!(matches!(&error, Error::MissingTable { table } if table == "drafts"), "{error:?}");
    triggers::drop_specs(&papers, conn).unwrap();
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
}

/// The trigger of a renamed column is left over: it fails, or moves the version a second time. It is named, and taken away.
#[test]
fn the_trigger_of_a_renamed_column_is_left_over() {
    for drop in [false, true] {
        let (_database, conn) = &mut with_table();
        let before = TriggerSpec::new("drafts", ["id"], "version");
        triggers::create_specs(std::slice::from_ref(&before), conn).unwrap();
        conn.batch_execute("ALTER TABLE drafts RENAME COLUMN version TO zversion").unwrap();
        let after = TriggerSpec::new("drafts", ["id"], "zversion");
        // Like a migration that does not know the first one.
        let change = triggers::create_triggers([&after], engine::ENGINE);
        conn.transaction(|conn| conn.batch_execute(&change.up_sql())).unwrap();
        let problems = triggers::check_specs(std::slice::from_ref(&after), conn).unwrap();
        let [triggers::Problem::Leftover { table, trigger, .. }] = &problems[..] else { panic!("{problems:?}") };
        assert_eq!((table.as_str(), trigger), ("drafts", &before.name()));
        if drop {
            triggers::drop_specs(&[after], conn).unwrap();
            assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
            continue;
        }
        assert_eq!(triggers::create_specs(std::slice::from_ref(&after), conn).unwrap(), []);
        assert_eq!(triggers::check_specs(&[after], conn).unwrap(), []);
        assert_eq!(engine::all_triggers(conn).len(), engine::OBJECTS_PER_TRIGGER);
        foreign("INSERT INTO drafts VALUES (1, 'a', 1)", conn);
        foreign("UPDATE drafts SET text = 'b'", conn);
        assert_eq!(number("SELECT zversion AS number FROM drafts", conn), 2);
    }
}

/// PostgreSQL distinguishes upper and lower case, the others do not.
#[test]
fn columns_are_found_as_the_engine_compares_names() {
    let (_database, conn) = &mut with_table();
    let specs = [TriggerSpec::new("drafts", ["ID"], "VERSION").named("other cases")];
    let created = triggers::create_specs(&specs, conn);
    if engine::ENGINE == triggers::Engine::Postgres {
        let error = created.unwrap_err();
        assert!(matches!(&error, Error::MissingColumn { column, .. } if column == "ID"), "{error:?}");
        return;
    }
    assert_eq!(created.unwrap(), specs);
    assert_eq!(triggers::check_specs(&specs, conn).unwrap(), []);
    let lower = [TriggerSpec::new("drafts", ["id"], "version")];
    assert_eq!(triggers::check_specs(&lower, conn).unwrap(), []);
    assert_eq!(triggers::create_specs(&lower, conn).unwrap(), []);
    foreign("INSERT INTO drafts VALUES (1, 'a', 1)", conn);
    foreign("UPDATE drafts SET text = 'b'", conn);
    assert_eq!(number("SELECT version AS number FROM drafts", conn), 2);
    triggers::drop_specs(&lower, conn).unwrap();
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
}

/// Two version columns of one table: the trigger of neither is left over beside the other.
#[test]
fn two_version_columns_have_a_trigger_each() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("ALTER TABLE drafts ADD COLUMN rev BIGINT NOT NULL DEFAULT 1").unwrap();
    let specs = ["version", "rev"].map(|column| TriggerSpec::new("drafts", ["id"], column));
    for spec in &specs {
        triggers::create_specs(std::slice::from_ref(spec), conn).unwrap();
    }
    assert_eq!(triggers::check_specs(&specs, conn).unwrap(), []);
    triggers::drop_specs(&specs[..1], conn).unwrap();
    assert_eq!(triggers::check_specs(&specs[1..], conn).unwrap(), []);
    assert_eq!(engine::all_triggers(conn).len(), engine::OBJECTS_PER_TRIGGER);
}
