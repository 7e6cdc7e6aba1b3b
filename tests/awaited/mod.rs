//! What only a library that is awaited can do wrong: where its futures fit in, and what is left of one that is dropped.
//! What the methods do is tested by the suite.

pub mod fixtures;

mod dropped;
mod pools;
mod scopes;
mod shapes;
