//! The parts of the suite that the history uses.

pub mod models {
    use crate::library::prelude::*;
    use diesel::prelude::*;

    diesel::table! {
        authors (id) {
            id -> BigInt,
            version -> BigInt,
        }
    }

    /// A record of a table that is not written here.
    #[derive(Debug, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = authors)]
    pub struct Author {
        pub id: i64,
        #[concurrent(version)]
        pub version: i64,
    }
}
