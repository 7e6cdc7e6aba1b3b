//! `mod name;`: which file holds a module.
//! It asks the file system what is there and reads nothing.

use std::path::{Path, PathBuf};

use syn::{Expr, ExprLit, ItemMod, Lit};

use super::condition::Condition;
use super::name_of;
use super::place::Place;

/// A module that lives in a file of its own.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) place: Place,
    pub(super) condition: Option<Condition>,
    name: String,
    /// The value of `#[path = "…"]`.
    path: Option<String>,
    /// The modules of the file that hold the declaration.
    inside: Vec<String>,
}

impl Declaration {
    pub(super) fn read(item: &ItemMod, file: &Path, inside: &[String], condition: Option<Condition>) -> Self {
        Self {
            place: Place::of(file, item.ident.span()),
            condition,
            name: name_of(&item.ident),
            path: item.attrs.iter().find_map(path_of),
            inside: inside.to_vec(),
        }
    }

    /// The file that holds the module, or why there is none.
    pub(super) fn file(&self) -> Result<PathBuf, String> {
        let declaring = &self.place.file;
        let directory = declaring.parent().unwrap_or(Path::new(""));
        if let Some(path) = &self.path {
            let candidates = self.directories(declaring).into_iter().chain([directory.to_owned()]);
            let base: Vec<PathBuf> =
                if self.inside.is_empty() { vec![directory.to_owned()] } else { candidates.collect() };
            return base.iter().map(|base| base.join(path)).find(|file| file.is_file()).ok_or_else(|| {
                format!("module `{}` has `#[path = \"{path}\"]`, and there is no such file", self.name)
            });
        }
        let candidates = self
            .directories(declaring)
            .into_iter()
            .flat_map(|base| [base.join(&self.name).with_extension("rs"), base.join(&self.name).join("mod.rs")]);
        candidates
            .into_iter()
            .find(|file| file.is_file())
            .ok_or_else(|| format!("module `{0}` has neither a file {0}.rs nor {0}/mod.rs", self.name))
    }

    /// Where to look: a crate's root and `mod.rs` have their modules beside them, other files in a folder of their name.
    /// Which files are roots only Cargo knows.
    fn directories(&self, declaring: &Path) -> Vec<PathBuf> {
        let beside = declaring.parent().unwrap_or(Path::new("")).to_owned();
        let own = declaring.with_extension("");
        let is_root = declaring.file_stem().is_some_and(|stem| stem == "mod" || stem == "lib" || stem == "main");
        let bases = if is_root { vec![beside, own] } else { vec![own, beside] };
        bases.into_iter().map(|base| self.inside.iter().fold(base, |base, module| base.join(module))).collect()
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
