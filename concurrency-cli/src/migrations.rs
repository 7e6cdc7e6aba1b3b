//! The folder of Diesel's migrations: what is in it, and one more.
//! It knows files and statements; what a statement does is none of its business.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use concurrency_core::SchemaChange;

use crate::error::Error;
use crate::timestamp;

/// The migrations of a folder, in the order in which Diesel runs them.
#[derive(Debug)]
pub(crate) struct Migrations {
    directory: PathBuf,
    /// The names of all folders, those that are no migrations too.
    taken: Vec<String>,
    up: Vec<String>,
}

impl Migrations {
    pub(crate) fn read(directory: &Path) -> Result<Self, Error> {
        let blame = |path: &Path| {
            let path = path.to_owned();
            move |error| Error::MigrationDirectory { path, error }
        };
        let mut taken = Vec::new();
        for entry in fs::read_dir(directory).map_err(blame(directory))? {
            taken.push(entry.map_err(blame(directory))?.file_name().to_string_lossy().into_owned());
        }
        taken.sort_by_key(|name| version_of(name));
        let mut up = Vec::new();
        for name in &taken {
            let path = directory.join(name).join("up.sql");
            match fs::read(&path) {
                Ok(sql) => up.push(String::from_utf8_lossy(&sql).into_owned()),
                // A file beside the migrations, or a migration in Rust.
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(error) => return Err(blame(&path)(error)),
            }
        }
        Ok(Self { directory: directory.to_owned(), taken, up })
    }

    /// The text of each `up.sql`, in order.
    pub(crate) fn up(&self) -> &[String] {
        &self.up
    }

    /// Where the next migration of this name goes.
    pub(crate) fn next(&self, name: &str) -> PathBuf {
        let moment = timestamp::now();
        let is_free = |version: &String| !self.taken.iter().any(|taken| taken.starts_with(version.as_str()));
        let version = (0..=u16::MAX).map(|number| format!("{moment}-{number:04x}")).find(is_free);
        self.directory.join(format!("{}_{name}", version.unwrap_or(moment)))
    }
}

/// What Diesel compares: the name up to the first `_`, without `-`.
fn version_of(name: &str) -> String {
    name.split('_').next().unwrap_or_default().replace('-', "")
}

/// Writes both files of a migration, or nothing.
pub(crate) fn write(migration: &Path, change: &SchemaChange) -> Result<(), Error> {
    let blame = |error| Error::Write { path: migration.to_owned(), error };
    // Fails where it exists.
    fs::create_dir(migration).map_err(blame)?;
    let written = fs::write(migration.join("up.sql"), change.up_sql())
        .and_then(|()| fs::write(migration.join("down.sql"), change.down_sql()));
    written.map_err(|error| {
        // What is reported is why it could not be written; that a part remains would be seen there.
        let _ = fs::remove_dir_all(migration);
        blame(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_in_the_order_of_their_versions() {
        let folder = tempfile::tempdir().unwrap();
        for (name, sql) in
            [("2026-01-02-000000_b", "second"), ("20260101000000_c", "first"), ("2026-01-02-000000-0001_a", "third")]
        {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("up.sql"), sql).unwrap();
        }
        fs::write(folder.path().join(".keep"), "").unwrap();
        fs::create_dir(folder.path().join("2026-01-03-000000_rust")).unwrap();
        let migrations = Migrations::read(folder.path()).unwrap();
        assert_eq!(migrations.up(), ["first", "second", "third"]);
    }

    #[test]
    fn a_version_is_not_given_twice() {
        let folder = tempfile::tempdir().unwrap();
        let mut migrations = Migrations::read(folder.path()).unwrap();
        let first = migrations.next("x");
        let first = first.file_name().unwrap().to_str().unwrap();
        let (version, _) = first.rsplit_once("-0000_").unwrap();
        // The clock may move on between the two.
        migrations.taken = (0..3).map(|_| first.to_owned()).collect();
        let second = migrations.next("y");
        let second = second.file_name().unwrap().to_str().unwrap();
        assert!(second == format!("{version}-0001_y") || !second.starts_with(version), "{first} {second}");
    }

    #[test]
    fn a_folder_that_is_none_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let error = Migrations::read(&missing).unwrap_err().to_string();
        let expected = format!(
            "{}: No such file or directory (os error 2); name the folder of Diesel's migrations with --migration-dir, \
             or make it with `diesel setup`",
            missing.display()
        );
        assert_eq!(error, expected);
    }
}
