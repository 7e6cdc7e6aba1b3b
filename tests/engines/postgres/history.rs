//! The parts of the history for this engine: how changes are recorded, how a connection is ended, and a table without a
//! version column.

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::TestConnection;
use crate::history::audit::Counting;
use crate::history::table::{Description, history_table};

#[path = "../server/history.rs"]
mod server;

pub use self::server::{Unreliable, is_lost, play, played_a_client, unreliable};

history_table!(
    xmin,
    Xmin,
    history_xmins,
    XminVersionField,
    concurrency_diesel::Xid as concurrency_diesel::sql_types::Xid,
    column = "",
    sql_name = "xmin",
    integer = "xmin::text::bigint",
    insert = database
);

pub fn tables() -> Vec<Description> {
    crate::history::tables_with([Description::of::<xmin::Record>()])
}

/// Numbers the changes.
pub const POSITION_COLUMN: &str = "position BIGSERIAL PRIMARY KEY";
pub const COUNTING: Option<Counting> = None;

/// A trigger that runs this statement.
pub fn trigger(table: &str, event: &str, statement: &str) -> String {
    let name = format!("{table}_{event}");
    format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement} RETURN NULL; END $$;
         CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
}

/// Waits for every transaction that has written these tables, and lets no other begin to.
pub fn hold_off_writers(tables: &[&str]) -> Vec<String> {
    vec!["BEGIN".to_owned(), format!("LOCK TABLE {} IN EXCLUSIVE MODE", tables.join(", "))]
}
pub const LET_WRITERS_IN: &str = "COMMIT";

/// Only a superuser may set this. For other users, each deadlock takes a second.
fn prepare(connection: &mut TestConnection) {
    let _ = connection.batch_execute("SET deadlock_timeout = '20ms'");
}

/// Ends that connection, if it is still there.
fn end(id: i64, observer: &mut TestConnection) {
    let end = sql::<Bool>("SELECT pg_terminate_backend(").bind::<BigInt, _>(id).sql("::int)");
    end.get_result::<bool>(observer).unwrap();
}

/// Lets a connection wait for its statements only briefly, and as long as it takes.
pub const GIVE_UP_SOON: &str = "SET statement_timeout = '3ms'";
pub const BE_PATIENT: &str = "SET statement_timeout = 0";

/// A trigger that refuses every tenth mark.
pub fn refuse_some(table: &str) -> Vec<String> {
    vec![format!(
        "CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.mark % 10 = 3 THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER {table}_refuse BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )]
}
