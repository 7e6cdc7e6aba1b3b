//! `mod name;`: which file has a module. It asks the file system what exists and reads nothing.

use std::path::{Path, PathBuf};

use syn::{Expr, ExprLit, ItemMod, Lit};

use super::condition::Condition;
use super::name_of;
use super::place::Place;

/// A module in its own file.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) place: Place,
    pub(super) condition: Option<Condition>,
    pub(super) name: String,
    /// The value of `#[path = "…"]`.
    path: Option<String>,
    /// The modules in the file around the declaration.
    pub(super) inside: Vec<String>,
}

impl Declaration {
    pub(super) fn read(item: &ItemMod, file: &Path, inside: &[String], condition: Option<Condition>) -> Self {
        Self {
            place: Place::of(file, item.ident.span()),
            condition,
            name: name_of(&item.ident),
            path: item.attrs.iter().find_map(path_of),
            inside: inside.iter().filter(|module| !module.starts_with('{')).cloned().collect(),
        }
    }

    /// The file of the module, or why there is none.
    pub(super) fn file(&self) -> Result<PathBuf, String> {
        let name = &self.name;
        let (candidates, missing) = match &self.path {
            Some(path) => (self.at(path), format!("has `#[path = \"{path}\"]`, and there is no such file")),
            None => (self.named(), format!("has neither a file {name}.rs nor {name}/mod.rs")),
        };
        candidates.into_iter().find(|file| file.is_file()).ok_or_else(|| format!("module `{name}` {missing}"))
    }

    /// A path starts at the folder of the file; inside other modules, at their folder.
    fn at(&self, path: &str) -> Vec<PathBuf> {
        let mut bases = if self.inside.is_empty() { Vec::new() } else { self.folders() };
        bases.push(self.beside());
        bases.into_iter().map(|base| base.join(path)).collect()
    }

    fn named(&self) -> Vec<PathBuf> {
        let files = |base: PathBuf| [base.join(format!("{}.rs", self.name)), base.join(&self.name).join("mod.rs")];
        self.folders().into_iter().flat_map(files).collect()
    }

    /// The folder of a file's modules: the folder of a crate root or a `mod.rs`, and for other files a folder with
    /// their name. Only Cargo knows which files are crate roots.
    fn folders(&self) -> Vec<PathBuf> {
        let own = self.place.file.with_extension("");
        let is_root = own.file_name().is_some_and(|stem| stem == "mod" || stem == "lib" || stem == "main");
        let bases = if is_root { [self.beside(), own] } else { [own, self.beside()] };
        bases.into_iter().map(|base| self.inside.iter().fold(base, |base, module| base.join(module))).collect()
    }

    fn beside(&self) -> PathBuf {
        self.place.file.parent().unwrap_or(Path::new("")).to_owned()
    }
}

fn path_of(attr: &syn::Attribute) -> Option<String> {
    if !attr.path().is_ident("path") {
        return None;
    }
    match &attr.meta.require_name_value().ok()?.value {
        Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) => Some(literal.value()),
        _ => None,
    }
}
