//! Names that contain SQL are still names.

use super::Blog;
use crate::engine::QUOTE;
use crate::project::MODELS;

const NAMES: [&str; 3] = [r#"a"; DROP TABLE b; --"#, "a`; DROP TABLE b; --", "a'; DROP TABLE b; --\n$concurrency$ /*"];

fn quoted(name: &str) -> String {
    format!("{QUOTE}{}{QUOTE}", name.replace(QUOTE, &format!("{QUOTE}{QUOTE}")))
}

/// A blog whose table, version column and trigger have this name, and a table that must stay.
fn blog(name: &str) -> Blog {
    let mut blog = Blog::new();
    blog.execute(&format!(
        "CREATE TABLE b (id BIGINT); CREATE TABLE {0} (id BIGINT PRIMARY KEY, {0} BIGINT NOT NULL)",
        quoted(name)
    ));
    blog.project.write(
        "src/schema.rs",
        &format!(
            "diesel::table! {{ #[sql_name = {name:?}] articles (id) {{ id -> BigInt, #[sql_name = {name:?}] version -> BigInt, }} }}
             diesel::table! {{ posts (id) {{ id -> BigInt, }} }}"
        ),
    );
    blog.write_models(&MODELS.replacen("#[diesel", &format!("#[concurrent(trigger_name = {name:?})]\n#[diesel"), 1));
    blog
}

#[track_caller]
fn advances(blog: &mut Blog, name: &str, advance: i64) {
    let name = quoted(name);
    blog.execute(&format!(
        "DELETE FROM {name}; INSERT INTO {name} VALUES (1, 1), (2, 7); UPDATE {name} SET id = id + 10"
    ));
    let versions = [11, 12].map(|id| blog.number(&format!("SELECT {name} FROM {name} WHERE id = {id}")));
    assert_eq!(versions, [1 + advance, 7 + advance]);
    assert_eq!(blog.number("SELECT count(*) FROM b"), 0);
}

#[test]
fn in_the_database() {
    for name in NAMES {
        let mut blog = blog(name);
        for (command, advance) in [("create", 1), ("create", 1), ("check", 1), ("drop", 0), ("drop", 0)] {
            let ran = blog.triggers(&[command]);
            assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{name} {command} {ran:?}");
            advances(&mut blog, name, advance);
            assert_eq!(blog.list(), if advance == 1 { vec![name] } else { Vec::new() });
        }
        assert_eq!(blog.triggers(&["check"]).code, Some(1));
    }
}

#[test]
fn in_migrations() {
    for name in NAMES {
        let mut blog = blog(name);
        assert_eq!(blog.triggers(&["generate"]).code, Some(0));
        assert!(blog.triggers(&["generate"]).out.starts_with("nothing to write"));
        blog.migrate();
        assert_eq!(blog.triggers(&["check"]).code, Some(0), "{name}");
        advances(&mut blog, name, 1);
        blog.revert();
        advances(&mut blog, name, 0);
    }
}

#[test]
fn in_a_version_column_that_is_added() {
    for name in NAMES {
        let mut blog = blog(name);
        let column = format!("v{name}");
        let add = ["add-version", "--table", name, "--column", &column, "--trigger", "--trigger-name", name];
        let ran = blog.project.run(&add);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
        blog.migrate();
        blog.execute(&format!("INSERT INTO {0} (id, {0}) VALUES (1, 1); UPDATE {0} SET id = 2", quoted(name)));
        assert_eq!(blog.number(&format!("SELECT {} FROM {}", quoted(&column), quoted(name))), 2);
        assert_eq!(blog.number("SELECT count(*) FROM b"), 0);
        blog.revert();
        assert_eq!(blog.list(), [""; 0]);
    }
}
