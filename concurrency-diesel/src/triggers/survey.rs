//! What a database has for a spec: its table, those that inherit from it, and the triggers on each. `plan` and
//! `problem` decide what to do about it.

use std::collections::HashMap;

use concurrency_core::{FoundColumn, FoundTrigger, FoundTriggers, Leftover, TriggerQuery, TriggerSpec, TriggerState};

use super::catalog::{self, CatalogBackend};
use super::error::Error;
use super::{engine, shown};
use crate::executor::{Executor, Session};

/// A table with its triggers.
pub(super) struct Surveyed {
    pub(super) spec: TriggerSpec,
    pub(super) columns: Vec<FoundColumn>,
    pub(super) found: Vec<FoundTrigger>,
}

impl Surveyed {
    pub(super) fn state<E: Executor>(&self) -> TriggerState<'_> {
        self.spec.state(engine::<E>(), &self.columns, &self.found)
    }

    pub(super) fn leftovers<E: Executor>(&self) -> Vec<(&FoundTrigger, Leftover)> {
        self.spec.leftovers(engine::<E>(), &self.columns, &self.found)
    }

    /// Our functions that no trigger calls.
    pub(super) fn unused_functions<E: Executor>(&self) -> impl Iterator<Item = &FoundTrigger> {
        self.found.iter().filter(|found| found.table_name.is_none() && found.is_ours(engine::<E>()))
    }

    /// Checks that the table has the key, and a version that counts.
    pub(super) fn usable<E: Executor>(&self) -> Result<(), Error> {
        let spec = &self.spec;
        let find = |name: &str| self.columns.iter().find(|column| column.is_named(name, engine::<E>()));
        let missing = |name: &str| Error::MissingColumn { table: shown(spec), column: name.to_owned() };
        if let Some(name) = spec.key().iter().find(|name| find(name).is_none()) {
            return Err(missing(name));
        }
        let version = find(spec.version()).ok_or_else(|| missing(spec.version()))?;
        if version.counts(engine::<E>()) {
            return Ok(());
        }
        let found = version.data_type.clone();
        Err(Error::VersionType { table: shown(spec), column: spec.version().to_owned(), found })
    }
}

/// Queries tables and their triggers.
#[derive(Default)]
pub(super) struct Surveyor {
    /// The triggers of whole schemas, if they were queried at once.
    whole: HashMap<Option<String>, FoundTriggers>,
    /// Whether so many tables are queried one by one that their queries are worth preparing.
    is_repeated: bool,
}

/// From this many tables of a schema on, the whole schema is queried at once, if the engine scans all of it for each
/// table.
const MANY: usize = 4;

impl Surveyor {
    /// A surveyor for these tables.
    pub(super) async fn of<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<Self, Error>
    where
        E: Executor<Backend: CatalogBackend>,
    {
        let mut tables: HashMap<Option<&str>, usize> = HashMap::new();
        for spec in specs {
            let count = tables.entry(spec.schema()).or_default();
            *count = count.saturating_add(1);
        }
        let mut whole = HashMap::new();
        for (schema, _) in tables.into_iter().filter(|(_, count)| *count >= MANY) {
            if let Some(query) = engine::<E>().find_all_triggers(schema) {
                let found = FoundTriggers::new(engine::<E>(), catalog::triggers(query, session).await?);
                whole.insert(schema.map(str::to_owned), found);
            }
        }
        Ok(Self { whole, is_repeated: specs.len() >= MANY })
    }

    /// The table of the spec, which must exist, and after it those that inherit from it.
    pub(super) async fn survey<E>(
        &self,
        spec: &TriggerSpec,
        session: &mut Session<'_, E>,
    ) -> Result<Vec<Surveyed>, Error>
    where
        E: Executor<Backend: CatalogBackend>,
    {
        let mut tables = vec![self.survey_table(spec, session).await?];
        let Some(children) = spec.find_children(engine::<E>()) else { return Ok(tables) };
        for child in catalog::columns(self.repeated(children), session).await? {
            let mut child = self.survey_table(&spec.for_child(child), session).await?;
            // The function that is listed with them belongs to the parent table.
            child.found.retain(|found| !found.definition.is_empty());
            if let Some(parent) = tables.first_mut() {
                parent.found.retain(|found| {
                    !(found.definition.is_empty() && found.table_name.as_deref() == Some(child.spec.table()))
                });
            }
            tables.push(child);
        }
        Ok(tables)
    }

    fn repeated(&self, query: TriggerQuery) -> TriggerQuery {
        let mut query = query;
        query.is_repeated = self.is_repeated;
        query
    }

    async fn survey_table<E>(&self, spec: &TriggerSpec, session: &mut Session<'_, E>) -> Result<Surveyed, Error>
    where
        E: Executor<Backend: CatalogBackend>,
    {
        let columns = catalog::columns(self.repeated(spec.find_columns(engine::<E>())), session).await?;
        if columns.is_empty() {
            return Err(Error::MissingTable { table: shown(spec) });
        }
        let found = match self.whole.get(&spec.schema().map(str::to_owned)) {
            Some(whole) => whole.of(spec),
            None => catalog::triggers(self.repeated(spec.find_triggers(engine::<E>())), session).await?,
        };
        Ok(Surveyed { spec: spec.clone(), columns, found })
    }
}
