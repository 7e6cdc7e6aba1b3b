//! The ways of saving that go through Diesel: ours, by hand, and with diesel_versioning. The engines' files have the
//! bare prepared statements.

use concurrency_diesel::{BulkConcurrentDsl as _, ConcurrentDsl as _};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_versioning::Versioned as _;

use crate::record::{Article, articles};

/// A connection, and one way of saving with it.
pub trait Saver {
    /// Runs one statement.
    fn execute(&mut self, sql: &str);

    /// Saves each record once, in this order, between BEGIN and COMMIT, and sets its version to the one written.
    fn save_all(&mut self, records: &mut [Article], order: &[usize]);

    /// Every row of the table, in the order of the key.
    fn rows(&mut self) -> Vec<Article>;
}

/// A Diesel connection on which the ways of saving are compared.
///
/// A trait with the same text for each connection type. A generic function would have to spell out Diesel's bounds on
/// every statement.
pub trait DieselConnection: SimpleConnection {
    fn save_concurrent(record: &mut Article, connection: &mut Self);
    fn save_all_concurrent(records: &mut [Article], connection: &mut Self);
    fn save_by_hand(record: &mut Article, connection: &mut Self);
    fn save_versioned(record: &mut Article, connection: &mut Self);
    fn in_transaction(&mut self, work: impl FnOnce(&mut Self));
    fn load_rows(&mut self) -> Vec<Article>;
}

macro_rules! diesel_connections {
    ($($(#[$enabled:meta])? $connection:ty;)*) => {$(
        $(#[$enabled])?
        impl DieselConnection for $connection {
            fn save_concurrent(record: &mut Article, connection: &mut Self) {
                record.save_concurrent(connection).unwrap();
            }

            fn save_all_concurrent(records: &mut [Article], connection: &mut Self) {
                records.save_all_concurrent(connection).unwrap();
            }

            fn save_by_hand(record: &mut Article, connection: &mut Self) {
                let next = record.version + 1;
                let row = articles::table.filter(articles::id.eq(record.id)).filter(articles::version.eq(record.version));
                let rows = diesel::update(row)
                    .set((
                        articles::title.eq(&record.title),
                        articles::body.eq(&record.body),
                        articles::views.eq(record.views),
                        articles::version.eq(next),
                    ))
                    .execute(connection)
                    .unwrap();
                assert_eq!(rows, 1);
                record.version = next;
            }

            fn save_versioned(record: &mut Article, connection: &mut Self) {
                record.update_versioned(connection).unwrap();
            }

            fn in_transaction(&mut self, work: impl FnOnce(&mut Self)) {
                self.transaction(|connection| {
                    work(connection);
                    QueryResult::Ok(())
                })
                .unwrap();
            }

            fn load_rows(&mut self) -> Vec<Article> {
                articles::table.order(articles::id).select(Article::as_select()).load(self).unwrap()
            }
        }
    )*};
}

diesel_connections! {
    SqliteConnection;
    #[cfg(feature = "postgres")] PgConnection;
    #[cfg(feature = "mysql")] MysqlConnection;
}

/// Saves over a Diesel connection, with the function `S`.
pub struct Through<C, S> {
    connection: C,
    save: S,
}

impl<C, S> Through<C, S> {
    pub const fn new(connection: C, save: S) -> Self {
        Self { connection, save }
    }
}

impl<C, S> Saver for Through<C, S>
where
    C: DieselConnection,
    S: Fn(&mut Article, &mut C),
{
    fn execute(&mut self, sql: &str) {
        self.connection.batch_execute(sql).unwrap();
    }

    fn save_all(&mut self, records: &mut [Article], order: &[usize]) {
        let save = &self.save;
        self.connection.in_transaction(|connection| {
            for &index in order {
                save(&mut records[index], connection);
            }
        });
    }

    fn rows(&mut self) -> Vec<Article> {
        self.connection.load_rows()
    }
}

/// Saves all records over a Diesel connection at once, in their own order.
pub struct AllAtOnce<C>(pub C);

impl<C: DieselConnection> Saver for AllAtOnce<C> {
    fn execute(&mut self, sql: &str) {
        self.0.batch_execute(sql).unwrap();
    }

    fn save_all(&mut self, records: &mut [Article], _order: &[usize]) {
        C::save_all_concurrent(records, &mut self.0);
    }

    fn rows(&mut self) -> Vec<Article> {
        self.0.load_rows()
    }
}
