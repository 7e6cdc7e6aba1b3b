//! Other triggers that set the version, recognised by what their program writes.

use super::found::{FoundColumn, FoundTrigger};
use super::state::state;
use super::tokens::{Kind, Token, folded, tokens};
use super::{Engine, TriggerSpec};

/// The other triggers on the table that set the version of an updated row after ours has.
pub(super) fn setting<'f>(
    spec: &TriggerSpec,
    engine: Engine,
    columns: &[FoundColumn],
    found: &'f [FoundTrigger],
) -> Vec<&'f FoundTrigger> {
    let own = state(spec, engine, columns, found).own();
    let own_position = own.and_then(|own| found.iter().position(|trigger| trigger == own));
    let comes_later = |position: usize, trigger: &FoundTrigger| match (own, own_position) {
        (Some(own), _) if engine == Engine::Postgres => trigger.trigger_name > own.trigger_name,
        (_, Some(own)) if engine == Engine::Mysql => position > own,
        _ => true,
    };
    let sets = |trigger: &FoundTrigger| {
        trigger.stands_on(spec, engine)
            && !trigger.definition.is_empty()
            && !trigger.is_ours(engine)
            && fires_on_update(trigger, engine)
    };
    let sets_version = |position: usize, trigger: &FoundTrigger| {
        let program: Vec<Token<'_>> = tokens(trigger.program(), engine).collect();
        let program = Program { tokens: &program, version: folded(&spec.version, engine), engine };
        let sets_row = || program.assigns() || (is_before(trigger, engine) && program.returns_another_row());
        (comes_later(position, trigger) && sets_row()) || program.writes(spec)
    };
    let found = found.iter().enumerate().filter(|(_, trigger)| sets(trigger));
    found.filter(|(position, trigger)| sets_version(*position, trigger)).map(|(_, trigger)| trigger).collect()
}

/// The text before the table: when and for which events it fires.
fn events<'t>(trigger: &'t FoundTrigger, engine: Engine) -> impl Iterator<Item = Token<'t>> {
    tokens(&trigger.definition, engine).take_while(|token| !token.is("ON") && !token.is("FOR"))
}

fn fires_on_update(trigger: &FoundTrigger, engine: Engine) -> bool {
    events(trigger, engine).any(|token| token.is("UPDATE"))
}

/// Whether the row becomes what the function returns (PostgreSQL).
fn is_before(trigger: &FoundTrigger, engine: Engine) -> bool {
    engine == Engine::Postgres && events(trigger, engine).any(|token| token.is("BEFORE"))
}

/// Words in an expression that is one of the two rows.
const ROWS: &[&str] = &[
    "AND", "CASE", "COALESCE", "ELSE", "END", "IN", "IS", "NEW", "NOT", "NULL", "OLD", "OR", "TG_OP", "TG_WHEN",
    "THEN", "WHEN",
];

struct Program<'p, 't> {
    tokens: &'p [Token<'t>],
    version: String,
    engine: Engine,
}

impl Program<'_, '_> {
    /// Whether it writes the version of the new row, or all of that row.
    fn assigns(&self) -> bool {
        (0..self.tokens.len()).any(|position| {
            let Some(length) = self.target_at(position) else { return false };
            let after = self.tokens.get(position.saturating_add(length));
            let is_sign = |sign: &str| after.is_some_and(|after| after.is_sign(sign));
            is_sign(":=") || (is_sign("=") && self.is_statement(position)) || self.is_written_into(position)
        })
    }

    /// The number of tokens here that name the version of the new row, or on PostgreSQL all of that row.
    fn target_at(&self, position: usize) -> Option<usize> {
        let rest = self.tokens.get(position..)?;
        let (new, behind) = rest.split_first()?;
        if !self.is_new(new)
            || position.checked_sub(1).and_then(|dot| self.tokens.get(dot)).is_some_and(|dot| dot.is_sign("."))
        {
            return None;
        }
        match behind {
            [dot, column, ..] if dot.is_sign(".") => {
                column.name(self.engine).is_some_and(|name| name == self.version).then_some(3)
            }
            _ => (self.engine == Engine::Postgres).then_some(1),
        }
    }

    /// Whether the token is NEW, or a name that a declaration gives it: `row ALIAS FOR NEW`.
    fn is_new(&self, token: &Token<'_>) -> bool {
        let is_alias = |window: &[Token<'_>]| match window {
            [alias, word, preposition, new] => {
                word.is("ALIAS")
                    && preposition.is("FOR")
                    && new.is("NEW")
                    && alias.name(self.engine) == token.name(self.engine)
            }
            _ => false,
        };
        token.is("NEW") || (token.kind == Kind::Word && self.tokens.windows(4).any(is_alias))
    }

    /// Whether a statement begins here, or the next assignment of SET.
    fn is_statement(&self, position: usize) -> bool {
        let begins = ["BEGIN", "THEN", "ELSE", "LOOP", "DO", "SET", "DIAGNOSTICS"];
        let before = position.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.is_none_or(|before| {
            let is_end = before.is_sign(";") || before.is_sign(",") || before.is_sign(">>");
            is_end || begins.iter().any(|word| before.is(word))
        })
    }

    /// Whether the code assigns to this place: the list after INTO, the variable of FOR, or an argument of CALL, which
    /// may be OUT.
    fn is_written_into(&self, position: usize) -> bool {
        let before = self.tokens.get(..position).unwrap_or_default();
        let statement = before.rsplit(|token| token.is_sign(";")).next().unwrap_or_default();
        let ends = ["FROM", "WHERE", "USING", "VALUES", "SELECT", "GROUP", "ORDER", "LIMIT", "FOR", "INSERT", "MERGE"];
        let is_list = |token: &Token<'_>| !ends.iter().any(|word| token.is(word)) && !token.is_sign("(");
        let into = statement.iter().rposition(|token| token.is("INTO"));
        let is_insert = into.and_then(|into| into.checked_sub(1)).and_then(|before| statement.get(before));
        let is_insert =
            is_insert.is_some_and(|before| before.is("INSERT") || before.is("MERGE") || before.is("REPLACE"));
        let is_into = into.filter(|_| !is_insert).and_then(|into| statement.get(into.saturating_add(1)..));
        // `SELECT INTO target expression` has the value after the target.
        let is_target =
            statement.last().is_some_and(|before| before.is("INTO") || before.is("STRICT") || before.is_sign(","));
        let is_filled = is_target && is_into.is_some_and(|list| list.iter().all(is_list));
        let is_loop = statement.last().is_some_and(|token| token.is("FOR") || token.is("FOREACH"));
        let is_alias = statement.len() > 1 && statement.iter().rev().nth(1).is_some_and(|token| token.is("ALIAS"));
        // Only the version, because a whole row that is passed is not a variable.
        let is_call = statement.iter().any(|token| token.is("CALL")) && self.target_at(position) == Some(3);
        is_filled || (is_loop && !is_alias) || is_call
    }

    /// Whether RETURN returns a row other than NEW or OLD: a record, or the result of a function.
    fn returns_another_row(&self) -> bool {
        let returns = self.tokens.iter().enumerate().filter(|(_, token)| token.is("RETURN"));
        let mut expressions = returns.map(|(position, _)| {
            let rest = self.tokens.get(position.saturating_add(1)..).unwrap_or_default();
            rest.split(|token| token.is_sign(";")).next().unwrap_or_default()
        });
        let is_other = |token: &Token<'_>| {
            matches!(token.kind, Kind::Word | Kind::Quoted)
                && !ROWS.iter().any(|word| token.is(word))
                && !self.is_new(token)
        };
        expressions.any(|expression| expression.iter().any(is_other))
    }

    /// Whether it writes the version of a row of the table with its own statement.
    fn writes(&self, spec: &TriggerSpec) -> bool {
        (0..self.tokens.len()).any(|position| {
            let rest = self.tokens.get(position..).unwrap_or_default();
            let statement: Vec<&Token<'_>> = rest.iter().take_while(|token| !token.is_sign(";")).collect();
            match statement.first() {
                Some(first) if first.is("UPDATE") => self.updates(spec, &statement),
                Some(first) if first.is("INSERT") || first.is("REPLACE") => self.replaces(spec, &statement),
                _ => false,
            }
        })
    }

    fn is_table(&self, token: &Token<'_>, spec: &TriggerSpec) -> bool {
        token.name(self.engine).is_some_and(|name| name == folded(spec.table(), self.engine))
    }

    /// `UPDATE table SET …, version = …`, up to its WHERE.
    fn updates(&self, spec: &TriggerSpec, statement: &[&Token<'_>]) -> bool {
        // Only a table and little else is in between, so this is not the UPDATE of a trigger's event.
        let next = statement.iter().skip(1).find(|token| token.is("SET") || token.is("UPDATE"));
        let set = statement.iter().position(|token| token.is("SET"));
        let Some(set) = set.filter(|_| next.is_some_and(|next| next.is("SET"))) else { return false };
        let (table, assignments) = statement.split_at(set);
        table.iter().any(|token| self.is_table(token, spec)) && self.sets_version(assignments)
    }

    /// `INSERT INTO table … ON CONFLICT … DO UPDATE SET version = …`, and SQLite's REPLACE, which writes all of the row.
    fn replaces(&self, spec: &TriggerSpec, statement: &[&Token<'_>]) -> bool {
        let Some(into) = statement.iter().take(5).position(|token| token.is("INTO")) else { return false };
        if !statement.iter().skip(into).take(4).any(|token| self.is_table(token, spec)) {
            return false;
        }
        let is_replace = statement.iter().take(into).any(|token| token.is("REPLACE"));
        let set = statement.iter().position(|token| token.is("SET"));
        is_replace || set.and_then(|set| statement.get(set..)).is_some_and(|assignments| self.sets_version(assignments))
    }

    /// Whether SET sets the version: `a = 1, version = 2`, `(a, version) = (1, 2)`.
    fn sets_version(&self, assignments: &[&Token<'_>]) -> bool {
        let mut depth = 0_usize;
        let (mut is_target, mut may_be_list) = (false, false);
        for (position, token) in assignments.iter().enumerate() {
            if token.is("WHERE") && depth == 0 {
                return false;
            }
            let is_version = token.name(self.engine).is_some_and(|name| name == self.version);
            if is_version
                && is_target
                && (may_be_list || assignments.get(position.saturating_add(1)).is_some_and(|next| next.is_sign("=")))
            {
                return true;
            }
            if token.is_sign("(") {
                may_be_list = depth == 0 && is_target;
                depth = depth.saturating_add(1);
            } else if token.is_sign(")") {
                depth = depth.saturating_sub(1);
                may_be_list = false;
            }
            is_target = (token.is("SET") && position == 0) || (token.is_sign(",") && depth == 0) || may_be_list;
        }
        false
    }
}
