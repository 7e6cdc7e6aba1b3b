//! The value of `merge`: what becomes of a field that two people changed.
//! Whether the field's type can be merged so is for rustc to say.

use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Path};

/// `"sum"` and its like, or a function of the user's.
#[derive(Clone)]
pub(crate) enum MergePolicy {
    Mine,
    Theirs,
    Max,
    Min,
    Sum,
    Set,
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
        unknown => Err(syn::Error::new_spanned(
            &literal,
            format_args!(
                "there is no merge policy `{unknown}`; there are \"mine\", \"theirs\", \"max\", \"min\", \"sum\", \"set\", \
                 and, without quotes, the path of a function"
            ),
        )),
    }
}
