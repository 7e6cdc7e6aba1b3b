//! `ConditionalVersionField`: the version advances when a checked column changes, by the row's bytes and nothing else.

mod embedded;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::fixtures::{article, insert_article, with_article};
use super::models::{articles, old_notes};
use super::threads::within;
use crate::engine::{self, Database, TestConnection};

/// Title and body count, views do not.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(check_fields(title, body))]
struct Checked {
    id: i64,
    title: String,
    body: Option<String>,
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// The same, said the other way round.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(ignore_fields(views))]
struct Ignoring {
    id: i64,
    title: String,
    body: Option<String>,
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// One edit of a record.
type Edit = fn(&mut Checked);

fn checked(id: i64, conn: &mut TestConnection) -> Checked {
    articles::table.find(id).select(Checked::as_select()).first(conn).unwrap()
}

#[test]
fn a_change_of_unchecked_columns_is_written_and_leaves_the_version() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = (checked(1, conn), checked(1, conn));
    a.views = 7;
    a.save_concurrent(conn).unwrap();
    assert_eq!((a.version, article(1, conn).views), (1, 7));

    b.title = "b still saves".to_owned();
    b.save_concurrent(conn).unwrap();
    assert_eq!(b.version, 2);
    assert_eq!(checked(1, conn), b);

    let error = a.save_concurrent(conn).unwrap_err();
    assert!(matches!(&error, ConcurrencyError::RecordModified(error) if error.found == 2_i64.into()), "{error:?}");
}

#[test]
fn a_change_of_a_checked_column_advances_the_version_and_none_does_not() {
    let (_database, conn) = &mut with_article();
    let mut a = checked(1, conn);
    let steps: [(Edit, i64); 7] = [
        (|a| a.title = "second".to_owned(), 2),
        (|_| (), 2),
        (|a| a.body = None, 3),
        (|_| (), 3),
        (|a| a.body = Some("x".to_owned()), 4),
        (|a| a.body = Some(String::new()), 5),
        (|a| a.body = None, 6),
    ];
    for (edit, version) in steps {
        edit(&mut a);
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, version);
        assert_eq!(checked(1, conn), a);
    }
}

#[test]
fn ignoring_some_fields_is_checking_the_others() {
    let (_database, conn) = &mut with_article();
    let mut a: Ignoring = articles::table.find(1).select(Ignoring::as_select()).first(conn).unwrap();
    a.views = 1;
    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, 1);
    a.body = None;
    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, 2);
}

/// SQLite's type affinity, MySQL's padding and every collation would call some of these the same.
#[test]
fn text_is_compared_by_its_bytes() {
    let (_database, conn) = &mut with_article();
    let mut a = checked(1, conn);
    let titles = [
        "letter",
        "Letter",
        "LETTER",
        "LETTER ",
        "LETTER  ",
        "LETTER\t",
        "lettér",
        "letter\u{301}",
        "",
        " ",
        "0",
        "0.0",
    ];
    for (title, version) in titles.into_iter().zip(2..) {
        a.title = title.to_owned();
        for _ in 0..2 {
            a.save_concurrent(conn).unwrap();
            assert_eq!(a.version, version, "{title:?}");
        }
        assert_eq!(checked(1, conn), a);
    }
}

#[test]
fn of_several_records_only_the_changed_one_advances() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    insert_article(3, 1, conn);
    let mut records = [1, 2, 3].map(|id| checked(id, conn));
    records[1].title = "changed".to_owned();
    for record in &mut records {
        record.save_concurrent(conn).unwrap();
    }
    assert_eq!([1, 2, 3].map(|id| article(id, conn).version), [1, 2, 1]);
    assert_eq!(records.map(|record| record.version), [1, 2, 1]);
}

#[test]
fn touches_updates_and_unchecked_saves_always_advance() {
    let (_database, conn) = &mut with_article();
    let mut a = checked(1, conn);
    a.touch_concurrent(conn).unwrap();
    assert_eq!(a.version, 2);
    assert_eq!(a.update_concurrent(articles::views.eq(0), conn).unwrap(), 3);
    a.save_unchecked(conn).unwrap();
    assert_eq!(a.version, 4);
    assert_eq!(checked(1, conn), a);
}

#[test]
fn at_the_maximum_every_save_is_refused() {
    let (_database, conn) = &mut with_article();
    insert_article(2, i64::MAX, conn);
    let mut a = checked(2, conn);
    let row = a.clone();
    for title in ["first", "other"] {
        a.title = title.to_owned();
        let error = a.save_concurrent(conn).unwrap_err();
        assert!(matches!(error, ConcurrencyError::VersionExhausted { table: "articles" }), "{error:?}");
    }
    assert_eq!(checked(2, conn), row);
}

#[test]
fn versions_below_zero_advance() {
    let (_database, conn) = &mut with_article();
    insert_article(2, -2, conn);
    let mut a = checked(2, conn);
    for (title, version) in [("a", -1), ("a", -1), ("b", 0), ("c", 1), ("c", 1)] {
        a.title = title.to_owned();
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, version);
        assert_eq!(checked(2, conn), a);
    }
}

/// A nullable version that is NULL. A row without a version gets one, whatever changes, and only once.
#[test]
fn a_version_that_is_null_ends_with_the_first_save_though_nothing_changed() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = old_notes)]
    struct Note {
        id: i64,
        text: String,
        #[concurrent(version = ConditionalVersionField)]
        version: Option<i64>,
    }

    let (_database, conn) = &mut with_article();
    conn.batch_execute("INSERT INTO old_notes (id, text, version) VALUES (1, 'old', NULL), (2, 'old', NULL)").unwrap();
    let load = |conn: &mut TestConnection| -> Vec<Note> { old_notes::table.order(old_notes::id).load(conn).unwrap() };
    let mut mine = load(conn);
    let mut stale = mine.clone();
    mine[0].save_concurrent(conn).unwrap();
    mine[1..].save_all_concurrent(conn).unwrap();
    assert_eq!(mine.iter().map(|note| note.version).collect::<Vec<_>>(), [Some(1), Some(1)]);
    assert_eq!(load(conn), mine);
    for note in &mut stale {
        let error = note.save_concurrent(conn).unwrap_err();
        assert!(matches!(&error, ConcurrencyError::RecordModified(error) if error.found == 1_i64.into()), "{error:?}");
    }
    mine[0].save_concurrent(conn).unwrap();
    mine[1..].save_all_concurrent(conn).unwrap();
    assert_eq!(load(conn), mine, "nothing changed");
    assert_eq!(mine[0].version, Some(1));
    mine[0].text = "new".to_owned();
    mine[0].save_concurrent(conn).unwrap();
    assert_eq!(mine[0].version, Some(2));
}

/// Which fields count is said of an embedded struct as of any field: all of its columns, or none.
#[test]
fn an_embedded_struct_counts_as_a_whole() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, ConcurrentColumns)]
    #[diesel(table_name = articles)]
    struct Texts {
        title: String,
        body: Option<String>,
    }

    macro_rules! model {
        ($name:ident, $fields:ident($field:ident)) => {
            #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
            #[diesel(table_name = articles)]
            #[concurrent($fields($field))]
            struct $name {
                id: i64,
                #[diesel(embed)]
                texts: Texts,
                views: i32,
                #[concurrent(version = ConditionalVersionField)]
                version: i64,
            }
        };
    }
    model!(TextsCount, check_fields(texts));
    model!(ViewsCount, check_fields(views));
    model!(AllButTexts, ignore_fields(texts));
    model!(AllButViews, ignore_fields(views));

    macro_rules! assert_counts {
        ($model:ident, texts = $texts:literal, views = $views:literal) => {
            let (_database, conn) = &mut with_article();
            let mut mine: $model = articles::table.select($model::as_select()).first(conn).unwrap();
            let mut version = 1;
            for batch in [false, true] {
                let edits: [(fn(&mut $model), bool); 4] = [
                    (|record| record.texts.title.push('!'), $texts),
                    (|record| record.texts.body = record.texts.body.as_ref().map(|body| format!("{body}!")), $texts),
                    (|record| record.views += 1, $views),
                    (|_| (), false),
                ];
                for (edit, counts) in edits {
                    edit(&mut mine);
                    if batch {
                        std::slice::from_mut(&mut mine).save_all_concurrent(conn).unwrap();
                    } else {
                        mine.save_concurrent(conn).unwrap();
                    }
                    version += i64::from(counts);
                    assert_eq!(mine.version, version);
                    let row: $model = articles::table.select($model::as_select()).first(conn).unwrap();
                    assert_eq!(row, mine, "what does not count is written, too");
                }
            }
        };
    }
    assert_counts!(TextsCount, texts = true, views = false);
    assert_counts!(ViewsCount, texts = false, views = true);
    assert_counts!(AllButTexts, texts = false, views = true);
    assert_counts!(AllButViews, texts = true, views = false);
}

/// Another writer advances the version all the time. A successful save must have the version that it wrote itself.
#[test]
fn another_writers_version_is_never_taken_for_ours() {
    within(60, || {
        let (database, conn) = &mut with_article();
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let conn = &mut database.connect();
                let mut other = article(1, conn);
                while !stop.load(Ordering::Relaxed) {
                    match other.touch_concurrent(conn) {
                        Ok(()) => {}
                        Err(error) if error.is_retryable() => other.reload_concurrent(conn).unwrap(),
                        Err(error) => panic!("{error:?}"),
                    }
                }
            });
            let mut a = checked(1, conn);
            let mut successes = 0;
            while successes < 300 {
                let expected = a.version;
                a.views += 1;
                let changes = successes % 2 == 0;
                if changes {
                    a.title = format!("title {successes}");
                }
                match a.save_concurrent(conn) {
                    Ok(()) => {
                        assert_eq!(
                            a.version,
                            expected + i64::from(changes),
                            "the version is ours, not the other writer's"
                        );
                        successes += 1;
                        // A quiet moment ends here: the next save is likely stale.
                        a.reload_concurrent(conn).unwrap();
                    }
                    Err(error) if error.is_retryable() => a.reload_concurrent(conn).unwrap(),
                    Err(error) => panic!("{error:?}"),
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
    });
}

diesel::table! {
    collated (id) {
        id -> BigInt,
        first -> Text,
        second -> Text,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = collated)]
struct Collated {
    id: i64,
    first: String,
    second: String,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// The engine names the column types that hide a change: NOCASE, citext, latin1 …
#[test]
fn no_collation_hides_a_change_or_makes_one_up() {
    let database = Database::new();
    let conn = &mut database.connect();
    let [first, second] = engine::HIDING_COLUMNS;
    for statement in engine::HIDING_SETUP {
        conn.batch_execute(statement).unwrap();
    }
    conn.batch_execute(&format!(
        "CREATE TABLE collated (id BIGINT PRIMARY KEY, first {first} NOT NULL, second {second} NOT NULL, version BIGINT NOT NULL)"
    ))
    .unwrap();
    conn.batch_execute("INSERT INTO collated VALUES (1, 'x', 'x', 1)").unwrap();
    let mut a: Collated = collated::table.find(1).select(Collated::as_select()).first(conn).unwrap();
    for (text, version) in ["é", "É", "e", "E", "E ", "straße", "STRASSE"].into_iter().zip(1..) {
        a.first = text.to_owned();
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, 2 * version, "first = {text:?}");
        a.second = text.to_owned();
        for _ in 0..2 {
            a.save_concurrent(conn).unwrap();
            assert_eq!(a.version, 2 * version + 1, "second = {text:?}");
        }
    }
}
