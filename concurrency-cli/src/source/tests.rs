//! The scanner on whole folders.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A folder with these files.
struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = project.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The text with paths as they are inside the project.
    fn relative(&self, text: &dyn std::fmt::Display) -> String {
        text.to_string().replace(&format!("{}/", self.0.path().display()), "")
    }

    fn read(&self, sources: &[&str]) -> Result<Source, Vec<String>> {
        let sources: Vec<PathBuf> = sources.iter().map(|source| self.path(source)).collect();
        let schema = Some(self.path("src/schema.rs")).filter(|schema| schema.is_file());
        read(&sources, schema.as_deref())
            .map_err(|mistakes| mistakes.iter().map(|mistake| self.relative(mistake)).collect())
    }

    /// Each model's `Struct schema.table(key) version`, and what was skipped.
    fn found(&self, sources: &[&str]) -> (Vec<String>, Vec<String>) {
        let source = self.read(sources).unwrap();
        let describe = |model: &ModelTable| {
            format!("{} {}({}) {}", model.model, model.full_name(), model.key.join(", "), model.version)
        };
        let skipped = source.skipped.iter().map(|skipped| self.relative(skipped)).collect();
        (source.models.iter().map(describe).collect(), skipped)
    }

    fn mistakes(&self, sources: &[&str]) -> Vec<String> {
        self.read(sources).unwrap_err()
    }
}

const SCHEMA: &str = "diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }\n";
const ARTICLE: &str = "#[derive(Concurrent)]
struct Article {
    id: i64,
    #[concurrent(version = TriggerVersionField)]
    version: i64,
}
";
const FOUND: &str = "Article articles(id) version";

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn models_are_found_wherever_they_stand() {
    let inside = format!("mod inner {{ fn function() {{ {ARTICLE} }} }}");
    for (file, text) in [
        ("src/main.rs", ARTICLE),
        ("src/a/b/c.rs", ARTICLE),
        ("src/main.rs", &inside),
        ("src/bin/tool/main.rs", ARTICLE),
    ] {
        let project = Project::new(&[("src/schema.rs", SCHEMA), (file, text)]);
        assert_eq!(project.found(&["src"]), (vec![FOUND.to_owned()], none()), "{file}");
        assert_eq!(project.found(&[file]), (vec![FOUND.to_owned()], none()), "{file}");
    }
}

#[test]
fn a_file_reached_twice_is_read_once() {
    let project =
        Project::new(&[("src/schema.rs", SCHEMA), ("src/main.rs", "mod models;"), ("src/models.rs", ARTICLE)]);
    assert_eq!(project.found(&["src", "src/models.rs", "src/main.rs", "src/../src"]).0, [FOUND]);
}

#[test]
fn hidden_folders_and_cargos_target_are_passed_over() {
    let broken = "this is no Rust";
    let files = [
        ("schema.rs", SCHEMA),
        (".git/a.rs", broken),
        ("target/a.rs", broken),
        ("target/CACHEDIR.TAG", ""),
        ("a.txt", broken),
    ];
    assert_eq!(Project::new(&files).found(&["."]), (none(), none()));
}

#[test]
fn modules_outside_of_the_folder_are_followed() {
    let project = Project::new(&[
        (
            "src/main.rs",
            "mod schema;\n#[path = \"../shared/models.rs\"]\nmod models;\nmod inline { #[path = \"x.rs\"] mod other; }",
        ),
        ("src/schema.rs", SCHEMA),
        ("shared/models.rs", "mod deep;"),
        ("shared/models/deep.rs", ARTICLE),
        ("src/inline/x.rs", ""),
    ]);
    assert_eq!(project.found(&["src"]), (vec![FOUND.to_owned()], none()));
    // The table is found through `mod schema;` too.
    assert_eq!(project.found(&["src/main.rs"]), (vec![FOUND.to_owned()], none()));
}

#[test]
fn modules_that_cannot_be_found_are_skipped() {
    let main = "#[path = \"../gone.rs\"]\nmod gone;\n\nmod generated;\n";
    let project = Project::new(&[("src/main.rs", main)]);
    let skipped = [
        "src/main.rs:2: module `gone` has `#[path = \"../gone.rs\"]`, and there is no such file",
        "src/main.rs:4: module `generated` has neither a file generated.rs nor generated/mod.rs",
    ];
    assert_eq!(project.found(&["src"]), (none(), skipped.map(str::to_owned).to_vec()));
}

#[test]
fn what_macros_make_is_skipped() {
    let main = "diesel::joinable!(a -> b (c));
macro_rules! models { ($name:ident) => {} }
models!(Article);
include!(concat!(env!(\"OUT_DIR\"), \"/models.rs\"));
fn function() {
    println!(\"Concurrent\");
    models! { #[derive(Concurrent)] struct Article; }
}
other::table! { whatever }
";
    let skipped = [
        "src/main.rs:3: what the macro `models!` makes is not read; write models and tables out",
        "src/main.rs:4: what `include!` brings in is not read; name that file with --source",
        "src/main.rs:7: what the macro `models!` makes is not read; write models and tables out",
        "src/main.rs:9: what the macro `table!` makes is not read; write models and tables out",
    ];
    let project = Project::new(&[("src/main.rs", main)]);
    assert_eq!(project.found(&["src"]), (none(), skipped.map(str::to_owned).to_vec()));
}

#[test]
fn macros_of_tests_are_not_worth_a_word() {
    let project = Project::new(&[("src/main.rs", "#[cfg(test)]\nmod tests { proptest! { #[test] fn holds() {} } }")]);
    assert_eq!(project.found(&["src"]), (none(), none()));
}

#[test]
fn renamed_imports_are_skipped() {
    let main = format!(
        "use concurrency_diesel::{{Concurrent as Guarded, TriggerVersionField as Bump, prelude::*}};
use concurrency_diesel::Concurrent as _;
use schema::articles as stories;
type Count = concurrency_diesel::TriggerVersionField;
{}",
        ARTICLE.replace("struct", "#[diesel(table_name = stories)]\nstruct")
    );
    let project = Project::new(&[("src/main.rs", &main), ("src/schema.rs", SCHEMA)]);
    let skipped = [
        "src/main.rs:1: `Concurrent` is renamed to `Guarded`, and what uses that name is not read",
        "src/main.rs:1: `TriggerVersionField` is renamed to `Bump`, and what uses that name is not read",
        "src/main.rs:4: `TriggerVersionField` is renamed to `Count`, and what uses that name is not read",
        "src/main.rs:7: the table of struct `Article` is named through `stories`, a renamed import",
    ];
    assert_eq!(project.found(&["src"]), (none(), skipped.map(str::to_owned).to_vec()));
}

#[test]
fn what_is_compiled_under_a_condition_is_skipped() {
    let advice = "to have it read, put it in a file and name that with --source";
    let inline = format!("#[cfg(test)]\nmod tests {{\n{ARTICLE}{SCHEMA}}}");
    let project = Project::new(&[("src/schema.rs", SCHEMA), ("src/main.rs", &inline)]);
    let skipped = [
        format!("src/main.rs:4: struct `Article` is compiled only under `#[cfg(test)]` (src/main.rs:1); {advice}"),
        format!("src/main.rs:9: table `articles` is compiled only under `#[cfg(test)]` (src/main.rs:1); {advice}"),
    ];
    assert_eq!(project.found(&["src"]), (none(), skipped.to_vec()));

    let main = "#[cfg(feature = \"blog\")]\nmod blog;";
    let project = Project::new(&[
        ("src/schema.rs", SCHEMA),
        ("src/main.rs", main),
        ("src/blog/mod.rs", "mod models;"),
        ("src/blog/models.rs", ARTICLE),
    ]);
    let condition = "`#[cfg(feature = \"blog\")]` (src/main.rs:1)";
    let skipped = format!("src/blog/models.rs:2: struct `Article` is compiled only under {condition}; {advice}");
    assert_eq!(project.found(&["src"]), (none(), vec![skipped]));
    assert_eq!(project.found(&["src", "src/blog/models.rs"]), (vec![FOUND.to_owned()], none()));
}

#[test]
fn a_file_with_a_way_that_has_no_condition_is_read() {
    let project = Project::new(&[
        ("src/schema.rs", SCHEMA),
        ("src/lib.rs", "#[cfg(unix)] #[path = \"a.rs\"] mod a;\n#[path = \"a.rs\"] mod b;"),
        ("src/a.rs", ARTICLE),
    ]);
    assert_eq!(project.found(&["src"]), (vec![FOUND.to_owned()], none()));
}

#[test]
fn modules_that_declare_one_another_end() {
    let project = Project::new(&[
        ("src/schema.rs", SCHEMA),
        ("src/a.rs", "#[path = \"b.rs\"] mod b;"),
        ("src/b.rs", &format!("#[path = \"a.rs\"] mod a;\n{ARTICLE}")),
    ]);
    assert_eq!(project.found(&["src"]), (vec![FOUND.to_owned()], none()));
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let project = Project::new(&[
        ("src/schema.rs", "diesel::table! {\n    articles (id) {\n        id BigInt,\n    }\n}"),
        ("src/a.rs", "fn function( {"),
        (
            "src/b.rs",
            "#[derive(Concurrent)]\n#[diesel(table_name = 5)]\nstruct B { #[concurrent(version = TriggerVersionField)] v: i64 }",
        ),
    ]);
    fs::write(project.path("src/c.rs"), b"// \xff").unwrap();
    let mut mistakes = project.mistakes(&["src", "gone"]);
    mistakes.sort();
    // What is wrong in the second is said in syn's words.
    let second = mistakes.remove(1);
    assert!(second.starts_with("src/a.rs:1: "), "{second}");
    let others = [
        "gone: cannot be read: No such file or directory (os error 2); name the sources with --source, the tables with --schema",
        "src/b.rs:2: expected identifier",
        "src/c.rs: cannot be read: stream did not contain valid UTF-8",
        "src/schema.rs:3: expected `->`",
    ];
    assert_eq!(mistakes, others);
}

#[test]
fn a_model_without_its_table_is_a_mistake() {
    let project = Project::new(&[("src/main.rs", ARTICLE)]);
    assert_eq!(
        project.mistakes(&["src"]),
        [
            "src/main.rs:2: no `table!` declares the table `articles` of struct `Article`; name the file that does with --schema or --source"
        ]
    );
}

#[test]
fn a_version_column_that_is_missing_or_cannot_count_is_a_mistake() {
    for (column, message) in [
        (
            "version -> Nullable<Text>",
            "the version column `version` of struct `Article` is Text (src/schema.rs:1); a trigger counts, make it an integer",
        ),
        ("revision -> BigInt", "the table of struct `Article` (src/schema.rs:1) has no column `version`"),
    ] {
        let schema = SCHEMA.replace("version -> BigInt", column);
        let project = Project::new(&[("src/main.rs", ARTICLE), ("src/schema.rs", &schema)]);
        assert_eq!(project.mistakes(&["src"]), [format!("src/main.rs:2: {message}")]);
    }
}

#[test]
fn names_are_those_of_the_database() {
    let schema = "pub mod shop { diesel::table! { shop.wares (shop, r#type) {
        shop -> Text, #[sql_name = \"the type\"] r#type -> Text, #[sql_name = \"Version\"] version -> BigInt,
    } } }";
    let main = "#[derive(Concurrent)]
#[diesel(table_name = crate::schema::shop::wares, primary_key(shop, r#type))]
struct Ware { shop: String, r#type: String, #[diesel(column_name = version)] #[concurrent(version = TriggerVersionField)] v: i64 }";
    let project = Project::new(&[("src/main.rs", main), ("src/schema.rs", schema)]);
    assert_eq!(project.found(&["src"]).0, ["Ware shop.wares(shop, the type) Version"]);
}

#[test]
fn tables_of_one_name_are_told_apart_by_the_path_of_the_model() {
    let two = "pub mod one { diesel::table! { one.articles (id) { id -> BigInt, version -> BigInt, } } }
pub mod two { diesel::table! { two.articles (id) { id -> BigInt, version -> BigInt, } } }";
    let with_path = |path: &str| ARTICLE.replace("struct", &format!("#[diesel(table_name = {path})]\nstruct"));
    let found = |main: &str| Project::new(&[("src/main.rs", main), ("src/schema.rs", two)]).found(&["src"]).0;
    for (main, table) in [
        (with_path("crate::schema::one::articles"), "one"),
        (with_path("two::articles"), "two"),
        (format!("use crate::schema::two::articles;\n{ARTICLE}"), "two"),
        (format!("use crate::schema::{{one, two::*}};\n{ARTICLE}"), "two"),
        (format!("use crate::schema::{{one::{{self}}}};\n{}", with_path("one::articles")), "one"),
        (format!("{}\n{ARTICLE}", SCHEMA.replace("articles", "three.articles")), "three"),
    ] {
        assert_eq!(found(&main), [format!("Article {table}.articles(id) version")], "{main}");
    }
    let project = Project::new(&[("src/main.rs", ARTICLE), ("src/schema.rs", two)]);
    assert_eq!(
        project.mistakes(&["src"]),
        ["src/main.rs:2: several tables are called `articles` (src/schema.rs:1, src/schema.rs:2); \
          write the whole path in `#[diesel(table_name = …)]` of struct `Article`"]
    );
}

#[test]
fn a_table_is_found_by_its_name_in_sql() {
    let project =
        Project::new(&[("src/schema.rs", "table! { shop.wares (id) { #[sql_name = \"ID\"] id -> BigInt, } }")]);
    let source = read(&[], Some(&project.path("src/schema.rs"))).unwrap();
    assert_eq!(source.tables.find("shop.wares").unwrap().sql_key(), ["ID"]);
    assert!(source.tables.find("wares").is_none());
    assert!(read(&[], Some(Path::new("/gone/schema.rs"))).is_err());
}
