//! The log of a client: every write before it is sent, and its answer. The checker decides what that proves.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::str::FromStr;

/// The tables that are written, one for each version field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    Counter,
    Clock,
    Conditional,
    Xmin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Row {
    pub table: Table,
    pub id: i64,
}

/// The state of a row: its version, and the write behind each of its two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    pub version: i64,
    pub left: i64,
    pub right: i64,
}

/// The effect of a write on the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Insert,
    /// Writes the whole record.
    Save,
    Touch,
    /// Writes a changeset.
    Update,
    Delete,
    /// Over any version of the row, if no one else changed the same side.
    Merge,
}

/// The effect of a write on the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Checks and advances it.
    Ordinary,
    /// Advances it, whatever it is.
    Unchecked,
    /// Checks and leaves it.
    WithoutIncrement,
}

/// The columns that a write changes: two pairs, each with the number of the write and a text made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sides {
    pub left: bool,
    pub right: bool,
}

/// A write, as it was about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent {
    pub write: i64,
    pub row: Row,
    pub kind: Kind,
    pub rule: Rule,
    pub sides: Sides,
    /// The state in which the record was loaded; an insert has none.
    pub basis: Option<State>,
}

/// The answer that the client got for a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The write is done, and the record now has this version, if the method returns it.
    Written(Option<i64>),
    Modified {
        expected: i64,
        found: i64,
    },
    Deleted {
        expected: i64,
    },
    Restart,
    /// Another row with this key is there.
    Exists,
    /// The connection was lost.
    Lost,
    /// An unexpected error.
    Failed(String),
}

/// Whether the writes of a unit are there together or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    Together,
    Each,
}

/// How a unit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Committed,
    RolledBack,
    Unknown,
}

/// A line of the log. A write between `Begin` and `End` is part of a unit, any other is one by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Begin(Parts),
    Intent(Intent),
    Answer(i64, Answer),
    /// The savepoint that held the write was rolled back.
    Undone(i64),
    /// The write was refused, and the record changed.
    Changed(i64),
    End(Ending),
}

/// An operation that is retried writes again with each attempt, and there may be a hundred of them.
const WRITE_BITS: u32 = 12;

/// A file that holds each line as soon as it is written, whatever happens to the process; and the numbers of the writes, which are
/// different from those of every other client.
pub struct Log {
    file: File,
    base: u64,
    last: u64,
}

impl Log {
    pub fn create(path: &Path) -> Self {
        Self { file: OpenOptions::new().create_new(true).append(true).open(path).unwrap(), base: 0, last: 0 }
    }

    /// The writes from here on belong to this operation.
    pub fn begin_operation(&mut self, client: u64, operation: u64) {
        (self.base, self.last) = (client << 44 | operation << WRITE_BITS, 0);
    }

    /// The number of the next write.
    pub fn next_write(&mut self) -> i64 {
        self.last += 1;
        assert!(self.last < 1 << WRITE_BITS, "an operation has fewer writes than that");
        self.last_write()
    }

    /// The number that was given last.
    pub fn last_write(&self) -> i64 {
        i64::try_from(self.base | self.last).unwrap()
    }

    pub fn write(&mut self, event: &Event) {
        // One call for the whole line, so that a killed process leaves no half line.
        self.file.write_all(format!("{event}\n").as_bytes()).unwrap();
    }
}

/// The number of the operation that a write belongs to.
#[allow(dead_code, reason = "not every engine starts a client again")]
pub fn operation_of(write: i64) -> u64 {
    (write.unsigned_abs() >> WRITE_BITS) & 0xFFFF_FFFF
}

/// The events of a log. A last line without an end was cut off with its process: nothing followed from it.
pub fn parse(log: &str) -> Vec<Event> {
    let whole = log.rsplit_once('\n').map_or("", |(whole, _cut)| whole);
    whole.lines().map(|line| line.parse().unwrap()).collect()
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begin(parts) => write!(formatter, "begin {parts:?}"),
            Self::Intent(Intent { write, row, kind, rule, sides, basis }) => {
                let Row { table, id } = row;
                write!(formatter, "intent {write} {table:?} {id} {kind:?} {rule:?} {} {}", sides.left, sides.right)?;
                match basis {
                    Some(State { version, left, right }) => write!(formatter, " {version} {left} {right}"),
                    None => Ok(()),
                }
            }
            Self::Answer(write, answer) => match answer {
                Answer::Written(Some(version)) => write!(formatter, "written {write} {version}"),
                Answer::Written(None) => write!(formatter, "written {write}"),
                Answer::Modified { expected, found } => write!(formatter, "modified {write} {expected} {found}"),
                Answer::Deleted { expected } => write!(formatter, "deleted {write} {expected}"),
                Answer::Restart => write!(formatter, "restart {write}"),
                Answer::Exists => write!(formatter, "exists {write}"),
                Answer::Lost => write!(formatter, "lost {write}"),
                Answer::Failed(message) => write!(formatter, "failed {write} {}", message.replace('\n', " ")),
            },
            Self::Undone(write) => write!(formatter, "undone {write}"),
            Self::Changed(write) => write!(formatter, "changed {write}"),
            Self::End(ending) => write!(formatter, "end {ending:?}"),
        }
    }
}

impl FromStr for Event {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let words: Vec<&str> = line.split(' ').collect();
        read(&words).ok_or_else(|| format!("not a line of a log: {line:?}"))
    }
}

fn read(words: &[&str]) -> Option<Event> {
    let answer = |write: &str, answer| Some(Event::Answer(number(write)?, answer));
    match *words {
        ["begin", parts] => Some(Event::Begin(named(parts, &[Parts::Together, Parts::Each])?)),
        ["intent", write, table, id, kind, rule, left, right, ref basis @ ..] => Some(Event::Intent(Intent {
            write: number(write)?,
            row: Row { table: named(table, &TABLES)?, id: number(id)? },
            kind: named(kind, &KINDS)?,
            rule: named(rule, &RULES)?,
            sides: Sides { left: left.parse().ok()?, right: right.parse().ok()? },
            basis: match *basis {
                [] => None,
                [version, left, right] => {
                    Some(State { version: number(version)?, left: number(left)?, right: number(right)? })
                }
                _ => return None,
            },
        })),
        ["written", write] => answer(write, Answer::Written(None)),
        ["written", write, version] => answer(write, Answer::Written(Some(number(version)?))),
        ["modified", write, expected, found] => {
            answer(write, Answer::Modified { expected: number(expected)?, found: number(found)? })
        }
        ["deleted", write, expected] => answer(write, Answer::Deleted { expected: number(expected)? }),
        ["restart", write] => answer(write, Answer::Restart),
        ["exists", write] => answer(write, Answer::Exists),
        ["lost", write] => answer(write, Answer::Lost),
        ["failed", write, ref message @ ..] => answer(write, Answer::Failed(message.join(" "))),
        ["undone", write] => Some(Event::Undone(number(write)?)),
        ["changed", write] => Some(Event::Changed(number(write)?)),
        ["end", ending] => Some(Event::End(named(ending, &[Ending::Committed, Ending::RolledBack, Ending::Unknown])?)),
        _ => None,
    }
}

const TABLES: [Table; 4] = [Table::Counter, Table::Clock, Table::Conditional, Table::Xmin];
const KINDS: [Kind; 6] = [Kind::Insert, Kind::Save, Kind::Touch, Kind::Update, Kind::Delete, Kind::Merge];
const RULES: [Rule; 3] = [Rule::Ordinary, Rule::Unchecked, Rule::WithoutIncrement];

fn number(word: &str) -> Option<i64> {
    word.parse().ok()
}

/// The value that is written as this word.
fn named<T: Copy + fmt::Debug>(word: &str, values: &[T]) -> Option<T> {
    values.iter().copied().find(|value| format!("{value:?}") == word)
}
