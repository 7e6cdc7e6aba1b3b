//! The suite is in `suite/`, its roots in `tests/`, one for each engine. This library is empty.
