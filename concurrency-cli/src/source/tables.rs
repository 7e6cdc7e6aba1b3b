//! Finds the table of each model by its name, as far as the sources say. If they leave a choice, it makes none.

use super::model::Model;
use super::place::{Mistake, Place};
use super::scopes::{Scopes, UNREAD};
use super::table::Table;
use super::walk::Sighting;

/// All tables in the sources.
#[derive(Debug)]
pub(crate) struct Tables {
    tables: Vec<Table>,
}

/// A model with its table, in SQL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModelTable {
    pub(crate) model: String,
    pub(crate) place: Place,
    pub(crate) schema: Option<String>,
    pub(crate) table: String,
    pub(crate) key: Vec<String>,
    pub(crate) version: String,
    pub(crate) trigger_name: Option<String>,
}

impl ModelTable {
    /// `schema.table`, unquoted, as text for people.
    pub(crate) fn full_name(&self) -> String {
        self.schema.as_ref().map_or_else(|| self.table.clone(), |schema| format!("{schema}.{}", self.table))
    }
}

impl Tables {
    pub(super) fn new(tables: Vec<Table>) -> Self {
        Self { tables }
    }

    /// The table with this SQL name: `table` or `schema.table`.
    pub(crate) fn find(&self, sql_name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.full_name() == sql_name)
    }

    /// The models with their tables. A model without a table is a mistake.
    pub(super) fn of_models(&self, sightings: &[Sighting], scopes: &Scopes) -> Result<Vec<ModelTable>, Vec<Mistake>> {
        let (mut models, mut mistakes) = (Vec::new(), Vec::new());
        for sighting in sightings {
            let model = &sighting.model;
            match self.of(sighting, scopes).and_then(|table| in_sql(model, table)) {
                Ok(model) => models.push(model),
                Err(message) => mistakes.push(Mistake::new(model.place.clone(), message)),
            }
        }
        if mistakes.is_empty() { Ok(models) } else { Err(mistakes) }
    }

    fn of(&self, sighting: &Sighting, scopes: &Scopes) -> Result<&Table, String> {
        let model = &sighting.model;
        let name = model.table.last().map_or("", String::as_str);
        let named = || self.tables.iter().filter(|table| table.name == name);
        let meaning = scopes.meaning(&model.table, &model.module, sighting.root.as_deref());
        if let Some(lost) = meaning.lost.filter(|lost| !lost.ends_with(UNREAD) || named().next().is_some()) {
            return Err(format!(
                "the table of struct `{}` is named through {lost}; write the path to its `table!` in \
                 `#[diesel(table_name = …)]`, or name the file that declares it with --schema or --source",
                model.name
            ));
        }
        let mut candidates: Vec<&Table> = meaning.tables.iter().filter_map(|index| self.tables.get(*index)).collect();
        // Nothing leads to it, so the text does not compile as it is. If one table has that name, it must be this one.
        if candidates.is_empty() {
            candidates.extend(named());
        }
        match *candidates {
            [table] => Ok(table),
            [] => Err(format!(
                "no `table!` declares the table `{name}` of struct `{}`; name the file that does with --schema or --source",
                model.name
            )),
            _ => {
                let places: Vec<String> = candidates.iter().map(|table| table.place.to_string()).collect();
                Err(format!(
                    "several tables are called `{name}` ({}); write the whole path in `#[diesel(table_name = …)]` of struct `{}`",
                    places.join(", "),
                    model.name
                ))
            }
        }
    }
}

fn in_sql(model: &Model, table: &Table) -> Result<ModelTable, String> {
    let column = |name: &String| {
        table
            .sql_column(name)
            .map(str::to_owned)
            .ok_or_else(|| format!("the table of struct `{}` ({}) has no column `{name}`", model.name, table.place))
    };
    if let Some(doubt) = table.doubt(model.key.iter().chain([&model.version])) {
        return Err(format!("{doubt}; struct `{}` needs it", model.name));
    }
    if let Some(sql_type) = table.type_without_integers(&model.version) {
        return Err(format!(
            "the version column `{}` of struct `{}` is {sql_type} ({}); a trigger counts, make it an integer",
            model.version, model.name, table.place
        ));
    }
    Ok(ModelTable {
        model: model.name.clone(),
        place: model.place.clone(),
        schema: table.schema.clone(),
        table: table.sql_name.clone(),
        key: model.key.iter().map(column).collect::<Result<_, _>>()?,
        version: column(&model.version)?,
        trigger_name: model.trigger_name.clone(),
    })
}
