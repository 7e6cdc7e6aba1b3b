//! Triggers of a table that others use: after five seconds the error names the users, and there is another try on
//! request.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;

use super::Blog;
use crate::engine::NAME;

/// Another program's transaction, for which CREATE TRIGGER and DROP TRIGGER wait.
const HOLD: &str = "UPDATE articles SET title = title";

fn begin() -> &'static str {
    if NAME == "sqlite" { "BEGIN IMMEDIATE" } else { "BEGIN" }
}

#[test]
fn a_table_in_use_is_waited_for_and_its_users_are_named() {
    let mut blog = Blog::new();
    blog.execute("INSERT INTO articles VALUES (1, 'a', 1)");
    let mut holder = blog.database.connect();
    holder.batch_execute(begin()).unwrap();
    holder.batch_execute(HOLD).unwrap();
    for command in ["create", "drop"] {
        if command == "drop" {
            holder.batch_execute("COMMIT").unwrap();
            assert_eq!(blog.triggers(&["create"]).code, Some(0));
            holder.batch_execute(begin()).unwrap();
            holder.batch_execute(HOLD).unwrap();
        }
        let start = Instant::now();
        let ran = blog.triggers(&[command]);
        let waited = start.elapsed();
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(Duration::from_secs(4) < waited && waited < Duration::from_secs(25), "{waited:?}");
        let beginning =
            if NAME == "sqlite" { "error: articles is in use: " } else { "error: articles is in use by connection " };
        assert!(ran.err.starts_with(beginning), "{ran:?}");
        let end = "; wait for the transactions that have read or written it, and try again\n";
        assert!(ran.err.ends_with(end), "{ran:?}");
    }
    holder.batch_execute("COMMIT").unwrap();
    assert_eq!(blog.triggers(&["drop"]).code, Some(0));
    assert_eq!(blog.list(), [""; 0]);
}

/// No other user waits longer than that.
#[test]
fn readers_go_on_and_another_try_succeeds() {
    let mut blog = Blog::new();
    let mut holder = blog.database.connect();
    holder.batch_execute(begin()).unwrap();
    holder.batch_execute(HOLD).unwrap();
    let longest = thread::scope(|scope| {
        let running = scope.spawn(|| {
            thread::sleep(Duration::from_secs(8));
            holder.batch_execute("COMMIT").unwrap();
        });
        let mut reader = blog.database.connect();
        let reading = scope.spawn(move || {
            let mut longest = Duration::ZERO;
            for _ in 0..40 {
                let start = Instant::now();
                reader.batch_execute("SELECT title FROM articles").unwrap();
                longest = longest.max(start.elapsed());
                thread::sleep(Duration::from_millis(250));
            }
            longest
        });
        let created = blog.triggers(&["create", "--retries", "5"]);
        created.expect(0, "created trigger concurrency_articles_version on articles\n", "");
        running.join().unwrap();
        reading.join().unwrap()
    });
    assert!(longest < Duration::from_secs(8), "{longest:?}");
    blog.expect_advance("articles", 1);
}
