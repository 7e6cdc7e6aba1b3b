//! What needs no database: generated migrations, mistakes, help.

mod project;

#[path = "offline/add_version.rs"]
mod add_version;
#[path = "offline/command_line.rs"]
mod command_line;
#[path = "offline/generate.rs"]
mod generate;
#[path = "offline/mistakes.rs"]
mod mistakes;
#[path = "offline/passwords.rs"]
mod passwords;
#[path = "offline/speed.rs"]
mod speed;
