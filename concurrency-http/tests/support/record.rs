//! Any record, as each test needs it.

use concurrency_http::{RecordId, VersionValue, Versioned};

#[derive(Clone)]
pub(crate) struct Record(pub(crate) RecordId, pub(crate) VersionValue);

impl Versioned for Record {
    fn record_id(&self) -> RecordId {
        self.0.clone()
    }

    fn version_value(&self) -> VersionValue {
        self.1.clone()
    }
}
