//! One file for each command, which makes a report from its arguments. `output` prints it.

mod add_version;
mod change;
mod check;
mod completions;
mod edit_locks;
mod generate;
mod list;
mod migration;

use concurrency_diesel::triggers::TriggerSpec;

use crate::arguments::{self, Arguments, Command, Triggers};
use crate::diesel_toml;
use crate::error::Error;
use crate::output::{self, Report};
use crate::source::{self, Features, Scope, Skipped};
use crate::specs;

pub(crate) fn run(arguments: Arguments) -> Result<Report, Error> {
    let project = &arguments.project;
    match arguments.command {
        Command::Triggers(Triggers::Generate(arguments)) => generate::run(&arguments, project),
        Command::Triggers(Triggers::List(arguments)) => list::run(&arguments, project),
        Command::Triggers(Triggers::Create(arguments)) => change::create(&arguments, project),
        Command::Triggers(Triggers::Drop(arguments)) => change::drop(&arguments, project),
        Command::Triggers(Triggers::Check(arguments)) => check::run(&arguments, project),
        Command::AddVersion(arguments) => add_version::run(&arguments, project),
        Command::EditLocks(arguments) => edit_locks::run(&arguments, project),
        Command::Completions { shell } => Ok(completions::run(shell)),
    }
}

/// The triggers that the sources want, and what was skipped.
fn wanted(
    arguments: &arguments::Sources,
    project: &arguments::Project,
) -> Result<(Vec<TriggerSpec>, Vec<Skipped>), Error> {
    let schema = diesel_toml::schema_file(&arguments.schema, project)?;
    let features = match &arguments.features {
        _ if arguments.all_features => Features::All,
        Some(features) => Features::These(features.clone()),
        None => Features::Unknown,
    };
    let source = source::read(Scope {
        sources: &arguments.source,
        schema: schema.as_deref(),
        excluded: &arguments.exclude,
        features: Some(&features),
    })?;
    Ok((specs::of(&source.models)?, source.skipped))
}

/// The triggers in the requested form.
fn in_form(form: &arguments::Form, specs: Vec<TriggerSpec>) -> Vec<TriggerSpec> {
    if form.strict { specs.into_iter().map(TriggerSpec::strict).collect() } else { specs }
}

/// A trigger, as text for people.
fn described(spec: &TriggerSpec) -> String {
    let form = if spec.is_strict() { "strict " } else { "" };
    format!("{form}trigger {} on {}", output::escaped(&spec.name()), full_name(spec))
}

/// `schema.table`, unquoted.
fn full_name(spec: &TriggerSpec) -> String {
    let name = spec.schema().map_or_else(|| spec.table().to_owned(), |schema| format!("{schema}.{}", spec.table()));
    output::escaped(&name)
}
