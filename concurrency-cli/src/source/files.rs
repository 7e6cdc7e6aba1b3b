//! The Rust files below a directory, in the order of their names.
//! They are listed here, not opened.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::place::{Mistake, Place};

/// Every `.rs` file below, without hidden folders and Cargo's `target`.
pub(super) fn below(directory: &Path) -> Result<Vec<PathBuf>, Mistake> {
    let mut files = Vec::new();
    add_below(directory, &mut HashSet::new(), &mut files)?;
    Ok(files)
}

fn add_below(directory: &Path, visited: &mut HashSet<PathBuf>, files: &mut Vec<PathBuf>) -> Result<(), Mistake> {
    let blame = |error: io::Error| Mistake::new(Place::of_file(directory), format!("cannot be listed: {error}"));
    // A link may lead back.
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
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn is_passed_over(directory: &Path) -> bool {
    let name = directory.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".") || (name == "target" && directory.join("CACHEDIR.TAG").is_file())
}
