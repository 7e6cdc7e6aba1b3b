//! Nothing but a test: the library on the oldest versions of its dependencies.
