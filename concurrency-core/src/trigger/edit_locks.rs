//! The table of edit locks, which stores who is editing which record. Other files read and write it.

use super::statements::statements;
use super::{Engine, SchemaChange};

/// The table of edit locks.
pub const EDIT_LOCKS_TABLE: &str = "concurrency_edit_locks";

/// Creates the table of edit locks.
///
/// ```
/// use concurrency_core::{Engine, create_edit_locks};
///
/// assert_eq!(
///     create_edit_locks(Engine::Sqlite).up_sql(),
///     "CREATE TABLE concurrency_edit_locks (\n    \
///          table_name TEXT NOT NULL,\n    \
///          record_key TEXT NOT NULL,\n    \
///          holder TEXT NOT NULL,\n    \
///          since_ms BIGINT NOT NULL,\n    \
///          until_ms BIGINT NOT NULL,\n    \
///          turn BIGINT NOT NULL,\n    \
///          PRIMARY KEY (table_name, record_key)\n\
///      );\n",
/// );
/// ```
pub fn create_edit_locks(engine: Engine) -> SchemaChange {
    let up = format!("CREATE TABLE {EDIT_LOCKS_TABLE} {}", columns(engine));
    SchemaChange::without_limit(vec![up], vec![format!("DROP TABLE {EDIT_LOCKS_TABLE}")])
}

/// The statement that creates the table if it is not there.
#[must_use]
pub fn create_edit_locks_if_missing(engine: Engine) -> String {
    format!("CREATE TABLE IF NOT EXISTS {EDIT_LOCKS_TABLE} {}", columns(engine))
}

/// Whether these migrations (the texts of their `up.sql` in order) create the table and do not drop it.
#[must_use]
pub fn creates_edit_locks(engine: Engine, migrations: &[String]) -> bool {
    let mut is_there = false;
    for statement in migrations.iter().flat_map(|sql| statements(sql, engine)) {
        if statement.text.to_ascii_lowercase().contains(EDIT_LOCKS_TABLE) {
            is_there = (is_there || statement.begins(&["CREATE", "TABLE"])) && !statement.begins(&["DROP", "TABLE"]);
        }
    }
    is_there
}

/// Texts are compared byte by byte.
fn columns(engine: Engine) -> String {
    let text = engine.dialect().exact_text();
    format!(
        "(\n    table_name {text} NOT NULL,\n    record_key {text} NOT NULL,\n    holder {text} NOT NULL,\n    \
         since_ms BIGINT NOT NULL,\n    until_ms BIGINT NOT NULL,\n    turn BIGINT NOT NULL,\n    \
         PRIMARY KEY (table_name, record_key)\n)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_a_later_migration_drops_is_not_there() {
        for engine in [Engine::Sqlite, Engine::Postgres, Engine::Mysql] {
            let change = create_edit_locks(engine);
            let (up, down) = (change.up_sql(), change.down_sql());
            let creates = |migrations: &[&str]| {
                creates_edit_locks(engine, &migrations.iter().map(|&sql| sql.to_owned()).collect::<Vec<_>>())
            };
            assert!(!creates(&[]));
            assert!(!creates(&["-- concurrency_edit_locks\nCREATE TABLE articles (id INTEGER)"]));
            assert!(creates(&["CREATE TABLE articles (id INTEGER)", &up]));
            assert!(!creates(&[&up, &down]));
            assert!(creates(&[&up, &down, &up]));
            assert!(creates(&[&create_edit_locks_if_missing(engine)]));
        }
    }
}
