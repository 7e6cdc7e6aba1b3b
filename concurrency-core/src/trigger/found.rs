//! What a database says about its triggers, and what that means. The caller has the connection and asks the database.

use super::tokens::folded;
use super::{Engine, TRIGGER_MARKER, TriggerSpec, reading};

/// A query of the database's catalog. Every column of its answer is a text or NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriggerQuery {
    /// The SQL before the first parameter, between the parameters, and after the last one.
    pub sql: Vec<String>,
    /// The values to bind, each a text.
    pub parameters: Vec<String>,
    /// Whether the same SQL is sent again and again, with other values, so that it is worth preparing once.
    pub is_repeated: bool,
}

/// A column of a table, as [`TriggerSpec::find_columns`] finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundColumn {
    /// The table's schema, if it must be named because the connection looks elsewhere first.
    pub table_schema: Option<String>,
    /// The column.
    pub column_name: String,
    /// Its type, as the engine names it.
    pub data_type: String,
    /// The base type of a PostgreSQL domain, otherwise the same type.
    pub base_type: String,
}

impl FoundColumn {
    /// How many columns the answer has.
    pub const WIDTH: usize = 4;

    /// The column in a row of the answer.
    #[must_use]
    pub fn from_row(row: [Option<String>; Self::WIDTH]) -> Self {
        let [table_schema, column_name, data_type, base_type] = row;
        Self {
            table_schema,
            column_name: column_name.unwrap_or_default(),
            data_type: data_type.unwrap_or_default(),
            base_type: base_type.unwrap_or_default(),
        }
    }

    /// Whether the column has this name, as the engine compares names.
    #[must_use]
    pub fn is_named(&self, name: &str, engine: Engine) -> bool {
        folded(&self.column_name, engine) == folded(name, engine)
    }

    /// Whether the column can hold the versions that a trigger counts.
    #[must_use]
    pub fn counts(&self, engine: Engine) -> bool {
        engine.dialect().counts(&self.base_type)
    }
}

/// A trigger, as [`TriggerSpec::find_triggers`] and [`Engine::list_triggers`] find it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundTrigger {
    /// The table's schema; on MySQL and MariaDB its database.
    pub table_schema: Option<String>,
    /// The trigger's table; `None` for a PostgreSQL function that no trigger of the table calls.
    pub table_name: Option<String>,
    /// The trigger's name.
    pub trigger_name: String,
    /// The engine's definition of the trigger: its text, or its event. Empty in PostgreSQL's list of a whole database.
    pub definition: String,
    /// The trigger's body, if the engine stores it separately.
    pub body: Option<String>,
    /// The function that it calls, quoted and qualified (PostgreSQL).
    pub function_name: Option<String>,
    /// Whether it fires.
    pub is_enabled: bool,
    /// The user as whom it runs, `name@host` (MySQL and MariaDB).
    pub definer: Option<String>,
    /// Why it cannot run as that user, as far as the connection's user may know.
    pub obstacle: Option<Obstacle>,
    /// On PostgreSQL, for whom it does not fire: `session_replication_role` is `replica` for them by default.
    pub bypass: Option<String>,
}

/// Why a trigger fails that runs as another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// The user no longer exists.
    NoDefiner,
    /// The user lacks the privilege TRIGGER or UPDATE on the table.
    NoPrivilege,
}

impl FoundTrigger {
    /// How many columns the answer has.
    pub const WIDTH: usize = 8;

    /// The trigger in a row of the answer.
    #[must_use]
    pub fn from_row(row: [Option<String>; Self::WIDTH]) -> Self {
        let [table_schema, table_name, trigger_name, definition, body, function_name, state, definer] = row;
        Self {
            table_schema,
            table_name,
            trigger_name: trigger_name.unwrap_or_default(),
            definition: definition.unwrap_or_default(),
            body,
            function_name,
            is_enabled: state.as_deref() != Some("disabled"),
            bypass: definer.clone().filter(|_| state.as_deref() == Some("bypassed")),
            definer: definer.filter(|_| state.as_deref() != Some("bypassed")),
            obstacle: match state.as_deref() {
                Some("no definer") => Some(Obstacle::NoDefiner),
                Some("no privilege") => Some(Obstacle::NoPrivilege),
                _ => None,
            },
        }
    }

    /// Whether the trigger is one of ours: it has the mark in its body, or it does, word for word, what ours do. (A
    /// client may have dropped the mark.)
    #[must_use]
    pub fn is_ours(&self, engine: Engine) -> bool {
        self.program().contains(TRIGGER_MARKER) || reading::spec_of(self, engine).is_some()
    }

    /// The column that it sets; `None` if it sets none.
    #[must_use]
    pub fn version(&self, engine: Engine) -> Option<String> {
        reading::version_of(self, engine)
    }

    /// Whether the connection's user may not see the body of the trigger.
    #[must_use]
    pub fn is_hidden(&self, engine: Engine) -> bool {
        engine == Engine::Mysql && self.body.is_none()
    }

    /// The trigger's body, in SQL.
    pub(super) fn program(&self) -> &str {
        self.body.as_ref().unwrap_or(&self.definition)
    }

    /// The engine's text of the trigger, to show to people.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = [self.definition.trim(), self.body.as_deref().unwrap_or_default().trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// Whether it is on a table of that name.
    pub(super) fn stands_on(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        self.table_name.as_ref().is_some_and(|table| folded(table, engine) == folded(spec.table(), engine))
    }
}

/// The statements that drop the obsolete triggers, in this order, and those of their functions that no kept trigger
/// calls.
#[must_use]
pub fn drop_found(engine: Engine, obsolete: &[FoundTrigger], kept: &[FoundTrigger]) -> Vec<String> {
    let dialect = engine.dialect();
    let triggers = obsolete.iter().flat_map(|found| dialect.drop_trigger(found));
    let is_called = |name: &String| kept.iter().any(|found| found.function_name.as_ref() == Some(name));
    let mut functions: Vec<&String> = obsolete.iter().filter_map(|found| found.function_name.as_ref()).collect();
    functions.sort();
    functions.dedup();
    let functions = functions.into_iter().filter(|name| !is_called(name));
    triggers.chain(functions.map(|name| format!("DROP FUNCTION IF EXISTS {name}()"))).collect()
}
