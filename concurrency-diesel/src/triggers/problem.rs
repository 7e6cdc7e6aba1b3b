//! What `check` finds. `install` runs the check.

use concurrency_core::{FoundTrigger, Leftover, Obstacle, TriggerSpec, TriggerState};

use super::error::Error;
use super::survey::Surveyed;
use super::{engine, shown};
use crate::executor::Executor;

/// What is wrong with the trigger of a model. Tables are shown as they are named: `schema.table` if the model names a
/// schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Found when the trigger does not exist.
    #[error("{table} has no trigger {trigger}; create it")]
    Missing {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },

    /// Found when the trigger is ours but does not do what it should.
    #[error("the trigger {trigger} of {table} was altered; create it anew")]
    Altered {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// What the database keeps of it.
        found: String,
    },

    /// Found when the trigger exists but does not fire.
    #[error("the trigger {trigger} of {table} is disabled; enable it, or create it anew")]
    Disabled {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },

    /// Found on PostgreSQL when the trigger does not fire for a role or for all, because ALTER ROLE, ALTER DATABASE or
    /// the configuration sets `session_replication_role` to `replica`.
    #[error(
        "the trigger {trigger} of {table} does not fire for {role}, whose session_replication_role is replica; \
         RESET that, or ENABLE ALWAYS the trigger"
    )]
    Bypassed {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// For whom it does not fire.
        role: String,
    },

    /// Found on MySQL and MariaDB when the trigger runs as a user who no longer exists or lacks the right to it: every
    /// write fails.
    #[error("the trigger {trigger} of {table} runs as {definer}, {obstacle}, so that writes fail; create it anew")]
    Powerless {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// As whom it runs: `name@host`.
        definer: String,
        /// What that user lacks.
        obstacle: String,
    },

    /// Found when the trigger of another table has the name.
    #[error("the trigger {trigger}, meant for {table}, stands on the table {found}; name one of them yourself")]
    OnAnotherTable {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// The table that has it.
        found: String,
    },

    /// Found when a trigger that is not ours, or on PostgreSQL a function, has the name.
    #[error("the name {trigger}, meant for the trigger of {table}, belongs to one that this library did not make")]
    Foreign {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },

    /// Found when the table has another trigger of ours that nothing wants, for example because the version column or a
    /// trigger was renamed.
    #[error(
        "the trigger {trigger} of {table} is left over, and {breaks}; drop it, or create the triggers anew, which drops it"
    )]
    Leftover {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// What it does to the table.
        breaks: String,
    },

    /// Found by [`unused`](super::unused) when no specification wants a trigger of ours, for example because its model
    /// was removed.
    #[error("no model has the trigger {trigger} of {table}; drop it, unless another program needs it")]
    Unused {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },

    /// Found when a trigger that is not ours also sets the version when a row is updated. The version in memory after a
    /// save is then not the row's.
    #[error("the trigger {trigger} of {table} sets the version, too; let it leave that to ours")]
    SetsVersion {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },
}

impl Problem {
    /// Returns what is wrong with the triggers of a table.
    pub(super) fn of_table<E: Executor>(table: &Surveyed) -> Result<Vec<Self>, Error> {
        let spec = &table.spec;
        let state = table.state::<E>();
        if let TriggerState::Hidden(_) = state {
            return Err(Error::HiddenTrigger { table: shown(spec) });
        }
        let leftovers = table.leftovers::<E>().into_iter().map(|(found, leftover)| Self::Leftover {
            table: shown(spec),
            trigger: found.trigger_name.clone(),
            breaks: breaks(leftover).to_owned(),
        });
        let setting = spec.setting(engine::<E>(), &table.columns, &table.found).into_iter();
        let setting = setting
            .filter(|found| !matches!(state, TriggerState::Foreign(foreign) if foreign == *found))
            .map(|found| Self::SetsVersion { table: shown(spec), trigger: found.trigger_name.clone() });
        let bypassed = state.own().filter(|own| own.is_enabled).and_then(|own| {
            let role = own.bypass.clone()?;
            Some(Self::Bypassed { table: shown(spec), trigger: own.trigger_name.clone(), role })
        });
        Ok(Self::of(spec, state).into_iter().chain(bypassed).chain(leftovers).chain(setting).collect())
    }

    /// The problem of a trigger in this state, if it is not as it should be.
    fn of(spec: &TriggerSpec, state: TriggerState<'_>) -> Option<Self> {
        let table = shown(spec);
        let named = |found: &FoundTrigger| found.trigger_name.clone();
        match state {
            TriggerState::Intact(_) | TriggerState::OtherForm(_) => None,
            TriggerState::Altered(found) => Some(Self::Altered { table, trigger: named(found), found: found.text() }),
            TriggerState::Disabled(found) => Some(Self::Disabled { table, trigger: named(found) }),
            TriggerState::Powerless(found) => Some(Self::Powerless {
                table,
                trigger: named(found),
                definer: found.definer.clone().unwrap_or_default(),
                obstacle: lacks(found.obstacle).to_owned(),
            }),
            TriggerState::OnAnotherTable(found) => {
                let trigger = named(found);
                Some(Self::OnAnotherTable { table, trigger, found: found.table_name.clone().unwrap_or_default() })
            }
            TriggerState::Foreign(found) => Some(Self::Foreign { table, trigger: named(found) }),
            _ => Some(Self::Missing { table, trigger: spec.name() }),
        }
    }
}

const fn lacks(obstacle: Option<Obstacle>) -> &'static str {
    match obstacle {
        Some(Obstacle::NoDefiner) => "who is not there any more",
        _ => "who lacks the privilege TRIGGER or UPDATE",
    }
}

/// What a left-over trigger does.
pub(super) const fn breaks(leftover: Leftover) -> &'static str {
    match leftover {
        Leftover::NamesAMissingColumn => "sets a column that is not there, so that writes fail",
        Leftover::IsASecond => "moves the version a second time",
        _ => "was altered",
    }
}
