//! Records as arrays, one for each column: one text whatever their number.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::{Item, Parts, Records, push_name};
use crate::backend::ConcurrencyBackend;
use crate::bind::{Bindable, Element};
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::{ConcurrentOn, VersionSqlType};

/// `unnest($1, $2, …) WITH ORDINALITY AS s (k0, v0, n0, c0, …, i)`.
pub(crate) struct Arrays<'b, DB: Backend>(Vec<NamedArray<'b, DB>>);

/// An array, and the column of `s` that it becomes.
struct NamedArray<'b, DB: Backend> {
    letter: &'static str,
    number: usize,
    array: Box<dyn QueryFragment<DB> + 'b>,
}

impl<'b, DB: ConcurrencyBackend> Arrays<'b, DB> {
    pub(crate) fn new<T>(items: &[Item<'b, T>], parts: Parts<'b, T::Version>) -> QueryResult<Self>
    where
        T: ConcurrentOn<DB>,
    {
        let mut arrays = Collector { items, letter: "k", next_number: 0, arrays: Vec::new() };
        T::__visit_key(&mut arrays)?;
        if let Parts::Versions | Parts::Columns { .. } = parts {
            let versions = items.iter().map(|item| Element(Some(item.source.record.__version()))).collect();
            arrays.push("v", 0, ArrayOf::<VersionSqlType<T>, _>::new(versions));
        }
        if let Parts::Columns { next } = parts {
            if !next.is_empty() {
                let next = next.iter().map(|version| Element(Some(version))).collect();
                arrays.push("n", 0, ArrayOf::<VersionSqlType<T>, _>::new(next));
            }
            arrays.letter = "c";
            arrays.next_number = 0;
            T::__visit_columns(&mut arrays)?;
        }
        Ok(Self(arrays.arrays))
    }
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for Arrays<'_, DB> {
    fn walk_ast<'c>(&'c self, mut out: AstPass<'_, 'c, DB>) -> QueryResult<()> {
        let mut separator = "unnest(";
        for NamedArray { array, .. } in &self.0 {
            out.push_sql(separator);
            separator = ", ";
            array.walk_ast(out.reborrow())?;
        }
        out.push_sql(") WITH ORDINALITY AS s (");
        for NamedArray { letter, number, .. } in &self.0 {
            push_name(&mut out, letter, *number);
            out.push_sql(", ");
        }
        out.push_sql("i)");
        Ok(())
    }
}

impl<DB: ConcurrencyBackend> Records<DB> for Arrays<'_, DB> {}

/// Collects the values of each column that it is shown.
struct Collector<'i, 'b, T: ConcurrentColumns, DB: Backend> {
    items: &'i [Item<'b, T>],
    letter: &'static str,
    next_number: usize,
    arrays: Vec<NamedArray<'b, DB>>,
}

impl<'b, T: ConcurrentColumns, DB: Backend> Collector<'_, 'b, T, DB> {
    fn push(&mut self, letter: &'static str, number: usize, array: impl QueryFragment<DB> + 'b) {
        self.arrays.push(NamedArray { letter, number, array: Box::new(array) });
    }

    fn take_number(&mut self) -> usize {
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        number
    }
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for Collector<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        let values = self.items.iter().map(|item| Element(Some(get(item.source.record, item.source.serialized))));
        let array = ArrayOf::<ST, U>::new(values.collect());
        let number = self.take_number();
        self.push(self.letter, number, array);
        Ok(())
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for Collector<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        let values = self.items.iter().map(|item| Element(get(item.source.record, item.source.serialized)));
        let values: Vec<_> = values.collect();
        let flags = values.iter().map(|value| value.0.is_some()).collect();
        let number = self.take_number();
        self.push("c", number, ArrayOf::<ST, U>::new(values));
        self.push("f", number, Flags(flags));
        Ok(())
    }
}

/// The values of one column, bound as one array.
struct ArrayOf<'b, ST, U> {
    values: Vec<Element<'b, U>>,
    sql_type: PhantomData<ST>,
}

impl<'b, ST, U> ArrayOf<'b, ST, U> {
    const fn new(values: Vec<Element<'b, U>>) -> Self {
        Self { values, sql_type: PhantomData }
    }
}

impl<ST, U, DB> QueryFragment<DB> for ArrayOf<'_, ST, U>
where
    DB: ConcurrencyBackend,
    U: Bindable<ST, DB>,
{
    fn walk_ast<'c>(&'c self, mut out: AstPass<'_, 'c, DB>) -> QueryResult<()> {
        U::__bind_array(&self.values, &mut out)
    }
}

/// Which records write a column that can be left out.
struct Flags(Vec<bool>);

impl<DB: ConcurrencyBackend> QueryFragment<DB> for Flags {
    fn walk_ast<'c>(&'c self, mut out: AstPass<'_, 'c, DB>) -> QueryResult<()> {
        DB::__push_flags(&mut out, &self.0)
    }
}

/// Whether the engine has an array for each column of the key: there are no arrays of arrays.
pub(crate) fn has_key_arrays<T, DB>() -> QueryResult<bool>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut check = ArrayCheck(true);
    T::__visit_key(&mut check)?;
    Ok(check.0)
}

/// Whether the engine has an array for the version.
pub(crate) fn has_version_array<T, DB>() -> bool
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    <T::Version as Bindable<VersionSqlType<T>, DB>>::__has_array()
}

/// Whether the engine has an array for each column of a `T`.
pub(crate) fn has_arrays<T, DB>() -> QueryResult<bool>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut check = ArrayCheck(has_version_array::<T, DB>());
    T::__visit_key(&mut check)?;
    T::__visit_columns(&mut check)?;
    Ok(check.0)
}

struct ArrayCheck(bool);

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for ArrayCheck
where
    T: ConcurrentColumns + 'b,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.0 &= U::__has_array();
        Ok(())
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for ArrayCheck
where
    T: ConcurrentColumns + 'b,
    DB: ConcurrencyBackend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, _name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        self.0 &= U::__has_array();
        Ok(())
    }
}
