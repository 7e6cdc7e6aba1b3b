//! Runs other programs as people run them.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The output of a program after it has read this input. It must be installed, and succeed.
#[track_caller]
pub fn output(command: &mut Command, input: &str) -> String {
    attempt(command, input).unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// The same for a program that may fail, with its error message.
#[track_caller]
pub fn attempt(command: &mut Command, input: &str) -> Result<String, String> {
    let mut running = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} cannot be run, install it: {error}"));
    // A failed program stops reading.
    let _ = running.stdin.take().unwrap().write_all(input.as_bytes());
    let output = running.wait_with_output().unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The first of these that is installed.
#[allow(dead_code, reason = "not every engine has several")]
pub fn program<'n>(names: &[&'n str]) -> &'n str {
    let is_there = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
    names.iter().find(is_there).unwrap_or_else(|| panic!("none of {names:?} is installed"))
}
