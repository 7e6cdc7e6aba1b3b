//! The suite stands in `suite/`, its roots in `tests/`, one for each engine. The library itself is empty.
