//! Fills the SQL of the `.sql` files. Which values go in is said where a file is used.

/// The SQL of a file without the comment at its head, each `{name}` replaced by its value.
///
/// In one pass, so that a value which looks like a `{name}` itself stays as it is.
pub(super) fn fill(file: &str, values: &[(&str, &str)]) -> String {
    let template = without_head_comment(file);
    let mut sql = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        sql.push_str(before);
        let value = after
            .split_once('}')
            .and_then(|(name, tail)| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (value, tail)));
        if let Some((value, tail)) = value {
            sql.push_str(value);
            rest = tail;
        } else {
            sql.push('{');
            rest = after;
        }
    }
    sql.push_str(rest);
    sql
}

fn without_head_comment(file: &str) -> &str {
    let mut sql = file;
    while sql.starts_with("--") {
        sql = sql.split_once('\n').map_or("", |(_, rest)| rest);
    }
    sql.trim_end()
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_put_in_as_they_are() {
        let file = "-- Says {a}.\n--\nSELECT {a}, {b}, {unknown}, { {a}\n";
        assert_eq!(fill(file, &[("a", "\"{b}\""), ("b", "-- {a}")]), "SELECT \"{b}\", -- {a}, {unknown}, { \"{b}\"");
    }
}
