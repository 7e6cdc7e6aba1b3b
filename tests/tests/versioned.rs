//! Records without a database: their names outside the program (table, key and version, as text), and merges of their
//! fields.

#[path = "../versioned/mod.rs"]
mod versioned;
