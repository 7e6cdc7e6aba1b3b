//! What a database says of its triggers, and what that means. Asking it is left to whoever has a connection.

use super::{Engine, TRIGGER_MARKER, TriggerSpec};

/// A query of the database's catalog. Every column of its answer is a text or NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriggerQuery {
    /// The SQL between the parameters, and before the first and after the last of them.
    pub sql: Vec<String>,
    /// The values to be bound, each a text.
    pub parameters: Vec<String>,
}

/// A column of a table, as [`TriggerSpec::find_columns`] finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundColumn {
    /// The schema that the table was found in.
    pub table_schema: Option<String>,
    /// The column.
    pub column_name: String,
    /// Its type, as the engine names it.
    pub data_type: String,
}

impl FoundColumn {
    /// How many columns the answer has.
    pub const WIDTH: usize = 3;

    /// The column that a row of the answer tells of.
    #[must_use]
    pub fn from_row(row: [Option<String>; Self::WIDTH]) -> Self {
        let [table_schema, column_name, data_type] = row;
        Self { table_schema, column_name: column_name.unwrap_or_default(), data_type: data_type.unwrap_or_default() }
    }

    /// Whether the column can hold the versions that a trigger counts.
    #[must_use]
    pub fn counts(&self, engine: Engine) -> bool {
        engine.dialect().counts(&self.data_type)
    }
}

/// A trigger, as [`TriggerSpec::find_triggers`] and [`Engine::list_triggers`] find it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundTrigger {
    /// The schema of the table; the database on MySQL and MariaDB.
    pub table_schema: Option<String>,
    /// The table it stands on; `None` for a function of PostgreSQL that no trigger of the table calls.
    pub table_name: Option<String>,
    /// The trigger's name.
    pub trigger_name: String,
    /// What the engine keeps of the trigger: its text, or its event. Empty in PostgreSQL's list of a whole database.
    pub definition: String,
    /// What it does, where the engine keeps that apart.
    pub body: Option<String>,
    /// The function it calls, quoted and qualified: on PostgreSQL.
    pub function_name: Option<String>,
    /// Whether it fires.
    pub is_enabled: bool,
}

impl FoundTrigger {
    /// How many columns the answer has.
    pub const WIDTH: usize = 7;

    /// The trigger that a row of the answer tells of.
    #[must_use]
    pub fn from_row(row: [Option<String>; Self::WIDTH]) -> Self {
        let [table_schema, table_name, trigger_name, definition, body, function_name, state] = row;
        Self {
            table_schema,
            table_name,
            trigger_name: trigger_name.unwrap_or_default(),
            definition: definition.unwrap_or_default(),
            body,
            function_name,
            is_enabled: state.as_deref() == Some("enabled"),
        }
    }

    /// Whether the trigger is one of ours, by the marker in its body.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.body.as_ref().unwrap_or(&self.definition).contains(TRIGGER_MARKER)
    }

    /// The statements that drop it, to be sent in this order; the function of a trigger, too.
    #[must_use]
    pub fn drop(&self, engine: Engine) -> Vec<String> {
        engine.dialect().drop_found(self)
    }

    /// The engine's text of the trigger, for people.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = [self.definition.trim(), self.body.as_deref().unwrap_or_default().trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// By the engine's own rules two names may be the same; here it is only to tell tables apart.
    fn stands_on(&self, spec: &TriggerSpec) -> bool {
        self.table_name.as_ref().is_some_and(|table| table.eq_ignore_ascii_case(spec.table()))
    }
}

/// What is to be said of a spec's trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TriggerState<'f> {
    /// It is there and does what it should.
    Intact(&'f FoundTrigger),
    /// It is there in the other form: strict where the spec is not, or not strict where the spec is.
    OtherForm(&'f FoundTrigger),
    /// There is none.
    Missing,
    /// There is one of ours, with another text.
    Altered(&'f FoundTrigger),
    /// It is there and does not fire.
    Disabled(&'f FoundTrigger),
    /// One of ours has its name, on another table.
    OnAnotherTable(&'f FoundTrigger),
    /// Somebody else's trigger has its name, or on PostgreSQL somebody else's function.
    Foreign(&'f FoundTrigger),
}

pub(super) fn state<'f>(spec: &TriggerSpec, engine: Engine, found: &'f [FoundTrigger]) -> TriggerState<'f> {
    let name = spec.name();
    let is_named = |trigger: &&FoundTrigger| trigger.trigger_name.eq_ignore_ascii_case(&name);
    let find = |form: &TriggerSpec| {
        let is_it = |trigger: &&FoundTrigger| {
            trigger.stands_on(form) && trigger.is_ours() && engine.dialect().is_intact(form, trigger)
        };
        found.iter().filter(is_it).max_by_key(|trigger| trigger.is_enabled)
    };
    match (find(spec), find(&spec.in_other_form())) {
        (Some(trigger), _) if trigger.is_enabled => return TriggerState::Intact(trigger),
        (_, Some(trigger)) if trigger.is_enabled => return TriggerState::OtherForm(trigger),
        (Some(trigger), _) | (None, Some(trigger)) => return TriggerState::Disabled(trigger),
        (None, None) => {}
    }
    if let Some(foreign) = found.iter().find(|trigger| is_named(trigger) && !trigger.is_ours()) {
        return TriggerState::Foreign(foreign);
    }
    match found.iter().filter(|trigger| trigger.table_name.is_some()).find(is_named) {
        Some(trigger) if trigger.stands_on(spec) => TriggerState::Altered(trigger),
        Some(trigger) => TriggerState::OnAnotherTable(trigger),
        None => TriggerState::Missing,
    }
}
