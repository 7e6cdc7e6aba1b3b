//! The wire between a client and its node.

#[allow(dead_code, reason = "the suite cuts wires in more places")]
#[path = "../engines/server/wire.rs"]
pub mod wire;
