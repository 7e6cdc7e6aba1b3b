//! SQLite, in memory and in a file, and its lower bounds: rusqlite with the same SQLite.

mod fragment;

use std::cell::Cell;
use std::rc::Rc;

use diesel::prelude::*;
use libsqlite3_sys as _;
use rusqlite::{OpenFlags, Statement, params};
use tempfile::TempDir;

use super::{Absent, contenders};
use crate::contender::{Contender, FRAGMENT, IN_HAND, Setting};
use crate::record::Article;
use crate::saver::{Saver, Through};

/// Each contender has its own database.
pub(super) fn in_memory(rows: i64) -> Result<Vec<Contender>, Absent> {
    let setting = || Setting { id_type: "INTEGER", ..Setting::default() };
    Ok(open(rows, || ":memory:".to_owned(), setting))
}

/// Each contender has its own file.
pub(super) fn in_file(rows: i64) -> Result<Vec<Contender>, Absent> {
    let folder = Rc::new(TempDir::new().unwrap());
    let files = Cell::new(0);
    let next_file = || {
        files.set(files.get() + 1);
        folder.path().join(format!("{}.sqlite", files.get())).display().to_string()
    };
    let setting = || Setting {
        open: [
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = NORMAL",
            // This SQLite has one page cache for all connections of the process. All tables must fit into it. Otherwise
            // the contender that was measured last finds its pages there, and the next one does not.
            "PRAGMA cache_size = -16000",
        ]
        .map(str::to_owned)
        .to_vec(),
        id_type: "INTEGER",
        settle: Some("PRAGMA wal_checkpoint(TRUNCATE)"),
        folder: Some(Rc::clone(&folder)),
        ..Setting::default()
    };
    Ok(open(rows, next_file, setting))
}

fn open(rows: i64, url: impl Fn() -> String, setting: impl Fn() -> Setting) -> Vec<Contender> {
    let connect = || SqliteConnection::establish(&url()).unwrap();
    let mut all = contenders(rows, connect, || Floor(open_as_diesel_does(&url())), &setting);
    all.push(Contender::new(FRAGMENT, Through::new(connect(), fragment::save), rows, setting()));
    let in_hand = InHand(rusqlite::Connection::open(url()).unwrap());
    all.push(Contender::new(IN_HAND, in_hand, rows, setting()));
    all
}

/// With a mutex around every call, which rusqlite's own connections do not have.
fn open_as_diesel_does(url: &str) -> rusqlite::Connection {
    let mut flags = OpenFlags::default();
    flags.remove(OpenFlags::SQLITE_OPEN_NO_MUTEX);
    flags.insert(OpenFlags::SQLITE_OPEN_FULL_MUTEX);
    rusqlite::Connection::open_with_flags(url, flags).unwrap()
}

const UPDATE: &str = "UPDATE articles SET version = ?, title = ?, body = ?, views = ? WHERE id = ? AND version = ?";

fn save(record: &mut Article, update: &mut Statement<'_>) {
    let next = record.version + 1;
    let Article { id, title, body, views, version } = &*record;
    let rows = update.execute(params![next, title, body, views, id, version]).unwrap();
    assert_eq!(rows, 1);
    record.version = next;
}

fn rows(connection: &rusqlite::Connection) -> Vec<Article> {
    let mut statement = connection.prepare("SELECT id, title, body, views, version FROM articles ORDER BY id").unwrap();
    let articles = statement.query_map([], |row| {
        Ok(Article { id: row.get(0)?, title: row.get(1)?, body: row.get(2)?, views: row.get(3)?, version: row.get(4)? })
    });
    articles.unwrap().map(Result::unwrap).collect()
}

/// Each save asks the connection for the statement, as a save must that knows only the connection.
struct Floor(rusqlite::Connection);

impl Saver for Floor {
    fn execute(&mut self, sql: &str) {
        self.0.execute_batch(sql).unwrap();
    }

    fn save_all(&mut self, records: &mut [Article], order: &[usize]) {
        self.0.execute_batch("BEGIN").unwrap();
        for &index in order {
            save(&mut records[index], &mut self.0.prepare_cached(UPDATE).unwrap());
        }
        self.0.execute_batch("COMMIT").unwrap();
    }

    fn rows(&mut self) -> Vec<Article> {
        rows(&self.0)
    }
}

/// The loop holds the statement, and no mutex guards it. Nothing in Rust is faster.
struct InHand(rusqlite::Connection);

impl Saver for InHand {
    fn execute(&mut self, sql: &str) {
        self.0.execute_batch(sql).unwrap();
    }

    fn save_all(&mut self, records: &mut [Article], order: &[usize]) {
        self.0.execute_batch("BEGIN").unwrap();
        {
            let mut update = self.0.prepare_cached(UPDATE).unwrap();
            for &index in order {
                save(&mut records[index], &mut update);
            }
        }
        self.0.execute_batch("COMMIT").unwrap();
    }

    fn rows(&mut self) -> Vec<Article> {
        rows(&self.0)
    }
}
