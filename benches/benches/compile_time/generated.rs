//! The generated crates, and their compilation.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock::Clock;

/// Enough that one struct's share is above the noise.
pub(crate) const STRUCTS: u32 = 50;

/// The derives of a crate's structs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derives {
    Nothing,
    Changeset,
    Concurrent,
    All,
}

impl Derives {
    pub(crate) const EACH: [Self; 4] = [Self::Nothing, Self::Changeset, Self::Concurrent, Self::All];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no derive",
            Self::Changeset => "`AsChangeset, Identifiable`",
            Self::Concurrent => "`Concurrent`",
            Self::All => "`AsChangeset, Identifiable, Concurrent`",
        }
    }

    const fn attributes(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Changeset => "#[derive(AsChangeset, Identifiable)] #[diesel(table_name = TABLE)]",
            Self::Concurrent => "#[derive(Concurrent)] #[diesel(table_name = TABLE)]",
            Self::All => "#[derive(AsChangeset, Identifiable, Concurrent)] #[diesel(table_name = TABLE)]",
        }
    }

    const fn version_attribute(self) -> &'static str {
        match self {
            Self::Nothing | Self::Changeset => "",
            Self::Concurrent | Self::All => "#[concurrent(version)]",
        }
    }

    /// One save with the derived code.
    const fn save(self) -> &'static str {
        match self {
            Self::Nothing => "pub fn save(_: &mut Record, _: &mut SqliteConnection) {}",
            Self::Changeset => {
                "pub fn save(record: &mut Record, conn: &mut SqliteConnection) -> QueryResult<usize> {
        let expected = record.version;
        record.version += 1;
        diesel::update(&*record).filter(TABLE::version.eq(expected)).set(&*record).execute(conn)
    }"
            }
            Self::Concurrent | Self::All => {
                "pub fn save(record: &mut Record, conn: &mut SqliteConnection) -> Result<(), ConcurrencyError> {
        record.save_concurrent(conn)
    }"
            }
        }
    }
}

/// A module for each struct, with its table.
const MODULE: &str = "
pub mod TABLE {
    use concurrency_diesel::prelude::*;
    use diesel::prelude::*;

    diesel::table! {
        TABLE (id) {
            id -> BigInt,
            title -> Text,
            body -> Nullable<Text>,
            views -> Integer,
            rating -> Double,
            version -> BigInt,
        }
    }

    ATTRIBUTES
    pub struct Record {
        pub id: i64,
        pub title: String,
        pub body: Option<String>,
        pub views: i32,
        pub rating: f64,
        VERSION
        pub version: i64,
    }

    SAVE
}
";

#[derive(Debug, Clone, Copy)]
pub(crate) enum Command {
    Check,
    Build,
}

/// A crate below the target directory.
pub(crate) struct GeneratedCrate {
    folder: PathBuf,
    source: String,
}

impl GeneratedCrate {
    pub(crate) fn write(derives: Derives, is_saved: bool) -> Self {
        let name = format!("derives_{derives:?}{}", if is_saved { "_saved" } else { "" }).to_lowercase();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-time").join(&name);
        fs::create_dir_all(folder.join("src")).unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        fs::write(folder.join("Cargo.toml"), manifest(&name, &workspace.join("concurrency-diesel"))).unwrap();
        // The same versions of all dependencies.
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        let modules: String = (0..STRUCTS).map(|number| module(number, derives, is_saved)).collect();
        Self { folder, source: format!("#![allow(unused_imports)]\n{modules}") }
    }

    /// Compiles this crate. Its dependencies are already compiled, except the first time.
    pub(crate) fn compile(&self, command: Command) -> Duration {
        fs::write(self.folder.join("src/lib.rs"), &self.source).unwrap();
        let mut cargo = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .arg(match command {
                Command::Check => "check",
                Command::Build => "build",
            })
            .args(["--quiet", "--offline"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.with_file_name("target"))
            .env("CARGO_INCREMENTAL", "0");
        let start = Clock::read();
        let status = cargo.status().unwrap();
        let elapsed = Clock::read().since(start);
        assert!(status.success(), "{} does not compile", self.folder.display());
        elapsed
    }
}

fn manifest(name: &str, library: &Path) -> String {
    format!(
        "[package]
name = \"{name}\"
edition = \"2024\"

[workspace]

[dependencies]
concurrency-diesel = {{ path = {library:?}, features = [\"sqlite\"] }}
diesel = {{ version = \"2\", default-features = false, features = [\"sqlite\"] }}
libsqlite3-sys = {{ version = \"0.38\", features = [\"bundled\"] }}
"
    )
}

fn module(number: u32, derives: Derives, is_saved: bool) -> String {
    MODULE
        .replace("ATTRIBUTES", derives.attributes())
        .replace("VERSION", derives.version_attribute())
        .replace("SAVE", if is_saved { derives.save() } else { "" })
        .replace("TABLE", &format!("table_{number}"))
}
