//! Tests of what only an awaited library can do wrong: where its futures fit in, and what is left of a dropped one. The
//! suite tests what the methods do.

pub mod fixtures;

mod dropped;
mod dropped_calls;
mod pools;
mod scopes;
mod shapes;
