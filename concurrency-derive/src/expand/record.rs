//! `Concurrent` and `ConcurrentOn`: a record's table, key and version.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, WherePredicate, parse_quote, parse_quote_spanned};

use super::columns::{bindable, serializing};
use super::key;
use super::slot::{Slot, at};
use super::versioned;
use crate::model::{Column, Form, Model, Version};

pub(super) fn expand(model: &Model<'_>, version: &Version<'_>) -> TokenStream {
    let Model { ident, table, .. } = model;
    let Version { field: version_field, ty: version_type, column: version_column, marker } = version;
    let marker = match marker {
        Some(marker) => quote!(#marker),
        None => quote_spanned!(at(version_type)=> __c::AutoIncVersionField),
    };
    let key_text = key::text(model, |ty| Ident::new("self", ty.span()));
    let key_bounds =
        key::plain(model).map(|Column { ty, .. }| -> WherePredicate { parse_quote_spanned!(at(ty)=> #ty: __c::Shown) });
    let trigger_name = model.options.trigger_name.as_ref().map(|setting| {
        let name = &setting.value;
        quote! {
            fn __trigger_name() -> __c::Option<&'static __c::str> {
                __c::Some(#name)
            }
        }
    });
    let record_name = versioned::record_name(model);
    let (key, columns) = Slot::key_and_columns(model);
    let visits = key.iter().map(|slot| slot.visit_key(table));
    // The columns of an embedded struct are compared with the others where the columns are visited.
    let names = match model.key.as_slice() {
        [Column { form: Form::Embedded { .. }, .. }] => quote!(&[<#table::#version_column as __c::Column>::NAME]),
        key => {
            let key = key.iter().map(|column| &column.column);
            quote!(&[
                <#table::#version_column as __c::Column>::NAME,
                #(<#table::#key as __c::Column>::NAME,)*
            ])
        }
    };

    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let mut generics = serializing(model, &key, &columns);
    // A bound on a concrete type would be checked twice, and its error would repeat at each use of the record.
    if model.generics.type_params().next().is_some() {
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.extend(key_bounds);
        predicates.push(parse_quote_spanned!(at(version_type)=> #marker: __c::VersionField<#version_type>));
    }
    let versioned = versioned::expand(model, generics.clone());
    let where_clause = &generics.where_clause;

    let mut generics_on = bindable(generics.clone(), model, &columns);
    let predicates = &mut generics_on.make_where_clause().predicates;
    predicates.extend(key.iter().map(|slot| slot.key_bound(table)));
    predicates.push(parse_quote!(__DB: __c::ConcurrencyBackend));
    predicates.push(parse_quote!(#table::table: __c::QueryFragment<__DB>));
    predicates.push(parse_quote_spanned! {at(version_type)=>
        #version_type: __c::VersionOn<__c::SqlTypeOf<#table::#version_column>, __DB>
    });
    let (impl_generics_on, _, where_clause_on) = generics_on.split_for_impl();

    // `#[inline]`, so that it is compiled where records are saved, and not wherever they are derived.
    quote! {
        #[automatically_derived]
        impl #impl_generics __c::Concurrent for #ident #ty_generics #where_clause {
            type Table = #table::table;
            type Version = #version_type;
            type VersionField = #marker;
            type __VersionColumn = #table::#version_column;
            type __Memory = __c::Untracked;

            #[inline]
            fn __version(&self) -> &Self::Version {
                &self.#version_field
            }

            #[inline]
            fn __set_version(&mut self, __version: Self::Version) {
                self.#version_field = __version;
            }

            #[inline]
            fn __record_name() -> &'static __c::str {
                #record_name
            }

            #[inline]
            fn __table() -> &'static Self::Table {
                &#table::table
            }

            #[inline]
            fn __table_facts() -> &'static __c::TableFacts {
                static FACTS: __c::TableFacts = __c::TableFacts::new();
                &FACTS
            }

            #[inline]
            fn __column_sets() -> &'static __c::ColumnSets {
                static SETS: __c::ColumnSets = __c::ColumnSets::new();
                &SETS
            }

            #[inline]
            fn __write_key(&self, __out: &mut dyn __c::fmt::Write) -> __c::fmt::Result {
                #key_text
            }

            #trigger_name
        }

        #[automatically_derived]
        impl #impl_generics_on __c::ConcurrentOn<__DB> for #ident #ty_generics #where_clause_on {
            fn __visit_key<'__b, __W>(__visitor: &mut __W) -> __c::QueryResult<()>
            where
                Self: '__b,
                __W: __c::ColumnVisitor<'__b, Self, __DB>,
            {
                const {
                    <Self as __c::ConcurrentColumns>::__COLUMNS.are_distinct(#names);
                }
                #(#visits)*
                __c::Ok(())
            }
        }

        #versioned
    }
}
