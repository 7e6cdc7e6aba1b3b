//! Histories whose text does not say what became of a trigger, and what a migration rolls back.

use super::*;

const CREATE: &str = "CREATE TABLE articles (id BIGINT, version BIGINT);";

fn articles() -> TriggerSpec {
    TriggerSpec::new("articles", ["id"], "version")
}

/// The effect of a later migration on the trigger.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Stays,
    /// It is certainly gone.
    Goes,
    Unclear,
}

fn fate(engine: Engine, sql: &str) -> Fate {
    let specs = [articles()];
    let migrations = [CREATE.to_owned(), create_triggers(&specs, engine).up_sql(), sql.to_owned()];
    let is_unclear = !unclear_triggers(&specs, engine, &migrations).is_empty();
    let changes = pending_triggers(&specs, engine, &migrations);
    match changes.as_slice() {
        [] => {
            assert!(!is_unclear, "{sql}");
            Fate::Stays
        }
        [(_, change)] => {
            // Once it is created again, it exists.
            let migrations = [&migrations[..], &[change.up_sql()]].concat();
            assert_eq!(pending_triggers(&specs, engine, &migrations), [], "{sql}");
            if is_unclear { Fate::Unclear } else { Fate::Goes }
        }
        several => panic!("{several:?}"),
    }
}

#[test]
fn what_is_rolled_back_did_not_happen() {
    for (sql, expected) in [
        ("BEGIN; DROP TABLE articles; ROLLBACK;", Fate::Stays),
        ("BEGIN; DROP TABLE articles; ROLLBACK; DROP TABLE articles;", Fate::Goes),
        ("BEGIN TRANSACTION; DROP TABLE articles; COMMIT; BEGIN; ROLLBACK;", Fate::Goes),
        ("SAVEPOINT a; DROP TABLE articles; ROLLBACK TO a; RELEASE a;", Fate::Stays),
        ("SAVEPOINT a; SAVEPOINT b; DROP TABLE articles; ROLLBACK TRANSACTION TO SAVEPOINT a;", Fate::Stays),
        ("SAVEPOINT a; DROP TABLE articles; SAVEPOINT b; DROP TABLE posts; ROLLBACK TO b;", Fate::Goes),
        ("SAVEPOINT a; RELEASE SAVEPOINT a; DROP TABLE articles; ROLLBACK TO a;", Fate::Goes),
        // Diesel's own transaction may have begun before.
        ("DROP TABLE articles; BEGIN; SELECT 1; ROLLBACK;", Fate::Unclear),
        ("DROP TABLE articles; ROLLBACK;", Fate::Unclear),
    ] {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            assert_eq!(fate(engine, sql), expected, "{engine}: {sql}");
        }
    }
    // MySQL commits with each.
    assert_eq!(fate(Engine::Mysql, "START TRANSACTION; DROP TABLE articles; ROLLBACK;"), Fate::Goes);
}

#[test]
fn a_statement_that_is_not_known_makes_what_it_names_unclear() {
    for (engine, sql, expected) in [
        (Engine::Mysql, "BEGIN NOT ATOMIC DROP TABLE articles; END;", Fate::Unclear),
        (Engine::Mysql, "BEGIN NOT ATOMIC SELECT 1; EXECUTE IMMEDIATE 'DROP TABLE articles'; END;", Fate::Unclear),
        (Engine::Mysql, "IF 1 = 1 THEN SELECT 1; DROP TABLE articles; END IF;", Fate::Unclear),
        (Engine::Mysql, "IF 1 = 1 THEN DROP TABLE posts; END IF; SELECT 1;", Fate::Stays),
        (Engine::Mysql, "WHILE @a DO ALTER TABLE articles DROP version; END WHILE;", Fate::Unclear),
        (Engine::Mysql, "SET STATEMENT lock_wait_timeout = 3 FOR DROP TABLE articles;", Fate::Goes),
        (Engine::Mysql, "SET STATEMENT lock_wait_timeout = 3 FOR SELECT 1;", Fate::Stays),
        (Engine::Mysql, "DROP DATABASE blog;", Fate::Unclear),
        (Engine::Mysql, "RENAME TABLE IF EXISTS articles WAIT 5 TO papers;", Fate::Goes),
        (Engine::Mysql, "RENAME TABLE articles SOMEHOW TO papers;", Fate::Unclear),
        (Engine::Mysql, "ALTER ONLINE IGNORE TABLE articles DROP version;", Fate::Goes),
        (Engine::Mysql, "ALTER ONLINE TABLE articles ADD a INT;", Fate::Stays),
        (Engine::Mysql, "SET sql_mode = ORACLE; BEGIN DROP TABLE articles; END;", Fate::Unclear),
        (Engine::Mysql, "BEGIN WORK; DROP TABLE posts; COMMIT;", Fate::Stays),
        (
            Engine::Mysql,
            r"SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT 'a\'; DROP TABLE articles; SELECT 'b';",
            Fate::Unclear,
        ),
        (
            Engine::Postgres,
            r"SET standard_conforming_strings = off; SELECT 'a\''; DROP TABLE articles; SELECT ''';",
            Fate::Unclear,
        ),
        (Engine::Postgres, "SET standard_conforming_strings = on; SELECT 1;", Fate::Stays),
        (
            Engine::Postgres,
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DROP TABLE articles; RETURN NULL; END $$; \
             CREATE TRIGGER t AFTER INSERT ON k EXECUTE FUNCTION f(); INSERT INTO k VALUES (1);",
            Fate::Unclear,
        ),
        (
            Engine::Sqlite,
            "CREATE TEMP TRIGGER concurrency_articles_version AFTER UPDATE ON articles BEGIN SELECT 1; END; \
             DROP TRIGGER temp.concurrency_articles_version;",
            Fate::Stays,
        ),
        (Engine::Mysql, "CREATE TABLE Articles (id INT); DROP TABLE Articles;", Fate::Unclear),
        (Engine::Mysql, "DROP TABLE ARTICLE;", Fate::Stays),
        (Engine::Mysql, "USE other; DROP TABLE articles;", Fate::Unclear),
        (Engine::Mysql, "DROP INDEX i ON articles; ANALYZE TABLE articles; LOCK TABLES articles WRITE;", Fate::Stays),
        (Engine::Postgres, "CONJURE articles;", Fate::Unclear),
        (Engine::Postgres, "CONJURE 'DROP TABLE articles';", Fate::Unclear),
        (Engine::Postgres, "CONJURE posts;", Fate::Stays),
        (Engine::Postgres, "DROP TABLE U&\"\\0061rticles\";", Fate::Goes),
        (Engine::Postgres, "DROP TABLE U&\"!0061rticles\" UESCAPE '!';", Fate::Unclear),
        (Engine::Postgres, "ALTER SCHEMA public RENAME TO old;", Fate::Unclear),
        (Engine::Postgres, "SET LOCAL search_path = other; DROP TABLE articles;", Fate::Unclear),
        (
            Engine::Postgres,
            "SET search_path TO other, public; ALTER TABLE articles DISABLE TRIGGER ALL;",
            Fate::Unclear,
        ),
        (Engine::Postgres, "SET search_path TO \"$user\", public; DROP TABLE articles;", Fate::Goes),
        (Engine::Postgres, "SET search_path TO other; DROP TABLE public.articles;", Fate::Goes),
        (
            Engine::Postgres,
            "SELECT pg_catalog.set_config('search_path', '', false); DROP TABLE public.articles;",
            Fate::Goes,
        ),
        (Engine::Postgres, "SET search_path TO other; RESET search_path; DROP TABLE articles;", Fate::Goes),
        (
            Engine::Postgres,
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DROP TABLE articles; SELECT 1'; CREATE VIEW v AS SELECT f(); SELECT * FROM v;",
            Fate::Unclear,
        ),
        (
            Engine::Postgres,
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DROP TABLE articles; SELECT 1'; INSERT INTO log SELECT f();",
            Fate::Unclear,
        ),
        (Engine::Postgres, "COMMENT ON TABLE articles IS 'x'; (SELECT 1 FROM articles); VACUUM articles;", Fate::Stays),
        (Engine::Sqlite, "PRAGMA table_info(articles); EXPLAIN DROP TABLE articles; REINDEX articles;", Fate::Stays),
    ] {
        assert_eq!(fate(engine, sql), expected, "{engine}: {sql}");
    }
}

/// A trigger that was created while the names meant another schema.
#[test]
fn what_was_created_elsewhere_is_unclear() {
    let specs = [articles()];
    let up = create_triggers(&specs, Engine::Postgres).up_sql();
    let migrations = [format!("SET search_path = other;\n{up}")];
    assert_eq!(
        unclear_triggers(&specs, Engine::Postgres, &migrations),
        [(&specs[0], "SET search_path = other".to_owned())]
    );
    let migrations = ["SET search_path = other;".to_owned(), up];
    assert_eq!(unclear_triggers(&specs, Engine::Postgres, &migrations), []);
}

#[test]
fn what_stands_in_the_way_is_told() {
    let told = |engine: Engine, sql: &str| {
        let specs = [articles()];
        let migrations = [create_triggers(&specs, engine).up_sql(), sql.to_owned()];
        let obstructed = TriggerHistory::read(engine, &migrations).obstructed(&specs);
        obstructed.into_iter().map(|(_, reason)| reason).collect::<Vec<_>>()
    };
    let view = "ALTER TABLE articles RENAME TO stored; CREATE VIEW articles AS TABLE stored;";
    let gone = "DROP VIEW articles; ALTER TABLE stored RENAME TO articles;";
    let replaced = "DROP TRIGGER concurrency_articles_version; \
                    CREATE TRIGGER concurrency_articles_version AFTER UPDATE ON articles FOR EACH ROW BEGIN SELECT 1; END;";
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::Mysql] {
        assert_eq!(told(engine, view), ["articles is a view, and a trigger stands on a table"]);
        assert_eq!(told(engine, &format!("{view}{gone}")), [""; 0]);
    }
    let foreign = "the trigger concurrency_articles_version of the migrations is not one of this library";
    for engine in [Engine::Sqlite, Engine::Mysql] {
        assert_eq!(told(engine, replaced), [foreign]);
        assert_eq!(told(engine, &format!("{replaced} DROP TRIGGER concurrency_articles_version;")), [""; 0]);
        assert_eq!(told(engine, &format!("{replaced} DROP TABLE articles;")), [""; 0]);
    }
    let replaced = "CREATE OR REPLACE TRIGGER concurrency_articles_version BEFORE INSERT ON articles FOR EACH ROW EXECUTE FUNCTION other();";
    assert_eq!(told(Engine::Postgres, replaced), [foreign]);
    // There, the name of a trigger belongs to its table.
    let other = "CREATE TRIGGER concurrency_articles_version BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION other(); DROP TABLE articles;";
    assert_eq!(told(Engine::Postgres, other), [""; 0]);
}

/// The function stays in the schema where the table was, and the new trigger needs its name.
#[test]
fn the_function_of_a_table_in_another_schema_is_made_free() {
    let specs = [articles()];
    let moved = format!("CREATE SCHEMA other; ALTER TABLE articles SET SCHEMA other; {CREATE}");
    let migrations = [create_triggers(&specs, Engine::Postgres).up_sql(), moved];
    let changes = pending_triggers(&specs, Engine::Postgres, &migrations);
    let [(_, change)] = changes.as_slice() else { panic!("{changes:?}") };
    let up = change.up_sql();
    let position = |text: &str| up.find(text).unwrap_or_else(|| panic!("{text} in {up}"));
    let dropped = position("DROP TRIGGER IF EXISTS \"concurrency_articles_version\" ON \"other\".\"articles\"");
    let function = position("DROP FUNCTION IF EXISTS \"concurrency_articles_version\"()");
    assert!(dropped < function && function < position("CREATE FUNCTION \"concurrency_articles_version\"()"));
}
