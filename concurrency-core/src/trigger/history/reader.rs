//! Reads tokens from the left.

use super::super::Engine;
use super::super::tokens::Token;
use super::standing::Name;

#[derive(Clone, Copy)]
pub(super) struct Reader<'r, 't> {
    pub(super) rest: &'r [Token<'t>],
    pub(super) engine: Engine,
}

impl Reader<'_, '_> {
    /// Takes these keywords, if they come next.
    pub(super) fn takes(&mut self, words: &[&str]) -> bool {
        let comes = self.rest.len() >= words.len() && words.iter().zip(self.rest).all(|(word, token)| token.is(word));
        if comes {
            self.rest = self.rest.get(words.len()..).unwrap_or_default();
        }
        comes
    }

    /// Takes the first of these keywords that comes next.
    pub(super) fn takes_one_of(&mut self, words: &[&[&str]]) -> bool {
        words.iter().any(|words| self.takes(words))
    }

    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let comes = self.rest.first().is_some_and(|token| token.is_sign(sign));
        if comes {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        comes
    }

    /// `name` or `schema.name`.
    pub(super) fn name(&mut self) -> Option<Name> {
        let first = self.part()?;
        if self.sign(".") {
            return self.part().map(|name| Name { schema: Some(first), name });
        }
        Some(Name { schema: None, name: first })
    }

    /// Names with commas between them. The arguments of a function are skipped.
    pub(super) fn names(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        while let Some(name) = self.name() {
            names.push(name.in_default_schema());
            self.parentheses();
            if !self.sign(",") {
                break;
            }
        }
        names
    }

    /// Whether the statement switches triggers on or off; `None` if it does neither.
    pub(super) fn switch(&mut self) -> Option<bool> {
        if self.takes(&["DISABLE", "TRIGGER"]) || self.takes(&["ENABLE", "REPLICA", "TRIGGER"]) {
            return Some(false);
        }
        (self.takes(&["ENABLE", "TRIGGER"]) || self.takes(&["ENABLE", "ALWAYS", "TRIGGER"])).then_some(true)
    }

    /// Skips to the position after the next comma outside parentheses.
    pub(super) fn next_action(&mut self) {
        while !self.rest.is_empty() {
            self.parentheses();
            if self.sign(",") {
                return;
            }
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
    }

    /// Skips the parentheses that begin here, if any do.
    fn parentheses(&mut self) {
        let mut depth = 0_usize;
        while let Some((first, rest)) = self.rest.split_first() {
            if first.is_sign("(") {
                depth = depth.saturating_add(1);
            } else if depth == 0 {
                return;
            } else if first.is_sign(")") {
                depth = depth.saturating_sub(1);
            }
            self.rest = rest;
        }
    }

    fn part(&mut self) -> Option<String> {
        let (first, rest) = self.rest.split_first()?;
        let name = first.name(self.engine).or_else(|| first.name_in_text(self.engine))?;
        self.rest = rest;
        Some(name)
    }
}
