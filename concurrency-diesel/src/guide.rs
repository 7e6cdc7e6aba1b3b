//! Pages about one subject each. They hold no reference: each method documents itself.

#[doc = include_str!("../guide/conflicts.md")]
pub mod conflicts {}

#[doc = include_str!("../guide/transactions.md")]
pub mod transactions {}

#[doc = include_str!("../guide/bulk.md")]
pub mod bulk {}

#[doc = include_str!("../guide/triggers.md")]
pub mod triggers {}

#[doc = include_str!("../guide/columns.md")]
pub mod columns {}

#[doc = include_str!("../guide/engines.md")]
pub mod engines {}

#[doc = include_str!("../guide/machines.md")]
pub mod machines {}

#[doc = include_str!("../guide/django.md")]
pub mod django {}
