//! An application and a program that does not know versions write to the same table, and no write is lost. It runs on
//! bundled SQLite, in a temporary file.

use std::error::Error;

use concurrency_diesel::prelude::*;
use concurrency_diesel::triggers;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use libsqlite3_sys as _;

diesel::table! {
    products (id) {
        id -> BigInt,
        name -> Text,
        price -> Integer,
        version -> BigInt,
    }
}

#[derive(Debug, Queryable, Selectable, Concurrent)]
#[diesel(table_name = products)]
struct Product {
    id: i64,
    name: String,
    price: i32,
    #[concurrent(version = TriggerVersionField)]
    version: i64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let url = folder.path().join("shop.sqlite").display().to_string();
    let conn = &mut SqliteConnection::establish(&url)?;
    conn.batch_execute(
        "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL, version BIGINT NOT NULL DEFAULT 1);
         INSERT INTO products (id, name, price) VALUES (1, 'tea', 300)",
    )?;
    println!("The application creates its trigger, as a migration would.");
    triggers::create::<Product, _>(conn)?;

    println!("\nIt loads a product, and somebody edits the name.");
    let mut product = load(conn)?;
    product.name = "green tea".to_owned();
    println!("  {product:?}");

    println!("\nMeanwhile a script raises all prices; it knows nothing of versions.");
    raise_prices(&url)?;
    println!("  {:?}", load(conn)?);

    println!("\nThe application saves the product with the old price.");
    match product.save_concurrent(conn) {
        Ok(()) => return Err("the save destroyed the new price".into()),
        Err(error) if error.is_conflict() => println!("  refused: {error}"),
        Err(error) => return Err(error.into()),
    }

    println!("\nIt reloads the product, edits the name again, and saves.");
    product.reload_concurrent(conn)?;
    product.name = "green tea".to_owned();
    product.save_concurrent(conn)?;
    println!("  {:?}", load(conn)?);

    println!("\nWithout the trigger the script would go unnoticed, so a health check asks for it.");
    triggers::drop::<Product, _>(conn)?;
    for problem in triggers::check::<Product, _>(conn)? {
        println!("  {problem}");
    }
    Ok(())
}

fn load(conn: &mut SqliteConnection) -> QueryResult<Product> {
    products::table.find(1).select(Product::as_select()).first(conn)
}

/// Another program, with its own connection and plain SQL.
fn raise_prices(url: &str) -> Result<(), Box<dyn Error>> {
    let conn = &mut SqliteConnection::establish(url)?;
    conn.batch_execute("UPDATE products SET price = price + 50")?;
    Ok(())
}
