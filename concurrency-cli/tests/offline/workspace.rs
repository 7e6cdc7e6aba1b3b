//! A workspace shaped as large applications are: several crates with a schema file each, derives under `cfg_attr`, newtypes, enums,
//! aliases, tests beside the models.

use super::migrations;
use super::project::Project;

const FULL: &str = "#[cfg_attr(feature = \"full\", derive(Queryable, Selectable, Identifiable, Concurrent))]";
const VERSION: &str = "#[cfg_attr(feature = \"full\", concurrent(version = TriggerVersionField))]\n  pub version: i64,";

const SCHEMA_OF_DATA: &str = "// @generated automatically by Diesel CLI.

pub mod sql_types {
  #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
  #[diesel(postgres_type(name = \"listing_type_enum\"))]
  pub struct ListingTypeEnum;

  #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
  #[diesel(postgres_type(name = \"ltree\"))]
  pub struct Ltree;
}

diesel::table! {
  use diesel::sql_types::*;
  use super::sql_types::ListingTypeEnum;

  person (id) {
    id -> Int4,
    #[max_length = 255]
    name -> Varchar,
    default_listing_type -> ListingTypeEnum,
    published -> Timestamptz,
    version -> Int8,
  }
}

diesel::table! {
  post (id) {
    id -> Int4,
    creator_id -> Int4,
    name -> Varchar,
    #[sql_name = \"type\"]
    type_ -> Nullable<Text>,
    #[sql_name = \"row version\"]
    row_version -> Int8,
  }
}

diesel::table! {
  use diesel::sql_types::*;
  use super::sql_types::Ltree;

  comment (id) { id -> Int4, post_id -> Int4, path -> Ltree, version -> Int8, }
}

diesel::table! {
  post_actions (person_id, post_id) {
    post_id -> Int4,
    person_id -> Int4,
    read_at -> Nullable<Timestamptz>,
    version -> Int8,
  }
}

diesel::joinable!(post -> person (creator_id));
diesel::joinable!(comment -> post (post_id));
diesel::allow_tables_to_appear_in_same_query!(person, post, comment, post_actions,);
";

const SCHEMA_OF_FEDERATION: &str = "diesel::table! {
  federation.instance (id) { id -> Int4, domain -> Varchar, version -> Int8, }
}
diesel::table! {
  federation.post (ap_id) { ap_id -> Text, body -> Jsonb, version -> Int8, }
}
diesel::allow_tables_to_appear_in_same_query!(instance, post,);
";

fn workspace() -> Project {
    let project = Project::new();
    std::fs::remove_dir_all(project.path("src")).unwrap();
    project.write("diesel.toml", "[migrations_directory]\ndir = \"migrations\"\n");
    let write = |file: &str, text: String| project.write(&format!("crates/{file}"), &text);
    write("data_file/src/lib.rs", "#[cfg(feature = \"full\")]\npub mod schema;\npub mod enums;\n".to_owned());
    write("data_file/src/schema.rs", SCHEMA_OF_DATA.to_owned());
    write(
        "data_file/src/enums.rs",
        "#[cfg(feature = \"full\")]\nuse diesel_derive_enum::DbEnum;
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = \"full\", derive(DbEnum), ExistingTypePath = \"crate::schema::sql_types::ListingTypeEnum\")]
pub enum ListingType { All, #[default] Local, Subscribed }
"
        .to_owned(),
    );
    write(
        "data/src/lib.rs",
        "#[cfg(feature = \"full\")]\n#[macro_use]\nextern crate diesel;
#[cfg(feature = \"full\")]\npub mod impls;
pub mod newtypes;\npub mod source;
#[cfg(feature = \"full\")]\npub mod aliases {
  use data_file::schema::person;
  diesel::alias!(person as person1: Person1, person as person2: Person2);
}
"
        .to_owned(),
    );
    write(
        "data/src/newtypes.rs",
        "#[derive(Debug, Copy, Clone)]
#[cfg_attr(feature = \"full\", derive(DieselNewType))]
#[cfg_attr(feature = \"ts-rs\", derive(ts_rs::TS), ts(optional_fields, export))]
pub struct PostId(pub i32);
"
        .to_owned(),
    );
    write(
        "data/src/source/mod.rs",
        "#[cfg(feature = \"full\")]\nuse diesel::prelude::*;\npub mod comment;\npub mod person;\npub mod post;\n"
            .to_owned(),
    );
    write(
        "data/src/source/person.rs",
        format!(
            "#[cfg(feature = \"full\")]\nuse data_file::schema::person;\nuse data_file::enums::ListingType;
#[skip_serializing_none]
#[derive(Clone, PartialEq, Debug)]
{FULL}
#[cfg_attr(feature = \"full\", diesel(table_name = person))]
#[cfg_attr(feature = \"full\", diesel(check_for_backend(diesel::pg::Pg)))]
pub struct Person {{
  pub id: i32,
  pub name: String,
  #[cfg_attr(feature = \"full\", serde(skip))]
  pub default_listing_type: ListingType,
  {VERSION}
}}

#[derive(Clone, derive_new::new)]
#[cfg_attr(feature = \"full\", derive(Insertable, AsChangeset), diesel(table_name = person))]
pub struct PersonInsertForm {{ pub name: String, #[new(default)] pub version: Option<i64> }}
"
        ),
    );
    write(
        "data/src/source/post.rs",
        format!(
            "#[cfg(feature = \"full\")]\nuse data_file::schema::{{post, post_actions}};
{FULL}
#[cfg_attr(feature = \"full\", diesel(table_name = post, belongs_to(crate::source::person::Person, foreign_key = creator_id)))]
pub struct Post {{
  pub id: crate::newtypes::PostId,
  #[cfg_attr(feature = \"full\", diesel(column_name = type_))]
  pub kind: Option<String>,
  #[cfg_attr(feature = \"full\", diesel(column_name = row_version))]
  #[cfg_attr(feature = \"full\", concurrent(version = TriggerVersionField))]
  pub version: i64,
}}

{FULL}
#[cfg_attr(feature = \"full\", diesel(table_name = post_actions))]
#[cfg_attr(feature = \"full\", diesel(primary_key(person_id, post_id)))]
pub struct PostActions {{ pub post_id: i32, pub person_id: i32, {VERSION} }}
"
        ),
    );
    write(
        "data/src/source/comment.rs",
        format!(
            "#[cfg(feature = \"full\")]\nuse data_file::schema::comment;\n#[cfg(feature = \"full\")]\nuse diesel_ltree::Ltree;
{FULL}
#[cfg_attr(feature = \"full\", diesel(table_name = comment))]
pub struct Comment {{
  pub id: i32,
  #[cfg(feature = \"full\")]\n  pub path: Ltree,
  #[cfg(not(feature = \"full\"))]\n  pub path: String,
  {VERSION}
}}
"
        ),
    );
    write(
        "data/src/impls.rs",
        "impl crate::source::post::Post {
  pub async fn read(pool: &mut DbPool<'_>, id: i32) -> Result<Self, Error> {
    let conn = &mut get_conn(pool).await?;
    post::table.find(id).filter(post::type_.is_null().or(sql::<Bool>(\"true\"))).first(conn).await
  }
}

#[cfg(test)]
mod tests {
  diesel::table! { post (id) { id -> Int4, version -> Int8, } }
  #[derive(Concurrent)]
  #[diesel(table_name = post)]
  struct OfTheTest { id: i32, #[concurrent(version = TriggerVersionField)] version: i64 }
}
"
        .to_owned(),
    );
    write("data/src/old.rs", "struct <<<<<<< HEAD".to_owned());
    write("federation/src/lib.rs", "pub mod models;\nmod schema;\n".to_owned());
    write("federation/src/schema.rs", SCHEMA_OF_FEDERATION.to_owned());
    write(
        "federation/src/models.rs",
        "use crate::schema::{instance, post};
#[derive(Queryable, Concurrent)]
#[diesel(table_name = instance)]
pub struct Instance { pub id: i32, #[concurrent(version = TriggerVersionField)] pub version: i64 }

#[derive(Queryable, Concurrent)]
#[diesel(table_name = crate::schema::post, primary_key(ap_id))]
pub struct RemotePost { pub ap_id: String, #[concurrent(version = TriggerVersionField)] pub version: i64 }
"
        .to_owned(),
    );
    project
}

const GENERATE: [&str; 6] = ["triggers", "generate", "--engine", "postgres", "--source", "crates"];

const ALL: &str = "  trigger concurrency_comment_version on comment
  trigger concurrency_person_version on person
  trigger concurrency_post_row version on post
  trigger concurrency_post_actions_version on post_actions
  trigger concurrency_instance_version on federation.instance
  trigger concurrency_post_version on federation.post
";

#[test]
fn a_workspace_of_several_crates_is_read_with_its_features() {
    for features in [&["--features", "full"][..], &["--features=full,ts-rs"], &["--all-features"]] {
        let project = workspace();
        let ran = project.run(&[&GENERATE[..], features].concat());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
        let (first, rest) = ran.out.split_once('\n').unwrap();
        assert!(first.starts_with("wrote migrations/"), "{first}");
        assert_eq!(rest, format!("{ALL}run it with `diesel migration run`\n"));
        let (_, up, _) = migrations(&project);
        assert!(up.contains("BEFORE UPDATE ON \"federation\".\"post\"") && up.contains("NEW.\"row version\""), "{up}");
        let ran = project.run(&[&GENERATE[..], features].concat());
        ran.expect(0, "nothing to write: the migrations have all 6 triggers\n", "");
    }
}

#[test]
fn a_part_of_a_workspace_can_be_read() {
    let project = workspace();
    let ran = project.run(&[&GENERATE[..], &["--exclude", "crates/data"]].concat());
    assert!(ran.code == Some(0) && ran.out.matches("\n  trigger ").count() == 2, "{ran:?}");
}

/// The tool does not guess which models are compiled.
#[test]
fn a_workspace_without_its_features_is_refused() {
    let project = workspace();
    let before = project.files();
    let ran = project.run(&GENERATE);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    let expected = |place: &str, name: &str| {
        format!(
            "error: crates/data/src/source/{place}: struct `{name}` is a model only under `cfg_attr`; name the features with --features, \
             or write its attributes out\n"
        )
    };
    for (place, name) in
        [("comment.rs:7", "Comment"), ("person.rs:9", "Person"), ("post.rs:5", "Post"), ("post.rs:17", "PostActions")]
    {
        assert!(ran.err.contains(&expected(place, name)), "{}", ran.err);
    }
    assert_eq!(project.files(), before);
}
