//! Which of many records that were sent at once an error is about: one of them, or the whole statement. Diesel hides
//! the codes (SQLSTATE classes 22 and 23 and their like), so kind and message decide.

use diesel::result::{DatabaseErrorKind, Error};

use super::{Beginnings, Meaning, begins, meaning};
use crate::outcome::AmbiguousKey;

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// One record's: the engine says it about a row.
    Record,
    /// No single record's: the same statement fails without any of them.
    Statement,
    /// Unknown: a trigger can raise any text.
    Unclear,
}

/// The beginnings of messages that an engine says about a row.
const OF_A_ROW: Beginnings = &[
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

/// The ends of messages that an engine says about a row.
const OF_A_ROW_AT_THE_END: &[&str] = &[
    "' cannot be null", // 1048
    " out of range",
];

/// The beginnings of messages that an engine says about a statement, whatever records it holds.
const OF_A_STATEMENT: Beginnings = &[
    // PostgreSQL.
    "permission denied for ",
    "must be owner of ",
    "canceling statement due to ",
    "could not access ",
    "could not extend file ",
    "could not find ",
    "could not fsync file ",
    "could not open ",
    "could not read ",
    "could not resize shared memory segment ",
    "could not write ",
    "out of memory",
    "out of shared memory",
    "current transaction is aborted",
    "cannot execute DELETE in ",
    "cannot execute SELECT in ",
    "cannot execute UPDATE in ",
    "cannot execute UPDATE during ",
    "cannot update table \"",
    "cannot update view \"",
    "cannot update column \"",
    "cannot delete from table \"",
    "cannot delete from view \"",
    "cached plan must not change result type",
    "the database system is ",
    "stack depth limit exceeded",
    "invalid memory alloc request size",
    "column \"",
    "relation \"",
    "operator does not exist: ",
    "prepared statement \"",
    "syntax error at ",
    // MySQL and MariaDB.
    "Unknown column '",
    "Unknown database '",
    "Unknown prepared statement handler",
    "Unknown table '",
    "Access denied for user ",
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
    "Can't create ",
    "Can't find ",
    "Can't lock file ",
    "Can't open ",
    "Can't read ",
    "Can't reopen table: ",
    "Can't update table '",
    "Can't write",
    "Illegal mix of collations ",
    "Incorrect key file ",
    "Incorrect table name ",
    "Incorrect column name ",
    // SQLite.
    "no such collation sequence: ",
    "no such column: ",
    "no such function: ",
    "no such module: ",
    "no such savepoint: ",
    "no such table: ",
    "near \"",
    "database or disk is full",
    "database disk image is malformed",
    "database schema has changed",
    "disk I/O error",
    "attempt to write a readonly database",
    "file is not a database",
    "unable to open database file",
    "too many SQL variables",
    "too many columns ",
    "too many levels of trigger recursion",
    "too many terms ",
    "cannot UPDATE generated column",
    "unsafe use of ",
    "unable to use function ",
];

/// Complete messages with the same meaning.
const WHOLE_OF_A_STATEMENT: &[&str] = &[
    "interrupted",    // SQLITE_INTERRUPT
    "not authorized", // SQLITE_AUTH
];

/// The beginnings and ends of messages that an engine says about a statement.
const AROUND_A_NAME: &[(&str, &str)] = &[
    // PostgreSQL, class 42.
    ("column ", " does not exist"),
    ("function ", " does not exist"),
    ("schema \"", "\" does not exist"),
    ("sequence \"", "\" does not exist"),
    ("type \"", "\" does not exist"),
    // MySQL and MariaDB, 1146, 1305.
    ("Table '", "' doesn't exist"),
    ("FUNCTION ", " does not exist"),
    ("PROCEDURE ", " does not exist"),
    (
        "View '",
        "' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them",
    ),
    // SQLite.
    ("cannot modify ", " because it is a view"),
    ("table ", " may not be modified"),
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
            // PostgreSQL gives a position in the statement's text if the text is wrong.
            _ if information.statement_position().is_some() => Fault::Statement,
            _ => fault_in(information.message()),
        },
        // The key names several rows, and the writes before this error are done on all of them.
        Error::QueryBuilderError(error) if error.is::<AmbiguousKey>() => Fault::Statement,
        Error::SerializationError(_) | Error::QueryBuilderError(_) => Fault::Record,
        _ => Fault::Statement,
    }
}

fn fault_in(message: &str) -> Fault {
    // The statement first: "Incorrect key file" is not about a row.
    if is_of_a_statement(message) {
        Fault::Statement
    } else if begins(message, OF_A_ROW) || OF_A_ROW_AT_THE_END.iter().any(|end| message.ends_with(end)) {
        Fault::Record
    } else {
        Fault::Unclear
    }
}

fn is_of_a_statement(message: &str) -> bool {
    let is_around = |(begin, end): &(&str, &str)| message.strip_prefix(begin).is_some_and(|rest| rest.ends_with(end));
    WHOLE_OF_A_STATEMENT.contains(&message)
        || begins(message, OF_A_STATEMENT)
        || AROUND_A_NAME.iter().any(is_around)
        || message.contains(" command denied to user ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of(message: &str) -> Fault {
        fault(&Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned())))
    }

    #[test]
    fn what_a_trigger_raises_is_said_of_no_statement() {
        let raised = [
            "invoice is closed",
            "cannot modify a closed invoice",
            "cannot update a paid invoice",
            "no such account",
            "could not reserve the seat",
            "customer 7 does not exist",
            "Unknown customer",
            "Can't ship to this country",
            "too many articles in one order",
            "interrupted by the operator",
            "Table 7 doesn't exist in this restaurant",
            "connection closed by the supplier",
            "Lost connection to the warehouse",
        ];
        for message in raised {
            assert_eq!(fault_of(message), Fault::Unclear, "{message}");
        }
    }

    #[test]
    fn a_statement_is_at_fault_for_what_is_not_there_or_not_allowed() {
        let said = [
            "relation \"articles\" does not exist",
            "column \"version\" of relation \"articles\" does not exist",
            "function advance(integer) does not exist",
            "could not extend file \"base/1/2\": No space left on device",
            "cannot update view \"articles\"",
            "Table 'blog.articles' doesn't exist",
            "Unknown column 'version' in 'field list'",
            "UPDATE command denied to user 'ada'@'localhost' for table `blog`.`articles`",
            "Can't update table 'articles' in stored function/trigger",
            "no such table: articles",
            "cannot modify articles because it is a view",
            "interrupted",
            "too many SQL variables",
            "deadlock detected",
            "connection closed",
        ];
        for message in said {
            assert_eq!(fault_of(message), Fault::Statement, "{message}");
        }
    }

    #[test]
    fn a_record_is_at_fault_for_what_its_row_cannot_hold() {
        for message in ["value too long for type character varying(20)", "Duplicate entry '1' for key 'PRIMARY'"] {
            assert_eq!(fault_of(message), Fault::Record, "{message}");
        }
    }
}
