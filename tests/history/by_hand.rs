//! The checker on histories made by hand: each starts from one that is right and gets one thing wrong, and the checker must say that
//! and no more. No engine takes part.

mod checker;
#[allow(dead_code, reason = "no file is written here")]
mod log;

#[path = "by_hand/conflicts.rs"]
mod conflicts;
#[path = "by_hand/deletes.rs"]
mod deletes;
#[path = "by_hand/doubt.rs"]
mod doubt;
#[path = "by_hand/lines.rs"]
mod lines;
#[path = "by_hand/made.rs"]
mod made;
#[path = "by_hand/order.rs"]
mod order;
#[path = "by_hand/sums.rs"]
mod sums;
#[path = "sums/checker.rs"]
mod sums_checker;
#[path = "by_hand/unchecked.rs"]
mod unchecked;
#[path = "by_hand/versions.rs"]
mod versions;
#[path = "by_hand/without_increment.rs"]
mod without_increment;
#[path = "by_hand/writes.rs"]
mod writes;
