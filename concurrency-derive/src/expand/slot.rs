//! A column, and its tokens in each implementation. The model decides which columns there are.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, WherePredicate, parse_quote_spanned};

use crate::model::{Column, Form, Model};

/// A column, and the place in `__Serialized` of its converted value or of its embedded struct's.
pub(super) struct Slot<'m, 'a> {
    pub(super) column: &'m Column<'a>,
    index: Literal,
    /// Whether no earlier slot converts its value. An embedded struct may have the key and other columns, too.
    converts: bool,
}

impl<'m, 'a> Slot<'m, 'a> {
    /// Key and columns share one tuple, the key first.
    pub(super) fn key_and_columns(model: &'m Model<'a>) -> (Vec<Self>, Vec<Self>) {
        let mut converted: Vec<&syn::Ident> = Vec::new();
        let mut slot = |column: &'m Column<'a>| {
            let earlier = converted.iter().position(|field| *field == column.field);
            let index = Literal::usize_unsuffixed(earlier.unwrap_or(converted.len()));
            let converts = earlier.is_none() && matches!(column.form, Form::Serialized { .. } | Form::Embedded { .. });
            if converts {
                converted.push(column.field);
            }
            Self { column, index, converts }
        };
        let key = model.key.iter().map(&mut slot).collect();
        let columns = model.columns.iter().map(&mut slot).collect();
        (key, columns)
    }

    /// Passes the column to `__visitor`.
    pub(super) fn visit(&self, table: &Path) -> TokenStream {
        let Column { field, ty, column, form, .. } = self.column;
        let index = &self.index;
        let sql_type = quote!(__c::SqlTypeOf<#table::#column>);
        let name = quote!(<#table::#column as __c::Column>::NAME);
        match form {
            Form::Plain => {
                let get = quote_spanned!(at(ty)=> |__record, _| &__record.#field);
                quote!(__c::ColumnVisitor::column::<#sql_type, #ty, _>(__visitor, #name, #get)?;)
            }
            Form::Skippable { inner } => {
                let get = quote_spanned!(at(ty)=> |__record, _| __c::Option::as_ref(&__record.#field));
                quote!(__c::RecordVisitor::skippable_column::<#sql_type, #inner, _>(__visitor, #name, #get)?;)
            }
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
            Form::Embedded { columns } => quote! {
                __c::RecordVisitor::embedded::<#columns, #ty, _>(
                    __visitor,
                    |__record, __serialized| (&__record.#field, &__serialized.#index),
                )?;
            },
        }
    }

    /// Passes the column of the key, or the key of the embedded struct, to `__visitor`.
    pub(super) fn visit_key(&self, table: &Path) -> TokenStream {
        let Column { field, ty, form, .. } = self.column;
        let index = &self.index;
        match form {
            Form::Embedded { columns } => quote! {
                __c::ColumnVisitor::embedded_key::<#columns, #ty, _>(
                    __visitor,
                    |__record, __serialized| (&__record.#field, &__serialized.#index),
                )?;
            },
            Form::Plain | Form::Skippable { .. } | Form::Serialized { .. } => self.visit(table),
        }
    }

    /// The bounds on a backend for writing the column.
    pub(super) fn bound(&self, table: &Path) -> WherePredicate {
        let Column { ty, column, form, .. } = self.column;
        let bindable = quote!(__c::Bindable<__c::SqlTypeOf<#table::#column>, __DB>);
        match form {
            Form::Plain => parse_quote_spanned!(at(ty)=> #ty: #bindable),
            Form::Skippable { inner } => parse_quote_spanned!(at(inner)=> #inner: #bindable),
            Form::Serialized { into, .. } => parse_quote_spanned!(at(into)=> #into: #bindable),
            Form::Embedded { columns } => {
                parse_quote_spanned!(at(columns)=> #columns: __c::ConcurrentColumnsOn<__DB, #ty>)
            }
        }
    }

    /// The bounds on a backend for finding a row by the column.
    pub(super) fn key_bound(&self, table: &Path) -> WherePredicate {
        let Column { ty, form, .. } = self.column;
        match form {
            Form::Embedded { columns } => {
                parse_quote_spanned!(at(columns)=> #columns: __c::ConcurrentKeyOn<__DB, #ty>)
            }
            Form::Plain | Form::Skippable { .. } | Form::Serialized { .. } => self.bound(table),
        }
    }

    /// The type of the converted value in `__Serialized`.
    pub(super) fn serialized_type(&self) -> Option<TokenStream> {
        let Column { ty, form, .. } = self.column;
        match form {
            _ if !self.converts => None,
            Form::Plain | Form::Skippable { .. } => None,
            Form::Serialized { into, inner: None } => Some(quote!(#into)),
            Form::Serialized { into, inner: Some(_) } => Some(quote!(__c::Option<#into>)),
            Form::Embedded { columns } => Some(quote!(<#columns as __c::ConcurrentColumns<#ty>>::__Serialized)),
        }
    }

    /// The conversion.
    pub(super) fn serialize(&self) -> Option<TokenStream> {
        let Column { field, ty, form, .. } = self.column;
        match form {
            _ if !self.converts => None,
            Form::Plain | Form::Skippable { .. } => None,
            Form::Serialized { into, inner: None } => Some(quote! {
                <#ty as __c::SerializesAs<#into>>::__serialize(&__record.#field)
            }),
            Form::Serialized { into, inner: Some(inner) } => Some(quote! {
                __c::Option::map(__c::Option::as_ref(&__record.#field), <#inner as __c::SerializesAs<#into>>::__serialize)
            }),
            Form::Embedded { columns } => {
                Some(quote!(<#columns as __c::ConcurrentColumns<#ty>>::__convert(&__record.#field)))
            }
        }
    }

    /// The bounds on every backend for the conversion.
    pub(super) fn serialize_bound(&self) -> Option<WherePredicate> {
        let Column { ty, form, .. } = self.column;
        match form {
            Form::Plain | Form::Skippable { .. } => None,
            Form::Serialized { into, inner } => {
                let from = inner.unwrap_or(ty);
                Some(parse_quote_spanned!(at(ty)=> #from: __c::SerializesAs<#into>))
            }
            Form::Embedded { columns } => {
                Some(parse_quote_spanned!(at(columns)=> #columns: __c::ConcurrentColumns<#ty>))
            }
        }
    }

    /// The bounds on every backend for finding a row by the column.
    pub(super) fn serialize_key_bound(&self) -> Option<WherePredicate> {
        let Column { ty, form, .. } = self.column;
        match form {
            Form::Embedded { columns } => Some(parse_quote_spanned!(at(columns)=> #columns: __c::ConcurrentKey<#ty>)),
            Form::Plain | Form::Skippable { .. } | Form::Serialized { .. } => self.serialize_bound(),
        }
    }

    /// Whether `None` leaves the column as it is.
    pub(super) fn is_skippable(&self) -> bool {
        matches!(self.column.form, Form::Skippable { .. } | Form::Serialized { inner: Some(_), .. })
    }

    pub(super) fn is_embedded(&self) -> bool {
        matches!(self.column.form, Form::Embedded { .. })
    }
}

/// The span of the user's code, for the expansion's own names, so that lints of the user's code do not apply to them.
pub(super) fn at(written: &impl Spanned) -> Span {
    written.span().resolved_at(Span::call_site())
}
