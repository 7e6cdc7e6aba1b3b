//! How MySQL shows a name with a backtick in `information_schema`: not as it was written. MariaDB, and SHOW CREATE TRIGGER, show it whole.

/// The quoted name as MySQL shows it. It writes the name without the doubling into the middle of the text that was read, of which it keeps,
/// at either end, as many bytes as there are doubled backticks. `None` where that cuts a character in two.
pub(super) fn shown_by_mysql(quoted: &str) -> Option<String> {
    let inside = quoted.strip_prefix('`')?.strip_suffix('`')?;
    let name = inside.replace("``", "`");
    let kept = inside.len().checked_sub(name.len())?;
    Some(format!("`{}{name}{}`", inside.get(..kept)?, inside.get(name.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As MySQL 9.7 showed them.
    #[test]
    fn a_name_is_shown_as_mysql_shows_it() {
        for (quoted, shown) in [
            ("`version`", "`version`"),
            ("`a``b`", "`aa`bb`"),
            ("```x`", "```xx`"),
            ("`y```", "`yy```"),
            ("`m``n``o`", "`m`m`n`o`o`"),
            ("`q````r`", "`q`q``r`r`"),
        ] {
            assert_eq!(shown_by_mysql(quoted).as_deref(), Some(shown), "{quoted}");
        }
        assert_eq!(shown_by_mysql("`é``x`"), None);
        assert_eq!(shown_by_mysql("x"), None);
    }
}
