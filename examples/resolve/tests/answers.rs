//! Gives the program input, and checks what it prints.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by a panic")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn run(input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_resolve"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    program.wait_with_output().unwrap()
}

/// The output for an input that answers everything.
#[track_caller]
fn printed(input: &str) -> String {
    let output = run(input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The article at the end.
fn article(printed: &str) -> &str {
    printed.split_once("The article now:\n").unwrap().1
}

const MINE: &str = "  title: A race\n  body: Slow and steady wins the race.\n  views: 3\n  version: 3\n";

#[test]
fn the_only_question_is_about_the_field_that_both_changed() {
    let printed = printed("mine\n");
    assert_eq!(printed.matches("Both changed the ").count(), 1);
    assert!(printed.contains(
        "Ada saves title, views.\n\nBob saves title, body, views.\n\nBoth changed the title.\n  it was: Untitled\n  \
         theirs: The tortoise and the hare\n  mine: A race\nKeep mine, theirs, or type another text: mine\n"
    ));
    assert_eq!(article(&printed), MINE);
}

#[test]
fn the_answer_decides_the_field_and_nothing_else() {
    assert_eq!(article(&printed("m\n")), MINE);
    let theirs = MINE.replace("A race", "The tortoise and the hare");
    assert_eq!(article(&printed("theirs\n")), theirs);
    assert_eq!(article(&printed("t\n")), theirs);
    let other = MINE.replace("A race", "The race of the two");
    assert_eq!(article(&printed("  The race of the two \n")), other);
}

#[test]
fn an_empty_line_is_no_answer_and_the_end_of_the_input_is_an_error() {
    let printed = printed("\n\nmine\n");
    assert_eq!(printed.matches("Keep mine, theirs, or type another text: ").count(), 3);
    assert_eq!(article(&printed), MINE);

    for input in ["", "\n"] {
        let output = run(input);
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("the input ended before the question was answered"), "{error}");
        assert!(!String::from_utf8(output.stdout).unwrap().contains("The article now"));
    }
}
