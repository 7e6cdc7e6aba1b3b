//! All files: the named ones, those below named directories, and those of their modules. `reader` reads a single file.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Scope;
use super::condition::{Condition, Conditional};
use super::crates;
use super::features::Features;
use super::files;
use super::model::Model;
use super::module::Declaration;
use super::place::{Mistake, Place, Skipped};
use super::reader::{self, Findings};
use super::scopes::{ModulePath, Scopes};
use super::table::Table;

/// The content of all files together, without what is compiled only under a condition.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) models: Vec<Sighting>,
    pub(super) tables: Vec<Table>,
    pub(super) scopes: Scopes,
    pub(super) skipped: Vec<Skipped>,
}

/// A model and the root of its crate, if that is known.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) model: Model,
    pub(super) root: Option<ModulePath>,
}

pub(super) fn walk(scope: Scope<'_>) -> Result<Walked, Vec<Mistake>> {
    let excluded = scope.excluded.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let features = scope.features.cloned().unwrap_or_default();
    let mut walk = Walk { excluded, features, ..Walk::default() };
    let missing = scope.excluded.iter().filter(|path| !path.exists());
    for path in missing {
        let message = "is to be excluded, and is not there; correct --exclude";
        walk.mistakes.push(Mistake::new(Place::of_file(path), message));
    }
    for source in scope.sources {
        walk.add_source(source);
    }
    if let Some(schema) = scope.schema {
        walk.add(schema, Reached::Named);
    }
    walk.read_all();
    // Files that no `mod` line leads to. A macro may lead there, or nothing any more.
    for file in std::mem::take(&mut walk.unreached) {
        walk.add(&file, Reached::Beside);
    }
    walk.read_all();
    walk.finish()
}

/// Why a file is read.
enum Reached {
    /// The user named it.
    Named,
    /// It is below a named directory, and it is the root of a crate, or there is no root.
    Listed,
    /// It is below such a directory, and no root leads to it.
    Beside,
    /// It has a module of the file with this index.
    Declared { by: usize, declaration: Declaration },
}

#[derive(Default)]
struct Walk {
    files: Vec<File>,
    /// By canonical path.
    indices: HashMap<PathBuf, usize>,
    unread: VecDeque<usize>,
    /// Files beside the roots of crates.
    unreached: Vec<PathBuf>,
    excluded: Vec<PathBuf>,
    features: Features,
    skipped: Vec<Skipped>,
    mistakes: Vec<Mistake>,
}

struct File {
    path: PathBuf,
    is_named: bool,
    /// Whether no root of a crate leads to it.
    is_beside: bool,
    /// The files that declare it as their module.
    declared: Vec<(usize, Declaration)>,
    findings: Findings,
}

impl Walk {
    fn add_source(&mut self, source: &Path) {
        if !source.is_dir() {
            self.add(source, Reached::Named);
            return;
        }
        match files::below(source) {
            Ok(files) => {
                let has_roots = files.iter().any(|file| files::is_root(file));
                let (listed, beside): (Vec<_>, Vec<_>) =
                    files.into_iter().partition(|file| !has_roots || files::is_root(file));
                listed.iter().for_each(|file| self.add(file, Reached::Listed));
                self.unreached.extend(beside);
            }
            Err(mistake) => self.mistakes.push(mistake),
        }
    }

    fn add(&mut self, path: &Path, reached: Reached) {
        let canonical = match path.canonicalize() {
            Ok(canonical) => canonical,
            Err(error) => {
                let message =
                    format!("cannot be read: {error}; name the sources with --source, the tables with --schema");
                self.mistakes.push(Mistake::new(Place::of_file(path), message));
                return;
            }
        };
        if self.excluded.iter().any(|excluded| canonical.starts_with(excluded)) {
            return;
        }
        let next = self.files.len();
        let index = *self.indices.entry(canonical).or_insert(next);
        if index == next {
            let path = path.to_owned();
            let is_beside = matches!(reached, Reached::Beside);
            let findings = Findings::default();
            self.files.push(File { path, is_named: false, is_beside, declared: Vec::new(), findings });
            self.unread.push_back(index);
        }
        let Some(file) = self.files.get_mut(index) else { return };
        match reached {
            Reached::Named => file.is_named = true,
            Reached::Listed | Reached::Beside => {}
            Reached::Declared { by, declaration } => file.declared.push((by, declaration)),
        }
    }

    fn read_all(&mut self) {
        while let Some(index) = self.unread.pop_front() {
            self.read(index);
        }
    }

    fn read(&mut self, index: usize) {
        let Some(file) = self.files.get_mut(index) else { return };
        // Reading a pipe would wait.
        let text = if file.path.is_file() {
            fs::read_to_string(&file.path)
        } else {
            Err(io::Error::other("it is no regular file"))
        };
        let text = match text {
            Ok(text) => text,
            // It is not a known part of the program.
            Err(_) if file.is_beside => return,
            Err(error) => {
                self.mistakes.push(Mistake::new(Place::of_file(&file.path), format!("cannot be read: {error}")));
                return;
            }
        };
        file.findings = reader::read(&file.path, &text, &self.features);
        if file.is_beside {
            return;
        }
        for declaration in std::mem::take(&mut file.findings.modules) {
            match declaration.file() {
                Ok(path) => self.add(&path, Reached::Declared { by: index, declaration }),
                Err(reason) => self.skipped.push(Skipped::new(declaration.place, reason)),
            }
        }
    }

    /// The condition under which the file is part of the program; `None` if there is a way to it without a condition.
    fn condition_of(&self, index: usize, on_the_way: &mut Vec<usize>) -> Option<Condition> {
        let file = self.files.get(index)?;
        if file.is_named || on_the_way.contains(&index) {
            return None;
        }
        on_the_way.push(index);
        let conditions: Option<Vec<Condition>> = file
            .declared
            .iter()
            .map(|(by, module)| module.condition.clone().or_else(|| self.condition_of(*by, on_the_way)))
            .collect();
        on_the_way.pop();
        conditions?.into_iter().next()
    }

    /// The modules around the file's content, and the root of its crate, if that is known.
    fn module_of(&self, index: usize, on_the_way: &mut Vec<usize>) -> (ModulePath, Option<ModulePath>) {
        let Some(file) = self.files.get(index) else { return Default::default() };
        let declared = file.declared.iter().find(|(by, _)| !on_the_way.contains(by));
        let Some((by, module)) = declared else { return crates::module_of_file(&file.path) };
        on_the_way.push(index);
        let (above, root) = self.module_of(*by, on_the_way);
        on_the_way.pop();
        (above.iter().chain(&module.inside).chain([&module.name]).cloned().collect(), root)
    }

    fn finish(mut self) -> Result<Walked, Vec<Mistake>> {
        let conditions: Vec<_> = (0..self.files.len()).map(|index| self.condition_of(index, &mut Vec::new())).collect();
        let modules: Vec<_> = (0..self.files.len()).map(|index| self.module_of(index, &mut Vec::new())).collect();
        let mut walked = Walked { skipped: self.skipped, ..Walked::default() };
        crates::add(self.files.iter().filter(|file| !file.is_beside).map(|file| &*file.path), &mut walked.scopes);
        for ((file, condition), (module, root)) in self.files.into_iter().zip(conditions).zip(modules) {
            let mut findings = file.findings;
            if file.is_beside {
                walked.skipped.extend(beside(&findings));
                findings = Findings::default();
            }
            let path = |inside: &[String]| -> ModulePath { module.iter().chain(inside).cloned().collect() };
            for (inside, imports) in findings.imports {
                walked.scopes.module(path(&inside)).imports.extend(imports);
            }
            self.mistakes.extend(findings.mistakes);
            walked.skipped.extend(findings.skipped);
            for mut model in findings.models {
                let reason = |model: &Model| (model.place.clone(), format!("struct `{}`", model.name));
                model.thing.module = path(&model.thing.module);
                if let Some(model) = unconditional(model, condition.as_ref(), reason, &mut walked.skipped) {
                    walked.models.push(Sighting { model, root: root.clone() });
                }
            }
            for table in findings.tables {
                let reason = |table: &Table| (table.place.clone(), format!("table `{}`", table.name));
                let scope = path(&table.thing.module);
                let (name, is_false) = (table.thing.name.clone(), table.is_false());
                match unconditional(table, condition.as_ref(), reason, &mut walked.skipped) {
                    Some(table) => {
                        if file.is_named && file.declared.is_empty() {
                            walked.scopes.unplaced.push((name.clone(), walked.tables.len()));
                        }
                        walked.scopes.module(scope).tables.push((name, walked.tables.len()));
                        walked.tables.push(table);
                    }
                    None if is_false => {}
                    None => walked.scopes.module(scope).conditional.push(name),
                }
            }
        }
        self.mistakes.sort_by(|one, other| one.place.cmp(&other.place));
        if self.mistakes.is_empty() { Ok(walked) } else { Err(self.mistakes) }
    }
}

/// What is skipped in a file that no crate root leads to. What cannot be read in it is not a mistake of the program.
fn beside(findings: &Findings) -> Vec<Skipped> {
    let reason = |what: String| {
        format!(
            "{what} stands in a file that no `mod` line leads to; if it is a part of the program, name the file with --source"
        )
    };
    let models = findings.models.iter().map(|model| &model.thing);
    let models = models.map(|model| Skipped::new(model.place.clone(), reason(format!("struct `{}`", model.name))));
    let tables = findings.tables.iter().map(|table| &table.thing);
    let tables = tables.map(|table| Skipped::new(table.place.clone(), reason(format!("table `{}`", table.name))));
    models.chain(tables).collect()
}

/// The value, unless it is compiled only under a condition of its own or of its file.
fn unconditional<T>(
    found: Conditional<T>,
    of_file: Option<&Condition>,
    describe: impl Fn(&T) -> (Place, String),
    skipped: &mut Vec<Skipped>,
) -> Option<T> {
    let Some(condition) = found.condition.as_ref().or(of_file) else {
        return Some(found.thing);
    };
    if condition.is_false() {
        return None;
    }
    let (place, what) = describe(&found.thing);
    let reason = format!(
        "{what} is compiled only under {condition}; to have it read, put it in a file and name that with --source, or name the features with --features"
    );
    skipped.push(Skipped::new(place, reason));
    None
}
