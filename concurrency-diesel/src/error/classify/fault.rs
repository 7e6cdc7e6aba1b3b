//! Whose fault an error is that came in answer to many records: that of one of them, or of the statement. Diesel hides the codes
//! (SQLSTATE classes 22 and 23 and their like), so that it is told by kind and message.

use diesel::result::{DatabaseErrorKind, Error};

use super::{Meaning, meaning};

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// One record's: the engine says it of a row.
    Record,
    /// No single record's: the same statement fails without any of them.
    Statement,
    /// Not known: what a trigger raises has any words.
    Unclear,
}

/// How the messages begin that an engine says of a row.
const OF_A_ROW: &[&str] = &[
    // PostgreSQL, 22001 to 22P05, 54000.
    "value too long for type ",
    "value \"",
    "numeric field overflow",
    "smallint out of range",
    "integer out of range",
    "bigint out of range",
    "date/time field value out of range",
    "division by zero",
    "invalid byte sequence for encoding ",
    "invalid input syntax for type ",
    "invalid input value for enum ",
    "unsupported Unicode escape sequence",
    "bit string length ",
    "new row ",
    "no partition of relation ",
    "index row size ",
    "row is too big",
    // MySQL and MariaDB.
    "Out of range value for column ",       // 1264
    "Data too long for column ",            // 1406
    "Data truncated for column ",           // 1265
    "Incorrect ",                           // 1366, 1292
    "Invalid JSON text",                    // 3140
    "Check constraint ",                    // 3819
    "CONSTRAINT ",                          // 4025
    "Division by 0",                        // 1365
    "Duplicate entry ",                     // 1062
    "Cannot delete or update a parent row", // 1451
    "Cannot add or update a child row",     // 1452
    // SQLite.
    "cannot store ", // SQLITE_CONSTRAINT_DATATYPE
    "datatype mismatch",
    "string or blob too big",
    "integer overflow",
    "malformed JSON",
];

/// How the messages end that an engine says of a row.
const OF_A_ROW_AT_THE_END: &[&str] = &[
    "' cannot be null", // 1048
    " out of range",
];

/// How the messages begin that an engine says of a statement, whatever it holds.
const OF_A_STATEMENT: &[&str] = &[
    // PostgreSQL.
    "permission denied for ",
    "must be owner of ",
    "canceling statement due to ",
    "could not ",
    "out of memory",
    "out of shared memory",
    "current transaction is aborted",
    "cannot execute ",
    "cannot update ",
    "cannot delete from ",
    "cached plan must not change result type",
    "prepared statement ",
    "the database system is ",
    "stack depth limit exceeded",
    "invalid memory alloc request size",
    "column \"",
    "relation \"",
    "syntax error ",
    // MySQL and MariaDB.
    "Unknown ",
    "Access denied",
    "The table '", // 1114
    "The target table ",
    "The value specified for generated column ",
    "The MySQL server is running with ",
    "The MariaDB server is running with ",
    "Got error ",
    "Got a packet bigger than ",
    "Got packet bigger than ",
    "Query execution was interrupted",
    "You have an error in your SQL syntax",
    "No database selected",
    "Out of memory",
    "Disk full ",
    "Error writing file ",
    "Can't ",
    "Illegal mix of collations ",
    "Incorrect key file ",
    "Incorrect table name ",
    "Incorrect column name ",
    // SQLite.
    "no such ",
    "near \"",
    "database or disk is full",
    "database disk image is malformed",
    "database schema has changed",
    "disk I/O error",
    "attempt to write a readonly database",
    "interrupted",
    "file is not a database",
    "unable to open database file",
    "not authorized",
    "too many ",
    "cannot modify ",
    "cannot UPDATE generated column",
    "unsafe use of ",
    "unable to use function ",
];

/// How the messages end that an engine says of a statement.
const OF_A_STATEMENT_AT_THE_END: &[&str] = &[
    "' doesn't exist",                           // 1146
    " does not exist",                           // PostgreSQL, 42P01 and others
    "max_statement_time exceeded)",              // 1969
    "maximum statement execution time exceeded", // 3024
];

/// Whose fault the error is.
pub(crate) fn fault(error: &Error) -> Fault {
    if meaning(error) != Meaning::Answered {
        return Fault::Statement;
    }
    match error {
        Error::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::RestrictViolation
            | DatabaseErrorKind::NotNullViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::ExclusionViolation => Fault::Record,
            DatabaseErrorKind::ReadOnlyTransaction => Fault::Statement,
            // PostgreSQL names a place in the text where the text is wrong.
            _ if information.statement_position().is_some() => Fault::Statement,
            _ => fault_in(information.message()),
        },
        Error::SerializationError(_) | Error::QueryBuilderError(_) => Fault::Record,
        _ => Fault::Statement,
    }
}

fn fault_in(message: &str) -> Fault {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| message.starts_with(beginning));
    let ends = |ends: &[&str]| ends.iter().any(|end| message.ends_with(end));
    // The statement first: "Incorrect key file" is not said of a row.
    if begins(OF_A_STATEMENT) || ends(OF_A_STATEMENT_AT_THE_END) || message.contains(" command denied to user ") {
        Fault::Statement
    } else if begins(OF_A_ROW) || ends(OF_A_ROW_AT_THE_END) {
        Fault::Record
    } else {
        Fault::Unclear
    }
}
