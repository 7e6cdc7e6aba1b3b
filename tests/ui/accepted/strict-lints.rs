//! Lints that ask more of the user's code than usual are answered by it alone, not by what the derives make of it.

#![deny(
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    keyword_idents,
    unnameable_types,
    nonstandard_style,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    // Of the restrictions those that the code below keeps.
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::clone_on_ref_ptr,
    clippy::default_numeric_fallback,
    clippy::empty_structs_with_brackets,
    clippy::expect_used,
    clippy::field_scoped_visibility_modifiers,
    clippy::impl_trait_in_params,
    clippy::indexing_slicing,
    clippy::infinite_loop,
    clippy::let_underscore_untyped,
    clippy::min_ident_chars,
    clippy::missing_trait_methods,
    clippy::multiple_inherent_impl,
    clippy::panic,
    clippy::partial_pub_fields,
    clippy::pattern_type_mismatch,
    clippy::question_mark_used,
    clippy::ref_patterns,
    clippy::renamed_function_params,
    clippy::same_name_method,
    clippy::semicolon_inside_block,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::str_to_string,
    clippy::unneeded_field_pattern,
    clippy::unseparated_literal_suffix,
    clippy::unused_trait_names,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm
)]
// What is forbidden cannot be allowed again, so the derives' code must not ask for that. (Diesel's `table!` allows some lints of its own.)
#![forbid(
    unsafe_code,
    missing_debug_implementations,
    missing_copy_implementations,
    unused_results,
    clippy::unwrap_used
)]
#![deny(warnings)]

// Names that the derives' code has, too, where a qualified one would be a lint.
use std::fmt::Debug;

use concurrency_diesel::{AutoIncVersionField, Concurrent, ConcurrentColumns, VersionField};

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
#[derive(Debug, ConcurrentColumns)]
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
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Numbers {
        /// Views.
        pub views: i32,
    }
}

/// Columns of the other crate's struct, never made and never read.
#[derive(Debug, Clone, Copy, ConcurrentColumns)]
#[diesel(table_name = articles)]
#[concurrent(remote = other::Numbers)]
pub struct NumbersColumns {
    #[concurrent(merge = "sum")]
    views: i32,
}

/// An article.
#[derive(Debug, Concurrent)]
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

/// Bounds that the derives' code asks for, too.
#[derive(Debug, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(ignore_fields(views))]
pub struct Generic<K: Debug + Clone, T>
where
    T: Into<String> + Clone,
{
    /// Key.
    pub id: K,
    /// Title.
    #[diesel(serialize_as = String)]
    pub title: T,
    /// Body.
    #[diesel(serialize_as = String, treat_none_as_null = false)]
    pub body: Option<T>,
    /// Views.
    #[concurrent(merge = "max")]
    pub views: i32,
    /// Version.
    #[concurrent(version = concurrency_diesel::ConditionalVersionField)]
    pub version: i64,
}

/// The same of a version.
#[derive(Debug, Clone, Concurrent)]
#[diesel(table_name = articles)]
pub struct Versioned<V: Clone>
where
    AutoIncVersionField: VersionField<V>,
{
    /// Key.
    pub id: i64,
    /// Version.
    #[concurrent(version)]
    pub version: V,
}

/// The same of an embedded key.
#[derive(Debug, Clone, ConcurrentColumns)]
#[diesel(table_name = articles)]
pub struct Key<K: Debug + Clone> {
    /// Key.
    pub id: K,
}

/// Saves.
///
/// # Errors
///
/// As the save.
pub fn save(
    article: &mut Article<'_>,
    connection: &mut diesel::SqliteConnection,
) -> Result<(), concurrency_diesel::ConcurrencyError> {
    concurrency_diesel::ConcurrentDsl::save_concurrent(article, connection)
}

/// Nothing.
pub const fn main() {}
