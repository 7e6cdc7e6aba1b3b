//! What the database itself notes: a trigger on each table puts every change, as it was before and after, into one more table. The
//! order of the changes of a row is the order in which they were done, since a row is locked while it is changed.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::checker::{Change, Contents};
use super::log::Row;
use super::table::Description;
use crate::engine::{self, TestConnection};

/// The events that are noted, and which of the two rows each of them has.
const EVENTS: [(&str, bool, bool); 3] = [("INSERT", false, true), ("UPDATE", true, true), ("DELETE", true, false)];

const COLUMNS: [&str; 4] = ["left_write", "left_text", "right_write", "right_text"];

/// The way in which a row counts its own changes, for an engine whose numbers in `history_changes` do not give their
/// order.
pub struct Counting {
    /// The column that counts, in CREATE TABLE.
    pub column: &'static str,
    /// The statement that counts in it.
    pub triggers: fn(&str) -> Vec<String>,
    /// The number of the change that has written the row, and of the one that has deleted it.
    pub written: &'static str,
    pub deleted: &'static str,
}

/// Makes the tables, with what notes their changes.
pub fn create(descriptions: &[Description], connection: &mut TestConnection) {
    let pairs = ["before", "after"].map(|side| {
        format!(
            "{side}_version BIGINT, {side}_left_write BIGINT, {side}_left_text VARCHAR(60), {side}_right_write BIGINT, \
             {side}_right_text VARCHAR(60)"
        )
    });
    let create = format!(
        "CREATE TABLE history_changes ({}, table_name VARCHAR(60) NOT NULL, id BIGINT NOT NULL, {})",
        engine::history::POSITION_COLUMN,
        pairs.join(", ")
    );
    connection.batch_execute(&create).unwrap();
    for description in descriptions {
        let Description { name, column, .. } = description;
        let counter = engine::history::COUNTING.map_or("", |counting| counting.column);
        let create = format!(
            "CREATE TABLE {name} (id BIGINT PRIMARY KEY, left_write BIGINT NOT NULL, left_text VARCHAR(60) NOT NULL, \
             right_write BIGINT NOT NULL, right_text VARCHAR(60) NOT NULL{column}{counter})"
        );
        connection.batch_execute(&create).unwrap();
        for trigger in engine::history::COUNTING.iter().flat_map(|counting| (counting.triggers)(name)) {
            connection.batch_execute(&trigger).unwrap();
        }
        for (event, has_before, has_after) in EVENTS {
            let note = note(description, has_before, has_after);
            connection.batch_execute(&engine::history::trigger(name, event, &note)).unwrap();
        }
    }
}

/// The statement that notes a change.
fn note(description: &Description, has_before: bool, has_after: bool) -> String {
    let Description { name, version, .. } = description;
    let mut columns = vec!["table_name".to_owned(), "id".to_owned()];
    let key = if has_after { "NEW.id" } else { "OLD.id" };
    let mut values = vec![format!("'{name}'"), key.to_owned()];
    if let Some(counting) = engine::history::COUNTING {
        columns.push("position".to_owned());
        values.push(if has_after { counting.written } else { counting.deleted }.to_owned());
    }
    for (side, row) in [("before", has_before.then_some("OLD")), ("after", has_after.then_some("NEW"))] {
        let Some(row) = row else { continue };
        columns.push(format!("{side}_version"));
        values.push(format!("{row}.{version}"));
        for column in COLUMNS {
            columns.push(format!("{side}_{column}"));
            values.push(format!("{row}.{column}"));
        }
    }
    format!("INSERT INTO history_changes ({}) VALUES ({});", columns.join(", "), values.join(", "))
}

#[derive(QueryableByName)]
struct Noted {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(embed)]
    before: Before,
    #[diesel(embed)]
    after: After,
}

macro_rules! side {
    ($side:ident: $version:ident, $left:ident, $left_text:ident, $right:ident, $right_text:ident) => {
        #[derive(QueryableByName)]
        struct $side {
            #[diesel(sql_type = Nullable<BigInt>)]
            $version: Option<i64>,
            #[diesel(sql_type = Nullable<BigInt>)]
            $left: Option<i64>,
            #[diesel(sql_type = Nullable<Text>)]
            $left_text: Option<String>,
            #[diesel(sql_type = Nullable<BigInt>)]
            $right: Option<i64>,
            #[diesel(sql_type = Nullable<Text>)]
            $right_text: Option<String>,
        }

        impl $side {
            fn contents(self) -> Option<Contents> {
                Some(Contents {
                    version: self.$version?,
                    left: self.$left?,
                    left_text: self.$left_text?,
                    right: self.$right?,
                    right_text: self.$right_text?,
                })
            }
        }
    };
}

side!(Before: before_version, before_left_write, before_left_text, before_right_write, before_right_text);
side!(After: after_version, after_left_write, after_left_text, after_right_write, after_right_text);

/// All changes and the final rows, after all clients have ended, including what lost connections left behind.
pub fn read(descriptions: &[Description], connection: &mut TestConnection) -> (Vec<Change>, BTreeMap<Row, Contents>) {
    let mut names: Vec<&str> = descriptions.iter().map(|description| description.name).collect();
    names.push("history_changes");
    for sql in engine::history::hold_off_writers(&names) {
        connection.batch_execute(&sql).unwrap();
    }
    let table = |name: &str| descriptions.iter().find(|description| description.name == name).unwrap().table;
    let noted: Vec<Noted> =
        diesel::sql_query("SELECT * FROM history_changes ORDER BY position").load(connection).unwrap();
    let changes = noted.into_iter().map(|Noted { table_name, id, before, after }| Change {
        row: Row { table: table(&table_name), id },
        before: before.contents(),
        after: after.contents(),
    });
    let changes = changes.collect();
    let rows = descriptions.iter().flat_map(|description| rows(description, connection)).collect();
    connection.batch_execute(engine::history::LET_WRITERS_IN).unwrap();
    (changes, rows)
}

fn rows(description: &Description, connection: &mut TestConnection) -> Vec<(Row, Contents)> {
    #[derive(QueryableByName)]
    struct Key {
        #[diesel(sql_type = BigInt)]
        id: i64,
        #[diesel(embed)]
        columns: After,
    }

    let Description { table, name, version, .. } = description;
    let columns = COLUMNS.map(|column| format!("{column} AS after_{column}")).join(", ");
    let rows: Vec<Key> = diesel::sql_query(format!("SELECT id, {version} AS after_version, {columns} FROM {name}"))
        .load(connection)
        .unwrap();
    let row = |id| Row { table: *table, id };
    rows.into_iter().map(|Key { id, columns }| (row(id), columns.contents().unwrap())).collect()
}
