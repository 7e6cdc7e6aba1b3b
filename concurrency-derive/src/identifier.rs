//! Identifiers as names of columns and tables: `r#type` and `type` are the same name. This file does not know which
//! names exist.

use proc_macro2::Span;
use syn::Ident;
use syn::ext::IdentExt;

/// Whether both are the same name.
pub(crate) fn same(one: &Ident, other: &Ident) -> bool {
    one.unraw() == other.unraw()
}

/// The identifier of this text, raw if the text is a keyword.
pub(crate) fn from_text(text: &str, span: Span) -> syn::Result<Ident> {
    let mut ident: Ident = syn::parse_str(text)
        .or_else(|_| syn::parse_str(&format!("r#{text}")))
        .map_err(|_| syn::Error::new(span, format!("`{text}` is not a valid identifier")))?;
    ident.set_span(span);
    Ok(ident)
}
