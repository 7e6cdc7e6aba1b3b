//! Two people on each screen. The second one gets a message, has the typed text on the page, finishes, and both edits
//! are in the row.

use super::driver::{Scripts, play};

#[test]
fn two_edit_one_article() {
    for scripts in [Scripts::Run, Scripts::Blocked] {
        play(async |stage| {
            let (ann, bob) = (stage.person("ann", scripts).await, stage.person("bob", scripts).await);
            ann.open("/articles/1").await;
            bob.open("/articles/1").await;
            ann.type_into("title", "Locks and latches").await;
            ann.type_into("body", "Ann has written this body anew.").await;
            ann.press("save").await;
            ann.is_noticed("1 saved").await;

            bob.type_into("title", "Locks and keys").await;
            bob.choose("status", "published").await;
            bob.press("save").await;
            bob.find("conflict").await;
            assert!(bob.text("field-title").await.contains("Locks and latches"));
            assert_eq!(bob.value("title").await, "Locks and keys");
            assert!(bob.has("field-body").await && !bob.has("mine-body").await && !bob.has("mine-status").await);
            assert_eq!(bob.all("#field-title .yours mark").await.len(), 1, "the word that differs is marked");

            // Without an answer nothing is sent.
            bob.press("save").await;
            bob.find("conflict").await;
            assert_eq!(stage.program.title(1), "Locks and latches");

            bob.press("other-title").await;
            bob.type_into("title", "Locks, latches and keys").await;
            bob.press("save").await;
            bob.is_noticed("1 saved").await;
            let (title, status, body, version) = stage.program.row(1).unwrap();
            assert_eq!((title.as_str(), status.as_str()), ("Locks, latches and keys", "published"));
            assert_eq!((body.as_str(), version), ("Ann has written this body anew.", 3));
            assert_eq!((ann.complaints().await, bob.complaints().await), (vec![], vec![]));
            ann.leave().await;
            bob.leave().await;
        });
    }
}

#[test]
fn two_edit_other_fields_of_one_article() {
    for scripts in [Scripts::Run, Scripts::Blocked] {
        play(async |stage| {
            let (ann, bob) = (stage.person("ann", scripts).await, stage.person("bob", scripts).await);
            ann.open("/articles/2").await;
            bob.open("/articles/2").await;
            ann.type_into("title", "Every version").await;
            ann.press("save").await;
            ann.find("notice").await;
            bob.choose("status", "published").await;
            bob.press("save").await;
            assert!(bob.text("notice").await.contains("title"));
            assert_eq!(bob.place().await, "/articles/2?merged=title");
            assert_eq!(bob.value("title").await, "Every version");
            let (title, status, ..) = stage.program.row(2).unwrap();
            assert_eq!((title.as_str(), status.as_str()), ("Every version", "published"));
            ann.leave().await;
            bob.leave().await;
        });
    }
}

#[test]
fn two_edit_the_list() {
    for (scripts, button) in [(Scripts::Run, "save-each"), (Scripts::Blocked, "save-all")] {
        play(async |stage| {
            let (ann, bob) = (stage.person("ann", scripts).await, stage.person("bob", scripts).await);
            ann.open("/articles").await;
            bob.open("/articles").await;
            ann.choose("status-1", "published").await;
            ann.type_into("title-2", "Versions, by Ann").await;
            ann.press(button).await;
            ann.is_noticed("2 saved").await;

            bob.type_into("title-1", "Locks, by Bob").await;
            bob.type_into("title-3", "Triggers, by Bob").await;
            bob.press(button).await;
            let expected = if button == "save-each" { "1 saved, 1 not" } else { "0 saved, 2 not" };
            bob.is_noticed(expected).await;
            assert_eq!(bob.value("title-1").await, "Locks, by Bob");
            assert!(bob.has("refused-1").await && !bob.has("refused-3").await);
            if scripts == Scripts::Run {
                bob.picture("list-conflict").await;
            }

            bob.press("mine-1").await;
            bob.press(button).await;
            let expected = if button == "save-each" { "1 saved" } else { "2 saved" };
            bob.is_noticed(expected).await;
            let rows = [1, 2, 3].map(|id| stage.program.row(id).unwrap());
            let titles = rows.each_ref().map(|row| row.0.as_str());
            assert_eq!(titles, ["Locks, by Bob", "Versions, by Ann", "Triggers, by Bob"]);
            assert_eq!(rows[0].1, "published", "what Ann saved of this row is there, too");
            assert_eq!((ann.complaints().await, bob.complaints().await), (vec![], vec![]));
            ann.leave().await;
            bob.leave().await;
        });
    }
}

#[test]
fn one_deletes_what_another_has_saved() {
    for scripts in [Scripts::Run, Scripts::Blocked] {
        play(async |stage| {
            let (ann, bob) = (stage.person("ann", scripts).await, stage.person("bob", scripts).await);
            ann.open("/articles").await;
            bob.open("/articles/1").await;
            ann.press("select-1").await;
            ann.press("select-2").await;
            ann.choose("action", "delete").await;
            ann.press("run").await;
            ann.find("confirm-delete").await;
            bob.type_into("title", "Not to be deleted").await;
            bob.press("save").await;
            bob.find("notice").await;

            ann.press("confirm-delete").await;
            ann.is_noticed("nothing was done: 1 of 2 changed").await;
            assert!(ann.has("stale-1").await && !ann.has("stale-2").await);
            assert_eq!(ann.value("title-1").await, "Not to be deleted");

            ann.press("select-2").await;
            ann.choose("action", "delete").await;
            ann.press("run").await;
            ann.press("confirm-delete").await;
            ann.is_noticed("1 deleted").await;
            assert!(stage.program.row(1).is_some() && stage.program.row(2).is_none());
            ann.leave().await;
            bob.leave().await;
        });
    }
}

#[test]
fn one_edits_what_another_has_deleted() {
    for scripts in [Scripts::Run, Scripts::Blocked] {
        play(async |stage| {
            let ann = stage.person("ann", scripts).await;
            ann.open("/articles/1").await;
            ann.type_into("body", "Much that nobody wants to type again.").await;
            stage.program.sql("DELETE FROM articles WHERE id = 1");
            ann.press("save").await;
            ann.find("deleted").await;
            assert_eq!(ann.value("body").await, "Much that nobody wants to type again.");
            if scripts == Scripts::Run {
                ann.picture("deleted").await;
            }
            ann.leave().await;
        });
    }
}
