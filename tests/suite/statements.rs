//! The statements of a connection, recorded by Diesel's instrumentation.

use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;

use crate::engine::TestConnection;

/// The statements that a connection sent since the log was attached to it.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    sent: Vec<String>,
    prepared: Vec<String>,
}

/// But for two questions that have tests of their own. SQLite is asked once for each type, and again at a conflict, whether its table is
/// a view. MySQL and MariaDB are asked before a transaction whether its tables can roll back.
fn push(log: &mut Vec<String>, statement: String) {
    let asks_for_engine = statement.starts_with("SHOW CREATE TABLE ")
        || (statement.contains("information_schema.engines") && !statement.contains("generation_expression"));
    if !statement.contains("pragma_table_list") && !asks_for_engine {
        log.push(statement);
    }
}

impl Log {
    pub fn attach(connection: &mut TestConnection) -> Self {
        let log = Self::default();
        let recorded = Arc::clone(&log.0);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            let mut recorded = recorded.lock().unwrap();
            match event {
                InstrumentationEvent::StartQuery { query, .. } => push(&mut recorded.sent, query.to_string()),
                InstrumentationEvent::CacheQuery { sql, .. } => push(&mut recorded.prepared, sql.to_owned()),
                _ => {}
            }
        });
        log
    }

    /// The statements sent since the last call, BEGIN and COMMIT included.
    pub fn take_sent(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().sent)
    }

    /// The texts prepared for the statement cache since the last call.
    pub fn take_prepared(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().prepared)
    }
}
