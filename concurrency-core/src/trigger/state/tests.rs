use super::*;

fn stock() -> TriggerSpec {
    TriggerSpec::new("stock", ["shop", "item"], "version")
}

fn column(name: &str, data_type: &str, base_type: &str) -> FoundColumn {
    FoundColumn::from_row([None, Some(name.into()), Some(data_type.into()), Some(base_type.into())])
}

fn found(table: Option<&str>, name: &str, definition: &str, body: Option<&str>) -> FoundTrigger {
    let text = |text: &str| Some(text.to_owned());
    FoundTrigger::from_row([
        None,
        table.map(ToOwned::to_owned),
        text(name),
        text(definition),
        body.map(ToOwned::to_owned),
        None,
        text("enabled"),
        None,
    ])
}

const EVENT: &str = "BEFORE UPDATE FOR EACH ROW";

fn body(spec: &TriggerSpec) -> String {
    let [create] = &spec.create(Engine::Mysql)[..] else { panic!("one statement") };
    create.splitn(4, '\n').nth(3).unwrap().to_owned()
}

#[test]
fn a_found_trigger_is_intact_in_one_form_or_the_other_altered_disabled_foreign_hidden_or_elsewhere() {
    let spec = stock();
    let name = spec.name();
    let body = body(&spec);
    let columns = [column("version", "bigint", "bigint"), column("rev", "bigint", "bigint")];
    let state = |found: &[FoundTrigger]| format!("{:?}", spec.state(Engine::Mysql, &columns, found));
    let begins = |found: FoundTrigger, state_name: &str| {
        let state = state(std::slice::from_ref(&found));
        assert_eq!(state, format!("{state_name}({found:?})"));
    };
    assert_eq!(state(&[]), "Missing");
    begins(found(Some("stock"), &name, EVENT, Some(&body)), "Intact");
    begins(found(Some("stock"), &name, EVENT, Some(&body.replace("\n   ", "\r\n"))), "Intact");
    begins(found(Some("stock"), "of a renamed table", EVENT, Some(&body)), "Intact");
    begins(FoundTrigger { is_enabled: false, ..found(Some("stock"), &name, EVENT, Some(&body)) }, "Disabled");
    let strict = found(Some("stock"), &name, EVENT, Some(&super::tests::body(&spec.clone().strict())));
    begins(strict.clone(), "OtherForm");
    assert_eq!(
        spec.clone().strict().state(Engine::Mysql, &columns, std::slice::from_ref(&strict)),
        TriggerState::Intact(&strict)
    );
    begins(FoundTrigger { is_enabled: false, ..strict }, "Disabled");
    begins(found(Some("stock"), &name, "AFTER UPDATE FOR EACH ROW", Some(&body)), "Altered");
    begins(found(Some("stock"), &name, EVENT, Some(&body.replace("+ 1,", "+ 2,"))), "Altered");
    begins(found(Some("other"), &name, EVENT, Some(&body)), "OnAnotherTable");
    begins(found(Some("stock"), &name, EVENT, Some("SET NEW.version = 1")), "Foreign");
    begins(found(Some("stock"), &name, EVENT, None), "Hidden");
    begins(found(None, &name, "", Some("BEGIN END")), "Foreign");
    assert_eq!(state(&[found(Some("stock"), "theirs", EVENT, Some("SET NEW.version = 1"))]), "Missing");
    assert_eq!(state(&[found(None, &name, "", Some(&body))]), "Missing", "a function that was left over");
    let of_another_column = body.replace("version`", "rev`");
    assert_eq!(state(&[found(Some("stock"), "other_version", EVENT, Some(&of_another_column))]), "Missing");
}

/// A name with a backtick, and the semicolon behind a statement that was not sent alone.
#[test]
fn a_trigger_is_intact_as_mysql_shows_it() {
    let spec = TriggerSpec::new("stock", ["id"], "a`b");
    let columns = [column("a`b", "bigint", "bigint")];
    let shown = body(&spec).replace("`a``b`", "`aa`bb`");
    for shown in [shown.clone(), format!("{shown};"), format!("{};", body(&spec))] {
        let intact = [found(Some("stock"), &spec.name(), EVENT, Some(&shown))];
        assert_eq!(spec.state(Engine::Mysql, &columns, &intact), TriggerState::Intact(&intact[0]));
    }
    for other in [shown.replace("+ 1,", "+ 2,"), shown.replace("`aa`bb`", "`a`b`"), format!("{shown};;")] {
        let altered = [found(Some("stock"), &spec.name(), EVENT, Some(&other))];
        assert_eq!(spec.state(Engine::Mysql, &columns, &altered), TriggerState::Altered(&altered[0]));
    }
}

#[test]
fn triggers_of_ours_that_nobody_wants_are_left_over() {
    let spec = stock();
    let columns = [column("version", "bigint", "bigint"), column("rev", "bigint", "bigint")];
    let named = |name: &str, version: &str| {
        let spec = TriggerSpec::new("stock", ["id"], version);
        found(Some("stock"), name, EVENT, Some(&body(&spec)))
    };
    let all = [named(&spec.name(), "version"), named("a", "version"), named("b", "rev"), named("c", "gone")];
    let leftovers = spec.leftovers(Engine::Mysql, &columns, &all);
    assert_eq!(leftovers, [(&all[1], Leftover::IsASecond), (&all[3], Leftover::NamesAMissingColumn)]);
    let altered = [found(Some("stock"), "a", EVENT, Some("SET /* concurrency-diesel 1 */ NEW.version = 1"))];
    assert_eq!(spec.leftovers(Engine::Mysql, &columns, &altered), [(&altered[0], Leftover::IsAltered)]);
    let theirs = [found(Some("stock"), "a", EVENT, Some("SET NEW.version = 1"))];
    assert_eq!(spec.leftovers(Engine::Mysql, &columns, &theirs), []);
}

#[test]
fn a_trigger_without_its_mark_is_known_by_what_it_does() {
    let spec = stock();
    for spec in [spec.clone(), spec.strict()] {
        let body = body(&spec).replace("concurrency-diesel 1", "");
        assert!(!found(Some("stock"), "x", EVENT, Some(&body)).is_ours(Engine::Mysql), "the mark is a part of it");
        let [create] = &spec.create(Engine::Sqlite)[..] else { panic!("one statement") };
        let unmarked = create.replace("/* concurrency-diesel 1 */", "");
        assert!(found(Some("stock"), &spec.name(), &unmarked, None).is_ours(Engine::Sqlite));
        assert!(!found(Some("stock"), &spec.name(), &unmarked.replace("+ 1", "+ 2"), None).is_ours(Engine::Sqlite));
        let [function, ..] = &spec.create(Engine::Postgres)[..] else { panic!("statements") };
        let body = function.split("$concurrency$").nth(1).unwrap().replace("/* concurrency-diesel 1 */", "");
        assert!(found(Some("stock"), "x", "", Some(&body)).is_ours(Engine::Postgres));
        assert!(!found(Some("stock"), "x", "", Some(&body.replace("NEW;", "OLD;"))).is_ours(Engine::Postgres));
    }
}

fn postgres(definition: &str, data_type: &str, base_type: &str) -> &'static str {
    let [function, ..] = &stock().create(Engine::Postgres)[..] else { panic!("statements") };
    let body = function.split("$concurrency$").nth(1).unwrap();
    let mut trigger = found(Some("stock"), "concurrency_stock_version", definition, Some(body));
    trigger.table_schema = Some("public".to_owned());
    let columns = [column("version", data_type, base_type)];
    match stock().state(Engine::Postgres, &columns, &[trigger]) {
        TriggerState::Intact(_) => "intact",
        TriggerState::Altered(_) => "altered",
        _ => "other",
    }
}

#[test]
fn postgres_writes_a_condition_in_its_own_way_for_each_type() {
    let definition = |new: &str, old: &str, zero: &str| {
        format!(
            "CREATE TRIGGER concurrency_stock_version BEFORE UPDATE ON public.stock FOR EACH ROW WHEN \
             ((({new} = (COALESCE({old}, {zero}) + 1)) IS NOT TRUE)) EXECUTE FUNCTION concurrency_stock_version()"
        )
    };
    let small = definition("new.version", "(old.version)::integer", "0");
    let integer = definition("new.version", "old.version", "0");
    let big = definition("new.version", "old.version", "(0)::bigint");
    let domain = definition("(new.version)::bigint", "(old.version)::bigint", "(0)::bigint");
    let cases = [
        ("smallint", "smallint", &small),
        ("integer", "integer", &integer),
        ("bigint", "bigint", &big),
        ("d", "bigint", &domain),
    ];
    for (data_type, base_type, own) in cases {
        for (_, _, definition) in cases {
            let expected = if definition == own { "intact" } else { "altered" };
            assert_eq!(postgres(definition, data_type, base_type), expected, "{definition} over {data_type}");
        }
    }
    let qualified = big.replace("= (", "OPERATOR(pg_catalog.=) (").replace("+ 1", "OPERATOR(pg_catalog.+) 1");
    assert_eq!(postgres(&qualified, "bigint", "bigint"), "intact");
    let distinct = "((new.version IS DISTINCT FROM (COALESCE(old.version, (0)::bigint) + 1)))";
    let distinct = format!(
        "CREATE TRIGGER concurrency_stock_version BEFORE UPDATE ON public.stock FOR EACH ROW WHEN {distinct} EXECUTE FUNCTION f()"
    );
    assert_eq!(postgres(&distinct, "bigint", "bigint"), "intact");
    let altered = [
        ("BEFORE", "AFTER"),
        ("UPDATE", "INSERT OR UPDATE"),
        ("UPDATE", "UPDATE OF title"),
        ("+ 1", "+ 2"),
        ("(0)::bigint) + 1", "((0)::bigint + 1))"),
        ("old.version,", "(old.version)::smallint,"),
        ("= (", "OPERATOR(evil.=) ("),
        ("FOR EACH ROW WHEN", "FOR EACH STATEMENT WHEN"),
        ("CREATE", "WITH OPERATORS OF ITS OWN: CREATE"),
    ];
    for (from, to) in altered {
        assert_eq!(postgres(&big.replacen(from, to, 1), "bigint", "bigint"), "altered", "{to}");
    }
}

#[test]
fn whoever_sets_the_version_after_ours_is_found() {
    let columns = [column("version", "bigint", "bigint")];
    let names = |others: &[FoundTrigger]| -> Vec<String> {
        stock().setting(Engine::Mysql, &columns, others).iter().map(|found| found.trigger_name.clone()).collect()
    };
    let own = found(Some("stock"), "own", EVENT, Some(&body(&stock())));
    let with = |name: &str, body: &str| found(Some("stock"), name, EVENT, Some(body));
    let others = [
        with("before ours", "SET NEW.version = 1"),
        own,
        with("sets", "SET NEW.`Version` = 1"),
        with("sets, too", "SET NEW.title = '', NEW.version = OLD.version"),
        with("in a block", "BEGIN IF NEW.title = '' THEN SET NEW.version = 0; END IF; END"),
        with("reads", "BEGIN IF NEW.version = OLD.version THEN SET NEW.title = NEW.version; END IF; END"),
        with("another column", "SET NEW.versions = 1"),
        found(Some("stock"), "at an insert", "BEFORE INSERT FOR EACH ROW", Some("SET NEW.version = 1")),
    ];
    assert_eq!(names(&others), ["sets", "sets, too", "in a block"]);

    let writes =
        |sql: &str| !stock().setting(Engine::Sqlite, &columns, &[found(Some("stock"), "x", sql, None)]).is_empty();
    assert!(writes(
        "CREATE TRIGGER x AFTER UPDATE ON stock BEGIN UPDATE stock SET a = 1, version = 7 WHERE id = NEW.id; END"
    ));
    assert!(!writes("CREATE TRIGGER x AFTER UPDATE ON stock BEGIN UPDATE stock SET a = 1 WHERE version = 7; END"));
    assert!(!writes("CREATE TRIGGER x AFTER INSERT ON stock BEGIN UPDATE stock SET version = 7; END"));
    assert!(!writes("CREATE TRIGGER x AFTER UPDATE ON stock BEGIN UPDATE other SET version = 7; END"));
}

/// Any statement may fill it, or replace the whole row.
#[test]
fn every_way_to_set_the_version_is_found() {
    let columns = [column("version", "bigint", "bigint")];
    let sets = |engine: Engine, definition: &str, body: &str| {
        !stock().setting(engine, &columns, &[found(Some("stock"), "x", definition, Some(body))]).is_empty()
    };
    let mysql = |body: &str| sets(Engine::Mysql, EVENT, body);
    for body in [
        "BEGIN SELECT OLD.version INTO NEW.`version`; END",
        "BEGIN SELECT 1, OLD.version INTO @a, NEW.version FROM t; END",
        "BEGIN OPEN c; FETCH c INTO NEW.version; CLOSE c; END",
        "CALL p(NEW.version, OLD.version)",
    ] {
        assert!(mysql(body), "{body}");
    }
    for body in [
        "BEGIN SELECT NEW.version INTO @a; END",
        "BEGIN SELECT title INTO @a FROM t WHERE version = NEW.version; END",
        "INSERT INTO log VALUES (OLD.version, NEW.version)",
        "INSERT INTO log SELECT OLD.version, NEW.version",
        "BEGIN SELECT OLD.title INTO NEW.title; END",
        "CALL p(NEW.title)",
    ] {
        assert!(!mysql(body), "{body}");
    }
    let before = "CREATE TRIGGER x BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION x()";
    for body in [
        "BEGIN SELECT OLD.version INTO NEW.version; RETURN NEW; END",
        "BEGIN SELECT s.* INTO STRICT NEW FROM stock s; RETURN NEW; END",
        "BEGIN NEW := ROW(NEW.id, OLD.version); RETURN NEW; END",
        "BEGIN new = OLD; RETURN NEW; END",
        "DECLARE r stock; BEGIN r := OLD; RETURN r; END",
        "BEGIN RETURN jsonb_populate_record(NEW, '{}'); END",
        "BEGIN EXECUTE 'SELECT 1' INTO NEW.version USING OLD.id; RETURN NEW; END",
        "BEGIN CALL p(NEW.version); RETURN NEW; END",
        "BEGIN FOR NEW.version IN SELECT 1 LOOP END LOOP; RETURN NEW; END",
        "BEGIN GET DIAGNOSTICS NEW.version = ROW_COUNT; RETURN NEW; END",
        "DECLARE row ALIAS FOR NEW; BEGIN row.version := 1; RETURN row; END",
        "BEGIN UPDATE stock SET (title, version) = ('', 1) WHERE id = 1; RETURN NEW; END",
        "BEGIN INSERT INTO stock VALUES (1) ON CONFLICT (id) DO UPDATE SET version = 1; RETURN NEW; END",
    ] {
        assert!(sets(Engine::Postgres, before, body), "{body}");
    }
    for body in [
        "BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END",
        "BEGIN RETURN COALESCE(NEW, OLD); END",
        "BEGIN RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END",
        "BEGIN IF NEW = OLD THEN RETURN NULL; END IF; NEW.title := upper(NEW.title); RETURN NEW; END",
        "BEGIN IF NEW.version = OLD.version THEN RAISE 'x'; END IF; RETURN NEW; END",
        "BEGIN INSERT INTO log SELECT NEW.*; INSERT INTO log VALUES (NEW.version); RETURN NEW; END",
        "DECLARE n int; BEGIN SELECT INTO n NEW.version + 1; n := NEW.version; PERFORM f(NEW); RETURN NEW; END",
        "DECLARE row ALIAS FOR NEW; BEGIN row.title := ''; RETURN row; END",
        "BEGIN UPDATE stock SET title = coalesce(version, 1), (a, b) = (version, 1) WHERE version = 1; RETURN NEW; END",
        "BEGIN INSERT INTO other VALUES (1) ON CONFLICT (id) DO UPDATE SET version = 1; RETURN NEW; END",
        "BEGIN NEW.updated_at = now(); RETURN NEW; END",
    ] {
        assert!(!sets(Engine::Postgres, before, body), "{body}");
    }
    // The result of an AFTER trigger is ignored.
    let after = before.replace("BEFORE", "AFTER");
    assert!(!sets(Engine::Postgres, &after, "DECLARE r stock; BEGIN RETURN r; END"));
    let sqlite = |body: &str| {
        let sql = format!("CREATE TRIGGER x AFTER UPDATE ON stock BEGIN {body}; END");
        !stock().setting(Engine::Sqlite, &columns, &[found(Some("stock"), "x", &sql, None)]).is_empty()
    };
    assert!(sqlite("INSERT OR REPLACE INTO stock SELECT * FROM stock"));
    assert!(sqlite("REPLACE INTO main.stock VALUES (1, 2)"));
    assert!(sqlite("UPDATE stock SET (title, version) = (1, 2) WHERE id = NEW.id"));
    assert!(!sqlite("INSERT OR REPLACE INTO log SELECT * FROM stock"));
    assert!(!sqlite("INSERT INTO stock SELECT replace(title, 'a', 'b') FROM log"));
}
