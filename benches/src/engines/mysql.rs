//! MariaDB or MySQL, and its lower bound: the `mysql` crate.

use diesel::prelude::*;
use mysql::prelude::Queryable as _;
use mysql::{Conn, Opts, OptsBuilder, Statement};

use super::{Absent, contenders, unique_name};
use crate::contender::{Contender, Setting};
use crate::record::Article;
use crate::saver::Saver;

/// Each contender has its own database.
pub(super) fn open(rows: i64) -> Result<Vec<Contender>, Absent> {
    let url = std::env::var("MYSQL_URL").map_err(|_| Absent("MYSQL_URL names no server"))?;
    let connect = || MysqlConnection::establish(&url).unwrap();
    let floor = || Floor { connection: Conn::new(same_way_as_diesel(&url)).unwrap(), update: None };
    Ok(contenders(rows, connect, floor, setting))
}

/// The crate would switch from TCP to the server's socket, which is faster than what the others use.
fn same_way_as_diesel(url: &str) -> OptsBuilder {
    OptsBuilder::from_opts(Opts::from_url(url).unwrap()).prefer_socket(false)
}

fn setting() -> Setting {
    let database = unique_name();
    Setting {
        open: vec![format!("CREATE DATABASE {database} CHARACTER SET utf8mb4"), format!("USE {database}")],
        id_type: "BIGINT",
        close: Some(format!("DROP DATABASE {database}")),
        ..Setting::default()
    }
}

struct Floor {
    connection: Conn,
    update: Option<Statement>,
}

impl Saver for Floor {
    fn execute(&mut self, sql: &str) {
        self.connection.query_drop(sql).unwrap();
    }

    fn save_all(&mut self, records: &mut [Article], order: &[usize]) {
        const SQL: &str =
            "UPDATE articles SET version = ?, title = ?, body = ?, views = ? WHERE id = ? AND version = ?";
        let connection = &mut self.connection;
        let update = self.update.get_or_insert_with(|| connection.prep(SQL).unwrap());
        connection.query_drop("BEGIN").unwrap();
        for &index in order {
            let Article { id, title, body, views, version } = &records[index];
            let next = *version + 1;
            connection.exec_drop(&*update, (next, title, body, views, id, version)).unwrap();
            assert_eq!(connection.affected_rows(), 1);
            records[index].version = next;
        }
        connection.query_drop("COMMIT").unwrap();
    }

    fn rows(&mut self) -> Vec<Article> {
        let sql = "SELECT id, title, body, views, version FROM articles ORDER BY id";
        let article = |(id, title, body, views, version)| Article { id, title, body, views, version };
        self.connection.query_map(sql, article).unwrap()
    }
}
