//! What an engine must know about triggers: one implementation for each engine, in its own file.

use super::TriggerSpec;
use super::found::{FoundColumn, FoundTrigger, TriggerQuery};

pub(super) trait Dialect {
    /// A name as the engine's SQL writes it, with any characters.
    fn quote(&self, name: &str) -> String;

    fn create(&self, spec: &TriggerSpec) -> Vec<String>;

    /// The SQL that creates the trigger if it is not there.
    fn restore(&self, spec: &TriggerSpec) -> Restoring;

    fn drop(&self, spec: &TriggerSpec) -> Vec<String>;

    /// Drops a trigger that was found. `None` is for a function without a trigger.
    fn drop_trigger(&self, found: &FoundTrigger) -> Option<String>;

    fn add_column(&self, spec: &TriggerSpec) -> Vec<String>;

    /// The type of a text column that compares texts byte by byte and that can be in a key.
    fn exact_text(&self) -> &'static str;

    fn drop_column(&self, spec: &TriggerSpec) -> Vec<String>;

    /// The SQL that keeps a change of a table from waiting for the table without end.
    fn lock_limit(&self) -> Option<Limit> {
        None
    }

    fn find_columns(&self, spec: &TriggerSpec) -> TriggerQuery;

    fn find_triggers(&self, spec: &TriggerSpec) -> TriggerQuery;

    /// The query for the triggers of every table of a schema, if the query for one table would look at all of them.
    fn find_all_triggers(&self, _of_schema: Option<&str>) -> Option<TriggerQuery> {
        None
    }

    /// The query for the tables whose rows also belong to this one, and which need their own triggers.
    fn find_children(&self, _spec: &TriggerSpec) -> Option<TriggerQuery> {
        None
    }

    /// The query for the connections that use the table now, as far as the engine tells.
    fn find_holders(&self, _spec: &TriggerSpec) -> Option<TriggerQuery> {
        None
    }

    /// The query for every trigger, ours or not.
    fn list(&self) -> TriggerQuery;

    /// Whether a trigger found on the spec's table is what `create` makes, in the spec's form, whatever its name.
    fn is_intact(&self, spec: &TriggerSpec, columns: &[FoundColumn], found: &FoundTrigger) -> bool;

    /// Whether the trigger's program is what `create` makes, whatever calls that program.
    fn is_same_body(&self, spec: &TriggerSpec, found: &FoundTrigger) -> bool {
        self.is_intact(spec, &[], found)
    }

    /// Whether a column of this type, as `find_columns` names it, can hold a counted version.
    fn counts(&self, base_type: &str) -> bool;

    /// A name, qualified if the schema is named.
    fn qualified(&self, schema: Option<&str>, name: &str) -> String {
        match schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(name)),
            None => self.quote(name),
        }
    }
}

/// How a script creates a trigger if it is not there. An engine without conditions in SQL is asked first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Restoring {
    pub(super) probe: Option<Probe>,
    pub(super) statements: Vec<String>,
}

/// A question that a script can ask: its SQL fails, with this in the message, if the trigger is there.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub sql: String,
    pub failure: &'static str,
}

/// While a change of a table waits for the table, all later users of the table wait, too. So the change gives up after
/// five seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    /// Sets the limit and saves the session's own.
    pub(super) set: &'static str,
    /// Restores the session's own limit.
    pub(super) put_back: &'static str,
}

/// `name` between two of the engine's quotes, each quote inside it doubled.
pub(super) fn quoted(name: &str, quote: char) -> String {
    let mut quoted = String::with_capacity(name.len().saturating_add(2));
    quoted.push(quote);
    for character in name.chars() {
        if character == quote {
            quoted.push(quote);
        }
        quoted.push(character);
    }
    quoted.push(quote);
    quoted
}
