//! Pages about one subject each. There is no code here; what a function does stands with the function.

#[doc = include_str!("../guide/on_the_web.md")]
pub mod on_the_web {}

#[doc = include_str!("../guide/frameworks.md")]
pub mod frameworks {}
