//! One file: its models, tables, modules and imports, and what in it cannot be read.
//! It does not know the other files.

use std::path::Path;

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{Attribute, ItemFn, ItemMacro, ItemMod, ItemStruct, ItemType, ItemUse, Macro, StmtMacro, Type};

use super::condition::{Condition, Conditional};
use super::depth;
use super::features::Features;
use super::imports::Imports;
use super::model::{self, DERIVE, Kind, Model, VERSION_FIELD};
use super::module::Declaration;
use super::place::{Mistake, Place, Skipped};
use super::table::Table;
use super::{mentions, name_of, names_of};

/// The macro that declares a table.
const TABLE: &str = "table";

/// Macros between items that declare neither models nor tables.
const HARMLESS: &[&str] = &[
    "alias",
    "allow_columns_to_appear_in_same_group_by_clause",
    "allow_tables_to_appear_in_same_query",
    "compile_error",
    "define_sql_function",
    "infix_operator",
    "joinable",
    "lazy_static",
    "postfix_operator",
    "prefix_operator",
    "sql_function",
    "thread_local",
];

/// What one file holds.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) models: Vec<Conditional<Model>>,
    pub(super) tables: Vec<Conditional<Table>>,
    pub(super) modules: Vec<Declaration>,
    pub(super) imports: Imports,
    pub(super) skipped: Vec<Skipped>,
    pub(super) mistakes: Vec<Mistake>,
}

/// Reads the text of `file`.
pub(super) fn read(file: &Path, text: &str, features: &Features) -> Findings {
    let mut findings = Findings::default();
    match parse(file, text, &mut findings) {
        Ok(syntax) => {
            let mut reader =
                Reader { file, features, modules: Vec::new(), conditions: Vec::new(), findings: &mut findings };
            reader.under(&syntax.attrs, |reader| visit::visit_file(reader, &syntax));
        }
        Err(error) => findings.mistakes.push(Mistake::of_syntax(file, &error)),
    }
    findings
}

/// The file's items; none where it is nested so deeply that the parser would run out of stack.
fn parse(file: &Path, text: &str, findings: &mut Findings) -> syn::Result<syn::File> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A `#!` line is no Rust; what it is, the parser knows.
    if let Ok(tokens) = text.parse::<TokenStream>() {
        if let Some((span, reason)) = depth::too_deep(&tokens) {
            let reason = format!("{reason}, which is too deep to be read; leave the file out with --exclude");
            findings.mistakes.push(Mistake::new(Place::of(file, span), reason));
            return Ok(syn::File { shebang: None, attrs: Vec::new(), items: Vec::new() });
        }
    }
    syn::parse_file(text)
}

struct Reader<'a> {
    file: &'a Path,
    features: &'a Features,
    /// The modules around the current item.
    modules: Vec<String>,
    /// The conditions around the current item.
    conditions: Vec<Condition>,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    fn under(&mut self, attrs: &[Attribute], read: impl FnOnce(&mut Self)) {
        let condition = Condition::among(attrs, self.file, self.features);
        let is_conditional = condition.is_some();
        self.conditions.extend(condition);
        read(self);
        if is_conditional {
            self.conditions.pop();
        }
    }

    fn conditional<T>(&self, thing: T) -> Conditional<T> {
        Conditional { thing, condition: self.conditions.first().cloned() }
    }

    fn skip(&mut self, span: proc_macro2::Span, reason: String) {
        self.findings.skipped.push(Skipped::new(Place::of(self.file, span), reason));
    }

    fn blame(&mut self, error: &syn::Error) {
        self.findings.mistakes.push(Mistake::of_syntax(self.file, error));
    }

    fn read_struct(&mut self, item: &ItemStruct) {
        match model::read(&self.features.applied(item), self.file, &self.modules) {
            Ok(Kind::Model(model)) => {
                let model = self.conditional(model);
                self.findings.models.push(model);
            }
            Ok(Kind::Unsure(reason)) => self.skip(item.ident.span(), reason),
            Ok(Kind::Mistaken(reason)) => {
                let place = Place::of(self.file, item.ident.span());
                self.findings.mistakes.push(Mistake::new(place, reason));
            }
            Ok(Kind::Other) => {}
            Err(error) => self.blame(&error),
        }
    }

    fn read_macro(&mut self, invoked: &Macro) {
        let names = names_of(&invoked.path);
        let Some(name) = names.last() else { return };
        let is_diesels = names.len() == 1 || names.first().is_some_and(|first| first == "diesel");
        if name == TABLE && is_diesels {
            self.read_table(invoked);
        } else if name == "include" {
            let reason = "what `include!` brings in is not read; name that file with --source".to_owned();
            self.skip(span_of(invoked), reason);
        } else if !HARMLESS.contains(&name.as_str()) && !self.conditions.iter().any(Condition::is_of_tests) {
            let reason = format!("what the macro `{name}!` makes is not read; write models and tables out");
            self.skip(span_of(invoked), reason);
        }
    }

    fn read_table(&mut self, invoked: &Macro) {
        let module = self.file.with_extension("");
        // A crate's folder stands for the crate, whose name has no hyphens.
        let in_folders = module.iter().map(|part| part.to_string_lossy().replace('-', "_"));
        let module = in_folders
            .filter(|part| !["mod", "src", "lib", "main"].contains(&part.as_str()))
            .chain(self.modules.iter().cloned())
            .collect();
        match Table::read(invoked.tokens.clone(), self.file, module) {
            Ok(table) => {
                let table = self.conditional(table);
                self.findings.tables.push(table);
            }
            Err(error) => self.blame(&error),
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.under(&item.attrs, |reader| {
            let Some((_, items)) = &item.content else {
                let condition = reader.conditions.first().cloned();
                let declaration = Declaration::read(item, reader.file, &reader.modules, condition);
                reader.findings.modules.push(declaration);
                return;
            };
            reader.modules.push(name_of(&item.ident));
            items.iter().for_each(|item| reader.visit_item(item));
            reader.modules.pop();
        });
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.under(&item.attrs, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.under(&item.attrs, |reader| reader.read_struct(item));
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        // A definition has a name; what it makes is reported where it is used.
        if item.ident.is_none() {
            self.under(&item.attrs, |reader| reader.read_macro(&item.mac));
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let mut renamed = Vec::new();
        self.findings.imports.add(&item.tree, &mut |old, new| renamed.push((old.clone(), new.clone())));
        for (old, new) in renamed {
            if new != "_" && (old == DERIVE || old == VERSION_FIELD || old == TABLE) {
                self.skip(new.span(), format!("`{old}` is renamed to `{new}`, and what uses that name is not read"));
            }
        }
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        if let Type::Path(path) = &*item.ty {
            if path.path.segments.last().is_some_and(|segment| segment.ident == VERSION_FIELD) {
                let reason =
                    format!("`{VERSION_FIELD}` is renamed to `{0}`, and what uses that name is not read", item.ident);
                self.skip(item.ident.span(), reason);
            }
        }
    }

    fn visit_stmt_macro(&mut self, statement: &'ast StmtMacro) {
        // Between statements most macros are calls.
        if names_of(&statement.mac.path).last().is_some_and(|name| name == TABLE)
            || mentions(&statement.mac.tokens, |word| word == DERIVE)
        {
            self.under(&statement.attrs, |reader| reader.read_macro(&statement.mac));
        }
    }
}

fn span_of(invoked: &Macro) -> proc_macro2::Span {
    syn::spanned::Spanned::span(&invoked.path)
}
