//! Records as tuples, with a value for each column of each record. Another number of records makes another text.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::key::has_text_key;
use super::{Item, Parts, Records, push_name, push_row_column, push_rows};
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType};
use crate::statement::Source;

/// `(SELECT 1 AS i, ? AS k0, ? AS v0, … UNION ALL SELECT 2, ?, …) AS s`, or what the engine writes for it.
///
/// If a text would have the connection's collation, a tuple of no row comes first and gives a text of the key its
/// column's collation.
pub(crate) struct Tuples<'b, T: Concurrent> {
    items: &'b [Item<'b, T>],
    parts: Parts<'b, T::Version>,
    is_full: bool,
}

impl<'b, T: Concurrent> Tuples<'b, T> {
    /// The statement is kept prepared only if it has the usual length.
    pub(crate) const fn new(items: &'b [Item<'b, T>], parts: Parts<'b, T::Version>, is_full: bool) -> Self {
        Self { items, parts, is_full }
    }

    /// The columns of `s`, in the order in which a tuple holds them.
    fn push_names<DB>(&self, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        let Some(first) = self.items.first() else {
            return Ok(());
        };
        let mut names = TupleWriter { source: first.source, out, write: Write::Names, letter: "k", next_number: 0 };
        names.out.push_sql("i");
        names.push_tuple(self.parts, 0)
    }

    /// Writes `SELECT 0 AS i, t.k AS k0, NULL AS v0, … FROM table AS t WHERE FALSE`.
    fn push_collations<DB>(&self, source: Source<'b, T>, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        out.push_sql("0 AS i");
        let write = Write::Collations;
        let mut columns = TupleWriter { source, out: out.reborrow(), write, letter: "k", next_number: 0 };
        columns.push_tuple(self.parts, 0)?;
        out.push_sql(" FROM ");
        push_rows::<T, DB>(&mut out)?;
        out.push_sql(" WHERE FALSE");
        Ok(())
    }
}

impl<T, DB> QueryFragment<DB> for Tuples<'_, T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn walk_ast<'c>(&'c self, mut out: AstPass<'_, 'c, DB>) -> QueryResult<()> {
        // The text depends on which columns are left out.
        if !self.is_full || T::__SKIPPABLE > 0 {
            out.unsafe_to_cache_prepared();
        }
        let syntax = DB::__TUPLES;
        out.push_sql(syntax.before);
        let mut write = if syntax.names_first_tuple { Write::Named } else { Write::Values };
        let mut before = syntax.first;
        if let Some(first) = self.items.first().filter(|_| syntax.texts_need_collations) {
            if has_text_key::<T, DB>()? {
                out.push_sql(before);
                self.push_collations(first.source, out.reborrow())?;
                (write, before) = (Write::Values, syntax.next);
            }
        }
        for (position, item) in self.items.iter().enumerate() {
            out.push_sql(std::mem::replace(&mut before, syntax.next));
            // The numbers count as WITH ORDINALITY does.
            out.push_sql(&position.saturating_add(1).to_string());
            out.push_sql(syntax.after_number);
            if let Write::Named = write {
                out.push_sql(" AS i");
            }
            let mut tuple =
                TupleWriter { source: item.source, out: out.reborrow(), write, letter: "k", next_number: 0 };
            tuple.push_tuple(self.parts, position)?;
            out.push_sql(syntax.last);
            write = Write::Values;
        }
        out.push_sql(syntax.after);
        if !syntax.names_first_tuple {
            out.push_sql(" (");
            self.push_names(out.reborrow())?;
            out.push_sql(")");
        }
        Ok(())
    }
}

impl<T, DB> Records<DB> for Tuples<'_, T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
}

/// Which part of a tuple is written.
#[derive(Clone, Copy)]
enum Write {
    Values,
    /// Each value with the name of its column.
    Named,
    Names,
    /// The same names: the table's own columns for the texts of the key, and NULL for the others.
    Collations,
}

/// Writes `, ?, ?`, `, ? AS k0, ? AS c0` or `, k0, c0`.
struct TupleWriter<'a, 'b, T: ConcurrentColumns, DB: Backend> {
    source: Source<'b, T>,
    out: AstPass<'a, 'b, DB>,
    write: Write,
    letter: &'static str,
    next_number: usize,
}

impl<'b, T, DB> TupleWriter<'_, 'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn push_tuple(&mut self, parts: Parts<'b, T::Version>, position: usize) -> QueryResult<()> {
        T::__visit_key(self)?;
        if let Parts::Versions | Parts::Columns { .. } = parts {
            let version = self.source.record.__version();
            self.push::<VersionSqlType<T>, _>("v", 0, version)?;
        }
        if let Parts::Columns { next } = parts {
            if let Some(version) = next.get(position) {
                self.push::<VersionSqlType<T>, _>("n", 0, version)?;
            }
            self.letter = "c";
            self.next_number = 0;
            T::__visit_columns(self)?;
        }
        Ok(())
    }
}

impl<'b, T: ConcurrentColumns, DB: ConcurrencyBackend> TupleWriter<'_, 'b, T, DB> {
    fn push<ST: 'static, U: Bindable<ST, DB>>(&mut self, letter: &str, number: usize, value: &'b U) -> QueryResult<()> {
        self.push_with(letter, number, |out| DB::__push_typed::<ST, U>(out, value))
    }

    /// Pushes a text of the key, which gets its collation from the column in the first tuple.
    fn push_text_of_key<ST, U>(&mut self, column: &str, number: usize, value: &'b U) -> QueryResult<()>
    where
        ST: 'static,
        U: Bindable<ST, DB>,
    {
        let Write::Collations = self.write else {
            return self.push_with("k", number, |out| value.__bind(out));
        };
        self.out.push_sql(", ");
        push_row_column(&mut self.out, column)?;
        self.push_name("k", number);
        Ok(())
    }

    fn push_with<F>(&mut self, letter: &str, number: usize, push_value: F) -> QueryResult<()>
    where
        F: FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    {
        self.out.push_sql(", ");
        match self.write {
            Write::Values | Write::Named => push_value(&mut self.out)?,
            Write::Collations => self.out.push_sql("NULL"),
            Write::Names => {}
        }
        self.push_name(letter, number);
        Ok(())
    }

    fn push_name(&mut self, letter: &str, number: usize) {
        match self.write {
            Write::Values => return,
            Write::Names => {}
            Write::Named | Write::Collations => self.out.push_sql(" AS "),
        }
        push_name(&mut self.out, letter, number);
    }

    fn take_number(&mut self) -> usize {
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        number
    }
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for TupleWriter<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        let number = self.take_number();
        let value = get(self.source.record, self.source.serialized);
        if self.letter == "k" && DB::__TUPLES.texts_need_collations && !DB::__equality_is_exact::<ST, U>() {
            return self.push_text_of_key::<ST, U>(name, number, value);
        }
        self.push::<ST, U>(self.letter, number, value)
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for TupleWriter<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        let number = self.take_number();
        let value = get(self.source.record, self.source.serialized);
        match value {
            Some(value) => self.push::<ST, U>("c", number, value)?,
            None => self.push_with("c", number, |out| {
                out.push_sql("NULL");
                Ok(())
            })?,
        }
        self.push_with("f", number, |out| {
            out.push_sql(if value.is_some() { "TRUE" } else { "FALSE" });
            Ok(())
        })
    }
}

/// How many values a record has in a tuple, at most.
pub(crate) fn tuple_length<T, DB>() -> QueryResult<usize>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    // The version, and the next one.
    let mut count = Count(2);
    T::__visit_key(&mut count)?;
    T::__visit_columns(&mut count)?;
    Ok(count.0)
}

struct Count(usize);

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for Count
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.0 = self.0.saturating_add(1);
        Ok(())
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for Count
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, _name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        self.0 = self.0.saturating_add(1);
        Ok(())
    }
}
