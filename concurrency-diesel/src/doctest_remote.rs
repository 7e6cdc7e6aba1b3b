// What the example of a foreign struct starts from: the other crate, and group 1 in memory. Hidden from its readers.
use concurrency_diesel::prelude::*;
use diesel::prelude::*;

diesel::table! {
    groups (id) {
        id -> Integer,
        name -> Text,
        version -> BigInt,
    }
}

mod other {
    pub struct Group {
        pub id: i32,
        pub name: String,
    }
}

fn connection() -> SqliteConnection {
    use diesel::connection::SimpleConnection;
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection
        .batch_execute(
            "CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT NOT NULL, version BIGINT NOT NULL);
             INSERT INTO groups VALUES (1, 'first', 1);",
        )
        .unwrap();
    connection
}
