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
        if is_program(&current) {
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
        let function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN; END; $$";
        assert_eq!(texts(&format!("{function};SELECT 1"), Engine::Postgres), [function, "SELECT 1"]);
    }
}
