//! Every kind of column under tracking: embedded, foreign, converted, skipped, never written, nullable.

use crate::library::Tracked;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::written;
use crate::engine::{Database, TestConnection};
use crate::suite::models::profiles;
use crate::suite::statements::Log;

mod foreign {
    use diesel::prelude::*;

    use crate::suite::models::profiles;

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
    #[diesel(table_name = profiles)]
    pub struct Address {
        pub street: Option<String>,
        pub city: Option<String>,
    }
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = profiles)]
#[concurrent(remote = foreign::Address)]
struct AddressColumns {
    street: Option<String>,
    city: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, ConcurrentColumns)]
#[diesel(table_name = profiles)]
struct Reach {
    email: Option<String>,
    #[diesel(embed)]
    #[concurrent(remote = AddressColumns)]
    address: foreign::Address,
}

#[derive(Debug, Clone, PartialEq)]
struct Shout(String);

impl From<Shout> for String {
    fn from(shout: Shout) -> Self {
        shout.0.to_uppercase()
    }
}

impl From<String> for Shout {
    fn from(text: String) -> Self {
        Self(text)
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = profiles)]
struct Person {
    id: i64,
    name: String,
    #[diesel(skip_update)]
    created_by: String,
    #[diesel(serialize_as = String, deserialize_as = String)]
    r#type: Shout,
    #[diesel(treat_none_as_null = false)]
    note: Option<String>,
    #[diesel(embed)]
    reach: Reach,
    #[diesel(column_name = country)]
    land: Option<String>,
    #[concurrent(version)]
    version: i64,
}

fn with_person() -> (Database, TestConnection, Tracked<Person>) {
    let database = Database::new();
    let mut conn = database.connect();
    let row = (
        profiles::id.eq(1),
        profiles::name.eq("Ada"),
        profiles::created_by.eq("admin"),
        profiles::r#type.eq("person"),
        profiles::note.eq("note"),
        profiles::version.eq(1_i64),
    );
    diesel::insert_into(profiles::table).values(row).execute(&mut conn).unwrap();
    let person = load(&mut conn);
    (database, conn, person)
}

fn load(conn: &mut TestConnection) -> Tracked<Person> {
    profiles::table.find(1).select(Tracked::<Person>::as_select()).first(conn).unwrap()
}

#[test]
fn each_kind_of_field_is_written_where_it_changed() {
    let (_database, conn, mut person) = with_person();
    let conn = &mut { conn };
    let log = Log::attach(conn);

    person.reach.address.city = Some("London".to_owned());
    person.land = Some("England".to_owned());
    assert_eq!(person.changed_fields(), ["city", "land"]);
    person.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "city", "country"]);

    person.r#type = Shout("loud".to_owned());
    person.reach.email = Some("a@b.c".to_owned());
    assert_eq!(person.changed_fields(), ["type", "email"]);
    person.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "type", "email"]);
    assert_eq!(load(conn).r#type, Shout("LOUD".to_owned()));

    person.land = None;
    person.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "country"]);
    let row = load(conn);
    assert_eq!((row.land.as_deref(), row.reach.address.city.as_deref()), (None, Some("London")));
}

#[test]
fn what_a_save_never_writes_is_no_change() {
    let (_database, conn, mut person) = with_person();
    let conn = &mut { conn };
    let log = Log::attach(conn);
    person.created_by = "somebody".to_owned();
    person.note = None;
    assert_eq!(person.changed_fields(), [""; 0]);
    person.save_concurrent(conn).unwrap();
    assert_eq!(log.take_sent(), [""; 0]);
    assert_eq!(person.diff(person.base()), ["note"]);

    person.note = Some("new".to_owned());
    person.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "the note"]);
    assert_eq!(load(conn).note.as_deref(), Some("new"));
}

/// A `None` that leaves the column as it is also leaves the base as it is, whatever is saved: the base still equals the
/// row.
#[test]
fn a_none_that_skips_its_column_is_undone_by_a_revert() {
    type Save = fn(&mut Tracked<Person>, &mut TestConnection);
    let saves: [(&str, Save); 3] = [
        ("changed", |person, conn| person.save_concurrent(conn).unwrap()),
        ("whole", |person, conn| person.save_without_increment(conn).unwrap()),
        ("unchecked", |person, conn| person.save_unchecked(conn).unwrap()),
    ];
    for (name, save) in saves {
        let (_database, conn, mut person) = with_person();
        let conn = &mut { conn };
        person.note = None;
        person.name = "Augusta".to_owned();
        save(&mut person, conn);
        assert_eq!((person.base().note.as_deref(), person.note.as_deref()), (Some("note"), None), "{name}");
        assert_eq!(load(conn).note.as_deref(), Some("note"), "{name}");
        person.revert();
        assert_eq!((person.note.as_deref(), person.name.as_str()), (Some("note"), "Augusta"), "{name}");

        // This base distinguishes another writer's note from the record's own.
        let mut theirs = load(conn);
        theirs.land = Some("England".to_owned());
        theirs.save_concurrent(conn).unwrap();
        person.note = Some("new".to_owned());
        person.save_merging(conn).unwrap();
        assert_eq!(load(conn), person, "{name}");
    }
}

#[test]
fn embedded_and_foreign_fields_are_merged() {
    let (_database, conn, mut a) = with_person();
    let conn = &mut { conn };
    let mut b = a.clone();
    a.reach.address.city = Some("London".to_owned());
    a.save_concurrent(conn).unwrap();
    b.reach.address.street = Some("Downing Street".to_owned());
    b.note = None;
    b.save_merging(conn).unwrap();
    let row = load(conn);
    assert_eq!(row, b);
    assert_eq!(
        row.reach.address,
        foreign::Address { street: Some("Downing Street".to_owned()), city: Some("London".to_owned()) }
    );
    assert_eq!((row.note.as_deref(), row.version), (Some("note"), 3));
}

/// A record survives a round trip through a session: what changed is still known.
#[test]
fn a_tracked_record_waits_in_a_session() {
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = profiles)]
    struct Form {
        id: i64,
        name: String,
        email: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn, mut person) = with_person();
    let conn = &mut { conn };
    let mut form: Tracked<Form> = profiles::table.find(1).select(Tracked::<Form>::as_select()).first(conn).unwrap();
    form.email = Some("a@b.c".to_owned());
    let session = serde_json::to_string(&form).unwrap();
    assert_eq!(
        session,
        r#"{"record":{"id":1,"name":"Ada","email":"a@b.c","version":1},"base":{"id":1,"name":"Ada","email":null,"version":1},"in_doubt":[]}"#
    );
    person.name = "Augusta".to_owned();
    person.save_concurrent(conn).unwrap();

    // A record that was stored before an update of the program may not say that nothing is in doubt.
    let mut form: Tracked<Form> = serde_json::from_str(&session.replace(r#","in_doubt":[]"#, "")).unwrap();
    assert_eq!(form.changed_fields(), ["email"]);
    assert_modified_then_merged(&mut form, conn);
    assert_eq!(*form, Form { id: 1, name: "Augusta".to_owned(), email: Some("a@b.c".to_owned()), version: 3 });

    fn assert_modified_then_merged(form: &mut Tracked<Form>, conn: &mut TestConnection) {
        super::assert_modified(&form.save_concurrent(conn).unwrap_err(), 1, 2);
        form.save_merging(conn).unwrap();
    }
}
