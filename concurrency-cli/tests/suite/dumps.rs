//! A database that was dumped and restored, under its own name or another: its triggers are ours, and guard.

use concurrency_diesel::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::Blog;
use super::strict::{Article, articles};

#[test]
fn a_restored_dump_is_guarded() {
    for (is_strict, under_another_name) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut blog = Blog::new();
        if !blog.database.can_be_dumped() {
            eprintln!("left out: the server is newer than the program that dumps it");
            return;
        }
        let (create, form) = if is_strict { (&["create", "--strict"][..], "strict ") } else { (&["create"][..], "") };
        assert_eq!(blog.triggers(create).code, Some(0));
        blog.execute("INSERT INTO articles VALUES (1, 'a', 1), (2, 'b; \'\' --', 7), (3, 'c', 9223372036854775806)");
        blog.execute("UPDATE articles SET title = 'theirs' WHERE id <> 2");
        let rows = |blog: &mut Blog| -> Vec<(i64, String, i64)> {
            articles::table.order(articles::id).load(&mut blog.connection).unwrap()
        };
        let before = rows(&mut blog);
        assert_eq!(before.iter().map(|row| row.2).collect::<Vec<_>>(), [2, 7, i64::MAX]);

        let mut blog = blog.restored(under_another_name);
        assert_eq!(rows(&mut blog), before, "{form}{under_another_name}");
        let trigger = "trigger concurrency_articles_version on articles";
        blog.triggers(&["check"]).expect(0, &format!("ok {trigger}\n"), "");
        blog.triggers(create).expect(0, "nothing to create: the database has all 1 triggers\n", "");
        assert_eq!(blog.list(), ["concurrency_articles_version"]);

        let article = |blog: &mut Blog| -> Article {
            articles::table.find(1).select(Article::as_select()).first(&mut blog.connection).unwrap()
        };
        let mut stale = article(&mut blog);
        blog.execute("UPDATE articles SET title = 'theirs again' WHERE id = 1");
        assert!(stale.save_concurrent(&mut blog.connection).unwrap_err().is_conflict());
        let mut current = article(&mut blog);
        current.title = "ours".to_owned();
        current.save_concurrent(&mut blog.connection).unwrap();
        assert_eq!((current.version, article(&mut blog).version), (4, 4));
        let jump = blog.connection.batch_execute("UPDATE articles SET version = 1000 WHERE id = 2");
        assert_eq!(jump.is_err(), is_strict);
        blog.connection.batch_execute("UPDATE articles SET title = 'beyond' WHERE id = 3").unwrap_err();

        blog.triggers(&["drop"]).expect(0, &format!("dropped {trigger}\n"), "");
        assert_eq!(blog.list(), [""; 0]);
    }
}
