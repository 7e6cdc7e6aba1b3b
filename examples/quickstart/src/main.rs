//! Two editors load the same article, both edit it, and neither edit is lost. It runs on bundled SQLite, in a temporary
//! file.

mod statements;

use std::error::Error;

use concurrency_diesel::prelude::*;
use diesel::prelude::*;
use libsqlite3_sys as _;

use crate::statements::Statements;

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        body -> Nullable<Text>,
        version -> BigInt,
    }
}

#[derive(Debug, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    body: Option<String>,
    #[concurrent(version)]
    version: i64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let url = folder.path().join("quickstart.sqlite").display().to_string();
    let conn = &mut SqliteConnection::establish(&url)?;
    create_article(conn)?;
    let statements = Statements::print(conn);

    println!("Ada and Bob load the same article.");
    let mut ada = load(conn)?;
    let mut bob = load(conn)?;

    println!("\nAda changes the title and saves.");
    ada.title = "The tortoise and the hare".to_owned();
    ada.save_concurrent(conn)?;
    println!("  saved, now at version {}", ada.version);

    println!("\nBob writes the text and saves, too.");
    let text = "Slow and steady wins the race.";
    bob.body = Some(text.to_owned());
    match bob.save_concurrent(conn) {
        Ok(()) => return Err("Bob's save destroyed Ada's".into()),
        Err(error) if error.is_conflict() => println!("  refused: {error}"),
        Err(error) => return Err(error.into()),
    }

    println!("\nBob reloads the article, writes his text again, and saves.");
    bob.reload_concurrent(conn)?;
    bob.body = Some(text.to_owned());
    bob.save_concurrent(conn)?;
    println!("  saved, now at version {}", bob.version);

    println!("\nBoth edits are in the row:");
    let row = load(conn)?;
    println!("  {row:?}");
    println!(
        "\n{} statements were sent: one for each load and save, and one more for the save that was refused.",
        statements.count()
    );
    Ok(())
}

fn load(conn: &mut SqliteConnection) -> QueryResult<Article> {
    articles::table.find(1).select(Article::as_select()).first(conn)
}

fn create_article(conn: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query(
        "CREATE TABLE articles (
            id INTEGER PRIMARY KEY,
            title TEXT NOT NULL,
            body TEXT,
            version BIGINT NOT NULL
        )",
    )
    .execute(conn)?;
    diesel::insert_into(articles::table)
        .values((articles::id.eq(1), articles::title.eq("Untitled"), articles::version.eq(Article::initial_version())))
        .execute(conn)?;
    Ok(())
}
