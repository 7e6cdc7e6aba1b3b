//! The columns of a record, described once by the derive and visited by every statement. Nothing here writes SQL.

use std::fmt;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::result::QueryResult;

use crate::bind::Bindable;

/// A struct whose fields are columns of a table: what `#[derive(Concurrent)]` and, for structs under
/// `#[diesel(embed)]`, `#[derive(ConcurrentColumns)]` implement.
///
/// `F` is the type that holds the values: the struct itself, or the foreign struct that it describes under
/// `#[concurrent(remote = …)]`. You cannot implement a trait for a struct of another crate, so a struct of your own
/// says which columns it has:
///
/// ```
/// # include!("doctest_remote.rs");
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// #[derive(ConcurrentColumns)]
/// #[diesel(table_name = groups)]
/// #[concurrent(remote = other::Group)]
/// struct GroupColumns {
///     id: i32,
///     name: String,
/// }
///
/// #[derive(Concurrent)]
/// #[diesel(table_name = groups)]
/// struct VersionedGroup {
///     #[diesel(embed)]
///     #[concurrent(remote = GroupColumns, key)]
///     group: other::Group,
///     #[concurrent(version)]
///     version: i64,
/// }
///
/// let load = || VersionedGroup { group: other::Group { id: 1, name: "first".to_owned() }, version: 1 };
/// let (mut mine, mut theirs) = (load(), load());
/// theirs.group.name = "theirs".to_owned();
/// theirs.save_concurrent(conn)?;
///
/// mine.group.name = "mine".to_owned();
/// assert!(mine.save_concurrent(conn).unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe columns that can be saved",
    label = "an embedded struct needs `#[derive(ConcurrentColumns)]`",
    note = "add `#[derive(ConcurrentColumns)]` and the same `#[diesel(table_name = …)]` to `{Self}`",
    note = "for a struct of another crate write one of your own with `#[concurrent(remote = …)]`, and name it on the field"
)]
pub trait ConcurrentColumns<F = Self> {
    /// Represents the text of this struct's columns in the key of Diesel's statement cache.
    #[doc(hidden)]
    type __StatementId: 'static;

    /// What the `serialize_as` fields are converted to before they are bound.
    #[doc(hidden)]
    type __Serialized;

    /// How many columns a `None` leaves out of the statement.
    #[doc(hidden)]
    const __SKIPPABLE: usize;

    /// The SQL names of the columns.
    #[doc(hidden)]
    const __COLUMNS: ColumnNames;

    #[doc(hidden)]
    fn __convert(fields: &F) -> Self::__Serialized;
}

/// The SQL names of the columns that a struct writes, known when the program is compiled.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct ColumnNames {
    /// The struct's own columns.
    pub own: &'static [&'static str],
    /// The columns of the structs embedded in it.
    pub embedded: &'static [&'static ColumnNames],
}

impl ColumnNames {
    /// Stops the compilation if an embedded struct writes a column of the record's key or version.
    #[allow(clippy::panic, reason = "this runs in the compiler, where a panic is a compile error")]
    pub const fn embedded_without(&self, mut reserved: &[&str]) {
        while let [name, rest @ ..] = reserved {
            if any_contains(self.embedded, name) {
                panic!(
                    "an embedded struct writes the version or a key column of its record; remove that field from it"
                );
            }
            reserved = rest;
        }
    }

    /// Stops the compilation if a column that the record writes is part of the key in an embedded struct.
    #[allow(clippy::panic, reason = "this runs in the compiler, where a panic is a compile error")]
    pub const fn apart_from_key(&self, version: &str, mut key: &[&str]) {
        while let [name, rest @ ..] = key {
            if self.contains(name) || is_equal(name.as_bytes(), version.as_bytes()) {
                panic!(
                    "a field of the record is a column of the key, which lies in an embedded struct; remove that field"
                );
            }
            key = rest;
        }
    }

    /// Stops the compilation if two of these columns, the version and the key have the same SQL name: SQLite and MySQL
    /// keep the last of two assignments.
    #[allow(clippy::panic, reason = "this runs in the compiler, where a panic is a compile error")]
    pub const fn are_distinct(&self, mut others: &[&str]) {
        while let [name, rest @ ..] = others {
            if is_one_of(self.own, name) || is_one_of(rest, name) {
                panic!("{}", SameName::of(name).text());
            }
            others = rest;
        }
        self.are_distinct_among(self);
    }

    #[allow(clippy::panic, reason = "this runs in the compiler, where a panic is a compile error")]
    const fn are_distinct_among(&self, all: &Self) {
        let mut own = self.own;
        while let [name, rest @ ..] = own {
            if all.occurrences(name) > 1 {
                panic!("{}", SameName::of(name).text());
            }
            own = rest;
        }
        let mut structs = self.embedded;
        while let [first, rest @ ..] = structs {
            first.are_distinct_among(all);
            structs = rest;
        }
    }

    const fn occurrences(&self, name: &str) -> usize {
        let mut count: usize = 0;
        let mut own = self.own;
        while let [first, rest @ ..] = own {
            if is_equal(first.as_bytes(), name.as_bytes()) {
                count = count.saturating_add(1);
            }
            own = rest;
        }
        let mut structs = self.embedded;
        while let [first, rest @ ..] = structs {
            count = count.saturating_add(first.occurrences(name));
            structs = rest;
        }
        count
    }

    /// How many columns there are.
    pub(crate) const fn count(&self) -> usize {
        let mut count = self.own.len();
        let mut structs = self.embedded;
        while let [first, rest @ ..] = structs {
            count = count.saturating_add(first.count());
            structs = rest;
        }
        count
    }

    /// The name of one of the columns.
    pub(crate) fn first(&self) -> Option<&'static str> {
        self.own.first().copied().or_else(|| self.embedded.iter().find_map(|names| names.first()))
    }

    const fn contains(&self, name: &str) -> bool {
        is_one_of(self.own, name) || any_contains(self.embedded, name)
    }
}

/// The compiler's message about two columns with one name. A panic there takes one text and no arguments.
struct SameName {
    bytes: [u8; 160],
    length: usize,
}

impl SameName {
    #[allow(clippy::indexing_slicing, reason = "this runs in the compiler, and stops at the end")]
    const fn of(name: &str) -> Self {
        let mut text = Self { bytes: [b' '; 160], length: 0 };
        let parts =
            ["two columns of the record have the SQL name `", name, "` in `table!`; look at their `#[sql_name]`"];
        let mut parts = parts.as_slice();
        while let [part, rest @ ..] = parts {
            let mut bytes = part.as_bytes();
            while let [byte, rest @ ..] = bytes {
                if text.length < text.bytes.len() {
                    text.bytes[text.length] = *byte;
                    text.length = text.length.saturating_add(1);
                }
                bytes = rest;
            }
            parts = rest;
        }
        text
    }

    const fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "two columns of the record have one SQL name in `table!`; look at their `#[sql_name]`",
        }
    }
}

const fn is_one_of(mut names: &[&str], name: &str) -> bool {
    while let [first, rest @ ..] = names {
        if is_equal(first.as_bytes(), name.as_bytes()) {
            return true;
        }
        names = rest;
    }
    false
}

const fn any_contains(mut structs: &[&ColumnNames], name: &str) -> bool {
    while let [first, rest @ ..] = structs {
        if first.contains(name) {
            return true;
        }
        structs = rest;
    }
    false
}

/// `==`, which a const fn cannot use yet.
const fn is_equal(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, one_rest @ ..], [b, other_rest @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        one = one_rest;
        other = other_rest;
    }
    one.is_empty() && other.is_empty()
}

/// [`ConcurrentColumns`] whose fields fit their columns on the backend `DB`.
#[diagnostic::on_unimplemented(
    message = "the columns of `{Self}` cannot be saved on `{DB}`",
    note = "an embedded struct needs `#[derive(ConcurrentColumns)]`"
)]
pub trait ConcurrentColumnsOn<DB: Backend, F = Self>: ConcurrentColumns<F> {
    /// Shows the visitor each column that a save writes, in the order of the fields.
    #[doc(hidden)]
    fn __visit_columns<'b, W>(visitor: &mut W) -> QueryResult<()>
    where
        Self: 'b,
        F: 'b,
        W: RecordVisitor<'b, Self, DB, F>;

    /// Shows the visitor each column whose change moves a conditional version.
    #[doc(hidden)]
    fn __visit_checked<'b, W>(visitor: &mut W) -> QueryResult<()>
    where
        Self: 'b,
        F: 'b,
        W: RecordVisitor<'b, Self, DB, F>,
    {
        Self::__visit_columns(visitor)
    }
}

/// A struct that holds a whole key, for records that embed it under `#[concurrent(key)]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no whole key",
    label = "`#[concurrent(key)]` needs a struct with a field for each column of the key",
    note = "the key of `{Self}` is the column `id`, unless it says `#[diesel(primary_key(…))]`"
)]
pub trait ConcurrentKey<F = Self>: ConcurrentColumns<F> {
    /// The SQL names of the key's columns.
    const __KEY_COLUMNS: &'static [&'static str];

    /// Writes the key's columns and values as errors show them.
    fn __write_key(fields: &F, out: &mut dyn fmt::Write) -> fmt::Result;
}

/// [`ConcurrentKey`] whose fields fit their columns on the backend `DB`.
#[doc(hidden)]
pub trait ConcurrentKeyOn<DB: Backend, F = Self>: ConcurrentKey<F> + ConcurrentColumnsOn<DB, F> {
    /// Shows the visitor each column of the key.
    fn __visit_key<'b, W>(visitor: &mut W) -> QueryResult<()>
    where
        Self: 'b,
        F: 'b,
        W: ColumnVisitor<'b, Self, DB, F>;
}

/// A visitor of columns of a `T`: their names, and how to get their values out of a record.
///
/// The accessors take what holds the values (the record itself, or a foreign struct in it) and what its `serialize_as`
/// fields were converted to.
#[doc(hidden)]
pub trait ColumnVisitor<'b, T, DB, F = T>: Sized
where
    T: ConcurrentColumns<F> + ?Sized + 'b,
    F: 'b,
    T::__Serialized: 'b,
    DB: Backend,
{
    /// A column that is always written.
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b F, &'b T::__Serialized) -> &'b U + Copy;

    /// The key in an embedded struct.
    fn embedded_key<E, EF, G>(&mut self, get: G) -> QueryResult<()>
    where
        E: ConcurrentKeyOn<DB, EF> + 'b,
        E::__Serialized: 'b,
        EF: 'b,
        G: Fn(&'b F, &'b T::__Serialized) -> (&'b EF, &'b E::__Serialized) + Copy,
    {
        E::__visit_key(&mut EmbeddedVisitor { outer: self, get, record: PhantomData })
    }
}

/// A visitor of the columns that a save of a `T` writes. Some may be left out, and some belong to embedded structs.
#[doc(hidden)]
pub trait RecordVisitor<'b, T, DB, F = T>: ColumnVisitor<'b, T, DB, F>
where
    T: ConcurrentColumns<F> + ?Sized + 'b,
    F: 'b,
    T::__Serialized: 'b,
    DB: Backend,
{
    /// A column that `None` leaves as it is.
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b F, &'b T::__Serialized) -> Option<&'b U> + Copy;

    /// The columns of an embedded struct.
    fn embedded<E, EF, G>(&mut self, get: G) -> QueryResult<()>
    where
        E: ConcurrentColumnsOn<DB, EF> + 'b,
        E::__Serialized: 'b,
        EF: 'b,
        G: Fn(&'b F, &'b T::__Serialized) -> (&'b EF, &'b E::__Serialized) + Copy,
    {
        E::__visit_columns(&mut EmbeddedVisitor { outer: self, get, record: PhantomData })
    }
}

/// Lets the visitor of a struct visit the columns of a struct embedded in it.
pub(crate) struct EmbeddedVisitor<'v, 'b, T: ?Sized, F, W, G> {
    pub(crate) outer: &'v mut W,
    pub(crate) get: G,
    pub(crate) record: PhantomData<(&'b F, &'b T)>,
}

impl<'b, T, F, E, EF, DB, W, P> ColumnVisitor<'b, E, DB, EF> for EmbeddedVisitor<'_, 'b, T, F, W, P>
where
    T: ConcurrentColumns<F> + ?Sized + 'b,
    T::__Serialized: 'b,
    F: 'b,
    E: ConcurrentColumns<EF> + 'b,
    E::__Serialized: 'b,
    EF: 'b,
    DB: Backend,
    W: ColumnVisitor<'b, T, DB, F>,
    P: Fn(&'b F, &'b T::__Serialized) -> (&'b EF, &'b E::__Serialized) + Copy,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b EF, &'b E::__Serialized) -> &'b U + Copy,
    {
        let embedded = self.get;
        self.outer.column::<ST, U, _>(name, move |record, serialized| {
            let (record, serialized) = embedded(record, serialized);
            get(record, serialized)
        })
    }
}

impl<'b, T, F, E, EF, DB, W, P> RecordVisitor<'b, E, DB, EF> for EmbeddedVisitor<'_, 'b, T, F, W, P>
where
    T: ConcurrentColumns<F> + ?Sized + 'b,
    T::__Serialized: 'b,
    F: 'b,
    E: ConcurrentColumns<EF> + 'b,
    E::__Serialized: 'b,
    EF: 'b,
    DB: Backend,
    W: RecordVisitor<'b, T, DB, F>,
    P: Fn(&'b F, &'b T::__Serialized) -> (&'b EF, &'b E::__Serialized) + Copy,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b EF, &'b E::__Serialized) -> Option<&'b U> + Copy,
    {
        let embedded = self.get;
        self.outer.skippable_column::<ST, U, _>(name, move |record, serialized| {
            let (record, serialized) = embedded(record, serialized);
            get(record, serialized)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ColumnNames;

    const TEXTS: ColumnNames = ColumnNames { own: &["title", "body"], embedded: &[] };

    /// What the compiler would say.
    fn message(names: ColumnNames) -> Option<String> {
        let panic = std::panic::catch_unwind(|| names.are_distinct(&["version", "id"])).err()?;
        Some(panic.downcast::<String>().map_or_else(|text| text.downcast::<&str>().unwrap().to_string(), |text| *text))
    }

    #[test]
    fn two_columns_of_one_name_are_refused_by_their_name() {
        let text = |name: &str| {
            Some(format!(
                "two columns of the record have the SQL name `{name}` in `table!`; look at their `#[sql_name]`"
            ))
        };
        assert_eq!(message(TEXTS), None);
        assert_eq!(message(ColumnNames { own: &["views"], embedded: &[&TEXTS] }), None);
        assert_eq!(message(ColumnNames { own: &["title", "body", "title"], embedded: &[] }), text("title"));
        assert_eq!(message(ColumnNames { own: &["body"], embedded: &[&TEXTS] }), text("body"));
        assert_eq!(message(ColumnNames { own: &[], embedded: &[&TEXTS, &TEXTS] }), text("title"));
        assert_eq!(message(ColumnNames { own: &["version"], embedded: &[] }), text("version"));
        assert_eq!(message(ColumnNames { own: &["title", "id"], embedded: &[] }), text("id"));
        let own: &'static [&'static str] = vec!["title", "n".repeat(200).leak(), "title"].leak();
        assert!(message(ColumnNames { own, embedded: &[] }).is_some());
    }
}
