//! A migration, written or only shown.
//! Its statements are made elsewhere.

use std::path::Path;

use concurrency_diesel::triggers::{self, SchemaChange};

use crate::error::Error;
use crate::output;

/// The text of every `up.sql` there is.
pub(super) fn written(directory: &Path) -> Result<Vec<String>, Error> {
    triggers::written_migrations(directory).map_err(Error::Migrations)
}

/// What the files of the migration would hold.
pub(super) fn shown(change: &SchemaChange) -> String {
    format!("-- up.sql\n{}\n-- down.sql\n{}", change.up_sql(), change.down_sql())
}

/// Writes the migration, and says what is in it.
pub(super) fn write(directory: &Path, name: &str, change: &SchemaChange, contents: &[String]) -> Result<String, Error> {
    let migration = triggers::write_migration_of(change, name, directory).map_err(Error::Migrations)?;
    let mut text = format!("{} {}\n", output::good("wrote"), migration.display());
    for line in contents {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("run it with `diesel migration run`\n");
    Ok(text)
}
