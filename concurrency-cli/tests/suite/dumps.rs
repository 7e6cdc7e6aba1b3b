//! A database that was dumped and restored, under its own name or another, on the same server or another. Its triggers
//! are recognised as ours, and work.

use std::fs;
use std::path::PathBuf;

use concurrency_diesel::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::Blog;
use super::strict::{Article, articles};
use crate::engine::{Database, NAME};

type Row = (i64, String, i64);

/// The content of the dumps.
fn rows() -> Vec<Row> {
    let row = |id, title: &str, version| (id, title.to_owned(), version);
    vec![row(1, "theirs", 2), row(2, "b; ' --", 7), row(3, "theirs", i64::MAX)]
}

fn create(is_strict: bool) -> &'static [&'static str] {
    if is_strict { &["create", "--strict"] } else { &["create"] }
}

/// A database with these rows and a trigger, and its dump; `None` if the dump program does not support the server.
fn dumped(is_strict: bool) -> Option<(Blog, String)> {
    let mut blog = Blog::new();
    if !blog.database.can_be_dumped() {
        eprintln!("left out: the server is newer than the program that dumps it");
        return None;
    }
    assert_eq!(blog.triggers(create(is_strict)).code, Some(0));
    blog.execute("INSERT INTO articles VALUES (1, 'a', 1), (2, 'b; \'\' --', 7), (3, 'c', 9223372036854775806)");
    blog.execute("UPDATE articles SET title = 'theirs' WHERE id <> 2");
    let dump = blog.database.dump();
    Some((blog, dump))
}

/// The rows are as in the dump, the trigger is recognised, and works as before.
#[track_caller]
fn is_guarded(blog: &mut Blog, is_strict: bool) {
    let found: Vec<Row> = articles::table.order(articles::id).load(&mut blog.connection).unwrap();
    assert_eq!(found, rows());
    let trigger = "trigger concurrency_articles_version on articles";
    blog.triggers(&["check"]).expect(0, &format!("ok {trigger}\n"), "");
    blog.triggers(create(is_strict)).expect(0, "nothing to create: the database has all 1 triggers\n", "");
    assert_eq!(blog.list(), ["concurrency_articles_version"]);

    let article = |blog: &mut Blog| -> Article {
        articles::table.find(1).select(Article::as_select()).first(&mut blog.connection).unwrap()
    };
    let mut stale = article(blog);
    blog.execute("UPDATE articles SET title = 'theirs again' WHERE id = 1");
    assert!(stale.save_concurrent(&mut blog.connection).unwrap_err().is_conflict());
    let mut current = article(blog);
    current.title = "ours".to_owned();
    current.save_concurrent(&mut blog.connection).unwrap();
    assert_eq!((current.version, article(blog).version), (4, 4));
    let jump = blog.connection.batch_execute("UPDATE articles SET version = 1000 WHERE id = 2");
    assert_eq!(jump.is_err(), is_strict);
    blog.connection.batch_execute("UPDATE articles SET title = 'beyond' WHERE id = 3").unwrap_err();

    blog.triggers(&["drop"]).expect(0, &format!("dropped {trigger}\n"), "");
    assert_eq!(blog.list(), [""; 0]);
}

#[test]
fn a_restored_dump_is_guarded() {
    for (is_strict, under_another_name) in [(false, false), (false, true), (true, false), (true, true)] {
        let Some((blog, dump)) = dumped(is_strict) else { return };
        is_guarded(&mut blog.restored(&dump, under_another_name).unwrap(), is_strict);
    }
}

/// Dumps of servers of other versions. Each version leaves its dumps in the folder that `DUMPS` names, which
/// `tests/run --matrix` sets.
#[test]
fn a_dump_of_another_server_is_guarded() {
    let Some(folder) = std::env::var_os("DUMPS").map(PathBuf::from) else { return };
    let (maker, version) = Database::server();
    let mut dumps: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    dumps.sort();
    for path in dumps {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let [engine, other, of_version, form, _] = name.splitn(5, '_').collect::<Vec<_>>()[..] else {
            panic!("{name}")
        };
        if engine != NAME {
            continue;
        }
        let mut dump = fs::read_to_string(&path).unwrap();
        if other != maker {
            // A mode of MariaDB that MySQL does not know.
            dump = dump.replace("NO_AUTO_CREATE_USER,", "");
        }
        match Blog::new().restored(&dump, false) {
            Ok(mut blog) => {
                is_guarded(&mut blog, form == "strict");
                println!("{other} {of_version}, {form}, is restored on {maker} {version}");
            }
            Err(error) if other != maker => eprintln!("left out: {maker} {version} does not take {name}: {error}"),
            Err(error) => panic!("{maker} {version} does not take {name}: {error}"),
        }
    }
    for (is_strict, form) in [(false, "usual"), (true, "strict")] {
        if let Some((_, dump)) = dumped(is_strict) {
            fs::write(folder.join(format!("{NAME}_{maker}_{version}_{form}_.sql")), dump).unwrap();
        }
    }
}
