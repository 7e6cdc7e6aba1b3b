//! Records that the transaction would swallow cannot be given back their versions.

use concurrency_diesel::transaction_concurrent;
use diesel::prelude::*;
use diesel::result::Error;

fn main() {
    let conn = &mut SqliteConnection::establish(":memory:").unwrap();
    transaction_concurrent(conn, vec![1, 2], |_, _| Ok::<_, Error>(())).unwrap();
}
