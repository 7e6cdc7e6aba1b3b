//! `create`, `list`, `check` and `drop` on one database.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use concurrency_diesel::triggers::{TriggerSpec, create_triggers};
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};

use super::Blog;
use crate::engine::{NAME, QUOTE};
use crate::project::Ran;

#[test]
fn triggers_are_created_once_and_dropped_once() {
    let mut blog = Blog::with_two_models();
    let articles = "trigger concurrency_articles_version on articles\n";
    let posts = "trigger concurrency_posts_version on posts\n";

    blog.expect_advance("articles", 0);
    blog.triggers(&["create"]).expect(0, &format!("created {articles}created {posts}"), "");
    blog.expect_advance("articles", 1);
    blog.expect_advance("posts", 1);
    blog.triggers(&["create"]).expect(0, "nothing to create: the database has all 2 triggers\n", "");
    let listed = ["articles", "posts"]
        .map(|table| format!("trigger concurrency_{table}_version on {}", blog.database.full_name(table)));
    assert_eq!(blog.listed(), listed);
    blog.triggers(&["check"]).expect(0, &format!("ok {articles}ok {posts}"), "");

    blog.triggers(&["drop"]).expect(0, &format!("dropped {articles}dropped {posts}"), "");
    blog.expect_advance("articles", 0);
    blog.triggers(&["drop"]).expect(0, "nothing to drop: the database has none of the triggers\n", "");
    assert_eq!(blog.list(), [""; 0]);
    if NAME != "postgres" {
        blog.triggers(&["list"]).expect(0, "the database has none of our triggers\n", "");
    }
}

#[test]
fn only_what_is_missing_is_created() {
    let blog = Blog::new();
    assert_eq!(blog.triggers(&["create"]).code, Some(0));
    blog.write_models(
        &crate::project::MODELS.replace("#[concurrent(version)]", "#[concurrent(version = TriggerVersionField)]"),
    );
    blog.triggers(&["create"]).expect(0, "created trigger concurrency_posts_version on posts\n", "");
}

#[test]
fn a_dry_run_prints_sql_and_does_nothing() {
    let blog = Blog::new();
    let created = blog.triggers(&["create", "--dry-run"]);
    assert!(
        created.code == Some(0)
            && created.out.contains(&format!("CREATE TRIGGER {QUOTE}concurrency_articles_version{QUOTE}\n")),
        "{created:?}"
    );
    assert_eq!(blog.list(), [""; 0]);
    assert_eq!(blog.triggers(&["create"]).code, Some(0));
    let dropped = blog.triggers(&["drop", "--dry-run"]);
    assert!(
        dropped.code == Some(0)
            && dropped.out.contains(&format!("DROP TRIGGER IF EXISTS {QUOTE}concurrency_articles_version{QUOTE}")),
        "{dropped:?}"
    );
    assert_eq!(blog.list(), ["concurrency_articles_version"]);
}

#[test]
fn list_and_check_can_be_read_by_programs() {
    let blog = Blog::with_two_models();
    blog.project.write("src/main.rs", "mod models;\nmod schema;\ninclude!(\"more.rs\");\n");
    assert_eq!(blog.triggers(&["create"]).code, Some(0));

    let list: Value = serde_json::from_str(&blog.triggers(&["list", "--format", "json"]).out).unwrap();
    let own: Vec<&Value> = blog.own(&list).collect();
    let [first, _] = own.as_slice() else { panic!("{list}") };
    assert_eq!(
        (&first["table"], &first["name"], &first["enabled"]),
        (&json!("articles"), &json!("concurrency_articles_version"), &json!(true))
    );
    assert!(first["definition"].as_str().unwrap().contains("/* concurrency-diesel 1 */"), "{first}");
    let full_name = format!("{}.articles", first["schema"].as_str().unwrap());
    assert_eq!(full_name, blog.database.full_name("articles"));

    let check = blog.triggers(&["check", "--format", "json"]);
    let trigger = |table: &str| json!({ "schema": null, "table": table, "column": "version", "name": format!("concurrency_{table}_version"), "state": "ok", "problem": null });
    let reason = "what `include!` brings in is not read; name that file with --source";
    let expected = json!({
        "triggers": [trigger("articles"), trigger("posts")],
        "others": [],
        "skipped": [{ "file": "src/main.rs", "line": 3, "reason": reason }],
    });
    assert_eq!(serde_json::from_str::<Value>(&check.out).unwrap(), expected);
    assert_eq!((check.code, check.err), (Some(0), format!("skipped: src/main.rs:3: {reason}\n")));
}

#[test]
fn no_models_is_nothing_to_do() {
    let blog = Blog::new();
    blog.write_models("");
    for command in ["create", "drop"] {
        blog.triggers(&[command]).expect(0, "nothing to do: no model has a TriggerVersionField\n", "");
    }
    blog.triggers(&["check"]).expect(0, "nothing to check: no model has a TriggerVersionField\n", "");
}

/// PostgreSQL reads the newest catalog for the text of a trigger that an older one showed.
#[test]
fn a_list_is_complete_while_others_create_and_drop() {
    let mut blog = Blog::with_two_models();
    assert_eq!(blog.triggers(&["create"]).code, Some(0));
    blog.execute("CREATE TABLE comments (id BIGINT PRIMARY KEY, title VARCHAR(9), version BIGINT NOT NULL)");
    let comments = TriggerSpec::new("comments", ["id"], "version");
    let engine = NAME.parse().unwrap();
    let is_done = AtomicBool::new(false);
    let mut other = blog.database.connect();
    std::thread::scope(|scope| {
        let rounds = scope.spawn(|| {
            let mut rounds = 0_u32;
            while !is_done.load(Ordering::Relaxed) {
                // SQLite is locked at times, and a reader must get a turn in between.
                std::thread::sleep(Duration::from_millis(1));
                let created = create_triggers([&comments], engine);
                let _ = other.batch_execute(&created.up_sql());
                let _ = other.batch_execute(&created.down_sql());
                rounds += 1;
            }
            rounds
        });
        // Checked after the other thread has ended, because a panic would not end it.
        let lists: Vec<Ran> = (0..50).map(|_| blog.triggers(&["list"])).collect();
        is_done.store(true, Ordering::Relaxed);
        assert!(rounds.join().unwrap() > 1);
        for ran in lists {
            assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
            for table in ["articles", "posts"] {
                let own = format!("trigger concurrency_{table}_version on {}\n", blog.database.full_name(table));
                assert_eq!(ran.out.matches(&own).count(), 1, "{}", ran.out);
            }
        }
    });
}
