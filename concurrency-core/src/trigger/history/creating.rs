//! CREATE: which triggers, functions and tables a migration creates, and what that does to existing ones.

use super::super::found::FoundTrigger;
use super::super::statements::Statement;
use super::super::tokens::{normal, tokens};
use super::super::{Engine, TRIGGER_MARKER, TriggerSpec, reading};
use super::reader::Reader;
use super::standing::{Name, Standing};
use super::{History, programs};

impl History {
    pub(super) fn create(&mut self, statement: &Statement<'_>, engine: Engine) {
        let is_what = |word: &str| statement.tokens.iter().take(12).position(|token| token.is(word));
        let behind = |position: usize| Reader {
            rest: statement.tokens.get(position.saturating_add(1)..).unwrap_or_default(),
            engine,
        };
        let replaces = statement.begins(&["CREATE", "OR", "REPLACE"]);
        // A function RETURNS trigger, and a trigger executes a FUNCTION, so the first of these words decides.
        let program = is_what("FUNCTION").or_else(|| is_what("PROCEDURE"));
        let table = is_what("TABLE");
        let earlier = |view: &usize| [table, program, is_what("TRIGGER")].iter().flatten().all(|other| view < other);
        let is_temporary =
            |word: &usize| statement.tokens.iter().take(*word).any(|token| token.is("TEMP") || token.is("TEMPORARY"));
        if engine == Engine::Sqlite && is_what("TRIGGER").filter(is_temporary).is_some() {
            // It goes with the session.
        } else if let Some(view) = is_what("VIEW").filter(earlier) {
            self.create_view(statement, behind(view));
        } else if let Some(trigger) =
            is_what("TRIGGER").filter(|trigger| program.is_none_or(|program| *trigger < program))
        {
            self.create_trigger(statement, behind(trigger), replaces);
        } else if let Some(program) = program {
            self.create_program(statement, behind(program));
        } else if let Some(table) = table {
            self.query(statement, engine);
            self.create_table(behind(table), replaces, is_temporary(&table));
        }
    }

    fn create_view(&mut self, statement: &Statement<'_>, mut reader: Reader<'_, '_>) {
        reader.takes(&["IF", "NOT", "EXISTS"]);
        let Some(view) = reader.name().map(Name::in_default_schema) else { return };
        let body = self.called_by(statement, reader.engine).join(";\n");
        self.views.retain(|(known, _)| *known != view);
        self.views.push((view, Some(body).filter(|body| !body.is_empty())));
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
        // A trigger that calls it now does something else.
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

    /// A new table that inherits lacks the trigger. A table that replaces another one loses its trigger.
    fn create_table(&mut self, mut reader: Reader<'_, '_>, replaces: bool, is_temporary: bool) {
        if is_temporary {
            reader.takes(&["IF", "NOT", "EXISTS"]);
            self.temporary.extend(reader.name().map(Name::in_default_schema));
            return;
        }
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

    pub(super) fn inherit(&mut self, parents: &[Name]) {
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
        let program =
            function.as_ref().and_then(|function| self.programs.iter().rfind(|(name, _)| *name == function.name));
        if let Some((_, program)) = program {
            self.firing.push((table.clone().in_default_schema(), program.clone()));
        }
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
        // On SQLite the schema is written before the trigger's name, elsewhere before the table's.
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
            bypass: None,
        };
        let is_marked = function.is_some() || statement.text.contains(TRIGGER_MARKER);
        self.foreign.retain(|known| *known != (trigger.name.clone(), qualified.clone()));
        let Some(version) = reading::version_of(&found, engine) else {
            self.foreign.push((trigger.name, qualified));
            return;
        };
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
            self.foreign.push((trigger.name, qualified));
            return;
        }
        if is_there.is_some() && !replaces {
            self.created_twice.push(trigger.name.clone());
        }
        let is_intact = form.is_some();
        let (is_bare, spec_schema) = (spec.schema.is_none(), spec.schema.clone());
        let (function, text) = function.unzip();
        self.standing.push(Standing {
            spec: form.unwrap_or(spec),
            statements: text.into_iter().chain([statement.text.to_owned()]).collect(),
            // If the names mean tables of another schema, it may be on another one.
            unclear: self.elsewhere.clone().filter(|_| is_bare),
            home: spec_schema,
            function,
            is_intact,
            fires: engine != Engine::Postgres,
        });
    }

    /// The block after a PostgreSQL trigger that does the same in the tables that inherit. Returns whether the
    /// statement is one.
    pub(super) fn in_children(&mut self, statement: &Statement<'_>) -> bool {
        let is_ours = |create: &String| normal(create, Engine::Postgres) == normal(statement.text, Engine::Postgres);
        if let Some(last) = self.standing.last_mut() {
            if last.spec.create(Engine::Postgres).iter().any(is_ours) {
                last.statements.push(statement.text.to_owned());
                last.fires = true;
                return true;
            }
        }
        // If it drops them, the trigger of the table is dropped, too.
        self.standing.iter().any(|standing| standing.spec.drop(Engine::Postgres).iter().any(is_ours))
    }
}

/// The text between the dollars.
fn body_of_function(text: &str) -> Option<String> {
    let mut tokens = tokens(text, Engine::Postgres);
    tokens.find_map(|token| token.inside_dollars().map(str::to_owned))
}
