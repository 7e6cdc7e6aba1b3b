//! `edit-locks`: a migration that creates the table of edit locks.
//! It never connects to a database.

use concurrency_diesel::edit_lock::{create_edit_locks, creates_edit_locks};

use super::migration::Migrations;
use crate::arguments;
use crate::environment;
use crate::error::Error;
use crate::output::Report;

pub(super) fn run(arguments: &arguments::EditLocks, project: &arguments::Project) -> Result<Report, Error> {
    let engine = environment::engine(arguments.migration.engine, project)?;
    let migrations = Migrations::of(&arguments.migration, project)?;
    let text = if creates_edit_locks(engine, &migrations.written()?) {
        "nothing to write: the migrations have the table concurrency_edit_locks already\n".to_owned()
    } else {
        let contents = ["table concurrency_edit_locks".to_owned()];
        migrations.write("concurrency_edit_locks", &create_edit_locks(engine), &contents)?
    };
    Ok(Report::new(text, Vec::new()))
}
