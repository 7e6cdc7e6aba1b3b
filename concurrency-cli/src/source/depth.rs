//! Limits how deeply a file may be nested, because the parser calls itself for each level. It looks at brackets and at
//! the length of the text between them, and parses nothing.

use std::thread;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree, token_stream};

/// The limit of nested brackets. No program that people write has more.
const MOST_BRACKETS: usize = 256;
/// The limit of operators in a row, each of which may be a level. No program has more.
const MOST_IN_A_ROW: usize = 10_000;
/// The stack for that many levels, even in a build without optimizations.
const STACK: usize = 1 << 28;

/// The place where a file is nested too deeply, and the reason.
pub(super) fn too_deep(tokens: &TokenStream) -> Option<(Span, String)> {
    let mut levels = vec![Level::of(tokens.clone())];
    while let Some(level) = levels.last_mut() {
        let Some(tree) = level.next() else {
            levels.pop();
            continue;
        };
        if level.in_a_row > MOST_IN_A_ROW {
            return Some((tree.span(), format!("holds an expression of more than {MOST_IN_A_ROW} parts")));
        }
        let TokenTree::Group(group) = tree else { continue };
        if levels.len() >= MOST_BRACKETS {
            return Some((group.span_open(), format!("is nested in more than {MOST_BRACKETS} brackets")));
        }
        levels.push(Level::of(group.stream()));
    }
    None
}

/// The text between two brackets.
struct Level {
    trees: token_stream::IntoIter,
    /// The number of token trees that may be parts of one expression.
    in_a_row: usize,
    is_after_braces: bool,
}

impl Level {
    fn of(tokens: TokenStream) -> Self {
        Self { trees: tokens.into_iter(), in_a_row: 0, is_after_braces: false }
    }

    fn next(&mut self) -> Option<TokenTree> {
        let tree = self.trees.next()?;
        let begins_anew = match &tree {
            TokenTree::Punct(sign) => {
                matches!(sign.as_char(), ';' | ',') || (self.is_after_braces && sign.as_char() == '#')
            }
            TokenTree::Ident(word) => self.is_after_braces && word != "else" && word != "as",
            TokenTree::Group(_) | TokenTree::Literal(_) => false,
        };
        self.in_a_row = if begins_anew { 0 } else { self.in_a_row.saturating_add(1) };
        self.is_after_braces = matches!(&tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        Some(tree)
    }
}

/// Runs the work on a large stack, or on the current one if there is no other.
pub(super) fn with_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send + Clone) -> T {
    let on_this_stack = work.clone();
    thread::scope(|scope| {
        let running = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match running.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => on_this_stack(),
        }
    })
}
