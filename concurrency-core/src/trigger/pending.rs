//! Which triggers no migration creates yet, by the text of the migrations. The database is not known here.

use std::collections::HashMap;

use super::history::{self, History, Name, Standing};
use super::tokens::folded;
use super::{Engine, SchemaChange, TriggerSpec, create_triggers};

/// The triggers that do not exist after these migrations (the texts of their `up.sql` in order), each with the change
/// that creates it.
///
/// The migrations are read as a history:
///
/// - A trigger does not exist if it was dropped, if its table was dropped and created again, if its version column was
///   renamed, or if it was switched off for good. A comment that names it, or switching it off and on, changes nothing.
/// - A trigger in another form, for example for another key, is dropped and created. Undoing that restores the earlier
///   form.
/// - A trigger for a column of the table that no spec wants is dropped.
/// - If a statement that cannot be read may have dropped a trigger, the change drops and creates it: see
///   [`unclear_triggers`].
///
/// ```
/// # mod concurrency_diesel {
/// #     pub use concurrency_core as triggers;
/// # }
/// use concurrency_diesel::triggers::{Engine, TriggerSpec, create_triggers, pending_triggers};
///
/// let specs = [TriggerSpec::new("articles", ["id"], "version"), TriggerSpec::new("posts", ["id"], "version")];
/// let migrations = [create_triggers(&specs[..1], Engine::Mysql).up_sql()];
/// let pending = pending_triggers(&specs, Engine::Mysql, &migrations);
/// assert_eq!(pending, [(&specs[1], create_triggers(&specs[1..], Engine::Mysql))]);
/// ```
#[must_use]
pub fn pending_triggers<'s>(
    specs: &'s [TriggerSpec],
    engine: Engine,
    migrations: &[String],
) -> Vec<(&'s TriggerSpec, SchemaChange)> {
    TriggerHistory::read(engine, migrations).pending(specs)
}

/// Whether these migrations add the version column of the spec and do not drop it.
#[must_use]
pub fn adds_version_column(spec: &TriggerSpec, engine: Engine, migrations: &[String]) -> bool {
    history::read(migrations, engine).has_added_column(spec, engine)
}

/// The triggers that two of these migrations create without a drop in between. The second migration will fail.
#[must_use]
pub fn triggers_created_twice(engine: Engine, migrations: &[String]) -> Vec<String> {
    history::read(migrations, engine).created_twice
}

/// The triggers that exist after these migrations and that none of these specs wants, for example because their model
/// was removed. Each has the change that drops it; undoing that change restores it.
#[must_use]
pub fn unused_triggers(
    specs: &[TriggerSpec],
    engine: Engine,
    migrations: &[String],
) -> Vec<(TriggerSpec, SchemaChange)> {
    TriggerHistory::read(engine, migrations).unused(specs)
}

/// The triggers that exist after these migrations, whether or not a spec wants them.
#[doc(hidden)]
#[must_use]
pub fn standing_triggers(engine: Engine, migrations: &[String]) -> Vec<TriggerSpec> {
    history::read(migrations, engine).standing.into_iter().map(|standing| standing.spec).collect()
}

/// The triggers that exist after these migrations unless a statement dropped them that cannot be read: a program (`DO`
/// or `CALL`), an unknown statement that names the table, a name that may mean another table. Each has the beginning of
/// that statement. [`pending_triggers`] creates them again.
#[must_use]
pub fn unclear_triggers<'s>(
    specs: &'s [TriggerSpec],
    engine: Engine,
    migrations: &[String],
) -> Vec<(&'s TriggerSpec, String)> {
    TriggerHistory::read(engine, migrations).unclear(specs)
}

/// Migrations that are read once, to answer several questions.
#[doc(hidden)]
#[derive(Debug)]
pub struct TriggerHistory {
    engine: Engine,
    history: History,
    /// The indices of the triggers on a table.
    by_table: HashMap<Name, Vec<usize>>,
    /// The indices of the triggers by their unique name.
    by_name: HashMap<Name, Vec<usize>>,
}

impl TriggerHistory {
    /// Reads the texts of the `up.sql`, in order.
    #[must_use]
    pub fn read(engine: Engine, migrations: &[String]) -> Self {
        let history = history::read(migrations, engine);
        let (mut by_table, mut by_name) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        for (index, standing) in history.standing.iter().enumerate() {
            by_table.entry(standing.table()).or_default().push(index);
            by_name.entry(standing.unique_name()).or_default().push(index);
        }
        Self { engine, history, by_table, by_name }
    }

    /// See [`triggers_created_twice`].
    #[must_use]
    pub fn created_twice(&self) -> &[String] {
        &self.history.created_twice
    }

    /// See [`pending_triggers`].
    #[must_use]
    pub fn pending<'s>(&self, specs: &'s [TriggerSpec]) -> Vec<(&'s TriggerSpec, SchemaChange)> {
        let wanted = self.wanted(specs);
        let change = |spec: &'s TriggerSpec| self.change(spec, &wanted).map(|change| (spec, change));
        specs.iter().filter_map(change).collect()
    }

    /// See [`unclear_triggers`].
    #[must_use]
    pub fn unclear<'s>(&self, specs: &'s [TriggerSpec]) -> Vec<(&'s TriggerSpec, String)> {
        let unclear = |spec: &'s TriggerSpec| {
            let may = |standing: &&Standing| standing.may_satisfy(spec, self.engine);
            let standing = self.on_table_of(spec).filter(may).last()?;
            Some((spec, standing.unclear.clone()?))
        };
        specs.iter().filter_map(unclear).collect()
    }

    /// See [`unused_triggers`].
    #[must_use]
    pub fn unused(&self, specs: &[TriggerSpec]) -> Vec<(TriggerSpec, SchemaChange)> {
        let (engine, wanted) = (self.engine, self.wanted(specs));
        let is_unused = |standing: &&Standing| {
            let of_table = wanted.get(&standing.table()).map(Vec::as_slice).unwrap_or_default();
            !of_table.iter().any(|spec| standing.guards(spec, engine))
        };
        let drop = |standing: &Standing| SchemaChange::new(engine, standing.drop(engine), standing.statements.clone());
        let unused = self.history.standing.iter().filter(is_unused);
        unused.map(|standing| (standing.spec.clone(), drop(standing))).collect()
    }

    /// The triggers that cannot be created, each with the obstacle: a view instead of the table, or another trigger.
    #[must_use]
    pub fn obstructed<'s>(&self, specs: &'s [TriggerSpec]) -> Vec<(&'s TriggerSpec, String)> {
        let pending = self.pending(specs);
        let obstacle = |spec: &TriggerSpec| {
            let table = Name::of_table(spec, self.engine);
            if self.history.is_view(&table) {
                return Some(format!("{} is a view, and a trigger stands on a table", spec.table()));
            }
            let name = folded(&spec.name(), self.engine);
            let theirs = self.history.has_foreign(&name, &table, self.engine);
            theirs.then(|| format!("the trigger {} of the migrations is not one of this library", spec.name()))
        };
        pending.iter().filter_map(|(spec, _)| Some((*spec, obstacle(spec)?))).collect()
    }

    fn wanted<'s>(&self, specs: &'s [TriggerSpec]) -> HashMap<Name, Vec<&'s TriggerSpec>> {
        let mut wanted: HashMap<Name, Vec<&TriggerSpec>> = HashMap::new();
        for spec in specs {
            wanted.entry(Name::of_table(spec, self.engine)).or_default().push(spec);
        }
        wanted
    }

    fn on_table_of(&self, spec: &TriggerSpec) -> impl Iterator<Item = &Standing> {
        let indices = self.by_table.get(&Name::of_table(spec, self.engine)).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(|index| self.history.standing.get(*index))
    }

    /// The triggers of other tables that have the name which the spec needs: their table was renamed, and another one
    /// came in its place.
    fn in_the_way_of(&self, spec: &TriggerSpec) -> impl Iterator<Item = &Standing> {
        let indices = self.by_name.get(&Name::of_trigger(spec, self.engine)).map(Vec::as_slice).unwrap_or_default();
        let standing = indices.iter().filter_map(|index| self.history.standing.get(*index));
        standing.filter(|standing| !standing.is_on(spec, self.engine))
    }

    /// Drops the trigger, and if a spec wants it, creates it under the name in that spec.
    fn under_its_own_name(&self, standing: &Standing, wanted: &HashMap<Name, Vec<&TriggerSpec>>) -> SchemaChange {
        let engine = self.engine;
        let dropped = SchemaChange::new(engine, standing.drop(engine), standing.statements.clone());
        let wanted = wanted.get(&standing.table()).map(Vec::as_slice).unwrap_or_default();
        // One that does not satisfy its spec is created again in any case.
        let wanted = wanted.iter().filter(|spec| standing.satisfies(spec, engine));
        wanted.fold(dropped, |change, spec| change.then(create_triggers([*spec], engine)))
    }

    /// The change that makes the trigger of the spec the only one for its column; `None` if it is. `wanted` are all
    /// specs.
    fn change(&self, spec: &TriggerSpec, wanted: &HashMap<Name, Vec<&TriggerSpec>>) -> Option<SchemaChange> {
        let (engine, all) = (self.engine, wanted);
        let wanted = all.get(&Name::of_table(spec, engine)).map(Vec::as_slice).unwrap_or_default();
        let kept = self.on_table_of(spec).filter(|standing| standing.satisfies(spec, engine)).last();
        let is_wanted = |standing: &Standing| wanted.iter().any(|spec| standing.satisfies(spec, engine));
        let name = folded(&spec.name(), engine);
        let obsolete = self.on_table_of(spec).filter(|standing| {
            let is_kept = kept.is_some_and(|kept| std::ptr::eq(kept, *standing));
            !is_kept && (standing.guards(spec, engine) || standing.spec.name() == name || !is_wanted(standing))
        });
        let obsolete: Vec<&Standing> = obsolete.collect();
        if kept.is_some() && obsolete.is_empty() {
            return None;
        }
        let mut drops: Vec<String> = obsolete.iter().flat_map(|standing| standing.drop(engine)).collect();
        let is_left = kept.is_none() && self.history.has_function(spec) && self.in_the_way_of(spec).next().is_none();
        if is_left && !obsolete.iter().any(|standing| standing.spec.name() == name) {
            drops.extend(spec.drop(engine));
        }
        // A trigger for a column that is gone cannot be restored.
        let earlier = obsolete.iter().filter(|standing| standing.guards(spec, engine));
        let earlier = earlier.flat_map(|standing| standing.statements.clone()).collect();
        let dropped = SchemaChange::new(engine, drops, earlier);
        if kept.is_some() {
            return Some(dropped);
        }
        let renamed = self.in_the_way_of(spec).map(|standing| self.under_its_own_name(standing, all));
        let renamed = renamed.chain([dropped]).reduce(SchemaChange::then)?;
        Some(renamed.then(create_triggers([spec], engine)))
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod uncertain_tests;
