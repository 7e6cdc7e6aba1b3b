//! Decides the conditions of compilation that `--features` decides, by Cargo's rules. All others stay open; nothing is
//! guessed.

use proc_macro2::TokenStream;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Field, Fields, ItemStruct, Lit, Meta, MetaList, Token, parse_quote};

/// The features that the crates are compiled with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Features {
    /// No features were named.
    #[default]
    Unknown,
    /// Only these.
    These(Vec<String>),
    /// All features.
    All,
}

impl Features {
    /// Whether the predicate of a `cfg` holds; `None` if only the compiler knows.
    pub(super) fn decide(&self, predicate: &Meta) -> Option<bool> {
        match predicate {
            Meta::Path(path) if path.is_ident("test") => Some(false),
            Meta::NameValue(pair) if pair.path.is_ident("feature") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(feature), .. }) => self.has(&feature.value()),
                _ => None,
            },
            Meta::List(list) if list.path.is_ident("not") => {
                predicates(list)?.first().and_then(|only| self.decide(only)).map(|holds| !holds)
            }
            Meta::List(list) if list.path.is_ident("all") => self.fold(&predicates(list)?, false),
            Meta::List(list) if list.path.is_ident("any") => self.fold(&predicates(list)?, true),
            _ => None,
        }
    }

    /// Whether the `#[cfg(…)]` holds.
    pub(super) fn decide_cfg(&self, attr: &Attribute) -> Option<bool> {
        self.decide(&attr.parse_args().ok()?)
    }

    /// The struct with each decided `cfg_attr` expanded, and without the fields that are not compiled.
    pub(super) fn applied(&self, item: &ItemStruct) -> ItemStruct {
        let mut item = item.clone();
        item.attrs = self.attributes(&item.attrs);
        let fields = match &mut item.fields {
            Fields::Named(fields) => &mut fields.named,
            Fields::Unnamed(fields) => &mut fields.unnamed,
            Fields::Unit => return item,
        };
        let kept = std::mem::take(fields).into_iter().filter_map(|field| self.field(field));
        *fields = kept.collect();
        item
    }

    fn field(&self, mut field: Field) -> Option<Field> {
        field.attrs = self.attributes(&field.attrs);
        let cfgs = || field.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        if cfgs().any(|attr| self.decide_cfg(attr) == Some(false)) {
            return None;
        }
        field.attrs.retain(|attr| !(attr.path().is_ident("cfg") && self.decide_cfg(attr) == Some(true)));
        Some(field)
    }

    /// The attributes, with each decided `cfg_attr` expanded.
    pub(super) fn attributes(&self, attrs: &[Attribute]) -> Vec<Attribute> {
        attrs.iter().flat_map(|attr| self.written_out(attr)).collect()
    }

    /// The attributes in a decided `cfg_attr`, also of one inside another.
    fn written_out(&self, attr: &Attribute) -> Vec<Attribute> {
        let decided = || {
            let list = attr.path().is_ident("cfg_attr").then(|| attr.meta.require_list().ok())??;
            let inside = predicates(list)?;
            let (predicate, attributes) = inside.split_first()?;
            Some((self.decide(predicate)?, attributes.to_vec()))
        };
        match decided() {
            None => vec![attr.clone()],
            Some((false, _)) => Vec::new(),
            Some((true, metas)) => {
                let attrs: Vec<Attribute> = metas.iter().map(|meta| parse_quote!(#[#meta])).collect();
                self.attributes(&attrs)
            }
        }
    }

    fn has(&self, feature: &str) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::These(features) => Some(features.iter().any(|known| known == feature)),
            Self::All => Some(true),
        }
    }

    /// `decisive` if one predicate has that value. Otherwise all predicates must be decided.
    fn fold(&self, predicates: &[Meta], decisive: bool) -> Option<bool> {
        let decided: Vec<Option<bool>> = predicates.iter().map(|predicate| self.decide(predicate)).collect();
        if decided.contains(&Some(decisive)) {
            return Some(decisive);
        }
        (!decided.contains(&None)).then_some(!decisive)
    }
}

fn predicates(list: &MetaList) -> Option<Vec<Meta>> {
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let tokens: TokenStream = list.tokens.clone();
    parser.parse2(tokens).ok().map(|metas| metas.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::*;

    #[test]
    fn conditions_are_decided_as_far_as_they_are_known() {
        let these = Features::These(vec!["full".to_owned()]);
        type Holds = Option<bool>;
        let cases: [(Meta, Holds, Holds, Holds); 8] = [
            (parse_quote!(feature = "full"), None, Some(true), Some(true)),
            (parse_quote!(feature = "json"), None, Some(false), Some(true)),
            (parse_quote!(not(feature = "json")), None, Some(true), Some(false)),
            (parse_quote!(unix), None, None, None),
            (parse_quote!(test), Some(false), Some(false), Some(false)),
            (parse_quote!(all(unix, feature = "json")), None, Some(false), None),
            (parse_quote!(any(unix, feature = "full")), None, Some(true), Some(true)),
            (parse_quote!(all()), Some(true), Some(true), Some(true)),
        ];
        for (predicate, unknown, some, all) in cases {
            let decided = [&Features::Unknown, &these, &Features::All].map(|features| features.decide(&predicate));
            assert_eq!(decided, [unknown, some, all], "{}", predicate.to_token_stream());
        }
    }

    #[test]
    fn what_is_decided_is_written_out() {
        let item: ItemStruct = parse_quote! {
            #[cfg_attr(feature = "full", derive(Concurrent), cfg_attr(not(feature = "json"), diesel(table_name = posts)))]
            #[cfg_attr(unix, allow(dead_code))]
            struct Post { #[cfg(feature = "json")] a: i64, #[cfg(feature = "full")] b: i64, #[cfg(unix)] c: i64 }
        };
        let expected: ItemStruct = parse_quote! {
            #[derive(Concurrent)]
            #[diesel(table_name = posts)]
            #[cfg_attr(unix, allow(dead_code))]
            struct Post { b: i64, #[cfg(unix)] c: i64 }
        };
        let text = |item: &ItemStruct| item.to_token_stream().to_string().replace(" , }", " }");
        let features = Features::These(vec!["full".to_owned()]);
        assert_eq!(text(&features.applied(&item)), text(&expected));
        assert_eq!(text(&Features::Unknown.applied(&item)), text(&item));
    }
}
