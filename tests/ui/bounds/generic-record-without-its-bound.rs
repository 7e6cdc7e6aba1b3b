use concurrency_diesel::prelude::*;
use diesel::prelude::*;

fn save<T: Concurrent>(record: &mut T, conn: &mut SqliteConnection) -> Result<(), ConcurrencyError> {
    record.save_concurrent(conn)
}

fn main() {}
