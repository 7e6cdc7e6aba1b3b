//! The checker of the history, on histories made by hand. No database is needed.

#[path = "../history/by_hand.rs"]
mod history;
