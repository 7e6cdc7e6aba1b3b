//! Which triggers no migration creates yet, told by the text of the migrations. What a database has is not known here.

use std::collections::HashSet;

use super::{Engine, SchemaChange, TriggerSpec, create_triggers};

/// The triggers that these migrations, the texts of their `up.sql` in order, do not create, each with the change that does.
///
/// A trigger that the migrations create in another form, for another key say, is dropped and created; undoing that brings the
/// earlier form back. One that a later migration mentions otherwise, to drop it say, counts as not created.
///
/// ```
/// use concurrency_core::{Engine, TriggerSpec, create_triggers, pending_triggers};
///
/// let specs = [TriggerSpec::new("articles", ["id"], "version"), TriggerSpec::new("posts", ["id"], "version")];
/// let migrations = [create_triggers(&specs[..1], Engine::Mysql).up_sql()];
/// let pending = pending_triggers(&specs, Engine::Mysql, &migrations);
/// assert_eq!(pending, [(&specs[1], create_triggers(&specs[1..], Engine::Mysql))]);
/// ```
#[must_use]
pub fn pending_triggers<'s>(
    specs: &'s [TriggerSpec],
    engine: Engine,
    migrations: &[String],
) -> Vec<(&'s TriggerSpec, SchemaChange)> {
    let wanted: Vec<Vec<String>> = specs.iter().map(|spec| spec.create(engine)).collect();
    let migrations: Vec<Migration<'_>> = migrations.iter().map(|up| Migration::read(up, &wanted)).collect();
    let is_pending = |(spec, wanted): &(&TriggerSpec, &Vec<String>)| {
        let created = migrations.iter().rposition(|migration| migration.creates(wanted));
        let touched = migrations.iter().rposition(|migration| mentions(&migration.rest, spec));
        created.is_none_or(|created| touched.is_some_and(|touched| touched > created))
    };
    let pending = specs.iter().zip(&wanted).filter(is_pending);
    pending.map(|(spec, _)| (spec, change(spec, engine, &migrations))).collect()
}

struct Migration<'m> {
    up: &'m str,
    statements: HashSet<&'m str>,
    /// Without what creates wanted triggers: what may undo one, or make another of its name.
    rest: String,
}

impl<'m> Migration<'m> {
    fn read(up: &'m str, wanted: &[Vec<String>]) -> Self {
        let mut migration = Self { up, statements: statements(up).collect(), rest: String::new() };
        let created: Vec<&String> = wanted.iter().filter(|wanted| migration.creates(wanted)).flatten().collect();
        let known: HashSet<&str> = created.iter().map(|statement| statement.as_str()).collect();
        let rest: Vec<&str> = statements(up).filter(|statement| !known.contains(statement)).collect();
        let amid_others = created.iter().filter(|statement| !migration.statements.contains(statement.as_str()));
        migration.rest = amid_others.fold(rest.join(BETWEEN), |rest, statement| rest.replace(*statement, ""));
        migration
    }

    /// Whether it has all these statements, by themselves or amid others.
    fn creates(&self, wanted: &[String]) -> bool {
        wanted.iter().all(|statement| self.statements.contains(statement.as_str()) || self.up.contains(statement))
    }
}

/// What stands between the statements of a generated file.
const BETWEEN: &str = ";\n\n";

fn statements(up: &str) -> impl Iterator<Item = &str> {
    up.split(BETWEEN).map(|statement| statement.trim().trim_end_matches(';'))
}

/// Creates the trigger. An earlier form of it is dropped, and comes back when the change is undone.
fn change(spec: &TriggerSpec, engine: Engine, migrations: &[Migration<'_>]) -> SchemaChange {
    let create = create_triggers([spec], engine);
    let earlier = earlier_form(spec, migrations);
    if earlier.is_empty() {
        return create;
    }
    SchemaChange::new(engine, spec.drop(engine), earlier).then(create)
}

/// The statements that create the trigger in the last migration that has to do with it.
fn earlier_form(spec: &TriggerSpec, migrations: &[Migration<'_>]) -> Vec<String> {
    let Some(last) = migrations.iter().rfind(|migration| mentions(&migration.rest, spec)) else { return Vec::new() };
    let creates = statements(&last.rest).filter(|statement| {
        (statement.starts_with("CREATE ") || statement.starts_with("DO ")) && has_word(statement, &spec.name())
    });
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

    fn pending(specs: &[TriggerSpec], engine: Engine, migrations: &[String]) -> Vec<String> {
        pending_triggers(specs, engine, migrations).iter().map(|(spec, _)| spec.name()).collect()
    }

    fn up_sql(specs: &[TriggerSpec], engine: Engine) -> String {
        create_triggers(specs, engine).up_sql()
    }

    #[test]
    fn what_a_migration_creates_is_not_pending() {
        let longer = TriggerSpec::new("articles", ["id"], "version_of_all");
        let specs = [articles(), longer, TriggerSpec::new("posts", ["id"], "version")];
        for engine in ENGINES {
            let migrations = vec!["CREATE TABLE articles ()".to_owned(), up_sql(&specs[..2], engine)];
            assert_eq!(pending(&specs, engine, &migrations), ["concurrency_posts_version"]);
            assert_eq!(pending(&specs[..2], engine, &migrations), [""; 0]);
            assert_eq!(pending(&specs, engine, &[]).len(), 3);
        }
    }

    #[test]
    fn what_stands_amid_other_statements_is_not_pending() {
        for engine in ENGINES {
            let own = format!("CREATE TABLE articles ();\n{}INSERT INTO articles;", up_sql(&[articles()], engine));
            assert_eq!(pending(&[articles()], engine, &[own]), [""; 0]);
        }
    }

    #[test]
    fn a_trigger_that_a_later_migration_drops_is_pending() {
        for engine in ENGINES {
            let dropped = "DROP TRIGGER concurrency_articles_version ON articles;".to_owned();
            let created = up_sql(&[articles()], engine);
            assert_eq!(pending(&[articles()], engine, &[created.clone(), dropped.clone()]).len(), 1);
            assert_eq!(pending(&[articles()], engine, &[created.clone(), dropped, created]).len(), 0);
        }
    }

    #[test]
    fn another_form_is_replaced_and_comes_back() {
        let old = articles().strict();
        for engine in ENGINES {
            let specs = [articles()];
            let changes = pending_triggers(&specs, engine, &[up_sql(std::slice::from_ref(&old), engine)]);
            let [(_, change)] = changes.as_slice() else { panic!("{changes:?}") };
            let expected = |up, down| SchemaChange::new(engine, up, down);
            let up = [articles().drop(engine), articles().create(engine)].concat();
            assert_eq!(*change, expected(up, [articles().drop(engine), old.create(engine)].concat()));
        }
    }

    #[test]
    fn tables_of_one_name_in_two_schemas_are_told_apart() {
        for engine in ENGINES {
            let specs = [articles(), articles().in_schema("blog")];
            let both = [up_sql(&specs[..1], engine), up_sql(&specs[1..], engine)];
            assert_eq!(pending(&specs, engine, &both), [""; 0]);
            assert_eq!(pending(&specs, engine, &both[..1]).len(), 1);
        }
    }
}
