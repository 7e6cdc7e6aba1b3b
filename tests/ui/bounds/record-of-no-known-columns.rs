use concurrency_diesel::ConcurrencyBackend;
use concurrency_diesel::prelude::*;
use diesel::connection::LoadConnection;

fn save<T, C>(record: &mut T, conn: &mut C)
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: Concurrent,
{
    record.save_concurrent(conn).unwrap();
}

fn main() {}
