//! Groups of users, as a crate would publish them: a table, a struct, and a function that uses it. This crate does not
//! know versions, nor the application that adds one.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;

diesel::table! {
    groups (id) {
        id -> Integer,
        name -> Text,
        note -> Nullable<Text>,
    }
}

/// A group of users.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = groups)]
#[diesel(check_for_backend(Sqlite))]
pub struct Group {
    pub id: i32,
    pub name: String,
    pub note: Option<String>,
}

impl Group {
    /// A group in words.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("{}: {}", self.name, self.note.as_deref().unwrap_or("no note"))
    }
}

/// Creates the table as this crate needs it.
///
/// # Errors
///
/// The error of the database.
pub fn create_table(conn: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query("CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT)").execute(conn)?;
    Ok(())
}
