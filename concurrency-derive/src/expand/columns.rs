//! `ConcurrentColumns` and `ConcurrentColumnsOn`: what a save writes besides the version, and how it is converted.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Generics, Path, WherePredicate, parse_quote, parse_quote_spanned};

use crate::identifier::same;
use crate::model::{Column, Form, Model, Options, Version};

/// A column, and where in `__Serialized` its converted value or its embedded struct's stands.
pub(super) struct Slot<'m, 'a> {
    column: &'m Column<'a>,
    index: Literal,
}

impl<'m, 'a> Slot<'m, 'a> {
    /// Key and columns share one tuple, the key first.
    pub(super) fn key_and_columns(model: &'m Model<'a>) -> (Vec<Self>, Vec<Self>) {
        let mut converted: usize = 0;
        let mut slot = |column: &'m Column<'a>| {
            let index = Literal::usize_unsuffixed(converted);
            converted = converted.saturating_add(usize::from(is_converted(column)));
            Self { column, index }
        };
        let key = model.key.iter().map(&mut slot).collect();
        let columns = model.columns.iter().map(&mut slot).collect();
        (key, columns)
    }

    /// Shows the column to `__visitor`.
    pub(super) fn visit(&self, table: &Path) -> TokenStream {
        let Column { field, ty, column, form } = self.column;
        let index = &self.index;
        let sql_type = quote!(__c::SqlTypeOf<#table::#column>);
        let name = quote!(<#table::#column as __c::Column>::NAME);
        match form {
            Form::Plain => quote! {
                __c::ColumnVisitor::column::<#sql_type, #ty, _>(__visitor, #name, |__record, _| &__record.#field)?;
            },
            Form::Skippable { inner } => quote! {
                __c::RecordVisitor::skippable_column::<#sql_type, #inner, _>(
                    __visitor,
                    #name,
                    |__record, _| __c::Option::as_ref(&__record.#field),
                )?;
            },
            Form::Serialized { into, inner: None } => quote! {
                __c::ColumnVisitor::column::<#sql_type, #into, _>(__visitor, #name, |_, __serialized| &__serialized.#index)?;
            },
            Form::Serialized { into, inner: Some(_) } => quote! {
                __c::RecordVisitor::skippable_column::<#sql_type, #into, _>(
                    __visitor,
                    #name,
                    |_, __serialized| __c::Option::as_ref(&__serialized.#index),
                )?;
            },
            Form::Embedded => quote! {
                __c::RecordVisitor::embedded::<#ty, _>(
                    __visitor,
                    |__record, __serialized| (&__record.#field, &__serialized.#index),
                )?;
            },
        }
    }

    /// What must hold on a backend for the column to be written there.
    fn bound(&self, table: &Path) -> WherePredicate {
        let Column { ty, column, form, .. } = self.column;
        let bindable = quote!(__c::Bindable<__c::SqlTypeOf<#table::#column>, __DB>);
        match form {
            Form::Plain => parse_quote_spanned!(ty.span()=> #ty: #bindable),
            Form::Skippable { inner } => parse_quote_spanned!(inner.span()=> #inner: #bindable),
            Form::Serialized { into, .. } => parse_quote_spanned!(into.span()=> #into: #bindable),
            Form::Embedded => parse_quote_spanned!(ty.span()=> #ty: __c::ConcurrentColumnsOn<__DB>),
        }
    }

    /// The type of the converted value in `__Serialized`.
    fn serialized_type(&self) -> Option<TokenStream> {
        let Column { ty, form, .. } = self.column;
        match form {
            Form::Plain | Form::Skippable { .. } => None,
            Form::Serialized { into, inner: None } => Some(quote!(#into)),
            Form::Serialized { into, inner: Some(_) } => Some(quote!(__c::Option<#into>)),
            Form::Embedded => Some(quote!(<#ty as __c::ConcurrentColumns>::__Serialized)),
        }
    }

    /// The conversion. Diesel converts by value; a record stays whole, so its field is cloned first.
    fn serialize(&self) -> Option<TokenStream> {
        let Column { field, ty, form, .. } = self.column;
        match form {
            Form::Plain | Form::Skippable { .. } => None,
            Form::Serialized { into, inner: None } => Some(quote_spanned! {ty.span()=>
                __c::Into::<#into>::into(__c::Clone::clone(&self.#field))
            }),
            Form::Serialized { into, inner: Some(inner) } => Some(quote_spanned! {ty.span()=>
                __c::Option::map(__c::Option::as_ref(&self.#field), |__inner: &#inner| {
                    __c::Into::<#into>::into(__c::Clone::clone(__inner))
                })
            }),
            Form::Embedded => Some(quote!(__c::ConcurrentColumns::__serialize(&self.#field))),
        }
    }

    /// What must hold on every backend for the conversion.
    fn serialize_bound(&self) -> Option<WherePredicate> {
        let Column { ty, form, .. } = self.column;
        match form {
            Form::Plain | Form::Skippable { .. } => None,
            Form::Serialized { into, inner } => {
                let from = inner.unwrap_or(ty);
                Some(parse_quote_spanned!(ty.span()=> #from: __c::Clone + __c::Into<#into>))
            }
            Form::Embedded => Some(parse_quote_spanned!(ty.span()=> #ty: __c::ConcurrentColumns)),
        }
    }

    fn is_skippable(&self) -> bool {
        matches!(self.column.form, Form::Skippable { .. } | Form::Serialized { inner: Some(_), .. })
    }
}

fn is_converted(column: &Column<'_>) -> bool {
    matches!(column.form, Form::Serialized { .. } | Form::Embedded)
}

pub(super) fn expand(model: &Model<'_>, version: Option<&Version<'_>>) -> TokenStream {
    let Model { ident, table, .. } = model;
    let (key, columns) = Slot::key_and_columns(model);
    let all = || key.iter().chain(&columns);
    let embedded: Vec<_> =
        model.columns.iter().filter(|column| matches!(column.form, Form::Embedded)).map(|column| column.ty).collect();
    let own = model.columns.iter().filter(|column| !matches!(column.form, Form::Embedded)).map(|column| &column.column);
    let skippable = Literal::usize_unsuffixed(columns.iter().filter(|slot| slot.is_skippable()).count());
    let serialized_types = all().filter_map(Slot::serialized_type);
    let serialize = all().filter_map(Slot::serialize);
    let visits = columns.iter().map(|slot| slot.visit(table));
    let visit_checked = checked_columns(model, &columns);
    let reserved = if embedded.is_empty() { None } else { version.map(|version| reserved_columns(model, version)) };

    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let generics = serializing(model, &key, &columns);
    let where_clause = &generics.where_clause;
    let generics_on = bindable(generics.clone(), model, &columns);
    let (impl_generics_on, _, where_clause_on) = generics_on.split_for_impl();

    quote! {
        pub struct __StatementId;

        #[automatically_derived]
        impl #impl_generics __c::ConcurrentColumns for #ident #ty_generics #where_clause {
            type __StatementId = (__StatementId, #(<#embedded as __c::ConcurrentColumns>::__StatementId,)*);
            type __Serialized = (#(#serialized_types,)*);
            const __SKIPPABLE: usize = #skippable #(+ <#embedded as __c::ConcurrentColumns>::__SKIPPABLE)*;
            const __COLUMNS: __c::ColumnNames = __c::ColumnNames {
                own: &[#(<#table::#own as __c::Column>::NAME,)*],
                embedded: &[#(&<#embedded as __c::ConcurrentColumns>::__COLUMNS,)*],
            };

            fn __serialize(&self) -> Self::__Serialized {
                (#(#serialize,)*)
            }
        }

        #[automatically_derived]
        impl #impl_generics_on __c::ConcurrentColumnsOn<__DB> for #ident #ty_generics #where_clause_on {
            fn __visit_columns<'__b, __W>(__visitor: &mut __W) -> __c::QueryResult<()>
            where
                Self: '__b,
                __W: __c::RecordVisitor<'__b, Self, __DB>,
            {
                #reserved
                #(#visits)*
                __c::Ok(())
            }

            #visit_checked
        }
    }
}

/// The columns that move a conditional version, where the struct names them.
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
    Some(quote! {
        fn __visit_checked<'__b, __W>(__visitor: &mut __W) -> __c::QueryResult<()>
        where
            Self: '__b,
            __W: __c::RecordVisitor<'__b, Self, __DB>,
        {
            #(#visits)*
            __c::Ok(())
        }
    })
}

/// The struct's generics, with what its conversions need.
pub(super) fn serializing(model: &Model<'_>, key: &[Slot<'_, '_>], columns: &[Slot<'_, '_>]) -> Generics {
    let mut generics = model.generics.clone();
    // A bound on a type that is known would be checked twice, and its error be followed by one at each use of the record.
    // Not so for an embedded struct, whose associated types the implementation names.
    let has_type_params = model.generics.type_params().next().is_some();
    let bounds = key
        .iter()
        .chain(columns)
        .filter(|slot| has_type_params || matches!(slot.column.form, Form::Embedded))
        .filter_map(Slot::serialize_bound);
    generics.make_where_clause().predicates.extend(bounds);
    generics
}

/// Generics with a backend `__DB`, on which these columns fit their fields.
///
/// The bounds are spelled out for each implementation: a bound on `Self` would hide the associated types of a generic struct.
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

/// What an embedded struct must not write, and the derive cannot see: SQLite and MySQL keep the last of two assignments.
fn reserved_columns(model: &Model<'_>, version: &Version<'_>) -> TokenStream {
    let Model { table, key, .. } = model;
    let reserved = key.iter().map(|column| &column.column).chain([&version.column]);
    quote! {
        const {
            <Self as __c::ConcurrentColumns>::__COLUMNS.embedded_without(&[#(<#table::#reserved as __c::Column>::NAME,)*]);
        }
    }
}
