//! The version fields that only this engine has: the same behaviour as for every other.

use crate::suite::every_field::every_behaviour_of;

every_behaviour_of!(
    unsigned,
    AutoIncVersionField,
    u32 as diesel::sql_types::Unsigned<diesel::sql_types::Integer>,
    column = ", version INTEGER UNSIGNED NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = initial
);
every_behaviour_of!(
    wide_unsigned,
    AutoIncVersionField,
    u64 as diesel::sql_types::Unsigned<diesel::sql_types::BigInt>,
    column = ", version BIGINT UNSIGNED NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = initial
);
every_behaviour_of!(
    unsigned_conditional,
    ConditionalVersionField,
    u64 as diesel::sql_types::Unsigned<diesel::sql_types::BigInt>,
    column = ", version BIGINT UNSIGNED NOT NULL",
    sql_name = "version",
    read_back = true,
    insert = initial
);
