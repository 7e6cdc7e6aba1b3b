//! Lints that ask more of the user's code than usual are answered by it alone, not by what the derives make of it.

#![deny(
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    non_ascii_idents,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    rust_2024_compatibility,
    keyword_idents,
    nonstandard_style
)]
#![forbid(unsafe_code)]

diesel::table! {
    /// Articles.
    articles (id) {
        /// Key.
        id -> BigInt,
        /// Title.
        title -> Text,
        /// Body.
        body -> Nullable<Text>,
        /// Views.
        views -> Integer,
        /// Kind.
        r#type -> Text,
        /// Version.
        version -> BigInt,
    }
}

/// A kind, written as a text.
#[derive(Debug, Clone)]
pub struct Kind(String);

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.0
    }
}

/// Columns of an article.
#[derive(Debug, concurrency_diesel::ConcurrentColumns)]
#[diesel(table_name = articles)]
pub struct Texts<'a> {
    /// Title.
    pub title: &'a str,
    /// Body.
    #[diesel(treat_none_as_null = false)]
    pub body: Option<&'a str>,
}

/// What another crate exports.
pub mod other {
    /// A number.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Numbers {
        /// Views.
        pub views: i32,
    }
}

/// Columns of the other crate's struct, never made and never read.
#[derive(Debug, Clone, Copy, concurrency_diesel::ConcurrentColumns)]
#[diesel(table_name = articles)]
#[concurrent(remote = other::Numbers)]
pub struct NumbersColumns {
    #[concurrent(merge = "sum")]
    views: i32,
}

/// An article.
#[derive(Debug, concurrency_diesel::Concurrent)]
#[diesel(table_name = articles)]
pub struct Article<'a> {
    /// Key.
    pub id: i64,
    /// Texts.
    #[diesel(embed)]
    pub texts: Texts<'a>,
    /// Numbers.
    #[diesel(embed)]
    #[concurrent(remote = NumbersColumns)]
    pub numbers: other::Numbers,
    /// Kind.
    #[diesel(serialize_as = String)]
    pub r#type: Kind,
    /// Version.
    #[concurrent(version)]
    pub version: i64,
}

/// Saves.
pub fn save(
    article: &mut Article<'_>,
    connection: &mut diesel::SqliteConnection,
) -> Result<(), concurrency_diesel::ConcurrencyError> {
    concurrency_diesel::ConcurrentDsl::save_concurrent(article, connection)
}

fn main() {}
