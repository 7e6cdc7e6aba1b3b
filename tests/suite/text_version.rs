//! Versions that are text: two that a collation calls equal are still two versions.

use crate::library::prelude::*;
use crate::library::{VersionField, VersionValue};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::engine::{self, Database};

diesel::table! {
    tokens (id) {
        id -> BigInt,
        value -> Integer,
        version -> Text,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = tokens)]
struct Token {
    id: i64,
    value: i32,
    #[concurrent(version = Letters)]
    version: String,
}

/// a, A, aa, AA, aaa …
struct Letters;

impl VersionField<String> for Letters {
    fn next(current: &String) -> Option<String> {
        if current.starts_with('a') {
            Some(current.to_uppercase())
        } else {
            Some(format!("{}a", current.to_lowercase()))
        }
    }

    fn value(version: &String) -> VersionValue {
        version.as_str().into()
    }

    fn from_value(value: &VersionValue) -> Option<String> {
        value.text().map(str::to_owned)
    }
}

#[test]
fn versions_that_differ_in_case_alone_conflict() {
    for column in engine::HIDING_COLUMNS {
        let database = Database::new();
        let conn = &mut database.connect();
        for statement in engine::HIDING_SETUP {
            conn.batch_execute(statement).unwrap();
        }
        conn.batch_execute(&format!(
            "CREATE TABLE tokens (id BIGINT PRIMARY KEY, value INTEGER NOT NULL, version {column} NOT NULL)"
        ))
        .unwrap();
        conn.batch_execute("INSERT INTO tokens VALUES (1, 0, 'a')").unwrap();
        let mut a: Token = tokens::table.find(1).select(Token::as_select()).first(conn).unwrap();
        let mut stale = a.clone();
        a.value = 1;
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, "A");

        stale.value = 2;
        let error = stale.save_concurrent(conn).unwrap_err();
        assert!(
            matches!(&error, ConcurrencyError::RecordModified(error)
                if (&error.expected, &error.found) == (&"a".into(), &"A".into())),
            "{column}: {error:?}"
        );
        assert_eq!(a.current(conn).unwrap().as_ref(), Some(&a));
        stale.save_unchecked(conn).unwrap();
        assert_eq!(stale.version, "aa");
        assert!(a.delete_concurrent(conn).unwrap_err().is_conflict());
        stale.delete_concurrent(conn).unwrap();
    }
}
