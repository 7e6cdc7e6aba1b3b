//! The statements that a request sends to the database, counted by Diesel's instrumentation.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod client;

use std::sync::Mutex;

use client::serve;
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use serde_json::json;

static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The statements over the table since the last call.
fn sent() -> Vec<String> {
    std::mem::take(&mut *SENT.lock().unwrap())
}

/// The only test in its process, because instrumentation is for all connections.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_with_one_tag_is_one_statement() {
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let statement = query.to_string();
                // Once for each type, SQLite is asked whether its table is a view.
                if statement.contains("articles") && !statement.contains("pragma_table_list") {
                    SENT.lock().unwrap().push(statement);
                }
            }
        }) as Box<dyn Instrumentation>)
    })
    .expect("no connection is open");
    let (_folder, client) = serve().await;
    sent();
    let edit = json!({ "title": "t", "body": "b" });

    assert_eq!(client.put(1, Some("\"1\""), &edit).await.status, 200);
    let statements = sent();
    assert!(matches!(statements.as_slice(), [update] if update.starts_with("UPDATE")), "{statements:?}");

    assert_eq!(client.put(1, Some("\"1\", \"2\""), &edit).await.status, 200);
    assert_eq!(sent().len(), 2, "of several tags the row says which one holds");

    for tag in ["W/\"3\"", "\"!3\""] {
        assert_eq!(client.put(1, Some(tag), &edit).await.status, 412);
        let statements = sent();
        assert!(matches!(statements.as_slice(), [read] if read.starts_with("SELECT")), "{tag}: {statements:?}");
    }
    for tag in [None, Some("*"), Some("3"), Some("\"3")] {
        assert!(client.put(1, tag, &edit).await.status >= 400);
        assert_eq!(sent(), Vec::<String>::new(), "{tag:?}");
    }

    assert_eq!(client.delete(Some("\"3\"")).await.status, 204);
    let statements = sent();
    assert!(matches!(statements.as_slice(), [delete] if delete.starts_with("DELETE")), "{statements:?}");
}
