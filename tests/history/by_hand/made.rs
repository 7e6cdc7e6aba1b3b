//! A history made by hand: what the clients note, and what the database does.

use std::collections::BTreeMap;

use super::checker::{Change, Contents, History, Summary, Violation, check, text};
use super::log::{Answer, Event, Intent, Kind, Row, Rule, Sides, State, Table};

pub const ROW: Row = Row { table: Table::Counter, id: 1 };
pub const OTHER: Row = Row { table: Table::Counter, id: 2 };
pub const CLOCK: Row = Row { table: Table::Clock, id: 1 };
pub const CONDITIONAL: Row = Row { table: Table::Conditional, id: 1 };

pub const BOTH: Sides = Sides { left: true, right: true };
pub const LEFT: Sides = Sides { left: true, right: false };
pub const RIGHT: Sides = Sides { left: false, right: true };
pub const NEITHER: Sides = Sides { left: false, right: false };

/// A history while it is made: logs of clients, and what the database notes.
#[derive(Default)]
pub struct Made {
    pub logs: BTreeMap<u8, Vec<Event>>,
    pub changes: Vec<Change>,
    pub rows: BTreeMap<Row, Contents>,
}

pub fn contents(State { version, left, right }: State) -> Contents {
    Contents { version, left, left_text: text(left), right, right_text: text(right) }
}

pub const fn whole(version: i64, write: i64) -> State {
    State { version, left: write, right: write }
}

impl Made {
    /// With one row of each table, at version 1, by the writes from -1 on.
    pub fn new() -> Self {
        let mut made = Self::default();
        for (write, row) in [(-1, ROW), (-2, OTHER), (-3, CLOCK), (-4, CONDITIONAL)] {
            made.intends(0, write, row, Kind::Insert, BOTH, None);
            made.becomes(row, Some(whole(1, write)));
            made.is_told(0, write, Answer::Written(Some(1)));
        }
        made
    }

    pub fn notes(&mut self, client: u8, event: Event) {
        self.logs.entry(client).or_default().push(event);
    }

    pub fn intends(&mut self, client: u8, write: i64, row: Row, kind: Kind, sides: Sides, basis: Option<State>) {
        self.notes(client, Event::Intent(Intent { write, row, kind, rule: Rule::Ordinary, sides, basis }));
    }

    /// The client's next write follows this rule.
    pub fn under(&mut self, client: u8, new: Rule) {
        match self.logs.get_mut(&client).and_then(|log| log.last_mut()) {
            Some(Event::Intent(intent)) => intent.rule = new,
            other => panic!("not about to write: {other:?}"),
        }
    }

    /// A save of both sides by a record that was loaded so, done to the row and acknowledged with the version that it left.
    pub fn saves_under(&mut self, rule: Rule, client: u8, write: i64, loaded: State, version: i64) {
        self.saves_row_under(rule, client, write, ROW, loaded, version);
    }

    fn saves_row_under(&mut self, rule: Rule, client: u8, write: i64, row: Row, loaded: State, version: i64) {
        self.intends(client, write, row, Kind::Save, BOTH, Some(loaded));
        self.under(client, rule);
        self.becomes(row, Some(whole(version, write)));
        self.is_told(client, write, Answer::Written(Some(version)));
    }

    pub fn is_told(&mut self, client: u8, write: i64, answer: Answer) {
        self.notes(client, Event::Answer(write, answer));
    }

    pub fn state(&self, row: Row) -> State {
        self.rows[&row].state()
    }

    /// The database writes the row.
    pub fn becomes(&mut self, row: Row, state: Option<State>) {
        self.becomes_whatever(row, state.map(contents));
    }

    pub fn becomes_whatever(&mut self, row: Row, after: Option<Contents>) {
        let before = self.rows.remove(&row);
        self.changes.push(Change { row, before, after: after.clone() });
        if let Some(after) = after {
            self.rows.insert(row, after);
        }
    }

    /// A save of both sides over the current row, done and acknowledged.
    pub fn saves(&mut self, client: u8, write: i64, row: Row) {
        let loaded = self.state(row);
        self.saves_row_under(Rule::Ordinary, client, write, row, loaded, loaded.version + 1);
    }

    pub fn checked(self) -> (Summary, Vec<Violation>) {
        let logs = self.logs.into_values().collect();
        check(&History { logs, changes: self.changes, rows: self.rows })
    }

    #[track_caller]
    pub fn assert_right(self) {
        assert_eq!(self.checked().1, []);
    }

    #[track_caller]
    pub fn assert_wrong(self, violation: Violation) {
        assert_eq!(self.checked().1, [violation]);
    }

    /// One write is wrong, because of the state that it overwrote.
    #[track_caller]
    pub fn assert_lost_update(self, write: i64, loaded: State, overwritten: State) {
        let (loaded, overwritten) = (Some(loaded), Some(overwritten));
        self.assert_wrong(Violation::LostUpdate { write, row: ROW, loaded, overwritten });
    }
}
