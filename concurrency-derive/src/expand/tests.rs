//! Rules for every expansion, because it is placed inside the user's code.

use proc_macro2::{TokenStream, TokenTree};
use syn::{DeriveInput, parse_quote};

use super::{columns, concurrent};
use crate::errors::Errors;
use crate::model::{Derive, Model};

/// Every form of a column, and every option.
fn everything() -> Vec<TokenStream> {
    let record: DeriveInput = parse_quote! {
        #[diesel(primary_key(shop, item))]
        #[concurrent(check_fields(plain), trigger_name = "bump", record_name = "old")]
        struct Article<'a, T> {
            shop: T,
            #[diesel(serialize_as = Written)]
            item: Item,
            plain: &'a Plain,
            #[diesel(treat_none_as_null = false)]
            skippable: Option<Plain>,
            #[diesel(serialize_as = Written)]
            #[concurrent(merge = "max")]
            serialized: Plain,
            #[diesel(serialize_as = Written, treat_none_as_null = false)]
            both: Option<Plain>,
            #[diesel(embed)]
            #[concurrent(remote = Columns)]
            embedded: Other,
            #[concurrent(version = Marker)]
            version: Number,
        }
    };
    let keyed: DeriveInput = parse_quote! {
        struct Keyed {
            #[diesel(embed)]
            #[concurrent(key)]
            key: Key,
            #[concurrent(version)]
            version: Number,
        }
    };
    let embedded: DeriveInput = parse_quote! {
        #[concurrent(remote = Other)]
        struct Columns {
            id: Number,
            #[concurrent(merge = sum)]
            plain: Plain,
        }
    };
    vec![
        expanded(&record, Derive::Concurrent, concurrent),
        expanded(&keyed, Derive::Concurrent, concurrent),
        expanded(&embedded, Derive::ConcurrentColumns, columns),
    ]
}

fn expanded(input: &DeriveInput, derive: Derive, expand: fn(&Model<'_>) -> TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let tokens = expand(&Model::from_input(input, derive, &mut errors));
    assert!(errors.finish().is_ok());
    tokens
}

fn flat(tokens: TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Group(group) => flat(group.stream()),
            other => vec![other.to_string()],
        })
        .collect()
}

#[test]
fn no_lint_is_allowed() {
    for tokens in everything() {
        let words = flat(tokens);
        assert!(!words.iter().any(|word| matches!(word.as_str(), "allow" | "expect" | "warn")));
    }
}

/// The same names may mean something else in the user's code.
#[test]
fn no_name_is_taken_from_the_language_or_its_prelude() {
    const NAMES: [&str; 19] = [
        "bool", "usize", "str", "i64", "Option", "Some", "None", "Ok", "Err", "Result", "String", "Vec", "Box",
        "Clone", "Into", "Debug", "std", "core", "diesel",
    ];
    for tokens in everything() {
        let words = flat(tokens);
        for pair in words.windows(2) {
            let [before, word] = pair else { unreachable!("windows of two") };
            // The derive's input has `Option` as the user's own type.
            let is_the_users = word == "Option" && before != ":";
            assert!(before == ":" || is_the_users || !NAMES.contains(&word.as_str()), "{before} {word}");
        }
    }
}
