//! BEGIN, SAVEPOINT and ROLLBACK. What a migration rolls back did not happen.

use super::super::Engine;
use super::super::statements::Statement;
use super::History;
use super::reader::Reader;

/// The history at the beginning of the migration, of its transaction and of each savepoint in it.
pub(super) struct Transactions {
    start: Option<History>,
    begun: Option<History>,
    savepoints: Vec<(String, History)>,
}

impl Transactions {
    /// Stores only what a later statement needs. MySQL commits everything that changes a table or a trigger.
    pub(super) fn among(statements: &[Statement<'_>], history: &History, engine: Engine) -> Self {
        let rolls_back = |statement: &Statement<'_>| statement.begins(&["ROLLBACK"]) || statement.begins(&["ABORT"]);
        let is_needed = engine != Engine::Mysql && statements.iter().any(rolls_back);
        Self { start: is_needed.then(|| history.clone()), begun: None, savepoints: Vec::new() }
    }

    /// Runs the statement if it is one of these, and returns whether it is.
    pub(super) fn run(&mut self, statement: &Statement<'_>, history: &mut History, engine: Engine) -> bool {
        if self.start.is_none() {
            return false;
        }
        let mut reader = Reader { rest: &statement.tokens, engine };
        if reader.takes_one_of(&[&["BEGIN"], &["START", "TRANSACTION"]]) {
            self.begun.get_or_insert_with(|| history.clone());
        } else if reader.takes(&["SAVEPOINT"]) {
            self.savepoints.extend(reader.name().map(|name| (name.name, history.clone())));
        } else if reader.takes(&["RELEASE"]) {
            reader.takes(&["SAVEPOINT"]);
            let position = reader.name().and_then(|name| self.position(&name.name));
            self.savepoints.truncate(position.unwrap_or(self.savepoints.len()));
        } else if reader.takes_one_of(&[&["COMMIT"], &["END"]]) {
            *self = Self { start: Some(history.clone()), begun: None, savepoints: Vec::new() };
        } else if reader.takes_one_of(&[&["ROLLBACK"], &["ABORT"]]) {
            reader.takes_one_of(&[&["WORK"], &["TRANSACTION"]]);
            if reader.takes(&["TO"]) {
                reader.takes(&["SAVEPOINT"]);
                let position = reader.name().and_then(|name| self.position(&name.name));
                let Some(position) = position else { return true };
                self.savepoints.truncate(position.saturating_add(1));
                history.clone_from(self.savepoints.get(position).map_or(&History::default(), |(_, before)| before));
            } else {
                self.roll_back(statement, history);
            }
        } else {
            return false;
        }
        true
    }

    /// Only the runner of the migration knows whether the statements before BEGIN are rolled back, too: it may have
    /// begun a transaction.
    fn roll_back(&mut self, statement: &Statement<'_>, history: &mut History) {
        let start = self.start.take().unwrap_or_default();
        let begun = self.begun.take();
        let is_sure = begun.as_ref().is_some_and(|begun| begun.standing == start.standing);
        *history = begun.filter(|_| is_sure).unwrap_or(start);
        if !is_sure {
            history.doubt_all(statement);
        }
        *self = Self { start: Some(history.clone()), begun: None, savepoints: Vec::new() };
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.savepoints.iter().rposition(|(savepoint, _)| savepoint == name)
    }
}
