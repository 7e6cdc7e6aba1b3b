//! Which table a model means.
//! It goes by names, as far as the sources tell; where they leave a choice it makes none.

use std::collections::HashSet;
use std::path::Path;

use super::model::Model;
use super::place::{Mistake, Place, Skipped};
use super::table::Table;
use super::walk::Sighting;

/// Every table of the sources.
#[derive(Debug)]
pub(crate) struct Tables {
    tables: Vec<Table>,
    /// New names that some file gave to something: perhaps to another table.
    renamed: HashSet<String>,
}

/// A model with its table, in the names of SQL.
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
    /// `schema.table`, unquoted, for people to read.
    pub(crate) fn full_name(&self) -> String {
        self.schema.as_ref().map_or_else(|| self.table.clone(), |schema| format!("{schema}.{}", self.table))
    }
}

impl Tables {
    pub(super) fn new(tables: Vec<Table>, renamed: HashSet<String>) -> Self {
        Self { tables, renamed }
    }

    /// The table that SQL calls so: `table` or `schema.table`.
    pub(crate) fn find(&self, sql_name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.full_name() == sql_name)
    }

    /// The models with their tables; one that cannot be matched is a mistake, one behind a renamed import is skipped.
    pub(super) fn of_models(
        &self,
        sightings: &[Sighting],
        skipped: &mut Vec<Skipped>,
    ) -> Result<Vec<ModelTable>, Vec<Mistake>> {
        let (mut models, mut mistakes) = (Vec::new(), Vec::new());
        for sighting in sightings {
            let model = &sighting.model;
            if let Some(first) = model.table.first().filter(|first| sighting.imports.renames(first)) {
                let reason =
                    format!("the table of struct `{}` is named through `{first}`, a renamed import", model.name);
                skipped.push(Skipped::new(model.place.clone(), reason));
                continue;
            }
            match self.of(sighting).and_then(|table| in_sql(model, table)) {
                Ok(model) => models.push(model),
                Err(message) => mistakes.push(Mistake::new(model.place.clone(), message)),
            }
        }
        if mistakes.is_empty() { Ok(models) } else { Err(mistakes) }
    }

    fn of(&self, sighting: &Sighting) -> Result<&Table, String> {
        let model = &sighting.model;
        let name = model.table.last().map_or("", String::as_str);
        let candidates: Vec<&Table> = self.tables.iter().filter(|table| table.name == name).collect();
        let narrowed = if candidates.len() > 1 { narrow(&candidates, sighting) } else { candidates.clone() };
        match *narrowed {
            [table] if self.renamed.contains(name) && !names_module(sighting, table) => Err(format!(
                "something is renamed to `{name}` in the sources, so that only the compiler knows which table struct `{}` means; \
                 write the path to its `table!` in `#[diesel(table_name = …)]`",
                model.name
            )),
            [table] => Ok(table),
            [] if candidates.is_empty() => Err(format!(
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

/// Of tables with one name in Rust, those that the path of the model can mean.
fn narrow<'a>(candidates: &[&'a Table], sighting: &Sighting) -> Vec<&'a Table> {
    let model = &sighting.model;
    let path = sighting.imports.expand(&model.table).unwrap_or_else(|| model.table.clone());
    let modules = path.split_last().map_or(&[][..], |(_, modules)| modules);
    let modules: Vec<&String> =
        modules.iter().filter(|name| !["crate", "self", "super"].contains(&name.as_str())).collect();
    let of = |is_it: &dyn Fn(&Table) -> bool| -> Vec<&'a Table> {
        candidates.iter().copied().filter(|table| is_it(table)).collect()
    };
    if !modules.is_empty() {
        let meant = of(&|table| ends_with(&table.module, modules.iter().copied()));
        let is_own = path.first().is_some_and(|first| ["crate", "self", "super"].contains(&first.as_str()));
        if meant.len() > 1 && is_own {
            let own = crate_of(&model.place.file);
            return meant.into_iter().filter(|table| crate_of(&table.place.file) == own).collect();
        }
        return meant;
    }
    let beside = of(&|table| table.place.file == model.place.file && table.module.ends_with(&model.module));
    if !beside.is_empty() {
        return beside;
    }
    let globs = sighting.imports.globs();
    of(&|table| globs.iter().any(|glob| ends_with(&table.module, glob.iter().filter(|name| *name != "crate"))))
}

/// The folder of the crate: the one that holds `src`.
fn crate_of(file: &Path) -> Option<&Path> {
    file.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "src"))
}

/// Whether the path of the model ends with the module that declares the table.
fn names_module(sighting: &Sighting, table: &Table) -> bool {
    let path = sighting.imports.expand(&sighting.model.table).unwrap_or_else(|| sighting.model.table.clone());
    let modules = path.split_last().map_or(&[][..], |(_, modules)| modules);
    let modules = modules.iter().filter(|name| !["crate", "self", "super"].contains(&name.as_str()));
    let modules: Vec<&String> = modules.collect();
    !modules.is_empty() && ends_with(&table.module, modules.into_iter())
}

fn ends_with<'a>(module: &[String], end: impl DoubleEndedIterator<Item = &'a String>) -> bool {
    let mut module = module.iter().rev();
    end.rev().all(|name| module.next() == Some(name))
}

fn in_sql(model: &Model, table: &Table) -> Result<ModelTable, String> {
    let column = |name: &String| {
        table
            .sql_column(name)
            .map(str::to_owned)
            .ok_or_else(|| format!("the table of struct `{}` ({}) has no column `{name}`", model.name, table.place))
    };
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
