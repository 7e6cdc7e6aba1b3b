//! The program as its users use it: started on a free port with its own database, and asked over HTTP.

#![allow(dead_code, unused_imports, reason = "each root uses its own part")]

mod client;
mod page;
mod program;

pub use self::client::{Answer, Client, encoded};
pub use self::page::{Page, with, without};
pub use self::program::{Program, SECRET, Start};
