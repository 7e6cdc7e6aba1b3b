//! Programs inside migrations, `DO` and procedures. SQL in them is read like other SQL. SQL that they build while they
//! run cannot be read. Nothing is executed here.

use super::super::Engine;
use super::super::statements::{Statement, statements};
use super::super::tokens::{Kind, Token, tokens};
use super::History;
use super::reader::Reader;

/// Words that drop a trigger or switch it off.
const TAKING: &[&str] = &["DROP", "ALTER", "RENAME", "DISABLE"];

impl History {
    /// A PostgreSQL block. It has conditions, so what it does to triggers it only may do.
    pub(super) fn run_block(&mut self, statement: &Statement<'_>) {
        let Some(body) = statement.tokens.iter().find_map(body_of) else { return };
        let doubt = self.doubt_in(&body, Engine::Postgres);
        self.doubt(&doubt, statement.text);
    }

    /// `CALL` of a procedure.
    pub(super) fn call(&mut self, statement: &Statement<'_>, mut reader: Reader<'_, '_>) {
        let Some(procedure) = reader.name() else { return };
        let engine = reader.engine;
        let known = self.programs.iter().rfind(|(name, _)| *name == procedure.name).map(|(_, body)| body.clone());
        let doubt = known.map_or(Doubt::All, |body| self.doubt_in(&body, engine));
        self.doubt(&doubt, statement.text);
    }

    /// A program that MySQL runs at once: `BEGIN NOT ATOMIC`, `IF … END IF`.
    pub(super) fn run_compound(&mut self, statement: &Statement<'_>, engine: Engine) {
        let doubt = self.doubt_in(statement.text, engine);
        self.doubt(&doubt, statement.text);
    }

    /// A statement that calls one of the migrations' own functions, or reads a view that does.
    pub(super) fn query(&mut self, statement: &Statement<'_>, engine: Engine) {
        for body in self.called_by(statement, engine) {
            let doubt = self.doubt_in(&body, engine);
            self.doubt(&doubt, statement.text);
        }
    }

    /// The programs that the statement calls.
    pub(super) fn called_by(&self, statement: &Statement<'_>, engine: Engine) -> Vec<String> {
        let views = self.views.iter().filter_map(|(view, body)| Some((&view.name, body.as_ref()?)));
        let views: Vec<(&String, &String)> = views.collect();
        let writes = ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "COPY", "MERGE", "WITH"];
        let fires = writes.iter().any(|word| statement.begins(&[word]));
        if self.programs.is_empty() && views.is_empty() {
            return Vec::new();
        }
        let mut bodies = Vec::new();
        for (position, token) in statement.tokens.iter().enumerate() {
            let Some(name) = token.name(engine) else { continue };
            let next = statement.tokens.get(position.saturating_add(1));
            if next.is_some_and(|next| next.is_sign("(")) {
                bodies.extend(self.programs.iter().rfind(|(known, _)| *known == name).map(|(_, body)| body.clone()));
            }
            let fired = self.firing.iter().filter(|(table, _)| fires && table.name == name);
            bodies.extend(fired.map(|(_, body)| body.clone()));
            bodies.extend(views.iter().filter(|(view, _)| **view == name).map(|(_, body)| (*body).clone()));
        }
        bodies
    }

    /// SQL in a text: `PREPARE … FROM '…'`, `EXECUTE IMMEDIATE '…'`.
    pub(super) fn prepared(&mut self, statement: &Statement<'_>, engine: Engine) {
        let body = statement.text.to_owned();
        let texts: Vec<&Token<'_>> = statement.tokens.iter().filter(|token| token.kind == Kind::Text).collect();
        let is_variable = texts.is_empty() && statement.tokens.iter().any(|token| token.text.contains('@'));
        let takes = texts.iter().any(|text| takes_away(inside(text.text), engine));
        if is_variable || takes {
            self.doubt(&Doubt::All, &body);
        }
    }

    /// Writes to the tables of the server's catalog.
    pub(super) fn write_schema(&mut self, statement: &Statement<'_>, engine: Engine) {
        let catalog: &[&str] = match engine {
            Engine::Sqlite => &["sqlite_master", "sqlite_schema"],
            Engine::Postgres => &["pg_trigger", "pg_proc", "pg_class", "pg_depend"],
            Engine::Mysql => return,
        };
        // The table comes first.
        let written = statement.tokens.iter().take(6).filter_map(|token| token.name(engine));
        if written.into_iter().any(|name| catalog.contains(&name.as_str())) {
            self.doubt_all(statement);
        }
    }

    /// From here on, the text does not say of any trigger whether it exists.
    pub(super) fn doubt_all(&mut self, statement: &Statement<'_>) {
        self.doubt(&Doubt::All, statement.text);
    }

    /// The triggers that the program may drop or change.
    fn doubt_in(&self, body: &str, engine: Engine) -> Doubt {
        let tokens: Vec<Token<'_>> = tokens(body, engine).collect();
        let mut after = Self { standing: self.standing.clone(), ..Self::default() };
        for (position, token) in tokens.iter().enumerate() {
            let next = tokens.get(position.saturating_add(1));
            if token.is("EXECUTE") || token.is("PREPARE") {
                // One text, with nothing inserted into it.
                let text = next.filter(|next| next.kind == Kind::Text);
                let is_whole = tokens
                    .get(position.saturating_add(2))
                    .is_none_or(|end| end.is_sign(";") || end.is("USING") || end.is("INTO"));
                match text.filter(|_| is_whole) {
                    Some(text) => {
                        statements(inside(text.text), engine).iter().for_each(|statement| after.run(statement, engine))
                    }
                    None if is_sql_of_the_moment(&tokens, position, engine) => return Doubt::All,
                    None => {}
                }
            } else if token.is("CALL") {
                return Doubt::All;
            } else if ["DROP", "ALTER", "RENAME", "CREATE"].iter().any(|word| token.is(word)) {
                let end = tokens.iter().skip(position).position(|token| token.is_sign(";"));
                let end = end.map_or(tokens.len(), |end| position.saturating_add(end));
                let statement = tokens.get(position..end).unwrap_or_default();
                let text = statement.last().and_then(|last| body.get(token.start..last.end())).unwrap_or_default();
                after.run(&Statement { text, tokens: statement.to_vec() }, engine);
            }
        }
        let changed = (0..self.standing.len()).filter(|&index| {
            let before = self.standing.get(index);
            !before.is_some_and(|before| after.standing.contains(before))
        });
        Doubt::Of(changed.collect())
    }

    /// From here on, the text does not say whether these exist.
    pub(super) fn doubt(&mut self, doubt: &Doubt, statement: &str) {
        let is_meant = |index: usize| match doubt {
            Doubt::All => true,
            Doubt::Of(indices) => indices.contains(&index),
        };
        for (_, standing) in self.standing.iter_mut().enumerate().filter(|(index, _)| is_meant(*index)) {
            standing.unclear.get_or_insert_with(|| beginning(statement));
        }
    }
}

/// The triggers that a program may have changed.
pub(super) enum Doubt {
    All,
    /// The triggers at these positions.
    Of(Vec<usize>),
}

/// Whether the SQL after `EXECUTE` is unknown: it is built from texts that drop something, or from no text that we see.
fn is_sql_of_the_moment(tokens: &[Token<'_>], position: usize, engine: Engine) -> bool {
    let argument = tokens.iter().skip(position.saturating_add(1)).take_while(|token| !token.is_sign(";"));
    // `EXECUTE FUNCTION` of a trigger, a prepared statement's name, `GRANT EXECUTE ON`.
    let mut argument = argument.peekable();
    if argument.peek().is_none_or(|next| ["FUNCTION", "PROCEDURE", "ON"].iter().any(|word| next.is(word))) {
        return false;
    }
    let has_text = argument.any(|token| token.kind == Kind::Text);
    let texts = tokens.iter().filter(|token| token.kind == Kind::Text);
    !has_text || texts.into_iter().any(|text| takes_away(inside(text.text), engine))
}

fn takes_away(sql: &str, engine: Engine) -> bool {
    tokens(sql, engine).any(|token| TAKING.iter().any(|word| token.is(word)))
}

/// The program of `DO`: between dollars or quotes.
fn body_of(token: &Token<'_>) -> Option<String> {
    let text = (token.kind == Kind::Text).then(|| inside(token.text))?;
    Some(if token.text.starts_with('$') { text.to_owned() } else { text.replace("''", "'") })
}

/// The body of a function or a procedure: the text after AS, or everything if the body is SQL.
pub(super) fn program_of(statement: &Statement<'_>) -> String {
    let mut after = statement.tokens.iter().skip_while(|token| !token.is("AS")).skip(1);
    after.next().and_then(body_of).unwrap_or_else(|| statement.text.to_owned())
}

/// The text between the quotes or dollars.
fn inside(text: &str) -> &str {
    let without_dollars = text.strip_prefix('$').and_then(|rest| {
        let tag = rest.split('$').next()?.len().saturating_add(2);
        text.get(tag..text.len().checked_sub(tag)?)
    });
    without_dollars.unwrap_or_else(|| {
        let text = text.trim_start_matches(['E', 'e']);
        text.get(1..text.len().saturating_sub(1)).unwrap_or_default()
    })
}

/// The part of a statement that a message shows.
pub(super) fn beginning(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let words = words.join(" ");
    let shown: String = words.chars().take(60).collect();
    if shown.len() < words.len() { shown + "…" } else { shown }
}
