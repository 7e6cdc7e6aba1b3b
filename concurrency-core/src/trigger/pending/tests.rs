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

/// Only what exists after the migrations counts, whatever their text.
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
        (&postgres, "DROP TRIGGER concurrency_articles_version ON posts;", false),
        (&postgres, "DROP TRIGGER concurrency_articles_version ON public.articles;", true),
        (&postgres, "ALTER TRIGGER concurrency_articles_version ON posts RENAME TO concurrency_posts_version;", false),
        (&postgres, "DROP FUNCTION concurrency_articles_version() CASCADE;", true),
        (&postgres, "DROP FUNCTION a(int, text), concurrency_articles_version CASCADE;", true),
        (
            &postgres,
            "CREATE OR REPLACE FUNCTION concurrency_articles_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;",
            true,
        ),
        (
            &postgres,
            "CREATE OR REPLACE TRIGGER concurrency_articles_version BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION other();",
            true,
        ),
        (&postgres, "CREATE TABLE letters (a TEXT); ALTER TABLE letters INHERIT articles;", true),
        (&postgres, "ALTER TABLE articles SET SCHEMA other, DISABLE TRIGGER ALL;", true),
        (&postgres, "ALTER TABLE \"Ärzte\" RENAME TO articles2; ALTER TABLE Ärzte RENAME TO a;", false),
        (&mysql, "RENAME TABLE posts TO p, articles TO a;", true),
        (&mysql, "ALTER TABLE articles CHANGE version revision BIGINT;", true),
        (&mysql, "ALTER TABLE articles CHANGE COLUMN version version INT NOT NULL;", false),
        (&mysql, "ALTER TABLE articles RENAME papers;", true),
        (&mysql, "CREATE OR REPLACE TABLE articles (id BIGINT);", true),
        (&mysql, "CREATE TABLE IF NOT EXISTS articles (id BIGINT);", false),
        (&mysql, "DROP TABLES posts, articles;", true),
        (&mysql, "DROP TEMPORARY TABLE IF EXISTS articles;", false),
        (&ALL, "CREATE TEMPORARY TABLE articles (id BIGINT); DROP TABLE articles;", false),
        (&ALL, "CREATE TEMPORARY TABLE articles (id BIGINT); DROP TABLE articles; DROP TABLE articles;", true),
        (&sqlite, "DROP TABLE [Articles];", true),
        (&sqlite, "DROP TABLE 'articles';", true),
        (&sqlite, "DROP TRIGGER main.'Concurrency_articles_version';", true),
        (&sqlite, "ALTER TABLE 'articles' RENAME TO 'papers';", true),
        (&mysql, "SET sql_mode = 'ANSI_QUOTES'; DROP TABLE \"articles\";", true),
        (&sqlite, "DROP TRIGGER main.Concurrency_Articles_Version;", true),
    ];
    for (engines, sql, is_pending) in cases {
        for &engine in *engines {
            let migrations = [up_sql(&[articles()], engine), (*sql).to_owned()];
            assert_eq!(!pending(&[articles()], engine, &migrations).is_empty(), *is_pending, "{engine}: {sql}");
        }
    }
}

/// A program may or may not do something to triggers. So they count as unclear, and are created again.
#[test]
fn what_a_program_may_have_done_is_unclear() {
    let cases: &[(Engine, &str, bool)] = &[
        (Engine::Postgres, "DO $$ BEGIN EXECUTE 'DROP TABLE articles'; END $$;", true),
        (Engine::Postgres, "DO $$ BEGIN IF true THEN ALTER TABLE articles DISABLE TRIGGER ALL; END IF; END $$;", true),
        (Engine::Postgres, "DO 'BEGIN DROP TRIGGER concurrency_articles_version ON articles; END';", true),
        (
            Engine::Postgres,
            "DO $$ DECLARE t text; BEGIN FOR t IN SELECT x LOOP EXECUTE format('ALTER TABLE %I DISABLE TRIGGER ALL', t); END LOOP; END $$;",
            true,
        ),
        (Engine::Postgres, "DO $$ DECLARE t text; BEGIN SELECT command INTO t FROM commands; EXECUTE t; END $$;", true),
        (Engine::Postgres, "DO $$ BEGIN ALTER TABLE articles ADD COLUMN body text; END $$;", false),
        (Engine::Postgres, "DO $$ BEGIN ALTER TABLE posts DISABLE TRIGGER ALL; END $$;", false),
        (Engine::Postgres, "DO $$ BEGIN EXECUTE 'ALTER TYPE mood ADD VALUE ''sad'''; END $$;", false),
        (Engine::Postgres, "DO $$ BEGIN EXECUTE format('CREATE INDEX %I ON articles (id)', 'i'); END $$;", false),
        (Engine::Postgres, "DO $$ BEGIN UPDATE articles SET id = 1; END $$;", false),
        (
            Engine::Postgres,
            "DO $$ BEGIN ALTER TABLE articles DISABLE TRIGGER ALL; UPDATE articles SET a = 1; ALTER TABLE articles ENABLE TRIGGER ALL; END $$;",
            false,
        ),
        (Engine::Postgres, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP TABLE articles'; SELECT f();", true),
        (Engine::Postgres, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT 1'; SELECT f();", false),
        (Engine::Postgres, "SELECT now(), set_config('a', 'b', false);", false),
        (Engine::Postgres, "CALL rebuild('articles');", true),
        (Engine::Mysql, "CALL rebuild();", true),
        (Engine::Mysql, "CREATE PROCEDURE p() BEGIN UPDATE articles SET id = 1; END; CALL p();", false),
        (Engine::Mysql, "CREATE PROCEDURE p() BEGIN DROP TABLE articles; END; CALL p();", true),
        (Engine::Mysql, "PREPARE s FROM 'DROP TABLE articles'; EXECUTE s;", true),
        (Engine::Mysql, "SET @s = CONCAT('DROP ', 'TABLE articles'); PREPARE s FROM @s; EXECUTE s;", true),
        (Engine::Mysql, "DO SLEEP(0);", false),
        // Only the server knows whether the connection's database is this one.
        (Engine::Mysql, "DROP TABLE blog.articles;", true),
        (Engine::Mysql, "ALTER TABLE blog.articles RENAME TO blog.papers;", true),
        (Engine::Mysql, "ALTER TABLE blog.articles ADD COLUMN body TEXT;", false),
        (Engine::Mysql, "DROP TABLE blog.posts;", false),
        (Engine::Mysql, "DELIMITER //\nDROP TABLE articles//", true),
        (Engine::Postgres, "DROP TABLE blog.articles CASCADE;", true),
        (Engine::Postgres, "ALTER TABLE blog.articles DISABLE TRIGGER ALL;", true),
        (Engine::Postgres, "UPDATE pg_catalog.pg_trigger SET tgenabled = 'D';", true),
        (Engine::Postgres, "UPDATE articles SET id = 1 WHERE title = 'pg_trigger';", false),
        (Engine::Postgres, "DROP OWNED BY ada;", true),
        (Engine::Postgres, "DROP DOMAIN counter CASCADE;", true),
        (Engine::Postgres, "DROP TYPE mood;", false),
        (Engine::Sqlite, "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE type = 'trigger';", true),
        (Engine::Sqlite, "UPDATE articles SET id = 1;", false),
    ];
    let specs = [articles()];
    for (engine, sql, is_unclear) in cases {
        let created = up_sql(&specs, *engine);
        let migrations = [created.clone(), (*sql).to_owned()];
        let unclear = unclear_triggers(&specs, *engine, &migrations);
        assert_eq!(!unclear.is_empty(), *is_unclear, "{engine}: {sql}");
        assert_eq!(!pending(&specs, *engine, &migrations).is_empty(), *is_unclear, "{engine}: {sql}");
        // Once it is created again, it exists.
        let changes = pending_triggers(&specs, *engine, &migrations);
        let anew: Vec<String> = changes.iter().map(|(_, change)| change.up_sql()).collect();
        let migrations = [&migrations[..], &anew].concat();
        assert_eq!(pending(&specs, *engine, &migrations), [""; 0], "{engine}: {sql}");
        assert_eq!(triggers_created_twice(*engine, &migrations), [""; 0]);
        // What happened before does not matter.
        assert_eq!(unclear_triggers(&specs, *engine, &[(*sql).to_owned(), created]), []);
    }
}

#[test]
fn a_trigger_without_model_is_unused() {
    let specs = [articles(), TriggerSpec::new("posts", ["id"], "version")];
    for engine in ENGINES {
        let migrations = [up_sql(&specs, engine)];
        assert_eq!(unused_triggers(&specs, engine, &migrations), []);
        let unused = unused_triggers(&specs[..1], engine, &migrations);
        let [(spec, change)] = &unused[..] else { panic!("{unused:?}") };
        assert_eq!((spec.table(), spec.version()), ("posts", "version"));
        assert_eq!(unused_triggers(&specs[..1], engine, &[migrations[0].clone(), change.up_sql()]), []);
        assert_eq!(pending(&specs, engine, &[migrations[0].clone(), change.up_sql()]).len(), 1);
        let undone = [migrations[0].clone(), change.up_sql(), change.down_sql()];
        assert_eq!(pending(&specs, engine, &undone), [""; 0]);
    }
}

#[test]
fn a_trigger_that_is_created_only_where_it_is_missing_is_created_once() {
    let up = up_sql(&[articles()], Engine::Sqlite);
    let again = up.replace("CREATE TRIGGER", "CREATE TRIGGER IF NOT EXISTS");
    assert_eq!(triggers_created_twice(Engine::Sqlite, &[up.clone(), again.clone()]), [""; 0]);
    assert_eq!(pending(&[articles()], Engine::Sqlite, &[up, again]), [""; 0]);
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
            assert_eq!(changes, [(&renamed[0], SchemaChange::new(engine, up, renamed[0].drop(engine)))], "{engine}");
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

/// The old table keeps its trigger, whose name the new one needs.
#[test]
fn a_name_that_a_renamed_table_has_is_made_free() {
    let renamed = "ALTER TABLE articles RENAME TO old; CREATE TABLE articles (id BIGINT);".to_owned();
    for engine in ENGINES {
        let (new, old) = (articles(), TriggerSpec::new("old", ["id"], "version"));
        let named = old.clone().named(new.name());
        let migrations = [up_sql(&[articles()], engine), renamed.clone()];
        let specs = [new.clone()];
        let up = [named.drop(engine), new.create(engine)].concat();
        let down = [new.drop(engine), named.create(engine)].concat();
        assert_eq!(pending_triggers(&specs, engine, &migrations), [(&specs[0], SchemaChange::new(engine, up, down))]);
        let change = pending_triggers(&specs, engine, &migrations).remove(0).1;
        let migrations = [&migrations[..], &[change.up_sql()]].concat();
        assert_eq!(pending(&specs, engine, &migrations), [""; 0]);
        assert_eq!(unused_triggers(&specs, engine, &migrations), []);
        // Both tables have a model.
        let both = [new, old];
        let changes = pending_triggers(&both, engine, &migrations[..2]);
        let [(_, change)] = changes.as_slice() else { panic!("{changes:?}") };
        let migrations = [&migrations[..2], &[change.up_sql()]].concat();
        assert_eq!(pending(&both, engine, &migrations), [""; 0]);
        assert_eq!(triggers_created_twice(engine, &migrations), [""; 0]);
        let undone = [&migrations[..], &[change.down_sql()]].concat();
        assert_eq!(pending(&both, engine, &undone), ["concurrency_articles_version"]);
    }
}
