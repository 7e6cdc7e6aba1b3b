//! The triggers of PostgreSQL, each with its own function.

use super::dialect::{Dialect, Limit, Restoring, quoted};
use super::found::{FoundColumn, FoundTrigger, TriggerQuery};
use super::template::Value::{Sql, Text};
use super::template::{fill, query};
use super::tokens::{folded, normal};
use super::{Engine, TriggerSpec};

pub(super) struct PostgresDialect;

impl Dialect for PostgresDialect {
    fn quote(&self, name: &str) -> String {
        quoted(name, '"')
    }

    fn create(&self, spec: &TriggerSpec) -> Vec<String> {
        let function = self.qualified(spec.schema(), &function_name(spec));
        let body = self.body(spec);
        let quote = dollar_quote(&body);
        let values = [("function", function.as_str()), ("body", &body), ("quote", &quote)];
        let table = self.qualified(spec.schema(), spec.table());
        let in_children = self.trigger(spec, "%s", &function.replace('%', "%%"), &as_format);
        vec![
            fill(include_str!("postgres/function.sql"), &values),
            self.trigger(spec, &table, &function, &str::to_owned),
            self.in_children(spec, &in_children),
        ]
    }

    fn restore(&self, spec: &TriggerSpec) -> Restoring {
        let function = self.qualified(spec.schema(), &function_name(spec));
        let create_function = self.create(spec).into_iter().next().unwrap_or_default();
        let create_trigger = self.trigger(spec, "%s", &function.replace('%', "%%"), &as_format);
        let texts = [
            literal(&format!("{function}()")),
            literal(&create_function),
            literal(&self.qualified(spec.schema(), spec.table())),
            literal(&spec.name()),
            literal(&create_trigger),
        ];
        let quote = dollar_quote(&texts.concat());
        let [function, create_function, table, trigger, create_trigger] = &texts;
        let values = [
            ("quote", quote.as_str()),
            ("function", function),
            ("create_function", create_function),
            ("table", table),
            ("trigger", trigger),
            ("create_trigger", create_trigger),
        ];
        Restoring { probe: None, statements: vec![fill(include_str!("postgres/restore.sql"), &values)] }
    }

    fn drop(&self, spec: &TriggerSpec) -> Vec<String> {
        let name = spec.name();
        let in_children = format!("DROP TRIGGER IF EXISTS {} ON %s", as_format(&self.quote(&name)));
        vec![
            self.in_children(spec, &in_children),
            format!("DROP TRIGGER IF EXISTS {} ON {}", self.quote(&name), self.qualified(spec.schema(), spec.table())),
            format!("DROP FUNCTION IF EXISTS {}()", self.qualified(spec.schema(), &function_name(spec))),
        ]
    }

    fn drop_trigger(&self, found: &FoundTrigger) -> Option<String> {
        let table = self.qualified(found.table_schema.as_deref(), found.table_name.as_deref()?);
        let is_trigger = !found.definition.is_empty();
        is_trigger.then(|| format!("DROP TRIGGER IF EXISTS {} ON {table}", self.quote(&found.trigger_name)))
    }

    fn add_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        vec![format!("ALTER TABLE {table} ADD COLUMN {version} BIGINT NOT NULL DEFAULT 1")]
    }

    fn exact_text(&self) -> &'static str {
        "TEXT COLLATE \"C\""
    }

    fn drop_column(&self, spec: &TriggerSpec) -> Vec<String> {
        let (table, version) = (self.qualified(spec.schema(), spec.table()), self.quote(spec.version()));
        vec![format!("ALTER TABLE {table} DROP COLUMN {version}")]
    }

    /// The limit holds until the end of the transaction, unless it is restored before. If each statement is its own
    /// transaction, as with `psql -f`, there is no limit then, and nothing to restore.
    fn lock_limit(&self) -> Option<Limit> {
        Some(Limit {
            set: "SELECT pg_catalog.set_config('concurrency.lock_timeout', pg_catalog.current_setting('lock_timeout'), true), \
                  pg_catalog.set_config('lock_timeout', '5s', true)",
            put_back: "SELECT pg_catalog.set_config('lock_timeout', \
                  COALESCE(NULLIF(pg_catalog.current_setting('concurrency.lock_timeout', true), ''), \
                  pg_catalog.current_setting('lock_timeout')), true)",
        })
    }

    fn find_holders(&self, spec: &TriggerSpec) -> Option<TriggerQuery> {
        let table = self.qualified(spec.schema(), spec.table());
        Some(query(include_str!("postgres/holders.sql"), &[("table", Text(&table))]))
    }

    fn find_columns(&self, spec: &TriggerSpec) -> TriggerQuery {
        query(include_str!("postgres/columns.sql"), &[("table", Text(&self.qualified(spec.schema(), spec.table())))])
    }

    fn find_triggers(&self, spec: &TriggerSpec) -> TriggerQuery {
        let list = list_with(&fill(include_str!("postgres/definition.sql"), &[]));
        let (table, function) = (self.qualified(spec.schema(), spec.table()), function_name(spec));
        let values = [("list", Sql(&list)), ("table", Text(&table)), ("function", Text(&function))];
        query(include_str!("postgres/triggers.sql"), &values)
    }

    fn find_children(&self, spec: &TriggerSpec) -> Option<TriggerQuery> {
        let table = self.qualified(spec.schema(), spec.table());
        Some(query(include_str!("postgres/find_children.sql"), &[("table", Text(&table))]))
    }

    fn list(&self) -> TriggerQuery {
        let list = list_with("NULL");
        query(include_str!("postgres/list_all.sql"), &[("list", Sql(&list))])
    }

    /// The server rewrites the trigger's text, so it is compared with what the server makes of ours. It is empty in the
    /// list of a whole schema.
    fn is_intact(&self, spec: &TriggerSpec, columns: &[FoundColumn], found: &FoundTrigger) -> bool {
        if !self.is_same_body(spec, found) {
            return false;
        }
        let version = folded(spec.version(), Engine::Postgres);
        let column = columns.iter().find(|column| column.column_name == version);
        let definition = without_our_qualifiers(normal(&found.definition, Engine::Postgres));
        let is_condition = |condition: String| {
            definition.starts_with(&normal(&self.written_by_server(found, &condition), Engine::Postgres))
        };
        column.is_some_and(|column| self.conditions(spec, column).into_iter().any(is_condition))
    }

    fn is_same_body(&self, spec: &TriggerSpec, found: &FoundTrigger) -> bool {
        let body = found.body.as_deref().unwrap_or_default();
        normal(body, Engine::Postgres) == normal(&self.body(spec), Engine::Postgres)
    }

    fn counts(&self, base_type: &str) -> bool {
        matches!(base_type, "smallint" | "integer" | "bigint")
    }
}

impl PostgresDialect {
    /// The trigger on this table, with its names as `write` writes them.
    fn trigger(&self, spec: &TriggerSpec, table: &str, function: &str, write: &dyn Fn(&str) -> String) -> String {
        let version = write(&self.quote(spec.version()));
        let condition = fill(include_str!("postgres/condition.sql"), &[("version", &version)]);
        let trigger = write(&self.quote(&spec.name()));
        let values =
            [("trigger", trigger.as_str()), ("table", table), ("condition", &condition), ("function", function)];
        fill(include_str!("postgres/trigger.sql"), &values)
    }

    /// Runs the statement, which is a format for a table name, for each table that inherits from the spec's.
    fn in_children(&self, spec: &TriggerSpec, statement: &str) -> String {
        let table = literal(&self.qualified(spec.schema(), spec.table()));
        let statement = literal(statement);
        let quote = dollar_quote(&format!("{table}{statement}"));
        let values = [("quote", quote.as_str()), ("table", &table), ("statement", &statement)];
        fill(include_str!("postgres/children.sql"), &values)
    }

    /// The beginning of a trigger's text as the server writes it, with this condition.
    fn written_by_server(&self, found: &FoundTrigger, condition: &str) -> String {
        let table = self.qualified(found.table_schema.as_deref(), found.table_name.as_deref().unwrap_or_default());
        format!(
            "CREATE TRIGGER {} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION",
            self.quote(&found.trigger_name)
        )
    }

    /// How the server writes our condition over a column of this type, and how it writes the one that means the same.
    fn conditions(&self, spec: &TriggerSpec, column: &FoundColumn) -> [String; 2] {
        let version = self.quote(spec.version());
        let is_domain = column.data_type != column.base_type;
        let new = if is_domain { format!("(new.{version})::{}", column.base_type) } else { format!("new.{version}") };
        let (old, zero) = match column.base_type.as_str() {
            "smallint" => (format!("(old.{version})::integer"), "0"),
            "bigint" if is_domain => (format!("(old.{version})::bigint"), "(0)::bigint"),
            "bigint" => (format!("old.{version}"), "(0)::bigint"),
            _ if is_domain => (format!("(old.{version})::integer"), "0"),
            _ => (format!("old.{version}"), "0"),
        };
        let next = format!("(COALESCE({old}, {zero}) + 1)");
        [format!("(({new} = {next}) IS NOT TRUE)"), format!("({new} IS DISTINCT FROM {next})")]
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

/// A dollar quote that does not occur in the text, so that no name can end it.
fn dollar_quote(text: &str) -> String {
    let mut quote = "$concurrency$".to_owned();
    let mut number: u32 = 0;
    while text.contains(&quote) {
        number = number.saturating_add(1);
        quote = format!("$concurrency{number}$");
    }
    quote
}

/// The name of the trigger's function. No function of the server begins like this, as the trigger's name may.
pub(super) fn function_name(spec: &TriggerSpec) -> String {
    let name = spec.name();
    if name.starts_with("concurrency_") { name } else { super::name::cut(&format!("concurrency_{name}")) }
}

fn literal(text: &str) -> String {
    // With E, a backslash means the same under every setting.
    let text = quoted(text, '\'');
    if text.contains('\\') { format!("E{}", text.replace('\\', "\\\\")) } else { text }
}

/// A name in the text for `format`.
fn as_format(name: &str) -> String {
    name.replace('%', "%%")
}

/// The server qualifies an operator if the reader's `search_path` finds another one of that name first.
fn without_our_qualifiers(tokens: Vec<String>) -> Vec<String> {
    let mut plain: Vec<String> = Vec::with_capacity(tokens.len());
    for token in tokens {
        plain.push(token);
        if let [.., operator, open, schema, dot, _, close] = plain.as_slice() {
            if [operator, open, schema, dot, close] == ["operator", "(", "pg_catalog", ".", ")"] {
                let sign = plain.len().saturating_sub(2);
                let sign = plain.swap_remove(sign);
                plain.truncate(plain.len().saturating_sub(5));
                plain.push(sign);
            }
        }
    }
    plain
}
