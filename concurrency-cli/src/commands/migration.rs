//! A migration, written or only shown. Other files make its statements.

use std::path::PathBuf;

use concurrency_diesel::triggers::{self, SchemaChange};

use crate::arguments;
use crate::diesel_toml;
use crate::error::Error;
use crate::output;

/// The migrations of a project.
pub(super) struct Migrations {
    directory: PathBuf,
    dry_run: bool,
}

impl Migrations {
    pub(super) fn of(arguments: &arguments::Migration, project: &arguments::Project) -> Result<Self, Error> {
        Ok(Self { directory: diesel_toml::migration_dir(arguments, project)?, dry_run: arguments.dry_run })
    }

    /// The text of every `up.sql`.
    pub(super) fn written(&self) -> Result<Vec<String>, Error> {
        triggers::written_migrations(&self.directory).map_err(Error::Migrations)
    }

    /// Writes a new migration and says what is in it, or with `--dry-run` shows its files.
    pub(super) fn write(&self, name: &str, change: &SchemaChange, contents: &[String]) -> Result<String, Error> {
        if self.dry_run {
            return Ok(format!("-- up.sql\n{}\n-- down.sql\n{}", change.up_sql(), change.down_sql()));
        }
        let migration = triggers::write_migration_of(change, name, &self.directory).map_err(Error::Migrations)?;
        let mut text = format!("{} {}\n", output::good("wrote"), migration.display());
        for line in contents {
            text.push_str(&format!("  {line}\n"));
        }
        text.push_str("run it with `diesel migration run`\n");
        Ok(text)
    }
}
