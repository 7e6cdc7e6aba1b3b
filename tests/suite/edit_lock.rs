//! Edit locks: of any number who ask at once exactly one gets the lock, and everything about time is the database's.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use crate::library::RecordId;
use crate::library::edit_lock::{self, EditLock, Editing, Error, Holder};
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;

use super::threads::spawn;
use crate::engine::{Database, TestConnection};

const MINUTE: Duration = Duration::from_secs(60);

fn with_locks() -> (Database, TestConnection) {
    let database = Database::new();
    let mut connection = database.connect();
    edit_lock::create(&mut connection).unwrap();
    (database, connection)
}

fn article() -> RecordId {
    RecordId::new("articles", 1_i64)
}

#[track_caller]
fn mine(editing: Result<Editing, Error>) -> Holder {
    match editing.unwrap() {
        Editing::Mine(holder) => holder,
        Editing::Theirs(holder) => panic!("{} has it", holder.holder),
    }
}

#[track_caller]
fn theirs(editing: Result<Editing, Error>) -> Holder {
    match editing.unwrap() {
        Editing::Theirs(holder) => holder,
        Editing::Mine(holder) => panic!("{} got it", holder.holder),
    }
}

/// Pretends that this much time has passed, because the database has no other clock.
fn let_pass(milliseconds: i64, connection: &mut TestConnection) {
    let moved = format!(
        "UPDATE concurrency_edit_locks SET since_ms = since_ms - {milliseconds}, until_ms = until_ms - {milliseconds}"
    );
    connection.batch_execute(&moved).unwrap();
}

#[test]
fn the_first_has_it_and_the_second_is_told_who() {
    let (_database, conn) = &mut with_locks();
    let id = article();
    let (ann, bob) = (EditLock::new(&id, "ann"), EditLock::new(&id, "bob"));
    assert_eq!(edit_lock::holder(&id, conn).unwrap(), None);

    let got = mine(ann.acquire(conn));
    assert_eq!((got.holder.as_str(), got.turn), ("ann", 1));
    assert!(
        got.since < MINUTE && got.left <= Duration::from_secs(150) && got.left > Duration::from_secs(100),
        "{got:?}"
    );

    let told = theirs(bob.acquire(conn));
    assert_eq!((told.holder.as_str(), told.turn), ("ann", 1));
    assert_eq!(edit_lock::holder(&id, conn).unwrap().unwrap().holder, "ann");
    assert!(!bob.release(conn).unwrap());
    assert_eq!(edit_lock::holder(&id, conn).unwrap().unwrap().holder, "ann");
}

#[test]
fn locks_of_other_records_are_other_locks() {
    let (_database, conn) = &mut with_locks();
    let ids = [
        RecordId::new("articles", 1_i64),
        RecordId::new("articles", 2_i64),
        RecordId::new("posts", 1_i64),
        RecordId::new("articles", "a"),
        RecordId::new("articles", "A"),
        RecordId::new("articles", "a "),
        RecordId::new("articles", "ä"),
        RecordId::new("articles", ""),
    ];
    for (number, id) in ids.iter().enumerate() {
        mine(EditLock::new(id, &format!("holder {number}")).acquire(conn));
    }
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(edit_lock::holder(id, conn).unwrap().unwrap().holder, format!("holder {number}"));
    }
}

/// A name is another one with another letter, another case or a blank at its end.
#[test]
fn holders_are_told_apart_byte_by_byte() {
    let (_database, conn) = &mut with_locks();
    let id = article();
    mine(EditLock::new(&id, "Ann Ö").acquire(conn));
    for other in ["ann Ö", "Ann Ö ", "Ann O", "Ann ö", ""] {
        assert_eq!(theirs(EditLock::new(&id, other).acquire(conn)).holder, "Ann Ö");
        assert!(!EditLock::new(&id, other).release(conn).unwrap());
    }
    assert!(EditLock::new(&id, "Ann Ö").release(conn).unwrap());
}

#[test]
fn of_twenty_four_who_ask_at_once_exactly_one_has_it() {
    const ROUNDS: usize = 8;
    const THREADS: usize = 24;
    let (database, conn) = &mut with_locks();
    let together = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let mut connection = database.connect();
            let together = Arc::clone(&together);
            spawn(move || {
                let name = format!("holder {number}");
                (0..ROUNDS)
                    .map(|round| {
                        let id = RecordId::new("articles", i64::try_from(round).unwrap());
                        together.wait();
                        until_answered(|| EditLock::new(&id, &name).acquire(&mut connection))
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let answers: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
    for round in 0..ROUNDS {
        let id = RecordId::new("articles", i64::try_from(round).unwrap());
        let holder = edit_lock::holder(&id, conn).unwrap().unwrap();
        let winners: Vec<_> = answers
            .iter()
            .filter_map(|answers| matches!(answers[round], Editing::Mine(_)).then_some(&answers[round]))
            .collect();
        assert_eq!(winners.len(), 1, "round {round}: {winners:?}");
        assert_eq!(winners[0].holder().holder, holder.holder);
        for answers in &answers {
            assert_eq!(
                (answers[round].holder().holder.as_str(), answers[round].holder().turn),
                (holder.holder.as_str(), 1)
            );
        }
    }
}

/// Asks again while the engine only asks for that.
fn until_answered(mut ask: impl FnMut() -> Result<Editing, Error>) -> Editing {
    loop {
        match ask() {
            Ok(editing) => return editing,
            Err(Error::Concurrency(ConcurrencyError::Restart(_))) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn a_renewed_lock_keeps_its_turn_and_its_beginning() {
    let (_database, conn) = &mut with_locks();
    let id = article();
    let ann = EditLock::new(&id, "ann");
    mine(ann.acquire(conn));
    let_pass(140_000, conn);

    let renewed = mine(ann.acquire(conn));
    assert_eq!(renewed.turn, 1);
    assert!(renewed.since >= Duration::from_secs(140) && renewed.left > Duration::from_secs(100), "{renewed:?}");
    let told = theirs(EditLock::new(&id, "bob").acquire(conn));
    assert!(told.since >= Duration::from_secs(140), "{told:?}");
}

#[test]
fn a_lock_that_ran_out_is_free_by_the_clock_of_the_database() {
    let (_database, conn) = &mut with_locks();
    let id = article();
    let (ann, bob) = (EditLock::new(&id, "ann"), EditLock::new(&id, "bob").lasting(MINUTE));
    mine(ann.acquire(conn));
    let_pass(149_000, conn);
    assert_eq!(theirs(bob.acquire(conn)).holder, "ann");
    let_pass(1_000, conn);
    assert_eq!(edit_lock::holder(&id, conn).unwrap(), None);

    let got = mine(bob.acquire(conn));
    assert_eq!((got.holder.as_str(), got.turn), ("bob", 2));
    assert!(got.since < MINUTE && got.left <= MINUTE, "{got:?}");
    assert_eq!(theirs(ann.acquire(conn)).turn, 2);

    let_pass(60_000, conn);
    let again = mine(bob.acquire(conn));
    assert_eq!(again.turn, 3);
    assert!(again.since < MINUTE, "a lock that ran out begins anew: {again:?}");
}

#[test]
fn a_lock_runs_out_by_itself() {
    let (_database, conn) = &mut with_locks();
    let id = article();
    mine(EditLock::new(&id, "ann").lasting(Duration::from_millis(300)).acquire(conn));
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(mine(EditLock::new(&id, "bob").acquire(conn)).holder, "bob");
}

/// The lock is free at once, or lasts forever, and neither overflows.
#[test]
fn a_lock_lasts_as_long_as_any_duration() {
    let (_database, conn) = &mut with_locks();
    let id = article();
    assert_eq!(mine(EditLock::new(&id, "ann").lasting(Duration::ZERO).acquire(conn)).left, Duration::ZERO);
    let got = mine(EditLock::new(&id, "bob").lasting(Duration::MAX).acquire(conn));
    assert!(got.left > Duration::from_secs(100 * 365 * 86_400), "{got:?}");
    assert_eq!(theirs(EditLock::new(&id, "ann").acquire(conn)).holder, "bob");
}

#[test]
fn of_two_who_take_over_the_second_is_told_of_the_first() {
    let (_database, conn) = &mut with_locks();
    let id = article();
    let shown = mine(EditLock::new(&id, "ann").acquire(conn)).turn;

    let bob = mine(EditLock::new(&id, "bob").take_over(shown, conn));
    assert_eq!((bob.holder.as_str(), bob.turn), ("bob", 2));
    assert!(bob.since < MINUTE, "{bob:?}");
    assert_eq!(theirs(EditLock::new(&id, "cid").take_over(shown, conn)).holder, "bob");
    assert_eq!(theirs(EditLock::new(&id, "ann").acquire(conn)).holder, "bob");
    assert_eq!(mine(EditLock::new(&id, "bob").take_over(shown, conn)).turn, 2, "a second click is no second turn");
}

#[test]
fn of_many_who_take_over_at_once_exactly_one_has_it() {
    const THREADS: usize = 8;
    let (database, conn) = &mut with_locks();
    let shown = mine(EditLock::new(&article(), "ann").acquire(conn)).turn;
    let together = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let mut connection = database.connect();
            let together = Arc::clone(&together);
            spawn(move || {
                let (id, name) = (article(), format!("holder {number}"));
                together.wait();
                until_answered(|| EditLock::new(&id, &name).take_over(shown, &mut connection))
            })
        })
        .collect();
    let answers: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
    let winners = answers.iter().filter(|answer| matches!(answer, Editing::Mine(_))).count();
    assert_eq!(winners, 1, "{answers:?}");
    let holder = edit_lock::holder(&article(), conn).unwrap().unwrap();
    assert!(answers.iter().all(|answer| answer.holder().holder == holder.holder && answer.holder().turn == 2));
}

/// A person who saw Ann as the holder does not take over from Bob, who came after her.
#[test]
fn a_released_lock_is_free_and_its_next_turn_another_one() {
    let (_database, conn) = &mut with_locks();
    let id = article();
    let (ann, bob) = (EditLock::new(&id, "ann"), EditLock::new(&id, "bob"));
    let shown = mine(ann.acquire(conn)).turn;
    assert!(ann.release(conn).unwrap());
    assert!(!ann.release(conn).unwrap());
    assert_eq!(edit_lock::holder(&id, conn).unwrap(), None);

    mine(bob.acquire(conn));
    assert_eq!(theirs(EditLock::new(&id, "cid").take_over(shown, conn)).holder, "bob");
    assert!(bob.release(conn).unwrap());
    assert_eq!(mine(EditLock::new(&id, "cid").take_over(shown, conn)).holder, "cid", "a free lock is anyone's");
}

#[test]
fn what_ran_out_or_was_released_is_deleted_and_nothing_else() {
    let (_database, conn) = &mut with_locks();
    let ids: Vec<RecordId> = (1..=3_i64).map(|id| RecordId::new("articles", id)).collect();
    for id in &ids {
        mine(EditLock::new(id, "ann").acquire(conn));
    }
    assert_eq!(edit_lock::delete_expired(conn).unwrap(), 0);
    assert!(EditLock::new(&ids[0], "ann").release(conn).unwrap());
    let_pass(140_000, conn);
    mine(EditLock::new(&ids[1], "ann").acquire(conn));
    let_pass(20_000, conn);
    assert_eq!(edit_lock::delete_expired(conn).unwrap(), 2);
    assert_eq!(edit_lock::delete_expired(conn).unwrap(), 0);
    assert_eq!(edit_lock::holder(&ids[1], conn).unwrap().unwrap().holder, "ann");
    assert_eq!(mine(EditLock::new(&ids[2], "bob").acquire(conn)).turn, 1);
}

#[test]
fn the_table_is_created_once() {
    let (database, conn) = &mut with_locks();
    mine(EditLock::new(&article(), "ann").acquire(conn));
    edit_lock::create(conn).unwrap();
    assert_eq!(edit_lock::holder(&article(), conn).unwrap().unwrap().holder, "ann");

    conn.batch_execute("DROP TABLE concurrency_edit_locks").unwrap();
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let mut connection = database.connect();
            spawn(move || edit_lock::create(&mut connection))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    mine(EditLock::new(&article(), "ann").acquire(conn));
}

#[test]
fn without_the_table_each_says_what_to_do() {
    let database = Database::new();
    let conn = &mut database.connect();
    let id = article();
    let ann = EditLock::new(&id, "ann");
    let errors = [
        ann.acquire(conn).map(drop),
        ann.take_over(1, conn).map(drop),
        ann.release(conn).map(drop),
        edit_lock::holder(&id, conn).map(drop),
        edit_lock::delete_expired(conn).map(drop),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert!(matches!(error, Error::MissingTable), "{error:?}");
        assert_eq!(
            error.to_string(),
            "there is no table concurrency_edit_locks; create it by the migration that `diesel-concurrency edit-locks` writes, \
             or call `edit_lock::create`"
        );
    }
}

/// Either the engine keeps all of it, or nothing is sent: never a part, under which two records would share a lock.
#[test]
fn long_keys_are_kept_or_refused() {
    let (_database, conn) = &mut with_locks();
    let (long, longer) = (RecordId::new("articles", "k".repeat(300)), RecordId::new("articles", "k".repeat(301)));
    match EditLock::new(&long, "ann").acquire(conn) {
        Ok(Editing::Mine(_)) => {
            mine(EditLock::new(&longer, "bob").acquire(conn));
            assert_eq!(edit_lock::holder(&long, conn).unwrap().unwrap().holder, "ann");
        }
        Err(error @ Error::TooLong { what: "key", length: 300, most: 255 }) => {
            assert_eq!(error.to_string(), "the key of an edit lock has 300 bytes; at most 255 fit into its column");
            assert!(matches!(edit_lock::holder(&long, conn), Err(Error::TooLong { .. })));
        }
        other => panic!("{other:?}"),
    }
}
