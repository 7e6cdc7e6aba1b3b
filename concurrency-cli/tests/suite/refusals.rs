//! What the database, or a missing database, makes impossible: exit code 2, and nothing changes.

use super::Blog;
use crate::engine::{Database, NAME};
use crate::project::Project;

#[test]
fn a_database_that_is_not_there() {
    let project = Project::new();
    let (url, shown) = Database::absent();
    let before = project.files();
    for command in ["list", "create", "drop", "check"] {
        let ran = project.run(&["triggers", command, "--database-url", url]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
        assert!(ran.err.starts_with(&format!("error: {shown}")), "{ran:?}");
        assert!(!ran.err.contains("secret") && ran.err.lines().count() == 1, "{ran:?}");
    }
    assert_eq!(project.files(), before);
}

#[test]
fn a_table_that_is_not_there() {
    let mut blog = Blog::with_two_models();
    blog.execute("DROP TABLE posts");
    for command in ["create", "drop", "check"] {
        let ran = blog.triggers(&[command]);
        assert_eq!(
            (ran.code, ran.err.as_str()),
            (Some(2), "error: there is no table posts; create it before its trigger\n"),
            "{ran:?}"
        );
    }
}

#[test]
fn nothing_is_created_if_one_cannot_be() {
    let mut blog = Blog::with_two_models();
    blog.execute("DROP TABLE posts");
    assert_eq!(blog.triggers(&["create"]).code, Some(2));
    assert_eq!(blog.list(), [""; 0]);
}

#[test]
fn a_version_column_that_cannot_count() {
    let mut blog = Blog::new();
    blog.execute(
        "DROP TABLE articles; CREATE TABLE articles (id BIGINT PRIMARY KEY, title VARCHAR(9), version VARCHAR(9))",
    );
    for command in ["create", "check"] {
        let ran = blog.triggers(&[command]);
        let (code, out) = (ran.code, ran.out.as_str());
        assert_eq!((code, out), (Some(2), ""));
        assert!(ran.err.starts_with("error: the version column version of articles is of type "), "{ran:?}");
        assert!(ran.err.ends_with("; a trigger needs SMALLINT, INTEGER or BIGINT\n"), "{ran:?}");
    }
    assert_eq!(blog.list(), [""; 0]);
}

#[test]
fn a_column_that_is_not_there() {
    let mut blog = Blog::new();
    blog.execute("ALTER TABLE articles DROP COLUMN version");
    blog.triggers(&["create"]).expect(
        2,
        "",
        "error: articles has no column version; add it before the trigger, or correct the model\n",
    );
    assert_eq!(blog.list(), [""; 0]);
}

/// The server's message may quote what it was sent.
#[test]
fn a_user_who_is_not_known() {
    if NAME == "sqlite" {
        // A file has no users. Instead, this is a file that is not a database.
        let blog = Blog::new();
        blog.project.write("no.sqlite", "this is no database, and long enough for its header to be looked at by SQLite, which takes a hundred bytes");
        let ran = blog.triggers(&["list", "--database-url", "no.sqlite"]);
        assert!(ran.code == Some(2) && ran.err.contains("file is not a database"), "{ran:?}");
        return;
    }
    let blog = Blog::new();
    let (scheme, rest) = blog.database.url().split_once("://").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let (_, host) = rest.split_once('@').unwrap();
    let ran = blog.triggers(&["list", "--database-url", &format!("{scheme}://nobody:se%2Fcret@{host}")]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("nobody:****@") && !ran.err.contains("cret"), "{ran:?}");
}
