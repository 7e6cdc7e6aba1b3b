//! Back and reload, after a save and after a refusal, never overwrite what the person did not see.

use super::driver::{Scripts, play};

#[test]
fn back_after_a_refusal_saves_nothing() {
    for scripts in [Scripts::Run, Scripts::Blocked] {
        play(async |stage| {
            let ann = stage.person("ann", scripts).await;
            ann.open("/articles/1").await;
            ann.type_into("title", "mine").await;
            stage.program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
            ann.press("save").await;
            ann.find("conflict").await;
            ann.back().await;
            ann.find("edit").await;
            // Browsers restore the page with or without the typed text. None may show a new token beside the typed
            // text.
            let typed = ann.value("title").await;
            ann.press("save").await;
            ann.find(if typed == "mine" { "conflict" } else { "notice" }).await;
            assert_eq!(stage.program.title(1), "theirs");
            ann.leave().await;
        });
    }
}

#[test]
fn back_after_a_refusal_of_the_list_saves_nothing() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        ann.open("/articles").await;
        ann.type_into("title-1", "mine").await;
        stage.program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
        ann.press("save-each").await;
        ann.find("refused-1").await;
        ann.back().await;
        ann.until("//form[@id='list'][not(.//fieldset)]").await;
        let typed = ann.value("title-1").await;
        ann.press("save-each").await;
        ann.find(if typed == "mine" { "refused-1" } else { "notice" }).await;
        assert_eq!(stage.program.title(1), "theirs");
        ann.leave().await;
    });
}

#[test]
fn back_and_reload_after_a_save_save_nothing_more() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        ann.open("/articles/1").await;
        ann.type_into("title", "mine").await;
        ann.press("save").await;
        ann.is_noticed("1 saved").await;
        ann.reload().await;
        ann.is_noticed("1 saved").await;
        assert_eq!(stage.program.version(1), 2);

        stage.program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
        ann.back().await;
        ann.find("edit").await;
        let typed = ann.value("title").await;
        ann.press("save").await;
        ann.find(if typed == "mine" { "conflict" } else { "notice" }).await;
        assert_eq!(stage.program.title(1), "theirs");
        ann.leave().await;
    });
}

#[test]
fn a_reload_of_the_form_shows_what_is_there() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        ann.open("/articles/1").await;
        ann.type_into("title", "mine").await;
        stage.program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
        ann.reload().await;
        ann.find("edit").await;
        assert_eq!(ann.value("title").await, "theirs", "the old text beside the new token would write over it");
        ann.leave().await;
    });
}

/// The browser sends the form once more, with the version that it had.
#[test]
fn a_reload_of_a_refusal_is_refused_again() {
    for (scripts, list) in
        [(Scripts::Run, true), (Scripts::Blocked, true), (Scripts::Run, false), (Scripts::Blocked, false)]
    {
        play(async |stage| {
            let ann = stage.person("ann", scripts).await;
            let (page, field, button, refused) = if list {
                ("/articles", "title-1", "save-each", "refused-1")
            } else {
                ("/articles/1", "title", "save", "conflict")
            };
            ann.open(page).await;
            ann.type_into(field, "mine").await;
            stage.program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
            ann.press(button).await;
            ann.find(refused).await;
            stage.program.sql("UPDATE articles SET title = 'theirs, later' WHERE id = 1");
            ann.reload().await;
            let shown = if list { refused } else { "field-title" };
            ann.until(&format!("//*[@id='{shown}'][contains(., 'theirs, later')]")).await;
            assert_eq!((ann.value(field).await.as_str(), stage.program.version(1)), ("mine", 3));
            ann.leave().await;
        });
    }
}

/// The question has been answered, and the row has moved on: the answer was given to what is there no more.
#[test]
fn back_to_an_answered_question_saves_nothing() {
    for scripts in [Scripts::Run, Scripts::Blocked] {
        play(async |stage| {
            let ann = stage.person("ann", scripts).await;
            ann.open("/articles/1").await;
            ann.type_into("title", "mine").await;
            stage.program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
            ann.press("save").await;
            ann.find("conflict").await;
            ann.press("mine-title").await;
            ann.press("save").await;
            ann.is_noticed("1 saved").await;
            stage.program.sql("UPDATE articles SET title = 'theirs, later' WHERE id = 1");
            ann.back().await;
            ann.find("resolve").await;
            if !ann.is_chosen("mine-title").await {
                ann.press("mine-title").await;
            }
            ann.press("save").await;
            ann.until("//*[@id='field-title'][contains(., 'theirs, later')]").await;
            assert_eq!((stage.program.title(1).as_str(), stage.program.version(1)), ("theirs, later", 4));
            ann.leave().await;
        });
    }
}

/// With a script, because WebDriver waits after a click.
#[test]
fn a_double_click_saves_once() {
    play(async |stage| {
        let ann = stage.person("ann", Scripts::Run).await;
        ann.open("/articles/1").await;
        ann.type_into("title", "mine").await;
        ann.run("const button = document.getElementById('save'); button.click(); button.click();").await;
        ann.is_noticed("1 saved").await;
        assert_eq!((stage.program.title(1).as_str(), stage.program.version(1)), ("mine", 2));
        ann.leave().await;
    });
}
