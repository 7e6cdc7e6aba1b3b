//! Prints the server that the suite runs on.

use std::io::Write as _;

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::engine::{self, Database};

#[test]
fn the_server_says_which_it_is() {
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = Text)]
        version: String,
    }

    let conn = &mut Database::new().connect();
    let Version { version } = diesel::sql_query(engine::VERSION_QUERY).get_result(conn).unwrap();
    assert!(version.contains('.'), "{version}");
    // Past libtest, which keeps what a passing test prints to itself.
    writeln!(std::io::stderr(), "== the suite runs on {} {version}", engine::NAME).unwrap();
}
