//! The errors of reading a form.

use std::borrow::Cow;

use super::Form;
use crate::VersionError;

/// Why a form, or a row of it, cannot be used. Write nothing then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// Returned for something that no browser sends: a field that is not UTF-8, that is there twice, or that is
    /// missing.
    #[error("the form cannot be read: the field `{field}` {problem}; send it again from the page")]
    #[non_exhaustive]
    Malformed {
        /// The name of the field.
        field: String,
        /// What is wrong with it.
        problem: Cow<'static, str>,
    },

    /// Returned for a text with a NUL character, which PostgreSQL cannot store.
    #[error("the field `{field}` has a NUL character, which cannot be stored; remove it")]
    #[non_exhaustive]
    Nul {
        /// The name of the first such field.
        field: String,
        /// The form, to show it again with what was typed.
        form: Box<Form>,
    },

    /// Returned for a body of more than 1 MiB.
    #[error("the form has more than 1 MiB; send less at once")]
    TooLarge,

    /// Returned for more than 1,000 rows, or as many selected ones.
    #[error("the form has more than 1,000 rows; send fewer at once")]
    TooManyRows,

    /// Returned by the framework's extractor for a body of another content type.
    #[error("the body is no form; send it as application/x-www-form-urlencoded")]
    NotAForm,

    /// Returned if a selected row has no version of ours.
    #[error(transparent)]
    Version(#[from] VersionError),
}

impl FormError {
    /// A mistake in a field that only your program knows: `"turn"`, `"is no integer"`.
    pub fn malformed(field: impl Into<String>, problem: impl Into<Cow<'static, str>>) -> Self {
        Self::Malformed { field: field.into(), problem: problem.into() }
    }
}
