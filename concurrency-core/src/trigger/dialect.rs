//! What an engine must know of triggers: one implementation per engine, in a file of its own.

use super::TriggerSpec;
use super::found::{FoundColumn, FoundTrigger, TriggerQuery};

pub(super) trait Dialect {
    /// A name as the engine's SQL writes it, whatever characters it holds.
    fn quote(&self, name: &str) -> String;

    fn create(&self, spec: &TriggerSpec) -> Vec<String>;

    /// What creates the trigger where it is not there.
    fn restore(&self, spec: &TriggerSpec) -> Restoring;

    fn drop(&self, spec: &TriggerSpec) -> Vec<String>;

    /// Drops a trigger that was found; `None` for a function alone.
    fn drop_trigger(&self, found: &FoundTrigger) -> Option<String>;

    fn add_column(&self, spec: &TriggerSpec) -> Vec<String>;

    /// The type of a column whose texts are equal only where all their bytes are, and that a key can have.
    fn exact_text(&self) -> &'static str;

    fn drop_column(&self, spec: &TriggerSpec) -> Vec<String>;

    /// What keeps a change of a table from waiting for it without end.
    fn lock_limit(&self) -> Option<Limit> {
        None
    }

    fn find_columns(&self, spec: &TriggerSpec) -> TriggerQuery;

    fn find_triggers(&self, spec: &TriggerSpec) -> TriggerQuery;

    /// The triggers of every table of a schema, where asking for those of one looks at all of them.
    fn find_all_triggers(&self, _of_schema: Option<&str>) -> Option<TriggerQuery> {
        None
    }

    /// The tables whose rows are rows of this one, too, and that need triggers of their own.
    fn find_children(&self, _spec: &TriggerSpec) -> Option<TriggerQuery> {
        None
    }

    /// Who uses the table now, as far as the engine tells.
    fn find_holders(&self, _spec: &TriggerSpec) -> Option<TriggerQuery> {
        None
    }

    /// Every trigger, ours or not.
    fn list(&self) -> TriggerQuery;

    /// Whether a trigger found on the spec's table is what `create` makes, in the spec's form, under whatever name.
    fn is_intact(&self, spec: &TriggerSpec, columns: &[FoundColumn], found: &FoundTrigger) -> bool;

    /// Whether the trigger's program is what `create` makes, whatever calls it.
    fn is_same_body(&self, spec: &TriggerSpec, found: &FoundTrigger) -> bool {
        self.is_intact(spec, &[], found)
    }

    /// Whether a column of this type, as `find_columns` names it, counts.
    fn counts(&self, base_type: &str) -> bool;

    /// A name, qualified where the schema is named.
    fn qualified(&self, schema: Option<&str>, name: &str) -> String {
        match schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(name)),
            None => self.quote(name),
        }
    }
}

/// How a trigger is created where it is not there, by a script: an engine without conditions in SQL is asked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Restoring {
    pub(super) probe: Option<Probe>,
    pub(super) statements: Vec<String>,
}

/// A question that a script can put: its SQL fails, with this in the message, where the trigger is there.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub sql: String,
    pub failure: &'static str,
}

/// While a change of a table waits for it, everybody who comes after it waits, too. After five seconds it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    /// Sets the limit, and remembers the session's own.
    pub(super) set: &'static str,
    /// Gives the session its own limit back.
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
