//! Many tables at once have the same results as each table alone.

use serde_json::Value;

use super::Blog;
use crate::engine::{ALTER, FOREIGN, NAME};

const TABLES: [&str; 6] = ["articles", "posts", "comments", "Drafts", "letters", "notes"];

fn schema() -> String {
    TABLES.iter().fold(String::new(), |schema, table| {
        schema
            + &format!(
                "diesel::table! {{ #[sql_name = \"{table}\"] {} (id) {{ id -> BigInt, title -> Text, version -> BigInt, }} }}\n",
                table.to_lowercase()
            )
    })
}

fn model(table: &str) -> String {
    format!(
        "#[derive(Concurrent)] #[diesel(table_name = {0})] struct Of{0} \
         {{ id: i64, title: String, #[concurrent(version = TriggerVersionField)] version: i64 }}\n",
        table.to_lowercase()
    )
}

/// The state and the problem of each model's trigger.
fn checked(blog: &Blog, tables: &[&str]) -> Vec<(Value, Value)> {
    blog.write_models(&tables.iter().map(|table| model(table)).collect::<String>());
    let ran = blog.triggers(&["check", "--format", "json"]);
    let check: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    let states = |trigger: &Value| (trigger["state"].clone(), trigger["problem"].clone());
    check["triggers"].as_array().unwrap().iter().map(states).collect()
}

#[test]
fn many_tables_are_looked_at_as_each_alone() {
    let mut blog = Blog::new();
    let quote = crate::engine::QUOTE;
    for table in &TABLES[2..] {
        blog.execute(&format!(
            "CREATE TABLE {quote}{table}{quote} (id BIGINT PRIMARY KEY, title VARCHAR(200) NOT NULL, version BIGINT NOT NULL)"
        ));
    }
    blog.project.write("src/schema.rs", &schema());
    blog.write_models(&TABLES.iter().map(|table| model(table)).collect::<String>());
    let created = blog.triggers(&["create"]);
    assert_eq!((created.code, created.out.lines().count()), (Some(0), 6), "{created:?}");
    blog.triggers(&["create"]).expect(0, "nothing to create: the database has all 6 triggers\n", "");

    let drop = |blog: &mut Blog, table: &str| {
        let on_table = if NAME == "postgres" { format!(" ON {table}") } else { String::new() };
        blog.execute(&format!("DROP TRIGGER concurrency_{table}_version{on_table}"));
    };
    blog.execute(ALTER);
    drop(&mut blog, "posts");
    drop(&mut blog, "comments");
    // Another program's trigger, with the name of ours, on another table.
    let foreign = FOREIGN.replace("concurrency_articles_version", "concurrency_comments_version");
    blog.execute(&foreign.replace("ON articles", "ON letters"));
    let mut sorted = TABLES;
    sorted.sort_unstable();
    let alone: Vec<_> = sorted.iter().flat_map(|table| checked(&blog, &[table])).collect();
    assert_eq!(checked(&blog, &TABLES), alone);
    let elsewhere = if NAME == "postgres" { "missing" } else { "foreign" };
    let states: Vec<&str> = alone.iter().map(|(state, _)| state.as_str().unwrap()).collect();
    assert_eq!(states, ["ok", "altered", elsewhere, "ok", "ok", "missing"]);
}
