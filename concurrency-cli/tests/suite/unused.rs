//! Triggers whose model was removed are named, and dropped on request.

use super::Blog;
use crate::engine::NAME;
use crate::project::MODELS;

const OK: &str = "ok trigger concurrency_articles_version on articles\n";
const UNUSED: &str =
    "unused no model has the trigger concurrency_posts_version of posts; drop it, unless another program needs it\n";

fn without_posts() -> Blog {
    let blog = Blog::with_two_models();
    assert_eq!(blog.triggers(&["create"]).code, Some(0));
    blog.write_models(MODELS);
    blog
}

#[test]
fn a_trigger_without_model_is_named_and_dropped() {
    let mut blog = without_posts();
    blog.triggers(&["check"]).expect(0, &format!("{OK}{UNUSED}"), "");
    let json: serde_json::Value = serde_json::from_str(&blog.triggers(&["check", "--format", "json"]).out).unwrap();
    assert_eq!(json["others"][0]["state"], "unused");
    let note = "note: no model has the trigger concurrency_posts_version of posts; drop it, unless another program needs it: \
                `triggers drop --unused` does\n";
    blog.triggers(&["create"]).expect(0, "nothing to create: the database has all 1 triggers\n", note);
    blog.expect_advance("posts", 1);
    let dropped = format!("dropped trigger concurrency_posts_version on {}\n", blog.database.full_name("posts"));
    blog.triggers(&["drop", "--unused"]).expect(0, &dropped, "");
    blog.triggers(&["drop", "--unused"]).expect(0, "nothing to drop: a model has each of the triggers\n", "");
    blog.triggers(&["check"]).expect(0, OK, "");
    assert_eq!(blog.list(), ["concurrency_articles_version"]);
    blog.expect_advance("posts", 0);
    blog.expect_advance("articles", 1);
}

/// The column is gone, too. If the engine allows that, every write fails.
#[test]
fn a_trigger_without_model_and_without_column_is_a_problem() {
    let mut blog = without_posts();
    if NAME != "mysql" {
        let dropped = diesel::connection::SimpleConnection::batch_execute(
            &mut blog.connection,
            "ALTER TABLE posts DROP COLUMN version",
        );
        assert!(dropped.is_err(), "the engine keeps the column while its trigger is there");
        return;
    }
    blog.execute("ALTER TABLE posts DROP COLUMN version");
    let leftover = "leftover the trigger concurrency_posts_version of posts is left over, and sets a column that is not there, \
                    so that writes fail; drop it, or create the triggers anew, which drops it\n";
    blog.triggers(&["check"]).expect(1, &format!("{OK}{leftover}"), "");
    assert_eq!(blog.triggers(&["drop", "--unused"]).code, Some(0));
    blog.triggers(&["check"]).expect(0, OK, "");
    blog.execute("INSERT INTO posts (id, title) VALUES (1, 'a'); UPDATE posts SET title = 'b'");
}

#[test]
fn migrations_drop_it_when_they_are_asked_to() {
    let mut blog = Blog::with_two_models();
    assert_eq!(blog.triggers(&["generate"]).code, Some(0));
    blog.migrate();
    blog.write_models(MODELS);
    let note = "note: the migrations create the trigger concurrency_posts_version on posts, which no model here has; --drop-unused drops it\n";
    let nothing = "nothing to write: the migrations have all 1 triggers\n";
    blog.triggers(&["generate"]).expect(0, nothing, note);
    let wrote = blog.triggers(&["generate", "--drop-unused"]);
    assert!(
        wrote.code == Some(0) && wrote.out.contains("\n  without the trigger concurrency_posts_version on posts\n"),
        "{wrote:?}"
    );
    blog.migrate();
    blog.triggers(&["check"]).expect(0, OK, "");
    assert_eq!(blog.list(), ["concurrency_articles_version"]);
    blog.triggers(&["generate", "--drop-unused"]).expect(0, nothing, "");
    blog.revert();
    assert_eq!(blog.list(), ["concurrency_articles_version", "concurrency_posts_version"]);
    blog.expect_advance("posts", 1);
    blog.revert_all();
}
