//! Reads one file: its models, tables, modules and imports, and what cannot be read. It does not know the other files.

use std::collections::HashMap;
use std::path::Path;

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, Ident, ItemFn, ItemMacro, ItemMod, ItemStruct, ItemType, ItemUse, Macro, Stmt, StmtMacro,
    Visibility,
};

use super::condition::{Condition, Conditional};
use super::depth;
use super::features::Features;
use super::imports::Imports;
use super::model::{self, DERIVE, Kind, Model, VERSION_FIELD};
use super::module::Declaration;
use super::place::{Mistake, Place, Skipped};
use super::renamed::Renamed;
use super::table::Table;
use super::{mentions, name_of, names_of};

/// The macro that declares a table.
const TABLE: &str = "table";

/// Macros between items that declare no models and no tables.
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

/// The content of one file.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) models: Vec<Conditional<Model>>,
    pub(super) tables: Vec<Conditional<Table>>,
    pub(super) modules: Vec<Declaration>,
    /// The imports of each module, by the modules around it in the file.
    pub(super) imports: HashMap<Vec<String>, Imports>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) mistakes: Vec<Mistake>,
}

/// Reads the text of `file`.
pub(super) fn read(file: &Path, text: &str, features: &Features) -> Findings {
    let mut findings = Findings::default();
    match parse(file, text, &mut findings) {
        Ok(syntax) => {
            let renamed = Renamed::in_file(&syntax);
            let (modules, conditions) = (Vec::new(), Vec::new());
            let mut reader = Reader { file, features, renamed, modules, conditions, findings: &mut findings };
            reader.imports();
            reader.under(&syntax.attrs, |reader| visit::visit_file(reader, &syntax));
        }
        Err(error) => findings.mistakes.push(Mistake::of_syntax(file, &error)),
    }
    findings
}

/// The file's items; none if the file is nested so deeply that the parser would overflow the stack.
fn parse(file: &Path, text: &str, findings: &mut Findings) -> syn::Result<syn::File> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A `#!` line is not an item; the parser recognises it.
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
    renamed: Renamed,
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

    /// The imports of the current module.
    fn imports(&mut self) -> &mut Imports {
        self.findings.imports.entry(self.modules.clone()).or_default()
    }

    /// Whether the current code is not part of the program.
    fn is_outside(&self) -> bool {
        self.conditions.iter().any(|condition| condition.is_false() || condition.is_of_tests())
    }

    fn skip(&mut self, span: proc_macro2::Span, reason: String) {
        self.findings.skipped.push(Skipped::new(Place::of(self.file, span), reason));
    }

    fn skip_renamed(&mut self, old: &str, new: &Ident) {
        let elsewhere = if old == TABLE { "" } else { " in other files" };
        let reason = format!("`{old}` is renamed to `{new}`, and what uses that name{elsewhere} is not read");
        self.skip(new.span(), reason);
    }

    fn blame(&mut self, error: &syn::Error) {
        self.findings.mistakes.push(Mistake::of_syntax(self.file, error));
    }

    fn read_struct(&mut self, item: &ItemStruct) {
        let item = &self.renamed.written_out(self.features.applied(item));
        match model::read(item, self.file, &self.modules) {
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
            self.imports().has_macros = true;
            let reason = "what `include!` brings in is not read; name that file with --source".to_owned();
            self.skip(span_of(invoked), reason);
        } else if !HARMLESS.contains(&name.as_str()) && !self.conditions.iter().any(Condition::is_of_tests) {
            self.imports().has_macros = true;
            let reason = format!("what the macro `{name}!` makes is not read; write models and tables out");
            self.skip(span_of(invoked), reason);
        }
    }

    fn read_table(&mut self, invoked: &Macro) {
        match Table::read(invoked.tokens.clone(), self.file, self.modules.clone(), self.features) {
            Ok((table, attrs)) => self.under(&attrs, |reader| {
                let table = reader.conditional(table);
                reader.findings.tables.push(table);
            }),
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
            reader.imports();
            items.iter().for_each(|item| reader.visit_item(item));
            reader.modules.pop();
        });
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.under(&item.attrs, |reader| visit::visit_item_fn(reader, item));
    }

    /// Names inside a function's body are not visible outside.
    fn visit_block(&mut self, block: &'ast Block) {
        if !block.stmts.iter().any(|statement| matches!(statement, Stmt::Item(_) | Stmt::Macro(_))) {
            visit::visit_block(self, block);
            return;
        }
        self.modules.push(format!("{{{}}}", self.findings.imports.len()));
        self.imports();
        visit::visit_block(self, block);
        self.modules.pop();
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.under(&item.attrs, |reader| reader.read_struct(item));
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        // A definition has a name. Its output is reported where it is used.
        if item.ident.is_none() {
            self.under(&item.attrs, |reader| reader.read_macro(&item.mac));
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let (mut imports, mut renamed) = (Imports::default(), Vec::new());
        imports.add(&item.tree, &mut |old, new| renamed.push((old.clone(), new.clone())));
        self.under(&item.attrs, |reader| {
            if !reader.is_outside() {
                reader.imports().extend(imports);
            }
        });
        for (old, new) in renamed {
            let is_ours = old == DERIVE || old == VERSION_FIELD;
            if new != "_" && (old == TABLE || is_ours && !matches!(item.vis, Visibility::Inherited)) {
                self.skip_renamed(&old.to_string(), &new);
            }
        }
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        if Renamed::is_alias(item) && !matches!(item.vis, Visibility::Inherited) {
            self.skip_renamed(VERSION_FIELD, &item.ident);
        }
    }

    fn visit_stmt_macro(&mut self, statement: &'ast StmtMacro) {
        // Between statements, most macros are calls.
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
