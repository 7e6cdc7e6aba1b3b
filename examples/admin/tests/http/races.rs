//! Many clients at once. Every acknowledged edit is in the row, and advanced its version once.

use std::sync::Barrier;
use std::thread::scope;

use super::support::{Program, with};

/// Each saves until it succeeds, and answers a conflict with its own text.
#[test]
fn acknowledged_writes_are_version_moves() {
    const CLIENTS: usize = 64;
    const SAVES: usize = 2;
    let program = Program::start();
    let start = Barrier::new(CLIENTS);
    let saved: usize = scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let mut client = program.client(&format!("client{number}"));
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    let mut saved = 0;
                    for save in 0..SAVES {
                        let mut form =
                            with(&client.page("/articles/1").form("edit"), "title", &format!("{number} {save}"));
                        loop {
                            let answer = client.post("/articles/1", &form);
                            match answer.status {
                                303 => break saved += 1,
                                409 => form = with(&answer.page().form("resolve"), "pick:title", "mine"),
                                503 => {}
                                status => panic!("{status}: {}", answer.body),
                            }
                        }
                    }
                    saved
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert_eq!(saved, CLIENTS * SAVES);
    assert_eq!(program.version(1), 1 + i64::try_from(saved).unwrap());
}

/// All append to a list in one row. Of those who saw the same state, exactly one succeeds.
#[test]
fn of_those_who_were_shown_one_list_one_saves() {
    const CLIENTS: usize = 12;
    let program = Program::start();
    for round in 1..=6_i64 {
        let start = Barrier::new(CLIENTS);
        let statuses: Vec<u16> = scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|number| {
                    let mut client = program.client("guest");
                    let policy = if number % 2 == 0 { "each" } else { "all" };
                    let form = with(&client.page("/articles").form("list"), "policy", policy);
                    let form = with(&form, "title:1", &format!("{round} of {number}"));
                    let start = &start;
                    scope.spawn(move || {
                        start.wait();
                        client.post("/articles", &form).status
                    })
                })
                .collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 303 | 409 | 503)), "{statuses:?}");
        assert_eq!(program.version(1), 1 + round);
    }
}

/// A delete against a save: either the row is gone and the save fails, or the row is there and the delete was refused.
#[test]
fn a_delete_and_a_save_of_one_state_do_not_both_win() {
    let program = Program::start();
    for id in 4..=15 {
        program.sql(&format!(
            "INSERT INTO articles (id, title, status, body, version) VALUES ({id}, 'row', 'draft', '', 1)"
        ));
        let (mut ann, mut bob) = (program.client("ann"), program.client("bob"));
        let save = with(&ann.page(&format!("/articles/{id}")).form("edit"), "title", "saved");
        let token = bob.page("/articles").value(&format!("select-{id}"));
        let delete = [("action", "delete"), ("confirm", "yes"), ("_selected", token.as_str())];
        let start = Barrier::new(2);
        let (saved, deleted) = scope(|scope| {
            let start = &start;
            let saver = scope.spawn(move || {
                start.wait();
                ann.post(&format!("/articles/{id}"), &save).status
            });
            start.wait();
            let deleted = bob.post("/articles/actions", &delete).status;
            (saver.join().unwrap(), deleted)
        });
        let row = program.row(id).map(|row| row.0);
        assert!(
            matches!((saved, deleted, row.as_deref()), (303, 409, Some("saved")) | (409, 303, None)),
            "{id}: {saved} {deleted} {row:?}"
        );
    }
}
