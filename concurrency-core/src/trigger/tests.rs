//! The SQL as text. That it does what it says is shown on the engines, by the suite.

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
WHEN NEW."version" IS NULL OR NEW."version" <= OLD."version"
BEGIN
    /* concurrency-diesel 1 */
    SELECT RAISE(ABORT, 'the version of the row is at the maximum') WHERE OLD."version" >= 9223372036854775807;
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
    assert_eq!(
        stock().in_schema("shops").create(Engine::Postgres),
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
WHEN (NEW."version" IS DISTINCT FROM COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1)
EXECUTE FUNCTION "shops"."concurrency_stock_version"()"#,
        ]
    );
    assert_eq!(
        stock().in_schema("shops").drop(Engine::Postgres),
        [
            r#"DROP TRIGGER IF EXISTS "concurrency_stock_version" ON "shops"."stock""#,
            r#"DROP FUNCTION IF EXISTS "shops"."concurrency_stock_version"()"#,
        ]
    );
}

#[test]
fn mysql_sets_the_version_in_one_statement() {
    assert_eq!(
        stock().in_schema("shops").create(Engine::Mysql),
        ["CREATE TRIGGER `shops`.`concurrency_stock_version`\n\
          BEFORE UPDATE ON `shops`.`stock`\n\
          FOR EACH ROW\n\
          SET /* concurrency-diesel 1 */ NEW.`version` = COALESCE(OLD.`version`, 0) + 1"]
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
    for list in ENGINES.map(Engine::list_triggers) {
        assert!(list.sql.concat().contains(TRIGGER_MARKER) && list.parameters.is_empty());
    }
}

/// Whatever a name holds, it stays a name.
#[test]
fn names_cannot_end_their_quotes() {
    let evil = r#"a"; DROP TABLE b; -- `; DROP TABLE b; -- '$concurrency$ {version}"#;
    let spec = TriggerSpec::new(evil, [evil], evil).in_schema(evil).named(evil);
    for (engine, quote) in [(Engine::Sqlite, '"'), (Engine::Postgres, '"'), (Engine::Mysql, '`')] {
        let quoted = format!("{quote}{}{quote}", evil.replace(quote, &format!("{quote}{quote}")));
        let cut = name::cut(evil);
        let cut = format!("{quote}{}{quote}", cut.replace(quote, &format!("{quote}{quote}")));
        let change = add_version_column(&spec, engine).then(create_triggers([&spec], engine));
        for statement in change.up().iter().chain(change.down()) {
            let rest = statement.replace(&quoted, "").replace(&cut, "");
            assert!(!rest.contains("DROP TABLE"), "{engine}: {statement}");
        }
    }
    let [function, _] = &spec.create(Engine::Postgres)[..] else { panic!("two statements") };
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
            "SET LOCAL lock_timeout = '5s';\n\n\
             ALTER TABLE \"shops\".\"stock\" ADD COLUMN \"version\" BIGINT NOT NULL DEFAULT 1;\n",
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
fn the_way_back_is_in_the_opposite_order() {
    let articles = TriggerSpec::new("articles", ["id"], "version");
    let change = create_triggers([&articles, &stock()], Engine::Mysql);
    assert_eq!(change.up(), [articles.create(Engine::Mysql), stock().create(Engine::Mysql)].concat());
    assert_eq!(change.down(), [stock().drop(Engine::Mysql), articles.drop(Engine::Mysql)].concat());
}

fn found(table: Option<&str>, name: &str, definition: &str, body: Option<&str>) -> FoundTrigger {
    FoundTrigger {
        table_schema: None,
        table_name: table.map(ToOwned::to_owned),
        trigger_name: name.to_owned(),
        definition: definition.to_owned(),
        body: body.map(ToOwned::to_owned),
        function_name: None,
        is_enabled: true,
    }
}

#[test]
fn a_found_trigger_is_intact_in_one_form_or_the_other_altered_disabled_foreign_or_elsewhere() {
    let spec = stock();
    let name = spec.name();
    let event = "BEFORE UPDATE FOR EACH ROW";
    let body = "SET /* concurrency-diesel 1 */ NEW.`version` = COALESCE(OLD.`version`, 0) + 1";
    let state = |found: &[FoundTrigger]| format!("{:?}", spec.state(Engine::Mysql, found));
    let begins = |found: FoundTrigger, state_name: &str| {
        let state = state(std::slice::from_ref(&found));
        assert_eq!(state, format!("{state_name}({found:?})"));
    };

    assert_eq!(state(&[]), "Missing");
    begins(found(Some("stock"), &name, event, Some(body)), "Intact");
    begins(found(Some("stock"), "of a renamed table", event, Some(body)), "Intact");
    begins(FoundTrigger { is_enabled: false, ..found(Some("stock"), &name, event, Some(body)) }, "Disabled");
    let strict_body = include_str!("mysql/strict_body.sql").lines().skip(1).collect::<Vec<_>>().join("\n");
    let strict = found(Some("stock"), &name, event, Some(&strict_body.replace("{version}", "`version`")));
    begins(strict.clone(), "OtherForm");
    assert_eq!(
        spec.clone().strict().state(Engine::Mysql, std::slice::from_ref(&strict)),
        TriggerState::Intact(&strict)
    );
    begins(FoundTrigger { is_enabled: false, ..strict }, "Disabled");
    begins(found(Some("stock"), &name, "AFTER UPDATE FOR EACH ROW", Some(body)), "Altered");
    begins(found(Some("stock"), &name, event, Some(&body.replace("+ 1", "+ 2"))), "Altered");
    begins(found(Some("other"), &name, event, Some(body)), "OnAnotherTable");
    begins(found(Some("stock"), &name, event, Some("SET NEW.version = 1")), "Foreign");
    begins(found(None, &name, "", Some("BEGIN END")), "Foreign");
    assert_eq!(state(&[found(Some("stock"), "theirs", event, Some("SET NEW.version = 1"))]), "Missing");
    assert_eq!(state(&[found(None, &name, "", Some(body))]), "Missing", "a function that was left over");
    let of_another_column = body.replace("version`", "rev`");
    assert_eq!(state(&[found(Some("stock"), "other_version", event, Some(&of_another_column))]), "Missing");
}

#[test]
fn postgres_writes_a_trigger_in_its_own_way() {
    let spec = stock();
    let definition = "CREATE TRIGGER concurrency_stock_version BEFORE UPDATE ON public.stock FOR EACH ROW WHEN \
         ((new.version IS DISTINCT FROM (COALESCE((old.version)::integer, 0) + 1))) EXECUTE FUNCTION \
         public.concurrency_stock_version()";
    let body = "\nBEGIN\n    /* concurrency-diesel 1 */\n    NEW.\"version\" := COALESCE(OLD.\"version\", 0) \
                OPERATOR(pg_catalog.+) 1;\n    RETURN NEW;\nEND\n";
    let mut trigger = found(Some("stock"), "concurrency_stock_version", definition, Some(body));
    trigger.table_schema = Some("public".to_owned());
    assert!(matches!(spec.state(Engine::Postgres, &[trigger.clone()]), TriggerState::Intact(_)));
    for (from, to) in [("BEFORE", "AFTER"), ("UPDATE", "INSERT OR UPDATE"), ("+ 1", "+ 2"), ("ROW WHEN", "ROW AND")] {
        let altered = FoundTrigger { definition: definition.replace(from, to), ..trigger.clone() };
        assert!(matches!(spec.state(Engine::Postgres, &[altered]), TriggerState::Altered(_)), "{to}");
    }
    trigger.body = Some(body.replace("RETURN NEW", "RETURN OLD"));
    assert!(matches!(spec.state(Engine::Postgres, &[trigger]), TriggerState::Altered(_)));
}
