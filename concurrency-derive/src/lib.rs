//! The derives of `concurrency-diesel`, which re-exports them: depend on that crate, not on this one.
//!
//! Attributes become a model, rules check the model, the expansion quotes it.
//! Nothing here knows SQL, an engine, or what the runtime crate does with the generated code.

#![deny(missing_docs)]

mod attributes;
mod check;
mod errors;
mod expand;
mod identifier;
mod model;
mod symbol;
mod table_name;

use proc_macro2::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use crate::errors::Errors;
use crate::model::{Derive, Model};

/// Makes a struct a record whose saves are guarded by its version.
///
/// # Struct attributes
///
/// - `#[diesel(table_name = path)]`: the `table!` module; by default Diesel's own rule, `Article` is stored in `articles`.
/// - `#[diesel(primary_key(a, b))]`: the columns of the key; by default `id`.
/// - `#[diesel(treat_none_as_null = false)]`: `None` skips the column.
///   By default `None` writes NULL, which **differs from `AsChangeset`**: saving a record must be able to clear a field.
/// - `#[concurrent(check_fields(a, b))]` or `#[concurrent(ignore_fields(a, b))]`: the fields whose change moves a
///   `ConditionalVersionField`, or those whose change does not; without either, every field counts.
/// - `#[concurrent(trigger_name = "…")]`: the name of the trigger of a `TriggerVersionField`.
/// - `#[concurrent(record_name = "…")]`: the table's name in a `RecordId`, where two schemas have a table of one name; by default the last
///   segment of the table's path.
/// - `#[concurrent(crate = "path")]`: where `concurrency_diesel` is found, if not at its own name.
///
/// # Field attributes
///
/// - `#[concurrent(version)]`: the version, counted up by `AutoIncVersionField`. One field must have it.
/// - `#[concurrent(version = path::To::VersionField)]`: the version, advanced by another version field.
/// - `#[diesel(column_name = x)]`: the column, if it is not named like the field.
/// - `#[diesel(skip_update)]`: a save does not write the field.
/// - `#[diesel(serialize_as = T)]`: the field is written as a `T`, by `Into<T>`.
/// - `#[diesel(embed)]`: the field is a struct that derives `ConcurrentColumns`.
/// - `#[diesel(treat_none_as_null = bool)]`: as on the struct, for one field.
/// - `#[concurrent(merge = "mine" | "theirs" | "max" | "min" | "sum" | "set" | "text" | path)]`: what `Tracked::save_merging` makes of the field
///   when two people changed it; without it both changes are a conflict, unless they are the same. `"text"` needs the feature
///   `text-merge` of concurrency-diesel. A path names a `fn(base: &U, mine: &U, theirs: &U) -> Option<U>`, where `None` is a conflict.
/// - `#[concurrent(remote = GroupColumns)]` beside `#[diesel(embed)]`: the field is a struct of another crate, whose columns
///   `GroupColumns` describes, a struct that derives [`ConcurrentColumns`] with `#[concurrent(remote = other::Group)]`.
/// - `#[concurrent(key)]` beside `#[diesel(embed)]`: the primary key lies in the embedded struct, which names its columns with
///   `#[diesel(primary_key(…))]` if it is not `id`.
///
/// Every other `#[diesel(...)]` option is left to Diesel.
#[proc_macro_derive(Concurrent, attributes(diesel, concurrent))]
pub fn derive_concurrent(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input, Derive::Concurrent, expand::concurrent, expand::fallback::concurrent).into()
}

/// Makes a struct embeddable, by `#[diesel(embed)]`, in one that derives [`Concurrent`].
///
/// The attributes are those of [`Concurrent`], but for what belongs to the whole record: an embedded struct has
/// no version, and of the struct options of `#[concurrent(...)]` it takes `crate` and `remote`.
/// A field whose column is in the primary key is not written.
///
/// # A struct of another crate
///
/// With `#[concurrent(remote = other::Group)]` the struct only describes `other::Group`, to which nothing can be added: it is
/// never made, and its fields say which fields of the other struct are written, and how. The record names it beside the field:
/// `#[diesel(embed)] #[concurrent(remote = GroupColumns, key)] group: other::Group`. The trait of the same name shows an example.
///
/// The fields of the other struct must be visible and of the same types; one that is left out is not written. The describing
/// struct must be as visible as the record.
#[proc_macro_derive(ConcurrentColumns, attributes(diesel, concurrent))]
pub fn derive_concurrent_columns(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input, Derive::ConcurrentColumns, expand::columns, expand::fallback::columns).into()
}

/// The way of every derive: read the model, check it, expand it.
fn derive(
    input: &DeriveInput,
    derive: Derive,
    expand: fn(&Model<'_>) -> TokenStream,
    fallback: fn(&Model<'_>) -> TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let model = Model::from_input(input, derive, &mut errors);
    check::check(&model, &mut errors);
    match errors.finish() {
        Ok(()) => expand(&model),
        Err(error) => {
            let mut tokens = error.to_compile_error();
            tokens.extend(fallback(&model));
            tokens
        }
    }
}
