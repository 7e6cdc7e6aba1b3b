//! The read of a new version is kept prepared. A node of a Galera cluster may refuse it in the middle of its answer. The
//! next save on the connection then reads its version all the same.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::library::prelude::*;
use diesel::prelude::*;

use super::server::wire::detour;
use super::{DEFAULT_PORT, REFUSAL, TestConnection};
use crate::suite::fixtures::with_article;
use crate::suite::isolation::deadlock::assert_restart;
use crate::suite::models::articles;
use crate::suite::threads::within;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Conditional {
    id: i64,
    title: String,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// A connection through a wire that refuses the row of the next answer of one column once this is set.
fn connect(url: &str) -> (TestConnection, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (url, address) = detour(url, DEFAULT_PORT, listener.local_addr().unwrap());
    let refuses = Arc::new(AtomicBool::new(false));
    let is_next = Arc::clone(&refuses);
    thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let server = TcpStream::connect(address).unwrap();
        let (questions, answers) = ((client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client));
        thread::spawn(move || pass_on(questions, <[u8]>::to_vec));
        pass_on(answers, |answer| match after_columns(answer) {
            Some(row) if is_next.swap(false, Ordering::Relaxed) => {
                let number = answer[row + 3];
                [&answer[..row], &REFUSAL[..3], &[number], &REFUSAL[4..]].concat()
            }
            _ => answer.to_vec(),
        });
    });
    (TestConnection::establish(&url).unwrap(), refuses)
}

fn pass_on((mut from, mut to): (TcpStream, TcpStream), change: impl Fn(&[u8]) -> Vec<u8>) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if to.write_all(&change(&bytes[..read])).is_err() {
            break;
        }
    }
    // One that is closed already needs no more.
    let _ = to.shutdown(Shutdown::Both);
}

/// Where the row of an answer begins that has one column: behind the columns, and behind their end if the client asks for
/// that. MariaDB sends the columns of a prepared statement only once.
fn after_columns(answer: &[u8]) -> Option<usize> {
    let (1 | 2, [0, 0, 1, 1]) = (*answer.first()?, answer.get(1..5)?) else { return None };
    let mut at = 0;
    while *answer.get(at + 4)? != 0 {
        at += 4 + usize::from(*answer.get(at)?) + 256 * usize::from(*answer.get(at + 1)?);
    }
    Some(at)
}

/// In a process of its own, because the library notes for the whole process that a server does this.
#[test]
fn a_version_whose_read_was_refused_in_the_middle_is_read_by_the_next_save() {
    let test = "engine::cut_answers::in_a_process_of_its_own";
    let child = Command::new(std::env::current_exe().unwrap()).args(["--ignored", "--exact", test]).output().unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
}

#[test]
#[ignore = "a part of the test above"]
fn in_a_process_of_its_own() {
    let (database, plain) = &mut with_article();
    let (mut conn, refuses) = connect(&database.url());
    let record: Conditional = articles::table.find(1).select(Conditional::as_select()).first(plain).unwrap();
    let mut saved = Conditional { title: "kept prepared".to_owned(), ..record };
    saved.save_concurrent(&mut conn).unwrap();
    assert_eq!(saved.version, 2);

    for version in [3, 5] {
        refuses.store(true, Ordering::Relaxed);
        let before = saved.clone();
        saved.title = format!("refused at {version}");
        let error = saved.save_concurrent(&mut conn).unwrap_err();
        assert_restart(&error, "Deadlock found");
        assert_eq!(saved, Conditional { title: saved.title.clone(), ..before });

        // The wire does not roll back as a server would: the row is written.
        saved.version = version;
        saved.title = format!("saved after {version}");
        (conn, saved) = within(5, move || {
            saved.save_concurrent(&mut conn).unwrap();
            (conn, saved)
        });
        assert_eq!(saved.version, version + 1);
        let row: Conditional = articles::table.find(1).select(Conditional::as_select()).first(plain).unwrap();
        assert_eq!(row, saved);
    }
}
