//! Which triggers no migration creates yet, told by the text of the migrations. What a database has is not known here.

use super::history::{self, History, Standing};
use super::tokens::folded;
use super::{Engine, SchemaChange, TriggerSpec, create_triggers};

/// The triggers that are not there after these migrations, the texts of their `up.sql` in order, each with the change that creates it.
///
/// The migrations are read as a history: a trigger that was dropped, whose table was dropped and made anew, whose version column was
/// renamed or that was switched off for good is not there; one that a comment names, or that was switched off and on, is.
/// One that stands there in another form, for another key say, is dropped and created; undoing that brings the earlier form
/// back. One that guards a column of the table which no spec wants is dropped.
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
    let history = history::read(migrations, engine);
    let change = |spec: &'s TriggerSpec| change(spec, specs, engine, &history).map(|change| (spec, change));
    specs.iter().filter_map(change).collect()
}

/// Whether these migrations add the version column of the spec, and leave it there.
#[must_use]
pub fn adds_version_column(spec: &TriggerSpec, engine: Engine, migrations: &[String]) -> bool {
    history::read(migrations, engine).has_added_column(spec, engine)
}

/// The triggers that two of these migrations create, with nothing in between that drops them: the second one will fail.
#[must_use]
pub fn triggers_created_twice(engine: Engine, migrations: &[String]) -> Vec<String> {
    history::read(migrations, engine).created_twice
}

/// What makes the trigger of the spec the one that stands on its table for its column; `None` if it is.
fn change(spec: &TriggerSpec, specs: &[TriggerSpec], engine: Engine, history: &History) -> Option<SchemaChange> {
    let standing = &history.standing;
    let kept = standing.iter().rfind(|standing| standing.satisfies(spec, engine));
    let is_wanted = |standing: &Standing| specs.iter().any(|spec| standing.satisfies(spec, engine));
    let name = folded(&spec.name(), engine);
    let obsolete = standing.iter().filter(|standing| {
        let is_kept = kept.is_some_and(|kept| std::ptr::eq(kept, *standing));
        let is_in_the_way = standing.guards(spec, engine) || standing.spec.name() == name || !is_wanted(standing);
        !is_kept && standing.is_on(spec, engine) && is_in_the_way
    });
    let obsolete: Vec<&Standing> = obsolete.collect();
    if kept.is_some() && obsolete.is_empty() {
        return None;
    }
    let mut drops: Vec<String> = obsolete.iter().flat_map(|standing| standing.spec.drop(engine)).collect();
    if kept.is_none() && history.has_function(spec) && !obsolete.iter().any(|standing| standing.spec.name() == name) {
        drops.extend(spec.drop(engine));
    }
    // One for a column that is gone cannot come back.
    let earlier = obsolete.iter().filter(|standing| standing.guards(spec, engine));
    let earlier = earlier.flat_map(|standing| standing.statements.clone()).collect();
    let dropped = SchemaChange::new(engine, drops, earlier);
    Some(if kept.is_some() { dropped } else { dropped.then(create_triggers([spec], engine)) })
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

    /// Whatever text a migration has: what counts is what stands there after it.
    #[test]
    fn migrations_are_a_history() {
        const ALL: [Engine; 3] = ENGINES;
        let [postgres, mysql, sqlite] = [[Engine::Postgres], [Engine::Mysql], [Engine::Sqlite]];
        let rebuilt = "CREATE TABLE n (id BIGINT); INSERT INTO n SELECT * FROM articles; DROP TABLE articles; ALTER TABLE n RENAME TO articles;";
        let cases: &[(&[Engine], &str, bool)] = &[
            (&ALL, rebuilt, true),
            (&ALL, "-- DROP TABLE articles;\nSELECT 'DROP TRIGGER concurrency_articles_version';", false),
            (&ALL, "-- The trigger concurrency_articles_version of articles stays.\nSELECT 1;", false),
            (&ALL, "DROP TABLE IF EXISTS posts, articles CASCADE;", true),
            (&ALL, "DROP TABLE posts;", false),
            (&ALL, "ALTER TABLE articles RENAME TO papers;", true),
            (&ALL, "ALTER TABLE articles RENAME TO papers; ALTER TABLE papers RENAME TO articles;", false),
            (&ALL, "ALTER TABLE articles DROP COLUMN version;", true),
            (&ALL, "ALTER TABLE articles DROP title, DROP COLUMN IF EXISTS version;", true),
            (&ALL, "ALTER TABLE articles ADD COLUMN version2 DECIMAL(1, 2), DROP COLUMN title;", false),
            (&ALL, "ALTER TABLE articles RENAME COLUMN version TO revision;", true),
            (&ALL, "ALTER TABLE articles RENAME title TO version2;", false),
            (
                &postgres,
                "ALTER TABLE articles DISABLE TRIGGER concurrency_articles_version; UPDATE articles SET a = 1; ALTER TABLE articles ENABLE TRIGGER concurrency_articles_version;",
                false,
            ),
            (&postgres, "ALTER TABLE ONLY articles DISABLE TRIGGER ALL;", true),
            (&postgres, "ALTER TABLE articles DISABLE TRIGGER other;", false),
            (&postgres, "ALTER TRIGGER concurrency_articles_version ON articles RENAME TO other;", false),
            (&postgres, "CREATE TABLE letters (a TEXT) INHERITS (articles);", true),
            (&postgres, "CREATE TABLE letters (a TEXT) INHERITS (posts);", false),
            (&postgres, "DROP SCHEMA public CASCADE;", true),
            (&postgres, "DROP SCHEMA other CASCADE;", false),
            (&mysql, "RENAME TABLE posts TO p, articles TO a;", true),
            (&mysql, "ALTER TABLE articles CHANGE version revision BIGINT;", true),
            (&mysql, "ALTER TABLE articles CHANGE COLUMN version version INT NOT NULL;", false),
            (&sqlite, "DROP TABLE [Articles];", true),
        ];
        for (engines, sql, is_pending) in cases {
            for &engine in *engines {
                let migrations = [up_sql(&[articles()], engine), (*sql).to_owned()];
                assert_eq!(!pending(&[articles()], engine, &migrations).is_empty(), *is_pending, "{engine}: {sql}");
            }
        }
    }

    #[test]
    fn a_column_that_was_added_is_there_until_it_is_dropped() {
        for engine in ENGINES {
            let added = super::super::add_version_column(&articles(), engine).up_sql();
            let adds = |migrations: &[String]| adds_version_column(&articles(), engine, migrations);
            assert!(adds(std::slice::from_ref(&added)) && adds(&[added.replace('\n', "\r\n")]) && !adds(&[]));
            for lost in [
                "ALTER TABLE articles DROP COLUMN version;",
                "DROP TABLE articles;",
                "ALTER TABLE articles RENAME COLUMN version TO v",
            ] {
                assert!(!adds(&[added.clone(), lost.to_owned()]), "{lost}");
                assert!(adds(&[added.clone(), lost.to_owned(), added.clone()]), "{lost}");
            }
        }
    }

    #[test]
    fn line_ends_and_layout_change_nothing() {
        for engine in ENGINES {
            for spec in [articles(), articles().strict(), articles().named("a; \"b`c'")] {
                let specs = [spec];
                for up in [up_sql(&specs, engine).replace('\n', "\r\n"), up_sql(&specs, engine).replace(";\n\n", ";")] {
                    assert_eq!(pending(&specs, engine, &[up]), [""; 0], "{engine}");
                }
            }
        }
    }

    #[test]
    fn the_trigger_of_a_renamed_column_goes_with_it_or_is_dropped() {
        let renamed = [TriggerSpec::new("articles", ["id"], "zversion")];
        for engine in ENGINES {
            for known in [true, false] {
                let mut migrations = vec![up_sql(&[articles()], engine)];
                if known {
                    migrations.push("ALTER TABLE articles RENAME COLUMN version TO zversion;".to_owned());
                }
                let changes = pending_triggers(&renamed, engine, &migrations);
                if known && engine == Engine::Sqlite {
                    assert_eq!(changes, []);
                    continue;
                }
                let up = [articles().named(articles().name()).drop(engine), renamed[0].create(engine)].concat();
                assert_eq!(
                    changes,
                    [(&renamed[0], SchemaChange::new(engine, up, renamed[0].drop(engine)))],
                    "{engine}"
                );
            }
        }
    }

    #[test]
    fn a_trigger_that_is_created_twice_is_told() {
        for engine in ENGINES {
            let up = up_sql(&[articles()], engine);
            let drop = articles().drop(engine).join(";\n") + ";\n";
            assert_eq!(triggers_created_twice(engine, &[up.clone(), up.clone()]), ["concurrency_articles_version"]);
            assert_eq!(triggers_created_twice(engine, &[up.clone(), drop, up]), [""; 0]);
        }
    }

    /// DROP TABLE leaves the function, and CREATE FUNCTION would fail.
    #[test]
    fn a_function_that_was_left_is_dropped() {
        let migrations =
            [up_sql(&[articles()], Engine::Postgres), "DROP TABLE articles; CREATE TABLE articles ();".to_owned()];
        let specs = [articles()];
        let changes = pending_triggers(&specs, Engine::Postgres, &migrations);
        let [(_, change)] = changes.as_slice() else { panic!("{changes:?}") };
        assert!(change.up_sql().contains("DROP FUNCTION IF EXISTS \"concurrency_articles_version\"()"));
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
