//! Which tables a name means in a module. It follows `use` declarations as the compiler does. If a macro or an unread
//! crate ends the path, it says so.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::imports::Imports;

/// The names of a module and of the modules around it, with the crate's folder first.
pub(super) type ModulePath = Vec<String>;

/// Crates that declare no tables, and from which many files import every name.
const WITHOUT_TABLES: &[&str] = &["alloc", "concurrency_diesel", "core", "diesel", "diesel_async", "std"];

/// The end of the description of code that was not read.
pub(super) const UNREAD: &str = ", which was not read";

/// All modules that were read.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    modules: HashMap<ModulePath, Module>,
    /// Tables of files that the user named and that no `mod` line leads to. A name means them if it means nothing else.
    pub(super) unplaced: Vec<(String, usize)>,
    /// The names of crates, each with its root module.
    crates: Vec<(String, ModulePath)>,
}

#[derive(Debug, Default)]
pub(super) struct Module {
    /// The names of the tables, each with its index.
    pub(super) tables: Vec<(String, usize)>,
    /// Tables that have a condition.
    pub(super) conditional: Vec<String>,
    pub(super) imports: Imports,
}

/// The meaning of a path.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    pub(super) tables: BTreeSet<usize>,
    /// The parts that could not be followed.
    pub(super) lost: Option<String>,
}

impl Meaning {
    fn is_nothing(&self) -> bool {
        self.tables.is_empty() && self.lost.is_none()
    }

    fn and(mut self, other: Self) -> Self {
        self.tables.extend(other.tables);
        Self { lost: self.lost.or(other.lost), ..self }
    }
}

impl Scopes {
    pub(super) fn module(&mut self, path: ModulePath) -> &mut Module {
        self.modules.entry(path).or_default()
    }

    /// Whether the module is the body of a function, which sees everything around it.
    fn is_block(module: &[String]) -> bool {
        module.last().is_some_and(|name| name.starts_with('{'))
    }

    pub(super) fn add_crate(&mut self, name: String, root: ModulePath) {
        self.crates.push((name, root));
    }

    /// The tables that the path means in a module of a crate.
    pub(super) fn meaning(&self, path: &[String], module: &[String], root: Option<&[String]>) -> Meaning {
        Search { scopes: self, root, seen: HashSet::new() }.resolve(path, module, true)
    }
}

struct Search<'s> {
    scopes: &'s Scopes,
    root: Option<&'s [String]>,
    seen: HashSet<(ModulePath, ModulePath)>,
}

impl Search<'_> {
    /// Follows a path in the module.
    fn resolve(&mut self, path: &[String], module: &[String], with_globs: bool) -> Meaning {
        let named = module.iter().rposition(|name| !name.starts_with('{')).map_or(0, |last| last.saturating_add(1));
        let (mut at, mut rest) = (module.get(..named).unwrap_or_default(), path);
        while let Some((step, behind)) = rest.split_first().filter(|(step, _)| *step == "self" || *step == "super") {
            at = if step == "super" { at.split_last().map_or(at, |(_, above)| above) } else { at };
            rest = behind;
        }
        if rest.len() < path.len() {
            return self.item(rest, at, true);
        }
        let Some((first, rest)) = path.split_first() else { return Meaning::default() };
        if first == "crate" {
            return match self.root {
                Some(root) => self.item(rest, root, true),
                None => self.by_its_end(rest),
            };
        }
        let mut at = module;
        loop {
            let here = self.item_or_nothing(path, at, with_globs);
            match at.split_last() {
                Some((_, around)) if here.is_nothing() && Scopes::is_block(at) => at = around,
                _ if here.is_nothing() && !rest.is_empty() => break,
                _ => return here,
            }
        }
        let scopes = self.scopes;
        let mut elsewhere = None;
        for (_, root) in scopes.crates.iter().filter(|(name, _)| name == first) {
            let own = self.root.replace(root);
            let found = self.item(rest, root, true);
            self.root = own;
            elsewhere = Some(elsewhere.unwrap_or_else(Meaning::default).and(found));
        }
        if let Some(meaning) = elsewhere {
            return meaning;
        }
        if WITHOUT_TABLES.contains(&first.as_str()) {
            return Meaning::default();
        }
        self.by_its_end(path)
    }

    /// For folders of an unknown crate: the tables in all modules whose path ends with the modules of this path.
    fn by_its_end(&self, path: &[String]) -> Meaning {
        let Some((name, modules)) = path.split_last() else { return Meaning::default() };
        let ending = self.scopes.modules.iter().filter(|(module, _)| module.ends_with(modules));
        let tables = ending.flat_map(|(_, module)| &module.tables).filter(|(table, _)| table == name);
        let tables: BTreeSet<usize> = tables.map(|(_, index)| *index).collect();
        if tables.is_empty() {
            return self.unread(name, format!("`{}`", modules.join("::")));
        }
        Meaning { tables, lost: None }
    }

    /// The meaning of the name in a module that was not read.
    fn unread(&self, name: &str, module: String) -> Meaning {
        let tables = self.scopes.unplaced.iter().filter(|(table, _)| table == name).map(|(_, index)| *index);
        let tables: BTreeSet<usize> = tables.collect();
        let lost = tables.is_empty().then(|| format!("{module}{UNREAD}"));
        Meaning { tables, lost }
    }

    /// The meaning of the path below the module. If it is unknown, the result says so.
    fn item(&mut self, path: &[String], module: &[String], with_globs: bool) -> Meaning {
        let meaning = self.item_or_nothing(path, module, with_globs);
        if meaning.is_nothing() && !self.scopes.modules.contains_key(module) {
            return self.unread(path.last().map_or("", |name| name), named(module));
        }
        if let ([first, _, ..], true, Some(scope)) = (path, meaning.is_nothing(), self.scopes.modules.get(module)) {
            let is_table = scope.tables.iter().any(|(table, _)| table == first);
            if !is_table {
                return self.unread(path.last().map_or("", |name| name), format!("module `{first}`"));
            }
        }
        meaning
    }

    fn item_or_nothing(&mut self, path: &[String], module: &[String], with_globs: bool) -> Meaning {
        let scopes = self.scopes;
        let (Some(scope), Some((first, rest))) = (scopes.modules.get(module), path.split_first()) else {
            return Meaning::default();
        };
        if !self.seen.insert((path.to_vec(), module.to_vec())) {
            return Meaning::default();
        }
        if rest.is_empty() {
            let tables: BTreeSet<usize> =
                scope.tables.iter().filter(|(name, _)| name == first).map(|(_, index)| *index).collect();
            if scope.conditional.contains(first) {
                return Meaning {
                    tables,
                    lost: Some(format!("table `{first}`, which is there only under a condition")),
                };
            }
            if !tables.is_empty() {
                return Meaning { tables, lost: None };
            }
        } else {
            let below: ModulePath = module.iter().chain([first]).cloned().collect();
            if scopes.modules.contains_key(&below) {
                return self.item(rest, &below, true);
            }
        }
        let imported =
            scope.imports.names.iter().filter(|(name, path)| name == first && path.as_slice() != [first.clone()]);
        let imported: Vec<ModulePath> = imported.map(|(_, path)| path.iter().chain(rest).cloned().collect()).collect();
        if !imported.is_empty() {
            return imported
                .iter()
                .fold(Meaning::default(), |meaning, path| meaning.and(self.resolve(path, module, true)));
        }
        let mut meaning = Meaning::default();
        for glob in scope.imports.globs.iter().filter(|_| with_globs) {
            let path: ModulePath = glob.iter().chain(path).cloned().collect();
            meaning = meaning.and(self.resolve(&path, module, false));
        }
        if !meaning.tables.is_empty() {
            meaning.lost = None;
        } else if meaning.lost.is_none() && rest.is_empty() && scope.imports.has_macros {
            meaning.lost = Some(format!("what a macro makes in {}", named(module)));
        }
        meaning
    }
}

/// The module, as text for people.
fn named(module: &[String]) -> String {
    let name = module.iter().rfind(|name| !name.starts_with('{')).map_or("crate", |name| name);
    format!("module `{name}`")
}
