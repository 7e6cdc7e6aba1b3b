//! A migration, written or only shown.
//! Its statements are made elsewhere.

use concurrency_diesel::triggers::{self, SchemaChange};

use crate::arguments;
use crate::error::Error;
use crate::output;

/// The text of every `up.sql` there is.
pub(super) fn written(arguments: &arguments::Migration) -> Result<Vec<String>, Error> {
    triggers::written_migrations(&arguments.migration_dir).map_err(Error::Migrations)
}

/// Writes the migration, or with `--dry-run` shows its files.
pub(super) fn write(
    arguments: &arguments::Migration,
    name: &str,
    change: &SchemaChange,
    contents: &[String],
) -> Result<String, Error> {
    if arguments.dry_run {
        return Ok(format!("-- up.sql\n{}\n-- down.sql\n{}", change.up_sql(), change.down_sql()));
    }
    let migration = triggers::write_migration_of(change, name, &arguments.migration_dir).map_err(Error::Migrations)?;
    let mut text = format!("{} {}\n", output::good("wrote"), migration.display());
    for line in contents {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("run it with `diesel migration run`\n");
    Ok(text)
}
