//! Migrations as a history: which of our triggers exist after them, by their text. The database is not known here.

mod altering;
mod creating;
mod programs;
mod reader;
mod schemas;
mod standing;

use self::reader::Reader;
use super::statements::{Statement, statements};
use super::tokens::folded;
use super::{Engine, TriggerSpec};

pub(super) use self::standing::{Name, Standing};

/// What the migrations leave behind.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) standing: Vec<Standing>,
    /// Triggers that were created although they existed. The second migration fails.
    pub(super) created_twice: Vec<String>,
    /// Columns that were added to tables and still exist.
    columns: Vec<(Name, String)>,
    /// The functions of PostgreSQL's triggers, by name.
    functions: Vec<(String, String)>,
    /// Other functions and procedures, by name, as they were written.
    programs: Vec<(String, String)>,
    /// Temporary tables, which hide others of their name.
    temporary: Vec<Name>,
}

/// Reads the texts of the `up.sql`, in order.
pub(super) fn read(migrations: &[String], engine: Engine) -> History {
    let mut history = History::default();
    for migration in migrations {
        for statement in statements(migration, engine) {
            history.run_in_any_schema(&statement, engine);
        }
        history.temporary.clear();
    }
    history
}

impl History {
    /// Whether the function of the spec's trigger exists, with or without the trigger: DROP TABLE leaves it.
    pub(super) fn has_function(&self, spec: &TriggerSpec) -> bool {
        let function = super::postgres::function_name(spec);
        self.functions.iter().any(|(name, _)| *name == function)
    }

    /// Whether the version column of the spec was added to its table.
    pub(super) fn has_added_column(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        self.columns.contains(&(Name::of_table(spec, engine), folded(spec.version(), engine)))
    }

    fn run(&mut self, statement: &Statement<'_>, engine: Engine) {
        let mut reader = Reader { rest: &statement.tokens, engine };
        if statement.begins(&["CREATE"]) {
            self.create(statement, engine);
        } else if statement.begins(&["DO"]) && engine == Engine::Postgres {
            if !self.in_children(statement) {
                self.run_block(statement);
            }
        } else if reader.takes(&["CALL"]) {
            self.call(statement, reader);
        } else if statement.begins(&["SELECT"]) || statement.begins(&["WITH"]) {
            self.query(statement, engine);
        } else if statement.begins(&["PREPARE"]) || statement.begins(&["EXECUTE", "IMMEDIATE"]) {
            self.prepared(statement, engine);
        } else if statement.begins(&["DELETE"]) || statement.begins(&["UPDATE"]) {
            self.write_schema(statement, engine);
        } else if statement.begins(&["DELIMITER"]) || drops_what_depends(statement) {
            self.doubt_all(statement);
        } else if reader.takes(&["DROP"]) {
            self.drop(reader);
        } else if reader.takes_one_of(&[&["RENAME", "TABLE"], &["RENAME", "TABLES"]]) {
            while let (Some(from), true, Some(to)) = (reader.name(), reader.takes(&["TO"]), reader.name()) {
                self.rename_table(&from, &to, engine);
                if !reader.sign(",") {
                    break;
                }
            }
        } else if reader.takes(&["ALTER", "TRIGGER"]) {
            self.alter_trigger(reader);
        } else if reader.takes(&["ALTER", "TABLE"]) {
            reader.takes(&["IF", "EXISTS"]);
            reader.takes(&["ONLY"]);
            if let Some(table) = reader.name() {
                reader.sign("*");
                self.alter(&table, reader);
            }
        }
    }

    fn drop(&mut self, mut reader: Reader<'_, '_>) {
        let engine = reader.engine;
        let mut begins = |words: &[&[&str]]| {
            let begins = reader.takes_one_of(words);
            if begins {
                reader.takes(&["IF", "EXISTS"]);
            }
            begins
        };
        if begins(&[&["TRIGGER"]]) {
            let Some(trigger) = reader.name() else { return };
            // On PostgreSQL the name of a trigger belongs to its table, elsewhere to the database.
            let table = if reader.takes(&["ON"]) && engine == Engine::Postgres { reader.name() } else { None };
            let table = table.map(Name::in_default_schema);
            self.standing.retain(|standing| !standing.is_named(&trigger.name, table.as_ref()));
        } else if begins(&[&["FUNCTION"], &["PROCEDURE"], &["ROUTINE"]]) {
            let dropped: Vec<String> = reader.names().into_iter().map(|name| name.name).collect();
            self.functions.retain(|(function, _)| !dropped.contains(function));
            self.programs.retain(|(program, _)| !dropped.contains(program));
            // With CASCADE. Without it the server refuses while the trigger exists.
            if reader.rest.iter().any(|token| token.is("CASCADE")) {
                self.standing.retain(|standing| standing.function.as_ref().is_none_or(|name| !dropped.contains(name)));
            }
        } else if begins(&[&["TABLE"], &["TABLES"], &["FOREIGN", "TABLE"]]) {
            self.drop_tables(&reader.names());
        } else if begins(&[&["SCHEMA"], &["DATABASE"]]) {
            let dropped: Vec<String> = reader.names().into_iter().map(|name| name.name).collect();
            let schema = |standing: &Standing| standing.spec.schema.clone().unwrap_or_else(|| "public".to_owned());
            self.standing.retain(|standing| !dropped.contains(&schema(standing)));
        }
    }

    fn drop_tables(&mut self, tables: &[Name]) {
        let (temporary, tables): (Vec<Name>, Vec<Name>) =
            tables.iter().cloned().partition(|table| self.temporary.contains(table));
        self.temporary.retain(|table| !temporary.contains(table));
        self.standing.retain(|standing| !tables.contains(&standing.table()));
        self.columns.retain(|(table, _)| !tables.contains(table));
    }
}

/// Whether it drops everything that depends on something that is not one of our tables, perhaps a type or a language of
/// the user's.
fn drops_what_depends(statement: &Statement<'_>) -> bool {
    let cascades = || statement.tokens.iter().any(|token| token.is("CASCADE"));
    let always = [&["DROP", "OWNED"][..], &["DROP", "LANGUAGE"]];
    let cascading = [&["DROP", "EXTENSION"][..], &["DROP", "TYPE"], &["DROP", "DOMAIN"]];
    always.iter().any(|words| statement.begins(words))
        || (cascading.iter().any(|words| statement.begins(words)) && cascades())
}
