//! Prints results on standard output, and remarks and errors on standard error. There is colour only on a terminal.
//! This file makes no decisions.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use crate::error::Error;
use crate::secret;
use crate::source::Skipped;

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const REMARK: Style = AnsiColor::Yellow.on_default().bold();

/// The result of a command.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The text for standard output.
    pub(crate) text: String,
    pub(crate) skipped: Vec<Skipped>,
    /// The remarks for standard error.
    pub(crate) remarks: Vec<String>,
    /// Whether the check failed.
    pub(crate) has_problems: bool,
}

impl Report {
    pub(crate) fn new(text: String, skipped: Vec<Skipped>) -> Self {
        Self { text, skipped, remarks: Vec::new(), has_problems: false }
    }
}

pub(crate) fn good(text: &str) -> String {
    format!("{GOOD}{text}{GOOD:#}")
}

pub(crate) fn bad(text: &str) -> String {
    format!("{BAD}{text}{BAD:#}")
}

/// The text without secrets, on one line.
fn said(text: &str) -> String {
    escaped(&secret::conceal_what_was_given(text))
}

/// A text, such as a name, that a terminal can print safely: control characters and line ends are escaped.
pub(crate) fn escaped(text: &str) -> String {
    let write = |character: char| {
        let steers = character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if steers { character.escape_default().to_string() } else { character.into() }
    };
    text.chars().map(write).collect()
}

/// The value on several lines, readable for programs and people.
pub(crate) fn json(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// Prints the outcome of a command, and returns its exit code.
pub(crate) fn print(outcome: Result<Report, Error>) -> ExitCode {
    match outcome {
        Ok(report) => {
            for skipped in &report.skipped {
                remark(&format!("{REMARK}skipped:{REMARK:#} {}", said(&skipped.to_string())));
            }
            for text in &report.remarks {
                remark(&format!("{REMARK}note:{REMARK:#} {}", said(text)));
            }
            match write(&mut anstream::stdout().lock(), &report.text) {
                Ok(()) => ExitCode::from(u8::from(report.has_problems)),
                Err(error) => {
                    remark(&format!("{BAD}error:{BAD:#} standard output: {error}"));
                    ExitCode::from(2)
                }
            }
        }
        Err(error) => {
            for line in secret::conceal_what_was_given(&error.to_string()).lines() {
                remark(&format!("{BAD}error:{BAD:#} {}", escaped(line)));
            }
            ExitCode::from(2)
        }
    }
}

/// Prints clap's text: help and version on standard output with code 0, wrong usage on standard error with code 2.
pub(crate) fn print_usage(text: &str, is_error: bool) -> ExitCode {
    let written = if is_error {
        write(&mut anstream::stderr().lock(), text)
    } else {
        write(&mut anstream::stdout().lock(), text)
    };
    if is_error || written.is_err() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// The reader may have read enough: `diesel-concurrency triggers list | head -1`.
fn write(stream: &mut impl io::Write, text: &str) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// If standard error is closed, there is no place to report it.
fn remark(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
