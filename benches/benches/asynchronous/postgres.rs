//! The server, this bench's own schema on it, and the contenders. The modules beside this one measure.

use concurrency_benches::arguments::Arguments;
use concurrency_benches::record::Article;
use concurrency_benches::rows;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tokio::runtime::Runtime;

use crate::{futures, hot_row, saves};

/// The amount of work, which is small if nothing is measured.
#[derive(Clone, Copy)]
pub(super) struct Amount {
    pub(super) is_measured: bool,
    pub(super) rounds: usize,
}

impl Amount {
    pub(super) fn of<T>(self, measured: T, tried: T) -> T {
        if self.is_measured { measured } else { tried }
    }
}

/// A schema, in which each measurement creates its own table.
pub(super) struct Server {
    pub(super) url: String,
}

impl Server {
    pub(super) async fn connect(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.url).await.unwrap()
    }

    /// Connects to a table with this many rows, and returns a record for each.
    pub(super) async fn table(&self, count: i64) -> (AsyncPgConnection, Vec<Article>) {
        let mut conn = self.connect().await;
        conn.batch_execute("DROP TABLE IF EXISTS articles").await.unwrap();
        let records = rows::records(count);
        for sql in rows::create_and_insert("BIGINT", &records) {
            conn.batch_execute(&sql).await.unwrap();
        }
        (conn, records)
    }
}

pub(super) fn main() {
    let Ok(url) = std::env::var("PG_URL") else {
        println!("NOT MEASURED: PG_URL names no server");
        return;
    };
    let is_measured = Arguments::read().is_measured;
    let amount = Amount { is_measured, rounds: if is_measured { rounds() } else { 1 } };
    // The same runtime as that of `#[tokio::main]`.
    Runtime::new().unwrap().block_on(async {
        let schema = format!("concurrency_bench_async_{}", std::process::id());
        let mut observer = AsyncPgConnection::establish(&url).await.unwrap();
        observer.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
        let separator = if url.contains('?') { '&' } else { '?' };
        let options = format!("options=-csearch_path%3D{schema}%20-cclient_min_messages%3Dwarning");
        let server = Server { url: format!("{url}{separator}{options}") };

        saves::measure(&server, amount).await;
        hot_row::measure(&server, amount).await;
        futures::measure(&server, amount).await;

        observer.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    });
}

fn rounds() -> usize {
    std::env::var("BENCH_ROUNDS").map_or(21, |rounds| rounds.parse().unwrap())
}
