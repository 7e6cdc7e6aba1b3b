//! The triggers of MySQL and MariaDB.

use super::TriggerSpec;
use super::dialect::{Dialect, quoted};
use super::found::{FoundTrigger, TriggerQuery};
use super::template::Value::{self, Sql, Text};
use super::template::{fill, query};

pub(super) struct MysqlDialect;

impl Dialect for MysqlDialect {
    fn quote(&self, name: &str) -> String {
        quoted(name, '`')
    }

    fn create(&self, spec: &TriggerSpec) -> Vec<String> {
        let (trigger, table) =
            (self.qualified(spec.schema(), &spec.name()), self.qualified(spec.schema(), spec.table()));
        let body = self.body(spec);
        vec![fill(include_str!("mysql/trigger.sql"), &[("trigger", &trigger), ("table", &table), ("body", &body)])]
    }

    fn drop(&self, spec: &TriggerSpec) -> Vec<String> {
        vec![format!("DROP TRIGGER IF EXISTS {}", self.qualified(spec.schema(), &spec.name()))]
    }

    fn drop_found(&self, found: &FoundTrigger) -> Vec<String> {
        vec![format!("DROP TRIGGER IF EXISTS {}", self.qualified(found.table_schema.as_deref(), &found.trigger_name))]
    }

    fn add_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        with_lock_timeout(format!("ALTER TABLE {table} ADD COLUMN {version} BIGINT NOT NULL DEFAULT 1"))
    }

    fn drop_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        with_lock_timeout(format!("ALTER TABLE {table} DROP COLUMN {version}"))
    }

    fn find_columns(&self, spec: &TriggerSpec) -> TriggerQuery {
        query(include_str!("mysql/columns.sql"), &[("table", Text(spec.table())), ("schema", schema(spec))])
    }

    fn find_triggers(&self, spec: &TriggerSpec) -> TriggerQuery {
        let list = fill(include_str!("mysql/list.sql"), &[]);
        let values = [
            ("list", Sql(&list)),
            ("table", Text(spec.table())),
            ("trigger", Text(&spec.name())),
            ("schema", schema(spec)),
        ];
        query(include_str!("mysql/triggers.sql"), &values)
    }

    fn list(&self) -> TriggerQuery {
        let list = fill(include_str!("mysql/list.sql"), &[]);
        query(include_str!("mysql/list_ours.sql"), &[("list", Sql(&list))])
    }

    /// The body is kept as it was written.
    fn is_intact(&self, spec: &TriggerSpec, found: &FoundTrigger) -> bool {
        found.definition == "BEFORE UPDATE FOR EACH ROW"
            && found.body.as_deref().map(str::trim) == Some(self.body(spec).as_str())
    }

    fn counts(&self, data_type: &str) -> bool {
        matches!(data_type, "smallint" | "int" | "bigint")
    }
}

impl MysqlDialect {
    fn body(&self, spec: &TriggerSpec) -> String {
        let file =
            if spec.is_strict() { include_str!("mysql/strict_body.sql") } else { include_str!("mysql/body.sql") };
        fill(file, &[("version", &self.quote(spec.version()))])
    }
}

/// While an ALTER TABLE waits for the table, everybody who comes after it waits, too. The session gets its own limit back.
fn with_lock_timeout(statement: String) -> Vec<String> {
    vec![
        "SET @concurrency_lock_wait_timeout = @@SESSION.lock_wait_timeout, SESSION lock_wait_timeout = 5".to_owned(),
        statement,
        "SET SESSION lock_wait_timeout = @concurrency_lock_wait_timeout".to_owned(),
    ]
}

/// The database of the table: the one that is named, or the connection's.
fn schema(spec: &TriggerSpec) -> Value<'_> {
    spec.schema().map_or(Sql("DATABASE()"), Text)
}
