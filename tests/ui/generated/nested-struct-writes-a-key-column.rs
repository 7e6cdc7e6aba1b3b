use concurrency_diesel::prelude::*;

diesel::table! { stock (shop, item) { shop -> Text, item -> Integer, amount -> Integer, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = stock)]
struct Amounts {
    #[diesel(embed)]
    counted: Counted,
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = stock)]
struct Counted {
    item: i32,
    amount: i32,
}

#[derive(Concurrent)]
#[diesel(table_name = stock)]
#[diesel(primary_key(shop, item))]
struct Stock {
    shop: String,
    item: i32,
    #[diesel(embed)]
    amounts: Amounts,
    #[concurrent(version)]
    version: i64,
}

fn save(stock: &mut Stock, conn: &mut diesel::SqliteConnection) {
    stock.save_concurrent(conn).unwrap();
}

fn main() {
    let save: fn(_, _) = save;
    std::hint::black_box(save);
}
