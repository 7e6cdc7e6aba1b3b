//! PostgreSQL, and its lower bound: the `postgres` crate.

use diesel::prelude::*;
use postgres::{Client, NoTls, Statement};

use super::{Absent, contenders, unique_name};
use crate::contender::{Contender, Setting};
use crate::record::Article;
use crate::saver::Saver;

/// Each contender has its own schema.
pub(super) fn open(rows: i64) -> Result<Vec<Contender>, Absent> {
    let url = std::env::var("PG_URL").map_err(|_| Absent("PG_URL names no server"))?;
    let connect = || PgConnection::establish(&url).unwrap();
    let floor = || Floor { client: Client::connect(&url, NoTls).unwrap(), update: None };
    Ok(contenders(rows, connect, floor, setting))
}

fn setting() -> Setting {
    let schema = unique_name();
    Setting {
        open: vec![format!("CREATE SCHEMA {schema}"), format!("SET search_path TO {schema}")],
        id_type: "BIGINT",
        // A round leaves as many dead rows as the table has rows.
        settle: Some("VACUUM articles"),
        close: Some(format!("DROP SCHEMA {schema} CASCADE")),
        folder: None,
    }
}

struct Floor {
    client: Client,
    update: Option<Statement>,
}

impl Saver for Floor {
    fn execute(&mut self, sql: &str) {
        self.client.batch_execute(sql).unwrap();
    }

    fn save_all(&mut self, records: &mut [Article], order: &[usize]) {
        const SQL: &str =
            "UPDATE articles SET version = $1, title = $2, body = $3, views = $4 WHERE id = $5 AND version = $6";
        let client = &mut self.client;
        let update = self.update.get_or_insert_with(|| client.prepare(SQL).unwrap());
        client.batch_execute("BEGIN").unwrap();
        for &index in order {
            let Article { id, title, body, views, version } = &records[index];
            let next = *version + 1;
            let rows = client.execute(update, &[&next, title, body, views, id, version]).unwrap();
            assert_eq!(rows, 1);
            records[index].version = next;
        }
        client.batch_execute("COMMIT").unwrap();
    }

    fn rows(&mut self) -> Vec<Article> {
        let rows = self.client.query("SELECT id, title, body, views, version FROM articles ORDER BY id", &[]).unwrap();
        let article = |row: postgres::Row| Article {
            id: row.get(0),
            title: row.get(1),
            body: row.get(2),
            views: row.get(3),
            version: row.get(4),
        };
        rows.into_iter().map(article).collect()
    }
}
