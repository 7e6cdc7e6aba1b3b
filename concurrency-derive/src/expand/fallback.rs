//! What a struct with a mistake becomes beside the error: enough that its uses elsewhere add no errors of their own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Path, parse_quote};

/// A record that could be saved on every backend, if the program compiled.
pub(crate) fn concurrent(input: &DeriveInput, krate: &Path) -> TokenStream {
    let columns = columns_impls(input);
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let mut generics_on = input.generics.clone();
    generics_on.params.push(parse_quote!(__DB: __c::ConcurrencyBackend));
    let predicates = &mut generics_on.make_where_clause().predicates;
    predicates.push(parse_quote!(__c::fallback::table: __c::QueryFragment<__DB>));
    predicates.push(parse_quote!(i64: __c::VersionOn<__c::SqlTypeOf<__c::fallback::version>, __DB>));
    let (impl_generics_on, _, where_clause_on) = generics_on.split_for_impl();
    super::in_own_scope(
        krate,
        &quote! {
            #columns

            impl #impl_generics __c::Concurrent for #ident #ty_generics #where_clause {
                type Table = __c::fallback::table;
                type Version = i64;
                type VersionField = __c::AutoIncVersionField;
                type __VersionColumn = __c::fallback::version;
                fn __version(&self) -> &i64 { loop {} }
                fn __set_version(&mut self, _: i64) {}
                fn __table() -> &'static Self::Table { loop {} }
                fn __table_name() -> &'static __c::OnceLock<__c::String> { loop {} }
                fn __key(&self) -> __c::String { loop {} }
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

/// Columns that could be embedded, if the program compiled.
pub(crate) fn columns(input: &DeriveInput, krate: &Path) -> TokenStream {
    super::in_own_scope(krate, &columns_impls(input))
}

fn columns_impls(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let mut generics_on = input.generics.clone();
    generics_on.params.push(parse_quote!(__DB: __c::Backend));
    let (impl_generics_on, _, _) = generics_on.split_for_impl();
    quote! {
        impl #impl_generics __c::ConcurrentColumns for #ident #ty_generics #where_clause {
            type __StatementId = ();
            type __Serialized = ();
            const __SKIPPABLE: usize = 0;
            const __COLUMNS: __c::ColumnNames = __c::ColumnNames { own: &[], embedded: &[] };
            fn __serialize(&self) {}
        }

        impl #impl_generics_on __c::ConcurrentColumnsOn<__DB> for #ident #ty_generics #where_clause {
            fn __visit_columns<'__b, __W>(_: &mut __W) -> __c::QueryResult<()>
            where
                Self: '__b,
                __W: __c::RecordVisitor<'__b, Self, __DB>,
            {
                __c::Ok(())
            }
        }
    }
}
