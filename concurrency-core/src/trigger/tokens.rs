//! SQL as tokens, so that white space, comments and quotes make no difference. This file knows no grammar.

use super::Engine;

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword, or a name without quotes.
    Word,
    /// A name in quotes.
    Quoted,
    /// A text in quotes, or between PostgreSQL's dollars.
    Text,
    /// A number or a sign.
    Other,
}

/// A token as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    /// The position where it begins.
    pub(super) start: usize,
}

impl<'t> Token<'t> {
    /// Whether it is this keyword.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Other && self.text == sign
    }

    /// The name in this token, as the engine compares names; `None` if it is not a name.
    pub(super) fn name(&self, engine: Engine) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_ascii_lowercase()),
            Kind::Quoted => Some(folded(&unquoted(self.text), engine)),
            Kind::Text | Kind::Other => None,
        }
    }

    /// The name as it is written, before the engine folds its case.
    pub(super) fn spelled(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::Quoted => Some(unquoted(self.text)),
            Kind::Text | Kind::Other => None,
        }
    }

    /// The name in a text, where SQL allows only a name. SQLite takes any text for one, and MySQL with ANSI_QUOTES
    /// takes what is in `"`.
    pub(super) fn name_in_text(&self, engine: Engine) -> Option<String> {
        let is_name = match engine {
            Engine::Sqlite => true,
            Engine::Mysql => self.text.starts_with('"'),
            Engine::Postgres => false,
        };
        (self.kind == Kind::Text && is_name).then(|| folded(&unquoted(self.text), engine))
    }

    /// The token in the form in which we compare it.
    fn normal(&self, engine: Engine) -> String {
        self.name(engine).unwrap_or_else(|| self.text.replace("\r\n", "\n"))
    }

    /// The position where it ends.
    pub(super) const fn end(&self) -> usize {
        self.start.saturating_add(self.text.len())
    }

    /// The text between PostgreSQL's dollars.
    pub(super) fn inside_dollars(&self) -> Option<&'t str> {
        let rest = self.text.strip_prefix('$')?;
        let tag = rest.split('$').next()?.len().saturating_add(2);
        self.text.get(tag..self.text.len().checked_sub(tag)?)
    }
}

/// A name as the engine compares it. PostgreSQL distinguishes upper and lower case in quoted names.
pub(super) fn folded(name: &str, engine: Engine) -> String {
    if engine == Engine::Postgres { name.to_owned() } else { name.to_ascii_lowercase() }
}

/// The statement in a normal form. Two statements that say the same have the same form.
pub(super) fn normal(sql: &str, engine: Engine) -> Vec<String> {
    let mut words = Vec::new();
    for token in tokens(sql, engine) {
        match token.inside_dollars() {
            Some(program) => {
                words.push("$".to_owned());
                words.extend(normal(program, engine));
                words.push("$".to_owned());
            }
            None => words.push(token.normal(engine)),
        }
    }
    words
}

/// The tokens of the text. A quote or comment that is not closed ends with the text.
pub(super) fn tokens(sql: &str, engine: Engine) -> Tokens<'_> {
    Tokens { sql, engine, position: 0 }
}

pub(super) struct Tokens<'t> {
    sql: &'t str,
    engine: Engine,
    position: usize,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = self.sql.get(self.position..)?;
            let skipped = blank(rest, self.engine);
            if skipped == 0 {
                break;
            }
            self.position = self.position.saturating_add(skipped);
        }
        let rest = self.sql.get(self.position..)?;
        let (kind, length) = first(rest, self.engine)?;
        let token = Token { kind, text: rest.get(..length)?, start: self.position };
        self.position = self.position.saturating_add(length);
        Some(token)
    }
}

/// The number of bytes of white space or comment at the beginning of the text.
fn blank(rest: &str, engine: Engine) -> usize {
    let spaces = rest.len().saturating_sub(rest.trim_start().len());
    if spaces > 0 {
        return spaces;
    }
    let is_mysql = engine == Engine::Mysql;
    // MySQL executes the text in these comments.
    if is_mysql && (rest.starts_with("/*!") || rest.starts_with("/*M!")) {
        let head = if rest.starts_with("/*M!") { 4 } else { 3 };
        let digits = rest.bytes().skip(head).take_while(u8::is_ascii_digit).count();
        return head.saturating_add(digits);
    }
    if is_mysql && rest.starts_with("*/") {
        return 2;
    }
    if rest.starts_with("/*") {
        return comment(rest, engine == Engine::Postgres);
    }
    let is_line = rest.starts_with("--")
        && (!is_mysql || rest.get(2..).is_none_or(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)));
    if is_line || (is_mysql && rest.starts_with('#')) {
        return rest.find('\n').map_or(rest.len(), |end| end.saturating_add(1));
    }
    if rest.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// The length of the comment at the beginning of the text. PostgreSQL's comments can be nested.
fn comment(rest: &str, nests: bool) -> usize {
    let (mut depth, mut position) = (1_usize, 2_usize);
    while depth > 0 {
        let Some(after) = rest.get(position..) else { return rest.len() };
        let open = after.find("/*").filter(|_| nests).unwrap_or(usize::MAX);
        let Some(close) = after.find("*/") else { return rest.len() };
        let (next, deeper) = if open < close { (open, true) } else { (close, false) };
        depth = if deeper { depth.saturating_add(1) } else { depth.saturating_sub(1) };
        position = position.saturating_add(next).saturating_add(2);
    }
    position
}

/// The token at the beginning of the text, and its length.
fn first(rest: &str, engine: Engine) -> Option<(Kind, usize)> {
    let character = rest.chars().next()?;
    let escapes = engine == Engine::Mysql;
    Some(match character {
        '\'' => (Kind::Text, quoted(rest, '\'', escapes)),
        // A name with characters by their numbers.
        'U' | 'u' if engine == Engine::Postgres && rest.get(1..).is_some_and(|rest| rest.starts_with("&\"")) => {
            (Kind::Quoted, quoted(rest.get(2..)?, '"', false).saturating_add(2))
        }
        'E' | 'e' if engine == Engine::Postgres && rest.get(1..).is_some_and(|rest| rest.starts_with('\'')) => {
            (Kind::Text, quoted(rest.get(1..)?, '\'', true).saturating_add(1))
        }
        '"' if engine == Engine::Mysql => (Kind::Text, quoted(rest, '"', true)),
        '"' => (Kind::Quoted, quoted(rest, '"', false)),
        '`' if engine != Engine::Postgres => (Kind::Quoted, quoted(rest, '`', false)),
        '[' if engine == Engine::Sqlite => {
            (Kind::Quoted, rest.find(']').map_or(rest.len(), |end| end.saturating_add(1)))
        }
        '$' if engine == Engine::Postgres => match dollars(rest) {
            Some(length) => (Kind::Text, length),
            None => (Kind::Other, 1),
        },
        _ if is_part(character) => {
            let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
            (if character.is_ascii_digit() { Kind::Other } else { Kind::Word }, length)
        }
        _ => {
            let signs = [":=", "<=", ">=", "<>", "!=", "::", "||", "->"];
            let sign = signs.into_iter().find(|sign| rest.starts_with(sign));
            (Kind::Other, sign.map_or(character.len_utf8(), str::len))
        }
    })
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '@'
}

/// The length of the quoted text at the beginning. A doubled quote is one quote inside it.
fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((position, character)) = characters.next() {
        if escapes && character == '\\' {
            characters.next();
        } else if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => {
                    characters.next();
                }
                _ => return position.saturating_add(1),
            }
        }
    }
    rest.len()
}

/// The length of a text between dollars; `None` if there is no tag, because it is a parameter.
fn dollars(rest: &str) -> Option<usize> {
    let tag_end = rest.get(1..)?.find(|character: char| !is_part(character))?;
    let tag = rest.get(..tag_end.checked_add(2)?).filter(|tag| tag.ends_with('$'))?;
    if tag.chars().nth(1).is_some_and(|first| first.is_ascii_digit()) {
        return None;
    }
    let end = rest.get(tag.len()..)?.find(tag);
    Some(end.map_or(rest.len(), |end| end.saturating_add(tag.len().saturating_mul(2))))
}

/// The name with its escapes decoded. A name with invalid escapes stays as it is.
fn written_out(name: &str) -> String {
    let mut written = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, escape)) = rest.split_once('\\') {
        written.push_str(before);
        let (start, digits): (usize, usize) = if escape.starts_with('+') { (1, 6) } else { (0, 4) };
        let end = digits.saturating_add(start);
        let character = escape.get(start..end).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        if let Some(character) = character.and_then(char::from_u32) {
            written.push(character);
            rest = escape.get(end..).unwrap_or_default();
        } else {
            written.push('\\');
            rest = escape.strip_prefix('\\').unwrap_or(escape);
        }
    }
    written + rest
}

fn unquoted(text: &str) -> String {
    if let Some(name) = text.strip_prefix(['U', 'u']).and_then(|text| text.strip_prefix('&')) {
        return written_out(&unquoted(name));
    }
    let mut characters = text.chars();
    let (open, close) = (characters.next(), characters.next_back());
    let inside = characters.as_str();
    match (open, close) {
        (Some(quote @ ('"' | '`' | '\'')), _) => inside.replace(&String::from_iter([quote, quote]), &quote.to_string()),
        _ => inside.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str, engine: Engine) -> Vec<&str> {
        tokens(sql, engine).map(|token| token.text).collect()
    }

    #[test]
    fn white_space_and_comments_are_nothing() {
        for engine in [Engine::Sqlite, Engine::Postgres, Engine::Mysql] {
            let plain = normal("SET a.b = 1", engine);
            for same in
                ["set\r\n\ta . b =/* x */1", "-- SET\nSET a.b -- c\n= 1", "SET a.b /* ' */ = 1", "\u{feff}SET a.b=1"]
            {
                assert_eq!(normal(same, engine), plain, "{same:?} on {engine}");
            }
            assert_ne!(normal("SET a.b = '1'", engine), plain);
        }
        assert_eq!(texts("a # b\n c", Engine::Mysql), ["a", "c"]);
        assert_eq!(texts("a--1", Engine::Mysql), ["a", "-", "-", "1"]);
        assert_eq!(texts("/*!50003 CREATE*/ /*M! X */", Engine::Mysql), ["CREATE", "X"]);
        assert_eq!(texts("/* a /* b */ c */ d", Engine::Postgres), ["d"]);
        assert_eq!(texts("/* a /* b */ c", Engine::Sqlite), ["c"]);
    }

    #[test]
    fn what_is_quoted_is_one_token() {
        assert_eq!(texts("'a;''b' \"c\"\"d\" x", Engine::Sqlite), ["'a;''b'", "\"c\"\"d\"", "x"]);
        assert_eq!(texts(r"'a\';b' `c``d`", Engine::Mysql), [r"'a\';b'", "`c``d`"]);
        assert_eq!(texts(r"'a\' x", Engine::Postgres), [r"'a\'", "x"]);
        assert_eq!(
            texts(r"E'a\'x' $1 $$b;$$ $t$c $$ $t$ d", Engine::Postgres),
            [r"E'a\'x'", "$", "1", "$$b;$$", "$t$c $$ $t$", "d"]
        );
        for open in ["'", "\"", "/*", "$$", "$a$x"] {
            assert!(texts(&format!("{open}ä"), Engine::Postgres).len() <= 1);
        }
        let [token] = &tokens("$t$c $$ $t$", Engine::Postgres).collect::<Vec<_>>()[..] else { panic!("one") };
        assert_eq!(token.inside_dollars(), Some("c $$ "));
    }

    #[test]
    fn names_are_compared_as_the_engine_does() {
        assert_eq!(normal("\"Ab\" ab AB", Engine::Postgres), ["Ab", "ab", "ab"]);
        assert_eq!(normal(r#"U&"\0061b\\" u&"\+000041\q" u & "a""#, Engine::Postgres), [r"ab\", r"A\q", "u", "&", "a"]);
        assert_eq!(normal("\"Ab\" [aB] `AB`", Engine::Sqlite), ["ab", "ab", "ab"]);
        assert_eq!(normal("`A``b` \"A\"", Engine::Mysql), ["a`b", "\"A\""]);
    }
}
