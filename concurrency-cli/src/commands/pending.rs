//! Which triggers no migration has yet, and what a migration must do about them.
//! It reads the text of migrations; databases may differ, and `triggers check` says so.

use concurrency_core::{Engine, SchemaChange, TriggerSpec, create_triggers};

/// What the migrations, in their order, still lack.
pub(super) fn changes<'s>(
    specs: &'s [TriggerSpec],
    engine: Engine,
    migrations: &[String],
) -> Vec<(&'s TriggerSpec, SchemaChange)> {
    let wanted: Vec<_> = specs.iter().map(|spec| (spec, spec.create(engine))).collect();
    // What is left of a migration is what may undo a trigger, or make another of its name.
    let others: Vec<String> = migrations.iter().map(|up| without(up, &wanted)).collect();
    let is_lacking = |(spec, statements): &&(&TriggerSpec, Vec<String>)| {
        let created = migrations.iter().rposition(|up| contains(up, statements));
        let touched = others.iter().rposition(|other| mentions(other, spec));
        created.is_none_or(|created| touched.is_some_and(|touched| touched > created))
    };
    wanted.iter().filter(is_lacking).map(|(spec, _)| (*spec, change(spec, engine, &others))).collect()
}

fn contains(up: &str, statements: &[String]) -> bool {
    statements.iter().all(|statement| up.contains(statement))
}

fn without(up: &str, wanted: &[(&TriggerSpec, Vec<String>)]) -> String {
    let contained = wanted.iter().filter(|(_, statements)| contains(up, statements));
    contained.flat_map(|(_, statements)| statements).fold(up.to_owned(), |up, statement| up.replace(statement, ""))
}

/// Creates the trigger. An earlier form of it is dropped, and comes back when the change is undone.
fn change(spec: &TriggerSpec, engine: Engine, others: &[String]) -> SchemaChange {
    let create = create_triggers([spec], engine);
    let earlier = earlier_form(spec, others);
    if earlier.is_empty() {
        return create;
    }
    SchemaChange::new(spec.drop(engine), earlier).then(create)
}

/// The statements that create the trigger in the last migration that has to do with it.
fn earlier_form(spec: &TriggerSpec, others: &[String]) -> Vec<String> {
    let Some(up) = others.iter().rfind(|up| mentions(up, spec)) else { return Vec::new() };
    let statements = up.split(";\n\n").map(|statement| statement.trim().trim_end_matches(';'));
    let creates = statements.filter(|statement| statement.starts_with("CREATE ") && has_word(statement, &spec.name()));
    creates.map(str::to_owned).collect()
}

fn mentions(sql: &str, spec: &TriggerSpec) -> bool {
    has_word(sql, &spec.name()) && has_word(sql, spec.table())
}

/// Whether the word stands in the text other than as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(start, _)| {
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(start.saturating_add(word.len())..).unwrap_or_default();
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mysql];

    fn articles() -> TriggerSpec {
        TriggerSpec::new("articles", ["id"], "version")
    }

    fn lacking(specs: &[TriggerSpec], engine: Engine, migrations: &[String]) -> Vec<String> {
        changes(specs, engine, migrations).iter().map(|(spec, _)| spec.name()).collect()
    }

    fn up_sql(specs: &[TriggerSpec], engine: Engine) -> String {
        create_triggers(specs, engine).up_sql()
    }

    #[test]
    fn what_a_migration_creates_is_not_lacking() {
        let longer = TriggerSpec::new("articles", ["id"], "version_of_all");
        let specs = [articles(), longer, TriggerSpec::new("posts", ["id"], "version")];
        for engine in ENGINES {
            let migrations = vec!["CREATE TABLE articles ()".to_owned(), up_sql(&specs[..2], engine)];
            assert_eq!(lacking(&specs, engine, &migrations), ["concurrency_posts_version"]);
            assert_eq!(lacking(&specs[..2], engine, &migrations), [""; 0]);
            assert_eq!(lacking(&specs, engine, &[]).len(), 3);
        }
    }

    #[test]
    fn a_trigger_that_a_later_migration_drops_is_lacking() {
        for engine in ENGINES {
            let dropped = "DROP TRIGGER concurrency_articles_version ON articles;".to_owned();
            let created = up_sql(&[articles()], engine);
            assert_eq!(lacking(&[articles()], engine, &[created.clone(), dropped.clone()]).len(), 1);
            assert_eq!(lacking(&[articles()], engine, &[created.clone(), dropped, created]).len(), 0);
        }
    }

    #[test]
    fn another_form_is_replaced_and_comes_back() {
        let old = articles().strict();
        for engine in ENGINES {
            let specs = [articles()];
            let changes = changes(&specs, engine, &[up_sql(&[old.clone()], engine)]);
            let [(_, change)] = changes.as_slice() else { panic!("{changes:?}") };
            assert_eq!(change.up(), [articles().drop(engine), articles().create(engine)].concat());
            assert_eq!(change.down(), [articles().drop(engine), old.create(engine)].concat());
        }
    }

    #[test]
    fn tables_of_one_name_in_two_schemas_are_told_apart() {
        for engine in ENGINES {
            let specs = [articles(), articles().in_schema("blog")];
            let both = [up_sql(&specs[..1], engine), up_sql(&specs[1..], engine)];
            assert_eq!(lacking(&specs, engine, &both), [""; 0]);
            assert_eq!(lacking(&specs, engine, &both[..1]).len(), 1);
        }
    }
}
