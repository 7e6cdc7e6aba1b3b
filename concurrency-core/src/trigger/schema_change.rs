//! Changes of a schema as migrations make them: the statements, the way back, and the text of the two files.

use super::{Engine, TriggerSpec};

/// Statements that change a schema, and those that undo them.
///
/// ```
/// use concurrency_core::{Engine, TriggerSpec, add_version_column, create_triggers};
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
    up: Vec<String>,
    down: Vec<String>,
}

impl SchemaChange {
    /// A change by these statements, and those that undo it.
    pub const fn new(up: Vec<String>, down: Vec<String>) -> Self {
        Self { up, down }
    }

    /// This change, then the other; undone in the opposite order.
    pub fn then(mut self, other: Self) -> Self {
        self.up.extend(other.up);
        self.down.splice(..0, other.down);
        self
    }

    /// The statements, in order, without the semicolons between them.
    #[must_use]
    pub fn up(&self) -> &[String] {
        &self.up
    }

    /// The statements that undo the change, in order.
    #[must_use]
    pub fn down(&self) -> &[String] {
        &self.down
    }

    /// The text of `up.sql`.
    #[must_use]
    pub fn up_sql(&self) -> String {
        script(&self.up)
    }

    /// The text of `down.sql`.
    #[must_use]
    pub fn down_sql(&self) -> String {
        script(&self.down)
    }
}

fn script(statements: &[String]) -> String {
    let mut script = statements.join(";\n\n");
    script.push_str(";\n");
    script
}

/// Creates the triggers of these tables.
pub fn create_triggers<'s>(specs: impl IntoIterator<Item = &'s TriggerSpec>, engine: Engine) -> SchemaChange {
    let nothing = SchemaChange { up: Vec::new(), down: Vec::new() };
    specs
        .into_iter()
        .map(|spec| SchemaChange { up: spec.create(engine), down: spec.drop(engine) })
        .fold(nothing, SchemaChange::then)
}

/// Adds the version column to a table that has none; every row there is gets version 1.
///
/// The default is a constant, which every engine keeps with the table instead of writing it into each row: readers are kept
/// out only while the table's definition changes. Where one of them holds the table for long, the statement gives up after
/// five seconds of waiting, since nobody else could read the table while it waits. (SQLite waits as long as its
/// `busy_timeout` says.)
pub fn add_version_column(spec: &TriggerSpec, engine: Engine) -> SchemaChange {
    SchemaChange { up: engine.dialect().add_column(spec), down: engine.dialect().drop_column(spec) }
}
