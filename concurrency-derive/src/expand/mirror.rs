//! A struct that only describes a foreign one is never constructed or read. This tells the compiler that it is used.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::Model;

/// Nothing for a struct that describes itself.
pub(super) fn expand(model: &Model<'_>) -> Option<TokenStream> {
    model.remote.as_ref()?;
    let ident = model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    let fields: Vec<_> = model.fields.iter().map(|field| field.ident).collect();
    let values: Vec<_> = (0..fields.len()).map(|position| format_ident!("__value{position}")).collect();
    // A method of a trait, because a function would itself be unused.
    Some(quote! {
        #[automatically_derived]
        impl #impl_generics __c::Mirror for #ident #ty_generics #where_clause {
            fn __use(self) -> Self {
                let Self { #(#fields: #values,)* } = self;
                Self { #(#fields: #values,)* }
            }
        }
    })
}
