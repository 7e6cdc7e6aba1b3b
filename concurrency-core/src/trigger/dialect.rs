//! What an engine must know of triggers: one implementation per engine, in a file of its own.

use super::TriggerSpec;
use super::found::{FoundTrigger, TriggerQuery};

pub(super) trait Dialect {
    /// A name as the engine's SQL writes it, whatever characters it holds.
    fn quote(&self, name: &str) -> String;

    fn create(&self, spec: &TriggerSpec) -> Vec<String>;

    fn drop(&self, spec: &TriggerSpec) -> Vec<String>;

    fn drop_found(&self, found: &FoundTrigger) -> Vec<String>;

    fn add_column(&self, spec: &TriggerSpec) -> Vec<String>;

    fn drop_column(&self, spec: &TriggerSpec) -> Vec<String>;

    fn find_columns(&self, spec: &TriggerSpec) -> TriggerQuery;

    fn find_triggers(&self, spec: &TriggerSpec) -> TriggerQuery;

    fn list(&self) -> TriggerQuery;

    /// Whether a trigger found on the spec's table is what `create` makes, in the spec's form, under whatever name.
    fn is_intact(&self, spec: &TriggerSpec, found: &FoundTrigger) -> bool;

    /// Whether a column of this type, as `find_columns` names it, counts.
    fn counts(&self, data_type: &str) -> bool;

    /// A name, qualified where the schema is named.
    fn qualified(&self, schema: Option<&str>, name: &str) -> String {
        match schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(name)),
            None => self.quote(name),
        }
    }
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
