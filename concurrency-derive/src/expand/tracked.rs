//! `Trackable`: compares two and three copies of a struct, field by field. Other files decide what a difference means
//! and how a field is merged.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Path, WherePredicate, parse_quote, parse_quote_spanned};

use super::columns::serializing;
use super::holder;
use super::slot::{Slot, at};
use crate::attributes::MergePolicy;
use crate::model::{Column, Form, Model};

pub(super) fn expand(model: &Model<'_>) -> TokenStream {
    let ident = model.ident;
    let (key, columns) = Slot::key_and_columns(model);
    let holder = holder(model);
    let compare = columns.iter().map(|slot| compare(slot, &model.table));
    let combine = columns.iter().map(|slot| combine(slot, &model.table));
    let same_key = key.iter().map(same_key);

    let (_, ty_generics, _) = model.generics.split_for_impl();
    let mut generics = serializing(model, &key, &columns);
    generics.params.push(parse_quote!(__Late));
    let predicates = &mut generics.make_where_clause().predicates;
    predicates.extend(key.iter().chain(&columns).map(|slot| bound(slot.column)));
    if model.generics.type_params().next().is_some() {
        predicates.extend(columns.iter().filter_map(|slot| merge_bound(slot.column)));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();

    quote! {
        #[automatically_derived]
        impl #impl_generics __c::Trackable<#holder, __Late> for #ident #ty_generics #where_clause {
            fn __compare<__W: __c::FieldComparison>(__one: &#holder, __other: &#holder, __visitor: &mut __W) {
                #(#compare)*
            }

            fn __combine<__W: __c::FieldCombination>(
                __base: &#holder,
                __mine: &#holder,
                __theirs: &mut #holder,
                __visitor: &mut __W,
            ) {
                #(#combine)*
            }

            fn __same_key(__one: &#holder, __other: &#holder) -> __c::bool {
                true #(&& #same_key)*
            }
        }
    }
}

fn compare(slot: &Slot<'_, '_>, table: &Path) -> TokenStream {
    let Column { field, ty, form, .. } = slot.column;
    if let Form::Embedded { columns } = form {
        return quote!(<#columns as __c::Trackable<#ty, __Late>>::__compare(&__one.#field, &__other.#field, __visitor););
    }
    let named = named(slot, table);
    let is_written = is_written(slot, &quote!(__other));
    quote!(__c::FieldComparison::field::<_, __Late>(__visitor, #named, &__one.#field, &__other.#field, #is_written);)
}

fn combine(slot: &Slot<'_, '_>, table: &Path) -> TokenStream {
    let Column { field, ty, form, merge, .. } = slot.column;
    if let Form::Embedded { columns } = form {
        return quote! {
            <#columns as __c::Trackable<#ty, __Late>>::__combine(&__base.#field, &__mine.#field, &mut __theirs.#field, __visitor);
        };
    }
    let named = named(slot, table);
    let is_written = is_written(slot, &quote!(__mine));
    let policy = match merge {
        None => quote!(__c::Merge::Ask),
        Some(MergePolicy::Mine) => quote!(__c::Merge::Mine),
        Some(MergePolicy::Theirs) => quote!(__c::Merge::Theirs),
        Some(MergePolicy::Max) => quote_spanned!(at(ty)=> __c::Merge::By(<#ty as __c::MergeOrder>::__max)),
        Some(MergePolicy::Min) => quote_spanned!(at(ty)=> __c::Merge::By(<#ty as __c::MergeOrder>::__min)),
        Some(MergePolicy::Sum) => quote_spanned!(at(ty)=> __c::Merge::By(<#ty as __c::MergeSum>::merge_sum)),
        Some(MergePolicy::Set) => quote_spanned!(at(ty)=> __c::Merge::By(<#ty as __c::MergeSet>::merge_set)),
        Some(MergePolicy::Text) => quote_spanned! {at(ty)=>
            __c::Merge::Text {
                as_text: <#ty as __c::MergeText>::as_text,
                from_text: <#ty as __c::MergeText>::from_text,
            }
        },
        Some(MergePolicy::Function(path)) => quote_spanned!(at(path)=> __c::Merge::By(#path)),
    };
    quote! {
        __c::FieldCombination::field::<_, __Late>(
            __visitor,
            #named,
            &__base.#field,
            &__mine.#field,
            &mut __theirs.#field,
            #is_written,
            #policy,
        );
    }
}

/// What the field and its column are called.
fn named(slot: &Slot<'_, '_>, table: &Path) -> TokenStream {
    let Column { field, column, .. } = slot.column;
    let name = field.unraw().to_string();
    quote!(__c::Field { name: #name, column: <#table::#column as __c::Column>::NAME })
}

fn same_key(slot: &Slot<'_, '_>) -> TokenStream {
    let Column { field, ty, form, .. } = slot.column;
    match form {
        Form::Embedded { columns } => {
            quote!(<#columns as __c::Trackable<#ty, __Late>>::__same_key(&__one.#field, &__other.#field))
        }
        Form::Plain | Form::Skippable { .. } | Form::Serialized { .. } => {
            quote!(<#ty as __c::TrackedField<__Late>>::__is_same(&__one.#field, &__other.#field))
        }
    }
}

/// Whether a save of the record writes the field. It does not if the field's `None` leaves the column as it is.
fn is_written(slot: &Slot<'_, '_>, record: &TokenStream) -> TokenStream {
    let field = slot.column.field;
    if slot.is_skippable() { quote!(__c::Option::is_some(&#record.#field)) } else { quote!(true) }
}

/// Because of its parameter, the bound is checked where a record is tracked. A plain bound on a concrete type would be
/// checked here, and records that are never tracked may have fields that cannot be compared.
fn bound(column: &Column<'_>) -> WherePredicate {
    let Column { ty, form, .. } = column;
    match form {
        Form::Embedded { columns } => parse_quote_spanned!(at(columns)=> #columns: __c::Trackable<#ty, __Late>),
        Form::Plain | Form::Skippable { .. } | Form::Serialized { .. } => {
            parse_quote_spanned!(at(ty)=> #ty: __c::TrackedField<__Late>)
        }
    }
}

/// The user asked for a policy, so a type without its operation is a mistake, whether or not the record is tracked. For
/// concrete types the expansion names the operation.
fn merge_bound(column: &Column<'_>) -> Option<WherePredicate> {
    let ty = column.ty;
    match column.merge.as_ref()? {
        MergePolicy::Max | MergePolicy::Min => Some(parse_quote_spanned!(at(ty)=> #ty: __c::MergeOrder)),
        MergePolicy::Sum => Some(parse_quote_spanned!(at(ty)=> #ty: __c::MergeSum)),
        MergePolicy::Set => Some(parse_quote_spanned!(at(ty)=> #ty: __c::MergeSet)),
        MergePolicy::Text => Some(parse_quote_spanned!(at(ty)=> #ty: __c::MergeText)),
        MergePolicy::Mine | MergePolicy::Theirs | MergePolicy::Function(_) => None,
    }
}
