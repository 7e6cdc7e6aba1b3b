//! Turns a checked model into the implementations of the runtime's traits. Nothing here can fail or make decisions.

mod columns;
pub(crate) mod fallback;
mod key;
mod mirror;
mod record;
mod slot;
#[cfg(test)]
mod tests;
mod tracked;
mod versioned;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::Path;

use crate::model::{Derive, Model};

/// The whole record: its columns, its key and its version.
pub(crate) fn concurrent(model: &Model<'_>) -> TokenStream {
    let Some(version) = &model.version else {
        return TokenStream::new();
    };
    let columns = columns::expand(model, Some(version));
    let record = record::expand(model, version);
    let tracked = tracked::expand(model);
    in_own_scope(&model.krate, &quote!(#columns #record #tracked))
}

/// The columns of an embedded struct.
pub(crate) fn columns(model: &Model<'_>) -> TokenStream {
    let columns = columns::expand(model, None);
    let key = key::expand(model);
    let mirror = mirror::expand(model);
    let tracked = tracked::expand(model);
    let named = versioned::expand_embedded(model);
    in_own_scope(&model.krate, &quote!(#columns #key #mirror #tracked #named))
}

/// The type that has the values: the struct, or the foreign struct that it describes.
fn holder(model: &Model<'_>) -> TokenStream {
    let ident = model.ident;
    let (_, ty_generics, _) = model.generics.split_for_impl();
    match &model.remote {
        Some(setting) if model.derive == Derive::ConcurrentColumns => setting.value.to_token_stream(),
        _ => quote!(#ident #ty_generics),
    }
}

/// A scope that adds no name to the user's scope. The expansion reaches everything that it needs through `__c`.
///
/// There is no `allow` here, because a program that forbids that lint would not compile. The expansion causes no lint.
fn in_own_scope(krate: &Path, items: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use #krate::__private as __c;
            #items
        };
    }
}
