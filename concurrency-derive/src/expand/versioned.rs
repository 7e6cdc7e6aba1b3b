//! `Versioned`, which names a record outside the program, and `NamedKey`, if an embedded struct has the key.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Generics, Ident, LitStr, Type, WherePredicate, parse_quote_spanned};

use super::holder;
use super::slot::at;
use crate::model::{Column, Form, Model};

/// `generics` are those of `Concurrent`, which checks the version. If they were repeated here, a field that does not
/// fit would be two errors.
pub(super) fn expand(model: &Model<'_>, mut generics: Generics) -> TokenStream {
    let ident = model.ident;
    let name = record_name(model);
    let id = id(model, &quote!(#name), |ty| Ident::new("self", ty.span()));

    let (_, ty_generics, _) = model.generics.split_for_impl();
    generics.make_where_clause().predicates.extend(model.key.iter().map(late_bound));
    let (impl_generics, _, where_clause) = generics.split_for_impl();

    quote! {
        #[automatically_derived]
        impl #impl_generics __c::Versioned for #ident #ty_generics #where_clause {
            fn record_id(&self) -> __c::RecordId {
                #id
            }

            fn version_value(&self) -> __c::VersionValue {
                <Self as __c::Concurrent>::__version_value(self)
            }
        }
    }
}

/// Nothing if the struct lacks a column of its key.
pub(super) fn expand_embedded(model: &Model<'_>) -> Option<TokenStream> {
    if model.key.is_empty() {
        return None;
    }
    let ident = model.ident;
    let holder = holder(model);
    let id = id(model, &quote!(__name), |ty| Ident::new("__record", at(ty)));
    let (_, ty_generics, _) = model.generics.split_for_impl();
    let mut generics = model.generics.clone();
    generics.make_where_clause().predicates.extend(model.key.iter().map(late_bound));
    let (impl_generics, _, where_clause) = generics.split_for_impl();

    Some(quote! {
        #[automatically_derived]
        impl #impl_generics __c::NamedKey<#holder> for #ident #ty_generics #where_clause {
            fn __record_id(__record: &#holder, __name: &'static __c::str) -> __c::RecordId {
                #id
            }
        }
    })
}

/// The table's name outside the program.
pub(super) fn record_name(model: &Model<'_>) -> LitStr {
    if let Some(setting) = &model.options.record_name {
        return setting.value.clone();
    }
    let table = model.table.segments.last().map_or(model.ident, |segment| &segment.ident).unraw();
    LitStr::new(&table.to_string(), at(&table))
}

/// The record's id. `record` returns the name of the record's variable, with the span of a type.
fn id(model: &Model<'_>, name: &TokenStream, record: fn(&Type) -> Ident) -> TokenStream {
    if let [Column { field, ty, form: Form::Embedded { columns }, .. }] = model.key.as_slice() {
        let record = record(ty);
        return quote!(<#columns as __c::NamedKey<#ty>>::__record_id(&#record.#field, #name));
    }
    let columns = model.key.iter().map(|Column { field, ty, .. }| {
        let record = record(ty);
        quote_spanned!(ty.span()=> &#record.#field)
    });
    quote!(__c::RecordId::of_key(#name, &[#(#columns,)*]))
}

/// With `for<'__x>` the bound is checked where a record is named. Records that are never named may have keys without a
/// text.
fn late_bound(column: &Column<'_>) -> WherePredicate {
    let Column { ty, form, .. } = column;
    match form {
        Form::Embedded { columns } => parse_quote_spanned!(at(columns)=> for<'__x> #columns: __c::NamedKey<#ty>),
        Form::Plain | Form::Skippable { .. } | Form::Serialized { .. } => {
            parse_quote_spanned!(at(ty)=> for<'__x> #ty: __c::KeyText)
        }
    }
}
