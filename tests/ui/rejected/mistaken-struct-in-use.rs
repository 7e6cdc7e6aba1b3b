use concurrency_diesel::prelude::*;
use concurrency_diesel::{ConcurrencyBackend, ConcurrentOn, LoadableOn};
use diesel::connection::LoadConnection;
use diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Texts<'a, T> {
    #[concurrent(checked)]
    title: &'a str,
    #[diesel(skip_update)]
    shown: T,
}

#[derive(Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(chek_fields(title))]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version)]
    version: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Embedding<'a> {
    id: i64,
    #[diesel(embed)]
    texts: Texts<'a, i32>,
    #[concurrent(version)]
    version: i64,
}

fn save<T, C>(record: &mut T, conn: &mut C) -> Result<(), ConcurrencyError>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend> + LoadableOn<C>,
{
    record.save_concurrent(conn)?;
    record.reload_concurrent(conn)
}

fn use_both(
    mut article: Article,
    mut embedding: Embedding<'_>,
    conn: &mut SqliteConnection,
) -> Result<Option<Article>, ConcurrencyError> {
    save(&mut article, conn)?;
    article.save_unchecked(conn)?;
    article.delete_if_exists(conn)?;
    embedding.save_concurrent(conn)?;
    article.at_version(7, conn)
}

fn main() {}
