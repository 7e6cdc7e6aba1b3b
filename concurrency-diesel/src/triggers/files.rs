//! Writes migrations of triggers as files, in Diesel's own format. Core knows their SQL.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use concurrency_core::{SchemaChange, pending_triggers};

use super::error::Error;
use super::models::TriggerModels;
use crate::backend::ConcurrencyBackend;

/// The end of a migration's name.
const NAME: &str = "concurrency_triggers";

/// Writes a migration that creates the triggers of these models: `<dir>/2026-11-24-081500_concurrency_triggers/up.sql`
/// and `down.sql`.
///
/// Triggers that another migration of the directory already creates are left out, so you can call it for all models
/// each time you add one. If nothing is left to write, it returns `None`. The date is now, so the migration comes after
/// those of the tables.
///
/// # Errors
///
/// [`MigrationDirectory`](Error::MigrationDirectory): the directory does not exist, or cannot be read or written.
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
    let written = written_migrations(directory)?;
    let specs = M::__specs();
    let pending = pending_triggers(&specs, DB::__ENGINE, &written);
    let change = pending.into_iter().map(|(_, change)| change).reduce(SchemaChange::then);
    change.map(|change| write_migration_of(&change, NAME, directory)).transpose()
}

/// Writes a change of the schema as a migration: a directory with the time and the name, and its two files.
///
/// # Errors
///
/// As [`write_migration`]. If a migration cannot be written completely, nothing of it is left.
pub fn write_migration_of(change: &SchemaChange, name: &str, dir: impl AsRef<Path>) -> Result<PathBuf, Error> {
    let directory = dir.as_ref();
    let failed = |source| Error::MigrationDirectory { directory: directory.to_owned(), source };
    let version = free_version(directory).map_err(failed)?;
    let migration = directory.join(format!("{version}_{name}"));
    write(change, &migration).map(|()| migration).map_err(failed)
}

fn write(change: &SchemaChange, migration: &Path) -> io::Result<()> {
    fs::create_dir(migration)?;
    let files = fs::write(migration.join("up.sql"), change.up_sql())
        .and_then(|()| fs::write(migration.join("down.sql"), change.down_sql()));
    if files.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_dir_all(migration);
    }
    files
}

/// The text of every `up.sql` in the directory, in the order in which Diesel runs them.
///
/// # Errors
///
/// [`MigrationDirectory`](Error::MigrationDirectory): the directory does not exist, or cannot be read.
///
/// # Example
///
/// ```
/// use concurrency_diesel::triggers::{
///     Engine, TriggerSpec, create_triggers, pending_triggers, write_migration_of, written_migrations,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// let specs = [TriggerSpec::new("articles", ["id"], "version")];
/// write_migration_of(&create_triggers(&specs, Engine::Sqlite), "concurrency_triggers", dir)?;
/// assert_eq!(pending_triggers(&specs, Engine::Sqlite, &written_migrations(dir)?), []);
/// # Ok(())
/// # }
/// ```
pub fn written_migrations(dir: impl AsRef<Path>) -> Result<Vec<String>, Error> {
    let directory = dir.as_ref();
    read(directory).map_err(|source| Error::MigrationDirectory { directory: directory.to_owned(), source })
}

fn read(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = names(directory)?;
    names.sort_by_key(|name| version(name));
    let mut written = Vec::new();
    for name in names {
        match read_file(&directory.join(name).join("up.sql")) {
            Ok(up) => written.push(String::from_utf8_lossy(&up).into_owned()),
            // The entry is a file beside the migrations, or a migration in Rust.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

/// Reads only regular files: reading a pipe would block.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() {
        return fs::read(path);
    }
    Err(io::Error::other(format!("{} is no regular file", path.display())))
}

fn names(directory: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
}

/// What Diesel compares: the name up to the first `_`, without `-`.
fn version(name: &OsStr) -> String {
    name.to_string_lossy().split('_').next().unwrap_or_default().replace('-', "")
}

/// The version for a new migration: now or, if a migration is not older (of the same second, or with a later date), one
/// right after the last.
fn free_version(directory: &Path) -> io::Result<String> {
    let mut names = names(directory)?;
    // Other entries, such as a README, are no migrations.
    let is_dated = |name: &OsString| version(name).starts_with(|first: char| first.is_ascii_digit());
    names.retain(|name| is_dated(name) || directory.join(name).join("up.sql").exists());
    let last = names.iter().max_by_key(|name| version(name)).map(|name| name.to_string_lossy().into_owned());
    let now = timestamp(SystemTime::now());
    let Some(last) = last.filter(|last| version(last.as_ref()) >= now.replace('-', "")) else { return Ok(now) };
    let last = last.split('_').next().unwrap_or_default();
    // diesel_cli appends four digits of a number of its own.
    let base = last.rsplit_once('-').filter(|(base, number)| number.len() == 4 && base.matches('-').count() == 3);
    let base = base.map_or(last, |(base, _)| base);
    let mut numbered = (1..=u16::MAX).map(|number| format!("{base}-{number:04x}"));
    let free = numbered.find(|free| version(free.as_ref()) > version(last.as_ref()));
    Ok(free.unwrap_or_else(|| format!("{last}-0001")))
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
    use std::collections::HashSet;
    use std::time::Duration;

    use concurrency_core::{Engine, TriggerSpec, create_triggers};

    use super::*;

    #[test]
    fn times_are_written_as_diesel_writes_them() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01-000000");
        assert_eq!(at(951_827_696), "2000-02-29-123456");
        assert_eq!(at(1_798_761_599), "2026-12-31-235959");
        assert_eq!(at(4_107_542_400), "2100-03-01-000000");
    }
    #[test]
    fn migrations_are_in_the_order_of_their_versions() {
        let dir = tempfile::tempdir().unwrap();
        for (name, up) in [("2026-01-02-000000_b", "2"), ("20260101000000_c", "1"), ("2026-01-02-000000-0001_a", "3")] {
            fs::create_dir(dir.path().join(name)).unwrap();
            fs::write(dir.path().join(name).join("up.sql"), up).unwrap();
        }
        fs::write(dir.path().join(".keep"), "").unwrap();
        fs::create_dir(dir.path().join("2026-01-03-000000_rust")).unwrap();
        assert_eq!(written_migrations(dir.path()).unwrap(), ["1", "2", "3"]);
    }

    /// Of the same second, or with a later date: a table must be there before its trigger.
    #[test]
    fn a_migration_comes_after_all_that_are_there() {
        let now = timestamp(SystemTime::now() + Duration::from_secs(600));
        for last in [
            format!("{now}-0000_tables"),
            format!("{now}_tables"),
            "2999-01-01-000000_t".to_owned(),
            "29990101000000_t".to_owned(),
            format!("{now}-ffff_tables"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            for name in ["2020-01-01-000000_first", &last] {
                fs::create_dir(dir.path().join(name)).unwrap();
                fs::write(dir.path().join(name).join("up.sql"), "").unwrap();
            }
            let change = create_triggers([&TriggerSpec::new("articles", ["id"], "version")], Engine::Sqlite);
            let mut before = version(last.as_ref());
            for _ in 0..3 {
                let written = write_migration_of(&change, "triggers", dir.path()).unwrap();
                let written = version(written.file_name().unwrap());
                assert!(written > before, "{written} after {before}");
                before = written;
            }
        }
    }

    #[test]
    fn what_else_lies_beside_the_migrations_is_none() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("README.md"), "").unwrap();
        fs::create_dir(dir.path().join("scripts")).unwrap();
        let change = create_triggers([&TriggerSpec::new("articles", ["id"], "version")], Engine::Sqlite);
        let written = write_migration_of(&change, "triggers", dir.path()).unwrap();
        assert!(written.file_name().unwrap().to_str().unwrap().starts_with("20"), "{written:?}");
    }

    /// Reading a pipe would block until something writes into it.
    #[test]
    #[cfg(unix)]
    fn a_pipe_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("2026-01-01-000000_a")).unwrap();
        let up = dir.path().join("2026-01-01-000000_a/up.sql");
        assert!(std::process::Command::new("mkfifo").arg(&up).status().unwrap().success());
        let error = written_migrations(dir.path()).unwrap_err().to_string();
        assert!(error.contains(&format!("{} is no regular file", up.display())), "{error}");
    }

    #[test]
    fn no_version_is_given_twice() {
        let dir = tempfile::tempdir().unwrap();
        let change = create_triggers([&TriggerSpec::new("articles", ["id"], "version")], Engine::Sqlite);
        let written: HashSet<String> = (0..20)
            .map(|_| write_migration_of(&change, "same", dir.path()).unwrap())
            .map(|path| version(path.file_name().unwrap()))
            .collect();
        assert_eq!(written.len(), 20);
    }
}
