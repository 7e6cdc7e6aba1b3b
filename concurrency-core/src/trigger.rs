//! Database triggers that advance the version with the writes of every program: what they guard, and their SQL for each
//! engine.
//!
//! Nothing here sends SQL. What differs between the engines is in their own files, as SQL templates.

mod dialect;
mod edit_locks;
mod engine;
mod found;
mod found_index;
mod history;
mod mysql;
mod name;
mod pending;
mod postgres;
mod reading;
mod schema_change;
mod setting;
mod sqlite;
mod state;
mod statements;
mod template;
mod tokens;

pub use self::edit_locks::{EDIT_LOCKS_TABLE, create_edit_locks, create_edit_locks_if_missing, creates_edit_locks};
pub use self::engine::{Engine, UnknownEngine};
pub use self::found::{FoundColumn, FoundTrigger, Obstacle, TriggerQuery, drop_found};
pub use self::pending::{
    TriggerHistory, adds_version_column, pending_triggers, standing_triggers, triggers_created_twice, unclear_triggers,
    unused_triggers,
};
pub use self::schema_change::{SchemaChange, add_version_column, create_triggers};
pub use self::state::{Leftover, TriggerState};
#[doc(hidden)]
pub use self::{dialect::Probe, found_index::FoundTriggers, name::fingerprint, schema_change::restore_trigger};

/// The mark inside our triggers, in a comment, or in a text because some clients drop comments. A trigger without it is
/// replaced or dropped only if it does, word for word, what ours do.
pub const TRIGGER_MARKER: &str = "concurrency-diesel 1";

/// The version column of a table, which a trigger guards. The SQL of the trigger for each engine follows from it.
///
/// Give names without quotes. The SQL quotes them.
///
/// ```
/// # mod concurrency_diesel {
/// #     pub use concurrency_core as triggers;
/// # }
/// use concurrency_diesel::triggers::{Engine, TriggerSpec};
///
/// let spec = TriggerSpec::new("articles", ["id"], "version");
/// assert_eq!(spec.name(), "concurrency_articles_version");
/// assert_eq!(
///     spec.create(Engine::Mysql),
///     ["CREATE TRIGGER `concurrency_articles_version`\n\
///       BEFORE UPDATE ON `articles`\n\
///       FOR EACH ROW\n\
///       SET\n    /* concurrency-diesel 1 */ NEW.`version` = COALESCE(OLD.`version`, 0) + 1,\n    \
///       NEW.`version` = IF(NEW.`version` > COALESCE(OLD.`version`, 0), NEW.`version`,\n        \
///       18446744073709551615 + NEW.`version` + LENGTH('concurrency-diesel 1'))"],
/// );
/// assert_eq!(spec.drop(Engine::Sqlite), [r#"DROP TRIGGER IF EXISTS "concurrency_articles_version""#]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TriggerSpec {
    schema: Option<String>,
    table: String,
    key: Vec<String>,
    version: String,
    trigger_name: Option<String>,
    is_strict: bool,
}

impl TriggerSpec {
    /// The trigger of a table with these key columns and this version column.
    ///
    /// On SQLite the trigger finds the written row by its key, or by its rowid if you name no key. The other engines
    /// need no key.
    #[must_use]
    pub fn new(
        table: impl Into<String>,
        key: impl IntoIterator<Item = impl Into<String>>,
        version: impl Into<String>,
    ) -> Self {
        Self {
            schema: None,
            table: table.into(),
            key: key.into_iter().map(Into::into).collect(),
            version: version.into(),
            trigger_name: None,
            is_strict: false,
        }
    }

    /// For a table in this schema. On MySQL and MariaDB it is a database, on SQLite an attached database.
    #[must_use]
    pub fn in_schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// With your own name: `#[concurrent(trigger_name = "…")]`.
    #[must_use]
    pub fn named(mut self, trigger_name: impl Into<String>) -> Self {
        self.trigger_name = Some(trigger_name.into());
        self
    }

    /// The strict form, which refuses a write that sets the version to anything but the next one.
    ///
    /// A write that leaves the version as it is, as programs do that do not know it, still gets the next one.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// The same trigger, strict if this one is not, and not strict if this one is.
    fn in_other_form(&self) -> Self {
        Self { is_strict: !self.is_strict, ..self.clone() }
    }

    /// The trigger's name: your own, or `concurrency_<table>_<column>`. If it is longer than the 63 bytes of
    /// PostgreSQL, it is truncated and ends with a hash.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.trigger_name {
            Some(name) => name::cut(name),
            None => name::cut(&format!("concurrency_{}_{}", self.table, self.version)),
        }
    }

    /// Eight digits that distinguish this trigger from those of other tables. They are the same in every release.
    #[doc(hidden)]
    #[must_use]
    pub fn fingerprint(&self) -> String {
        name::fingerprint(&format!("{:?}.{:?}", self.schema, self.name()))
    }

    /// The schema, if you named one.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The table's name, without its schema.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The columns of the table's key.
    #[must_use]
    pub fn key(&self) -> &[String] {
        &self.key
    }

    /// The version column.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether this is the [strict](Self::strict) form.
    #[must_use]
    pub const fn is_strict(&self) -> bool {
        self.is_strict
    }

    /// Whether the other guards the same column of the same table, as those of two models of one table do. One trigger
    /// is enough for both.
    #[must_use]
    pub fn guards_the_same(&self, other: &Self) -> bool {
        (&self.schema, &self.table, &self.version) == (&other.schema, &other.table, &other.version)
    }

    /// The statements that create the trigger, in this order. On PostgreSQL they also create those of the tables that
    /// inherit from the table.
    ///
    /// They fail if a trigger of that name exists, or on PostgreSQL a function. They never replace anything.
    #[must_use]
    pub fn create(&self, engine: Engine) -> Vec<String> {
        engine.dialect().create(self)
    }

    /// The statements that drop any trigger of that name, in this order.
    ///
    /// If there is none, they do nothing. Check first that it is ours: see [`state`](Self::state).
    #[must_use]
    pub fn drop(&self, engine: Engine) -> Vec<String> {
        engine.dialect().drop(self)
    }

    /// The query for the table's columns. The answer has [`FoundColumn`]s, and is empty if there is no such table.
    #[must_use]
    pub fn find_columns(&self, engine: Engine) -> TriggerQuery {
        engine.dialect().find_columns(self)
    }

    /// The query for all triggers that are on the table or have the trigger's name: [`FoundTrigger`]s.
    #[must_use]
    pub fn find_triggers(&self, engine: Engine) -> TriggerQuery {
        engine.dialect().find_triggers(self)
    }

    /// The query for the tables that inherit from this one, if the engine has such: [`FoundColumn`]s whose columns are
    /// tables.
    #[must_use]
    pub fn find_children(&self, engine: Engine) -> Option<TriggerQuery> {
        engine.dialect().find_children(self)
    }

    /// The query for the connections that use the table now, as far as the engine tells: [`FoundColumn`]s whose columns
    /// are connections.
    #[must_use]
    pub fn find_holders(&self, engine: Engine) -> Option<TriggerQuery> {
        engine.dialect().find_holders(self)
    }

    /// The spec for a table that [inherits](Self::find_children) from this one and has a trigger of the same name.
    #[must_use]
    pub fn for_child(&self, child: FoundColumn) -> Self {
        let name = self.name();
        Self { schema: child.table_schema, table: child.column_name, ..self.clone() }.named(name)
    }

    /// The state of the trigger, from the answer to [`find_triggers`](Self::find_triggers).
    ///
    /// A trigger is recognised by its text, whatever its name, because a renamed table keeps its trigger under the old
    /// name. A trigger that is [strict](Self::strict) although this one is not, or the other way round, is not an
    /// altered one.
    #[must_use]
    pub fn state<'f>(&self, engine: Engine, columns: &[FoundColumn], found: &'f [FoundTrigger]) -> TriggerState<'f> {
        state::state(self, engine, columns, found)
    }

    /// Our triggers among the found ones that are left over on the table, for example after a column was renamed.
    #[must_use]
    pub fn leftovers<'f>(
        &self,
        engine: Engine,
        columns: &[FoundColumn],
        found: &'f [FoundTrigger],
    ) -> Vec<(&'f FoundTrigger, Leftover)> {
        state::leftovers(self, engine, columns, found)
    }

    /// The other triggers among the found ones that set the version of an updated row after ours has.
    #[must_use]
    pub fn setting<'f>(
        &self,
        engine: Engine,
        columns: &[FoundColumn],
        found: &'f [FoundTrigger],
    ) -> Vec<&'f FoundTrigger> {
        setting::setting(self, engine, columns, found)
    }
}

#[cfg(test)]
mod tests;
