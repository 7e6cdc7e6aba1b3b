//! Every way to list records, and that a version never goes to another record than the one it was taken from.

use crate::library::prelude::*;
use crate::library::{Records, transaction_concurrent};
use diesel::backend::Backend;
use diesel::deserialize::FromSql;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::BigInt;

use super::super::fixtures::{article, author, insert_article, insert_author, with_article};
use super::super::models::{Article, articles};
use crate::engine::TestConnection;

/// Articles 1 to `count`, at the versions 10, 20, …
fn with_rows(count: i64, conn: &mut TestConnection) -> Vec<Article> {
    diesel::delete(articles::table).execute(conn).unwrap();
    (1..=count)
        .map(|id| {
            insert_article(id, 10 * id, conn);
            article(id, conn)
        })
        .collect()
}

/// Rolls back what the closure does.
#[track_caller]
fn roll_back<C, R>(conn: &mut C, records: R, f: impl FnOnce(&mut C, &mut R) + Crosses)
where
    C: AnyConnection,
    R: Records<C::Backend, __Memories: Crosses> + Crosses,
{
    let result = transaction_concurrent(conn, records, |conn, records| {
        f(conn, records);
        Err::<(), _>(DieselError::RollbackTransaction)
    });
    assert_eq!(result, Err(DieselError::RollbackTransaction));
}

fn save(record: &mut Article, conn: &mut TestConnection) {
    let before = record.version;
    record.save_concurrent(conn).unwrap();
    assert_eq!(record.version, before + 1);
}

#[test]
fn sequences_of_records_are_restored() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(3, conn);

    let mut vector = rows.clone();
    roll_back(conn, &mut vector, |conn, records| records.iter_mut().for_each(|record| save(record, conn)));
    assert_eq!(vector, rows);
    roll_back(conn, &mut vector[..], |conn, records| records.iter_mut().for_each(|record| save(record, conn)));
    assert_eq!(vector, rows);
    // Only the listed ones.
    roll_back(conn, &mut vector[1..], |conn, records| records.iter_mut().for_each(|record| save(record, conn)));
    assert_eq!(vector, rows);
    roll_back(conn, vector.iter_mut().collect::<Vec<_>>(), |conn, records| {
        records.iter_mut().for_each(|record| save(record, conn));
    });
    assert_eq!(vector, rows);

    let mut array: [Article; 3] = rows.clone().try_into().unwrap();
    roll_back(conn, &mut array, |conn, records| records.iter_mut().for_each(|record| save(record, conn)));
    assert_eq!(array[..], rows);
    roll_back(conn, array.each_mut(), |conn, records| records.iter_mut().for_each(|record| save(record, conn)));
    assert_eq!(array[..], rows);

    let mut option = Some(rows[0].clone());
    roll_back(conn, &mut option, |conn, record| save(record.as_mut().unwrap(), conn));
    assert_eq!(option.as_ref(), Some(&rows[0]));
    roll_back(conn, option.as_mut(), |conn, record| save(record.as_mut().unwrap(), conn));
    assert_eq!(option.as_ref(), Some(&rows[0]));
    roll_back(conn, &mut None::<Article>, |_, record| assert!(record.is_none()));
    roll_back(conn, Vec::<&mut Article>::new(), |_, records| assert!(records.is_empty()));
    roll_back(conn, (), |_, ()| ());
}

#[test]
fn tuples_of_up_to_twelve_lists_are_restored() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(13, conn);
    let mut records = rows.clone();
    let [a, b, c, d, e, f, g, h, i, j, k, rest @ ..] = &mut records[..] else { unreachable!() };
    roll_back(conn, (a, b, c, d, e, f, g, h, i, j, k, rest), |conn, (a, b, c, d, e, f, g, h, i, j, k, rest)| {
        for record in [a, b, c, d, e, f, g, h, i, j, k] {
            save(record, conn);
        }
        rest.iter_mut().for_each(|record| save(record, conn));
    });
    assert_eq!(records, rows);

    let author_row = insert_author(1, "Ada", conn);
    let mut author_record = author_row.clone();
    let [a, b, rest @ ..] = &mut records[..] else { unreachable!() };
    roll_back(conn, ((a, b), Some(&mut author_record), (rest,)), |conn, ((a, b), author, (rest,))| {
        save(a, conn);
        save(b, conn);
        author.as_mut().unwrap().save_concurrent(conn).unwrap();
        rest.iter_mut().for_each(|record| save(record, conn));
    });
    assert_eq!((records, &author_record), (rows, &author_row));
    assert_eq!(author(1, conn), author_row);
}

#[test]
fn a_list_that_the_closure_sorts_gets_no_versions_swapped() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(4, conn);
    let reversed: Vec<_> = rows.iter().rev().cloned().collect();

    let mut vector = rows.clone();
    roll_back(conn, &mut vector[..], |conn, records| {
        records.iter_mut().for_each(|record| save(record, conn));
        records.reverse();
    });
    assert_eq!(vector, reversed);

    let mut vector = rows.clone();
    roll_back(conn, vector.iter_mut().collect::<Vec<_>>(), |conn, records| {
        records.reverse();
        records.iter_mut().for_each(|record| save(record, conn));
    });
    assert_eq!(vector, rows);
}

#[test]
fn a_list_that_the_closure_shortens_or_lengthens_keeps_what_is_left_of_it_right() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(4, conn);
    let mut vector = rows[..3].to_vec();
    roll_back(conn, &mut vector, |conn, records| {
        records.iter_mut().for_each(|record| save(record, conn));
        records.remove(0);
        records.push(article(4, conn));
        save(records.last_mut().unwrap(), conn);
    });
    // The fourth may be the first under a changed key, so that it gets a version that hides no other writer's save.
    assert_eq!(vector, [rows[1].clone(), rows[2].clone(), Article { version: 10, ..rows[3].clone() }]);

    let mut option = Some(rows[0].clone());
    roll_back(conn, &mut option, |conn, record| save(&mut record.take().unwrap(), conn));
    assert_eq!(option, None);
}

#[test]
fn two_copies_of_one_row_in_a_list_get_each_its_own_version_back() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(1, conn);
    let stale = Article { version: 3, ..rows[0].clone() };
    let mut vector = vec![rows[0].clone(), stale.clone()];
    roll_back(conn, &mut vector, |conn, records| {
        save(&mut records[0], conn);
        records[1].save_unchecked(conn).unwrap();
        assert_eq!([records[0].version, records[1].version], [11, 12]);
    });
    assert_eq!(vector, [rows[0].clone(), stale]);
}

/// The copies move together, and each gets its own, so that the stale one stays stale.
#[test]
fn two_copies_of_one_row_that_move_in_a_list_get_each_its_own_version_back() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(3, conn);
    let stale = Article { version: 3, ..rows[0].clone() };
    let mut vector = vec![rows[0].clone(), stale.clone(), rows[1].clone(), rows[2].clone()];
    roll_back(conn, &mut vector, |conn, records| {
        save(&mut records[0], conn);
        records.rotate_left(2);
    });
    assert_eq!(vector, [rows[1].clone(), rows[2].clone(), rows[0].clone(), stale]);
}

/// It may be the listed record with a changed key, so it gets no newer version than its own.
#[test]
fn another_record_put_into_a_listed_place_never_hides_what_was_saved_after_it_was_loaded() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(2, conn);
    let mut record = rows[0].clone();
    roll_back(conn, &mut record, |conn, record| {
        save(record, conn);
        **record = article(2, conn);
    });
    assert_eq!(record, Article { version: 10, ..rows[1].clone() });
    assert!(record.save_concurrent(conn).unwrap_err().is_conflict());

    let stale = Article { version: 5, ..rows[1].clone() };
    let mut record = rows[0].clone();
    roll_back(conn, &mut record, |_, record| **record = stale.clone());
    assert_eq!(record, stale);
}

#[test]
fn records_that_the_closure_swaps_get_the_versions_of_their_rows() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(3, conn);
    let mut records = rows.clone();
    let [a, rest @ ..] = &mut records[..] else { unreachable!() };
    roll_back(conn, (a, rest), |conn, (a, rest)| {
        save(a, conn);
        rest.iter_mut().for_each(|record| save(record, conn));
        std::mem::swap(*a, &mut rest[1]);
        save(a, conn);
    });
    assert_eq!(records, [rows[2].clone(), rows[1].clone(), rows[0].clone()]);

    let mut author_row = insert_author(1, "Ada", conn);
    let (mut first, mut second) = (rows[0].clone(), rows[1].clone());
    roll_back(conn, (&mut first, &mut author_row, &mut second), |conn, (first, author, second)| {
        std::mem::swap(*first, *second);
        author.save_concurrent(conn).unwrap();
        save(first, conn);
    });
    assert_eq!([&first, &second], [&rows[1], &rows[0]]);
    assert_eq!(author_row, author(1, conn));
}

#[test]
fn a_row_listed_twice_gets_its_version_back_in_both_places() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(2, conn);
    let (mut one, mut vector) = (rows[0].clone(), vec![rows[1].clone(), rows[0].clone()]);
    roll_back(conn, (&mut one, &mut vector), |conn, (one, vector)| {
        save(one, conn);
        vector[1].reload_concurrent(conn).unwrap();
        vector.reverse();
        // One more copy than before.
        vector.push((**one).clone());
    });
    assert_eq!((&one, &vector), (&rows[0], &vec![rows[0].clone(), rows[1].clone(), rows[0].clone()]));
}

#[test]
fn a_key_that_the_closure_changes_does_not_keep_a_version_that_was_rolled_back() {
    let (_database, conn) = &mut with_article();
    let rows = with_rows(2, conn);
    let mut records = rows.clone();
    let [a, b] = &mut records[..] else { unreachable!() };
    roll_back(conn, (a, b), |conn, (a, b)| {
        save(a, conn);
        save(b, conn);
        a.id = 99;
    });
    assert_eq!(records, [Article { id: 99, ..rows[0].clone() }, rows[1].clone()]);
}

/// Whichever other record it is, and wherever it is put.
#[test]
fn a_record_that_is_saved_under_a_changed_key_never_hides_another_writers_save() {
    let (database, conn) = &mut with_article();
    let rows = with_rows(2, conn);
    let other = &mut database.connect();
    let edits: [fn(&mut Vec<Article>); 4] =
        [|_| {}, |records| records.swap(0, 1), |records| drop(records.remove(1)), |records| records.rotate_left(1)];
    // A copy of the row keeps the old key, or another row has it.
    for listed in [[rows[0].clone(), rows[0].clone()], [rows[0].clone(), Article { version: 15, ..rows[1].clone() }]] {
        for edit in edits {
            let mut records = listed.to_vec();
            roll_back(conn, &mut records, |conn, records| {
                // As a key that a collation takes for the same is another spelling of it.
                records[0].id = 2;
                records[0].version = article(2, conn).version;
                save(&mut records[0], conn);
                edit(records);
            });
            let now = article(2, other).version;
            article(2, other).save_concurrent(other).unwrap();
            for record in records.iter_mut().filter(|record| record.id == 2) {
                assert!(record.version <= now, "{} is ahead of {now}", record.version);
                assert!(record.save_concurrent(conn).unwrap_err().is_conflict());
            }
        }
    }
}

/// A key is its bound value, because its `Debug` may hide it.
#[derive(Debug, Clone, PartialEq, diesel::Queryable, diesel::Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Discreet {
    id: Redacted,
    title: String,
    #[concurrent(version)]
    version: i64,
}

#[derive(Clone, PartialEq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = BigInt)]
struct Redacted(i64);

/// A key that panics when it is bound.
const FRAGILE: i64 = -1;

impl std::fmt::Debug for Redacted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Redacted
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> diesel::serialize::Result {
        assert_ne!(self.0, FRAGILE, "this key cannot be bound");
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Redacted
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        i64::from_sql(value).map(Self)
    }
}

#[test]
fn keys_whose_debug_is_redacted_are_told_apart() {
    let (_database, conn) = &mut with_article();
    with_rows(2, conn);
    let rows: Vec<Discreet> = articles::table.order(articles::id).select(Discreet::as_select()).load(conn).unwrap();
    let mut vector = rows.clone();
    roll_back(conn, &mut vector, |conn, records| {
        records.iter_mut().for_each(|record| record.save_concurrent(conn).unwrap());
        records.reverse();
    });
    assert_eq!(vector, [rows[1].clone(), rows[0].clone()]);
}

#[test]
fn a_key_that_panics_keeps_no_other_record_from_being_restored() {
    let (_database, conn) = &mut with_article();
    with_rows(3, conn);
    let rows: Vec<Discreet> = articles::table.order(articles::id).select(Discreet::as_select()).load(conn).unwrap();
    for fragile in 0..3 {
        let mut vector = rows.clone();
        roll_back(conn, &mut vector, |conn, records| {
            records.iter_mut().for_each(|record| record.save_concurrent(conn).unwrap());
            records[fragile].id = Redacted(FRAGILE);
        });
        let mut expected = rows.clone();
        expected[fragile].id = Redacted(FRAGILE);
        assert_eq!(vector, expected);
    }
}

/// Otherwise the stale copy would get the row's version, and would be saved over a state that it has not seen.
#[test]
fn copies_of_one_row_at_several_versions_keep_their_own_wherever_they_are_put() {
    let (_database, conn) = &mut with_article();
    let stale = article(1, conn);
    let mut current = stale.clone();
    current.title = "theirs".to_owned();
    current.save_concurrent(conn).unwrap();
    for is_saved in [false, true] {
        let mut copies = vec![stale.clone(), current.clone()];
        roll_back(conn, &mut copies, |conn, copies| {
            if is_saved {
                save(&mut copies[1], conn);
            }
            copies.swap(0, 1);
        });
        assert_eq!(copies, [current.clone(), stale.clone()]);
        let error = copies[1].save_concurrent(conn).unwrap_err();
        assert!(matches!(error, ConcurrencyError::RecordModified(_)), "{error:?}");
        assert_eq!(article(1, conn), current);
    }
}

/// Neither was moved: each version is the one of its place, although the stale copy is by then at the other one's.
#[test]
fn copies_of_one_row_that_stay_in_their_places_keep_their_own_versions() {
    let (_database, conn) = &mut with_article();
    let stale = article(1, conn);
    let mut current = stale.clone();
    current.save_concurrent(conn).unwrap();
    let (mut one, mut other) = (stale.clone(), current.clone());
    roll_back(conn, (&mut one, &mut other), |conn, (one, other)| {
        one.reload_concurrent(conn).unwrap();
        save(other, conn);
        assert_eq!([one.version, other.version], [2, 3]);
    });
    assert_eq!((&one, &other), (&stale, &current));
    other.save_concurrent(conn).unwrap();
    let error = one.save_concurrent(conn).unwrap_err();
    assert!(matches!(error, ConcurrencyError::RecordModified(_)), "{error:?}");
}
