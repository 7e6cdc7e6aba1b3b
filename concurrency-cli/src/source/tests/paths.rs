//! Which table a path means.

use super::*;

/// A table of this name in Rust, and with this one in SQL.
fn table(name: &str, sql_name: &str) -> String {
    format!("diesel::table! {{ #[sql_name = \"{sql_name}\"] {name} (id) {{ id -> BigInt, version -> BigInt, }} }}\n")
}

fn model(path: &str) -> String {
    ARTICLE.replace("struct", &format!("#[diesel(table_name = {path})]\nstruct"))
}

/// The result for `src/lib.rs` with two tables and this text: the model's table, or the mistake.
fn meant(text: &str, features: &Features) -> Result<Vec<String>, Vec<String>> {
    let tables = table("articles", "articles") + &table("posts", "posts");
    let project = Project::new(&[("src/lib.rs", &format!("{tables}{text}")), ("src/schema.rs", "")]);
    let without_struct = |text: String| text.replace("Article ", "");
    with_features(&project, features).map(|found| found.into_iter().map(without_struct).collect())
}

fn mistake(text: &str, features: &Features) -> String {
    match meant(text, features).unwrap_err().as_slice() {
        [mistake] => mistake.split_once(": ").unwrap().1.to_owned(),
        several => panic!("{several:?}"),
    }
}

#[test]
fn paths_are_followed_through_imports() {
    let other = table("articles", "other");
    for (text, expected) in [
        (format!("mod a {{ pub use super::posts as articles; }} mod m {{ use super::a::*; {ARTICLE} }}"), "posts"),
        (format!("use crate::posts as things; {}", model("things")), "posts"),
        (format!("mod a {{ {other} pub mod b {{ use super::articles; {ARTICLE} }} }}"), "other"),
        (format!("mod a {{ {other} pub mod b {{ use super::*; {ARTICLE} }} }}"), "other"),
        (format!("mod a {{ {other} pub mod b {{ {} }} }}", model("super::super::articles")), "articles"),
        (format!("mod a {{ {other} }} mod m {{ use crate::a::{{self}}; {} }}", model("a::articles")), "other"),
        (format!("mod a {{ {other} }} mod m {{ use super::*; {} }}", model("a::articles")), "other"),
        (
            format!(
                "mod a {{ {other} }} mod b {{ pub use super::a::*; }} fn f() {{ use b::articles; }} {}",
                model("b::articles")
            ),
            "other",
        ),
        (
            format!(
                "mod a {{ pub use super::b::*; }} mod b {{ pub use super::a::*; }} mod m {{ use super::a::*; use super::*; {ARTICLE} }}"
            ),
            "articles",
        ),
        (
            format!("mod m {{ use diesel::prelude::*; use crate::articles::dsl::*; use crate::articles; {ARTICLE} }}"),
            "articles",
        ),
    ] {
        assert_eq!(meant(&text, &Features::Unknown), Ok(vec![expected.to_owned()]), "{text}");
    }
}

#[test]
fn a_path_that_leads_to_what_was_not_read_is_a_mistake() {
    let lost = |what: &str| {
        format!(
            "the table of struct `Article` is named through {what}; write the path to its `table!` in \
             `#[diesel(table_name = …)]`, or name the file that declares it with --schema or --source"
        )
    };
    for (text, what) in [
        (model("other::schema::articles"), "`other::schema`, which was not read"),
        (format!("mod m {{ use other::articles; {ARTICLE} }}"), "`other`, which was not read"),
        (format!("mod m {{ use other::schema::*; {ARTICLE} }}"), "`other::schema`, which was not read"),
        (format!("mod m {{ {} }}", model("crate::gone::articles")), "module `gone`, which was not read"),
        (
            format!(
                "mod m {{ #[cfg(feature = \"a\")] {} }}\nmod n {{ use super::m::*; {} }}",
                table("arts", "a"),
                model("arts")
            ),
            "table `arts`, which is there only under a condition",
        ),
    ] {
        // There is a table of that name elsewhere.
        let text = format!("{text} mod unrelated {{ {} }}", table("arts", "unrelated"));
        assert_eq!(mistake(&text, &Features::Unknown), lost(what), "{text}");
    }
}

/// The macro may make that table.
#[test]
fn a_macro_that_may_make_the_table_is_no_reason_to_take_another() {
    for text in [
        format!("mod m {{ tables!(); {ARTICLE} }}"),
        format!("mod q {{ tables!(); }} mod m {{ use super::q::*; {ARTICLE} }}"),
        format!("mod q {{ tables!(); }} mod m {{ use super::q::articles; {ARTICLE} }}"),
        format!("mod m {{ include!(\"x.rs\"); {ARTICLE} }}"),
    ] {
        let said = mistake(&text, &Features::Unknown);
        assert!(said.contains("is named through what a macro makes in module `"), "{said}");
    }
    let text = format!("mod m {{ tables!(); use super::articles; {ARTICLE} }}");
    assert_eq!(meant(&text, &Features::Unknown).unwrap()[0], "articles");
}

#[test]
fn what_features_decide_is_followed_once_they_are_named() {
    let text = format!(
        "#[cfg(feature = \"a\")] use crate::posts as things; #[cfg(not(feature = \"a\"))] use crate::articles as things; {}",
        model("things")
    );
    let said = mistake(&text, &Features::Unknown);
    assert!(said.starts_with("several tables are called `things` ("), "{said}");
    let these = |feature: &str| Features::These(vec![feature.to_owned()]);
    assert_eq!(meant(&text, &these("a")), Ok(vec!["posts".to_owned()]));
    assert_eq!(meant(&text, &these("b")), Ok(vec!["articles".to_owned()]));
}

#[test]
fn conditions_inside_of_a_table_are_decided_or_a_mistake() {
    let columns = |attrs: &str| {
        format!("mod m {{ diesel::table! {{ arts (id) {{ id -> BigInt, {attrs} }} }}\n{} }}", model("arts"))
    };
    let two = "#[cfg(feature = \"a\")] #[sql_name = \"va\"] version -> BigInt, #[cfg(not(feature = \"a\"))] #[sql_name = \"vb\"] version -> BigInt,";
    let renamed = "#[cfg_attr(feature = \"a\", sql_name = \"va\")] version -> BigInt,";
    let these = |feature: &str| Features::These(vec![feature.to_owned()]);
    let column = |text: &str, features: &Features| {
        let project = Project::new(&[("src/lib.rs", text), ("src/schema.rs", "")]);
        let sources = [project.path("src")];
        let scope = Scope { sources: &sources, features: Some(features), ..Scope::default() };
        read(scope).unwrap().models[0].version.clone()
    };
    let message = "the column `version` of the table `arts` is there, or has its name in SQL, only under a condition; \
                   name the features with --features, or write it out; struct `Article` needs it";
    for text in [two, renamed] {
        assert_eq!(mistake(&columns(text), &Features::Unknown), message);
    }
    assert_eq!(column(&columns(two), &these("a")), "va");
    assert_eq!(column(&columns(two), &these("b")), "vb");
    assert_eq!(column(&columns(renamed), &these("b")), "version");
    // Diesel's macro does not see that name.
    assert_eq!(mistake(&columns(renamed), &these("a")), message);

    let whole = |attr: &str| {
        format!(
            "mod m {{ diesel::table! {{ {attr} arts (id) {{ id -> BigInt, version -> BigInt, }} }}\n{} }}",
            model("arts")
        )
    };
    let said = mistake(&whole("#[cfg_attr(feature = \"a\", sql_name = \"za\")]"), &Features::Unknown);
    assert_eq!(
        said,
        "the table `arts` has its name in SQL only under a condition; name the features with --features, or write it out; \
         struct `Article` needs it"
    );
    let said = mistake(&whole("#[cfg(feature = \"a\")]"), &Features::Unknown);
    assert!(said.contains("through table `arts`, which is there only under a condition"), "{said}");
    assert_eq!(meant(&whole("#[cfg(feature = \"a\")]"), &these("a")), Ok(vec!["arts".to_owned()]));
}

/// A crate has the name of its package, whatever its folder.
#[test]
fn paths_lead_into_other_crates_by_the_names_of_their_packages() {
    let project = |path: &str, manifest: &str| {
        Project::new(&[
            ("app/src/lib.rs", &format!("mod schema; {}", model(path))),
            ("app/src/schema.rs", SCHEMA),
            ("database/src/lib.rs", "pub mod schema; pub use schema::*;"),
            ("database/src/schema.rs", &table("articles", "theirs")),
            ("database/Cargo.toml", manifest),
        ])
    };
    let named = "[package]\nname = \"blog-db\"";
    for path in ["blog_db::schema::articles", "blog_db::articles"] {
        let found = project(path, named).found(&["app/src", "database/src"]).0;
        assert_eq!(found, ["Article theirs(id) version"], "{path}");
    }
    let found = project("lib_db::articles", &format!("{named}\n[lib]\nname = \"lib_db\""))
        .found(&["app/src", "database/src"])
        .0;
    assert_eq!(found, ["Article theirs(id) version"]);
    let mistakes = project("blog_db::schema::articles", named).mistakes(&["app/src"]);
    assert!(mistakes[0].contains("`blog_db::schema`, which was not read"), "{mistakes:?}");
}
