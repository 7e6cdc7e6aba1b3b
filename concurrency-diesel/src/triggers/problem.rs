//! What `check` finds. How it is found stands in `install`.

use concurrency_core::{FoundTrigger, TriggerSpec, TriggerState};

use super::install::shown;

/// What is wrong with the trigger of a model. Tables are shown as they are named, `schema.table` where a schema is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Found when there is no such trigger.
    #[error("{table} has no trigger {trigger}; create it")]
    Missing {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },

    /// Found when the trigger is ours, and does not do what it should.
    #[error("the trigger {trigger} of {table} was altered; create it anew")]
    Altered {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// What the database keeps of it.
        found: String,
    },

    /// Found when the trigger is there and does not fire.
    #[error("the trigger {trigger} of {table} is disabled; enable it, or create it anew")]
    Disabled {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },

    /// Found when the trigger of another table has the name.
    #[error("the trigger {trigger}, meant for {table}, stands on the table {found}; name one of them yourself")]
    OnAnotherTable {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// The table that it stands on.
        found: String,
    },

    /// Found when a trigger that is not ours has the name, or on PostgreSQL a function.
    #[error("the name {trigger}, meant for the trigger of {table}, belongs to one that this library did not make")]
    Foreign {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },
}

impl Problem {
    /// What the state of a trigger is, where it is not as it should be.
    pub(super) fn of(spec: &TriggerSpec, state: TriggerState<'_>) -> Option<Self> {
        let table = shown(spec);
        let named = |found: &FoundTrigger| found.trigger_name.clone();
        match state {
            TriggerState::Intact(_) | TriggerState::OtherForm(_) => None,
            TriggerState::Altered(found) => Some(Self::Altered { table, trigger: named(found), found: found.text() }),
            TriggerState::Disabled(found) => Some(Self::Disabled { table, trigger: named(found) }),
            TriggerState::OnAnotherTable(found) => {
                let trigger = named(found);
                Some(Self::OnAnotherTable { table, trigger, found: found.table_name.clone().unwrap_or_default() })
            }
            TriggerState::Foreign(found) => Some(Self::Foreign { table, trigger: named(found) }),
            _ => Some(Self::Missing { table, trigger: spec.name() }),
        }
    }
}
