//! Every way to list records, and that a version never goes to another record than the one it was taken from.

use crate::library::prelude::*;
use crate::library::{Records, transaction_concurrent};
use diesel::result::Error as DieselError;

use super::super::fixtures::{article, author, insert_article, insert_author, with_article};
use super::super::models::Article;
use crate::engine::TestConnection;

/// Articles 1 to `count`, at the versions 10, 20, …
fn articles(count: i64, conn: &mut TestConnection) -> Vec<Article> {
    diesel::delete(super::super::models::articles::table).execute(conn).unwrap();
    (1..=count)
        .map(|id| {
            insert_article(id, 10 * id, conn);
            article(id, conn)
        })
        .collect()
}

use diesel::RunQueryDsl as _;

/// Rolls back what the closure does.
#[track_caller]
fn roll_back<R>(conn: &mut TestConnection, records: R, f: impl FnOnce(&mut TestConnection, &mut R) + Crosses)
where
    R: Records<__Versions: Crosses> + Crosses,
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
    let rows = articles(3, conn);

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
    let rows = articles(13, conn);
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
    let rows = articles(4, conn);
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
    let rows = articles(4, conn);
    let mut vector = rows[..3].to_vec();
    roll_back(conn, &mut vector, |conn, records| {
        records.iter_mut().for_each(|record| save(record, conn));
        records.remove(0);
        records.push(article(4, conn));
        save(records.last_mut().unwrap(), conn);
    });
    // The fourth was not listed: nobody knows what version it had.
    assert_eq!(vector, [rows[1].clone(), rows[2].clone(), Article { version: 41, ..rows[3].clone() }]);

    let mut option = Some(rows[0].clone());
    roll_back(conn, &mut option, |conn, record| save(&mut record.take().unwrap(), conn));
    assert_eq!(option, None);
}

#[test]
fn two_copies_of_one_row_in_a_list_get_each_its_own_version_back() {
    let (_database, conn) = &mut with_article();
    let rows = articles(1, conn);
    let stale = Article { version: 3, ..rows[0].clone() };
    let mut vector = vec![rows[0].clone(), stale.clone()];
    roll_back(conn, &mut vector, |conn, records| {
        save(&mut records[0], conn);
        records[1].save_unchecked(conn).unwrap();
        assert_eq!([records[0].version, records[1].version], [11, 12]);
    });
    assert_eq!(vector, [rows[0].clone(), stale]);
}

#[test]
fn another_record_put_into_a_listed_place_stays_as_it_is() {
    let (_database, conn) = &mut with_article();
    let rows = articles(2, conn);
    let mut record = rows[0].clone();
    roll_back(conn, &mut record, |conn, record| {
        save(record, conn);
        **record = article(2, conn);
    });
    assert_eq!(record, rows[1]);
}
