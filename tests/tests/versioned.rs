//! What a record is without a database: its name outside of the program (table, key and version, as text), and merges of its fields.

#[path = "../versioned/mod.rs"]
mod versioned;
