//! A cluster of MariaDB or MySQL servers as the engine of the history: each client writes on one of the nodes that `CLUSTER_URLS` names,
//! while `tests/run --cluster` kills, pauses and starts nodes.

pub mod history;
mod nodes;
pub mod server;
mod watch;

use diesel::result::DatabaseErrorKind;

pub use self::nodes::Database;
pub use crate::Connection as TestConnection;

/// The engine's name.
pub const NAME: &str = "cluster";

/// How a node refuses a question, in its own protocol: error 1213.
const REFUSAL: &[u8] = b"\x1b\0\0\x01\xff\xbd\x04#40001a made up deadlock";

/// The port of a node whose URL names none.
const DEFAULT_PORT: u16 = 3306;

/// The error for a lost connection.
const CONNECTION_LOST: &[(DatabaseErrorKind, &str)] = &[
    (DatabaseErrorKind::Unknown, "Connection was killed"),
    (DatabaseErrorKind::Unknown, "Lost connection to "),
    (DatabaseErrorKind::Unknown, "erver has gone away"),
    (DatabaseErrorKind::Unknown, "Server shutdown in progress"),
    (DatabaseErrorKind::Unknown, "Input/output error: "),
];
