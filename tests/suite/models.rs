//! The tables of `migrations/`, and the records that most tests use.

use crate::library::prelude::*;
use diesel::prelude::*;

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        body -> Nullable<Text>,
        views -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    authors (id) {
        id -> BigInt,
        name -> Text,
        version -> Integer,
    }
}

diesel::table! {
    small_counters (id) {
        id -> BigInt,
        value -> Integer,
        version -> SmallInt,
    }
}

diesel::table! {
    old_notes (id) {
        id -> BigInt,
        text -> Text,
        version -> Nullable<BigInt>,
    }
}

diesel::table! {
    clocks (id) {
        id -> BigInt,
        value -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    stock (shop, item) {
        shop -> Text,
        item -> Integer,
        amount -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    files (digest) {
        digest -> Binary,
        content -> Nullable<Binary>,
        version -> BigInt,
    }
}

diesel::table! {
    #[sql_name = "order"]
    orders (id) {
        #[sql_name = "select"]
        id -> BigInt,
        #[sql_name = "type"]
        kind -> Text,
        #[sql_name = "the version"]
        version -> BigInt,
    }
}

diesel::table! {
    profiles (id) {
        id -> BigInt,
        name -> Text,
        created_by -> Text,
        r#type -> Text,
        #[sql_name = "the note"]
        note -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        street -> Nullable<Text>,
        city -> Nullable<Text>,
        country -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    letters (id) {
        id -> BigInt,
        value -> Integer,
        version -> Text,
    }
}

diesel::table! {
    #[sql_name = "a\"b`c"]
    quotes (key) {
        #[sql_name = "k\"e`y"]
        key -> BigInt,
        #[sql_name = "v\"a`l"]
        value -> Text,
        #[sql_name = "v\"e`r"]
        version -> BigInt,
    }
}

diesel::table! {
    entries (id) {
        id -> BigInt,
        text -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    concurrency_shop.items (id) {
        id -> Text,
        amount -> Integer,
        version -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(articles, authors);

/// An article whose views are counted, and not written over.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
pub struct Counter {
    pub id: i64,
    pub title: String,
    #[concurrent(merge = "sum")]
    pub views: i32,
    #[concurrent(version)]
    pub version: i64,
}

/// The ordinary model.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, Concurrent)]
#[diesel(table_name = articles)]
pub struct Article {
    pub id: i64,
    pub title: String,
    pub body: Option<String>,
    pub views: i32,
    #[concurrent(version)]
    pub version: i64,
}

/// A second model; its name is unique and never empty.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = authors)]
pub struct Author {
    pub id: i64,
    pub name: String,
    #[concurrent(version)]
    pub version: i32,
}

/// A model whose version every program moves: its table has the trigger.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = entries)]
pub struct Entry {
    pub id: i64,
    pub text: String,
    #[concurrent(version = TriggerVersionField)]
    pub version: i64,
}
