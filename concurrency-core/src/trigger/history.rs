//! Migrations as a history: which of our triggers are there after them, told by their text. What a database has is not known here.

mod programs;
mod reader;
mod standing;

use self::reader::Reader;
use super::found::FoundTrigger;
use super::statements::{Statement, statements};
use super::tokens::{folded, normal};
use super::{Engine, TRIGGER_MARKER, TriggerSpec, reading};

pub(super) use self::standing::{Name, Standing};

/// What the migrations leave behind.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) standing: Vec<Standing>,
    /// Triggers that were created while they stood there: the second migration fails.
    pub(super) created_twice: Vec<String>,
    /// Columns that were added to tables, and are there.
    columns: Vec<(Name, String)>,
    /// The functions of PostgreSQL's triggers, by name.
    functions: Vec<(String, String)>,
    /// Functions and procedures of others, by name, as they were written.
    programs: Vec<(String, String)>,
}

/// Reads the texts of the `up.sql`, in order.
pub(super) fn read(migrations: &[String], engine: Engine) -> History {
    let mut history = History::default();
    for migration in migrations {
        for statement in statements(migration, engine) {
            history.run(&statement, engine);
        }
    }
    history
}

impl History {
    /// Whether the function of the spec's trigger is there, whatever became of the trigger: DROP TABLE leaves it.
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
        } else if engine == Engine::Sqlite && (statement.begins(&["DELETE"]) || statement.begins(&["UPDATE"])) {
            self.write_schema(statement);
        } else if reader.takes(&["DROP"]) {
            self.drop(reader);
        } else if reader.takes_one_of(&[&["RENAME", "TABLE"], &["RENAME", "TABLES"]]) {
            while let (Some(from), true, Some(to)) = (reader.name(), reader.takes(&["TO"]), reader.name()) {
                self.rename_table(&from, &to);
                if !reader.sign(",") {
                    break;
                }
            }
        } else if reader.takes(&["ALTER", "TRIGGER"]) {
            let (name, is_on, table, renamed) =
                (reader.name(), reader.takes(&["ON"]), reader.name(), reader.takes(&["RENAME", "TO"]));
            if let (Some(from), true, Some(table), true, Some(to)) = (name, is_on, table, renamed, reader.name()) {
                let table = table.in_default_schema();
                let named = |standing: &&mut Standing| standing.is_named(&from.name, Some(&table));
                self.standing
                    .iter_mut()
                    .filter(named)
                    .for_each(|standing| standing.spec.trigger_name = Some(to.name.clone()));
            }
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
            // Names are those of a table on PostgreSQL, and of the database elsewhere.
            let table = if reader.takes(&["ON"]) && engine == Engine::Postgres { reader.name() } else { None };
            let table = table.map(Name::in_default_schema);
            self.standing.retain(|standing| !standing.is_named(&trigger.name, table.as_ref()));
        } else if begins(&[&["FUNCTION"], &["PROCEDURE"], &["ROUTINE"]]) {
            let dropped: Vec<String> = reader.names().into_iter().map(|name| name.name).collect();
            self.functions.retain(|(function, _)| !dropped.contains(function));
            self.programs.retain(|(program, _)| !dropped.contains(program));
            // With CASCADE: without it the server refuses while the trigger is there.
            if reader.rest.iter().any(|token| token.is("CASCADE")) {
                self.standing.retain(|standing| standing.function.as_ref().is_none_or(|name| !dropped.contains(name)));
            }
        } else if begins(&[&["TABLE"], &["TABLES"], &["TEMPORARY", "TABLE"], &["FOREIGN", "TABLE"]]) {
            self.drop_tables(&reader.names());
        } else if begins(&[&["SCHEMA"], &["DATABASE"]]) {
            let dropped: Vec<String> = reader.names().into_iter().map(|name| name.name).collect();
            let schema = |standing: &Standing| standing.spec.schema.clone().unwrap_or_else(|| "public".to_owned());
            self.standing.retain(|standing| !dropped.contains(&schema(standing)));
        }
    }

    fn drop_tables(&mut self, tables: &[Name]) {
        self.standing.retain(|standing| !tables.contains(&standing.table()));
        self.columns.retain(|(table, _)| !tables.contains(table));
    }

    fn create(&mut self, statement: &Statement<'_>, engine: Engine) {
        let is_what = |word: &str| statement.tokens.iter().take(12).position(|token| token.is(word));
        let behind = |position: usize| Reader {
            rest: statement.tokens.get(position.saturating_add(1)..).unwrap_or_default(),
            engine,
        };
        let replaces = statement.begins(&["CREATE", "OR", "REPLACE"]);
        // A function RETURNS trigger, and a trigger executes a FUNCTION.
        let program = is_what("FUNCTION").or_else(|| is_what("PROCEDURE"));
        if let Some(trigger) = is_what("TRIGGER").filter(|trigger| program.is_none_or(|program| *trigger < program)) {
            self.create_trigger(statement, behind(trigger), replaces);
        } else if let Some(program) = program {
            self.create_program(statement, behind(program));
        } else if let Some(table) = is_what("TABLE") {
            self.create_table(behind(table), replaces);
        }
    }

    fn create_program(&mut self, statement: &Statement<'_>, mut reader: Reader<'_, '_>) {
        reader.takes(&["IF", "NOT", "EXISTS"]);
        let Some(name) = reader.name().map(|name| name.name) else { return };
        let is_it = |known: &String| *known == name;
        let is_ours = reader.engine == Engine::Postgres && statement.text.contains(TRIGGER_MARKER);
        let earlier = self.functions.iter().find(|(known, _)| is_it(known));
        let is_same = earlier.is_some_and(|(_, text)| {
            body_of_function(text).map(|body| normal(&body, reader.engine))
                == body_of_function(statement.text).map(|body| normal(&body, reader.engine))
        });
        // What calls it now does something else.
        let calls = |standing: &&mut Standing| standing.function.as_ref().is_some_and(is_it) && !is_same;
        self.standing.iter_mut().filter(calls).for_each(|standing| standing.is_intact = false);
        self.functions.retain(|(known, _)| !is_it(known));
        self.programs.retain(|(known, _)| !is_it(known));
        let text = statement.text.to_owned();
        if is_ours {
            self.functions.push((name, text));
        } else {
            self.programs.push((name, programs::program_of(statement)));
        }
    }

    /// What is new in one that inherits lacks the trigger; what is made in the place of another one loses it.
    fn create_table(&mut self, mut reader: Reader<'_, '_>, replaces: bool) {
        if replaces {
            let table: Vec<Name> = reader.name().map(Name::in_default_schema).into_iter().collect();
            self.drop_tables(&table);
        }
        if let Some(inherits) = reader.rest.iter().position(|token| token.is("INHERITS")) {
            reader.rest = reader.rest.get(inherits.saturating_add(2)..).unwrap_or_default();
            let parents = reader.names();
            self.inherit(&parents);
        }
    }

    fn inherit(&mut self, parents: &[Name]) {
        let is_parent = |standing: &&mut Standing| parents.contains(&standing.table());
        self.standing.iter_mut().filter(is_parent).for_each(|standing| standing.fires = false);
    }

    fn create_trigger(&mut self, statement: &Statement<'_>, mut reader: Reader<'_, '_>, replaces: bool) {
        let engine = reader.engine;
        let if_not_there = reader.takes(&["IF", "NOT", "EXISTS"]);
        let Some(trigger) = reader.name() else { return };
        let Some(on) = reader.rest.iter().position(|token| token.is("ON")) else { return };
        reader.rest = reader.rest.get(on.saturating_add(1)..).unwrap_or_default();
        let Some(table) = reader.name() else { return };
        let function = reader.rest.iter().position(|token| token.is("EXECUTE")).and_then(|execute| {
            let rest = reader.rest.get(execute.saturating_add(2)..).unwrap_or_default();
            Reader { rest, engine }.name()
        });
        let function =
            function.and_then(|function| self.functions.iter().find(|(name, _)| *name == function.name)).cloned();
        let qualified =
            Name { schema: table.schema.clone().or_else(|| trigger.schema.clone()), name: table.name.clone() }
                .in_default_schema();
        let is_there = self.standing.iter().position(|standing| standing.is_named(&trigger.name, Some(&qualified)));
        if let Some(position) = is_there.filter(|_| replaces) {
            self.standing.remove(position);
        }
        if is_there.is_some() && if_not_there {
            return;
        }
        // The schema stands with the trigger on SQLite, with the table elsewhere.
        let schema = table.schema.clone().or_else(|| trigger.schema.clone());
        let body_end = reader.rest.iter().position(|token| token.is("ROW")).map_or(0, |row| row.saturating_add(1));
        let body = reader
            .rest
            .get(body_end)
            .and_then(|token| statement.text.get(token.start.checked_sub(statement.tokens.first()?.start)?..));
        let found = FoundTrigger {
            table_schema: None,
            table_name: Some(table.name.clone()),
            trigger_name: trigger.name.clone(),
            definition: if engine == Engine::Sqlite { statement.text.to_owned() } else { String::new() },
            body: match (engine, &function) {
                (Engine::Sqlite, _) => None,
                (_, Some((_, text))) => body_of_function(text).or(Some(String::new())),
                _ => body.map(str::to_owned),
            },
            function_name: None,
            is_enabled: true,
            definer: None,
            obstacle: None,
        };
        let is_marked = function.is_some() || statement.text.contains(TRIGGER_MARKER);
        let Some(version) = reading::version_of(&found, engine) else { return };
        let mut spec = TriggerSpec::new(&table.name, [""; 0], version).named(&trigger.name);
        spec.schema = schema;
        spec.key = if engine == Engine::Sqlite { reading::key(&found) } else { Vec::new() };
        let is_written = |spec: &TriggerSpec| {
            spec.create(engine).iter().any(|create| normal(create, engine) == normal(statement.text, engine))
        };
        let unnamed_schema = |spec: &TriggerSpec| TriggerSpec { schema: None, ..spec.clone() };
        let form = [spec.clone(), spec.clone().strict()].into_iter().find(|spec| {
            (is_written(spec) || is_written(&unnamed_schema(spec)))
                && function.as_ref().is_none_or(|(_, text)| {
                    spec.create(engine).first().is_some_and(|create| normal(create, engine) == normal(text, engine))
                })
        });
        if form.is_none() && !is_marked {
            return;
        }
        if is_there.is_some() && !replaces {
            self.created_twice.push(trigger.name.clone());
        }
        let is_intact = form.is_some();
        let (function, text) = function.unzip();
        self.standing.push(Standing {
            spec: form.unwrap_or(spec),
            statements: text.into_iter().chain([statement.text.to_owned()]).collect(),
            unclear: None,
            function,
            is_intact,
            fires: engine != Engine::Postgres,
        });
    }

    /// The block beside a trigger of PostgreSQL that does the same in the tables that inherit; whether it is one.
    fn in_children(&mut self, statement: &Statement<'_>) -> bool {
        let is_ours = |create: &String| normal(create, Engine::Postgres) == normal(statement.text, Engine::Postgres);
        if let Some(last) = self.standing.last_mut() {
            if last.spec.create(Engine::Postgres).iter().any(is_ours) {
                last.statements.push(statement.text.to_owned());
                last.fires = true;
                return true;
            }
        }
        // Where it drops them, the trigger of the table is dropped, too.
        self.standing.iter().any(|standing| standing.spec.drop(Engine::Postgres).iter().any(is_ours))
    }

    fn rename_table(&mut self, from: &Name, to: &Name) {
        let from = from.clone().in_default_schema();
        let new = Name { schema: to.schema.clone().or_else(|| from.schema.clone()), name: to.name.clone() };
        for (table, _) in self.columns.iter_mut().filter(|(table, _)| *table == from) {
            *table = new.clone().in_default_schema();
        }
        for standing in self.standing.iter_mut().filter(|standing| standing.table() == from) {
            standing.spec.trigger_name = Some(standing.spec.name());
            standing.spec.table.clone_from(&to.name);
            if to.schema.is_some() {
                standing.spec.schema.clone_from(&to.schema);
            }
        }
    }

    fn alter(&mut self, table: &Name, mut reader: Reader<'_, '_>) {
        let engine = reader.engine;
        let mut table = table.clone().in_default_schema();
        while !reader.rest.is_empty() {
            if reader.takes(&["RENAME", "TO"]) || (engine == Engine::Mysql && reader.takes(&["RENAME", "AS"])) {
                if let Some(to) = reader.name() {
                    self.rename_table(&table, &to);
                    table = Name { schema: to.schema.or(table.schema), name: to.name };
                }
            } else if reader.takes(&["RENAME", "CONSTRAINT"])
                || reader.takes(&["RENAME", "INDEX"])
                || reader.takes(&["RENAME", "KEY"])
            {
            } else if reader.takes_one_of(&[&["RENAME", "COLUMN"], &["RENAME"]]) {
                match (reader.name(), reader.takes(&["TO"]), reader.name()) {
                    (Some(from), true, Some(to)) => self.rename_column(&table, &from.name, &to.name, engine),
                    // MySQL needs no TO for a table.
                    (Some(to), false, None) if engine == Engine::Mysql => {
                        self.rename_table(&table, &to);
                        table = Name { schema: to.schema.or(table.schema), name: to.name };
                    }
                    _ => {}
                }
            } else if reader.takes(&["CHANGE", "COLUMN"]) || reader.takes(&["CHANGE"]) {
                if let (Some(from), Some(to)) = (reader.name(), reader.name()) {
                    self.rename_column(&table, &from.name, &to.name, engine);
                }
            } else if reader.takes(&["ADD", "COLUMN"]) || reader.takes(&["ADD"]) {
                reader.takes(&["IF", "NOT", "EXISTS"]);
                self.columns.extend(reader.name().map(|column| (table.clone(), column.name)));
            } else if reader.takes(&["DROP", "COLUMN"]) || reader.takes(&["DROP"]) {
                reader.takes(&["IF", "EXISTS"]);
                if let Some(column) = reader.name() {
                    self.lose_column(&table, &column.name);
                }
            } else if reader.takes(&["INHERIT"]) {
                let parents = reader.names();
                self.inherit(&parents);
            } else if reader.takes(&["SET", "SCHEMA"]) {
                if let Some(schema) = reader.name() {
                    let to = Name { schema: Some(schema.name), name: table.name.clone() };
                    self.rename_table(&table, &to);
                    table = to.in_default_schema();
                }
            } else if let Some(fires) = reader.switch() {
                let name = reader.name();
                let is_meant = |standing: &&mut Standing| {
                    let all = name.as_ref().is_some_and(|name| name.name == "all" || name.name == "user");
                    standing.table() == table
                        && (all || name.as_ref().is_some_and(|name| name.name == standing.spec.name()))
                };
                self.standing.iter_mut().filter(is_meant).for_each(|standing| standing.fires = fires);
            }
            reader.next_action();
        }
    }

    fn rename_column(&mut self, table: &Name, from: &str, to: &str, engine: Engine) {
        for standing in self.standing.iter_mut().filter(|standing| standing.table() == *table) {
            if engine == Engine::Sqlite {
                standing.spec.trigger_name = Some(standing.spec.name());
                let names = standing.spec.key.iter_mut().chain([&mut standing.spec.version]);
                names.filter(|name| *name == from).for_each(|name| to.clone_into(name));
            }
        }
        if from == to {
            return;
        }
        if engine != Engine::Sqlite {
            self.lose_trigger(table, from);
        }
        self.columns
            .iter_mut()
            .filter(|added| added.0 == *table && added.1 == from)
            .for_each(|added| to.clone_into(&mut added.1));
    }

    fn lose_column(&mut self, table: &Name, column: &str) {
        self.columns.retain(|added| !(added.0 == *table && added.1 == column));
        self.lose_trigger(table, column);
    }

    /// What guards the column does so no more.
    fn lose_trigger(&mut self, table: &Name, column: &str) {
        let loses = |standing: &&mut Standing| standing.table() == *table && standing.spec.version() == column;
        self.standing.iter_mut().filter(loses).for_each(|standing| standing.is_intact = false);
    }
}

/// What stands between the dollars.
fn body_of_function(text: &str) -> Option<String> {
    let mut tokens = super::tokens::tokens(text, Engine::Postgres);
    tokens.find_map(|token| token.inside_dollars().map(str::to_owned))
}
