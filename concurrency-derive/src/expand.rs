//! A checked model becomes the implementations of the runtime's traits. Nothing here can fail, and nothing here decides.

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

/// The type of what holds the values: the struct, or the foreign one that it describes.
fn holder(model: &Model<'_>) -> TokenStream {
    let ident = model.ident;
    let (_, ty_generics, _) = model.generics.split_for_impl();
    match &model.remote {
        Some(setting) if model.derive == Derive::ConcurrentColumns => setting.value.to_token_stream(),
        _ => quote!(#ident #ty_generics),
    }
}

/// A scope that adds no name to the user's; `__c` is the one door to everything the expansion needs.
///
/// No lint is allowed here: a program that forbids a lint would not compile. What is expanded gives rise to none.
fn in_own_scope(krate: &Path, items: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use #krate::__private as __c;
            #items
        };
    }
}
