//! The shared code of the benches: one record, the ways of saving it, and the engines. Nothing here measures;
//! `benches/` does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that met an error measured nothing and must stop"
)]
#![allow(missing_debug_implementations, reason = "connections have none, and nothing here is printed")]

pub mod arguments;
pub mod contender;
pub mod engines;
pub mod record;
pub mod rows;
pub mod saver;
pub mod spread;
