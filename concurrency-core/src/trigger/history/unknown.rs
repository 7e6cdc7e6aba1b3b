//! Unknown statements. They may have changed the triggers that they name.

use super::super::Engine;
use super::super::statements::Statement;
use super::super::tokens::{Kind, Token};
use super::History;
use super::programs::Doubt;
use super::standing::Standing;

/// The beginnings of statements that leave tables and triggers as they are.
const HARMLESS: &[&str] = &[
    "ANALYSE",
    "ANALYZE",
    "ATTACH",
    "BEGIN",
    "CHECK",
    "CHECKPOINT",
    "CHECKSUM",
    "CLOSE",
    "CLUSTER",
    "COMMENT",
    "COMMIT",
    "COPY",
    "DEALLOCATE",
    "DECLARE",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DETACH",
    "DISCARD",
    "END",
    "EXECUTE",
    "EXPLAIN",
    "FETCH",
    "FLUSH",
    "GRANT",
    "HANDLER",
    "IMPORT",
    "INSERT",
    "KILL",
    "LISTEN",
    "LOAD",
    "LOCK",
    "MERGE",
    "MOVE",
    "NOTIFY",
    "OPTIMIZE",
    "PRAGMA",
    "REASSIGN",
    "REFRESH",
    "REINDEX",
    "RELEASE",
    "REPAIR",
    "REPLACE",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SECURITY",
    "SELECT",
    "SET",
    "SHOW",
    "START",
    "TABLE",
    "TRUNCATE",
    "UNLISTEN",
    "UNLOCK",
    "UPDATE",
    "USE",
    "VACUUM",
    "VALUES",
    "WITH",
];

/// The kinds of objects of DROP and ALTER that are not tables or triggers and contain none.
const HARMLESS_THINGS: &[&str] = &[
    "ACCESS",
    "AGGREGATE",
    "CAST",
    "COLLATION",
    "CONVERSION",
    "DATABASE",
    "DEFAULT",
    "DOMAIN",
    "EVENT",
    "EXTENSION",
    "FUNCTION",
    "GROUP",
    "INDEX",
    "LANGUAGE",
    "LARGE",
    "MATERIALIZED",
    "OPERATOR",
    "POLICY",
    "PREPARE",
    "PROCEDURE",
    "PUBLICATION",
    "ROLE",
    "ROUTINE",
    "RULE",
    "SEQUENCE",
    "SERVER",
    "STATISTICS",
    "SUBSCRIPTION",
    "SYSTEM",
    "TABLESPACE",
    "TEXT",
    "TRANSFORM",
    "TYPE",
    "USER",
    "VIEW",
];

impl History {
    /// Whether the statement certainly leaves the triggers as they are.
    pub(super) fn is_harmless(statement: &Statement<'_>) -> bool {
        let is_one_of = |token: Option<&Token<'_>>, words: &[&str]| {
            token.is_some_and(|token| words.iter().any(|word| token.is(word)))
        };
        let (first, second) = (statement.tokens.first(), statement.tokens.get(1));
        if statement.begins(&["DROP"]) || statement.begins(&["ALTER"]) {
            return is_one_of(second, HARMLESS_THINGS);
        }
        is_one_of(first, HARMLESS) || first.is_some_and(|first| first.is_sign("("))
    }

    /// From here on, the text does not say whether the triggers exist whose name, or whose table's name, is in the
    /// statement.
    pub(super) fn doubt_what_it_names(&mut self, statement: &Statement<'_>, engine: Engine) {
        let tokens = &statement.tokens;
        let is_named = |standing: &Standing| {
            let names = [Some(standing.spec.table.clone()), Some(standing.spec.name()), standing.function.clone()];
            names.into_iter().flatten().any(|name| tokens.iter().any(|token| may_mean(token, &name, engine)))
        };
        let named = self.standing.iter().enumerate().filter(|(_, standing)| is_named(standing));
        let named = named.map(|(index, _)| index).collect();
        self.doubt(&Doubt::Of(named), statement.text);
    }
}

/// Whether the token is the name, or a text that contains it.
fn may_mean(token: &Token<'_>, name: &str, engine: Engine) -> bool {
    match token.kind {
        Kind::Text => token.text.to_ascii_lowercase().contains(&name.to_ascii_lowercase()),
        _ => token.name(engine).is_some_and(|token| token == name),
    }
}
