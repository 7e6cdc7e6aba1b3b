//! One article at any version.

use concurrency_http::{RecordId, VersionValue, Versioned};

pub(crate) struct At(pub(crate) VersionValue);

impl Versioned for At {
    fn record_id(&self) -> RecordId {
        RecordId::new("articles", 1)
    }

    fn version_value(&self) -> VersionValue {
        self.0.clone()
    }
}
