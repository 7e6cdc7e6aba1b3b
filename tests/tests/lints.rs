//! A program of `compile.rs` once more, for clippy, which does not see what trybuild builds.

#[path = "../ui/accepted/strict-lints.rs"]
pub mod strict_lints;
