//! Migrations as a history: which of our triggers are there after them, told by their text. What a database has is not known here.

use super::found::FoundTrigger;
use super::statements::{Statement, statements};
use super::tokens::{Token, folded, normal};
use super::{Engine, TRIGGER_MARKER, TriggerSpec, reading};

/// A trigger of ours that a migration created, as later ones left it. Names are folded.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// What it guards now.
    pub(super) spec: TriggerSpec,
    /// What created it.
    pub(super) statements: Vec<String>,
    /// Whether it does what ours do.
    is_intact: bool,
    /// Whether it fires, on every table that inherits from its own.
    fires: bool,
}

impl Standing {
    /// Whether it is all that the spec wants.
    pub(super) fn satisfies(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        let keys = |spec: &TriggerSpec| -> Vec<String> { spec.key().iter().map(|name| folded(name, engine)).collect() };
        self.is_intact
            && self.fires
            && self.spec.is_strict() == spec.is_strict()
            && self.guards(spec, engine)
            && (engine != Engine::Sqlite || keys(&self.spec) == keys(spec))
    }

    pub(super) fn guards(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        self.is_on(spec, engine) && self.spec.version() == folded(spec.version(), engine)
    }

    pub(super) fn is_on(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        let table =
            Name { schema: spec.schema().map(|schema| folded(schema, engine)), name: folded(spec.table(), engine) };
        self.table() == table.in_default_schema()
    }

    fn table(&self) -> Name {
        Name { schema: self.spec.schema.clone(), name: self.spec.table.clone() }.in_default_schema()
    }
}

/// A name with its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    schema: Option<String>,
    name: String,
}

impl Name {
    /// Where nothing is said, these are meant.
    fn in_default_schema(mut self) -> Self {
        self.schema = self.schema.filter(|schema| schema != "public" && schema != "main");
        self
    }
}

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
        let table =
            Name { schema: spec.schema().map(|schema| folded(schema, engine)), name: folded(spec.table(), engine) };
        self.columns.contains(&(table.in_default_schema(), folded(spec.version(), engine)))
    }

    fn run(&mut self, statement: &Statement<'_>, engine: Engine) {
        let mut reader = Reader { rest: &statement.tokens, engine };
        if statement.begins(&["CREATE"]) {
            self.create(statement, engine);
        } else if statement.begins(&["DO"]) {
            self.in_children(statement);
        } else if reader.takes(&["DROP", "TRIGGER"]) {
            reader.takes(&["IF", "EXISTS"]);
            let name = reader.name().map(|name| name.name);
            self.standing.retain(|standing| Some(&standing.spec.name()) != name.as_ref());
        } else if reader.takes(&["DROP", "FUNCTION"]) {
            reader.takes(&["IF", "EXISTS"]);
            let name = reader.name().map(|name| name.name).unwrap_or_default();
            self.functions.retain(|(function, _)| *function != name);
        } else if reader.takes(&["DROP", "TABLE"]) || reader.takes(&["DROP", "TEMPORARY", "TABLE"]) {
            reader.takes(&["IF", "EXISTS"]);
            let tables = reader.names();
            self.standing.retain(|standing| !tables.contains(&standing.table()));
            self.columns.retain(|(table, _)| !tables.contains(table));
        } else if reader.takes(&["DROP", "SCHEMA"]) || reader.takes(&["DROP", "DATABASE"]) {
            reader.takes(&["IF", "EXISTS"]);
            let dropped: Vec<String> = reader.names().into_iter().map(|name| name.name).collect();
            let schema = |standing: &Standing| standing.spec.schema.clone().unwrap_or_else(|| "public".to_owned());
            self.standing.retain(|standing| !dropped.contains(&schema(standing)));
        } else if reader.takes(&["RENAME", "TABLE"]) {
            while let (Some(from), true, Some(to)) = (reader.name(), reader.takes(&["TO"]), reader.name()) {
                self.rename_table(&from, &to);
                if !reader.sign(",") {
                    break;
                }
            }
        } else if reader.takes(&["ALTER", "TRIGGER"]) {
            let (name, is_on, _, renamed) =
                (reader.name(), reader.takes(&["ON"]), reader.name(), reader.takes(&["RENAME", "TO"]));
            if let (Some(from), true, true, Some(to)) = (name, is_on, renamed, reader.name()) {
                let named = |standing: &&mut Standing| standing.spec.name() == from.name;
                self.standing
                    .iter_mut()
                    .filter(named)
                    .for_each(|standing| standing.spec.trigger_name = Some(to.name.clone()));
            }
        } else if reader.takes(&["ALTER", "TABLE"]) {
            reader.takes(&["IF", "EXISTS"]);
            reader.takes(&["ONLY"]);
            if let Some(table) = reader.name() {
                self.alter(&table, reader);
            }
        }
    }

    fn create(&mut self, statement: &Statement<'_>, engine: Engine) {
        let mut reader = Reader { rest: &statement.tokens, engine };
        let is_what = |word: &str| statement.tokens.iter().take(12).position(|token| token.is(word));
        // A function RETURNS trigger, and a trigger executes a FUNCTION.
        let (trigger, function) = (is_what("TRIGGER"), is_what("FUNCTION"));
        if let Some(position) = trigger.filter(|trigger| function.is_none_or(|function| *trigger < function)) {
            reader.rest = statement.tokens.get(position.saturating_add(1)..).unwrap_or_default();
            self.create_trigger(statement, reader);
        } else if let Some(position) = function.filter(|_| engine == Engine::Postgres) {
            reader.rest = statement.tokens.get(position.saturating_add(1)..).unwrap_or_default();
            if let Some(name) = reader.name().filter(|_| statement.text.contains(TRIGGER_MARKER)) {
                self.functions.retain(|(function, _)| *function != name.name);
                self.functions.push((name.name, statement.text.to_owned()));
            }
        } else if let Some(position) = is_what("TABLE").filter(|_| engine == Engine::Postgres) {
            let inherits = statement.tokens.iter().skip(position).position(|token| token.is("INHERITS"));
            let Some(inherits) = inherits.map(|inherits| inherits.saturating_add(position)) else { return };
            reader.rest = statement.tokens.get(inherits.saturating_add(2)..).unwrap_or_default();
            let parents = reader.names();
            let is_parent = |standing: &&mut Standing| parents.contains(&standing.table());
            self.standing.iter_mut().filter(is_parent).for_each(|standing| standing.fires = false);
        }
    }

    fn create_trigger(&mut self, statement: &Statement<'_>, mut reader: Reader<'_, '_>) {
        let engine = reader.engine;
        reader.takes(&["IF", "NOT", "EXISTS"]);
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
        if self.standing.iter().any(|standing| {
            standing.spec.name() == trigger.name
                && standing.table()
                    == Name { schema: spec.schema.clone(), name: table.name.clone() }.in_default_schema()
        }) {
            self.created_twice.push(trigger.name.clone());
        }
        let is_intact = form.is_some();
        let statements = function.into_iter().map(|(_, text)| text).chain([statement.text.to_owned()]).collect();
        self.standing.push(Standing {
            spec: form.unwrap_or(spec),
            statements,
            is_intact,
            fires: engine != Engine::Postgres,
        });
    }

    /// The block after a trigger of PostgreSQL that does the same in the tables that inherit.
    fn in_children(&mut self, statement: &Statement<'_>) {
        let Some(last) = self.standing.last_mut() else { return };
        let is_its = |create: &String| normal(create, Engine::Postgres) == normal(statement.text, Engine::Postgres);
        if last.spec.create(Engine::Postgres).iter().any(is_its) {
            last.statements.push(statement.text.to_owned());
            last.fires = true;
        }
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
            } else if reader.takes(&["RENAME", "COLUMN"]) || reader.takes(&["RENAME"]) {
                if let (Some(from), true, Some(to)) = (reader.name(), reader.takes(&["TO"]), reader.name()) {
                    self.rename_column(&table, &from.name, &to.name, engine);
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
            } else if reader.takes(&["SET", "SCHEMA"]) {
                if let Some(schema) = reader.name() {
                    let to = Name { schema: Some(schema.name), name: table.name.clone() };
                    self.rename_table(&table, &to);
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

/// Reads tokens from the left.
#[derive(Clone, Copy)]
struct Reader<'r, 't> {
    rest: &'r [Token<'t>],
    engine: Engine,
}

impl Reader<'_, '_> {
    /// Takes these keywords, if they come next.
    fn takes(&mut self, words: &[&str]) -> bool {
        let comes = self.rest.len() >= words.len() && words.iter().zip(self.rest).all(|(word, token)| token.is(word));
        if comes {
            self.rest = self.rest.get(words.len()..).unwrap_or_default();
        }
        comes
    }

    fn sign(&mut self, sign: &str) -> bool {
        let comes = self.rest.first().is_some_and(|token| token.is_sign(sign));
        if comes {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        comes
    }

    fn part(&mut self) -> Option<String> {
        let (first, rest) = self.rest.split_first()?;
        let name = first.name(self.engine)?;
        self.rest = rest;
        Some(name)
    }

    /// `name` or `schema.name`.
    fn name(&mut self) -> Option<Name> {
        let first = self.part()?;
        if self.sign(".") {
            return self.part().map(|name| Name { schema: Some(first), name });
        }
        Some(Name { schema: None, name: first })
    }

    fn names(&mut self) -> Vec<Name> {
        let mut names: Vec<Name> = self.name().into_iter().map(Name::in_default_schema).collect();
        while self.sign(",") {
            names.extend(self.name().map(Name::in_default_schema));
        }
        names
    }

    /// Whether triggers are switched on or off, where they are.
    fn switch(&mut self) -> Option<bool> {
        if self.takes(&["DISABLE", "TRIGGER"]) || self.takes(&["ENABLE", "REPLICA", "TRIGGER"]) {
            return Some(false);
        }
        (self.takes(&["ENABLE", "TRIGGER"]) || self.takes(&["ENABLE", "ALWAYS", "TRIGGER"])).then_some(true)
    }

    /// Goes on behind the next comma that stands in no parentheses.
    fn next_action(&mut self) {
        let mut depth = 0_usize;
        while let Some((first, rest)) = self.rest.split_first() {
            self.rest = rest;
            if first.is_sign("(") {
                depth = depth.saturating_add(1);
            } else if first.is_sign(")") {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && first.is_sign(",") {
                return;
            }
        }
    }
}
