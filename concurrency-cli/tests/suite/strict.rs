//! `--strict`: a write that sets the version to anything but the next one is refused.

use concurrency_diesel::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::Blog;
use crate::engine::{ALTER, DISABLE};
use crate::project::MODELS;

const NAME: &str = "trigger concurrency_articles_version on articles";

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        version -> BigInt,
    }
}

#[derive(Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
pub struct Article {
    pub id: i64,
    pub title: String,
    #[concurrent(version = TriggerVersionField)]
    pub version: i64,
}

/// Whether a write that jumps ahead is refused. Writes that leave the version, and our own saves, advance it by one.
#[track_caller]
fn refuses_jumps(blog: &mut Blog) -> bool {
    blog.expect_advance("articles", 1);
    blog.execute("DELETE FROM articles; INSERT INTO articles (id, title, version) VALUES (1, 'a', 1)");
    let mut article: Article =
        articles::table.find(1).select(Article::as_select()).first(&mut blog.connection).unwrap();
    article.title = "ours".to_owned();
    article.save_concurrent(&mut blog.connection).unwrap();
    assert_eq!((article.version, blog.number("SELECT version FROM articles WHERE title = 'ours'")), (2, 2));

    let Err(refused) = blog.connection.batch_execute("UPDATE articles SET title = 'theirs', version = 9") else {
        assert_eq!(blog.number("SELECT count(*) FROM articles WHERE title = 'theirs'"), 1);
        return false;
    };
    assert!(refused.to_string().contains("the version of a row may only advance by one"), "{refused}");
    assert_eq!(blog.number("SELECT version FROM articles WHERE title = 'ours'"), 2);
    for set in ["version = 1", "version = 4", "version = -3"] {
        blog.connection.batch_execute(&format!("UPDATE articles SET {set}")).unwrap_err();
    }
    true
}

#[test]
fn created_triggers_are_of_the_form_that_is_asked_for() {
    let mut blog = Blog::new();
    let nothing = "nothing to create: the database has all 1 triggers\n";
    for _ in 0..2 {
        blog.triggers(&["create", "--strict"]).expect(0, &format!("created strict {NAME}\n"), "");
        assert!(refuses_jumps(&mut blog));
        blog.triggers(&["create", "--strict"]).expect(0, nothing, "");
        blog.triggers(&["check"]).expect(0, &format!("ok {NAME}\n"), "");
        assert_eq!(blog.list(), ["concurrency_articles_version"]);

        blog.triggers(&["create"]).expect(0, &format!("created {NAME}\n"), "");
        assert!(!refuses_jumps(&mut blog));
        blog.triggers(&["create"]).expect(0, nothing, "");
        assert_eq!(blog.list(), ["concurrency_articles_version"]);
    }
    assert_eq!(blog.triggers(&["create", "--strict"]).code, Some(0));
    blog.triggers(&["drop"]).expect(0, &format!("dropped {NAME}\n"), "");
    assert_eq!(blog.list(), [""; 0]);
}

/// Triggers in the other form are replaced, and missing ones are created.
#[test]
fn several_triggers_become_strict_at_once() {
    let mut blog = Blog::new();
    assert_eq!(blog.triggers(&["create"]).code, Some(0));
    blog.write_models(&MODELS.replace("#[concurrent(version)]", "#[concurrent(version = TriggerVersionField)]"));
    let created = format!("created strict {NAME}\ncreated strict trigger concurrency_posts_version on posts\n");
    blog.triggers(&["create", "--strict"]).expect(0, &created, "");
    assert!(refuses_jumps(&mut blog));
    blog.expect_advance("posts", 1);
    blog.connection.batch_execute("UPDATE posts SET version = version + 2").unwrap_err();
}

#[test]
fn altered_and_disabled_triggers_are_created_strict() {
    let mut blog = Blog::new();
    for break_it in [Some(ALTER), DISABLE].into_iter().flatten() {
        assert_eq!(blog.triggers(&["create", "--strict"]).code, Some(0));
        blog.execute(break_it);
        assert_eq!(blog.triggers(&["check"]).code, Some(1));
        blog.triggers(&["create", "--strict"]).expect(0, &format!("created strict {NAME}\n"), "");
        assert!(refuses_jumps(&mut blog));
        assert_eq!(blog.triggers(&["drop"]).code, Some(0));
    }
}

#[test]
fn generated_strict_triggers_are_run_and_reverted() {
    let mut blog = Blog::new();
    let generated = blog.triggers(&["generate", "--strict"]);
    assert!(generated.code == Some(0) && generated.out.contains(&format!("\n  strict {NAME}\n")), "{generated:?}");
    blog.migrate();
    assert!(refuses_jumps(&mut blog));
    blog.triggers(&["check"]).expect(0, &format!("ok {NAME}\n"), "");
    let nothing = "nothing to write: the migrations have all 1 triggers\n";
    blog.triggers(&["generate", "--strict"]).expect(0, nothing, "");

    blog.revert();
    assert_eq!(blog.list(), [""; 0]);
    blog.expect_advance("articles", 0);
    blog.migrate();
    assert!(refuses_jumps(&mut blog));
    blog.revert_all();
    assert_eq!(blog.list(), [""; 0]);
}

/// Undoing a migration restores the form from before it.
#[test]
fn a_migration_replaces_the_form_of_an_earlier_one() {
    let mut blog = Blog::new();
    for arguments in [&["generate"][..], &["generate", "--strict"], &["generate"]] {
        let generated = blog.triggers(arguments);
        assert!(generated.code == Some(0) && generated.out.starts_with("wrote "), "{generated:?}");
        blog.migrate();
        assert_eq!(refuses_jumps(&mut blog), arguments.contains(&"--strict"));
    }
    blog.revert();
    assert!(refuses_jumps(&mut blog));
    blog.revert();
    assert!(!refuses_jumps(&mut blog));
    blog.revert();
    assert_eq!(blog.list(), [""; 0]);
}

#[test]
fn a_version_column_comes_with_a_strict_trigger() {
    let mut blog = Blog::new();
    blog.execute(
        "CREATE TABLE comments (id BIGINT PRIMARY KEY, title VARCHAR(200)); INSERT INTO comments VALUES (1, 'old')",
    );
    let added = blog.project.run(&["add-version", "--table", "comments", "--trigger", "--strict", "--key", "id"]);
    let written = "\n  column version of comments\n  strict trigger concurrency_comments_version on comments\n";
    assert!(added.code == Some(0) && added.out.contains(written), "{added:?}");
    blog.migrate();
    blog.execute("UPDATE comments SET title = 'new'; UPDATE comments SET version = version + 1");
    blog.connection.batch_execute("UPDATE comments SET version = version + 2").unwrap_err();
    assert_eq!(blog.number("SELECT version FROM comments"), 3);
    blog.revert();
    assert_eq!(blog.list(), [""; 0]);
}
