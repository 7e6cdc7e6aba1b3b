//! The triggers of PostgreSQL, and the function that each of them has.

use super::TriggerSpec;
use super::dialect::{Dialect, quoted};
use super::found::{FoundTrigger, TriggerQuery};
use super::template::Value::{Sql, Text};
use super::template::{fill, query};

pub(super) struct PostgresDialect;

impl Dialect for PostgresDialect {
    fn quote(&self, name: &str) -> String {
        quoted(name, '"')
    }

    fn create(&self, spec: &TriggerSpec) -> Vec<String> {
        let function = self.qualified(spec.schema(), &spec.name());
        let body = self.body(spec);
        let quote = dollar_quote(&body);
        let values = [("function", function.as_str()), ("body", &body), ("quote", &quote)];
        vec![fill(include_str!("postgres/function.sql"), &values), self.trigger(spec, &function)]
    }

    fn drop(&self, spec: &TriggerSpec) -> Vec<String> {
        let name = spec.name();
        vec![
            format!("DROP TRIGGER IF EXISTS {} ON {}", self.quote(&name), self.qualified(spec.schema(), spec.table())),
            format!("DROP FUNCTION IF EXISTS {}()", self.qualified(spec.schema(), &name)),
        ]
    }

    /// The function by the name it has, which is another where trigger, function or table were renamed or moved.
    fn drop_found(&self, found: &FoundTrigger) -> Vec<String> {
        let trigger = found.table_name.as_deref().map(|table| {
            let table = self.qualified(found.table_schema.as_deref(), table);
            format!("DROP TRIGGER IF EXISTS {} ON {table}", self.quote(&found.trigger_name))
        });
        let function = found.function_name.as_ref().map(|function| format!("DROP FUNCTION IF EXISTS {function}()"));
        trigger.into_iter().chain(function).collect()
    }

    fn add_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        vec![LOCK_TIMEOUT.to_owned(), format!("ALTER TABLE {table} ADD COLUMN {version} BIGINT NOT NULL DEFAULT 1")]
    }

    fn drop_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        vec![LOCK_TIMEOUT.to_owned(), format!("ALTER TABLE {table} DROP COLUMN {version}")]
    }

    fn find_columns(&self, spec: &TriggerSpec) -> TriggerQuery {
        query(include_str!("postgres/columns.sql"), &[("table", Text(&self.qualified(spec.schema(), spec.table())))])
    }

    fn find_triggers(&self, spec: &TriggerSpec) -> TriggerQuery {
        let list = list_with("pg_get_triggerdef(triggers.oid)");
        let values = [
            ("list", Sql(&list)),
            ("table", Text(&self.qualified(spec.schema(), spec.table()))),
            ("trigger", Text(&spec.name())),
        ];
        query(include_str!("postgres/triggers.sql"), &values)
    }

    fn list(&self) -> TriggerQuery {
        let list = list_with("NULL");
        query(include_str!("postgres/list_ours.sql"), &[("list", Sql(&list))])
    }

    /// The trigger's text is written anew by the server, with casts, parentheses and quotes where it needs them.
    fn is_intact(&self, spec: &TriggerSpec, found: &FoundTrigger) -> bool {
        let mut expected = spec.clone().named(found.trigger_name.as_str());
        if let Some(schema) = &found.table_schema {
            expected = expected.in_schema(schema.as_str());
        }
        let is_same_event = comparable(&found.definition) == comparable(&self.trigger(&expected, ""));
        is_same_event && found.body.as_deref().map(str::trim) == Some(self.body(spec).as_str())
    }

    fn counts(&self, data_type: &str) -> bool {
        matches!(data_type, "smallint" | "integer" | "bigint")
    }
}

/// While an ALTER TABLE waits for the table, everybody who comes after it waits, too.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '5s'";

impl PostgresDialect {
    fn trigger(&self, spec: &TriggerSpec, function: &str) -> String {
        let values = [
            ("trigger", self.quote(&spec.name())),
            ("table", self.qualified(spec.schema(), spec.table())),
            ("version", self.quote(spec.version())),
            ("function", function.to_owned()),
        ];
        fill(include_str!("postgres/trigger.sql"), &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    fn body(&self, spec: &TriggerSpec) -> String {
        let file =
            if spec.is_strict() { include_str!("postgres/strict_body.sql") } else { include_str!("postgres/body.sql") };
        fill(file, &[("version", &self.quote(spec.version()))])
    }
}

fn list_with(definition: &str) -> String {
    fill(include_str!("postgres/list.sql"), &[("definition", definition)])
}

/// A dollar quote that the text does not hold, so that no name can end it.
fn dollar_quote(text: &str) -> String {
    let mut quote = "$concurrency$".to_owned();
    let mut number: u32 = 0;
    while text.contains(&quote) {
        number = number.saturating_add(1);
        quote = format!("$concurrency{number}$");
    }
    quote
}

/// A trigger's text up to its function, without what the server writes in its own way.
fn comparable(definition: &str) -> String {
    let mut text: String = definition
        .replace("OPERATOR(pg_catalog.+)", "+")
        .replace("NEW.", "new.")
        .replace("OLD.", "old.")
        .chars()
        .filter(|character| !matches!(character, '(' | ')' | '"'))
        .map(|character| if character == '\n' { ' ' } else { character })
        .collect();
    for cast in ["::smallint", "::integer", "::bigint"] {
        text = text.replace(cast, "");
    }
    text.rsplit_once(" EXECUTE ").map_or(text.clone(), |(before, _)| before.to_owned())
}
