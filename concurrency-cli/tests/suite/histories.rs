//! What later migrations do to a trigger, read from their text. If the text does not say, the database is asked.

use std::sync::Barrier;
use std::thread;

use concurrency_diesel::prelude::*;
use concurrency_diesel::triggers::{self, TriggerSpec};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel_migrations::MigrationHarness as _;

use super::Blog;
use super::strict::{Article, articles};
use crate::engine::{FOREIGN, NAME, UNCLEAR};

const OK: &str = "ok trigger concurrency_articles_version on articles\n";
const NOTHING: &str = "nothing to write: the migrations have all 1 triggers\n";

fn generated() -> Blog {
    let mut blog = Blog::new();
    assert_eq!(blog.triggers(&["generate"]).code, Some(0));
    blog.migrate();
    blog
}

fn add_migration(blog: &Blog, up: &str) {
    blog.project.write("migrations/2999-01-01-000000_later/up.sql", &format!("{up};\n"));
    blog.project.write("migrations/2999-01-01-000000_later/down.sql", "SELECT 1;\n");
}

#[test]
fn a_table_that_is_made_anew_gets_its_trigger_again() {
    let mut blog = generated();
    add_migration(
        &blog,
        "CREATE TABLE anew (id BIGINT PRIMARY KEY, title VARCHAR(200) NOT NULL, version BIGINT NOT NULL);
         INSERT INTO anew SELECT * FROM articles; DROP TABLE articles; ALTER TABLE anew RENAME TO articles",
    );
    blog.migrate();
    blog.expect_advance("articles", 0);
    assert!(blog.triggers(&["generate"]).out.starts_with("wrote "));
    blog.migrate();
    blog.expect_advance("articles", 1);
    blog.triggers(&["check"]).expect(0, OK, "");
    blog.triggers(&["generate"]).expect(0, NOTHING, "");
}

/// If the text does not say what became of the trigger, it does not count as existing.
#[test]
fn a_program_inside_a_migration_is_told_of_and_the_database_asked() {
    for (drops, sql) in [(true, UNCLEAR[0]), (false, UNCLEAR[1])] {
        let mut blog = generated();
        add_migration(&blog, sql);
        blog.migrate();
        // Without a database it is created again, whether or not it exists.
        let alone = ["generate", "--dry-run", "--engine", NAME, "--database-url", "gone://"];
        let ran = blog.triggers(&alone);
        assert!(ran.code == Some(0) && ran.out.contains("CREATE TRIGGER"), "{ran:?}");
        assert!(ran.err.starts_with("note: the migrations do not say whether the trigger concurrency_articles_version on articles is there after `"), "{ran:?}");
        assert!(ran.err.ends_with("(no database was asked), so it is created anew\n"), "{ran:?}");

        let ran = blog.triggers(&["generate"]);
        if drops {
            blog.expect_advance("articles", 0);
            assert!(ran.code == Some(0) && ran.out.starts_with("wrote "), "{ran:?}");
            assert!(ran.err.contains("(articles has no trigger concurrency_articles_version; create it)"), "{ran:?}");
        } else {
            ran.expect(0, NOTHING, "");
        }
        blog.migrate();
        blog.expect_advance("articles", 1);
        blog.triggers(&["check"]).expect(0, OK, "");
        blog.triggers(&["generate"]).expect(0, NOTHING, "");
        blog.revert();
        blog.migrate();
        blog.triggers(&["check"]).expect(0, OK, "");
    }
}

/// The trigger of a table's other column stays if a second version column is added.
#[test]
fn a_second_version_column_leaves_the_first_one_its_trigger() {
    let mut blog = generated();
    let added =
        blog.project.run(&["add-version", "--table", "articles", "--column", "revision", "--trigger", "--key", "id"]);
    assert_eq!(added.code, Some(0), "{added:?}");
    blog.migrate();
    blog.triggers(&["check"]).expect(0, &format!("{OK}unused no model has the trigger concurrency_articles_revision of articles; drop it, unless another program needs it\n"), "");
    assert_eq!(blog.list(), ["concurrency_articles_revision", "concurrency_articles_version"]);
    blog.execute("INSERT INTO articles (id, title, version) VALUES (1, 'a', 1); UPDATE articles SET title = 'b'");
    // SQLite's triggers write the row again, which is a write for the other trigger.
    let expected = if NAME == "sqlite" { 32 } else { 22 };
    assert_eq!(blog.number("SELECT version + 10 * revision FROM articles"), expected);
}

/// The library's own migrations check the triggers again if one of the program's migrations is new, whichever tool ran
/// it.
#[test]
fn triggers_chained_with_migrations_come_again() {
    const REBUILD: &str =
        "CREATE TABLE anew (id BIGINT PRIMARY KEY, title VARCHAR(200) NOT NULL, version BIGINT NOT NULL);
         INSERT INTO anew SELECT * FROM articles; DROP TABLE articles; ALTER TABLE anew RENAME TO articles";
    let mut blog = Blog::new();
    let chained = |blog: &mut Blog| {
        let chained = triggers::with_migrations::<(Article,), _>(blog.files());
        blog.connection.run_pending_migrations(chained).unwrap().len()
    };
    let notices = |blog: &mut Blog| {
        blog.execute("DELETE FROM articles; INSERT INTO articles VALUES (1, 'a', 1)");
        let article = articles::table.find(1).select(Article::as_select());
        let mut stale: Article = article.first(&mut blog.connection).unwrap();
        blog.execute("UPDATE articles SET title = 'theirs'");
        assert!(stale.save_concurrent(&mut blog.connection).unwrap_err().is_conflict());
        blog.triggers(&["check"]).expect(0, OK, "");
        let rows = "SELECT count(*) FROM __diesel_schema_migrations WHERE version LIKE '9999%'";
        assert_eq!((blog.number(rows), blog.list()), (1, vec!["concurrency_articles_version".to_owned()]));
    };
    assert_eq!((chained(&mut blog), chained(&mut blog)), (1, 0));
    notices(&mut blog);
    add_migration(&blog, REBUILD);
    assert_eq!((chained(&mut blog), chained(&mut blog)), (2, 0));
    notices(&mut blog);
    // Run by another tool, and dated before the others.
    blog.project.write("migrations/2026-01-02-000000_branch/up.sql", REBUILD);
    blog.project.write("migrations/2026-01-02-000000_branch/down.sql", "SELECT 1");
    blog.migrate();
    assert_eq!(blog.triggers(&["check"]).code, Some(1));
    assert_eq!((chained(&mut blog), chained(&mut blog)), (1, 0));
    notices(&mut blog);
    // An existing trigger stays as it is.
    assert_eq!(blog.triggers(&["create", "--strict"]).code, Some(0));
    blog.project.write("migrations/2999-01-02-000000_other/up.sql", "CREATE TABLE other (id BIGINT)");
    blog.project.write("migrations/2999-01-02-000000_other/down.sql", "DROP TABLE other");
    assert_eq!(chained(&mut blog), 2);
    blog.triggers(&["create", "--strict"]).expect(0, "nothing to create: the database has all 1 triggers\n", "");
    let source = triggers::with_migrations::<(Article,), _>(blog.files());
    blog.connection.revert_last_migration(source).unwrap();
    assert_eq!(blog.list(), [""; 0]);
    assert_eq!(chained(&mut blog), 1);
    notices(&mut blog);
    // A trigger that others created under its name stays, and is reported.
    assert_eq!(blog.triggers(&["drop"]).code, Some(0));
    // SQLite refuses a name that its connection still knows, until a query makes it read the schema again.
    blog.number("SELECT count(*) FROM articles");
    blog.execute(FOREIGN);
    blog.project.write("migrations/2999-01-03-000000_more/up.sql", "CREATE TABLE more (id BIGINT)");
    blog.project.write("migrations/2999-01-03-000000_more/down.sql", "DROP TABLE more");
    let source = triggers::with_migrations::<(Article,), _>(blog.files());
    let error = blog.connection.run_pending_migrations(source).unwrap_err();
    assert!(error.to_string().contains("exist"), "{error}");
    assert_eq!(blog.list(), [""; 0]);
}

/// Eight programs at once, half of which want the strict form. Each ends without an error, and one trigger is left.
#[test]
fn programs_that_want_other_forms_at_once_end_without_an_error() {
    const PROGRAMS: usize = 8;
    let mut blog = Blog::new();
    for _ in 0..3 {
        let barrier = Barrier::new(PROGRAMS);
        thread::scope(|scope| {
            for number in 0..PROGRAMS {
                let (mut connection, barrier) = (blog.database.connect(), &barrier);
                scope.spawn(move || {
                    if NAME == "sqlite" {
                        connection.batch_execute("PRAGMA busy_timeout = 20000").unwrap();
                    }
                    let spec = TriggerSpec::new("articles", ["id"], "version");
                    let spec = if number % 2 == 0 { spec.strict() } else { spec };
                    barrier.wait();
                    triggers::create_specs(&[spec], &mut connection).unwrap();
                });
            }
        });
        assert_eq!(blog.list(), ["concurrency_articles_version"]);
        blog.triggers(&["check"]).expect(0, OK, "");
        blog.expect_advance("articles", 1);
        assert_eq!(blog.triggers(&["drop"]).code, Some(0));
    }
}
