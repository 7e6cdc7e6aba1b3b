//! The expansion for a struct with a mistake, beside the error: enough that its uses elsewhere cause no further errors.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse_quote;

use super::{holder, in_own_scope};
use crate::model::Model;

/// A record that could be saved on every backend, if the program compiled.
pub(crate) fn concurrent(model: &Model<'_>) -> TokenStream {
    let columns = columns_impls(model);
    let ident = model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    let mut generics_on = model.generics.clone();
    generics_on.params.push(parse_quote!(__DB: __c::ConcurrencyBackend));
    let predicates = &mut generics_on.make_where_clause().predicates;
    predicates.push(parse_quote!(__c::fallback::table: __c::QueryFragment<__DB>));
    predicates.push(parse_quote!(__c::i64: __c::VersionOn<__c::SqlTypeOf<__c::fallback::version>, __DB>));
    let (impl_generics_on, _, where_clause_on) = generics_on.split_for_impl();
    in_own_scope(
        &model.krate,
        &quote! {
            #columns

            impl #impl_generics __c::Concurrent for #ident #ty_generics #where_clause {
                type Table = __c::fallback::table;
                type Version = __c::i64;
                type VersionField = __c::AutoIncVersionField;
                type __VersionColumn = __c::fallback::version;
                type __Memory = __c::Untracked;
                fn __version(&self) -> &__c::i64 { loop {} }
                fn __set_version(&mut self, _: __c::i64) {}
                fn __record_name() -> &'static __c::str { "" }
                fn __table() -> &'static Self::Table { loop {} }
                fn __table_facts() -> &'static __c::TableFacts { loop {} }
                fn __column_sets() -> &'static __c::ColumnSets { loop {} }
                fn __write_key(&self, _: &mut dyn __c::fmt::Write) -> __c::fmt::Result { loop {} }
            }

            impl #impl_generics __c::Versioned for #ident #ty_generics #where_clause {
                fn record_id(&self) -> __c::RecordId { loop {} }
                fn version_value(&self) -> __c::VersionValue { loop {} }
            }

            impl #impl_generics_on __c::ConcurrentOn<__DB> for #ident #ty_generics #where_clause_on {
                fn __visit_key<'__b, __W>(_: &mut __W) -> __c::QueryResult<()>
                where
                    Self: '__b,
                    __W: __c::ColumnVisitor<'__b, Self, __DB>,
                {
                    __c::Ok(())
                }
            }
        },
    )
}

/// Columns that could be embedded, as a key, too, if the program compiled.
pub(crate) fn columns(model: &Model<'_>) -> TokenStream {
    let columns = columns_impls(model);
    let holder = holder(model);
    let ident = model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    let mut generics_on = model.generics.clone();
    generics_on.params.push(parse_quote!(__DB: __c::Backend));
    let (impl_generics_on, _, _) = generics_on.split_for_impl();
    in_own_scope(
        &model.krate,
        &quote! {
            #columns

            impl #impl_generics __c::ConcurrentKey<#holder> for #ident #ty_generics #where_clause {
                const __KEY_COLUMNS: &'static [&'static __c::str] = &[];
                fn __write_key(_: &#holder, _: &mut dyn __c::fmt::Write) -> __c::fmt::Result { loop {} }
            }

            impl #impl_generics __c::NamedKey<#holder> for #ident #ty_generics #where_clause {
                fn __record_id(_: &#holder, _: &'static __c::str) -> __c::RecordId { loop {} }
            }

            impl #impl_generics_on __c::ConcurrentKeyOn<__DB, #holder> for #ident #ty_generics #where_clause {
                fn __visit_key<'__b, __W>(_: &mut __W) -> __c::QueryResult<()>
                where
                    Self: '__b,
                    #holder: '__b,
                    __W: __c::ColumnVisitor<'__b, Self, __DB, #holder>,
                {
                    __c::Ok(())
                }
            }
        },
    )
}

fn columns_impls(model: &Model<'_>) -> TokenStream {
    let holder = holder(model);
    let ident = model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    let mut generics_on = model.generics.clone();
    generics_on.params.push(parse_quote!(__DB: __c::Backend));
    let (impl_generics_on, _, _) = generics_on.split_for_impl();
    let mut generics_late = model.generics.clone();
    generics_late.params.push(parse_quote!(__Late));
    let (impl_generics_late, _, _) = generics_late.split_for_impl();
    quote! {
        impl #impl_generics __c::ConcurrentColumns<#holder> for #ident #ty_generics #where_clause {
            type __StatementId = ();
            type __Serialized = ();
            const __SKIPPABLE: __c::usize = 0;
            const __COLUMNS: __c::ColumnNames = __c::ColumnNames { own: &[], embedded: &[] };
            fn __convert(_: &#holder) {}
        }

        impl #impl_generics_on __c::ConcurrentColumnsOn<__DB, #holder> for #ident #ty_generics #where_clause {
            fn __visit_columns<'__b, __W>(_: &mut __W) -> __c::QueryResult<()>
            where
                Self: '__b,
                #holder: '__b,
                __W: __c::RecordVisitor<'__b, Self, __DB, #holder>,
            {
                __c::Ok(())
            }
        }

        impl #impl_generics_late __c::Trackable<#holder, __Late> for #ident #ty_generics #where_clause {
            fn __compare<__W>(_: &#holder, _: &#holder, _: &mut __W) {}
            fn __combine<__W>(_: &#holder, _: &#holder, _: &mut #holder, _: &mut __W) {}
            fn __same_key(_: &#holder, _: &#holder) -> __c::bool { true }
        }
    }
}
