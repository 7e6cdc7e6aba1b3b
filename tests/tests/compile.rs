//! What does not compile, and how it is said: one program per mistake, and the message it gets.

#[test]
fn every_mistake_is_named_where_it_is() {
    trybuild::TestCases::new().compile_fail("ui/rejected/*.rs");
}
