//! The problems that `check` finds. The exit code is 1.

use diesel::connection::SimpleConnection as _;
use serde_json::Value;

use super::Blog;
use crate::engine::{ALTER, DISABLE, FOREIGN};

const OK: &str = "ok trigger concurrency_posts_version on posts\n";

/// Asserts that `check` finds this problem of the trigger of `articles`, and that `create` repairs it.
#[track_caller]
fn finds(blog: &mut Blog, state: &str, problem: &str) {
    blog.triggers(&["check"]).expect(1, &format!("{state} {problem}\n{OK}"), "");
    let json = blog.triggers(&["check", "--format", "json"]);
    let check: Value = serde_json::from_str(&json.out).unwrap();
    let first = &check["triggers"][0];
    assert_eq!((first["state"].as_str(), first["problem"].as_str()), (Some(state), Some(problem)));
    assert_eq!((check["triggers"][1]["state"].as_str(), json.code), (Some("ok"), Some(1)));
}

#[track_caller]
fn is_put_right(blog: &mut Blog) {
    blog.triggers(&["create"]).expect(0, "created trigger concurrency_articles_version on articles\n", "");
    assert_eq!(blog.triggers(&["check"]).code, Some(0));
    blog.expect_advance("articles", 1);
}

fn created() -> Blog {
    let blog = Blog::with_two_models();
    assert_eq!(blog.triggers(&["create"]).code, Some(0));
    blog
}

#[test]
fn a_trigger_dropped_behind_our_back() {
    let mut blog = created();
    let on_table = if crate::engine::NAME == "postgres" { " ON articles" } else { "" };
    blog.execute(&format!("DROP TRIGGER concurrency_articles_version{on_table}"));
    finds(&mut blog, "missing", "articles has no trigger concurrency_articles_version; create it");
    is_put_right(&mut blog);
}

#[test]
fn a_trigger_with_another_text() {
    let mut blog = created();
    blog.execute(ALTER);
    finds(&mut blog, "altered", "the trigger concurrency_articles_version of articles was altered; create it anew");
    is_put_right(&mut blog);
}

#[test]
fn a_trigger_that_is_disabled() {
    let mut blog = created();
    let Some(disable) = DISABLE else {
        // On the other engines a trigger always fires, so every existing trigger is enabled.
        assert!(blog.listed().iter().all(|line| !line.ends_with("disabled")));
        return;
    };
    blog.execute(disable);
    let listed = format!("trigger concurrency_articles_version on {}, disabled", blog.database.full_name("articles"));
    assert_eq!(blog.listed()[0], listed);
    finds(
        &mut blog,
        "disabled",
        "the trigger concurrency_articles_version of articles is disabled; enable it, or create it anew",
    );
    is_put_right(&mut blog);
}

#[test]
fn a_trigger_that_is_not_ours_is_left_as_it_is() {
    let mut blog = created();
    assert_eq!(blog.triggers(&["drop"]).code, Some(0));
    blog.execute(FOREIGN);
    assert_eq!(blog.list(), [""; 0]);
    let check = blog.triggers(&["check"]);
    assert_eq!(check.code, Some(1));
    let problem = "foreign the name concurrency_articles_version, meant for the trigger of articles, belongs to one that this library did not make\n\
         missing posts has no trigger concurrency_posts_version; create it\n";
    assert_eq!((check.out.as_str(), check.err.as_str()), (problem, ""));
    for command in ["create", "drop"] {
        let message = "error: the name concurrency_articles_version, meant for the trigger of articles, belongs to one that this \
             library did not make; rename that, or name ours with `#[concurrent(trigger_name = \"…\")]`\n";
        blog.triggers(&[command]).expect(2, "", message);
    }
    // It still exists, and nothing else was created.
    assert!(blog.connection.batch_execute(FOREIGN).is_err());
    assert_eq!(blog.list(), [""; 0]);
}

#[test]
fn a_renamed_table_keeps_its_trigger() {
    let mut blog = created();
    blog.execute("ALTER TABLE articles RENAME TO stories");
    blog.triggers(&["check"]).expect(2, "", "error: there is no table articles; create it before its trigger\n");
    let renamed = |name: &str| {
        let path = blog.project.path(name);
        std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replace("articles", "stories")).unwrap();
    };
    renamed("src/schema.rs");
    renamed("src/models.rs");
    assert_eq!(blog.list(), ["concurrency_articles_version", "concurrency_posts_version"]);
    assert_eq!(blog.triggers(&["check"]).code, Some(0));
    blog.expect_advance("stories", 1);
}
