//! The new names that a file gives to the derive and to the version field. In each struct they are replaced by the
//! original names.

use std::collections::HashMap;

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Ident, ItemStruct, ItemType, ItemUse, Meta, Type};

use super::imports::Imports;
use super::model::{DERIVE, VERSION_FIELD};

/// The new names, each with its original name.
#[derive(Debug, Default)]
pub(super) struct Renamed(HashMap<String, &'static str>);

impl Renamed {
    pub(super) fn in_file(file: &syn::File) -> Self {
        let mut renamed = Self::default();
        renamed.visit_file(file);
        renamed
    }

    /// Whether the type is the version field under a new name.
    pub(super) fn is_alias(item: &ItemType) -> bool {
        matches!(&*item.ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == VERSION_FIELD))
    }

    /// The struct with the library's names.
    pub(super) fn written_out(&self, mut item: ItemStruct) -> ItemStruct {
        if self.0.is_empty() {
            return item;
        }
        for attr in item.attrs.iter_mut().chain(item.fields.iter_mut().flat_map(|field| &mut field.attrs)) {
            if let Meta::List(list) = &mut attr.meta {
                list.tokens = self.replaced(std::mem::take(&mut list.tokens));
            }
        }
        item
    }

    fn replaced(&self, tokens: TokenStream) -> TokenStream {
        let replaced = tokens.into_iter().map(|tree| match tree {
            TokenTree::Ident(ident) => match self.0.get(&ident.to_string()) {
                Some(name) => TokenTree::Ident(Ident::new(name, ident.span())),
                None => TokenTree::Ident(ident),
            },
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), self.replaced(group.stream()));
                inside.set_span(group.span());
                TokenTree::Group(inside)
            }
            other => other,
        });
        replaced.collect()
    }
}

impl<'ast> Visit<'ast> for Renamed {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        Imports::default().add(&item.tree, &mut |old, new| {
            let name = [DERIVE, VERSION_FIELD].into_iter().find(|name| old == name);
            self.0.extend(name.filter(|_| new != "_").map(|name| (new.to_string(), name)));
        });
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        if Self::is_alias(item) {
            self.0.insert(item.ident.to_string(), VERSION_FIELD);
        }
        visit::visit_item_type(self, item);
    }
}
