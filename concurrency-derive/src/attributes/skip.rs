//! Skips values that are not ours to read: any tokens up to the next comma. This file understands brackets and nothing
//! else.

use proc_macro2::{Spacing, TokenTree};
use syn::buffer::Cursor;
use syn::parse::ParseStream;

/// Skips to the comma that ends a value, or to the end.
pub(super) fn value(input: ParseStream<'_>) {
    // The closure never fails, so neither does the step.
    let _ = input.step(|cursor| Ok(((), end_of_value(*cursor))));
}

/// Skips past the comma that ends a value, or to the end.
pub(super) fn to_next_option(input: ParseStream<'_>) {
    value(input);
    let _ = input.step(|cursor| Ok(((), cursor.token_tree().map_or(*cursor, |(_, rest)| rest))));
}

/// Commas between `<` and `>` separate generic arguments. If these do not balance, they are comparisons.
fn end_of_value(start: Cursor<'_>) -> Cursor<'_> {
    find_comma(start, true).or_else(|| find_comma(start, false)).unwrap_or(start)
}

fn find_comma(start: Cursor<'_>, with_angles: bool) -> Option<Cursor<'_>> {
    let mut depth = 0_usize;
    let mut in_arrow = false;
    let mut cursor = start;
    while let Some((tree, rest)) = cursor.token_tree() {
        let mut starts_arrow = false;
        if let TokenTree::Punct(punct) = &tree {
            match punct.as_char() {
                ',' if depth == 0 => return Some(cursor),
                '<' if with_angles => depth = depth.saturating_add(1),
                '>' if with_angles && !in_arrow => depth = depth.saturating_sub(1),
                '-' | '=' => starts_arrow = punct.spacing() == Spacing::Joint,
                _ => {}
            }
        }
        in_arrow = starts_arrow;
        cursor = rest;
    }
    (depth == 0).then_some(cursor)
}
