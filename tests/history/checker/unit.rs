//! The log of a client as units. The writes of a unit are done together or not at all. Each has its outcome as far as
//! the client knows it.

use super::super::log::{Answer, Ending, Event, Intent, Parts};

pub(super) struct Unit {
    pub(super) parts: Parts,
    pub(super) ending: Ending,
    pub(super) attempts: Vec<Attempt>,
}

pub(super) struct Attempt {
    pub(super) intent: Intent,
    pub(super) answer: Option<Answer>,
    pub(super) fate: Fate,
    /// Whether the savepoint that held it was rolled back.
    is_undone: bool,
    /// Whether its record was changed although it was refused.
    pub(super) is_changed: bool,
}

/// The outcome of a write as far as its client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Acknowledged,
    Refused,
    InDoubt,
}

/// The units of a log. A unit without an end was cut off, so its end is unknown.
pub(super) fn units(events: &[Event]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut is_open = false;
    for event in events {
        match event {
            Event::Begin(parts) => {
                units.push(Unit { parts: *parts, ending: Ending::Unknown, attempts: Vec::new() });
                is_open = true;
            }
            Event::Intent(intent) => {
                if !is_open {
                    units.push(Unit { parts: Parts::Together, ending: Ending::Unknown, attempts: Vec::new() });
                }
                let attempt =
                    Attempt { intent: *intent, answer: None, fate: Fate::InDoubt, is_undone: false, is_changed: false };
                units.last_mut().unwrap().attempts.push(attempt);
            }
            Event::Answer(write, answer) => {
                attempt(&mut units, *write).answer = Some(answer.clone());
                if !is_open {
                    units.last_mut().unwrap().ending = ending_of(answer);
                }
            }
            Event::Undone(write) => attempt(&mut units, *write).is_undone = true,
            Event::Changed(write) => attempt(&mut units, *write).is_changed = true,
            Event::End(ending) => {
                units.last_mut().unwrap().ending = *ending;
                is_open = false;
            }
        }
    }
    for unit in &mut units {
        for attempt in &mut unit.attempts {
            attempt.fate = fate(attempt, unit.ending);
        }
    }
    units
}

/// The write of the last unit that has this number.
fn attempt(units: &mut [Unit], write: i64) -> &mut Attempt {
    let unit = units.last_mut().unwrap();
    unit.attempts.iter_mut().find(|attempt| attempt.intent.write == write).unwrap()
}

/// The outcome of a write that is its own unit.
const fn ending_of(answer: &Answer) -> Ending {
    match answer {
        Answer::Written(_) => Ending::Committed,
        Answer::Modified { .. } | Answer::Deleted { .. } | Answer::Restart | Answer::Exists => Ending::RolledBack,
        Answer::Lost | Answer::Failed(_) => Ending::Unknown,
    }
}

fn fate(attempt: &Attempt, ending: Ending) -> Fate {
    match (&attempt.answer, ending) {
        _ if attempt.is_undone => Fate::Refused,
        (Some(Answer::Modified { .. } | Answer::Deleted { .. } | Answer::Restart | Answer::Exists), _)
        | (_, Ending::RolledBack) => Fate::Refused,
        (Some(Answer::Written(_)), Ending::Committed) => Fate::Acknowledged,
        _ => Fate::InDoubt,
    }
}

impl Attempt {
    /// The version in the client's answer.
    pub(super) const fn told(&self) -> Option<i64> {
        match self.answer {
            Some(Answer::Written(version)) => version,
            _ => None,
        }
    }

    pub(super) fn failure(&self) -> Option<&str> {
        match &self.answer {
            Some(Answer::Failed(message)) => Some(message),
            _ => None,
        }
    }
}
