//! What each client does: a function of the seed, the client's number and the operation's, and of nothing else. How it is done is
//! not said here.

use std::time::Duration;

use super::log::{Kind, Row, Rule, Sides, Table};
use super::scope::Scope;

/// One operation of a client, and how long it waits before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub pause: Duration,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A single write.
    Single(Step),
    Transaction(Transaction),
    Batch(Batch),
}

/// Records of one table that are written at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub steps: Vec<Step>,
    pub write: BatchWrite,
    /// Whether what can be written is, and not all or nothing.
    pub is_each: bool,
    /// The scope of all of them.
    pub scope: Scope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchWrite {
    Save,
    Delete,
}

/// Writes that are done together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub style: Style,
    pub steps: Vec<Step>,
    pub last: Last,
    pub is_rolled_back: bool,
}

/// How the transaction is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// BEGIN at the client's isolation level.
    Isolated,
    /// Diesel's `transaction`.
    Plain,
    /// `retry_on_conflict`.
    Retried,
    /// `transaction_concurrent` with its records, which are all of one table.
    Listed,
}

/// The place of the last step of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    AsTheOthers,
    InSavepoint,
    /// In a savepoint that is rolled back.
    Undone,
}

/// A write of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub row: Row,
    pub verb: Verb,
    pub scope: Scope,
    /// Whether the record is loaded again, instead of one that the client still has.
    pub loads: bool,
    /// Whether a record with a conflict is tried again unchanged.
    pub is_stubborn: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Save(Sides),
    Resolve(Resolver),
    /// With a tracked record, which takes over other writers' changes on the other side.
    Merge(Sides),
    Unchecked,
    WithoutIncrement(Sides),
    Touch,
    Update,
    Delete,
    DeleteIfExists,
}

/// The client's answer about a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    ClientWins,
    StoreWins,
    Fails,
}

pub const BOTH: Sides = Sides { left: true, right: true };
pub const LEFT: Sides = Sides { left: true, right: false };
pub const RIGHT: Sides = Sides { left: false, right: true };
pub const NEITHER: Sides = Sides { left: false, right: false };

/// How many rows each table has: few, so that the clients meet.
pub const ROWS: i64 = 4;

/// The first rows. Only on these do writes leave the version. Such writes leave other records behind the row unnoticed,
/// so a client that touched or merged one does not know what its row is. On the other rows every client does.
const SILENT_ROWS: i64 = 2;

impl Row {
    /// Whether the row may be written without its version telling.
    pub const fn is_silent(self) -> bool {
        self.id <= SILENT_ROWS
    }
}

impl Operation {
    pub fn new(seed: u64, client: u64, number: u64, tables: &[Table]) -> Self {
        let random = &mut Random::new(&[seed, client, number]);
        let pause = Duration::from_micros(random.below(3_000));
        let action = match random.below(100) {
            0..50 => Action::Single(Step::new(random, tables)),
            50..65 => Action::Batch(Batch::new(random, tables)),
            _ => Action::Transaction(Transaction::new(random, tables)),
        };
        Self { pause, action }
    }
}

impl Batch {
    fn new(random: &mut Random, tables: &[Table]) -> Self {
        let table = random.of(tables);
        let write = if random.below(8) == 0 { BatchWrite::Delete } else { BatchWrite::Save };
        let scope = Scope::new(random, true);
        let rows = if scope.leaves_versions() { SILENT_ROWS } else { ROWS };
        let mut steps: Vec<Step> = Vec::new();
        // In any order.
        for _ in 0..=random.below(rows.unsigned_abs()) {
            let step = Step::of_rows(rows, random, &[table]);
            if steps.iter().all(|other| other.row != step.row) {
                let verb = if write == BatchWrite::Save { Verb::Save(BOTH) } else { Verb::Delete };
                steps.push(Step { verb, scope, ..step });
            }
        }
        Self { steps, write, is_each: random.below(2) == 0, scope }
    }
}

impl Transaction {
    fn new(random: &mut Random, tables: &[Table]) -> Self {
        let style = random.of(&[Style::Isolated, Style::Isolated, Style::Plain, Style::Retried, Style::Listed]);
        let last = random.of(&[Last::AsTheOthers, Last::AsTheOthers, Last::InSavepoint, Last::Undone]);
        let table = random.of(tables);
        let tables = if style == Style::Listed { &[table] } else { tables };
        let mut steps: Vec<Step> = Vec::new();
        for _ in 0..=random.below(3) {
            let step = Step::new(random, tables);
            let repeats = |other: &Step| other.row == step.row;
            // A record can be listed only once, and two writes of a transaction share an xmin, so that the states
            // between them could not be distinguished.
            let is_once = style == Style::Listed || step.row.table == Table::Xmin;
            if !is_once || !steps.iter().any(repeats) {
                steps.push(step);
            }
        }
        // Rows taken in one order never deadlock; some must.
        if random.below(4) > 0 {
            steps.sort_by_key(|step| step.row);
        }
        Self { style, steps, last, is_rolled_back: random.below(8) == 0 }
    }
}

impl Step {
    fn new(random: &mut Random, tables: &[Table]) -> Self {
        Self::of_rows(ROWS, random, tables)
    }

    /// Of one of the first rows.
    fn of_rows(rows: i64, random: &mut Random, tables: &[Table]) -> Self {
        let table = random.of(tables);
        let id = 1 + i64::try_from(random.below(rows.unsigned_abs())).unwrap();
        let row = Row { table, id };
        let verb = match random.below(30) {
            0..8 => Verb::Save(BOTH),
            8..11 => Verb::Save(RIGHT),
            11..15 => Verb::Resolve(random.of(&[Resolver::ClientWins, Resolver::StoreWins, Resolver::Fails])),
            15..19 => Verb::Merge(random.of(&[LEFT, RIGHT])),
            19..21 => Verb::Unchecked,
            21..23 => Verb::Touch,
            23..26 => Verb::Update,
            26 => Verb::Delete,
            27 => Verb::DeleteIfExists,
            _ if row.is_silent() => Verb::WithoutIncrement(random.of(&[BOTH, RIGHT])),
            _ => Verb::Save(BOTH),
        };
        let scope = Scope::new(random, row.is_silent());
        Self { row, verb, scope, loads: random.below(2) == 0, is_stubborn: random.below(4) == 0 }
    }

    /// What the step is to the checker. A record with an edit that was refused is written whole, or a side would go under its old number.
    pub fn meaning(self, is_edited: bool) -> (Kind, Rule, Sides) {
        let rule = self.rule();
        let (kind, sides) = match self.verb {
            // Unchecked, a tracked record is written whole.
            Verb::Merge(sides) if !is_edited && rule != Rule::Unchecked => (Kind::Merge, sides),
            Verb::Save(sides) | Verb::Merge(sides) | Verb::WithoutIncrement(sides) if !is_edited => (Kind::Save, sides),
            Verb::Save(_) | Verb::Merge(_) | Verb::WithoutIncrement(_) | Verb::Resolve(_) | Verb::Unchecked => {
                (Kind::Save, BOTH)
            }
            Verb::Touch => (Kind::Touch, NEITHER),
            Verb::Update => (Kind::Update, BOTH),
            Verb::Delete | Verb::DeleteIfExists => (Kind::Delete, NEITHER),
        };
        (kind, rule, sides)
    }

    /// The effect on the version.
    pub fn rule(self) -> Rule {
        let is_save =
            matches!(self.verb, Verb::Save(_) | Verb::Merge(_) | Verb::WithoutIncrement(_) | Verb::Resolve(_));
        let leaves_version = self.scope.leaves_versions() || matches!(self.verb, Verb::WithoutIncrement(_));
        if self.scope.is_unchecked() || self.verb == Verb::Unchecked {
            Rule::Unchecked
        } else if is_save && leaves_version && !self.row.table.counts_every_write() {
            Rule::WithoutIncrement
        } else {
            Rule::Ordinary
        }
    }
}

/// A small generator (SplitMix64), so that a seed always means the same.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(parts: &[u64]) -> Self {
        let mut random = Self(0);
        for part in parts {
            random.0 ^= part;
            random.0 = random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// One of these.
    pub fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[usize::try_from(self.below(u64::try_from(values.len()).unwrap())).unwrap()]
    }
}
