//! Rows of one batch that need each other: they are deleted in the order of the records, and what a foreign key takes along is deleted.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{rows, save_elsewhere, with_articles};
use crate::engine::{Database, TestConnection};

diesel::table! {
    nodes (id) {
        id -> BigInt,
        parent -> Nullable<BigInt>,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = nodes)]
struct Node {
    id: i64,
    parent: Option<i64>,
    #[concurrent(version)]
    version: i64,
}

/// Nodes 1 to 4, a chain whose first node has no parent, and 9, which is alone.
fn with_nodes(action: &str) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    if crate::engine::NAME == "SQLite" {
        conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    }
    let create = format!(
        "CREATE TABLE nodes (id BIGINT NOT NULL PRIMARY KEY, parent BIGINT, version BIGINT NOT NULL,
                             FOREIGN KEY (parent) REFERENCES nodes (id) {action})"
    );
    conn.batch_execute(&create).unwrap();
    for id in [1, 2, 3, 4, 9] {
        let node = Node { id, parent: (2..9).contains(&id).then_some(id - 1), version: 1 };
        diesel::insert_into(nodes::table).values(node).execute(&mut conn).unwrap();
    }
    (database, conn)
}

fn nodes(ids: &[i64], conn: &mut TestConnection) -> Vec<Node> {
    ids.iter().map(|id| nodes::table.find(id).select(Node::as_select()).first(conn).unwrap()).collect()
}

fn left(conn: &mut TestConnection) -> Vec<i64> {
    nodes::table.order(nodes::id).select(nodes::id).load(conn).unwrap()
}

#[test]
fn what_a_foreign_key_takes_along_is_deleted() {
    for ids in [&[1, 2, 3, 4, 9][..], &[4, 3, 2, 1, 9], &[9, 2, 1, 4, 3], &[1, 4], &[2, 3]] {
        let (_database, conn) = &mut with_nodes("ON DELETE CASCADE");
        let records = nodes(ids, conn);
        records.delete_all_concurrent(conn).unwrap();
        let expected: Vec<i64> = if ids.contains(&9) { vec![] } else { (1..ids[0]).chain([9]).collect() };
        assert_eq!(left(conn), expected, "{ids:?}");

        let (_database, conn) = &mut with_nodes("ON DELETE CASCADE");
        let records = nodes(ids, conn);
        assert!(records.delete_each_concurrent(conn).unwrap().is_empty(), "{ids:?}");
        assert_eq!(left(conn), expected, "{ids:?}");
    }
}

#[test]
fn what_somebody_else_deleted_is_not_taken_for_ours() {
    let (_database, conn) = &mut with_nodes("ON DELETE CASCADE");
    let records = nodes(&[1, 2, 4, 9], conn);
    diesel::delete(nodes::table.find(4)).execute(conn).unwrap();
    let Err(BulkError::Conflicts(conflicts)) = records.delete_all_concurrent(conn) else { panic!() };
    super::assert_conflicts(&conflicts, &[(2, "id 4", 1, None)]);
    assert_eq!(left(conn), [1, 2, 3, 9]);
    let refused = records.delete_each_concurrent(conn).unwrap();
    super::assert_conflicts(&refused, &[(2, "id 4", 1, None)]);
    assert_eq!(left(conn), [0; 0]);
}

#[test]
fn children_that_stand_before_their_parents_are_deleted_before_them() {
    for ids in [&[4, 3, 2, 1][..], &[4, 9, 3, 2, 1]] {
        let (_database, conn) = &mut with_nodes("");
        nodes(ids, conn).delete_all_concurrent(conn).unwrap();
        assert_eq!(left(conn).len(), 5 - ids.len(), "{ids:?}");

        // A row that cannot be deleted does not keep the others.
        let (_database, conn) = &mut with_nodes("");
        diesel::insert_into(nodes::table).values(Node { id: 10, parent: Some(9), version: 1 }).execute(conn).unwrap();
        let records = nodes(&[9, 4, 3, 2, 1], conn);
        let refused = records.delete_each_concurrent(conn).unwrap();
        assert_eq!(refused.iter().map(|one| one.index).collect::<Vec<_>>(), [0], "{refused:?}");
        assert_eq!(left(conn), [9, 10]);
    }
}

#[test]
fn a_row_that_is_gone_does_not_keep_the_others() {
    let (_database, conn) = &mut with_articles(600);
    let records = rows(conn);
    save_elsewhere(&[3, 599], conn);
    diesel::delete(super::articles::table.find(300)).execute(conn).unwrap();
    let Err(BulkError::Conflicts(conflicts)) = records.delete_all_concurrent(conn) else { panic!() };
    let expected = [(2, "id 3", 1, Some(2)), (299, "id 300", 1, None), (598, "id 599", 1, Some(2))];
    super::assert_conflicts(&conflicts, &expected);
    assert_eq!(rows(conn).len(), 599);
    super::assert_conflicts(&records.delete_each_concurrent(conn).unwrap(), &expected);
    assert_eq!(rows(conn).iter().map(|row| row.id).collect::<Vec<_>>(), [3, 599]);
}
