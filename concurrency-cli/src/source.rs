//! Reads the Rust sources: the models that want a trigger, the tables, and what could not be read. It only reads files.
//! It does not see what the compiler sees: macros, conditions, renamed imports.

mod attributes;
mod condition;
mod crates;
mod depth;
mod features;
mod files;
mod imports;
mod model;
mod module;
mod place;
mod reader;
mod renamed;
mod scopes;
mod table;
mod tables;
#[cfg(test)]
mod tests;
mod walk;

use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::Ident;
use syn::ext::IdentExt as _;

pub(crate) use features::Features;
pub(crate) use place::{Mistake, Place, Skipped};
pub(crate) use tables::{ModelTable, Tables};

/// Everything the scanner found.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) models: Vec<ModelTable>,
    pub(crate) tables: Tables,
    pub(crate) skipped: Vec<Skipped>,
}

/// What to read, and how.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scope<'s> {
    /// Directories or files.
    pub(crate) sources: &'s [PathBuf],
    pub(crate) schema: Option<&'s Path>,
    /// Directories or files that are not read.
    pub(crate) excluded: &'s [PathBuf],
    pub(crate) features: Option<&'s Features>,
}

/// Reads the sources and the schema file, and reports all mistakes at once.
pub(crate) fn read(scope: Scope<'_>) -> Result<Source, Vec<Mistake>> {
    depth::with_a_deep_stack(|| read_all(scope))
}

fn read_all(scope: Scope<'_>) -> Result<Source, Vec<Mistake>> {
    let walked = walk::walk(scope)?;
    let tables = Tables::new(walked.tables);
    let mut skipped = walked.skipped;
    let models = tables.of_models(&walked.models, &walked.scopes)?;
    skipped.sort();
    Ok(Source { models, tables, skipped })
}

/// The name without `r#`.
fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}

fn names_of(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| name_of(&segment.ident)).collect()
}

/// Whether the tokens contain a word, at any depth.
fn mentions(tokens: &TokenStream, is_word: impl Fn(&Ident) -> bool + Copy) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => is_word(&ident),
        TokenTree::Group(group) => mentions(&group.stream(), is_word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
