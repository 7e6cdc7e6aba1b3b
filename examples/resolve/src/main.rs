//! Two editors change one article at the same time. The program merges what only one of them changed, and asks about
//! what both changed.
//!
//! In a terminal you type both edits. Otherwise the edits are prepared, and the answers are the lines of the input:
//! `printf 'mine\n' | cargo run -p resolve`.

mod article;
mod terminal;

use std::error::Error;

use concurrency_diesel::{MergeError, Tracked, TrackedDsl as _};
use diesel::prelude::*;
use libsqlite3_sys as _;

use crate::article::{Article, create, load};
use crate::terminal::{Answer, Terminal};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let url = folder.path().join("resolve.sqlite").display().to_string();
    let ada_conn = &mut SqliteConnection::establish(&url)?;
    let bob_conn = &mut SqliteConnection::establish(&url)?;
    create(ada_conn)?;
    let terminal = &mut Terminal::new();

    println!("Ada and Bob open the article.");
    let mut ada = Tracked::new(load(ada_conn)?);
    let mut bob = Tracked::new(load(bob_conn)?);
    println!("{}", *ada);

    println!("\nAda edits it.");
    edit(&mut ada, "The tortoise and the hare", None, terminal)?;
    ada.views = ada.views.saturating_add(1);
    println!("\nBob edits it, too, and knows nothing of her.");
    edit(&mut bob, "A race", Some("Slow and steady wins the race."), terminal)?;
    bob.views = bob.views.saturating_add(2);

    println!("\nAda saves {}.", list(&ada.changed_fields()));
    ada.save_merging(ada_conn)?;
    println!("\nBob saves {}.", list(&bob.changed_fields()));
    save(&mut bob, bob_conn, terminal)?;

    println!("\nThe article now:\n{}", load(bob_conn)?);
    Ok(())
}

/// Lets an editor change title and text, typed in a terminal or prepared.
fn edit(article: &mut Article, title: &str, body: Option<&str>, terminal: &mut Terminal) -> Result<(), Box<dyn Error>> {
    article.title = terminal.edit("title", &article.title, title)?;
    article.body = terminal.edit("body", &article.body, body.unwrap_or(&article.body))?;
    Ok(())
}

/// Saves what changed, and asks about each field that another editor also changed, until there is no such field.
fn save(
    mine: &mut Tracked<Article>,
    conn: &mut SqliteConnection,
    terminal: &mut Terminal,
) -> Result<(), Box<dyn Error>> {
    loop {
        let (fields, theirs) = match mine.save_merging(conn) {
            Ok(()) => return Ok(()),
            Err(MergeError::Fields { fields, theirs, .. }) => (fields, theirs),
            Err(error) => return Err(error.into()),
        };
        for field in fields {
            let theirs = theirs.text(field)?;
            let base = mine.base().text(field)?.to_owned();
            let text = mine.text_mut(field)?;
            match terminal.ask(field, &base, theirs, text)? {
                Answer::Mine => {}
                Answer::Theirs => theirs.clone_into(text),
                Answer::Text(other) => *text = other,
            }
        }
        mine.rebase(theirs);
    }
}

fn list(fields: &[&str]) -> String {
    if fields.is_empty() { "nothing".to_owned() } else { fields.join(", ") }
}
