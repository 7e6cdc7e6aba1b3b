//! The derives of `concurrency-diesel`. Depend on that crate, which re-exports them, and not on this one.
//!
//! Attributes become a model, rules check the model, and the expansion quotes it. Nothing here knows SQL, an engine, or
//! what the runtime crate does with the generated code.

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

/// Makes a struct a record whose saves check its version.
///
/// # Struct attributes
///
/// - `#[diesel(table_name = path)]`: the `table!` module. The default is Diesel's own rule: `Article` is in `articles`.
/// - `#[diesel(primary_key(a, b))]`: the columns of the key. The default is `id`.
/// - `#[diesel(treat_none_as_null = false)]`: `None` leaves the column as it is. By default `None` writes NULL, which
///   **differs from `AsChangeset`**, so that a save can clear a field.
/// - `#[concurrent(check_fields(a, b))]` or `#[concurrent(ignore_fields(a, b))]`: the fields whose change advances a
///   `ConditionalVersionField`, or those whose change does not. Without either, every field counts.
/// - `#[concurrent(trigger_name = "…")]`: the name of the trigger of a `TriggerVersionField`.
/// - `#[concurrent(record_name = "…")]`: the table's name in a `RecordId`, if two schemas have tables of the same name.
///   The default is the last segment of the table's path.
/// - `#[concurrent(crate = "path")]`: the path of `concurrency_diesel`, if it has another name.
///
/// # Field attributes
///
/// - `#[concurrent(version)]`: the version, which `AutoIncVersionField` counts. Exactly one field must have it.
/// - `#[concurrent(version = path::To::VersionField)]`: the version, which another version field advances.
/// - `#[diesel(column_name = x)]`: the column, if its name differs from the field's.
/// - `#[diesel(skip_update)]`: a save does not write the field.
/// - `#[diesel(serialize_as = T)]`: a save writes the field as a `T`, by `Into<T>`.
/// - `#[diesel(embed)]`: the field is a struct that derives `ConcurrentColumns`.
/// - `#[diesel(treat_none_as_null = bool)]`: as on the struct, for one field.
/// - `#[concurrent(merge = "mine" | "theirs" | "max" | "min" | "sum" | "set" | "text" | path)]`: how
///   `Tracked::save_merging` merges the field if two people changed it. Without it, two different changes are a
///   conflict. `"text"` needs the feature `text-merge` of concurrency-diesel. A path names a
///   `fn(base: &U, mine: &U, theirs: &U) -> Option<U>`, where `None` is a conflict.
/// - `#[concurrent(remote = GroupColumns)]` together with `#[diesel(embed)]`: the field is a struct of another crate.
///   `GroupColumns` describes its columns; it derives [`ConcurrentColumns`] with
///   `#[concurrent(remote = other::Group)]`.
/// - `#[concurrent(key)]` together with `#[diesel(embed)]`: the embedded struct has the primary key. If the key is not
///   `id`, the embedded struct names its columns with `#[diesel(primary_key(…))]`.
///
/// The derive ignores every other `#[diesel(...)]` option, which is for Diesel.
#[proc_macro_derive(Concurrent, attributes(diesel, concurrent))]
pub fn derive_concurrent(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input, Derive::Concurrent, expand::concurrent, expand::fallback::concurrent).into()
}

/// Makes a struct that can be embedded, with `#[diesel(embed)]`, in one that derives [`Concurrent`].
///
/// It takes the attributes of [`Concurrent`], except those of a whole record: an embedded struct has no version, and of
/// the struct options of `#[concurrent(...)]` it takes only `crate` and `remote`. A field whose column is in the
/// primary key is not written.
///
/// # A struct of another crate
///
/// With `#[concurrent(remote = other::Group)]` the struct only describes `other::Group`, which you cannot change. The
/// describing struct is never constructed. Its fields say which fields of the other struct a save writes, and how. The
/// record names it at the field: `#[diesel(embed)] #[concurrent(remote = GroupColumns, key)] group: other::Group`. The
/// trait of the same name shows an example.
///
/// The described fields of the other struct must be visible and have the same types. A save does not write a field that
/// you leave out. The describing struct must be as visible as the record.
#[proc_macro_derive(ConcurrentColumns, attributes(diesel, concurrent))]
pub fn derive_concurrent_columns(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input, Derive::ConcurrentColumns, expand::columns, expand::fallback::columns).into()
}

/// Every derive does this: it reads the model, checks it and expands it.
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
