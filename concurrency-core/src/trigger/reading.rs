//! Which column a trigger guards, read from its text. Our triggers are recognised by what they do, with or without
//! their mark.

use super::found::FoundTrigger;
use super::tokens::{Token, tokens};
use super::{Engine, FoundColumn, TriggerSpec};

/// The column that a trigger guards if it does exactly what ours does; `None` for any other trigger.
pub(super) fn spec_of(found: &FoundTrigger, engine: Engine) -> Option<TriggerSpec> {
    let version = version_of(found, engine)?;
    let key = if engine == Engine::Sqlite { key(found) } else { Vec::new() };
    let spec = TriggerSpec::new(found.table_name.clone().unwrap_or_default(), key, &version);
    let columns = columns(&version);
    let is_it = |spec: &TriggerSpec| columns.iter().any(|column| is_exactly(spec, column, found, engine));
    [spec.clone(), spec.strict()].into_iter().find(is_it)
}

/// Whether it does, as far as is known: a list from PostgreSQL has only the body of the function.
fn is_exactly(spec: &TriggerSpec, column: &FoundColumn, found: &FoundTrigger, engine: Engine) -> bool {
    let columns = std::slice::from_ref(column);
    if engine == Engine::Postgres && found.definition.is_empty() {
        return engine.dialect().is_same_body(spec, found);
    }
    engine.dialect().is_intact(spec, columns, found)
}

/// The column, as every integer type would have it.
fn columns(version: &str) -> Vec<FoundColumn> {
    let types = ["smallint", "integer", "bigint"];
    let column = |data_type: &str, base_type: &str| FoundColumn {
        table_schema: None,
        column_name: version.to_owned(),
        data_type: data_type.to_owned(),
        base_type: base_type.to_owned(),
    };
    types.into_iter().flat_map(|base_type| [column(base_type, base_type), column("a domain", base_type)]).collect()
}

/// The column in the first `NEW.column`.
pub(super) fn version_of(found: &FoundTrigger, engine: Engine) -> Option<String> {
    let program: Vec<Token<'_>> = tokens(found.program(), engine).collect();
    program.windows(3).find_map(|window| match window {
        [new, dot, column] if new.is("NEW") && dot.is_sign(".") => column.name(engine),
        _ => None,
    })
}

/// The columns by which the last UPDATE finds its row: `"shop" = NEW."shop" AND …`.
pub(super) fn key(found: &FoundTrigger) -> Vec<String> {
    let program: Vec<Token<'_>> = tokens(found.program(), Engine::Sqlite).collect();
    let Some(start) = program.iter().rposition(|token| token.is("WHERE")) else { return Vec::new() };
    let condition = program.get(start..).unwrap_or_default();
    let names = condition.windows(2).filter_map(|pair| match pair {
        [column, equals] if equals.is_sign("=") => column.name(Engine::Sqlite),
        _ => None,
    });
    names.filter(|name| name != "rowid").collect()
}
