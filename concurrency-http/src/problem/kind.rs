//! The types of problems: their names and titles. The module `problem` describes them.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "diesel"), allow(dead_code, reason = "some come of errors of a save alone"))]
pub(super) enum Kind {
    RecordModified,
    RecordDeleted,
    PreconditionRequired,
    PreconditionMalformed,
    VersionMissing,
    VersionMalformed,
    VersionTampered,
    VersionForeign,
    FormMalformed,
    FormUnstorable,
    FormTooLarge,
    FormExpected,
    Busy,
    NotSaved,
    OutcomeUnknown,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::RecordModified => "record-modified",
            Self::RecordDeleted => "record-deleted",
            Self::PreconditionRequired => "precondition-required",
            Self::PreconditionMalformed => "precondition-malformed",
            Self::VersionMissing => "version-missing",
            Self::VersionMalformed => "version-malformed",
            Self::VersionTampered => "version-tampered",
            Self::VersionForeign => "version-foreign",
            Self::FormMalformed => "form-malformed",
            Self::FormUnstorable => "form-unstorable",
            Self::FormTooLarge => "form-too-large",
            Self::FormExpected => "form-expected",
            Self::Busy => "busy",
            Self::NotSaved => "not-saved",
            Self::OutcomeUnknown => "outcome-unknown",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::RecordModified => "The record was modified",
            Self::RecordDeleted => "There is no such record",
            Self::PreconditionRequired => "The request names no version",
            Self::PreconditionMalformed => "The precondition cannot be read",
            Self::VersionMissing => "The form has no version",
            Self::VersionMalformed => "The version cannot be read",
            Self::VersionTampered => "The version was not signed here",
            Self::VersionForeign => "The version is that of another record",
            Self::FormMalformed => "The form cannot be read",
            Self::FormUnstorable => "A field cannot be stored",
            Self::FormTooLarge => "The form is too large",
            Self::FormExpected => "The body is no form",
            Self::Busy => "The database is busy",
            Self::NotSaved => "The record was not saved",
            Self::OutcomeUnknown => "The record may have been saved",
        }
    }
}
