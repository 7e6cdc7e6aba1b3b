//! How a record is named outside of the program: its table, its key and its version, as text. No database is asked.

#[path = "../versioned/mod.rs"]
mod versioned;
