//! Pages about one subject each. The methods have their own documentation.

#[doc = include_str!("../guide/on_the_web.md")]
pub mod on_the_web {}

#[doc = include_str!("../guide/frameworks.md")]
pub mod frameworks {}
