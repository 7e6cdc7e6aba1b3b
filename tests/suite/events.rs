//! The events of `tracing`: one for each conflict, restart and retry, with the table, the key, the versions and the
//! attempt, and nothing else.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};

use crate::library::prelude::*;
use crate::library::{RetryPolicy, disable_concurrency, retry_on_conflict};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

use super::fixtures::{article, insert_author, two_copies, with_article};
use super::models::{Article, articles};
use crate::engine;

/// Keeps the events of the library, each as its fields in order.
#[derive(Clone, Default)]
pub struct Collector(Arc<Mutex<Vec<String>>>);

impl Collector {
    /// The events of the work, one text each: `message table="articles" key="id 1" …`.
    pub fn events(work: impl FnOnce()) -> Vec<String> {
        // While tracing knows of one subscriber alone, it asks the thread that meets an event first, and remembers its no.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(Self::default()));
        let collector = Self::default();
        with_default(collector.clone(), work);
        std::mem::take(&mut collector.0.lock().unwrap())
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "concurrency_diesel"
    }

    fn event(&self, event: &Event<'_>) {
        assert_eq!(*event.metadata().level(), Level::INFO);
        let mut text = Text::default();
        event.record(&mut text);
        self.0.lock().unwrap().push(format!("{}{}", text.message, text.fields));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.fields += &format!(" {}={value:?}", field.name());
        }
    }
}

const MODIFIED: &str = r#"conflict: modified by somebody else table="articles" key="id 1" expected=1 found=2"#;
const DELETED: &str = r#"conflict: deleted by somebody else table="articles" key="id 1" expected=1"#;
const RESTART: &str = "restart: the engine refused a concurrent write";

#[test]
fn each_conflict_is_one_event_and_holds_no_other_column() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.title = "secret of a".to_owned();
    a.save_concurrent(conn).unwrap();
    b.title = "secret of b".to_owned();

    assert_eq!(Collector::events(|| drop(b.save_concurrent(conn).unwrap_err())), [MODIFIED]);
    assert_eq!(Collector::events(|| drop(b.save_without_increment(conn).unwrap_err())), [MODIFIED]);
    assert_eq!(Collector::events(|| drop(b.touch_concurrent(conn).unwrap_err())), [MODIFIED]);
    assert_eq!(Collector::events(|| drop(b.update_concurrent(articles::views.eq(1), conn).unwrap_err())), [MODIFIED]);
    assert_eq!(Collector::events(|| drop(b.check_concurrent(conn).unwrap_err())), [MODIFIED]);
    assert_eq!(Collector::events(|| drop(b.lock_concurrent(conn).unwrap_err())), [MODIFIED]);
    assert_eq!(Collector::events(|| drop(b.delete_concurrent(conn).unwrap_err())), [MODIFIED]);
    assert_eq!(Collector::events(|| drop(b.delete_if_exists(conn).unwrap_err())), [MODIFIED]);

    a.delete_concurrent(conn).unwrap();
    assert_eq!(Collector::events(|| drop(b.save_concurrent(conn).unwrap_err())), [DELETED]);
    assert_eq!(Collector::events(|| drop(b.save_unchecked(conn).unwrap_err())), [DELETED]);
    assert_eq!(Collector::events(|| drop(b.delete_concurrent(conn).unwrap_err())), [DELETED]);
    assert_eq!(Collector::events(|| drop(b.reload_concurrent(conn).unwrap_err())), [DELETED]);
}

#[test]
fn what_is_no_conflict_is_no_event() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    let mut author = insert_author(1, "Ada", conn);
    insert_author(2, "Bob", conn);
    author.name = "Bob".to_owned();
    let events = Collector::events(|| {
        a.save_concurrent(conn).unwrap();
        author.save_concurrent(conn).unwrap_err();
        assert!(b.is_changed(conn).unwrap());
        assert_eq!(b.at_version(1, conn).unwrap(), None);
        b.save_unchecked(conn).unwrap();
        disable_concurrency(|| {
            a.touch_concurrent(conn).unwrap();
            b.delete_concurrent(conn).unwrap();
            assert!(!a.delete_if_exists(conn).unwrap());
            assert!(a.is_changed(conn).unwrap());
            assert_eq!(a.current(conn).unwrap(), None);
        });
    });
    assert_eq!(events, [""; 0]);
}

#[test]
fn each_retry_is_one_event_with_its_attempt() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.save_concurrent(conn).unwrap();
    let policy = RetryPolicy::default().max_attempts(3).random_source(|| u64::MAX).sleep_with(|_| {});
    let events = Collector::events(|| {
        retry_on_conflict(conn, &policy, |conn| b.save_concurrent(conn)).unwrap_err();
        retry_on_conflict(conn, &policy, |conn| a.save_concurrent(conn)).unwrap();
    });
    let retries = ["attempt=2 pause=500µs", "attempt=3 pause=1ms"];
    let [second, third] = retries.map(|fields| format!("retry: the transaction runs again {fields}"));
    assert_eq!(events, [MODIFIED, &second, MODIFIED, &third, MODIFIED]);
}

#[test]
fn each_restart_is_one_event_with_the_record_where_there_is_one() {
    let (database, conn) = &mut with_article();
    let mut record = article(1, conn);
    record.title = "secret".to_owned();
    let mut other = database.connect();
    other.batch_execute(engine::SHORT_LOCK_TIMEOUT).unwrap();
    conn.transaction(|conn| {
        article(1, conn).touch_concurrent(conn)?;
        let known = format!(r#"{RESTART} table="articles" key="id 1" expected=1"#);
        let is_restart = |outcome: Result<(), ConcurrencyError>| {
            assert!(matches!(outcome, Err(ConcurrencyError::Restart(_))), "{outcome:?}");
        };
        assert_eq!(Collector::events(|| is_restart(record.save_concurrent(&mut other))), [known.as_str()]);
        assert_eq!(Collector::events(|| is_restart(record.save_unchecked(&mut other))), [known.as_str()]);
        assert_eq!(Collector::events(|| is_restart(record.delete_concurrent(&mut other))), [known.as_str()]);

        let by_hand = diesel::update(articles::table).set(articles::title.eq("secret"));
        let by_hand = || is_restart(by_hand.execute(&mut other).map(drop).map_err(ConcurrencyError::from));
        assert_eq!(Collector::events(by_hand), [RESTART]);
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    assert_eq!(article(1, conn), Article { title: "first".to_owned(), version: 2, ..record });
}
