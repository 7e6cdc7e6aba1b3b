//! The triggers of a whole schema, from one query. They are indexed, so that those of each table come out as if only
//! these had been asked for.

use std::collections::{BTreeSet, HashMap};

use super::found::FoundTrigger;
use super::tokens::folded;
use super::{Engine, TriggerSpec};

/// The triggers of every table of a schema, by table and by name.
#[doc(hidden)]
#[derive(Debug)]
pub struct FoundTriggers {
    engine: Engine,
    found: Vec<FoundTrigger>,
    by_table: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl FoundTriggers {
    /// The answer to [`Engine::find_all_triggers`].
    #[must_use]
    pub fn new(engine: Engine, found: Vec<FoundTrigger>) -> Self {
        let (mut by_table, mut by_name) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        for (index, trigger) in found.iter().enumerate() {
            by_name.entry(folded(&trigger.trigger_name, engine)).or_default().push(index);
            if let Some(table) = &trigger.table_name {
                by_table.entry(folded(table, engine)).or_default().push(index);
            }
        }
        Self { engine, found, by_table, by_name }
    }

    /// The triggers that the answer to [`TriggerSpec::find_triggers`] would have, in the same order.
    #[must_use]
    pub fn of(&self, spec: &TriggerSpec) -> Vec<FoundTrigger> {
        let of_table = self.by_table.get(&folded(spec.table(), self.engine));
        let of_name = self.by_name.get(&folded(&spec.name(), self.engine));
        let indices: BTreeSet<usize> = of_table.into_iter().chain(of_name).flatten().copied().collect();
        indices.into_iter().filter_map(|index| self.found.get(index)).cloned().collect()
    }
}
