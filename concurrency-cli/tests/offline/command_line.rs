//! Usage, help, completions, colour.

use super::project::Project;

#[test]
fn help_has_examples_and_exit_codes() {
    let project = Project::new();
    for command in [
        &["triggers", "generate"][..],
        &["triggers", "list"],
        &["triggers", "create"],
        &["triggers", "drop"],
        &["triggers", "check"],
        &["add-version"],
        &["completions"],
    ] {
        let ran = project.run(&[command, &["--help"]].concat());
        let example = format!("\n  diesel-concurrency {}", command.join(" "));
        assert!(ran.code == Some(0) && ran.out.contains("Example") && ran.out.contains(&example), "{ran:?}");
    }
    let ran = project.run(&["--help"]);
    assert!(ran.code == Some(0) && ran.out.contains("Exit codes:"), "{ran:?}");
    assert_eq!(project.run(&["--version"]).out, format!("diesel-concurrency {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_is_2() {
    let project = Project::new();
    let wrong: [&[&str]; 11] = [
        &[],
        &["triggers"],
        &["triggers", "creat"],
        &["triggers", "check", "--format", "xml"],
        &["triggers", "generate", "--engine", "oracle"],
        &["add-version", "--engine", "sqlite"],
        &["add-version", "--engine", "sqlite", "--table", ""],
        &["add-version", "--engine", "sqlite", "--table", "comments", "--key", "id"],
        &["add-version", "--engine", "sqlite", "--table", "comments", "--strict"],
        &["triggers", "drop", "--strict"],
        &["triggers", "check", "--strict"],
    ];
    for arguments in wrong {
        let ran = project.run(arguments);
        assert!(ran.code == Some(2) && ran.out.is_empty() && !ran.err.is_empty(), "{arguments:?} {ran:?}");
    }
}

#[test]
fn completions_for_every_shell() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = project.run(&["completions", shell]);
        let (code, err) = (ran.code, ran.err.as_str());
        assert_eq!((code, err), (Some(0), ""));
        for word in ["diesel-concurrency", "add-version", "migration-dir"] {
            assert!(ran.out.contains(word), "{shell} {word}");
        }
    }
}

#[test]
fn what_bash_is_given_bash_reads() {
    let project = Project::new();
    project.write("completions", &project.run(&["completions", "bash"]).out);
    let status = std::process::Command::new("bash").arg("-n").arg(project.path("completions")).status().unwrap();
    assert!(status.success());
}

/// Standard output and error are pipes here.
#[test]
fn colour_is_for_terminals() {
    let project = Project::new();
    let wrong = ["triggers", "generate", "--engine", "sqlite", "--source", "gone"];
    let coloured = "\u{1b}[1m\u{1b}[31merror:";
    assert!(!project.run(&wrong).err.contains('\u{1b}'));
    assert!(project.run_with(&[("CLICOLOR_FORCE", "1")], &wrong).err.starts_with(coloured));
    assert!(!project.run_with(&[("NO_COLOR", "1")], &wrong).err.contains('\u{1b}'));
    let usage = project.run_with(&[("CLICOLOR_FORCE", "1")], &["triggers", "creat"]);
    assert!(usage.err.contains("\u{1b}[1m\u{1b}[31merror:"), "{usage:?}");
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let project = Project::new();
    let command = format!("{} completions zsh | head -c 1", env!("CARGO_BIN_EXE_diesel-concurrency"));
    let output = std::process::Command::new("bash")
        .args(["-o", "pipefail", "-c", &command])
        .current_dir(project.path(""))
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(0), 1, 0));
}

/// As in diesel_cli.
#[test]
fn the_database_url_may_stand_anywhere() {
    let project = Project::new();
    let url = "postgres://ada@localhost/blog";
    for arguments in [
        ["--database-url", url, "triggers", "generate", "--dry-run"],
        ["triggers", "--database-url", url, "generate", "--dry-run"],
        ["triggers", "generate", "--dry-run", "--database-url", url],
    ] {
        let ran = project.run(&arguments);
        assert!(ran.code == Some(0) && ran.out.contains("EXECUTE FUNCTION"), "{ran:?}");
    }
}

#[test]
fn help_is_there_whatever_is_in_the_environment() {
    let project = Project::new();
    project.write(".env", "this is no setting\n");
    assert_eq!(project.run(&["--help"]).code, Some(0));
    assert_eq!(project.run(&["triggers", "generate", "--engine", "sqlite"]).code, Some(2));
}
