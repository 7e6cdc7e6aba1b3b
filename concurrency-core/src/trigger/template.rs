//! Fills the SQL of the `.sql` files. The files that use this say which values they insert.

use super::found::TriggerQuery;

/// The value of a `{name}`.
#[derive(Clone, Copy)]
pub(super) enum Value<'v> {
    /// SQL.
    Sql(&'v str),
    /// A text, to be bound.
    Text(&'v str),
}

/// The SQL of a file, with each `{name}` replaced by its value.
pub(super) fn fill(file: &str, values: &[(&str, &str)]) -> String {
    let values: Vec<(&str, Value<'_>)> = values.iter().map(|(name, value)| (*name, Value::Sql(value))).collect();
    query(file, &values).sql.concat()
}

/// The query of a file without the comment at its head, with each `{name}` replaced by its value or bound.
///
/// In one pass, so that a value which itself looks like a `{name}` stays as it is.
pub(super) fn query(file: &str, values: &[(&str, Value<'_>)]) -> TriggerQuery {
    let (mut pieces, mut parameters, mut piece) = (Vec::new(), Vec::new(), String::new());
    let mut rest = without_head_comment(file);
    while let Some((before, after)) = rest.split_once('{') {
        piece.push_str(before);
        let (value, tail) = named(after, values).unwrap_or((Value::Sql("{"), after));
        match value {
            Value::Sql(sql) => piece.push_str(sql),
            Value::Text(text) => {
                pieces.push(std::mem::take(&mut piece));
                parameters.push(text.to_owned());
            }
        }
        rest = tail;
    }
    piece.push_str(rest);
    pieces.push(piece);
    TriggerQuery { sql: pieces, parameters, is_repeated: false }
}

/// The value of the name up to the next `}`, and the text after it.
fn named<'v, 't>(text: &'t str, values: &[(&str, Value<'v>)]) -> Option<(Value<'v>, &'t str)> {
    let (name, tail) = text.split_once('}')?;
    values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value, tail))
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
    use super::*;

    const FILE: &str = "-- Says {a}.\n--\nSELECT {a}, {b}, {unknown}, { {a}\n";

    #[test]
    fn values_are_put_in_as_they_are() {
        let filled = fill(FILE, &[("a", "\"{b}\""), ("b", "-- {a}")]);
        assert_eq!(filled, "SELECT \"{b}\", -- {a}, {unknown}, { \"{b}\"");
    }

    #[test]
    fn texts_are_bound() {
        let query = query(FILE, &[("a", Value::Text("x")), ("b", Value::Sql("NULL"))]);
        assert_eq!(query.sql, ["SELECT ", ", NULL, {unknown}, { ", ""]);
        assert_eq!(query.parameters, ["x", "x"]);
    }
}
