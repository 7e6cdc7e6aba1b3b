//! The value of `merge`: what becomes of a field that two people changed. rustc checks whether the field's type
//! supports it.

use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Path};

/// `"sum"` and the like, or a function of the user.
#[derive(Clone)]
pub(crate) enum MergePolicy {
    Mine,
    Theirs,
    Max,
    Min,
    Sum,
    Set,
    Text,
    Function(Path),
}

pub(super) fn policy(input: ParseStream<'_>) -> syn::Result<MergePolicy> {
    if !input.peek(LitStr) {
        return input.call(Path::parse).map(MergePolicy::Function);
    }
    let literal: LitStr = input.parse()?;
    match literal.value().as_str() {
        "mine" => Ok(MergePolicy::Mine),
        "theirs" => Ok(MergePolicy::Theirs),
        "max" => Ok(MergePolicy::Max),
        "min" => Ok(MergePolicy::Min),
        "sum" => Ok(MergePolicy::Sum),
        "set" => Ok(MergePolicy::Set),
        "text" => text(&literal, cfg!(feature = "text-merge")),
        unknown => Err(syn::Error::new_spanned(
            &literal,
            format_args!(
                "there is no merge policy `{unknown}`; there are \"mine\", \"theirs\", \"max\", \"min\", \"sum\", \"set\", \
                 \"text\", and, without quotes, the path of a function"
            ),
        )),
    }
}

fn text(literal: &LitStr, is_enabled: bool) -> syn::Result<MergePolicy> {
    if is_enabled {
        return Ok(MergePolicy::Text);
    }
    Err(syn::Error::new_spanned(
        literal,
        "`merge = \"text\"` needs the feature `text-merge` of concurrency-diesel; enable it in Cargo.toml, \
         or name a function",
    ))
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn texts_are_merged_by_a_feature() {
        let literal = parse_quote!("text");
        assert!(matches!(text(&literal, true), Ok(MergePolicy::Text)));
        let refused = text(&literal, false).err().map(|error| error.to_string());
        let message = "`merge = \"text\"` needs the feature `text-merge` of concurrency-diesel; \
                       enable it in Cargo.toml, or name a function";
        assert_eq!(refused.as_deref(), Some(message));
    }
}
