//! The scanner on whole folders.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

mod paths;

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

    /// The text, with paths relative to the project.
    fn relative(&self, text: &dyn std::fmt::Display) -> String {
        text.to_string().replace(&format!("{}/", self.0.path().display()), "")
    }

    fn read(&self, sources: &[&str]) -> Result<Source, Vec<String>> {
        let sources: Vec<PathBuf> = sources.iter().map(|source| self.path(source)).collect();
        let schema = Some(self.path("src/schema.rs")).filter(|schema| schema.is_file());
        read(Scope { sources: &sources, schema: schema.as_deref(), ..Scope::default() })
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
    // The table is also found through `mod schema;`.
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

/// In the file that renames them they are read. What other files import under the new name is unknown.
#[test]
fn renamed_imports_are_followed_in_their_file() {
    let renamed = "use concurrency_diesel::{Concurrent as Guarded, TriggerVersionField as Bump, prelude::*};
use concurrency_diesel::Concurrent as _;
use schema::articles as stories;
mod schema;
";
    let aliased = ARTICLE
        .replace("Concurrent", "Guarded")
        .replace("TriggerVersionField", "Bump")
        .replace("struct", "#[diesel(table_name = stories)]\nstruct");
    let project = Project::new(&[("src/main.rs", &format!("{renamed}{aliased}")), ("src/schema.rs", SCHEMA)]);
    assert_eq!(project.found(&["src"]), (vec![FOUND.to_owned()], none()));

    let renamed = "pub use concurrency_diesel::TriggerVersionField as Bump;
pub type Count = concurrency_diesel::TriggerVersionField;
use diesel::table as tables;
";
    let project = Project::new(&[("src/main.rs", renamed)]);
    let skipped = [
        "src/main.rs:1: `TriggerVersionField` is renamed to `Bump`, and what uses that name in other files is not read",
        "src/main.rs:2: `TriggerVersionField` is renamed to `Count`, and what uses that name in other files is not read",
        "src/main.rs:3: `table` is renamed to `tables`, and what uses that name is not read",
    ];
    assert_eq!(project.found(&["src"]), (none(), skipped.map(str::to_owned).to_vec()));
}

#[test]
fn what_is_compiled_under_a_condition_is_skipped() {
    let advice = "to have it read, put it in a file and name that with --source, or name the features with --features";
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
    // The mistake in the second file is reported in syn's words.
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
    let source = read(Scope { schema: Some(&project.path("src/schema.rs")), ..Scope::default() }).unwrap();
    assert_eq!(source.tables.find("shop.wares").unwrap().sql_key(), ["ID"]);
    assert!(source.tables.find("wares").is_none());
    assert!(read(Scope { schema: Some(Path::new("/gone/schema.rs")), ..Scope::default() }).is_err());
}

fn with_features(project: &Project, features: &Features) -> Result<Vec<String>, Vec<String>> {
    let (sources, schema) = ([project.path("src")], project.path("src/schema.rs"));
    let scope = Scope { sources: &sources, schema: Some(&schema), features: Some(features), ..Scope::default() };
    let source =
        read(scope).map_err(|mistakes| mistakes.iter().map(|mistake| project.relative(mistake)).collect::<Vec<_>>())?;
    let models = source.models.iter().map(|model| format!("{} {}", model.model, model.full_name()));
    Ok(models.chain(source.skipped.iter().map(|skipped| project.relative(skipped))).collect())
}

#[test]
fn features_that_are_named_decide() {
    let project = Project::new(&[
        ("src/schema.rs", &format!("{SCHEMA}{}", SCHEMA.replace("articles", "posts"))),
        ("src/lib.rs", "mod schema;\n#[cfg(feature = \"full\")] mod models;\n#[cfg(not(feature = \"full\"))] mod other;"),
        (
            "src/models.rs",
            "#[cfg_attr(feature = \"full\", derive(Concurrent), diesel(table_name = posts))]
             struct Article { id: i64, #[cfg_attr(feature = \"full\", concurrent(version = TriggerVersionField))] version: i64 }",
        ),
        ("src/other.rs", ARTICLE),
    ]);
    let these = |feature: &str| Features::These(vec![feature.to_owned()]);
    assert_eq!(with_features(&project, &these("full")), Ok(vec!["Article posts".to_owned()]));
    assert_eq!(with_features(&project, &Features::All), Ok(vec!["Article posts".to_owned()]));
    assert_eq!(with_features(&project, &these("none")), Ok(vec!["Article articles".to_owned()]));
    let mistakes = with_features(&project, &Features::Unknown).unwrap_err();
    assert_eq!(
        mistakes,
        [
            "src/models.rs:2: struct `Article` is a model only under `cfg_attr`; name the features with --features, or write its attributes out"
        ]
    );
}

/// The crate's `mod` lines lead to the program. A file beside it is reported if it has a model, and stops nothing.
#[test]
fn files_that_are_no_part_of_the_crate_stop_nothing() {
    let project = Project::new(&[
        ("src/schema.rs", SCHEMA),
        ("src/main.rs", "mod schema; mod models;"),
        ("src/models.rs", ARTICLE),
        ("src/template.rs", "fn {{ name }}() {"),
        ("src/old/models.rs", ARTICLE),
        ("src/.#models.rs", "ada@host.1234"),
        ("src/._models.rs", "\u{0}"),
        ("src/bin/tool.rs", "fn main() {}"),
    ]);
    fs::write(project.path("src/data.rs"), b"// \xff").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("gone", project.path("src/.#lib.rs")).unwrap();
    let skipped = "src/old/models.rs:2: struct `Article` stands in a file that no `mod` line leads to; \
                   if it is a part of the program, name the file with --source";
    assert_eq!(project.found(&["src"]), (vec![FOUND.to_owned()], vec![skipped.to_owned()]));
    assert_eq!(project.found(&["src", "src/old/models.rs"]).0.len(), 2);
    fs::write(project.path("src/main.rs"), "mod schema; mod models; mod data;").unwrap();
    assert_eq!(project.mistakes(&["src"]), ["src/data.rs: cannot be read: stream did not contain valid UTF-8"]);
}

/// Reading a pipe would wait for its writer.
#[test]
#[cfg(unix)]
fn pipes_are_not_read() {
    let project = Project::new(&[("src/schema.rs", SCHEMA), ("src/models.rs", ARTICLE)]);
    let made = std::process::Command::new("mkfifo").arg(project.path("src/pipe.rs")).status().unwrap();
    assert!(made.success());
    assert_eq!(project.found(&["src"]), (vec![FOUND.to_owned()], none()));
    assert_eq!(project.mistakes(&["src", "src/pipe.rs"]), ["src/pipe.rs: cannot be read: it is no regular file"]);
}

#[test]
fn excluded_files_and_folders_are_not_read() {
    let project = Project::new(&[
        ("src/schema.rs", SCHEMA),
        ("src/models.rs", ARTICLE),
        ("src/broken.rs", "fn"),
        ("src/generated/a/b.rs", "fn"),
    ]);
    let (sources, schema) = ([project.path("src")], project.path("src/schema.rs"));
    let excluded = [project.path("src/broken.rs"), project.path("src/generated")];
    let scope = Scope { sources: &sources, schema: Some(&schema), excluded: &excluded, ..Scope::default() };
    assert_eq!(read(scope).unwrap().models.len(), 1);
    assert_eq!(read(Scope { excluded: &excluded[..1], ..scope }).unwrap_err().len(), 1);
    let gone = [project.path("src/gone.rs"), excluded[0].clone(), excluded[1].clone()];
    let mistakes = read(Scope { excluded: &gone, ..scope }).unwrap_err();
    assert_eq!(
        mistakes.iter().map(|mistake| project.relative(mistake)).collect::<Vec<_>>(),
        ["src/gone.rs: is to be excluded, and is not there; correct --exclude"]
    );
}

/// At any depth there is a message, and no stack overflow.
#[test]
fn deep_nesting_is_an_error_or_is_read() {
    let function = |body: &str| format!("{ARTICLE}fn function() {{ let a = {body}; }}\n");
    let repeated = |text: &str, times: usize| text.repeat(times);
    let chain = |parts: usize| format!("{}0", "1 + ".repeat(parts));
    let read = |text: String| Project::new(&[("src/schema.rs", SCHEMA), ("src/models.rs", &text)]).read(&["src"]);
    let sound = [
        function(&format!("{}0{}", repeated("(", 200), repeated(")", 200))),
        function(&chain(4_900)),
        function(&format!("{}0", repeated("-", 9_000))),
        format!("{ARTICLE}{}", repeated("fn function() {} impl A {} #[b] struct C {}", 20_000)),
        function(&format!("if a {{}} {}", repeated("else if b {} ", 2_000))),
    ];
    for text in sound {
        assert_eq!(read(text).unwrap().models.len(), 1);
    }
    let deep = [
        (
            function(&format!("{}0{}", repeated("(", 100_000), repeated(")", 100_000))),
            "is nested in more than 256 brackets",
        ),
        (function(&chain(1_000_000)), "holds an expression of more than 10000 parts"),
        (function(&repeated("&", 200_000)), "holds an expression of more than 10000 parts"),
        (
            function(&format!("if a {{}} {}", repeated("else if b {} ", 100_000))),
            "holds an expression of more than 10000 parts",
        ),
        (
            format!("type A = {}u8{};", repeated("Vec<", 50_000), repeated(">", 50_000)),
            "holds an expression of more than 10000 parts",
        ),
        (repeated("mod a {", 10_000) + &repeated("}", 10_000), "is nested in more than 256 brackets"),
    ];
    for (text, reason) in deep {
        let mistakes = read(text).unwrap_err();
        let expected = format!("{reason}, which is too deep to be read; leave the file out with --exclude");
        assert!(matches!(&mistakes[..], [mistake] if mistake.ends_with(&expected)), "{mistakes:?}");
    }
    let unclosed = read(repeated("(", 100_000)).unwrap_err();
    assert_eq!(unclosed.len(), 1);
}
