//! `triggers generate`: a migration with the triggers that no migration has yet. It asks a database only if the text of
//! the migrations is not enough.

use concurrency_diesel::triggers::{Engine, SchemaChange, TriggerHistory, TriggerSpec};

use super::migration::Migrations;
use super::{described, in_form, wanted};
use crate::arguments;
use crate::database::Database;
use crate::environment::{self, DatabaseUrl};
use crate::error::Error;
use crate::output::Report;

pub(super) fn run(arguments: &arguments::Generate, project: &arguments::Project) -> Result<Report, Error> {
    let engine = environment::engine(arguments.migration.engine, project)?;
    let (specs, skipped) = wanted(&arguments.sources, project)?;
    let specs = in_form(&arguments.form, specs);
    let migrations = Migrations::of(&arguments.migration, project)?;
    let history = TriggerHistory::read(engine, &migrations.written()?);
    if !history.created_twice().is_empty() {
        return Err(Error::CreatedTwice(history.created_twice().to_vec()));
    }
    let obstructed = history.obstructed(&specs);
    if !obstructed.is_empty() {
        let line = |(spec, reason): &(&TriggerSpec, String)| {
            let what = described(spec);
            format!("the {what} cannot be created: {reason}; write a migration that removes what is in the way")
        };
        return Err(Error::Obstructed(obstructed.iter().map(line).collect()));
    }
    let (there, mut remarks) = ask(&specs, engine, &history, project);
    let pending: Vec<_> = history.pending(&specs).into_iter().filter(|(spec, _)| !there.contains(spec)).collect();
    let mut contents: Vec<String> = pending.iter().map(|(spec, _)| described(spec)).collect();
    let mut changes: Vec<SchemaChange> = pending.into_iter().map(|(_, change)| change).collect();
    for (spec, change) in history.unused(&specs) {
        if arguments.drop_unused {
            contents.push(format!("without the {}", described(&spec)));
            changes.push(change);
        } else {
            let what = described(&spec);
            remarks.push(format!("the migrations create the {what}, which no model here has; --drop-unused drops it"));
        }
    }
    let text = match changes.into_iter().reduce(SchemaChange::then) {
        Some(change) => migrations.write("concurrency_triggers", &change, &contents)?,
        None if specs.is_empty() => "nothing to write: no model has a TriggerVersionField\n".to_owned(),
        None => format!("nothing to write: the migrations have all {} triggers\n", specs.len()),
    };
    Ok(Report { remarks, ..Report::new(text, skipped) })
}

/// The triggers that a program in the migrations may have dropped and that the database has, and the remarks about the
/// others.
fn ask<'s>(
    specs: &'s [TriggerSpec],
    engine: Engine,
    history: &TriggerHistory,
    project: &arguments::Project,
) -> (Vec<&'s TriggerSpec>, Vec<String>) {
    let unclear = history.unclear(specs);
    let (mut there, mut remarks) = (Vec::new(), Vec::new());
    if unclear.is_empty() {
        return (there, remarks);
    }
    let url = DatabaseUrl::of(project).ok().filter(|url| url.engine() == engine);
    let mut database = url.and_then(|url| match Database::open(url) {
        Ok(database) => Some(database),
        Err(error) => {
            remarks.push(error.to_string());
            None
        }
    });
    for (spec, statement) in unclear {
        let answer = database.as_mut().map(|database| database.check(spec));
        let said = match answer {
            Some(Ok(problems)) if problems.is_empty() => {
                there.push(spec);
                continue;
            }
            Some(Ok(problems)) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            Some(Err(error)) => error.to_string(),
            None => "no database was asked".to_owned(),
        };
        remarks.push(format!(
            "the migrations do not say whether the {} is there after `{statement}` ({said}), so it is created anew",
            described(spec)
        ));
    }
    (there, remarks)
}
