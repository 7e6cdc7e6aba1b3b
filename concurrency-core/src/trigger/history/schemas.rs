//! Pairs of names of which one has a schema and the other does not. Only the server knows whether they mean the same
//! table, from a `search_path` or the connection's database. If what happens to the table depends on that, it may have
//! happened.

use super::super::Engine;
use super::super::statements::Statement;
use super::super::tokens::Token;
use super::History;
use super::programs::Doubt;
use super::standing::{Name, Standing};

impl History {
    /// Runs the statement, and marks the triggers as unclear that it would change if its names meant their tables.
    pub(super) fn run_in_any_schema(&mut self, statement: &Statement<'_>, engine: Engine) {
        if let Some(inner) = statement.inner().filter(|_| engine == Engine::Mysql) {
            self.run_in_any_schema(&inner, engine);
            return;
        }
        self.look_elsewhere(statement, engine);
        if reads_texts_otherwise(statement, engine) {
            self.doubt_all(statement);
        }
        let begins = [&["DROP"][..], &["ALTER"], &["RENAME"], &["CREATE", "OR", "REPLACE", "TABLE"]];
        if engine == Engine::Sqlite || !begins.iter().any(|words| statement.begins(words)) {
            self.run(statement, engine);
            return;
        }
        let doubted = self.changed_elsewhere(statement, engine);
        if !doubted.is_empty() {
            self.doubt(&Doubt::Of(doubted), statement.text);
        }
        let has_uescape = statement.tokens.iter().any(|token| token.is("UESCAPE"));
        let is_unsure = |standing: &Standing| has_uescape || self.may_mean_another(standing, statement, engine);
        if has_uescape {
            self.doubt_all(statement);
        } else if self.standing.iter().any(is_unsure) {
            self.run_in_doubt(statement, engine);
        } else {
            self.run(statement, engine);
        }
    }

    /// `SET search_path` and the like: from here on names without a schema mean tables of another one.
    fn look_elsewhere(&mut self, statement: &Statement<'_>, engine: Engine) {
        let tokens = &statement.tokens;
        let moves = match engine {
            Engine::Sqlite => false,
            Engine::Mysql => statement.begins(&["USE"]),
            Engine::Postgres => {
                let first = || tokens.iter().skip(1).take(2);
                statement.begins(&["SET", "SCHEMA"])
                    || statement.begins(&["SET"]) && first().any(|token| token.is("search_path"))
                    || tokens.iter().any(|token| token.text == "'search_path'")
            }
        };
        if !moves && !statement.begins(&["RESET"]) {
            return;
        }
        let is_value = |token: &&Token<'_>| {
            let sets = ["SET", "SCHEMA", "SESSION", "LOCAL", "search_path", "TO", "RESET"];
            !(sets.iter().any(|word| token.is(word))
                || token.is_sign("=")
                || token.text == "\"$user\""
                || token.is_sign(","))
        };
        let first = tokens.iter().find(is_value).map(|token| token.text.trim_matches(['\'', '"']).to_ascii_lowercase());
        let is_default = first.is_none_or(|first| first == "public" || first == "default");
        self.elsewhere = (!is_default).then(|| super::programs::beginning(statement.text));
    }

    /// Whether the statement names the trigger or its table in a way that may mean another one: without a schema after
    /// another schema was chosen, or in a different case than at the creation, which only some MySQL servers
    /// distinguish.
    fn may_mean_another(&self, standing: &Standing, statement: &Statement<'_>, engine: Engine) -> bool {
        let tokens = &statement.tokens;
        let names = [Some(standing.spec.table.clone()), Some(standing.spec.name()), standing.function.clone()];
        let is_name = |token: &Token<'_>| token.name(engine).filter(|name| names.contains(&Some(name.clone())));
        let is_qualified = |position: usize| {
            position.checked_sub(1).is_some_and(|dot| tokens.get(dot).is_some_and(|dot| dot.is_sign(".")))
        };
        let mut named = tokens.iter().enumerate().filter(|(_, token)| is_name(token).is_some());
        if self.elsewhere.is_some() && standing.spec.schema.is_none() && named.clone().next().is_some() {
            return !named.any(|(position, _)| is_qualified(position));
        }
        let is_spelled = |spelled: &String| {
            let statement = standing.statements.last().map_or("", String::as_str);
            super::super::tokens::tokens(statement, engine).any(|token| token.spelled().as_ref() == Some(spelled))
        };
        engine == Engine::Mysql && named.any(|(_, token)| token.spelled().is_some_and(|spelled| !is_spelled(&spelled)))
    }

    /// Changes nothing, and marks as unclear what the statement would change.
    fn run_in_doubt(&mut self, statement: &Statement<'_>, engine: Engine) {
        let mut after = self.clone();
        after.run(statement, engine);
        let changed = self.standing.iter().enumerate().filter(|(_, standing)| !after.standing.contains(standing));
        let changed: Vec<usize> = changed.map(|(index, _)| index).collect();
        if changed.is_empty() {
            *self = after;
        } else {
            self.doubt(&Doubt::Of(changed), statement.text);
        }
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

/// Whether from here on a backslash in a text means something else to the server than to us.
fn reads_texts_otherwise(statement: &Statement<'_>, engine: Engine) -> bool {
    let mut tokens = statement.tokens.iter();
    match engine {
        Engine::Sqlite => false,
        Engine::Mysql => {
            statement.begins(&["SET"])
                && tokens.any(|token| token.text.to_ascii_uppercase().contains("NO_BACKSLASH_ESCAPES"))
        }
        Engine::Postgres => {
            let is_off = |token: &Token<'_>| {
                ["off", "false", "0", "no"].contains(&token.text.trim_matches('\'').to_ascii_lowercase().as_str())
            };
            let mut named = tokens.skip_while(|token| !token.text.contains("standard_conforming_strings"));
            named.next().is_some() && named.any(is_off)
        }
    }
}
