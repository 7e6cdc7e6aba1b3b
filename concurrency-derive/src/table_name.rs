//! Diesel's rule for the table of a struct that names none. rustc checks whether that table exists.

use syn::ext::IdentExt;
use syn::{Ident, Path};

use crate::identifier;

/// `Article` is in `articles`, `HTTPRequest` in `h_t_t_p_requests`.
pub(crate) fn inferred(strukt: &Ident) -> Path {
    let name = snake_case_plural(&strukt.unraw().to_string());
    // Struct `A` is in `as`, which is a path only as `r#as`.
    identifier::from_text(&name, strukt.span()).unwrap_or_else(|_| strukt.clone()).into()
}

fn snake_case_plural(name: &str) -> String {
    let mut plural = String::with_capacity(name.len().saturating_add(4));
    for (position, character) in name.chars().enumerate() {
        if position > 0 && character.is_uppercase() {
            plural.push('_');
        }
        plural.extend(character.to_lowercase());
    }
    plural.push('s');
    plural
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected names are those of Diesel's own derives.
    #[test]
    fn the_table_is_the_one_diesel_infers() {
        let cases = [
            ("Article", "articles"),
            ("BlogPost", "blog_posts"),
            ("HTTPRequest", "h_t_t_p_requests"),
            ("Sha256Sum", "sha256_sums"),
            ("Blog_Post", "blog__posts"),
            ("lower", "lowers"),
            ("A", "r#as"),
        ];
        for (strukt, table) in cases {
            let inferred = inferred(&Ident::new(strukt, proc_macro2::Span::call_site()));
            assert_eq!(inferred.get_ident().map(ToString::to_string).as_deref(), Some(table));
        }
    }
}
