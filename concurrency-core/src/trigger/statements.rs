//! A migration's text as statements. The tokens decide where a statement ends: not at a semicolon inside a trigger, a
//! text or a comment.

use super::Engine;
use super::tokens::{Token, tokens};

/// A statement, without the semicolon after it.
#[derive(Debug)]
pub(super) struct Statement<'m> {
    pub(super) text: &'m str,
    pub(super) tokens: Vec<Token<'m>>,
}

impl Statement<'_> {
    /// Whether it begins with these keywords.
    pub(super) fn begins(&self, words: &[&str]) -> bool {
        self.tokens.len() >= words.len() && words.iter().zip(&self.tokens).all(|(word, token)| token.is(word))
    }
}

impl Statement<'_> {
    /// Whether MySQL runs it as a program, which has statements of its own.
    pub(super) fn is_compound(&self, engine: Engine) -> bool {
        is_compound(&self.tokens, engine)
    }

    /// The statement that `SET STATEMENT … FOR` runs.
    pub(super) fn inner(&self) -> Option<Self> {
        if !self.begins(&["SET", "STATEMENT"]) {
            return None;
        }
        let position = self.tokens.iter().position(|token| token.is("FOR"))?;
        let tokens = self.tokens.get(position.checked_add(1)?..)?.to_vec();
        let start = tokens.first()?.start.checked_sub(self.tokens.first()?.start)?;
        Some(Statement { text: self.text.get(start..)?, tokens })
    }
}

/// The statements of a migration, in order.
pub(super) fn statements(sql: &str, engine: Engine) -> Vec<Statement<'_>> {
    let (mut statements, mut current, mut depth) = (Vec::new(), Vec::new(), 0_usize);
    let mut before: Option<Token<'_>> = None;
    for token in tokens(sql, engine) {
        if depth == 0 && token.is_sign(";") {
            statements.extend(statement(sql, std::mem::take(&mut current)));
            before = None;
            continue;
        }
        current.push(token);
        if is_compound(&current, engine) {
            let opens =
                before.is_none_or(|before| begins_a_statement(&before)) && OPENING.iter().any(|word| token.is(word));
            let is_case = token.is("CASE") && !opens && !before.is_some_and(|before| before.is("END"));
            // BEGIN alone begins a transaction.
            let is_block = current.len() == 2 && current.first().is_some_and(|first| first.is("BEGIN")) && !opens;
            if (opens && !(token.is("BEGIN") && current.len() == 1)) || is_case || is_block {
                depth = depth.saturating_add(1);
            } else if token.is("END") {
                depth = depth.saturating_sub(1);
            }
        } else if is_program(&current) {
            // `IF` and the like are not counted, so the END of `END IF` must not count, either. The CASE of `END CASE`
            // opens nothing.
            let is_end_of = before.is_some_and(|before: Token<'_>| before.is("END"));
            if (token.is("BEGIN") || token.is("CASE")) && !is_end_of {
                depth = depth.saturating_add(1);
            } else if token.is("END") {
                depth = depth.saturating_sub(1);
            } else if is_end_of && ["IF", "LOOP", "WHILE", "REPEAT"].iter().any(|word| token.is(word)) {
                depth = depth.saturating_add(1);
            }
        }
        before = Some(token);
    }
    statements.extend(statement(sql, current));
    statements
}

fn statement<'m>(sql: &'m str, tokens: Vec<Token<'m>>) -> Option<Statement<'m>> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    Some(Statement { text: sql.get(first.start..last.end())?, tokens })
}

/// The words that begin a MySQL block, at the beginning of a statement.
const OPENING: &[&str] = &["BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"];

/// Whether a statement of a block begins after the token.
fn begins_a_statement(before: &Token<'_>) -> bool {
    before.is_sign(";")
        || ["THEN", "ELSE", "DO", "LOOP", "REPEAT", "BEGIN", "ATOMIC"].iter().any(|word| before.is(word))
}

/// Whether it is a MySQL block outside a program.
fn is_compound(statement: &[Token<'_>], engine: Engine) -> bool {
    let (Some(first), second) = (statement.first(), statement.get(1)) else { return false };
    // Under sql_mode = ORACLE a block needs no NOT ATOMIC.
    let is_block = first.is("BEGIN") && second.is_some_and(|second| !second.is("WORK"));
    engine == Engine::Mysql && (is_block || OPENING.iter().skip(1).any(|word| first.is(word)))
}

/// Whether it creates something that contains statements.
fn is_program(statement: &[Token<'_>]) -> bool {
    let is_one = |token: &Token<'_>| ["TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"].iter().any(|word| token.is(word));
    statement.first().is_some_and(|token| token.is("CREATE")) && statement.iter().take(12).any(is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str, engine: Engine) -> Vec<&str> {
        statements(sql, engine).iter().map(|statement| statement.text).collect()
    }

    #[test]
    fn a_semicolon_inside_ends_nothing() {
        let trigger =
            "CREATE TRIGGER t AFTER UPDATE ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; UPDATE a SET b = ';'; END";
        let sql = format!("-- a; b\nSELECT 1;\r\n{trigger};SELECT 2 /* ; */;;\n");
        assert_eq!(texts(&sql, Engine::Sqlite), ["SELECT 1", trigger, "SELECT 2"]);
        let strict =
            "CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW BEGIN IF 1 THEN SET @a = 1; END IF; SET @b = 2; END";
        assert_eq!(
            texts(&format!("{strict}; BEGIN; SELECT 1; COMMIT"), Engine::Mysql),
            [strict, "BEGIN", "SELECT 1", "COMMIT"]
        );
        let blocks = [
            "IF a THEN SELECT CASE WHEN 1 THEN 2 END; IF (b) THEN SELECT IF(1, 2, 3); END IF; ELSE SELECT 4; END IF",
            "BEGIN NOT ATOMIC SELECT 1; BEGIN SELECT 2; END; FOR i IN 1..2 DO SELECT i; END FOR; END",
            "WHILE a DO SELECT 1; REPEAT SELECT 2; UNTIL b END REPEAT; CASE c WHEN 1 THEN SELECT 3; END CASE; END WHILE",
        ];
        for block in blocks {
            assert_eq!(texts(&format!("{block}; BEGIN; SELECT 1"), Engine::Mysql), [block, "BEGIN", "SELECT 1"]);
        }
        let function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN; END; $$";
        assert_eq!(texts(&format!("{function};SELECT 1"), Engine::Postgres), [function, "SELECT 1"]);
    }
}
