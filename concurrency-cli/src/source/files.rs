//! The Rust files below a directory, in the order of their names. This file lists them and does not open them.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::place::{Mistake, Place};

/// Every `.rs` file below, without hidden files, which editors leave, and without Cargo's `target`.
pub(super) fn below(directory: &Path) -> Result<Vec<PathBuf>, Mistake> {
    let mut files = Vec::new();
    add_below(directory, &mut HashSet::new(), &mut files)?;
    Ok(files)
}

fn add_below(directory: &Path, visited: &mut HashSet<PathBuf>, files: &mut Vec<PathBuf>) -> Result<(), Mistake> {
    let blame = |error: io::Error| Mistake::new(Place::of_file(directory), format!("cannot be listed: {error}"));
    // A link may point back.
    if !visited.insert(directory.canonicalize().map_err(blame)?) {
        return Ok(());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(blame)? {
        entries.push(entry.map_err(blame)?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if !is_passed_over(&path) {
                add_below(&path, visited, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.is_file() && !is_hidden(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_passed_over(directory: &Path) -> bool {
    let is_target = directory.file_name().is_some_and(|name| name == "target");
    is_hidden(directory) || (is_target && directory.join("CACHEDIR.TAG").is_file())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().unwrap_or_default().as_encoded_bytes().starts_with(b".")
}

/// Whether Cargo takes the file as the root of a crate. `mod` lines lead from there to all other files.
pub(super) fn is_root(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default();
    let folder = file.parent().and_then(Path::file_name);
    name == "lib.rs" || name == "main.rs" || folder.is_some_and(|folder| folder == "bin")
}
