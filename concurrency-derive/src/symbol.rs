//! The words that a user types, each spelled once, for parsing and for messages, with an example of its use. The files
//! that read a word decide what it means.

use std::fmt::{self, Display};

/// A word of an attribute. It equals an `Ident` of that text.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Symbol {
    word: &'static str,
    example: &'static str,
}

impl Symbol {
    const fn new(word: &'static str, example: &'static str) -> Self {
        Self { word, example }
    }

    /// The attribute as a user types it.
    pub(crate) const fn example(self) -> &'static str {
        self.example
    }
}

impl AsRef<str> for Symbol {
    fn as_ref(&self) -> &str {
        self.word
    }
}

impl Display for Symbol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word)
    }
}

pub(crate) const DIESEL: Symbol = Symbol::new("diesel", "#[diesel(table_name = articles)]");
pub(crate) const TABLE_NAME: Symbol = Symbol::new("table_name", "#[diesel(table_name = articles)]");
pub(crate) const PRIMARY_KEY: Symbol = Symbol::new("primary_key", "#[diesel(primary_key(shop, item))]");
pub(crate) const TREAT_NONE_AS_NULL: Symbol =
    Symbol::new("treat_none_as_null", "#[diesel(treat_none_as_null = false)]");
pub(crate) const COLUMN_NAME: Symbol = Symbol::new("column_name", "#[diesel(column_name = title)]");
pub(crate) const SKIP_UPDATE: Symbol = Symbol::new("skip_update", "#[diesel(skip_update)]");
pub(crate) const SERIALIZE_AS: Symbol = Symbol::new("serialize_as", "#[diesel(serialize_as = String)]");
pub(crate) const EMBED: Symbol = Symbol::new("embed", "#[diesel(embed)]");

pub(crate) const CONCURRENT: Symbol = Symbol::new("concurrent", "#[concurrent(version)]");
pub(crate) const CHECK_FIELDS: Symbol = Symbol::new("check_fields", "#[concurrent(check_fields(title, body))]");
pub(crate) const IGNORE_FIELDS: Symbol = Symbol::new("ignore_fields", "#[concurrent(ignore_fields(views))]");
pub(crate) const TRIGGER_NAME: Symbol =
    Symbol::new("trigger_name", "#[concurrent(trigger_name = \"articles_version\")]");
pub(crate) const RECORD_NAME: Symbol = Symbol::new("record_name", "#[concurrent(record_name = \"archive_articles\")]");
pub(crate) const CRATE: Symbol = Symbol::new("crate", "#[concurrent(crate = \"::concurrency_diesel\")]");
pub(crate) const VERSION: Symbol = Symbol::new("version", "#[concurrent(version)]");
pub(crate) const REMOTE: Symbol = Symbol::new("remote", "#[concurrent(remote = other::Group)]");
/// The same word on a field.
pub(crate) const REMOTE_FIELD: Symbol = Symbol::new("remote", "#[concurrent(remote = GroupColumns)]");
pub(crate) const KEY: Symbol = Symbol::new("key", "#[concurrent(key)]");
pub(crate) const MERGE: Symbol = Symbol::new("merge", "#[concurrent(merge = \"sum\")]");
/// The same word with a value.
pub(crate) const VERSION_PATH: Symbol = Symbol::new("version", "#[concurrent(version = AutoIncVersionField)]");

pub(crate) const CONDITIONAL_VERSION_FIELD: Symbol =
    Symbol::new("ConditionalVersionField", "#[concurrent(version = ConditionalVersionField)]");
pub(crate) const TRIGGER_VERSION_FIELD: Symbol =
    Symbol::new("TriggerVersionField", "#[concurrent(version = TriggerVersionField)]");

/// The options of `#[concurrent(...)]` on a struct that derives `Concurrent`.
pub(crate) const RECORD_OPTIONS: &[Symbol] = &[CHECK_FIELDS, IGNORE_FIELDS, TRIGGER_NAME, RECORD_NAME, CRATE];
/// The options of `#[concurrent(...)]` on a struct that derives `ConcurrentColumns`.
pub(crate) const EMBEDDED_OPTIONS: &[Symbol] = &[REMOTE, CRATE];
/// The options of `#[concurrent(...)]` on a field of a struct that derives `Concurrent`.
pub(crate) const FIELD_OPTIONS: &[Symbol] = &[VERSION, KEY, REMOTE, MERGE];
/// The options of `#[concurrent(...)]` on a field of a struct that derives `ConcurrentColumns`.
pub(crate) const EMBEDDED_FIELD_OPTIONS: &[Symbol] = &[KEY, REMOTE, MERGE];

/// The words, quoted and separated by commas, for a message.
pub(crate) fn quoted<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
