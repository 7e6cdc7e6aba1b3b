//! The triggers of SQLite.

use super::dialect::{Dialect, Probe, Restoring, quoted};
use super::found::{FoundColumn, FoundTrigger, TriggerQuery};
use super::template::Value::{Sql, Text};
use super::template::{fill, query};
use super::tokens::normal;
use super::{Engine, TriggerSpec};

pub(super) struct SqliteDialect;

impl Dialect for SqliteDialect {
    fn quote(&self, name: &str) -> String {
        quoted(name, '"')
    }

    /// The schema is named only before the trigger: SQLite does not accept it before a table inside the trigger.
    fn create(&self, spec: &TriggerSpec) -> Vec<String> {
        vec![self.create_as(spec, &self.qualified(spec.schema(), &spec.name()))]
    }

    fn restore(&self, spec: &TriggerSpec) -> Restoring {
        let values = [
            ("database", self.quote(spec.schema().unwrap_or("main"))),
            ("trigger", quoted(&spec.name(), '\'')),
            ("table", quoted(spec.table(), '\'')),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let probe = Probe { sql: fill(include_str!("sqlite/probe.sql"), &values), failure: "integer overflow" };
        Restoring { probe: Some(probe), statements: self.create(spec) }
    }

    fn drop(&self, spec: &TriggerSpec) -> Vec<String> {
        vec![format!("DROP TRIGGER IF EXISTS {}", self.qualified(spec.schema(), &spec.name()))]
    }

    fn drop_trigger(&self, found: &FoundTrigger) -> Option<String> {
        Some(format!("DROP TRIGGER IF EXISTS {}", self.qualified(found.table_schema.as_deref(), &found.trigger_name)))
    }

    fn add_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        vec![format!("ALTER TABLE {table} ADD COLUMN {version} BIGINT NOT NULL DEFAULT 1")]
    }

    fn exact_text(&self) -> &'static str {
        "TEXT"
    }

    fn drop_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        vec![format!("ALTER TABLE {table} DROP COLUMN {version}")]
    }

    fn find_columns(&self, spec: &TriggerSpec) -> TriggerQuery {
        let schema = spec.schema().unwrap_or("main");
        let database = self.quote(schema);
        let values = [("database", Sql(&database)), ("schema", Text(schema)), ("table", Text(spec.table()))];
        query(include_str!("sqlite/columns.sql"), &values)
    }

    fn find_triggers(&self, spec: &TriggerSpec) -> TriggerQuery {
        let schema = spec.schema().unwrap_or("main");
        let (database, trigger) = (self.quote(schema), spec.name());
        let values = [
            ("database", Sql(&database)),
            ("schema", Text(schema)),
            ("table", Text(spec.table())),
            ("trigger", Text(&trigger)),
        ];
        query(include_str!("sqlite/triggers.sql"), &values)
    }

    /// The catalog of a database lists all its triggers.
    fn find_all_triggers(&self, of_schema: Option<&str>) -> Option<TriggerQuery> {
        let schema = of_schema.unwrap_or("main");
        let database = self.quote(schema);
        let values = [("database", Sql(&database)), ("schema", Text(schema))];
        Some(query(include_str!("sqlite/all_triggers.sql"), &values))
    }

    fn list(&self) -> TriggerQuery {
        query(include_str!("sqlite/list.sql"), &[])
    }

    /// SQLite keeps the text as it was written, without the schema. It renames a renamed table or column in it.
    fn is_intact(&self, spec: &TriggerSpec, _columns: &[FoundColumn], found: &FoundTrigger) -> bool {
        let expected = self.create_as(spec, &self.quote(&found.trigger_name));
        normal(&found.definition, Engine::Sqlite) == normal(&expected, Engine::Sqlite)
    }

    /// This is the rule by which SQLite gives a column the affinity INTEGER.
    fn counts(&self, base_type: &str) -> bool {
        base_type.contains("int")
    }
}

impl SqliteDialect {
    fn create_as(&self, spec: &TriggerSpec, trigger: &str) -> String {
        let file =
            if spec.is_strict() { include_str!("sqlite/strict.sql") } else { include_str!("sqlite/trigger.sql") };
        let (table, version) = (self.quote(spec.table()), self.quote(spec.version()));
        let advance = self.advance(spec, &table, &version);
        fill(file, &[("trigger", trigger), ("table", &table), ("version", &version), ("advance", &advance)])
    }

    /// The UPDATE inside the trigger.
    fn advance(&self, spec: &TriggerSpec, table: &str, version: &str) -> String {
        let key: Vec<String> = match spec.key() {
            [] => vec!["rowid".to_owned()],
            key => key.iter().map(|column| self.quote(column)).collect(),
        };
        if is_new_or_old(spec.table()) {
            let selected = numbered(&key, |number, column| format!("NEW.{column} AS key_{number}")).join(", ");
            let same = numbered(&key, |number, column| format!("{table}.{column} = key_{number}")).join(" AND ");
            let values = [("table", table), ("version", version), ("key", &same), ("new_key", &selected)];
            fill(include_str!("sqlite/advance_new_or_old.sql"), &values)
        } else {
            let same = numbered(&key, |_, column| format!("{column} = NEW.{column}")).join(" AND ");
            fill(include_str!("sqlite/advance.sql"), &[("table", table), ("version", version), ("key", &same)])
        }
    }
}

fn is_new_or_old(table: &str) -> bool {
    table.eq_ignore_ascii_case("new") || table.eq_ignore_ascii_case("old")
}

fn numbered(columns: &[String], write: impl Fn(usize, &str) -> String) -> Vec<String> {
    columns.iter().enumerate().map(|(number, column)| write(number, column)).collect()
}
