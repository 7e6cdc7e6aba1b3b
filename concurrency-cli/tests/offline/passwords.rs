//! No message contains a password.

use super::project::{Project, Ran};

#[track_caller]
fn conceals(ran: &Ran, shown: &str) {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(!ran.out.contains("cret") && !ran.err.contains("cret"), "{ran:?}");
    assert!(ran.err.contains(shown), "{ran:?}");
}

#[test]
fn a_url_in_the_wrong_place() {
    let project = Project::new();
    let url = "postgres://ada:secret@localhost/blog";
    conceals(&project.run(&["triggers", "check", url]), "'postgres://ada:****@localhost/blog'");
    conceals(&project.run(&["triggers", "list", "--format", url]), "'postgres://ada:****@localhost/blog'");
    conceals(&project.run(&[url]), "'postgres://ada:****@localhost/blog'");
}

#[test]
fn a_file_with_the_settings_of_libpq() {
    let project = Project::new();
    let url = "host=localhost user=ada password=secret dbname=blog";
    conceals(
        &project.run(&["triggers", "check", "--database-url", url]),
        "host=localhost user=ada password=**** dbname=blog: there is no such file",
    );
}

#[test]
fn a_password_that_ends_early() {
    let project = Project::new();
    for password in ["se/cret", "se?cret", "se#cret", "se@cret"] {
        for scheme in ["postgres", "mysql"] {
            let url = format!("{scheme}://ada:{password}@localhost/blog");
            let ran = project.run_with(&[("DATABASE_URL", &url)], &["triggers", "list"]);
            conceals(&ran, "error: the password in the database URL holds a character that ends it; write `/` as %2F");
        }
    }
}

#[test]
fn a_line_of_the_environment_file_that_cannot_be_read() {
    let project = Project::new();
    project.write(".env", "DATABASE_URL=mysql://ada:my secret@localhost/blog\n");
    let expected = "error: .env cannot be read: it holds a line that is not NAME=value; quote values with spaces\n";
    project.run(&["triggers", "list"]).expect(2, "", expected);
}

#[test]
fn help_does_not_show_the_value() {
    let project = Project::new();
    let url = "postgres://ada:secret@localhost/blog";
    for command in [["triggers", "check", "--help"], ["triggers", "generate", "--help"], ["triggers", "list", "-h"]] {
        let ran = project.run_with(&[("DATABASE_URL", url)], &command);
        assert!(ran.code == Some(0) && ran.out.contains("[env: DATABASE_URL]"), "{ran:?}");
        assert!(!ran.out.contains("secret"), "{ran:?}");
    }
}
