//! Names of the language, of its prelude and of crates, which here are the user's: the derives mean those of the language.

#![allow(non_camel_case_types, dead_code, unused_macros)]

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        body -> Nullable<Text>,
        views -> Integer,
        version -> BigInt,
    }
}

mod shadowed {
    use super::articles;
    use ::concurrency_diesel::{ConcurrencyError, Concurrent, ConcurrentColumns, ConcurrentDsl, ConditionalVersionField};

    type Text = ::std::string::String;
    type Maybe<T> = ::std::option::Option<T>;
    type Number = ::std::primitive::i32;
    type Long = ::std::primitive::i64;

    pub(super) type bool = ();
    pub(super) type usize = ();
    pub(super) struct str;
    pub(super) struct i64;
    pub(super) struct Option;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) struct Result;
    pub(super) struct String;
    pub(super) struct Vec;
    pub(super) struct Box;
    pub(super) trait Clone {}
    pub(super) trait Into {}
    pub(super) trait From {}
    pub(super) trait Debug {}
    pub(super) trait Sized {}
    pub(super) trait Fn {}
    pub(super) mod std {}
    pub(super) mod core {}
    pub(super) mod alloc {}
    pub(super) mod diesel {}
    pub(super) mod concurrency_diesel {}
    macro_rules! format_args {
        () => {};
    }
    macro_rules! panic {
        () => {};
    }

    #[derive(ConcurrentColumns)]
    #[diesel(table_name = articles)]
    pub(super) struct Key {
        id: Long,
    }

    pub(super) mod other {
        pub(in super::super) struct Texts {
            pub(in super::super) body: super::Maybe<super::Text>,
        }
    }

    #[derive(ConcurrentColumns)]
    #[diesel(table_name = articles)]
    #[concurrent(remote = other::Texts)]
    pub(super) struct TextsColumns {
        body: Maybe<Text>,
    }

    pub(super) struct Title(Text);

    impl ::std::clone::Clone for Title {
        fn clone(&self) -> Self {
            Self(::std::clone::Clone::clone(&self.0))
        }
    }

    impl ::std::convert::From<Title> for Text {
        fn from(title: Title) -> Self {
            title.0
        }
    }

    #[derive(Concurrent)]
    #[diesel(table_name = articles)]
    #[concurrent(ignore_fields(views))]
    pub(super) struct Article {
        #[diesel(embed)]
        #[concurrent(key)]
        key: Key,
        #[diesel(serialize_as = Text)]
        title: Title,
        #[diesel(embed)]
        #[concurrent(remote = TextsColumns)]
        texts: other::Texts,
        #[concurrent(merge = "sum")]
        views: Number,
        #[concurrent(version = ConditionalVersionField)]
        version: Long,
    }

    #[derive(Concurrent)]
    #[diesel(table_name = articles)]
    #[diesel(treat_none_as_null = false)]
    #[concurrent(trigger_name = "bump")]
    pub(super) struct Form {
        id: Long,
        #[diesel(serialize_as = Text)]
        title: ::std::option::Option<Title>,
        body: ::std::option::Option<Text>,
        #[concurrent(version = ::concurrency_diesel::TriggerVersionField)]
        version: Long,
    }

    pub(super) fn save(
        article: &mut Article,
        form: &mut Form,
        conn: &mut ::diesel::SqliteConnection,
    ) -> ::std::result::Result<(), ConcurrencyError> {
        article.save_concurrent(conn)?;
        form.save_concurrent(conn)
    }
}

fn main() {}
