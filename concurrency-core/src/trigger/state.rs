//! What the triggers found on a table mean for the one that is wanted. What they say, `reading` and the engines' files know.

use super::found::{FoundColumn, FoundTrigger};
use super::tokens::{Token, folded, tokens};
use super::{Engine, TriggerSpec, reading};

/// What is to be said of a spec's trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TriggerState<'f> {
    /// It is there and does what it should.
    Intact(&'f FoundTrigger),
    /// It is there in the other form: strict where the spec is not, or not strict where the spec is.
    OtherForm(&'f FoundTrigger),
    /// There is none.
    Missing,
    /// There is one of ours, with another text.
    Altered(&'f FoundTrigger),
    /// It is there and does not fire.
    Disabled(&'f FoundTrigger),
    /// It is there, and fails, because it runs as a user who cannot.
    Powerless(&'f FoundTrigger),
    /// One of ours has its name, on another table.
    OnAnotherTable(&'f FoundTrigger),
    /// Somebody else's trigger has its name, or on PostgreSQL somebody else's function.
    Foreign(&'f FoundTrigger),
    /// One has its name or stands on the table, and the user may not see what it does: MySQL shows that to those who may use TRIGGER.
    Hidden(&'f FoundTrigger),
}

/// What a trigger of ours that is left over does to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leftover {
    /// It writes a column that is gone.
    NamesAMissingColumn,
    /// It does once more what the wanted one does.
    IsASecond,
    /// It is not what we made it.
    IsAltered,
}

impl<'f> TriggerState<'f> {
    /// The trigger of ours that the spec has, in whatever state.
    #[must_use]
    pub const fn own(self) -> Option<&'f FoundTrigger> {
        match self {
            Self::Intact(found)
            | Self::OtherForm(found)
            | Self::Altered(found)
            | Self::Disabled(found)
            | Self::Powerless(found) => Some(found),
            _ => None,
        }
    }
}

pub(super) fn state<'f>(
    spec: &TriggerSpec,
    engine: Engine,
    columns: &[FoundColumn],
    found: &'f [FoundTrigger],
) -> TriggerState<'f> {
    let name = folded(&spec.name(), engine);
    let is_named = |trigger: &&FoundTrigger| folded(&trigger.trigger_name, engine) == name;
    let fires = |trigger: &FoundTrigger| trigger.is_enabled && trigger.obstacle.is_none();
    let find = |form: &TriggerSpec| {
        let is_it = |trigger: &&FoundTrigger| {
            trigger.stands_on(form, engine) && engine.dialect().is_intact(form, columns, trigger)
        };
        found.iter().filter(is_it).max_by_key(|trigger| (fires(trigger), is_named(trigger)))
    };
    match (find(spec), find(&spec.in_other_form())) {
        (Some(trigger), _) if fires(trigger) => return TriggerState::Intact(trigger),
        (_, Some(trigger)) if fires(trigger) => return TriggerState::OtherForm(trigger),
        (Some(trigger), _) | (None, Some(trigger)) if trigger.is_enabled => return TriggerState::Powerless(trigger),
        (Some(trigger), _) | (None, Some(trigger)) => return TriggerState::Disabled(trigger),
        (None, None) => {}
    }
    if let Some(hidden) = found.iter().find(|trigger| trigger.is_hidden(engine)) {
        return TriggerState::Hidden(hidden);
    }
    // A function alone is named like the trigger's, and asked for by that.
    let is_in_the_way = |trigger: &&FoundTrigger| is_named(trigger) || trigger.definition.is_empty();
    if let Some(foreign) = found.iter().filter(is_in_the_way).find(|trigger| !trigger.is_ours(engine)) {
        return TriggerState::Foreign(foreign);
    }
    match found.iter().filter(|trigger| trigger.table_name.is_some()).find(is_in_the_way) {
        Some(trigger) if trigger.stands_on(spec, engine) => TriggerState::Altered(trigger),
        Some(trigger) => TriggerState::OnAnotherTable(trigger),
        None => TriggerState::Missing,
    }
}

/// The triggers of ours on the table that nobody wants: neither the spec's own nor one that guards another column.
pub(super) fn leftovers<'f>(
    spec: &TriggerSpec,
    engine: Engine,
    columns: &[FoundColumn],
    found: &'f [FoundTrigger],
) -> Vec<(&'f FoundTrigger, Leftover)> {
    let own = state(spec, engine, columns, found).own();
    let others = found.iter().filter(|trigger| {
        trigger.stands_on(spec, engine) && !trigger.definition.is_empty() && own.is_none_or(|own| own != *trigger)
    });
    let judge =
        |trigger: &'f FoundTrigger| is_leftover(spec, engine, columns, trigger).map(|leftover| (trigger, leftover));
    others.filter_map(judge).collect()
}

fn is_leftover(
    spec: &TriggerSpec,
    engine: Engine,
    columns: &[FoundColumn],
    trigger: &FoundTrigger,
) -> Option<Leftover> {
    let guards = |column: &&FoundColumn| {
        let spec = TriggerSpec { version: column.column_name.clone(), ..spec.clone() };
        [spec.in_other_form(), spec].iter().any(|spec| engine.dialect().is_intact(spec, columns, trigger))
    };
    match columns.iter().find(guards) {
        Some(column) if folded(&column.column_name, engine) == folded(&spec.version, engine) => {
            Some(Leftover::IsASecond)
        }
        Some(_) => None,
        None if !trigger.is_ours(engine) => None,
        None => {
            let read = reading::version_of(trigger, engine);
            let is_there = |name: &String| columns.iter().any(|column| folded(&column.column_name, engine) == *name);
            Some(if read.iter().all(is_there) { Leftover::IsAltered } else { Leftover::NamesAMissingColumn })
        }
    }
}

/// The triggers of others on the table that set the version when a row is updated, after ours has.
pub(super) fn setting<'f>(
    spec: &TriggerSpec,
    engine: Engine,
    columns: &[FoundColumn],
    found: &'f [FoundTrigger],
) -> Vec<&'f FoundTrigger> {
    let own = state(spec, engine, columns, found).own();
    let own_position = own.and_then(|own| found.iter().position(|trigger| trigger == own));
    let comes_later = |position: usize, trigger: &FoundTrigger| match (own, own_position) {
        (Some(own), _) if engine == Engine::Postgres => trigger.trigger_name > own.trigger_name,
        (_, Some(own)) if engine == Engine::Mysql => position > own,
        _ => true,
    };
    let sets = |trigger: &FoundTrigger| {
        trigger.stands_on(spec, engine)
            && !trigger.definition.is_empty()
            && !trigger.is_ours(engine)
            && fires_on_update(trigger, engine)
    };
    let sets_version = |position: usize, trigger: &FoundTrigger| {
        let program: Vec<Token<'_>> = tokens(trigger.program(), engine).collect();
        (comes_later(position, trigger) && assigns(&program, spec, engine)) || updates(&program, spec, engine)
    };
    let found = found.iter().enumerate().filter(|(_, trigger)| sets(trigger));
    found.filter(|(position, trigger)| sets_version(*position, trigger)).map(|(_, trigger)| trigger).collect()
}

/// Whether UPDATE is among the events, which stand before the table.
fn fires_on_update(trigger: &FoundTrigger, engine: Engine) -> bool {
    let mut events = tokens(&trigger.definition, engine).take_while(|token| !token.is("ON") && !token.is("FOR"));
    events.any(|token| token.is("UPDATE"))
}

/// `NEW.version := …`, or with `=` where a statement begins.
fn assigns(program: &[Token<'_>], spec: &TriggerSpec, engine: Engine) -> bool {
    let version = folded(&spec.version, engine);
    let begins = ["BEGIN", "THEN", "ELSE", "LOOP", "DO", "SET"];
    (0..program.len()).any(|position| {
        let Some([new, dot, column, sign]) = program.get(position..).and_then(<[_]>::first_chunk::<4>) else {
            return false;
        };
        let before = position.checked_sub(1).and_then(|before| program.get(before));
        let is_statement = || {
            before.is_none_or(|before| {
                before.is_sign(";") || before.is_sign(",") || begins.iter().any(|word| before.is(word))
            })
        };
        new.is("NEW")
            && dot.is_sign(".")
            && column.name(engine).is_some_and(|name| name == version)
            && (sign.is_sign(":=") || (sign.is_sign("=") && is_statement()))
    })
}

/// `UPDATE table SET …, version = …`, up to its WHERE.
fn updates(program: &[Token<'_>], spec: &TriggerSpec, engine: Engine) -> bool {
    let is_name = |token: &Token<'_>, name: &str| token.name(engine).is_some_and(|found| found == folded(name, engine));
    (0..program.len()).any(|position| {
        let statement = program.get(position..).unwrap_or_default();
        if !statement.first().is_some_and(|token| token.is("UPDATE")) {
            return false;
        }
        let statement: Vec<_> =
            statement.iter().take_while(|token| !token.is_sign(";") && !token.is("WHERE")).collect();
        // In between stands a table and not much else: not the UPDATE of a trigger's event.
        let next = statement.iter().skip(1).find(|token| token.is("SET") || token.is("UPDATE"));
        let set = statement.iter().position(|token| token.is("SET"));
        let Some(set) = set.filter(|_| next.is_some_and(|next| next.is("SET"))) else { return false };
        let (table, assignments) = statement.split_at(set);
        table.iter().any(|token| is_name(token, spec.table()))
            && assignments.windows(3).any(|window| match window {
                [before, column, sign] => {
                    (before.is("SET") || before.is_sign(",")) && is_name(column, &spec.version) && sign.is_sign("=")
                }
                _ => false,
            })
    })
}

#[cfg(test)]
mod tests {
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
}
