//! Programs that do not compile, and their messages: one program for each mistake.

use trybuild::TestCases;

/// Mistakes that the derives report.
#[test]
fn every_mistake_is_named_where_it_is() {
    TestCases::new().compile_fail("ui/rejected/*.rs");
}

/// Mistakes that rustc reports in the derived code or in a call of a method: its words (those of 1.95), and ours in
/// them.
///
/// The programs name their connection's type, and write no `String` that an error would show: otherwise the text depends
/// on which engines are enabled.
#[test]
fn every_type_that_does_not_fit_is_named_with_the_remedy() {
    TestCases::new().compile_fail("ui/bounds/*.rs");
}

/// Programs that compile; and mistakes that only the generation of code shows, for which a program must be built, not
/// checked. That is what a program to run makes trybuild do.
#[test]
fn strict_programs_build_and_embedded_structs_keep_off_key_and_version() {
    let cases = TestCases::new();
    cases.pass("ui/accepted/*.rs");
    cases.compile_fail("ui/generated/*.rs");
}
