//! Every control has a name, and the keyboard reaches it. No page is wider than a small telephone.

use std::collections::BTreeSet;

use serde_json::json;

use super::driver::{Person, Scripts, play};

const CONTROLS: &str = "input:not([type=hidden]), select, textarea, button, a[href]";

/// All pages.
async fn visit(ann: &Person, stage: &super::driver::Stage, mut look: impl AsyncFnMut(&Person, &str)) {
    ann.open("/articles").await;
    look(ann, "list").await;
    ann.open("/articles/2").await;
    look(ann, "edit-form").await;
    ann.type_into("title", "A title that was typed at the same time as another one").await;
    ann.type_into("body", BODY_MINE).await;
    stage.program.sql(&format!("UPDATE articles SET title = 'A title that somebody else typed', body = '{BODY_THEIRS}', status = 'published' WHERE id = 2"));
    ann.press("save").await;
    ann.find("conflict").await;
    look(ann, "conflict").await;

    ann.open("/articles").await;
    ann.type_into("title-1", "Locks, edited in the list").await;
    ann.type_into("title-3", "Triggers, edited in the list").await;
    stage.program.sql("UPDATE articles SET status = 'published' WHERE id = 1; DELETE FROM articles WHERE id = 3");
    ann.press("save-each").await;
    ann.find("refused-1").await;
    look(ann, "list-refused").await;

    ann.open("/articles").await;
    ann.press("select-1").await;
    ann.choose("action", "delete").await;
    ann.press("run").await;
    ann.find("confirm").await;
    look(ann, "confirm").await;

    ann.open("/articles/1").await;
    ann.type_into("title", "mine").await;
    stage.program.sql("DELETE FROM articles WHERE id = 1");
    ann.press("save").await;
    ann.find("deleted").await;
    look(ann, "deleted-article").await;
    ann.open("/nothing").await;
    look(ann, "not-found").await;
}

const BODY_MINE: &str = "Every row has a version, and every write moves it by one. Whoever saves says which version they have seen.\n\n\
    If the row has moved on meanwhile, nothing is written, and both texts are shown side by side.";
const BODY_THEIRS: &str =
    "Every row has a version, and every write moves it. Whoever saves names the version that they were shown.

If the row has moved on meanwhile, nothing is written, and the texts of both people are shown.";

#[test]
fn every_control_has_a_name_and_no_page_is_too_wide() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        visit(&ann, &stage, async |ann: &Person, page: &str| {
            for control in ann.all(CONTROLS).await {
                if control.is_displayed().await.unwrap() {
                    let label = ann.label(&control).await;
                    assert!(!label.trim().is_empty(), "{page}: {}", control.html(false).await.unwrap());
                }
            }
            for (width, height, scheme) in
                [(320, 700, "light"), (320, 700, "dark"), (1100, 900, "dark"), (1100, 900, "light")]
            {
                ann.show_as(width, height, scheme).await;
                let is_wide = ann.run("return document.documentElement.scrollWidth").await.as_u64().unwrap();
                assert!(is_wide <= u64::from(width), "{page} is {is_wide} wide at {width}");
                let is_high = ann.run("return document.documentElement.scrollHeight").await.as_u64().unwrap();
                ann.show_as(width, height.max(u32::try_from(is_high).unwrap()), scheme).await;
                let name = if width == 320 { "narrow" } else { "wide" };
                ann.picture(&format!("{page}-{name}-{scheme}")).await;
            }
        })
        .await;
        assert_eq!(ann.complaints().await, Vec::<String>::new());
        ann.leave().await;
    });
}

/// The rules of axe-core, in both colour schemes. `AXE_CORE` names its script.
#[test]
#[ignore = "needs axe-core, which `tests/run` fetches"]
fn axe_core_finds_nothing_to_mend() {
    let axe = std::env::var_os("AXE_CORE").expect("AXE_CORE names axe.min.js");
    let axe = std::fs::read_to_string(axe).unwrap();
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        visit(&ann, &stage, async |ann: &Person, page: &str| {
            for scheme in ["light", "dark"] {
                ann.show_as(1100, 900, scheme).await;
                ann.run(&axe).await;
                let result = ann.wait_for(AXE).await;
                assert!(result["passes"].as_u64().unwrap() > 10, "{page}: axe looked at the page");
                assert_eq!(result["violations"], json!([]), "{page}, {scheme}");
            }
        })
        .await;
        ann.run("document.querySelector('main').append(new Image())").await;
        assert_eq!(ann.wait_for(AXE).await["violations"], json!([["image-alt", ["<img>"]]]));
        ann.leave().await;
    });
}

const AXE: &str = "axe.run().then((found) => ({
    passes: found.passes.length,
    violations: found.violations.map((rule) => [rule.id, rule.nodes.map((node) => node.html)]),
}))";

#[test]
fn the_names_say_which_row_they_belong_to() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        ann.open("/articles").await;
        for (id, expected) in [
            ("select-1", "Select Locks"),
            ("title-1", "Title of Locks"),
            ("status-1", "Status of Locks"),
            ("edit-1", "Edit Locks"),
            ("name", "Your name"),
        ] {
            let control = ann.find(id).await;
            assert_eq!(ann.label(&control).await, expected);
        }
        ann.leave().await;
    });
}

/// Tab reaches each control of a page, in reading order.
#[test]
fn every_control_is_reached_by_the_keyboard() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        visit(&ann, &stage, async |ann: &Person, page: &str| {
            let ids = ann
                .run(&format!(
                    "return [...document.querySelectorAll('{CONTROLS}')].map((control, number) => {{
                        control.id ||= `control-${{number}}`;
                        return [control.id, control.type === 'radio' ? control.name : ''];
                    }})"
                ))
                .await;
            let controls: Vec<(String, String)> = serde_json::from_value(ids).unwrap();
            ann.run("document.activeElement.blur()").await;
            let mut reached = BTreeSet::new();
            for _ in 0..=controls.len() {
                ann.keys("\u{e004}").await;
                reached.extend(ann.focus().await);
            }
            // The arrow keys move inside a group of radio buttons.
            for (id, group) in &controls {
                let is_reached = reached.contains(id)
                    || controls.iter().any(|(other, of)| !group.is_empty() && of == group && reached.contains(other));
                assert!(is_reached, "{page}: {id} is not among {reached:?}");
            }
        })
        .await;
        ann.leave().await;
    });
}

#[test]
fn enter_in_a_cell_saves_what_can_be_saved() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        ann.open("/articles").await;
        ann.type_into("title-1", "by the keyboard\u{e007}").await;
        ann.is_noticed("1 saved").await;
        assert_eq!(stage.program.title(1), "by the keyboard");
        ann.leave().await;
    });
}

#[test]
fn a_conflict_is_resolved_by_the_keyboard_alone() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        ann.open("/articles/1").await;
        ann.type_into("title", "mine").await;
        stage.program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
        ann.keys("\u{e007}").await;
        ann.find("conflict").await;
        while ann.focus().await.as_deref() != Some("mine-title") {
            ann.keys("\u{e004}").await;
        }
        ann.keys(" ").await;
        while ann.focus().await.as_deref() != Some("save") {
            ann.keys("\u{e004}").await;
        }
        ann.keys("\u{e007}").await;
        ann.is_noticed("1 saved").await;
        assert_eq!(stage.program.title(1), "mine");
        ann.leave().await;
    });
}
