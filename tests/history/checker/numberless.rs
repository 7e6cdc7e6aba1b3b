//! Which touch or delete did which change. A write under a version fits one change at most, an unchecked delete fits any, so that they
//! are given to one another in such a way that no write that is known to be done is left over, if there is one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::super::log::{Intent, Kind, Parts, Row, Rule};
use super::chain::Chain;
use super::claims::Claims;
use super::unit::{Attempt, Fate, Unit};
use super::{Change, Contents, doing};

/// The changes that left no number, and the writes that leave none.
#[derive(Default)]
pub(super) struct Numberless<'u, 'h> {
    /// Each with its place in the chain of its row.
    changes: Vec<(Row, usize, &'h Change)>,
    /// The changes that a write may have made: by the version that was there, by the version in its answer, and all
    /// others.
    over: HashMap<(Row, Kind, i64), Vec<usize>>,
    to: HashMap<(Row, Kind, i64), Vec<usize>>,
    any: HashMap<(Row, Kind), Vec<usize>>,
    /// Writes that were done all or not at all.
    groups: Vec<(Certainty, Vec<&'u Attempt>)>,
}

/// The certainty that a write was done, of which only its client's knowledge and the other writes of its unit tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    NotDone,
    Open,
    Done,
}

/// The write behind each change.
struct Doers<'u> {
    by_change: Vec<Option<&'u Attempt>>,
    candidates: HashMap<i64, Vec<usize>>,
}

impl<'u, 'h> Numberless<'u, 'h> {
    pub(super) fn add_change(&mut self, row: Row, position: usize, change: &'h Change) {
        let kind = if change.after.is_some() { Kind::Touch } else { Kind::Delete };
        let index = self.changes.len();
        let version = |contents: &Option<Contents>| contents.as_ref().map(|contents| contents.version);
        if let Some(version) = version(&change.before) {
            self.over.entry((row, kind, version)).or_default().push(index);
        }
        if let Some(version) = version(&change.after) {
            self.to.entry((row, kind, version)).or_default().push(index);
        }
        self.any.entry((row, kind)).or_default().push(index);
        self.changes.push((row, position, change));
    }

    /// Adds the touches and deletes of a unit, when it is known which of its other writes were done.
    pub(super) fn add_unit(&mut self, unit: &'u Unit, claims: &Claims) {
        let mut open = Vec::new();
        for attempt in unit.attempts.iter().filter(|attempt| is_numberless(attempt)) {
            match certainty(attempt, unit, claims) {
                Certainty::Open if unit.parts == Parts::Together => open.push(attempt),
                certainty => self.groups.push((certainty, vec![attempt])),
            }
        }
        if !open.is_empty() {
            self.groups.push((Certainty::Open, open));
        }
    }

    /// The write behind each change, as far as there is one: the surest first, and of those in doubt the ones that explain most.
    pub(super) fn matched(&self, chains: &BTreeMap<Row, Chain<'_>>) -> Vec<(Row, usize, &'u Attempt)> {
        let attempts = || self.groups.iter().flat_map(|(_, group)| group);
        let candidates = attempts().map(|attempt| (attempt.intent.write, self.candidates(attempt, chains)));
        let mut doers = Doers { by_change: vec![None; self.changes.len()], candidates: candidates.collect() };
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(certainty, group)| Reverse((*certainty, group.len())));
        let mut torn = Vec::new();
        for (_, group) in groups {
            if group.len() > 1 {
                let before = doers.by_change.clone();
                if !group.iter().all(|attempt| doers.give_change(attempt)) {
                    doers.by_change = before;
                    torn.extend(group);
                }
            } else {
                group.iter().for_each(|attempt| _ = doers.give_change(attempt));
            }
        }
        // Nothing explains the remaining changes; these writes are the closest.
        torn.into_iter().for_each(|attempt| _ = doers.give_change(attempt));
        self.give_leftovers(attempts(), &mut doers);
        let doings = self.changes.iter().zip(doers.by_change);
        doings.filter_map(|((row, position, _), attempt)| Some((*row, *position, attempt?))).collect()
    }

    /// The changes that a write may have done.
    fn candidates(&self, attempt: &Attempt, chains: &BTreeMap<Row, Chain<'_>>) -> Vec<usize> {
        let Intent { row, kind, rule, basis, .. } = attempt.intent;
        let all = match (basis, attempt.told()) {
            (Some(basis), _) if rule != Rule::Unchecked => self.over.get(&(row, kind, basis.version)),
            (_, Some(told)) => self.to.get(&(row, kind, told)),
            _ => self.any.get(&(row, kind)),
        };
        let may_overwrite = |index: &usize| {
            let (row, position, _) = self.changes[*index];
            doing::may_overwrite(&attempt.intent, &chains[&row], position)
        };
        all.into_iter().flatten().copied().filter(may_overwrite).collect()
    }

    /// Assigns to each change without a write an acknowledged write that is nowhere else, over any state.
    fn give_leftovers<'a>(&self, attempts: impl Iterator<Item = &'a &'u Attempt>, doers: &mut Doers<'u>)
    where
        'u: 'a,
    {
        for attempt in attempts.filter(|attempt| attempt.fate == Fate::Acknowledged) {
            let has_change = doers.by_change.iter().flatten().any(|doer| doer.intent.write == attempt.intent.write);
            let all = self.any.get(&(attempt.intent.row, attempt.intent.kind)).into_iter().flatten().copied();
            let is_told =
                |index: &usize| attempt.told() == self.changes[*index].2.after.as_ref().map(|after| after.version);
            let left = all.filter(is_told).find(|index| doers.by_change[*index].is_none());
            if let Some(index) = left.filter(|_| !has_change) {
                doers.by_change[index] = Some(attempt);
            }
        }
    }
}

impl<'u> Doers<'u> {
    /// Finds a change for a write. Other writes may have to take another change, but a write that has a change keeps
    /// one.
    fn give_change(&mut self, attempt: &'u Attempt) -> bool {
        self.give_change_unless(attempt, &mut vec![false; self.by_change.len()])
    }

    fn give_change_unless(&mut self, attempt: &'u Attempt, is_seen: &mut [bool]) -> bool {
        for change in self.candidates[&attempt.intent.write].clone() {
            if std::mem::replace(&mut is_seen[change], true) {
                continue;
            }
            if self.by_change[change].is_none_or(|other| self.give_change_unless(other, is_seen)) {
                self.by_change[change] = Some(attempt);
                return true;
            }
        }
        false
    }
}

const fn is_numberless(attempt: &Attempt) -> bool {
    matches!(attempt.intent.kind, Kind::Touch | Kind::Delete)
}

/// A write in doubt is there exactly if the other writes of its unit are.
fn certainty(attempt: &Attempt, unit: &Unit, claims: &Claims) -> Certainty {
    match attempt.fate {
        Fate::Acknowledged => Certainty::Done,
        Fate::Refused => Certainty::NotDone,
        Fate::InDoubt if unit.parts == Parts::Each => Certainty::Open,
        Fate::InDoubt => {
            let is_other = |other: &&Attempt| other.fate == Fate::InDoubt && !is_numberless(other);
            match unit.attempts.iter().find(is_other) {
                Some(other) if claims.is_done(other.intent.write) => Certainty::Done,
                Some(_) => Certainty::NotDone,
                None => Certainty::Open,
            }
        }
    }
}
