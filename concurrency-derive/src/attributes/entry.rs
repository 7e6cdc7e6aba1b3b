//! One option of an attribute: `word`, `word = value` or `word(names)`. The caller says which shape to read. This file
//! does not know which words exist.

use proc_macro2::Group;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Ident, Token};

use super::{Setting, skip};
use crate::errors::Errors;
use crate::identifier::same;
use crate::symbol::{DIESEL, Symbol};

/// An option whose word was read and whose value was not.
pub(super) struct Entry<'a> {
    pub(super) namespace: Symbol,
    pub(super) word: Ident,
    input: ParseStream<'a>,
}

impl<'a> Entry<'a> {
    pub(super) fn parse(namespace: Symbol, input: ParseStream<'a>) -> syn::Result<Self> {
        // `crate` is a keyword.
        let word =
            Ident::parse_any(input).map_err(|error| syn::Error::new(error.span(), "expected the name of an option"))?;
        Ok(Self { namespace, word, input })
    }

    /// Whether the option belongs to `#[diesel(...)]`.
    pub(super) fn is_diesel(&self) -> bool {
        self.namespace == DIESEL
    }

    /// The value of `word = value`.
    pub(super) fn value<T>(
        &self,
        symbol: Symbol,
        parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<Setting<T>> {
        self.after_equals(parse)
            .map(|value| Setting { word: self.word.clone(), value })
            .map_err(|error| with_help(&error, symbol))
    }

    /// The names of `word(a, b)`, each once. A malformed list counts as an empty one, so that the word counts as
    /// present.
    pub(super) fn names(&self, symbol: Symbol, errors: &mut Errors) -> Setting<Vec<Ident>> {
        let word = self.word.clone();
        let names = self.in_parentheses().unwrap_or_else(|error| {
            errors.add(with_help(&error, symbol));
            Vec::new()
        });
        let value = distinct(names, errors);
        Setting { word, value }
    }

    /// A word without a value.
    pub(super) fn flag(&self, symbol: Symbol) -> syn::Result<Ident> {
        if self.has_value() {
            let error = self.input.error(format_args!("`{}` takes no value", self.word));
            return Err(with_help(&error, symbol));
        }
        Ok(self.word.clone())
    }

    /// Whether a value follows the word.
    pub(super) fn has_value(&self) -> bool {
        !self.at_end()
    }

    /// Skips the value, if there is one.
    pub(super) fn skip(&self) {
        skip::value(self.input);
    }

    fn after_equals<T>(&self, parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<T> {
        self.more()?;
        self.input.parse::<Token![=]>()?;
        self.more()?;
        let value = parse(self.input)?;
        self.end()?;
        Ok(value)
    }

    fn in_parentheses(&self) -> syn::Result<Vec<Ident>> {
        self.more()?;
        if !self.input.peek(Paren) {
            return Err(self.input.error("expected parentheses"));
        }
        // Not `parenthesized!`: after an error, syn would report the tokens that it leaves unread a second time.
        let group: Group = self.input.parse()?;
        let names = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(group.stream())?;
        self.end()?;
        if names.is_empty() {
            let message = format!("`{}` names nothing", self.word);
            return Err(syn::Error::new_spanned(&self.word, message));
        }
        Ok(names.into_iter().collect())
    }

    fn more(&self) -> syn::Result<()> {
        if self.at_end() {
            return Err(syn::Error::new_spanned(&self.word, format_args!("`{}` has no value", self.word)));
        }
        Ok(())
    }

    fn end(&self) -> syn::Result<()> {
        if self.at_end() { Ok(()) } else { Err(self.input.error("expected `,`")) }
    }

    fn at_end(&self) -> bool {
        self.input.is_empty() || self.input.peek(Token![,])
    }
}

fn distinct(names: Vec<Ident>, errors: &mut Errors) -> Vec<Ident> {
    let mut distinct: Vec<Ident> = Vec::new();
    for name in names {
        if distinct.iter().any(|earlier| same(earlier, &name)) {
            let message = format!("`{name}` is named twice; remove one of them");
            errors.push(&name, message);
        } else {
            distinct.push(name);
        }
    }
    distinct
}

/// The error, followed by an example of the right form.
pub(super) fn with_help(error: &syn::Error, symbol: Symbol) -> syn::Error {
    let example = symbol.example();
    syn::Error::new(error.span(), format_args!("{error}\nhelp: the correct format looks like `{example}`"))
}
