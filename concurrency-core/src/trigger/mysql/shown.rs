//! How MySQL shows a name with a backtick in `information_schema`, which differs from how it was written. MariaDB, and
//! SHOW CREATE TRIGGER, show the name as it was written.

/// The quoted name as MySQL shows it. MySQL writes the name, without doubled backticks, into the middle of the text
/// that it read, and keeps at either end of that text as many bytes as there are doubled backticks. `None` if that
/// splits a character.
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
