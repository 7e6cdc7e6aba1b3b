//! ALTER and RENAME: what becomes of a trigger when its table or its column changes.

use super::super::Engine;
use super::History;
use super::reader::Reader;
use super::standing::{Name, Standing};

impl History {
    /// PostgreSQL's `ALTER TRIGGER … ON … RENAME TO …`.
    pub(super) fn alter_trigger(&mut self, mut reader: Reader<'_, '_>) {
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
    }

    /// MySQL's RENAME TABLE; whether all of it was read.
    pub(super) fn rename_tables(&mut self, mut reader: Reader<'_, '_>) -> bool {
        let engine = reader.engine;
        reader.takes(&["IF", "EXISTS"]);
        while let Some(from) = reader.name() {
            if reader.takes(&["WAIT"]) {
                reader.rest = reader.rest.get(1..).unwrap_or_default();
            }
            reader.takes(&["NOWAIT"]);
            let (true, Some(to)) = (reader.takes(&["TO"]), reader.name()) else { return false };
            self.rename_table(&from, &to, engine);
            if !reader.sign(",") {
                break;
            }
        }
        reader.rest.is_empty()
    }

    pub(super) fn rename_table(&mut self, from: &Name, to: &Name, engine: Engine) {
        let from = from.clone().in_default_schema();
        let new = Name { schema: to.schema.clone().or_else(|| from.schema.clone()), name: to.name.clone() };
        for (_, table) in self.foreign.iter_mut().filter(|(_, table)| *table == from) {
            *table = new.clone().in_default_schema();
        }
        for (table, _) in self.columns.iter_mut().filter(|(table, _)| *table == from) {
            *table = new.clone().in_default_schema();
        }
        for standing in self.standing.iter_mut().filter(|standing| standing.table() == from) {
            standing.spec.trigger_name = Some(standing.spec.name());
            standing.spec.table.clone_from(&to.name);
            if to.schema.is_some() {
                standing.spec.schema.clone_from(&to.schema);
            }
            standing.follow(engine);
        }
    }

    pub(super) fn alter(&mut self, table: &Name, mut reader: Reader<'_, '_>) {
        let engine = reader.engine;
        let mut table = table.clone().in_default_schema();
        while !reader.rest.is_empty() {
            if reader.takes(&["RENAME", "TO"]) || (engine == Engine::Mysql && reader.takes(&["RENAME", "AS"])) {
                if let Some(to) = reader.name() {
                    self.rename_table(&table, &to, engine);
                    table = Name { schema: to.schema.or(table.schema), name: to.name };
                }
            } else if reader.takes(&["RENAME", "CONSTRAINT"])
                || reader.takes(&["RENAME", "INDEX"])
                || reader.takes(&["RENAME", "KEY"])
            {
            } else if reader.takes_one_of(&[&["RENAME", "COLUMN"], &["RENAME"]]) {
                match (reader.name(), reader.takes(&["TO"]), reader.name()) {
                    (Some(from), true, Some(to)) => self.rename_column(&table, &from.name, &to.name, engine),
                    // MySQL needs no TO to rename a table.
                    (Some(to), false, None) if engine == Engine::Mysql => {
                        self.rename_table(&table, &to, engine);
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
                    self.rename_table(&table, &to, engine);
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
                standing.follow(engine);
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

    /// The trigger no longer guards the column.
    fn lose_trigger(&mut self, table: &Name, column: &str) {
        let loses = |standing: &&mut Standing| standing.table() == *table && standing.spec.version() == column;
        self.standing.iter_mut().filter(loses).for_each(|standing| standing.is_intact = false);
    }
}
