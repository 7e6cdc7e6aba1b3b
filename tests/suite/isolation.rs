//! Two transactions write one row, at every isolation level: what the later one gets, and that it is never "saved"
//! where the version had moved. The expectations are the engine's own table, the driver is the same for all.

pub mod deadlock;
mod session;
mod snapshot;
pub mod table;

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::prelude::*;

use self::session::Part;
pub use self::session::{Session, Step};
use self::table::{Cell, Cells, Ending, Setting, Who};
use super::fixtures::{article, insert_article, with_article};
use super::models::articles;
use crate::engine::{Database, TestConnection, settings};
use Step::{Begin, Commit, Delete, Read, ReadAnother, Rollback, Save, Write};
use Who::{First, Second};

/// The steps, each with the transaction that does it.
type Situation = &'static [(Who, &'static [Step])];

#[test]
fn a_write_that_waited_for_a_save_is_refused_when_that_commits() {
    const SITUATION: Situation =
        &[(First, &[Begin, Save]), (Second, &[Begin, Write]), (First, &[Commit]), (Second, &[Commit])];
    check(SITUATION, |cells| cells.commits);
}

#[test]
fn a_write_that_waited_for_a_save_succeeds_when_that_rolls_back() {
    const SITUATION: Situation =
        &[(First, &[Begin, Save]), (Second, &[Begin, Write]), (First, &[Rollback]), (Second, &[Commit])];
    check(SITUATION, |cells| cells.rolls_back);
}

#[test]
fn a_write_that_waited_for_a_delete_is_refused_when_that_commits() {
    const SITUATION: Situation =
        &[(First, &[Begin, Delete]), (Second, &[Begin, Write]), (First, &[Commit]), (Second, &[Commit])];
    check(SITUATION, |cells| cells.deletes);
}

#[test]
fn a_write_without_a_transaction_is_refused_after_its_wait_like_any_other() {
    const SITUATION: Situation = &[(First, &[Begin, Save]), (Second, &[Write]), (First, &[Commit])];
    check(SITUATION, |cells| cells.commits_before_single_statement);
}

#[test]
fn a_write_of_what_was_read_before_another_save_is_refused() {
    const SITUATION: Situation =
        &[(Second, &[Begin, Read]), (First, &[Begin, Save, Commit]), (Second, &[Write, Commit])];
    check(SITUATION, |cells| cells.saves_what_was_read);
}

#[test]
fn a_write_of_what_was_read_before_a_delete_is_refused() {
    const SITUATION: Situation =
        &[(Second, &[Begin, Read]), (First, &[Begin, Delete, Commit]), (Second, &[Write, Commit])];
    check(SITUATION, |cells| cells.deletes_what_was_read);
}

#[test]
fn a_write_from_a_snapshot_older_than_another_save_is_refused() {
    const SITUATION: Situation =
        &[(Second, &[Begin, ReadAnother]), (First, &[Begin, Save, Commit]), (Second, &[Write, Commit])];
    check(SITUATION, |cells| cells.saves_after_snapshot);
}

#[test]
fn a_write_of_what_was_read_that_waits_for_a_save_is_refused() {
    const SITUATION: Situation =
        &[(Second, &[Begin, Read]), (First, &[Begin, Save]), (Second, &[Write, Commit]), (First, &[Commit])];
    check(SITUATION, |cells| cells.commits_what_was_read);
}

#[test]
fn of_two_that_have_both_read_the_row_only_one_writes_it() {
    const SITUATION: Situation = &[
        (First, &[Begin, Read]),
        (Second, &[Begin, Read]),
        (First, &[Save]),
        (Second, &[Write, Commit]),
        (First, &[Commit]),
    ];
    check(SITUATION, |cells| cells.both_read);
}

/// Tries the situation at every setting, with a save and with a delete, and reports all that came out otherwise.
#[track_caller]
fn check(situation: Situation, cell: impl Fn(&Cells) -> Cell) {
    let (database, observer) = &mut with_article();
    let mut wrong = Vec::new();
    for setting in settings(observer) {
        setting.apply(observer);
        for write in [Save, Delete] {
            let expected = cell(&setting.cells);
            let played = play(situation, write, &setting, expected.waits, database, observer);
            for deviation in played.deviations(expected) {
                wrong.push(format!("{}, {write:?}: {deviation}", setting.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The result of one situation.
struct Played {
    first: Part,
    second: Part,
    waited: Option<Who>,
    /// The committed writes, with their transactions.
    committed: Vec<Step>,
    /// The row's version afterwards, if there is a row.
    version: Option<i64>,
}

fn play(
    situation: Situation,
    write: Step,
    setting: &Setting,
    waits: Option<Who>,
    database: &Database,
    observer: &mut TestConnection,
) -> Played {
    diesel::delete(articles::table).execute(observer).unwrap();
    insert_article(1, 1, observer);
    let mut record = article(1, observer);
    let mut start = |title: &str| {
        record.title = title.to_owned();
        Session::start(setting.connect(database), setting.begin, record.clone())
    };
    let (mut first, mut second) = (start("first"), start("second"));

    for &(who, steps) in situation {
        let session = if who == First { &mut first } else { &mut second };
        session.send(steps.iter().map(|&step| if step == Write { write } else { step }));
        if waits == Some(who) {
            session.finish_or_wait(observer);
        } else {
            session.finish();
        }
    }

    first.finish();
    second.finish();
    let waited = [(First, first.has_waited()), (Second, second.has_waited())];
    let waited = waited.into_iter().find_map(|(who, waited)| waited.then_some(who));
    let (first, second) = (first.end(), second.end());
    let committed = [(First, &first), (Second, &second)]
        .into_iter()
        .filter(|(who, part)| part.result.is_ok() && !steps_of(*who, situation).any(|step| step == Rollback))
        .map(|(who, _)| steps_of(who, situation).find(|step| matches!(step, Save | Delete | Write)))
        .map(|step| if step == Some(Write) { write } else { step.unwrap() })
        .collect();
    let version = articles::table.find(1).select(articles::version).first(observer).optional().unwrap();
    Played { first, second, waited, committed, version }
}

fn steps_of(who: Who, situation: Situation) -> impl Iterator<Item = Step> {
    situation.iter().filter(move |(actor, _)| *actor == who).flat_map(|(_, steps)| steps.iter().copied())
}

impl Played {
    fn deviations(&self, expected: Cell) -> Vec<String> {
        let mut deviations = Vec::new();
        let mut note = |holds: bool, what: String| {
            if !holds {
                deviations.push(what);
            }
        };
        note(self.waited == expected.waits, format!("waited: {:?}, expected {:?}", self.waited, expected.waits));
        let (first, second) = self.endings(expected);
        for (who, part, ending) in [(First, &self.first, first), (Second, &self.second, second)] {
            note(self.ended(part, ending), format!("{who:?} ended with {:?}, expected {ending:?}", part.result));
            let untouched = part.record.version == 1 && part.record.title == who.title();
            note(part.result.is_ok() || untouched, format!("{who:?} was refused and changed: {:?}", part.record));
        }
        // Whatever the table says, the version advanced once for each committed write, and there is no write after a
        // delete.
        let saves = self.committed.iter().filter(|step| **step == Save).count();
        let version = if self.committed.contains(&Delete) { None } else { Some(1 + i64::try_from(saves).unwrap()) };
        note(
            self.version == version && self.committed.len() == 1,
            format!("committed {:?}, and the row's version is {:?}", self.committed, self.version),
        );
        deviations
    }

    /// How the two should have ended: the pair of endings that came true, or the first of them.
    fn endings(&self, expected: Cell) -> (Ending, Ending) {
        let is_true =
            |(first, second): &(Ending, Ending)| self.ended(&self.first, *first) && self.ended(&self.second, *second);
        expected.or.filter(is_true).unwrap_or((expected.first, expected.second))
    }

    fn ended(&self, part: &Part, expected: Ending) -> bool {
        let other = self.committed.first().copied();
        match (&part.result, expected) {
            (Ok(()), Ending::Written | Ending::WrittenOrRestart(_)) => true,
            (Err(ConcurrencyError::RecordModified(error)), Ending::Conflict) => {
                let versions = (VersionValue::from(1_i64), VersionValue::from(2_i64));
                other == Some(Save)
                    && error.key == "id 1"
                    && (&error.expected, &error.found) == (&versions.0, &versions.1)
            }
            (Err(ConcurrencyError::RecordDeleted(error)), Ending::Conflict) => {
                other == Some(Delete) && error.key == "id 1" && error.expected == VersionValue::from(1_i64)
            }
            (Err(ConcurrencyError::Restart(error)), Ending::Restart(message) | Ending::WrittenOrRestart(message)) => {
                matches!(&**error, diesel::result::Error::DatabaseError(_, said) if said.message().starts_with(message))
            }
            _ => false,
        }
    }
}

impl Who {
    const fn title(self) -> &'static str {
        match self {
            First => "first",
            Second => "second",
        }
    }
}
