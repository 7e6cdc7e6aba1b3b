//! Changes of a schema as migrations make them: the statements, those that undo them, and the text of the two files.

use super::dialect::{Limit, Probe};
use super::{Engine, TriggerSpec};

/// Statements that change a schema, and those that undo them.
///
/// ```
/// # mod concurrency_diesel {
/// #     pub use concurrency_core as triggers;
/// # }
/// use concurrency_diesel::triggers::{Engine, TriggerSpec, add_version_column, create_triggers};
///
/// let spec = TriggerSpec::new("articles", ["id"], "version");
/// let change = add_version_column(&spec, Engine::Sqlite).then(create_triggers([&spec], Engine::Sqlite));
/// assert_eq!(
///     change.down_sql(),
///     "DROP TRIGGER IF EXISTS \"concurrency_articles_version\";\n\n\
///      ALTER TABLE \"articles\" DROP COLUMN \"version\";\n",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct SchemaChange {
    limit: Option<Limit>,
    up: Vec<String>,
    down: Vec<String>,
}

impl SchemaChange {
    /// A change by these statements, and those that undo it. Neither waits longer than five seconds for a table that
    /// others use.
    pub fn new(engine: Engine, up: Vec<String>, down: Vec<String>) -> Self {
        Self { limit: engine.dialect().lock_limit(), up, down }
    }

    /// A change that does not wait for a table that others use.
    pub(super) fn without_limit(up: Vec<String>, down: Vec<String>) -> Self {
        Self { limit: None, up, down }
    }

    /// This change, then the other. Undoing runs in the opposite order.
    pub fn then(mut self, other: Self) -> Self {
        self.limit = self.limit.or(other.limit);
        self.up.extend(other.up);
        self.down.splice(..0, other.down);
        self
    }

    /// The statements, in order, without the semicolons between them.
    #[must_use]
    pub fn up(&self) -> Vec<String> {
        self.limited(&self.up)
    }

    /// The statements that undo the change, in order.
    #[must_use]
    pub fn down(&self) -> Vec<String> {
        self.limited(&self.down)
    }

    /// The text of `up.sql`.
    #[must_use]
    pub fn up_sql(&self) -> String {
        script(&self.up())
    }

    /// The text of `down.sql`.
    #[must_use]
    pub fn down_sql(&self) -> String {
        script(&self.down())
    }

    /// The statements, between those that set the limit and restore it.
    fn limited(&self, statements: &[String]) -> Vec<String> {
        let set = self.limit.iter().map(|limit| limit.set.to_owned());
        let put_back = self.limit.iter().map(|limit| limit.put_back.to_owned());
        set.chain(statements.iter().cloned()).chain(put_back).collect()
    }
}

fn script(statements: &[String]) -> String {
    let mut script = statements.join(";\n\n");
    script.push_str(";\n");
    script
}

/// Creates the triggers of these tables.
pub fn create_triggers<'s>(specs: impl IntoIterator<Item = &'s TriggerSpec>, engine: Engine) -> SchemaChange {
    let nothing = SchemaChange::new(engine, Vec::new(), Vec::new());
    specs
        .into_iter()
        .map(|spec| SchemaChange::new(engine, spec.create(engine), spec.drop(engine)))
        .fold(nothing, SchemaChange::then)
}

/// Creates the trigger of this table if ours is not there. For engines whose SQL has no conditions, there is also a
/// question that fails if it is.
#[doc(hidden)]
pub fn restore_trigger(spec: &TriggerSpec, engine: Engine) -> (Option<Probe>, SchemaChange) {
    let restoring = engine.dialect().restore(spec);
    (restoring.probe, SchemaChange::new(engine, restoring.statements, spec.drop(engine)))
}

/// Adds the version column to a table that has none. Every existing row gets version 1.
///
/// The default is a constant, which every engine stores with the table instead of writing it into each row. So readers
/// wait only while the table's definition changes. If another connection holds the table, the statement gives up after
/// five seconds, because no one else could read the table while it waits. (SQLite waits as long as its `busy_timeout`
/// says.)
pub fn add_version_column(spec: &TriggerSpec, engine: Engine) -> SchemaChange {
    SchemaChange::new(engine, engine.dialect().add_column(spec), engine.dialect().drop_column(spec))
}
