//! Asks the person at the terminal, or reads the lines of a file instead.

use std::io::{self, BufRead as _, ErrorKind, IsTerminal as _, Write as _};

/// Where the answers come from.
pub(crate) struct Terminal {
    is_interactive: bool,
}

/// What to do with a field that both changed.
pub(crate) enum Answer {
    Mine,
    Theirs,
    Text(String),
}

impl Terminal {
    pub(crate) fn new() -> Self {
        Self { is_interactive: io::stdin().is_terminal() }
    }

    /// The new text of a field: the typed one (an empty line keeps the old text), or the prepared one.
    pub(crate) fn edit(&mut self, field: &str, text: &str, prepared: &str) -> io::Result<String> {
        if self.is_interactive {
            prompt(&format!("  {field} [{text}]: "))?;
            let typed = read_line()?;
            return Ok(if typed.is_empty() { text.to_owned() } else { typed });
        }
        if text != prepared {
            println!("  {field}: {prepared}");
        }
        Ok(prepared.to_owned())
    }

    /// Asks until there is an answer.
    pub(crate) fn ask(&mut self, field: &str, base: &str, theirs: &str, mine: &str) -> io::Result<Answer> {
        println!("\nBoth changed the {field}.\n  it was: {base}\n  theirs: {theirs}\n  mine: {mine}");
        loop {
            prompt("Keep mine, theirs, or type another text: ")?;
            let answer = read_line()?;
            if !self.is_interactive {
                println!("{answer}");
            }
            match answer.as_str() {
                "" => {}
                "mine" | "m" => return Ok(Answer::Mine),
                "theirs" | "t" => return Ok(Answer::Theirs),
                _ => return Ok(Answer::Text(answer)),
            }
        }
    }
}

fn prompt(text: &str) -> io::Result<()> {
    print!("{text}");
    io::stdout().flush()
}

/// A line without its line end. The end of the input is an error, because a question is still open.
fn read_line() -> io::Result<String> {
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(io::Error::new(ErrorKind::UnexpectedEof, "the input ended before the question was answered"));
    }
    Ok(line.trim().to_owned())
}
