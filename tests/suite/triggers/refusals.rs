//! If a trigger cannot be created, the error says why, and nothing changes.

use crate::library::triggers::{self, Error, Problem, TriggerSpec};
use diesel::connection::SimpleConnection as _;

use super::{DRAFTS_TRIGGER, Draft, foreign, insert, versions, with_table};
use crate::engine;

#[track_caller]
fn refused(spec: TriggerSpec, conn: &mut engine::TestConnection, message: &str) {
    let before = engine::all_triggers(conn);
    for refused in [
        triggers::create_specs(std::slice::from_ref(&spec), conn).map(|_| ()),
        triggers::check_specs(std::slice::from_ref(&spec), conn).map(|_| ()),
    ] {
        assert_eq!(refused.unwrap_err().to_string(), message);
    }
    assert_eq!(engine::all_triggers(conn), before);
}

#[test]
fn a_table_that_is_not_there() {
    let (_database, conn) = &mut with_table();
    let spec = TriggerSpec::new("nowhere", ["id"], "version");
    refused(spec.clone(), conn, "there is no table nowhere; create it before its trigger");
    let error = triggers::drop_specs(&[spec], conn).unwrap_err();
    assert!(matches!(&error, Error::MissingTable { table } if table == "nowhere"), "{error:?}");

    let spec = TriggerSpec::new("drafts", ["id"], "version").in_schema("concurrency_nowhere");
    let error = triggers::create_specs(&[spec], conn).unwrap_err();
    assert!(error.to_string().contains("concurrency_nowhere"), "{error}");
}

#[test]
fn a_view_is_no_table() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("CREATE VIEW papers AS SELECT * FROM drafts").unwrap();
    let spec = TriggerSpec::new("papers", ["id"], "version");
    refused(spec, conn, "there is no table papers; create it before its trigger");
}

#[test]
fn a_column_that_is_not_there() {
    let (_database, conn) = &mut with_table();
    let remedy = "add it before the trigger, or correct the model";
    refused(TriggerSpec::new("drafts", ["id"], "revision"), conn, &format!("drafts has no column revision; {remedy}"));
    let spec = TriggerSpec::new("drafts", ["id", "part"], "version");
    refused(spec, conn, &format!("drafts has no column part; {remedy}"));
}

#[test]
fn a_version_column_that_cannot_count() {
    let (_database, conn) = &mut with_table();
    let message = format!(
        "the version column text of drafts is of type {}; a trigger needs SMALLINT, INTEGER or BIGINT",
        engine::VARCHAR
    );
    refused(TriggerSpec::new("drafts", ["id"], "text"), conn, &message);
}

/// A foreign trigger has its name. That trigger stays and works as before.
#[test]
fn a_name_that_belongs_to_somebody_else() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute(engine::FOREIGN_TRIGGER).unwrap();
    let before = engine::all_triggers(conn);
    let error = triggers::create::<Draft, _>(conn).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the name concurrency_drafts_version, meant for the trigger of drafts, belongs to one that this library did not make; \
         rename that, or name ours with `#[concurrent(trigger_name = \"…\")]`"
    );
    triggers::drop::<Draft, _>(conn).unwrap_err();
    assert_eq!(engine::all_triggers(conn), before);
    insert(1, 1, conn);
    foreign("UPDATE drafts SET text = 'x'", conn);
    assert_eq!(versions(conn), [1000], "the foreign trigger fires");

    // With another name, ours is there as well.
    let spec = TriggerSpec::new("drafts", ["id"], "version").named("drafts advance");
    triggers::create_specs(std::slice::from_ref(&spec), conn).unwrap();
    let sets = Problem::SetsVersion { table: "drafts".to_owned(), trigger: DRAFTS_TRIGGER.to_owned() };
    let problems = triggers::check_specs(std::slice::from_ref(&spec), conn).unwrap();
    let expected = if engine::FOREIGN_TRIGGER_COMES_LATER { vec![sets] } else { vec![] };
    assert_eq!(problems, expected);
    triggers::drop_specs(&[spec], conn).unwrap();
    assert_eq!(engine::all_triggers(conn), before);
    assert!(before.iter().any(|name| name == DRAFTS_TRIGGER));
}

#[test]
fn a_user_who_may_not() {
    let (database, conn) = &mut with_table();
    let guest = &mut engine::without_privilege(database, conn);
    let error = triggers::create::<Draft, _>(guest).unwrap_err();
    let (is_privilege, message) = engine::PRIVILEGE_REFUSED;
    assert_eq!(matches!(&error, Error::MissingPrivilege { table, .. } if table == "drafts"), is_privilege, "{error:?}");
    assert!(error.to_string().contains(message), "{error}");
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
}
