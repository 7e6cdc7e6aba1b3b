//! The command line: its commands and options, and their help. The commands decide what they mean.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use concurrency_diesel::triggers::Engine;

const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  `triggers check` found a trigger that is missing, altered or disabled
  2  it could not be done: wrong usage, unreadable sources, no connection, refused by the database";

/// Version triggers for Diesel models, as migrations or in the database
#[derive(Debug, Parser)]
#[command(name = "diesel-concurrency", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) project: Project,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The triggers of all models that have a `TriggerVersionField`
    #[command(subcommand, after_help = EXIT_CODES)]
    Triggers(Triggers),

    /// Writes a migration that adds a version column to a table
    #[command(after_help = "\
Examples:
  diesel-concurrency add-version --table articles
  diesel-concurrency add-version --table shop.items --column revision --trigger --key shop,item
  diesel-concurrency add-version --table articles --trigger --strict")]
    AddVersion(AddVersion),

    /// Writes a migration that creates the table of edit locks, which stores who is editing which record
    #[command(after_help = "\
Examples:
  diesel-concurrency edit-locks
  diesel-concurrency edit-locks --engine postgres --dry-run

The engine is that of the database URL; no connection is made.")]
    EditLocks(EditLocks),

    /// Prints completions for a shell
    #[command(after_help = "\
Example:
  diesel-concurrency completions bash > /etc/bash_completion.d/diesel-concurrency")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Triggers {
    /// Writes a migration with the triggers that no migration has yet
    #[command(after_help = "\
Examples:
  diesel-concurrency triggers generate
  diesel-concurrency triggers generate --engine postgres --source src --source ../models/src
  diesel-concurrency triggers generate --strict
  diesel-concurrency triggers generate --dry-run

A trigger that the migrations create in the other form is replaced: with --strict one that is not strict, without it one \
that is. Reverting the migration brings the earlier one back.

The engine is that of the database URL. A connection is made only where the migrations hold a program, `DO` or `CALL`, that may have \
dropped a trigger: then the database is asked, and where none answers the trigger is created anew.")]
    Generate(Generate),

    /// Lists the triggers that the database has
    #[command(after_help = "\
Examples:
  diesel-concurrency triggers list
  diesel-concurrency triggers list --format json")]
    List(List),

    /// Creates the triggers in the database that it does not have yet
    #[command(after_help = "\
Examples:
  diesel-concurrency triggers create
  diesel-concurrency triggers create --strict
  diesel-concurrency triggers create --dry-run

A trigger of ours that was altered or is disabled is created anew. So is one of the other form: with --strict one that is \
not strict, without it one that is. A trigger that is not ours is never touched.")]
    Create(Create),

    /// Drops the triggers from the database
    #[command(after_help = "\
Examples:
  diesel-concurrency triggers drop
  diesel-concurrency triggers drop --dry-run
  diesel-concurrency triggers drop --unused")]
    Drop(Drop),

    /// Checks that the database has every trigger, unaltered and enabled; exits with 1 if not
    #[command(after_help = "\
Examples:
  diesel-concurrency triggers check
  diesel-concurrency triggers check --format json --database-url mysql://ada@localhost/blog

Whether a trigger is strict does not matter: both forms do what they should.")]
    Check(Check),
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) form: Form,
    /// Also drop the triggers that the migrations create and no model has
    #[arg(long)]
    pub(crate) drop_unused: bool,
    #[command(flatten)]
    pub(crate) migration: Migration,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) form: Form,
    #[command(flatten)]
    pub(crate) retry: Retry,
    /// Print the SQL and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Drop {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) retry: Retry,
    /// Drop only those of our triggers that no model has
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) unused: bool,
    /// Print the SQL and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct AddVersion {
    /// The table's SQL name: `articles` or `shop.items`
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) table: String,
    /// The new column, a BIGINT that starts at 1
    #[arg(long, default_value = "version", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) column: String,
    /// Create the trigger as well
    #[arg(long)]
    pub(crate) trigger: bool,
    /// Make the trigger strict: it refuses a write that sets the version to anything but the next one
    #[arg(long, requires = "trigger")]
    pub(crate) strict: bool,
    /// The columns of the table's key, for SQLite's trigger [default: those of the schema file]
    #[arg(long, value_delimiter = ',', requires = "trigger")]
    pub(crate) key: Vec<String>,
    /// The name of the trigger [default: concurrency_TABLE_COLUMN]
    #[arg(long, requires = "trigger", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) trigger_name: Option<String>,
    #[command(flatten)]
    pub(crate) schema: Schema,
    #[command(flatten)]
    pub(crate) migration: Migration,
}

#[derive(Debug, Args)]
pub(crate) struct EditLocks {
    #[command(flatten)]
    pub(crate) migration: Migration,
}

/// The options about the project that every command takes.
#[derive(Debug, Args)]
pub(crate) struct Project {
    /// The database: postgres://…, mysql://… (also for MariaDB) or an SQLite file; also read from `.env`
    // The value is hidden, because it contains the password.
    #[arg(long, global = true, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// The configuration of `diesel` [default: diesel.toml, here or in a folder above]
    #[arg(long, global = true, value_name = "FILE", env = "DIESEL_CONFIG_FILE", value_parser = path())]
    pub(crate) config_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Sources {
    /// A folder or file with models; may be repeated
    #[arg(long, value_name = "PATH", default_value = "src")]
    pub(crate) source: Vec<PathBuf>,
    /// A folder or file to leave out; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) exclude: Vec<PathBuf>,
    /// The features of the models, which decide conditions and `cfg_attr`
    #[arg(long, value_delimiter = ',', num_args = 0.., require_equals = false, value_name = "NAMES")]
    pub(crate) features: Option<Vec<String>>,
    /// All features
    #[arg(long, conflicts_with = "features")]
    pub(crate) all_features: bool,
    #[command(flatten)]
    pub(crate) schema: Schema,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The file with the `table!` declarations [default: that of diesel.toml, or src/schema.rs, if it exists]
    #[arg(long = "schema", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Retry {
    /// How often to try again, after a pause of a second, if others use the table for longer than five seconds
    #[arg(long, value_name = "TIMES", default_value_t = 0)]
    pub(crate) retries: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Form {
    /// Make the triggers strict: they refuse a write that sets the version to anything but the next one
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Migration {
    /// The engine to write for [default: that of the database URL]
    #[arg(long, value_enum)]
    pub(crate) engine: Option<EngineName>,
    /// The folder of Diesel's migrations [default: that of diesel.toml, or `migrations`, here or in a folder above]
    #[arg(long, value_name = "DIRECTORY", env = "MIGRATION_DIRECTORY", value_parser = path())]
    pub(crate) migration_dir: Option<PathBuf>,
    /// Print the SQL and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A path that may be empty, like a variable that was not filled in.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineName {
    /// SQLite
    Sqlite,
    /// PostgreSQL
    #[value(alias = "postgresql")]
    Postgres,
    /// MySQL and MariaDB
    #[value(alias = "mariadb")]
    Mysql,
}

impl From<EngineName> for Engine {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Sqlite => Self::Sqlite,
            EngineName::Postgres => Self::Postgres,
            EngineName::Mysql => Self::Mysql,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
