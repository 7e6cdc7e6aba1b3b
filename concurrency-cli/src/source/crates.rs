//! Crates in Cargo's layout: which module a file is, and the name of its crate in other crates. Only names are read
//! from `Cargo.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use toml::de::DeTable;

use super::scopes::{ModulePath, Scopes};

/// File names that mean the folder around them.
const TRANSPARENT: &[&str] = &["mod", "src", "lib", "main"];

/// The modules of a file by its path, and the root of its crate, if its folder `src` is known.
pub(super) fn module_of_file(file: &Path) -> (ModulePath, Option<ModulePath>) {
    let root = source_folder(file).map(module_of);
    (module_of(&file.with_extension("")), root)
}

/// Gives the scopes the names of the files' crates.
pub(super) fn add<'f>(files: impl Iterator<Item = &'f Path>, scopes: &mut Scopes) {
    let folders: BTreeMap<&Path, &Path> = files
        .filter_map(|file| source_folder(file).map(|source| (source, source.parent().unwrap_or(source))))
        .collect();
    for (source, folder) in folders {
        for name in names_of(folder) {
            scopes.add_crate(name.replace('-', "_"), module_of(source));
        }
    }
}

/// The innermost folder `src` around the file.
fn source_folder(file: &Path) -> Option<&Path> {
    file.ancestors().skip(1).find(|folder| folder.file_name().is_some_and(|name| name == "src"))
}

/// A crate's folder represents the crate, whose name has no hyphens.
fn module_of(path: &Path) -> ModulePath {
    let parts = path.iter().map(|part| part.to_string_lossy().replace('-', "_"));
    parts.filter(|part| !TRANSPARENT.contains(&part.as_str())).collect()
}

/// The names of the crate's package and library. Without a `Cargo.toml`, the name of its folder.
fn names_of(folder: &Path) -> Vec<String> {
    let manifest = folder.join("Cargo.toml");
    let text = if manifest.is_file() { fs::read_to_string(manifest).ok() } else { None };
    let Some(manifest) = text.as_deref().and_then(|text| DeTable::parse(text).ok()) else {
        return folder.file_name().map(|name| name.to_string_lossy().into_owned()).into_iter().collect();
    };
    let name_in = |section: &str| {
        let section = manifest.get_ref().get(section)?.get_ref().as_table()?;
        section.get("name")?.get_ref().as_str().map(str::to_owned)
    };
    name_in("lib").or_else(|| name_in("package")).into_iter().collect()
}
