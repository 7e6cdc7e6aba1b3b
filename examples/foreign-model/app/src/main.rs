//! Two editors load the same group, a struct of the crate `foreign-model-owner`, and neither edit is lost. That crate
//! is not changed; its table gets one more column.

use std::error::Error;

use concurrency_diesel::prelude::*;
use diesel::backend::Backend;
use diesel::prelude::*;
use foreign_model_owner::Group;
use libsqlite3_sys as _;

// The owner's table after this application's migration.
diesel::table! {
    groups (id) {
        id -> Integer,
        name -> Text,
        note -> Nullable<Text>,
        version -> BigInt,
    }
}

/// The columns of the owner's struct. This struct is never constructed: it says which fields there are, and how a save
/// writes them.
#[derive(ConcurrentColumns)]
#[diesel(table_name = groups)]
#[concurrent(remote = foreign_model_owner::Group)]
struct GroupColumns {
    id: i32,
    name: String,
    note: Option<String>,
}

/// The owner's struct, with a version. The key is in the owner's struct.
#[derive(Debug, Queryable, Concurrent)]
#[diesel(table_name = groups)]
struct VersionedGroup {
    #[diesel(embed)]
    #[concurrent(remote = GroupColumns, key)]
    group: Group,
    #[concurrent(version)]
    version: i64,
}

/// The code that Diesel's derive would write if the owner's columns were those of this application's `table!`.
impl<DB: Backend> Selectable<DB> for VersionedGroup {
    type SelectExpression = ((groups::id, groups::name, groups::note), groups::version);

    fn construct_selection() -> Self::SelectExpression {
        ((groups::id, groups::name, groups::note), groups::version)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let url = folder.path().join("groups.sqlite").display().to_string();
    let conn = &mut SqliteConnection::establish(&url)?;
    foreign_model_owner::create_table(conn)?;
    let editors = Group { id: 1, name: "editors".to_owned(), note: None };
    diesel::insert_into(foreign_model_owner::groups::table).values(editors).execute(conn)?;

    println!("This application's migration adds the version.");
    diesel::sql_query("ALTER TABLE groups ADD COLUMN version BIGINT NOT NULL DEFAULT 1").execute(conn)?;

    println!("\nAda and Bob load the same group.");
    let mut ada = load(conn)?;
    let mut bob = load(conn)?;

    println!("\nAda renames it and saves.");
    ada.group.name = "authors".to_owned();
    ada.save_concurrent(conn)?;
    println!("  saved, now at version {}", ada.version);

    println!("\nBob writes a note and saves, too.");
    bob.group.note = Some("they write".to_owned());
    match bob.save_concurrent(conn) {
        Ok(()) => return Err("Bob's save destroyed Ada's".into()),
        Err(error) if error.is_conflict() => println!("  refused: {error}"),
        Err(error) => return Err(error.into()),
    }

    println!("\nBob reloads the group, writes his note again, and saves.");
    bob.reload_concurrent(conn)?;
    bob.group.note = Some("they write".to_owned());
    bob.save_concurrent(conn)?;
    println!("  saved, now at version {}", bob.version);

    println!("\nBoth edits are in the row:\n  {}", load(conn)?.group.describe());
    Ok(())
}

fn load(conn: &mut SqliteConnection) -> QueryResult<VersionedGroup> {
    groups::table.find(1).select(VersionedGroup::as_select()).first(conn)
}
