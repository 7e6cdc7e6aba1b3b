//! Finds and reads `diesel.toml` as diesel_cli does: where the schema file and the migrations are. All other keys are
//! only for diesel_cli.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::arguments;
use crate::error::Error;
use crate::source::{Mistake, Place};

/// The schema file: the named one, or that of `diesel.toml`, or Diesel's default. The latter two only if they exist.
pub(crate) fn schema_file(
    arguments: &arguments::Schema,
    project: &arguments::Project,
) -> Result<Option<PathBuf>, Error> {
    if arguments.file.is_some() {
        return Ok(arguments.file.clone());
    }
    let configured = path(project, "print_schema", "file")?;
    let file = configured.unwrap_or_else(|| Path::new("src/schema.rs").to_owned());
    Ok(Some(file).filter(|file| file.is_file()))
}

/// The folder of the migrations: the named one, or that of `diesel.toml`, or the nearest folder upwards with Diesel's
/// name.
pub(crate) fn migration_dir(arguments: &arguments::Migration, project: &arguments::Project) -> Result<PathBuf, Error> {
    if let Some(named) = filled(arguments.migration_dir.as_ref()) {
        return Ok(named);
    }
    let configured = path(project, "migrations_directory", "dir")?;
    Ok(configured.or_else(|| upwards("migrations", Path::is_dir)).unwrap_or_else(|| Path::new("migrations").to_owned()))
}

/// The path under this key. A relative path starts at the folder of `diesel.toml`.
fn path(project: &arguments::Project, table: &str, key: &str) -> Result<Option<PathBuf>, Error> {
    let Some(file) = filled(project.config_file.as_ref()).or_else(|| upwards("diesel.toml", Path::is_file)) else {
        return Ok(None);
    };
    let read = if file.is_file() || !file.exists() {
        fs::read_to_string(&file)
    } else {
        // Reading a pipe would wait.
        Err(io::Error::other("it is no regular file"))
    };
    let text = read.map_err(|error| {
        let message = format!("cannot be read: {error}; name the configuration of diesel with --config-file");
        vec![Mistake::new(Place::of_file(&file), message)]
    })?;
    match value(&text, table, key) {
        Ok(path) => Ok(path.map(|path| file.parent().unwrap_or(Path::new("")).join(path))),
        Err((byte, message)) => Err(vec![Mistake::new(Place::of_byte(&file, &text, byte), message)].into()),
    }
}

/// A named path; an empty one does not count.
fn filled(path: Option<&PathBuf>) -> Option<PathBuf> {
    path.filter(|path| !path.as_os_str().is_empty()).cloned()
}

/// The text under this key of this table, or the position of a mistake and its message.
fn value(text: &str, table: &str, key: &str) -> Result<Option<String>, (usize, String)> {
    let document = DeTable::parse(text)
        .map_err(|error| (error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    let wrong = |value: &Spanned<DeValue<'_>>, message: String| Err((value.span().start, message));
    let Some(table_value) = document.get_ref().get(table) else { return Ok(None) };
    let Some(entries) = table_value.get_ref().as_table() else {
        return wrong(table_value, format!("`{table}` is no table; write `[{table}]`"));
    };
    let Some(value) = entries.get(key) else { return Ok(None) };
    match value.get_ref().as_str() {
        Some(path) => Ok(Some(path.to_owned())),
        None => wrong(value, format!("`{key}` of `[{table}]` is no path; write it in quotes")),
    }
}

/// The nearest file or folder of this name, here or in a folder above. The path is relative if it is here.
fn upwards(name: &str, is_it: fn(&Path) -> bool) -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let found = here.ancestors().map(|folder| folder.join(name)).find(|path| is_it(path))?;
    Some(found.strip_prefix(&here).unwrap_or(&found).to_owned())
}
