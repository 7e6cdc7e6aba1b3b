//! The banner that says who is editing.

use super::driver::{Scripts, play};

#[test]
fn the_second_is_told_and_takes_over() {
    for scripts in [Scripts::Run, Scripts::Blocked] {
        play(async |stage| {
            let (ann, bob) = (stage.person("ann", scripts).await, stage.person("bob", scripts).await);
            ann.open("/articles/1").await;
            ann.find("edit").await;
            assert!(!ann.has("editing").await);
            bob.open("/articles/1").await;
            assert_eq!(bob.text("editing").await, "ann is editing this, for 0 minutes");
            if scripts == Scripts::Run {
                bob.show_as(960, 900, "light").await;
                bob.picture("edit").await;
                bob.show_as(960, 900, "dark").await;
                bob.picture("edit-dark").await;
            }
            bob.press("take-over-button").await;
            bob.until("//form[@id='edit'][not(//*[@id='editing'])]").await;

            if scripts == Scripts::Run {
                // The next beat, which comes by itself within 30 seconds.
                ann.run("dispatchEvent(new Event('pageshow'))").await;
                assert_eq!(ann.text("editing").await, "bob is editing this, for 0 minutes");
                ann.press("take-over-button").await;
                ann.until("//form[@id='edit'][not(//*[@id='editing'])]").await;
            }
            assert_eq!(bob.complaints().await, Vec::<String>::new());
            ann.leave().await;
            bob.leave().await;
        });
    }
}

#[test]
fn leaving_the_page_gives_the_lock_back() {
    play(async |stage| {
        let (ann, bob) = (stage.person("ann", Scripts::Run).await, stage.person("bob", Scripts::Run).await);
        ann.open("/articles/1").await;
        ann.find("edit").await;
        bob.open("/articles/1").await;
        bob.find("editing").await;
        ann.open("/articles").await;
        ann.find("list").await;
        // The beacon is on its way.
        bob.until("//form[@id='edit']").await;
        for _ in 0..50 {
            bob.run("dispatchEvent(new Event('pageshow'))").await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            if !bob.has("editing").await {
                ann.leave().await;
                bob.leave().await;
                return;
            }
        }
        panic!("the lock was not given back");
    });
}

/// Leaving the form released the lock, and the conflict page takes it again.
#[test]
fn the_conflict_page_has_the_lock() {
    play(async |stage| {
        let (ann, bob) = (stage.person("ann", Scripts::Run).await, stage.person("bob", Scripts::Run).await);
        ann.open("/articles/1").await;
        ann.type_into("title", "mine").await;
        stage.program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
        ann.press("save").await;
        ann.find("conflict").await;
        for _ in 0..50 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            bob.open("/articles/1").await;
            bob.find("edit").await;
            if bob.has("editing").await {
                ann.leave().await;
                bob.leave().await;
                return;
            }
            // Bob has it now, and releases it by leaving.
            bob.open("/articles").await;
            ann.run("dispatchEvent(new Event('pageshow'))").await;
        }
        panic!("the conflict page took no lock");
    });
}

/// By a clock that runs a hundred times as fast: nobody presses anything, and no event comes.
#[test]
fn a_page_beats_every_thirty_seconds() {
    play(async |stage| {
        let (ann, bob) = (stage.person("ann", Scripts::Run).await, stage.person("bob", Scripts::Blocked).await);
        ann.before_every_page(
            "const interval = setInterval; \
             window.setInterval = (beat, pause) => { window.pause = pause; return interval(beat, pause / 100); };",
        )
        .await;
        ann.open("/articles/1").await;
        ann.find("edit").await;
        assert_eq!(ann.run("return window.pause").await, 30_000);
        bob.open("/articles/1").await;
        bob.press("take-over-button").await;
        assert_eq!(ann.text("editing").await, "bob is editing this, for 0 minutes");
        stage.program.sql("DELETE FROM concurrency_edit_locks");
        ann.until("//form[@id='edit'][not(//*[@id='editing'])]").await;
        ann.leave().await;
        bob.leave().await;
    });
}
