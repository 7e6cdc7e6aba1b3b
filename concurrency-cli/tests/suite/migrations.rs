//! Generated migrations, which Diesel runs and reverts together with the project's own.

use super::Blog;

#[test]
fn generated_triggers_are_run_and_reverted() {
    let mut blog = Blog::new();
    let generated = blog.triggers(&["generate"]);
    assert_eq!((generated.code, generated.err.as_str()), (Some(0), ""));
    blog.migrate();
    blog.triggers(&["check"]).expect(0, "ok trigger concurrency_articles_version on articles\n", "");
    blog.triggers(&["create"]).expect(0, "nothing to create: the database has all 1 triggers\n", "");
    blog.expect_advance("articles", 1);
    blog.expect_advance("posts", 0);

    blog.revert();
    assert_eq!(blog.list(), [""; 0]);
    blog.expect_advance("articles", 0);
    blog.migrate();
    blog.expect_advance("articles", 1);
    blog.revert_all();
    assert_eq!(blog.list(), [""; 0]);
    blog.migrate();
    assert_eq!(blog.list(), ["concurrency_articles_version"]);
}

#[test]
fn a_second_migration_adds_a_second_model() {
    let mut blog = Blog::new();
    assert_eq!(blog.triggers(&["generate"]).code, Some(0));
    blog.migrate();
    blog.write_models(
        &crate::project::MODELS.replace("#[concurrent(version)]", "#[concurrent(version = TriggerVersionField)]"),
    );
    assert_eq!(blog.triggers(&["check"]).code, Some(1));
    assert_eq!(blog.triggers(&["generate"]).code, Some(0));
    blog.migrate();
    assert_eq!(blog.triggers(&["check"]).code, Some(0));
    blog.revert();
    assert_eq!(blog.list(), ["concurrency_articles_version"]);
}

/// Only SQLite's trigger depends on the key.
#[test]
fn another_key_replaces_the_trigger() {
    let mut blog = Blog::new();
    assert_eq!(blog.triggers(&["generate"]).code, Some(0));
    blog.migrate();
    let models =
        crate::project::MODELS.replacen("table_name = articles", "table_name = articles, primary_key(title, id)", 1);
    blog.write_models(&models);
    let has_changed = crate::engine::NAME == "sqlite";
    assert_eq!(blog.triggers(&["check"]).code, Some(i32::from(has_changed)));
    let generated = blog.triggers(&["generate"]);
    assert_eq!(generated.out.starts_with("wrote "), has_changed, "{generated:?}");
    blog.migrate();
    assert_eq!(blog.triggers(&["check"]).code, Some(0));
    blog.expect_advance("articles", 1);
    if has_changed {
        blog.revert();
        assert_eq!(blog.triggers(&["check"]).code, Some(1));
    }
    blog.write_models(crate::project::MODELS);
    assert_eq!(blog.triggers(&["check"]).code, Some(0));
    blog.revert_all();
}

#[test]
fn a_version_column_and_its_trigger_come_and_go() {
    let mut blog = Blog::new();
    blog.execute("CREATE TABLE comments (id BIGINT PRIMARY KEY, title VARCHAR(200)); INSERT INTO comments VALUES (1, 'old'), (2, 'older')");
    let added = blog.project.run(&["add-version", "--table", "comments", "--trigger", "--key", "id"]);
    assert_eq!((added.code, added.err.as_str()), (Some(0), ""));
    blog.migrate();
    assert_eq!(blog.number("SELECT count(*) FROM comments WHERE version = 1"), 2);
    blog.execute(
        "INSERT INTO comments (id, title) VALUES (3, 'new'); UPDATE comments SET title = 'theirs' WHERE id > 1",
    );
    assert_eq!([1, 2, 3].map(|id| blog.number(&format!("SELECT version FROM comments WHERE id = {id}"))), [1, 2, 2]);
    assert_eq!(blog.list(), ["concurrency_comments_version"]);
    blog.revert();
    assert_eq!(blog.list(), [""; 0]);
    assert!(
        diesel::connection::SimpleConnection::batch_execute(&mut blog.connection, "SELECT version FROM comments")
            .is_err()
    );
    blog.execute("UPDATE comments SET title = 'theirs'");
    blog.migrate();
    assert_eq!(blog.number("SELECT count(*) FROM comments WHERE version = 1"), 3);
    blog.revert_all();
}
