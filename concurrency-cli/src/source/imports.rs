//! The names that a module imports: its `use` declarations, and whether a macro may import more. Other files follow the
//! paths.

use syn::{Ident, UseTree};

use super::name_of;

/// The imports of a module.
#[derive(Debug, Clone, Default)]
pub(super) struct Imports {
    /// Single names, each with its path.
    pub(super) names: Vec<(String, Vec<String>)>,
    /// Paths before `::*`.
    pub(super) globs: Vec<Vec<String>>,
    /// Whether the module has a macro that may declare tables.
    pub(super) has_macros: bool,
}

impl Imports {
    /// Stores everything in the tree, and passes each renaming to `renamed`.
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
                let path = joined(path, &name.ident);
                self.names.extend(path.last().cloned().map(|name| (name, path)));
            }
            UseTree::Glob(_) => self.globs.push(path.clone()),
            UseTree::Rename(rename) => {
                self.names.push((name_of(&rename.rename), joined(path, &rename.ident)));
                renamed(&rename.ident, &rename.rename);
            }
        }
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.names.extend(others.names);
        self.globs.extend(others.globs);
        self.has_macros |= others.has_macros;
    }
}

/// `a::{self}` means `a` itself.
fn joined(path: &[String], name: &Ident) -> Vec<String> {
    let mut path = path.to_vec();
    if name != "self" || path.is_empty() {
        path.push(name_of(name));
    }
    path
}
