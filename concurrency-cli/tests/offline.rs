//! The commands that need no database: generated migrations, mistakes, help.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_debug_implementations,
    unreachable_pub,
    reason = "everything here is a test"
)]

mod project;

#[path = "offline/add_version.rs"]
mod add_version;
#[path = "offline/command_line.rs"]
mod command_line;
#[path = "offline/diesel_toml.rs"]
mod diesel_toml;
#[path = "offline/edit_locks.rs"]
mod edit_locks;
#[path = "offline/generate.rs"]
mod generate;
#[path = "offline/mistakes.rs"]
mod mistakes;
#[path = "offline/passwords.rs"]
mod passwords;
#[path = "offline/speed.rs"]
mod speed;
#[path = "offline/workspace.rs"]
mod workspace;

use std::fs;

use project::Project;

/// The names of the migrations in Diesel's order, and the text of the last one's files.
fn migrations(project: &Project) -> (Vec<String>, String, String) {
    let folder = project.path("migrations");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.filter(|name| !name.starts_with('.')).collect();
    names.sort_by_key(|name| name.split('_').next().unwrap().replace('-', ""));
    let read = |file: &str| fs::read_to_string(folder.join(names.last().unwrap()).join(file)).unwrap();
    let (up, down) = (read("up.sql"), read("down.sql"));
    (names, up, down)
}
