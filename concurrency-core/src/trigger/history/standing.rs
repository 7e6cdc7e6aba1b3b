//! One of our triggers that a migration created, as later migrations left it.

use super::super::tokens::folded;
use super::super::{Engine, TriggerSpec, postgres};

/// Names are folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Standing {
    /// The table and column that it guards now.
    pub(in super::super) spec: TriggerSpec,
    /// The statements that created it.
    pub(in super::super) statements: Vec<String>,
    /// The beginning of the statement that may have changed it, if the text does not say whether it did.
    pub(in super::super) unclear: Option<String>,
    /// The schema in which it was created, and in which its function stays.
    pub(super) home: Option<String>,
    /// The function that it calls (PostgreSQL).
    pub(super) function: Option<String>,
    /// Whether it does what ours do.
    pub(super) is_intact: bool,
    /// Whether it fires on its table and on every table that inherits from it.
    pub(super) fires: bool,
}

impl Standing {
    /// Whether it is what the spec wants, and certainly exists.
    pub(in super::super) fn satisfies(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        self.unclear.is_none() && self.may_satisfy(spec, engine)
    }

    /// Whether it is what the spec wants, if it exists.
    pub(in super::super) fn may_satisfy(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        let keys = |spec: &TriggerSpec| -> Vec<String> { spec.key().iter().map(|name| folded(name, engine)).collect() };
        self.is_intact
            && self.fires
            && self.spec.is_strict() == spec.is_strict()
            && self.guards(spec, engine)
            && (engine != Engine::Sqlite || keys(&self.spec) == keys(spec))
    }

    pub(in super::super) fn guards(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        self.is_on(spec, engine) && self.spec.version() == folded(spec.version(), engine)
    }

    pub(in super::super) fn is_on(&self, spec: &TriggerSpec, engine: Engine) -> bool {
        self.table() == Name::of_table(spec, engine)
    }

    pub(in super::super) fn table(&self) -> Name {
        Name { schema: self.spec.schema.clone(), name: self.spec.table.clone() }.in_default_schema()
    }

    /// Rewrites the statements that create it, after its table or a column was renamed.
    pub(super) fn follow(&mut self, engine: Engine) {
        if self.is_intact {
            self.statements = self.spec.create(engine);
        }
    }

    /// The name that must be unique: that of its function, if it has one.
    pub(in super::super) fn unique_name(&self) -> Name {
        let (schema, name) = match &self.function {
            Some(function) => (self.home.clone(), function.clone()),
            None => (self.spec.schema.clone(), self.spec.name()),
        };
        Name { schema, name }.in_default_schema()
    }

    /// The statements that drop it and its function, which stayed behind when the table went to another schema.
    pub(in super::super) fn drop(&self, engine: Engine) -> Vec<String> {
        let mut statements = self.spec.drop(engine);
        if self.function.is_some() && self.home != self.spec.schema {
            let at_home = TriggerSpec { schema: self.home.clone(), ..self.spec.clone() };
            statements.extend(at_home.drop(engine).pop());
        }
        statements
    }

    /// Whether it has this name and, if the name of a trigger belongs to its table, is on this table.
    pub(super) fn is_named(&self, name: &str, table: Option<&Name>) -> bool {
        self.spec.name() == name && table.is_none_or(|table| self.table() == *table)
    }
}

/// A name with its schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in super::super) struct Name {
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

impl Name {
    pub(in super::super) fn of_table(spec: &TriggerSpec, engine: Engine) -> Self {
        Self { schema: spec.schema().map(|schema| folded(schema, engine)), name: folded(spec.table(), engine) }
            .in_default_schema()
    }

    /// The name of the spec's trigger that must be unique.
    pub(in super::super) fn of_trigger(spec: &TriggerSpec, engine: Engine) -> Self {
        let name = match engine {
            Engine::Postgres => postgres::function_name(spec),
            Engine::Sqlite | Engine::Mysql => folded(&spec.name(), engine),
        };
        Self { schema: spec.schema().map(|schema| folded(schema, engine)), name }.in_default_schema()
    }

    /// Without the schema, if that is the default one.
    pub(super) fn in_default_schema(mut self) -> Self {
        self.schema = self.schema.filter(|schema| schema != "public" && schema != "main");
        self
    }
}
