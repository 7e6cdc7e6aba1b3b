//! What the triggers found on a table mean for the wanted one. `reading` and the files of the engines read their text.

use super::found::{FoundColumn, FoundTrigger};
use super::tokens::folded;
use super::{Engine, TriggerSpec, reading};

/// The state of a spec's trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TriggerState<'f> {
    /// It exists and does what it should.
    Intact(&'f FoundTrigger),
    /// It exists in the other form: it is strict although the spec is not, or not strict although the spec is.
    OtherForm(&'f FoundTrigger),
    /// It does not exist.
    Missing,
    /// One of ours exists, with another text.
    Altered(&'f FoundTrigger),
    /// It exists and does not fire.
    Disabled(&'f FoundTrigger),
    /// It exists, and fails, because it runs as a user who is gone or lacks a privilege.
    Powerless(&'f FoundTrigger),
    /// One of ours has its name and is on another table.
    OnAnotherTable(&'f FoundTrigger),
    /// Another trigger has its name, or on PostgreSQL another function.
    Foreign(&'f FoundTrigger),
    /// A trigger has its name or is on the table, and the user may not see what it does. MySQL shows that to users with
    /// the privilege TRIGGER.
    Hidden(&'f FoundTrigger),
}

/// What one of our triggers that is left over does to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leftover {
    /// It writes a column that is gone.
    NamesAMissingColumn,
    /// It does the same as the wanted one a second time.
    IsASecond,
    /// It was altered.
    IsAltered,
}

impl<'f> TriggerState<'f> {
    /// Our trigger for the spec, in any state.
    #[must_use]
    pub const fn own(self) -> Option<&'f FoundTrigger> {
        match self {
            Self::Intact(found)
            | Self::OtherForm(found)
            | Self::Altered(found)
            | Self::Disabled(found)
            | Self::Powerless(found) => Some(found),
            _ => None,
        }
    }
}

pub(super) fn state<'f>(
    spec: &TriggerSpec,
    engine: Engine,
    columns: &[FoundColumn],
    found: &'f [FoundTrigger],
) -> TriggerState<'f> {
    let name = folded(&spec.name(), engine);
    let is_named = |trigger: &&FoundTrigger| folded(&trigger.trigger_name, engine) == name;
    let fires = |trigger: &FoundTrigger| trigger.is_enabled && trigger.obstacle.is_none();
    let find = |form: &TriggerSpec| {
        let is_it = |trigger: &&FoundTrigger| {
            trigger.stands_on(form, engine) && engine.dialect().is_intact(form, columns, trigger)
        };
        found.iter().filter(is_it).max_by_key(|trigger| (fires(trigger), is_named(trigger)))
    };
    match (find(spec), find(&spec.in_other_form())) {
        (Some(trigger), _) if fires(trigger) => return TriggerState::Intact(trigger),
        (_, Some(trigger)) if fires(trigger) => return TriggerState::OtherForm(trigger),
        (Some(trigger), _) | (None, Some(trigger)) if trigger.is_enabled => return TriggerState::Powerless(trigger),
        (Some(trigger), _) | (None, Some(trigger)) => return TriggerState::Disabled(trigger),
        (None, None) => {}
    }
    if let Some(hidden) = found.iter().find(|trigger| trigger.is_hidden(engine)) {
        return TriggerState::Hidden(hidden);
    }
    // A function without a trigger was asked for by its name, which is that of the trigger's function.
    let is_in_the_way = |trigger: &&FoundTrigger| is_named(trigger) || trigger.definition.is_empty();
    if let Some(foreign) = found.iter().filter(is_in_the_way).find(|trigger| !trigger.is_ours(engine)) {
        return TriggerState::Foreign(foreign);
    }
    match found.iter().filter(|trigger| trigger.table_name.is_some()).find(is_in_the_way) {
        Some(trigger) if trigger.stands_on(spec, engine) => TriggerState::Altered(trigger),
        Some(trigger) => TriggerState::OnAnotherTable(trigger),
        None => TriggerState::Missing,
    }
}

/// Our triggers on the table that no spec wants: neither the spec's own nor one that guards another column.
pub(super) fn leftovers<'f>(
    spec: &TriggerSpec,
    engine: Engine,
    columns: &[FoundColumn],
    found: &'f [FoundTrigger],
) -> Vec<(&'f FoundTrigger, Leftover)> {
    let own = state(spec, engine, columns, found).own();
    let others = found.iter().filter(|trigger| {
        trigger.stands_on(spec, engine) && !trigger.definition.is_empty() && own.is_none_or(|own| own != *trigger)
    });
    let judge =
        |trigger: &'f FoundTrigger| is_leftover(spec, engine, columns, trigger).map(|leftover| (trigger, leftover));
    others.filter_map(judge).collect()
}

fn is_leftover(
    spec: &TriggerSpec,
    engine: Engine,
    columns: &[FoundColumn],
    trigger: &FoundTrigger,
) -> Option<Leftover> {
    let guards = |column: &&FoundColumn| {
        let spec = TriggerSpec { version: column.column_name.clone(), ..spec.clone() };
        [spec.in_other_form(), spec].iter().any(|spec| engine.dialect().is_intact(spec, columns, trigger))
    };
    match columns.iter().find(guards) {
        Some(column) if folded(&column.column_name, engine) == folded(&spec.version, engine) => {
            Some(Leftover::IsASecond)
        }
        Some(_) => None,
        None if !trigger.is_ours(engine) => None,
        None => {
            let read = reading::version_of(trigger, engine);
            let is_there = |name: &String| columns.iter().any(|column| folded(&column.column_name, engine) == *name);
            Some(if read.iter().all(is_there) { Leftover::IsAltered } else { Leftover::NamesAMissingColumn })
        }
    }
}

#[cfg(test)]
mod tests;
