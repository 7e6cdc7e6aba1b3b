//! Columns and keys of every shape in one batch.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::{files, orders, profiles, settings, stock};
use super::super::statements::Log;
use super::statements::statements;
use crate::engine::{BULK, Database, TestConnection};

fn empty() -> (Database, TestConnection) {
    let database = Database::new();
    let connection = database.connect();
    (database, connection)
}

/// Saves a batch, which must take the statements of a batch with any key. Otherwise a batch that went record by record
/// would not be noticed.
#[track_caller]
fn save<T>(records: &mut [T], conn: &mut TestConnection)
where
    T: crate::library::ConcurrentOn<<TestConnection as Connection>::Backend>,
{
    let log = Log::attach(conn);
    records.save_all_concurrent(conn).unwrap();
    let sent = statements(&log);
    assert_eq!(sent.len(), BULK.saves_of_other_keys(records.len()), "{sent:#?}");
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = stock, primary_key(shop, item))]
struct Stock {
    shop: String,
    item: i32,
    amount: i32,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn composite_keys_find_their_rows() {
    let (_database, conn) = &mut empty();
    let shops = ["", "north", "south ", "née"];
    let all = |conn: &mut TestConnection| -> Vec<Stock> {
        stock::table.order((stock::shop, stock::item)).select(Stock::as_select()).load(conn).unwrap()
    };
    for shop in shops {
        let rows: Vec<_> = (-2..30).map(|item| Stock { shop: shop.to_owned(), item, amount: 0, version: 1 }).collect();
        diesel::insert_into(stock::table).values(rows).execute(conn).unwrap();
    }
    let mut records = all(conn);
    for (record, amount) in records.iter_mut().zip(1..) {
        record.amount = amount;
    }
    save(&mut records, conn);
    assert_eq!(all(conn), records);

    let mut theirs = records[40].clone();
    theirs.save_concurrent(conn).unwrap();
    let refused = records.save_each_concurrent(conn).unwrap();
    assert_eq!(refused.len(), 1);
    let name = format!("shop {:?}, item {}", theirs.shop, theirs.item);
    assert!(refused[0].to_string().contains(&name), "{}", refused[0]);
    assert_eq!(refused[0].index, 40);
}

#[test]
fn binary_keys_and_values_arrive_byte_by_byte() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = files, primary_key(digest))]
    struct File {
        digest: Vec<u8>,
        content: Option<Vec<u8>>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut empty();
    let all = |conn: &mut TestConnection| -> Vec<File> {
        files::table.order(files::digest).select(File::as_select()).load(conn).unwrap()
    };
    let rows: Vec<_> = (0..=255).map(|byte| File { digest: vec![byte, 0, 255], content: None, version: 1 }).collect();
    diesel::insert_into(files::table).values(rows).execute(conn).unwrap();
    let mut records = all(conn);
    for (record, byte) in records.iter_mut().zip(0_u8..=255) {
        record.content = (byte % 5 != 0).then(|| vec![255 - byte, b'\'', 0, byte, b'\\']);
    }
    save(&mut records, conn);
    assert_eq!(all(conn), records);
    records.delete_all_concurrent(conn).unwrap();
    assert_eq!(all(conn), []);
}

#[test]
fn text_keys_and_names_that_must_be_quoted_are_written() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = settings, primary_key(name))]
    struct Setting {
        name: String,
        value: String,
        #[concurrent(version)]
        version: i64,
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = orders)]
    struct Order {
        id: i64,
        kind: String,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut empty();
    for name in ["", "it's", "\"a\"", "née?$1", "10", "9", "{NULL,\"b\"}", "NULL"] {
        let row = Setting { name: name.to_owned(), value: "first".to_owned(), version: 1 };
        diesel::insert_into(settings::table).values(row).execute(conn).unwrap();
    }
    let mut records: Vec<Setting> = settings::table.select(Setting::as_select()).load(conn).unwrap();
    records.iter_mut().for_each(|record| record.value.clone_from(&record.name));
    save(&mut records, conn);
    for record in &records {
        let row: Setting = settings::table.find(&record.name).select(Setting::as_select()).first(conn).unwrap();
        assert_eq!((&row, row.version), (record, 2));
    }

    let rows: Vec<_> = [i64::MIN, -1, 0, 9_007_199_254_740_992, 9_007_199_254_740_993, i64::MAX]
        .map(|id| Order { id, kind: "first".to_owned(), version: 1 })
        .to_vec();
    diesel::insert_into(orders::table).values(rows).execute(conn).unwrap();
    let mut records: Vec<Order> = orders::table.order(orders::id).select(Order::as_select()).load(conn).unwrap();
    records.iter_mut().for_each(|record| record.kind = format!("kind of {}", record.id));
    save(&mut records, conn);
    let rows: Vec<Order> = orders::table.order(orders::id).select(Order::as_select()).load(conn).unwrap();
    assert_eq!(rows, records);
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = profiles)]
struct Row {
    id: i64,
    name: String,
    created_by: String,
    r#type: String,
    note: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    street: Option<String>,
    city: Option<String>,
    country: Option<String>,
    version: i64,
}

fn with_profiles() -> (Database, TestConnection) {
    let (database, mut connection) = empty();
    let rows: Vec<_> = (1..=6).map(profile).collect();
    diesel::insert_into(profiles::table).values(rows).execute(&mut connection).unwrap();
    (database, connection)
}

fn profile(id: i64) -> Row {
    let some = |column: &str| Some(format!("{column} {id}"));
    Row {
        id,
        name: format!("name {id}"),
        created_by: "them".to_owned(),
        r#type: "person".to_owned(),
        note: some("note"),
        email: some("email"),
        phone: some("phone"),
        street: some("street"),
        city: some("city"),
        country: None,
        version: 1,
    }
}

fn all_profiles(conn: &mut TestConnection) -> Vec<Row> {
    profiles::table.order(profiles::id).select(Row::as_select()).load(conn).unwrap()
}

/// Every record leaves out its own columns.
#[test]
fn each_record_skips_its_own_columns() {
    #[derive(Debug, Clone, PartialEq, Concurrent)]
    #[diesel(table_name = profiles)]
    #[diesel(treat_none_as_null = false)]
    struct Patch {
        id: i64,
        name: String,
        email: Option<String>,
        phone: Option<String>,
        #[diesel(treat_none_as_null = true)]
        city: Option<String>,
        country: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profiles();
    let new = |yes: bool, column: &str, id: i64| yes.then(|| format!("new {column} {id}"));
    let mut records: Vec<_> = (1..=6)
        .map(|id| Patch {
            id,
            name: format!("new name {id}"),
            email: new(id % 2 == 0, "email", id),
            phone: new(id % 3 == 0, "phone", id),
            city: new(id % 2 == 1, "city", id),
            country: None,
            version: 1,
        })
        .collect();
    for round in 2..=3 {
        save(&mut records, conn);
        let expected: Vec<_> = records
            .iter()
            .map(|record| {
                let before = profile(record.id);
                Row {
                    name: record.name.clone(),
                    email: record.email.clone().or(before.email.clone()),
                    phone: record.phone.clone().or(before.phone.clone()),
                    city: record.city.clone(),
                    version: round,
                    ..before
                }
            })
            .collect();
        assert_eq!(all_profiles(conn), expected);
    }
}

/// A conditional version advances for the records that change a checked column. A column that is left out is not a
/// change.
#[test]
fn of_a_conditional_batch_only_the_changed_records_advance() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = profiles)]
    #[concurrent(ignore_fields(city))]
    struct Form {
        id: i64,
        name: String,
        #[diesel(treat_none_as_null = false)]
        email: Option<String>,
        street: Option<String>,
        city: Option<String>,
        #[concurrent(version = ConditionalVersionField)]
        version: i64,
    }

    let (_database, conn) = &mut with_profiles();
    let all = |conn: &mut TestConnection| -> Vec<Form> {
        profiles::table.order(profiles::id).select(Form::as_select()).load(conn).unwrap()
    };
    let mut records = all(conn);
    records[0].name = "NAME 1".to_owned();
    records[1].email = None;
    records[2].street = None;
    records[3].city = Some("ignored".to_owned());
    records[4].email = Some("EMAIL 5".to_owned());
    records.save_all_concurrent(conn).unwrap();
    let versions: Vec<_> = records.iter().map(|record| record.version).collect();
    assert_eq!(versions, [2, 1, 2, 1, 2, 1]);
    let rows = all_profiles(conn);
    assert_eq!(rows.iter().map(|row| row.version).collect::<Vec<_>>(), versions);
    assert_eq!(rows[1].email, profile(2).email);
    assert_eq!(rows[3].city.as_deref(), Some("ignored"));
    records.check_all_concurrent(conn).unwrap();
}

/// Embedded structs, converted fields, borrowed fields and fields under other names than their columns.
#[test]
fn embedded_converted_and_borrowed_fields_are_written() {
    #[derive(Debug, Concurrent)]
    #[diesel(table_name = profiles)]
    struct Form<'a> {
        id: i64,
        #[diesel(column_name = name)]
        label: &'a str,
        #[diesel(serialize_as = Loud)]
        r#type: &'a str,
        #[diesel(embed)]
        place: Place<'a>,
        #[diesel(skip_update)]
        #[expect(dead_code, reason = "it is not written, which is the point")]
        created_by: &'a str,
        #[concurrent(version = IntegerVersionField)]
        version: i64,
    }

    #[derive(Debug, ConcurrentColumns)]
    #[diesel(table_name = profiles)]
    struct Place<'a> {
        street: Option<std::borrow::Cow<'a, str>>,
        #[diesel(treat_none_as_null = false)]
        city: Option<&'a str>,
    }

    #[derive(Debug, diesel::expression::AsExpression)]
    #[diesel(sql_type = diesel::sql_types::Text)]
    struct Loud(String);

    impl From<&str> for Loud {
        fn from(text: &str) -> Self {
            Self(text.to_uppercase())
        }
    }

    impl<DB> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for Loud
    where
        DB: diesel::backend::Backend,
        String: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
            self.0.to_sql(out)
        }
    }

    let (_database, conn) = &mut with_profiles();
    let labels: Vec<_> = (1..=6).map(|id| format!("label {id}")).collect();
    let mut records: Vec<_> = (1..)
        .zip(&labels)
        .map(|(id, label)| Form {
            id,
            label,
            r#type: "group",
            place: Place {
                street: (id % 2 == 0).then(|| label.as_str().into()),
                city: (id % 3 == 0).then_some("new city"),
            },
            created_by: "nobody",
            version: 1,
        })
        .collect();
    save(&mut records, conn);
    for (record, row) in records.iter().zip(all_profiles(conn)) {
        let before = profile(record.id);
        let expected = Row {
            name: record.label.to_owned(),
            r#type: "GROUP".to_owned(),
            street: record.place.street.as_deref().map(str::to_owned),
            city: if record.id % 3 == 0 { Some("new city".to_owned()) } else { before.city.clone() },
            version: record.version,
            ..before
        };
        assert_eq!(row, expected);
        assert!(row.version > 1_000_000, "the clock's: {}", row.version);
    }
}

/// A struct of key and version alone: a batch of touches.
#[test]
fn a_struct_without_columns_is_touched() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = profiles)]
    struct Bare {
        id: i64,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profiles();
    let mut records: Vec<Bare> = profiles::table.select(Bare::as_select()).load(conn).unwrap();
    save(&mut records, conn);
    assert_eq!(all_profiles(conn), (1..=6).map(|id| Row { version: 2, ..profile(id) }).collect::<Vec<_>>());
    let stale: &mut [Bare] = &mut [Bare { id: 7, version: 1 }, Bare { id: 2, version: 1 }];
    let Err(BulkError::Conflicts(conflicts)) = stale.save_all_concurrent(conn) else { panic!() };
    super::assert_conflicts(&conflicts, &[(0, "id 7", 1, None), (1, "id 2", 1, Some(2))]);
}
