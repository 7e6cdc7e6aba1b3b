//! Migrations as a history: which of our triggers exist after them, by their text. The database is not known here.

mod altering;
mod creating;
mod programs;
mod reader;
mod schemas;
mod standing;
mod transactions;
mod unknown;

use self::reader::Reader;
use self::transactions::Transactions;
use super::statements::{Statement, statements};
use super::tokens::folded;
use super::{Engine, TriggerSpec};

pub(super) use self::standing::{Name, Standing};

/// The result of the migrations.
#[derive(Debug, Clone, Default)]
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
    /// Views, each with the programs that it calls.
    views: Vec<(Name, Option<String>)>,
    /// Tables with a trigger that calls one of the programs, each with that program.
    firing: Vec<(Name, String)>,
    /// Other triggers, each with its table.
    foreign: Vec<(String, Name)>,
    /// The statement that gives names without a schema another meaning.
    elsewhere: Option<String>,
    /// Temporary tables, which hide others of their name.
    temporary: Vec<Name>,
}

/// Reads the texts of the `up.sql`, in order.
pub(super) fn read(migrations: &[String], engine: Engine) -> History {
    let mut history = History::default();
    for migration in migrations {
        let statements = statements(migration, engine);
        let mut transactions = Transactions::among(&statements, &history, engine);
        for statement in &statements {
            if !transactions.run(statement, &mut history, engine) {
                history.run_in_any_schema(statement, engine);
            }
        }
        history.temporary.clear();
        history.elsewhere = None;
    }
    history
}

/// How a change of a table begins: MariaDB knows more than one way.
const ALTER_TABLE: [&[&str]; 4] = [
    &["ALTER", "TABLE"],
    &["ALTER", "ONLINE", "TABLE"],
    &["ALTER", "IGNORE", "TABLE"],
    &["ALTER", "ONLINE", "IGNORE", "TABLE"],
];

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

    pub(super) fn is_view(&self, table: &Name) -> bool {
        self.views.iter().any(|(view, _)| view == table)
    }

    /// Whether another trigger has this name. On PostgreSQL the name belongs to the table, elsewhere to the database.
    pub(super) fn has_foreign(&self, trigger: &str, table: &Name, engine: Engine) -> bool {
        self.foreign.iter().any(|(name, on)| name == trigger && (engine != Engine::Postgres || on == table))
    }

    fn run(&mut self, statement: &Statement<'_>, engine: Engine) {
        if !statement.begins(&["CREATE"]) {
            self.query(statement, engine);
        }
        if !self.understands(statement, engine) && !Self::is_harmless(statement) {
            self.doubt_what_it_names(statement, engine);
        }
    }

    /// Runs the statement, if it is one that changes triggers and that this reader knows.
    fn understands(&mut self, statement: &Statement<'_>, engine: Engine) -> bool {
        let mut reader = Reader { rest: &statement.tokens, engine };
        if statement.begins(&["CREATE"]) {
            self.create(statement, engine);
        } else if statement.begins(&["DO"]) && engine == Engine::Postgres {
            if !self.in_children(statement) {
                self.run_block(statement);
            }
        } else if statement.is_compound(engine) {
            self.run_compound(statement, engine);
        } else if reader.takes(&["CALL"]) {
            self.call(statement, reader);
        } else if statement.begins(&["PREPARE"]) || statement.begins(&["EXECUTE", "IMMEDIATE"]) {
            self.prepared(statement, engine);
        } else if statement.begins(&["DELETE"]) || statement.begins(&["UPDATE"]) {
            self.write_schema(statement, engine);
        } else if statement.begins(&["DELIMITER"])
            || drops_what_depends(statement)
            || statement.begins(&["ALTER", "SCHEMA"])
        {
            self.doubt_all(statement);
        } else if reader.takes_one_of(&[&["DROP", "TEMPORARY", "TABLE"], &["DROP", "TEMPORARY", "TABLES"]]) {
            reader.takes(&["IF", "EXISTS"]);
            let dropped = reader.names();
            self.temporary.retain(|table| !dropped.contains(table));
        } else if reader.takes(&["DROP"]) {
            return self.drop(statement, reader);
        } else if reader.takes_one_of(&[&["RENAME", "TABLE"], &["RENAME", "TABLES"]]) {
            return self.rename_tables(reader);
        } else if reader.takes(&["ALTER", "TRIGGER"]) {
            self.alter_trigger(reader);
        } else if reader.takes_one_of(&ALTER_TABLE) {
            reader.takes(&["IF", "EXISTS"]);
            reader.takes(&["ONLY"]);
            let Some(table) = reader.name() else { return false };
            reader.sign("*");
            self.alter(&table, reader);
        } else {
            return false;
        }
        true
    }

    fn drop(&mut self, statement: &Statement<'_>, mut reader: Reader<'_, '_>) -> bool {
        let engine = reader.engine;
        let mut begins = |words: &[&[&str]]| {
            let begins = reader.takes_one_of(words);
            if begins {
                reader.takes(&["IF", "EXISTS"]);
            }
            begins
        };
        if begins(&[&["TRIGGER"]]) {
            let Some(trigger) = reader.name() else { return false };
            if engine == Engine::Sqlite && trigger.schema.as_deref() == Some("temp") {
                return true;
            }
            // On PostgreSQL the name of a trigger belongs to its table, elsewhere to the database.
            let table = if reader.takes(&["ON"]) && engine == Engine::Postgres { reader.name() } else { None };
            let table = table.map(Name::in_default_schema);
            self.standing.retain(|standing| !standing.is_named(&trigger.name, table.as_ref()));
            let is_it = |on: &Name| table.as_ref().is_none_or(|table| table == on);
            self.foreign.retain(|(name, on)| !(*name == trigger.name && is_it(on)));
        } else if begins(&[&["FUNCTION"], &["PROCEDURE"], &["ROUTINE"]]) {
            let dropped: Vec<String> = reader.names().into_iter().map(|name| name.name).collect();
            self.functions.retain(|(function, _)| !dropped.contains(function));
            self.programs.retain(|(program, _)| !dropped.contains(program));
            // With CASCADE. Without it the server refuses while the trigger exists.
            if reader.rest.iter().any(|token| token.is("CASCADE")) {
                self.standing.retain(|standing| standing.function.as_ref().is_none_or(|name| !dropped.contains(name)));
            }
        } else if begins(&[&["TABLE"], &["TABLES"], &["FOREIGN", "TABLE"]]) {
            let tables = reader.names();
            self.drop_tables(&tables);
            return !tables.is_empty();
        } else if begins(&[&["VIEW"], &["MATERIALIZED", "VIEW"]]) {
            let dropped = reader.names();
            self.views.retain(|(view, _)| !dropped.contains(view));
        } else if begins(&[&["SCHEMA"], &["DATABASE"]]) {
            if engine == Engine::Mysql {
                // It may be the schema that contains everything.
                self.doubt_all(statement);
                return true;
            }
            let dropped: Vec<String> = reader.names().into_iter().map(|name| name.name).collect();
            let schema = |standing: &Standing| standing.spec.schema.clone().unwrap_or_else(|| "public".to_owned());
            self.standing.retain(|standing| !dropped.contains(&schema(standing)));
            let is_in = |name: &Name| dropped.contains(&name.schema.clone().unwrap_or_else(|| "public".to_owned()));
            self.foreign.retain(|(_, table)| !is_in(table));
            self.views.retain(|(view, _)| !is_in(view));
        } else {
            return false;
        }
        true
    }

    fn drop_tables(&mut self, tables: &[Name]) {
        let (temporary, tables): (Vec<Name>, Vec<Name>) =
            tables.iter().cloned().partition(|table| self.temporary.contains(table));
        self.temporary.retain(|table| !temporary.contains(table));
        self.standing.retain(|standing| !tables.contains(&standing.table()));
        self.columns.retain(|(table, _)| !tables.contains(table));
        self.foreign.retain(|(_, table)| !tables.contains(table));
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
