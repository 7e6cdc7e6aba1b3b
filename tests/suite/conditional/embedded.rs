//! Embedded structs under `check_fields` and `ignore_fields`, which name the field and mean all its columns.

use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::fixtures::with_article;
use super::super::models::articles;
use crate::engine::TestConnection;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Texts {
    title: String,
    body: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(check_fields(texts))]
struct Checked {
    id: i64,
    #[diesel(embed)]
    texts: Texts,
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(ignore_fields(texts))]
struct Ignoring {
    id: i64,
    #[diesel(embed)]
    texts: Texts,
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

fn checked(conn: &mut TestConnection) -> Checked {
    articles::table.find(1).select(Checked::as_select()).first(conn).unwrap()
}

fn ignoring(conn: &mut TestConnection) -> Ignoring {
    articles::table.find(1).select(Ignoring::as_select()).first(conn).unwrap()
}

#[test]
fn each_column_of_a_checked_struct_moves_the_version_and_no_other_does() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut stale) = (checked(conn), checked(conn));
    type Edit = fn(&mut Checked);
    let edits: [(Edit, i64); 6] = [
        (|a| a.views = 7, 1),
        (|a| a.texts.title = "second".to_owned(), 2),
        (|_| (), 2),
        (|a| a.texts.body = Some("other".to_owned()), 3),
        (|a| a.texts.body = None, 4),
        (|a| a.views = 8, 4),
    ];
    for (edit, version) in edits {
        edit(&mut a);
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, version);
        assert_eq!(checked(conn), a);
    }
    assert!(stale.save_concurrent(conn).unwrap_err().is_conflict());
}

#[test]
fn no_column_of_an_ignored_struct_moves_the_version_and_each_other_does() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut stale) = (ignoring(conn), ignoring(conn));
    type Edit = fn(&mut Ignoring);
    let edits: [(Edit, i64); 5] = [
        (|a| a.texts.title = "second".to_owned(), 1),
        (|a| a.texts.body = Some("other".to_owned()), 1),
        (|a| a.views = 7, 2),
        (|a| a.texts.body = None, 2),
        (|_| (), 2),
    ];
    for (edit, version) in edits {
        edit(&mut a);
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, version);
        assert_eq!(ignoring(conn), a);
    }
    assert!(stale.save_concurrent(conn).unwrap_err().is_conflict());
}
