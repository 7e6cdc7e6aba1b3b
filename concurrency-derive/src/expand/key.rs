//! `ConcurrentKey` and `ConcurrentKeyOn`: an embedded struct that has the whole key of its record. `record` expands a
//! key that the record itself has.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, Type, WherePredicate, parse_quote_spanned};

use super::columns::{bindable, serializing};
use super::holder;
use super::slot::{Slot, at};
use crate::model::{Column, Form, Model};

/// Writes the key's columns and values as errors show them. `record` returns the name of the record's variable, with
/// the span of a type.
pub(super) fn text(model: &Model<'_>, record: fn(&Type) -> Ident) -> TokenStream {
    let Model { table, key, .. } = model;
    if let [Column { field, ty, form: Form::Embedded { columns }, .. }] = key.as_slice() {
        let record = record(ty);
        return quote!(<#columns as __c::ConcurrentKey<#ty>>::__write_key(&#record.#field, __out));
    }
    let template = vec!["{} {:?}"; key.len()].join(", ");
    let values = key.iter().map(|Column { field, column, ty, .. }| {
        let record = record(ty);
        let value = quote_spanned!(ty.span()=> &#record.#field);
        quote!(<#table::#column as __c::Column>::NAME, #value)
    });
    quote!(__c::fmt::Write::write_fmt(__out, __c::format_args!(#template, #(#values,)*)))
}

/// The columns of a key that the struct itself has.
pub(super) fn plain<'m, 'a>(model: &'m Model<'a>) -> impl Iterator<Item = &'m Column<'a>> {
    model.key.iter().filter(|column| !matches!(column.form, Form::Embedded { .. }))
}

/// Nothing if the struct lacks a column of its key.
pub(super) fn expand(model: &Model<'_>) -> Option<TokenStream> {
    let Model { ident, table, .. } = model;
    let (key, columns) = Slot::key_and_columns(model);
    if key.is_empty() {
        return None;
    }
    let holder = holder(model);
    let text = text(model, |ty| Ident::new("__record", at(ty)));
    let names = match model.key.as_slice() {
        [Column { ty, form: Form::Embedded { columns }, .. }] => {
            quote!(<#columns as __c::ConcurrentKey<#ty>>::__KEY_COLUMNS)
        }
        plain => {
            let names = plain.iter().map(|column| &column.column);
            quote!(&[#(<#table::#names as __c::Column>::NAME,)*])
        }
    };
    let visits = key.iter().map(|slot| slot.visit_key(table));

    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let mut generics = serializing(model, &key, &columns);
    // With `for<'__x>` the bound is checked where the key is used. A plain bound on a concrete type would be checked
    // here.
    let late = plain(model)
        .map(|Column { ty, .. }| -> WherePredicate { parse_quote_spanned!(at(ty)=> for<'__x> #ty: __c::Shown) });
    generics.make_where_clause().predicates.extend(late);
    let where_clause = &generics.where_clause;
    let mut generics_on = bindable(generics.clone(), model, &columns);
    generics_on.make_where_clause().predicates.extend(key.iter().map(|slot| slot.key_bound(table)));
    let (impl_generics_on, _, where_clause_on) = generics_on.split_for_impl();

    Some(quote! {
        #[automatically_derived]
        impl #impl_generics __c::ConcurrentKey<#holder> for #ident #ty_generics #where_clause {
            const __KEY_COLUMNS: &'static [&'static __c::str] = #names;

            fn __write_key(__record: &#holder, __out: &mut dyn __c::fmt::Write) -> __c::fmt::Result {
                #text
            }
        }

        #[automatically_derived]
        impl #impl_generics_on __c::ConcurrentKeyOn<__DB, #holder> for #ident #ty_generics #where_clause_on {
            fn __visit_key<'__b, __W>(__visitor: &mut __W) -> __c::QueryResult<()>
            where
                Self: '__b,
                #holder: '__b,
                __W: __c::ColumnVisitor<'__b, Self, __DB, #holder>,
            {
                #(#visits)*
                __c::Ok(())
            }
        }
    })
}
