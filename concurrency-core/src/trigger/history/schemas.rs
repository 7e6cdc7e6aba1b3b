//! Pairs of names of which one has a schema and the other does not. Only the server knows whether they mean the same
//! table, from a `search_path` or the connection's database. If what happens to the table depends on that, it may have
//! happened.

use super::super::Engine;
use super::super::statements::Statement;
use super::History;
use super::programs::Doubt;
use super::standing::{Name, Standing};

impl History {
    /// Runs the statement, and marks the triggers as unclear that it would change if its names meant their tables.
    pub(super) fn run_in_any_schema(&mut self, statement: &Statement<'_>, engine: Engine) {
        let begins = [&["DROP"][..], &["ALTER", "TABLE"], &["RENAME"], &["CREATE", "OR", "REPLACE", "TABLE"]];
        let doubted = if engine != Engine::Sqlite && begins.iter().any(|words| statement.begins(words)) {
            self.changed_elsewhere(statement, engine)
        } else {
            Vec::new()
        };
        if !doubted.is_empty() {
            self.doubt(&Doubt::Of(doubted), statement.text);
        }
        self.run(statement, engine);
    }

    fn changed_elsewhere(&self, statement: &Statement<'_>, engine: Engine) -> Vec<usize> {
        let named = names(statement, engine);
        let is_changed = |standing: &Standing| {
            let table = standing.table();
            let others = named.iter().filter(|(schema, name)| *name == table.name && *schema != table.schema);
            let others = others.filter(|(schema, _)| schema.is_none() || table.schema.is_none());
            // If that is another table of ours, the two are different.
            let is_ours = |named: &(Option<String>, String)| {
                let named = Name { schema: named.0.clone(), name: named.1.clone() };
                self.standing.iter().any(|other| other.table() == named)
            };
            let mut others = others.filter(|named| !is_ours(named));
            others.any(|(schema, _)| {
                let mut meant = standing.clone();
                meant.spec.schema.clone_from(schema);
                let mut history = Self { standing: vec![meant.clone()], ..Self::default() };
                history.run(statement, engine);
                history.standing != [meant]
            })
        };
        let changed = self.standing.iter().enumerate().filter(|(_, standing)| is_changed(standing));
        changed.map(|(index, _)| index).collect()
    }
}

/// The names in the statement, each with the schema before it.
fn names(statement: &Statement<'_>, engine: Engine) -> Vec<(Option<String>, String)> {
    let tokens = &statement.tokens;
    let name_at = |position: Option<usize>| tokens.get(position?)?.name(engine);
    let schema_of = |position: usize| {
        let is_qualified =
            position.checked_sub(1).is_some_and(|dot| tokens.get(dot).is_some_and(|dot| dot.is_sign(".")));
        name_at(position.checked_sub(2)).filter(|schema| is_qualified && schema != "public")
    };
    (0..tokens.len()).filter_map(|position| Some((schema_of(position), name_at(Some(position))?))).collect()
}
