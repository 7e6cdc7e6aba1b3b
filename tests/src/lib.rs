//! Compiles every block of the README and runs it on bundled SQLite.

#![doc = include_str!("../../README.md")]
