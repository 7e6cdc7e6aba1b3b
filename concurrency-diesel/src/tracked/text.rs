//! What an error of a merge shows of a text that is merged by lines. `concurrency_core::merge_text` merges it.

use concurrency_core::{Merge, Merged, TextConflict, merge, text_conflict};

use super::{Field, FieldCombination, MergeError, Trackable, TrackedField};

impl<T: Trackable + Clone> MergeError<T> {
    /// Both sides' edits of a field with `#[concurrent(merge = "text")]`: the merged text, with both sides of the lines
    /// that both changed. `None` if the field is not among those of [`MergeError::Fields`], or is not merged by lines.
    ///
    /// NULL is shown as an empty text. If structs embedded in the record share a field name, this is the first field of
    /// that name that is in conflict.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("../doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// # two_copies(conn);
    /// #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    /// #[diesel(table_name = articles)]
    /// struct Page {
    ///     id: i64,
    ///     #[diesel(column_name = title)]
    ///     #[concurrent(merge = "text")]
    ///     text: String,
    ///     #[concurrent(version)]
    ///     version: i64,
    /// }
    ///
    /// let mut ada: Tracked<Page> = articles::table.select(Tracked::<Page>::as_select()).first(conn)?;
    /// ada.text = "eggs\nmilk\nbread\n".to_owned();
    /// ada.save_concurrent(conn)?;
    /// let mut bob = ada.clone();
    ///
    /// ada.text = "six eggs\nmilk\nbread\n".to_owned();
    /// ada.save_concurrent(conn)?;
    /// bob.text = "ten eggs\nmilk\nbread\nbutter\n".to_owned();
    /// let error = bob.save_merging(conn).unwrap_err();
    /// let shown = error.text_conflict("text").map(|conflict| conflict.to_string());
    /// let expected = "<<<<<<< mine\nten eggs\n=======\nsix eggs\n>>>>>>> theirs\nmilk\nbread\nbutter\n";
    /// assert_eq!(shown.as_deref(), Some(expected));
    ///
    /// bob.text = "eggs\nmilk\nbread\nbutter\n".to_owned();
    /// bob.save_merging(conn)?;
    /// assert_eq!(bob.text, "six eggs\nmilk\nbread\nbutter\n");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn text_conflict(&self, field: &str) -> Option<TextConflict> {
        let Self::Fields { fields, base, mine, theirs } = self else { return None };
        if !fields.contains(&field) {
            return None;
        }
        let mut shown = ShownText { field, namesakes: 0, conflict: None, difference: None };
        T::__combine(base, mine, &mut theirs.clone(), &mut shown);
        // The merge itself may have started from another state, in which a write without an answer was done.
        shown.conflict.or_else(|| shown.difference.filter(|_| shown.namesakes == 1))
    }
}

struct ShownText<'f> {
    field: &'f str,
    /// How many fields have this name.
    namesakes: usize,
    conflict: Option<TextConflict>,
    /// Both sides of a text that differ, but are no conflict.
    difference: Option<TextConflict>,
}

impl FieldCombination for ShownText<'_> {
    fn field<U: TrackedField<Late>, Late>(
        &mut self,
        field: Field,
        base: &U,
        mine: &U,
        theirs: &mut U,
        _is_written: bool,
        policy: Merge<U>,
    ) {
        if field.name != self.field {
            return;
        }
        self.namesakes = self.namesakes.saturating_add(1);
        let Merge::Text { as_text, .. } = policy else { return };
        if mine.__is_same(theirs) {
            return;
        }
        let is_conflict = matches!(merge(policy, U::__is_same, base, mine, theirs), Merged::Conflict);
        let shown = if is_conflict { &mut self.conflict } else { &mut self.difference };
        shown.get_or_insert_with(|| text_conflict(as_text(base), as_text(mine), as_text(theirs)));
    }
}
