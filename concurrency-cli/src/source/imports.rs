//! The `use` declarations of one file.
//! They are remembered, to tell tables of one name apart; a renamed one is not followed.

use syn::{Ident, UseTree};

use super::name_of;

/// What a file imports.
#[derive(Debug, Clone, Default)]
pub(super) struct Imports {
    /// Paths of single names.
    names: Vec<Vec<String>>,
    /// Paths before `::*`.
    globs: Vec<Vec<String>>,
    /// New names.
    renamed: Vec<String>,
}

impl Imports {
    /// Remembers everything in the tree and hands each renaming to `renamed`.
    pub(super) fn add(&mut self, tree: &UseTree, renamed: &mut impl FnMut(&Ident, &Ident)) {
        self.add_below(&mut Vec::new(), tree, renamed);
    }

    fn add_below(&mut self, path: &mut Vec<String>, tree: &UseTree, renamed: &mut impl FnMut(&Ident, &Ident)) {
        match tree {
            UseTree::Path(tree) => {
                path.push(name_of(&tree.ident));
                self.add_below(path, &tree.tree, renamed);
                path.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_below(path, tree, renamed);
                }
            }
            UseTree::Name(name) => {
                let full = if name.ident == "self" { path.clone() } else { joined(path, &name.ident) };
                self.names.push(full);
            }
            UseTree::Glob(_) => self.globs.push(path.clone()),
            UseTree::Rename(rename) => {
                self.renamed.push(name_of(&rename.rename));
                renamed(&rename.ident, &rename.rename);
            }
        }
    }

    /// The names that the file gave to something else.
    pub(super) fn renamed(&self) -> &[String] {
        &self.renamed
    }

    /// Whether the name is one that the file gave to something else.
    pub(super) fn renames(&self, name: &str) -> bool {
        self.renamed.iter().any(|renamed| renamed == name)
    }

    /// The path with its first segment replaced by what it imports.
    pub(super) fn expand(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let import = self.names.iter().find(|import| import.last() == Some(first))?;
        Some(import.iter().chain(rest).cloned().collect())
    }

    /// The modules whose every name is imported.
    pub(super) fn globs(&self) -> &[Vec<String>] {
        &self.globs
    }
}

fn joined(path: &[String], name: &Ident) -> Vec<String> {
    let mut path = path.to_vec();
    path.push(name_of(name));
    path
}
