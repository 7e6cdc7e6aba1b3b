use concurrency_diesel::prelude::*;
use concurrency_diesel::{ConcurrencyBackend, ConcurrentOn};
use diesel::connection::LoadConnection;

fn reload<T, C>(record: &mut T, conn: &mut C)
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    record.reload_concurrent(conn).unwrap();
}

fn main() {}
