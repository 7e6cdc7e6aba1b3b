//! `ConcurrentColumns` and `ConcurrentColumnsOn`: what a save writes besides the version, and how it is converted.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Generics, parse_quote};

use super::holder;
use super::slot::Slot;
use crate::identifier::same;
use crate::model::{Column, Form, Model, Options, Version};

pub(super) fn expand(model: &Model<'_>, version: Option<&Version<'_>>) -> TokenStream {
    let Model { ident, table, .. } = model;
    let (key, columns) = Slot::key_and_columns(model);
    let all = || key.iter().chain(&columns);
    let embedded: Vec<_> = model.columns.iter().filter_map(described).collect();
    let own = columns.iter().filter(|slot| !slot.is_embedded()).map(|slot| &slot.column.column);
    let holder = holder(model);
    let skippable = Literal::usize_unsuffixed(columns.iter().filter(|slot| slot.is_skippable()).count());
    let serialized_types = all().filter_map(Slot::serialized_type);
    let serialize: Vec<_> = all().filter_map(Slot::serialize).collect();
    // If there is nothing to convert, the body is empty instead of `()`, because a lint rejects `()`.
    let convert = if serialize.is_empty() { TokenStream::new() } else { quote!((#(#serialize,)*)) };
    let visits = columns.iter().map(|slot| slot.visit(table));
    let visit_checked = checked_columns(model, &columns);
    let reserved = version.map(|version| reserved_columns(model, version));

    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let generics = serializing(model, &key, &columns);
    let where_clause = &generics.where_clause;
    let generics_on = bindable(generics.clone(), model, &columns);
    let (impl_generics_on, _, where_clause_on) = generics_on.split_for_impl();

    quote! {
        pub struct __StatementId;

        #[automatically_derived]
        impl #impl_generics __c::ConcurrentColumns<#holder> for #ident #ty_generics #where_clause {
            type __StatementId = (__StatementId, #(<#embedded>::__StatementId,)*);
            type __Serialized = (#(#serialized_types,)*);
            const __SKIPPABLE: __c::usize = #skippable #(+ <#embedded>::__SKIPPABLE)*;
            const __COLUMNS: __c::ColumnNames = __c::ColumnNames {
                own: &[#(<#table::#own as __c::Column>::NAME,)*],
                embedded: &[#(&<#embedded>::__COLUMNS,)*],
            };

            #[inline]
            fn __convert(__record: &#holder) -> Self::__Serialized {
                #convert
            }
        }

        #[automatically_derived]
        impl #impl_generics_on __c::ConcurrentColumnsOn<__DB, #holder> for #ident #ty_generics #where_clause_on {
            fn __visit_columns<'__b, __W>(__visitor: &mut __W) -> __c::QueryResult<()>
            where
                Self: '__b,
                #holder: '__b,
                __W: __c::RecordVisitor<'__b, Self, __DB, #holder>,
            {
                #reserved
                #(#visits)*
                __c::Ok(())
            }

            #visit_checked
        }
    }
}

/// The columns that advance a conditional version, if the struct names them.
fn checked_columns(model: &Model<'_>, columns: &[Slot<'_, '_>]) -> Option<TokenStream> {
    let Options { check_fields, ignore_fields, .. } = &model.options;
    let (named, is_checked) = match (check_fields, ignore_fields) {
        (Some(check), _) => (&check.value, true),
        (None, Some(ignore)) => (&ignore.value, false),
        (None, None) => return None,
    };
    let visits = columns
        .iter()
        .filter(|slot| named.iter().any(|name| same(name, slot.column.field)) == is_checked)
        .map(|slot| slot.visit(&model.table));
    let holder = holder(model);
    Some(quote! {
        fn __visit_checked<'__b, __W>(__visitor: &mut __W) -> __c::QueryResult<()>
        where
            Self: '__b,
            #holder: '__b,
            __W: __c::RecordVisitor<'__b, Self, __DB, #holder>,
        {
            #(#visits)*
            __c::Ok(())
        }
    })
}

/// The struct's generics, with the bounds of its conversions.
pub(super) fn serializing(model: &Model<'_>, key: &[Slot<'_, '_>], columns: &[Slot<'_, '_>]) -> Generics {
    let mut generics = model.generics.clone();
    // A bound on a concrete type would be checked twice, and its error would repeat at each use of the record. An
    // embedded struct needs the bound, because the implementation names its associated types.
    let has_type_params = model.generics.type_params().next().is_some();
    let matters = |slot: &&Slot<'_, '_>| has_type_params || slot.is_embedded();
    let predicates = &mut generics.make_where_clause().predicates;
    predicates.extend(key.iter().filter(matters).filter_map(Slot::serialize_key_bound));
    predicates.extend(columns.iter().filter(matters).filter_map(Slot::serialize_bound));
    generics
}

/// Generics with a backend `__DB` on which these columns fit their fields.
///
/// Each implementation spells out the bounds. A bound on `Self` would hide the associated types of a generic struct.
pub(super) fn bindable<'s>(
    mut generics: Generics,
    model: &Model<'_>,
    columns: impl IntoIterator<Item = &'s Slot<'s, 's>>,
) -> Generics {
    generics.params.push(parse_quote!(__DB));
    let predicates = &mut generics.make_where_clause().predicates;
    predicates.push(parse_quote!(__DB: __c::Backend));
    predicates.extend(columns.into_iter().map(|slot| slot.bound(&model.table)));
    generics
}

/// The implementation that describes the columns of an embedded struct.
fn described(column: &Column<'_>) -> Option<TokenStream> {
    let Column { ty, form, .. } = column;
    match form {
        Form::Embedded { columns } => Some(quote!(#columns as __c::ConcurrentColumns<#ty>)),
        Form::Plain | Form::Skippable { .. } | Form::Serialized { .. } => None,
    }
}

/// A check for two columns with one SQL name, which the derive cannot see. SQLite and MySQL keep the last of two
/// assignments.
fn reserved_columns(model: &Model<'_>, version: &Version<'_>) -> Option<TokenStream> {
    let Model { table, key, columns, .. } = model;
    let version = &version.column;
    let version = quote!(<#table::#version as __c::Column>::NAME);
    if let [Column { ty, form: Form::Embedded { columns }, .. }] = key.as_slice() {
        return Some(quote! {
            const {
                let __columns = <Self as __c::ConcurrentColumns>::__COLUMNS;
                __columns.embedded_without(&[#version]);
                __columns.apart_from_key(#version, <#columns as __c::ConcurrentKey<#ty>>::__KEY_COLUMNS);
            }
        });
    }
    let key = key.iter().map(|column| &column.column);
    columns.iter().find_map(described).map(|_| {
        quote! {
            const {
                <Self as __c::ConcurrentColumns>::__COLUMNS
                    .embedded_without(&[#(<#table::#key as __c::Column>::NAME,)* #version]);
            }
        }
    })
}
