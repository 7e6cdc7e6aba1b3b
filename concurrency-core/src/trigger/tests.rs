//! The SQL as text. The suite tests on the engines that it works.

use super::*;

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mysql];

fn stock() -> TriggerSpec {
    TriggerSpec::new("stock", ["shop", "item"], "version")
}

#[test]
fn sqlite_moves_the_version_after_the_write() {
    assert_eq!(
        stock().in_schema("shops").create(Engine::Sqlite),
        [r#"CREATE TRIGGER "shops"."concurrency_stock_version"
AFTER UPDATE ON "stock"
FOR EACH ROW
WHEN NEW."version" IS NULL OR NEW."version" <= OLD."version" OR typeof(NEW."version") <> 'integer'
BEGIN
    /* concurrency-diesel 1 */
    SELECT RAISE(ABORT, 'the version of a row is an integer; write the row without it')
    WHERE typeof(NEW."version") NOT IN ('integer', 'null');
    SELECT RAISE(ABORT, 'the version of the row is at the maximum')
    WHERE OLD."version" >= 9223372036854775807 AND typeof(OLD."version") = 'integer';
    UPDATE "stock" SET "version" = COALESCE(OLD."version", 0) + 1 WHERE "shop" = NEW."shop" AND "item" = NEW."item";
END"#]
    );
}

#[test]
fn sqlite_finds_a_row_without_key_by_its_rowid() {
    let [create] = &TriggerSpec::new("notes", [""; 0], "version").create(Engine::Sqlite)[..] else {
        panic!("one statement");
    };
    assert!(create.contains("WHERE rowid = NEW.rowid;"), "{create}");
}

#[test]
fn sqlite_tells_a_table_named_new_from_the_new_row() {
    for name in ["new", "OLD"] {
        let [create] = &TriggerSpec::new(name, ["a", "b"], "version").create(Engine::Sqlite)[..] else {
            panic!("one statement");
        };
        let update = format!(
            r#"    UPDATE "{name}" SET "version" = written."version"
    FROM (SELECT NEW."a" AS key_0, NEW."b" AS key_1, COALESCE(OLD."version", 0) + 1 AS "version") AS written
    WHERE "{name}"."a" = key_0 AND "{name}"."b" = key_1;
END"#
        );
        assert!(create.ends_with(&update), "{create}");
    }
}

#[test]
fn postgres_has_a_function_beside_the_table() {
    let [function, trigger, in_children] = &stock().in_schema("shops").create(Engine::Postgres)[..] else {
        panic!("three statements");
    };
    assert_eq!(
        [function, trigger],
        [
            r#"CREATE FUNCTION "shops"."concurrency_stock_version"() RETURNS trigger
LANGUAGE plpgsql AS $concurrency$
BEGIN
    /* concurrency-diesel 1 */
    NEW."version" := COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1;
    RETURN NEW;
END
$concurrency$"#,
            r#"CREATE TRIGGER "concurrency_stock_version"
BEFORE UPDATE ON "shops"."stock"
FOR EACH ROW
WHEN ((NEW."version" OPERATOR(pg_catalog.=) (COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1)) IS NOT TRUE)
EXECUTE FUNCTION "shops"."concurrency_stock_version"()"#,
        ]
    );
    assert!(in_children.contains(r#"pg_catalog.to_regclass('"shops"."stock"')"#), "{in_children}");
    let [in_children, rest @ ..] = &stock().in_schema("shops").drop(Engine::Postgres)[..] else { panic!("statements") };
    assert!(in_children.contains(r#"'DROP TRIGGER IF EXISTS "concurrency_stock_version" ON %s'"#), "{in_children}");
    assert_eq!(
        rest,
        [
            r#"DROP TRIGGER IF EXISTS "concurrency_stock_version" ON "shops"."stock""#,
            r#"DROP FUNCTION IF EXISTS "shops"."concurrency_stock_version"()"#,
        ]
    );
}

/// `version()` is a function of the server, and would be called and dropped instead of ours.
#[test]
fn postgres_takes_no_function_of_the_servers_for_ours() {
    let spec = TriggerSpec::new("stock", ["id"], "version").named("version");
    for statement in [spec.create(Engine::Postgres), spec.drop(Engine::Postgres)].concat() {
        assert!(!statement.contains("\"version\"()"), "{statement}");
    }
    assert!(spec.create(Engine::Postgres)[0].contains("\"concurrency_version\"()"));
}

#[test]
fn mysql_sets_the_version_in_one_statement() {
    assert_eq!(
        stock().in_schema("shops").create(Engine::Mysql),
        ["CREATE TRIGGER `shops`.`concurrency_stock_version`\n\
          BEFORE UPDATE ON `shops`.`stock`\n\
          FOR EACH ROW\n\
          SET\n    /* concurrency-diesel 1 */ NEW.`version` = COALESCE(OLD.`version`, 0) + 1,\n    \
          NEW.`version` = IF(NEW.`version` > COALESCE(OLD.`version`, 0), NEW.`version`,\n        \
          18446744073709551615 + NEW.`version` + LENGTH('concurrency-diesel 1'))"]
    );
}

#[test]
fn every_trigger_carries_the_marker_and_the_strict_one_refuses() {
    for engine in ENGINES {
        for spec in [stock(), stock().strict()] {
            assert!(spec.create(engine).concat().contains(TRIGGER_MARKER), "{engine}");
        }
        let refusal = "'the version of a row may only advance by one; write the row without it'";
        assert!(stock().strict().create(engine).concat().contains(refusal), "{engine}");
        assert!(!stock().create(engine).concat().contains(refusal), "{engine}");
        assert_eq!(stock().strict().drop(engine), stock().drop(engine));
    }
    assert!(ENGINES.map(Engine::list_triggers).iter().all(|list| list.parameters.is_empty()));
}

/// A name with any characters stays a name.
#[test]
fn names_cannot_end_their_quotes() {
    let evil = r#"a"; DROP TABLE b; -- `; DROP TABLE b; -- '$concurrency$ {version}"#;
    let spec = TriggerSpec::new(evil, [evil], evil).in_schema(evil).named(evil);
    for (engine, quote) in [(Engine::Sqlite, '"'), (Engine::Postgres, '"'), (Engine::Mysql, '`')] {
        let quoted = format!("{quote}{}{quote}", evil.replace(quote, &format!("{quote}{quote}")));
        let cut = name::cut(evil);
        let cut = format!("{quote}{}{quote}", cut.replace(quote, &format!("{quote}{quote}")));
        let change = add_version_column(&spec, engine).then(create_triggers([&spec], engine));
        for statement in change.up().iter().chain(&change.down()) {
            let function =
                format!("\"{}\"", name::cut(&format!("concurrency_{}", name::cut(evil))).replace('"', "\"\""));
            let names = [&quoted, &cut, &function];
            let literals = names.map(|name| name.replace('\'', "''"));
            let rest = names.into_iter().chain(&literals).fold(statement.clone(), |rest, name| rest.replace(name, ""));
            assert!(!rest.contains("DROP TABLE"), "{engine}: {statement}");
        }
    }
    let [function, ..] = &spec.create(Engine::Postgres)[..] else { panic!("statements") };
    assert!(function.contains("AS $concurrency1$\n") && function.ends_with("\n$concurrency1$"), "{function}");
}

#[test]
fn a_column_is_added_with_its_default_and_taken_away_again() {
    let spec = stock().in_schema("shops");
    let added: Vec<String> = ENGINES.iter().map(|&engine| add_version_column(&spec, engine).up_sql()).collect();
    assert_eq!(
        added,
        [
            "ALTER TABLE \"shops\".\"stock\" ADD COLUMN \"version\" BIGINT NOT NULL DEFAULT 1;\n",
            "SELECT pg_catalog.set_config('concurrency.lock_timeout', pg_catalog.current_setting('lock_timeout'), true), \
             pg_catalog.set_config('lock_timeout', '5s', true);\n\n\
             ALTER TABLE \"shops\".\"stock\" ADD COLUMN \"version\" BIGINT NOT NULL DEFAULT 1;\n\n\
             SELECT pg_catalog.set_config('lock_timeout', COALESCE(NULLIF(pg_catalog.current_setting('concurrency.lock_timeout', true), ''), pg_catalog.current_setting('lock_timeout')), true);\n",
            "SET @concurrency_lock_wait_timeout = @@SESSION.lock_wait_timeout, SESSION lock_wait_timeout = 5;\n\n\
             ALTER TABLE `shops`.`stock` ADD COLUMN `version` BIGINT NOT NULL DEFAULT 1;\n\n\
             SET SESSION lock_wait_timeout = @concurrency_lock_wait_timeout;\n",
        ]
    );
    for engine in ENGINES {
        let down = add_version_column(&spec, engine).down_sql();
        assert!(down.contains("stock") && down.contains(" DROP COLUMN "), "{down}");
    }
}

#[test]
fn the_way_back_is_in_the_opposite_order_and_the_limit_is_put_back_last() {
    let articles = TriggerSpec::new("articles", ["id"], "version");
    let change = create_triggers([&articles, &stock()], Engine::Mysql);
    let limited = |statements: Vec<String>| {
        let mut script = change.up()[..1].to_vec();
        script.extend(statements);
        script.push("SET SESSION lock_wait_timeout = @concurrency_lock_wait_timeout".to_owned());
        script
    };
    assert_eq!(change.up(), limited([articles.create(Engine::Mysql), stock().create(Engine::Mysql)].concat()));
    assert_eq!(change.down(), limited([stock().drop(Engine::Mysql), articles.drop(Engine::Mysql)].concat()));
}
