//! Writes migrations of triggers as files, in Diesel's own format. What stands in them, core knows.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use concurrency_core::{SchemaChange, TriggerSpec, create_triggers};

use super::error::Error;
use super::models::TriggerModels;
use crate::backend::ConcurrencyBackend;

/// The end of a migration's name.
const NAME: &str = "concurrency_triggers";

/// Writes a migration that creates the triggers of these models: `<dir>/2026-11-24-081500_concurrency_triggers/up.sql` and `down.sql`.
///
/// Triggers that another migration of the directory creates already are left out, so that it can be called for all models each
/// time that one is added. `None` where nothing is left to write. The date is now, so that the migration comes after those of the
/// tables.
///
/// # Errors
///
/// [`MigrationDirectory`](Error::MigrationDirectory): the directory is not there, or cannot be read or written.
///
/// # Example
///
/// ```
/// # include!("../doctest_trigger.rs");
/// use concurrency_diesel::triggers;
/// use diesel::sqlite::Sqlite;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// let written = triggers::write_migration::<(Article,), Sqlite>(dir)?.ok_or("nothing to write")?;
/// let up = std::fs::read_to_string(written.join("up.sql"))?;
/// assert!(up.starts_with("CREATE TRIGGER \"concurrency_articles_version\"\nAFTER UPDATE ON \"articles\"\n"));
///
/// assert_eq!(triggers::write_migration::<(Article,), Sqlite>(dir)?, None);
/// # Ok(())
/// # }
/// ```
pub fn write_migration<M, DB>(dir: impl AsRef<Path>) -> Result<Option<PathBuf>, Error>
where
    DB: ConcurrencyBackend,
    M: TriggerModels<DB>,
{
    let directory = dir.as_ref();
    let failed = |source| Error::MigrationDirectory { directory: directory.to_owned(), source };
    let written = written_migrations(directory).map_err(failed)?;
    let is_new = |spec: &&TriggerSpec| {
        let script = create_triggers([*spec], DB::__ENGINE).up_sql();
        !written.iter().any(|up| up.contains(&script))
    };
    let specs = M::__specs();
    let new: Vec<&TriggerSpec> = specs.iter().filter(is_new).collect();
    if new.is_empty() {
        return Ok(None);
    }
    write_migration_of(&create_triggers(new, DB::__ENGINE), NAME, directory).map(Some)
}

/// Writes a change of the schema as a migration: a directory with the time and the name, and its two files.
///
/// # Errors
///
/// As [`write_migration`]. Of a migration that cannot be written whole, nothing is left.
pub fn write_migration_of(change: &SchemaChange, name: &str, dir: impl AsRef<Path>) -> Result<PathBuf, Error> {
    let directory = dir.as_ref();
    let migration = directory.join(format!("{}_{name}", timestamp(SystemTime::now())));
    write(change, &migration)
        .map(|()| migration)
        .map_err(|source| Error::MigrationDirectory { directory: directory.to_owned(), source })
}

fn write(change: &SchemaChange, migration: &Path) -> io::Result<()> {
    fs::create_dir(migration)?;
    let files = fs::write(migration.join("up.sql"), change.up_sql())
        .and_then(|()| fs::write(migration.join("down.sql"), change.down_sql()));
    if files.is_err() {
        // The first error is the one to tell of.
        let _ = fs::remove_dir_all(migration);
    }
    files
}

/// The `up.sql` of every migration in the directory.
fn written_migrations(directory: &Path) -> io::Result<Vec<String>> {
    let mut written = Vec::new();
    for migration in fs::read_dir(directory)? {
        match fs::read_to_string(migration?.path().join("up.sql")) {
            Ok(up) => written.push(up),
            // A file beside the migrations, or a migration in Rust.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

/// The time as Diesel names migrations: `2026-11-24-081500`, in UTC.
fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}-{:02}{:02}{:02}", second / 3_600, second / 60 % 60, second % 60)
}

/// The date of a day after 1970-01-01.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970_u64;
    while let Some(rest) = days.checked_sub(days_of_year(year)) {
        days = rest;
        year = year.saturating_add(1);
    }
    let mut month = 1_u64;
    while let Some(rest) = days.checked_sub(days_of_month(month, year)) {
        days = rest;
        month = month.saturating_add(1);
    }
    (year, month, days.saturating_add(1))
}

const fn days_of_year(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn days_of_month(month: u64, year: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const fn is_leap(year: u64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_written_as_diesel_writes_them() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01-000000");
        assert_eq!(at(951_827_696), "2000-02-29-123456");
        assert_eq!(at(1_798_761_599), "2026-12-31-235959");
        assert_eq!(at(4_107_542_400), "2100-03-01-000000");
    }
}
