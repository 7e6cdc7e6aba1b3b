//! The version fields for which this engine has its own type.

use crate::suite::every_field::every_behaviour_of;

every_behaviour_of!(
    chrono_timestamp, TimestampVersionField, chrono::DateTime<chrono::Utc> as diesel::sql_types::TimestamptzSqlite,
    column = ", version TIMESTAMP NOT NULL", sql_name = "version", read_back = false, insert = initial
);
every_behaviour_of!(
    time_timestamp,
    TimestampVersionField,
    time::OffsetDateTime as diesel::sql_types::TimestamptzSqlite,
    column = ", version TIMESTAMP NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = initial
);
