//! Reads how the server shows that a table is made, as far as it says what the table is. Only this shows a temporary
//! table, which may hide another table of its name, and what a view is made of.

/// What a name refers to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Table {
        is_temporary: bool,
        /// `None` if the session hides it.
        engine: Option<String>,
        /// Whether the database computes a column.
        has_generated_column: bool,
    },
    /// A view: of one table or view, with its name, or of anything else.
    View(Option<Vec<String>>),
}

impl Shown {
    /// Reads the statement that would create it.
    pub(super) fn read(statement: &str) -> Self {
        match statement.strip_prefix("CREATE TEMPORARY TABLE ") {
            Some(rest) => Self::table(rest, true),
            None => match statement.strip_prefix("CREATE TABLE ") {
                Some(rest) => Self::table(rest, false),
                None => Self::View(viewed(statement)),
            },
        }
    }

    /// The options are in the line that closes the list of columns, the engine first. Line breaks in texts are escaped.
    fn table(rest: &str, is_temporary: bool) -> Self {
        let options = rest.split("\n)").nth(1).and_then(|rest| rest.lines().next());
        let engine = options.and_then(|options| options.split_once("ENGINE="));
        let engine = engine.and_then(|(_, rest)| rest.split(' ').next()).map(str::to_owned);
        let has_generated_column = rest.contains(" GENERATED ALWAYS AS ");
        Self::Table { is_temporary, engine, has_generated_column }
    }
}

/// The one table that a view selects from.
fn viewed(statement: &str) -> Option<Vec<String>> {
    let (_, mut rest) = statement.split_once(" AS select ")?;
    let mut depth: usize = 0;
    // The list of columns may hold names, texts and selects of its own.
    while depth > 0 || !rest.starts_with(" from ") {
        let first = rest.chars().next()?;
        rest = match first {
            '`' | '"' | '\'' => quoted(rest)?.1,
            _ => rest.get(first.len_utf8()..)?,
        };
        depth = match first {
            '(' => depth.checked_add(1)?,
            ')' => depth.checked_sub(1)?,
            _ => depth,
        };
    }
    let (name, mut rest) = name(rest.strip_prefix(" from ")?)?;
    let mut path = vec![name];
    if let Some(second) = rest.strip_prefix('.') {
        let (name, after) = self::name(second)?;
        path.push(name);
        rest = after;
    }
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(" where ") || rest.starts_with(" WITH ");
    let rest = match rest.strip_prefix(' ').and_then(self::name) {
        // An alias.
        Some((_, rest)) => rest,
        None => rest,
    };
    is_end(rest).then_some(path)
}

/// A name in quotes, and what comes after it.
fn name(text: &str) -> Option<(String, &str)> {
    let first = text.chars().next().filter(|first| matches!(first, '`' | '"'))?;
    let (name, rest) = quoted(text)?;
    Some((name.replace(&format!("{first}{first}"), &first.to_string()), rest))
}

/// The text in the quotes at the beginning, and what comes after them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next()?;
    let inside = text.get(quote.len_utf8()..)?;
    let mut characters = inside.char_indices().peekable();
    while let Some((position, character)) = characters.next() {
        if character == '\\' && quote == '\'' {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Some((inside.get(..position)?, inside.get(position.checked_add(quote.len_utf8())?..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Shown;

    fn table(is_temporary: bool, engine: Option<&str>, has_generated_column: bool) -> Shown {
        Shown::Table { is_temporary, engine: engine.map(str::to_owned), has_generated_column }
    }

    fn view(path: &[&str]) -> Shown {
        Shown::View(Some(path.iter().map(|name| (*name).to_owned()).collect()))
    }

    #[test]
    fn tables_are_read() {
        let innodb = "CREATE TABLE `a` (\n  `id` bigint(20) NOT NULL COMMENT 'x\\n) ENGINE=MyISAM',\n  PRIMARY KEY (`id`)\n\
                      ) ENGINE=InnoDB DEFAULT CHARSET=latin1 COMMENT='ENGINE=CSV'\n PARTITION BY HASH (`id`)\nPARTITIONS 3";
        assert_eq!(Shown::read(innodb), table(false, Some("InnoDB"), false));
        let aria = "CREATE TEMPORARY TABLE `a` (\n  `id` int,\n  `b` int GENERATED ALWAYS AS (`id` + 1) VIRTUAL\n) ENGINE=Aria";
        assert_eq!(Shown::read(aria), table(true, Some("Aria"), true));
        assert_eq!(Shown::read("CREATE TABLE \"a\" (\n  \"id\" int\n)"), table(false, None, false));
        let with_space =
            "CREATE TABLE `a` (\n  `id` int\n) /*!50100 TABLESPACE `t` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4";
        assert_eq!(Shown::read(with_space), table(false, Some("InnoDB"), false));
    }

    #[test]
    fn views_of_one_table_are_read() {
        let made = "CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v` AS select ";
        let read = |select: &str| Shown::read(&format!("{made}{select}"));
        assert_eq!(read("`b`.`id` AS `id` from `b`"), view(&["b"]));
        assert_eq!(read("`b`.`id` AS `a from b` from `other`.`b`"), view(&["other", "b"]));
        assert_eq!(read("`x`.`id` AS `id` from `b``c` `x` where (`x`.`id` > 1)"), view(&["b`c"]));
        assert_eq!(read("`b`.`id` AS `id` from `b` where `b`.`id` > 1 WITH CASCADED CHECK OPTION"), view(&["b"]));
        let inside = "(select max(`c`.`id`) from `c`) AS `m`,') from `d`' AS `t` from `b`";
        assert_eq!(read(inside), view(&["b"]));
        assert_eq!(read("'it\\'s from `d`' AS `t`,'it''s' AS `u` from `b`"), view(&["b"]));
        for several in [
            "`b`.`id` AS `id` from (`b` join `c`)",
            "1 AS `1`",
            "`b`.`id` AS `id` from `b` group by `b`.`id`",
            "`b` AS 'x",
        ] {
            assert_eq!(read(several), Shown::View(None), "{several}");
        }
    }
}
