//! Writes a table of 128 columns, its struct, and the SQL that creates it, which no one wants to read.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The columns beside the key and the version: with these two as many as Diesel allows.
const OTHER_COLUMNS: usize = 126;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let names: Vec<String> = (1..=OTHER_COLUMNS).map(|number| format!("column_{number}")).collect();
    let each = |write: fn(&str) -> String| names.iter().map(|name| write(name)).collect::<String>();
    let source = format!(
        r#"
        diesel::table! {{ wide {{ id -> BigInt, {columns} version -> BigInt, }} }}

        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Concurrent)]
        #[diesel(table_name = wide)]
        struct Wide {{
            id: i64,
            {fields}
            #[concurrent(version)]
            version: i64,
        }}

        const CREATE: &str = "CREATE TABLE wide (id INTEGER PRIMARY KEY, {definitions} version INTEGER NOT NULL DEFAULT 1)";
        "#,
        columns = each(|name| format!("{name} -> Integer,")),
        fields = each(|name| format!("{name}: i32,")),
        definitions = each(|name| format!("{name} INTEGER NOT NULL DEFAULT 0,")),
    );
    fs::write(Path::new(&env::var("OUT_DIR")?).join("wide.rs"), source)?;
    Ok(())
}
