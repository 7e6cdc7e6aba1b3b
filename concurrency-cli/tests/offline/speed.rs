//! The time for 1,500 models and 18 MB of migrations. It is printed (`--nocapture`) and not asserted, because machines
//! differ.

use std::fmt::Write as _;
use std::time::Instant;

use super::migrations;
use super::project::Project;

#[test]
fn fifteen_hundred_models() {
    let project = Project::new();
    let (mut schema, mut main) = (String::new(), "mod schema;\n".to_owned());
    for number in 0..1500 {
        write!(
            schema,
            "diesel::table! {{\n    table_{number} (id) {{\n        id -> BigInt,\n        title -> Text,\n        \
             body -> Nullable<Text>,\n        author -> Nullable<BigInt>,\n        version -> BigInt,\n    }}\n}}\n\n"
        )
        .unwrap();
        writeln!(main, "mod model_{number};").unwrap();
        let model = format!(
            "use crate::schema::table_{number};\n\n#[derive(Queryable, Selectable, Concurrent)]\n\
             #[diesel(table_name = table_{number})]\npub struct Model{number} {{\n    pub id: i64,\n    pub title: String,\n    \
             pub body: Option<String>,\n    pub author: Option<i64>,\n    #[concurrent(version = TriggerVersionField)]\n    \
             pub version: i64,\n}}\n\nimpl Model{number} {{\n    pub fn shout(&self) -> String {{\n        \
             let words: Vec<String> = self.title.split(' ').map(str::to_uppercase).collect();\n        \
             if words.is_empty() {{ String::new() }} else {{ format!(\"{{}}!\", words.join(\" \")) }}\n    }}\n}}\n"
        );
        project.write(&format!("src/model_{number}.rs"), &model);
    }
    project.write("src/schema.rs", &schema);
    project.write("src/models.rs", "");
    project.write("src/main.rs", &main);
    // Migrations that insert rows, and a schema that grew.
    for number in 0..180 {
        let mut up = format!("CREATE TABLE grown_{number} (id BIGINT PRIMARY KEY, title TEXT NOT NULL);\n");
        for row in 0..1_000 {
            let text = "O''Brien; said 'this'' and that".replace("'this''", "''this''");
            writeln!(up, "INSERT INTO grown_{number} (id, title) VALUES ({row}, '{text}'); -- a row").unwrap();
        }
        project.write(&format!("migrations/2026-02-01-000000-{number:04}_grown/up.sql"), &up);
    }
    for said in [
        "  trigger concurrency_table_1499_version on table_1499\n",
        "nothing to write: the migrations have all 1500 triggers\n",
    ] {
        let start = Instant::now();
        let ran = project.run(&["triggers", "generate", "--engine", "postgres"]);
        println!("1,500 models: {} ms", start.elapsed().as_millis());
        assert!(ran.code == Some(0) && ran.out.contains(said), "{ran:?}");
    }
    assert_eq!(migrations(&project).1.matches("\nCREATE TRIGGER").count(), 1500);
}
