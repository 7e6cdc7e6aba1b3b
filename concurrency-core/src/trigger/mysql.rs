//! The triggers of MySQL and MariaDB.

mod shown;

use self::shown::shown_by_mysql;
use super::dialect::{Dialect, Limit, Probe, Restoring, quoted};
use super::found::{FoundColumn, FoundTrigger, TriggerQuery};
use super::template::Value::{self, Sql, Text};
use super::template::{fill, query};
use super::tokens::normal;
use super::{Engine, TriggerSpec};

pub(super) struct MysqlDialect;

/// The definer as the tables of privileges write it, `'name'@'host'`, with any characters in the name.
const GRANTEE: &str = "CONCAT('''', LEFT(definer, CHAR_LENGTH(definer) - CHAR_LENGTH(SUBSTRING_INDEX(definer, '@', -1)) - 1), \
                       '''@''', SUBSTRING_INDEX(definer, '@', -1), '''')";

impl Dialect for MysqlDialect {
    fn quote(&self, name: &str) -> String {
        quoted(name, '`')
    }

    /// Without the name of a database, unless the model names it, because a dump may be restored under another name.
    fn create(&self, spec: &TriggerSpec) -> Vec<String> {
        let (trigger, table) =
            (self.qualified(spec.schema(), &spec.name()), self.qualified(spec.schema(), spec.table()));
        let body = self.body(spec);
        vec![fill(include_str!("mysql/trigger.sql"), &[("trigger", &trigger), ("table", &table), ("body", &body)])]
    }

    fn restore(&self, spec: &TriggerSpec) -> Restoring {
        let schema = spec.schema().map_or_else(|| "DATABASE()".to_owned(), literal);
        let values = [("schema", schema), ("trigger", literal(&spec.name())), ("table", literal(spec.table()))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let probe =
            Probe { sql: fill(include_str!("mysql/probe.sql"), &values), failure: "Subquery returns more than 1 row" };
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

    /// `utf8mb4_bin` pads spaces.
    fn exact_text(&self) -> &'static str {
        "VARBINARY(255)"
    }

    fn drop_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        vec![format!("ALTER TABLE {table} DROP COLUMN {version}")]
    }

    /// Restores the session's own limit.
    fn lock_limit(&self) -> Option<Limit> {
        Some(Limit {
            set: "SET @concurrency_lock_wait_timeout = @@SESSION.lock_wait_timeout, SESSION lock_wait_timeout = 5",
            put_back: "SET SESSION lock_wait_timeout = @concurrency_lock_wait_timeout",
        })
    }

    /// Without the privilege PROCESS it fails. MySQL does not say here which tables a transaction has used.
    fn find_holders(&self, _spec: &TriggerSpec) -> Option<TriggerQuery> {
        Some(query(include_str!("mysql/holders.sql"), &[]))
    }

    fn find_columns(&self, spec: &TriggerSpec) -> TriggerQuery {
        query(include_str!("mysql/columns.sql"), &[("table", Text(spec.table())), ("schema", schema(spec.schema()))])
    }

    fn find_triggers(&self, spec: &TriggerSpec) -> TriggerQuery {
        let list = fill(include_str!("mysql/list.sql"), &[("definer", GRANTEE)]);
        let trigger = spec.name();
        let values = [
            ("list", Sql(&list)),
            ("table", Text(spec.table())),
            ("trigger", Text(&trigger)),
            ("schema", schema(spec.schema())),
        ];
        query(include_str!("mysql/triggers.sql"), &values)
    }

    /// For one table MariaDB also looks at every other table, because of the trigger's name.
    fn find_all_triggers(&self, of_schema: Option<&str>) -> Option<TriggerQuery> {
        let list = fill(include_str!("mysql/list.sql"), &[("definer", GRANTEE)]);
        Some(query(include_str!("mysql/all_triggers.sql"), &[("list", Sql(&list)), ("schema", schema(of_schema))]))
    }

    fn list(&self) -> TriggerQuery {
        let list = fill(include_str!("mysql/list.sql"), &[("definer", GRANTEE)]);
        query(include_str!("mysql/list_all.sql"), &[("list", Sql(&list))])
    }

    fn is_intact(&self, spec: &TriggerSpec, _columns: &[FoundColumn], found: &FoundTrigger) -> bool {
        let Some(body) = found.body.as_deref().filter(|_| found.definition == "BEFORE UPDATE FOR EACH ROW") else {
            return false;
        };
        let (expected, version) = (self.body(spec), self.quote(spec.version()));
        // MySQL keeps the semicolon between the CREATE TRIGGER and the next statement of one request.
        let found = normal(body.strip_suffix(';').unwrap_or(body), Engine::Mysql);
        let is = |expected: &str| found == normal(expected, Engine::Mysql);
        is(&expected) || shown_by_mysql(&version).is_some_and(|shown| is(&expected.replace(&version, &shown)))
    }

    fn counts(&self, base_type: &str) -> bool {
        matches!(base_type, "smallint" | "mediumint" | "int" | "bigint")
    }
}

impl MysqlDialect {
    fn body(&self, spec: &TriggerSpec) -> String {
        let version = self.quote(spec.version());
        let body = fill(include_str!("mysql/body.sql"), &[("version", &version)]);
        if spec.is_strict() {
            fill(include_str!("mysql/strict_body.sql"), &[("version", &version), ("body", &body)])
        } else {
            body
        }
    }
}

/// The table's database: the named one, or the connection's.
fn schema(named: Option<&str>) -> Value<'_> {
    named.map_or(Sql("DATABASE()"), Text)
}

/// A text as its bytes, so that it means the same under every `sql_mode`.
fn literal(text: &str) -> String {
    let bytes: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
    format!("_utf8mb4 x'{bytes}'")
}
