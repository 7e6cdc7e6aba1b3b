//! The statements of tracked saves are prepared once for each set of columns, up to a limit.

use crate::library::Tracked;
use crate::library::prelude::*;
use diesel::prelude::*;

use crate::engine::Database;
use crate::suite::models::profiles;
use crate::suite::statements::Log;

/// How many sets of columns of one struct are kept prepared.
const KEPT: usize = 32;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = profiles)]
struct Wide {
    id: i64,
    name: String,
    note: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    street: Option<String>,
    city: Option<String>,
    country: Option<String>,
    #[concurrent(version)]
    version: i64,
}

/// One test, because the sets are counted for the whole process.
#[test]
fn the_first_sets_of_columns_are_kept_prepared_and_no_more() {
    let database = Database::new();
    let conn = &mut database.connect();
    let row = (
        profiles::id.eq(1),
        profiles::name.eq("Ada"),
        profiles::created_by.eq("admin"),
        profiles::r#type.eq("person"),
        profiles::version.eq(1_i64),
    );
    diesel::insert_into(profiles::table).values(row).execute(conn).unwrap();
    let mut wide: Tracked<Wide> = profiles::table.find(1).select(Tracked::<Wide>::as_select()).first(conn).unwrap();
    let log = Log::attach(conn);
    // Twice each of the 63 sets of six columns.
    for round in 0..2 {
        for set in 1_u32..64 {
            let value = Some(format!("{round} {set}"));
            let Wide { note, email, phone, street, city, country, .. } = &mut *wide;
            for (bit, column) in [note, email, phone, street, city, country].into_iter().enumerate() {
                if set & (1 << bit) != 0 {
                    column.clone_from(&value);
                }
            }
            wide.save_concurrent(conn).unwrap();
        }
        let prepared = log.take_prepared().into_iter().filter(|text| text.starts_with("UPDATE ")).count();
        assert_eq!(prepared, if round == 0 { KEPT } else { 0 });
    }
    assert_eq!(wide.version, 127);
    let row: Wide = profiles::table.find(1).select(Wide::as_select()).first(conn).unwrap();
    assert_eq!(row, *wide);
}
