//! The options of `#[diesel(...)]` and `#[concurrent(...)]` that a trigger depends on. The derive checks whether a
//! model is correct; a model that it would reject may pass here.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Path, Token, parenthesized};

use super::{name_of, names_of};

/// The options on a struct.
#[derive(Default)]
pub(super) struct StructOptions {
    /// The segments of the path.
    pub(super) table_name: Option<Vec<String>>,
    pub(super) primary_key: Option<Vec<String>>,
    pub(super) trigger_name: Option<String>,
}

impl StructOptions {
    pub(super) fn read(attrs: &[Attribute]) -> syn::Result<Self> {
        let mut options = Self::default();
        for option in all_options(attrs, "diesel")? {
            if option.word == "table_name" {
                options.table_name =
                    Some(option.value(|input| Path::parse_mod_style(input).map(|path| names_of(&path)))?);
            } else if option.word == "primary_key" {
                options.primary_key = Some(option.names()?);
            }
        }
        for option in all_options(attrs, "concurrent")? {
            if option.word == "trigger_name" {
                options.trigger_name = Some(option.value(name)?);
            }
        }
        Ok(options)
    }
}

/// A name that a database accepts.
fn name(input: ParseStream<'_>) -> syn::Result<String> {
    let literal: LitStr = input.parse()?;
    let name = literal.value();
    if name.is_empty() || name.contains('\0') {
        return Err(syn::Error::new(
            literal.span(),
            "no trigger can have this name; write one without NUL that is not empty",
        ));
    }
    Ok(name)
}

/// The options on a field.
#[derive(Default)]
pub(super) struct FieldOptions {
    /// The last segment of `#[concurrent(version = …)]`. `#[concurrent(version)]` has none.
    pub(super) version_field: Option<String>,
    pub(super) column_name: Option<String>,
}

impl FieldOptions {
    pub(super) fn read(attrs: &[Attribute]) -> syn::Result<Self> {
        let mut options = Self::default();
        for option in all_options(attrs, "diesel")? {
            if option.word == "column_name" {
                options.column_name = Some(option.value(column_name)?);
            }
        }
        for option in all_options(attrs, "concurrent")? {
            if option.word == "version" && !option.rest.is_empty() {
                options.version_field = option.value(|input| input.parse().map(|path| names_of(&path).pop()))?;
            }
        }
        Ok(options)
    }
}

/// Diesel accepts an identifier or a string.
fn column_name(input: ParseStream<'_>) -> syn::Result<String> {
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        Ok(literal.value().trim_start_matches("r#").to_owned())
    } else {
        input.parse().map(|ident| name_of(&ident))
    }
}

/// `word`, `word = value` or `word(names)`.
struct Entry {
    word: Ident,
    rest: TokenStream,
}

impl Entry {
    fn value<T>(&self, parse: impl Fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<T> {
        let parser = |input: ParseStream<'_>| {
            input.parse::<Token![=]>()?;
            parse(input)
        };
        parser.parse2(self.rest.clone())
    }

    fn names(&self) -> syn::Result<Vec<String>> {
        let parser = |input: ParseStream<'_>| {
            let content;
            parenthesized!(content in input);
            Punctuated::<Ident, Token![,]>::parse_terminated(&content)
        };
        Ok(parser.parse2(self.rest.clone())?.iter().map(name_of).collect())
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // `crate` is a keyword.
        let word = syn::ext::IdentExt::parse_any(input)?;
        Ok(Self { word, rest: input.parse()? })
    }
}

fn all_options(attrs: &[Attribute], namespace: &str) -> syn::Result<Vec<Entry>> {
    let mut options = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(namespace)) {
        for tokens in split_at_commas(&attr.meta.require_list()?.tokens) {
            options.push(syn::parse2(tokens)?);
        }
    }
    Ok(options)
}

/// Commas between `<` and `>` separate generic arguments. If these do not balance, they are comparisons.
fn split_at_commas(tokens: &TokenStream) -> Vec<TokenStream> {
    split(tokens, true).or_else(|| split(tokens, false)).unwrap_or_default()
}

fn split(tokens: &TokenStream, with_angles: bool) -> Option<Vec<TokenStream>> {
    let (mut parts, mut part, mut depth, mut in_arrow) = (Vec::new(), TokenStream::new(), 0_usize, false);
    for tree in tokens.clone() {
        let mut starts_arrow = false;
        if let TokenTree::Punct(punct) = &tree {
            match punct.as_char() {
                ',' if depth == 0 => {
                    parts.push(std::mem::take(&mut part));
                    continue;
                }
                '<' if with_angles => depth = depth.saturating_add(1),
                '>' if with_angles && !in_arrow => depth = depth.saturating_sub(1),
                '-' | '=' => starts_arrow = punct.spacing() == Spacing::Joint,
                _ => {}
            }
        }
        in_arrow = starts_arrow;
        part.extend([tree]);
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    (depth == 0).then_some(parts)
}

#[cfg(test)]
mod tests {
    use syn::{ItemStruct, parse_quote};

    use super::*;

    fn field_options(strukt: &ItemStruct, index: usize) -> FieldOptions {
        FieldOptions::read(&strukt.fields.iter().nth(index).unwrap().attrs).unwrap()
    }

    #[test]
    fn options_of_others_are_passed_over_whatever_they_hold() {
        let strukt: ItemStruct = parse_quote! {
            #[diesel(belongs_to(Shop, foreign_key = shop), table_name = crate::schema::items, primary_key(shop, r#type))]
            #[diesel(check_for_backend(diesel::pg::Pg))]
            #[concurrent(crate = "::occ", trigger_name = "bump")]
            struct Item {
                #[diesel(serialize_as = HashMap<String, u8>, column_name = "r#type")]
                kind: String,
                #[diesel(deserialize_as = fn(i32, i32) -> i32, column_name = revision)]
                #[concurrent(version = occ::TriggerVersionField)]
                version: i64,
                #[concurrent(version)]
                other: i64,
            }
        };
        let options = StructOptions::read(&strukt.attrs).unwrap();
        assert_eq!(options.table_name.unwrap(), ["crate", "schema", "items"]);
        assert_eq!(options.primary_key.unwrap(), ["shop", "type"]);
        assert_eq!(options.trigger_name.unwrap(), "bump");
        assert_eq!(field_options(&strukt, 0).column_name.as_deref(), Some("type"));
        assert_eq!(field_options(&strukt, 1).column_name.as_deref(), Some("revision"));
        assert_eq!(field_options(&strukt, 1).version_field.as_deref(), Some("TriggerVersionField"));
        assert_eq!(field_options(&strukt, 2).version_field, None);
    }

    #[test]
    fn a_malformed_option_is_an_error() {
        let strukt: ItemStruct = parse_quote! {
            #[diesel(table_name = 5)]
            struct Item;
        };
        assert!(StructOptions::read(&strukt.attrs).is_err());
    }
}
