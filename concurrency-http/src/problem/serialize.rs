//! A problem as JSON.

use concurrency_core::VersionValue;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::Problem;

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.type_url())?;
        map.serialize_entry("title", self.title())?;
        map.serialize_entry("status", &self.0.status)?;
        map.serialize_entry("detail", &self.0.detail)?;
        if let Some((table, key)) = &self.0.record {
            map.serialize_entry("table", table)?;
            map.serialize_entry("key", key)?;
        }
        for (name, version) in [("expected", &self.0.expected), ("found", &self.0.found)] {
            if let Some(version) = version {
                map.serialize_entry(name, &text(version))?;
            }
        }
        if let Some(fields) = &self.0.fields {
            map.serialize_entry("fields", fields)?;
        }
        for (name, value) in &self.0.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A string, because JavaScript's integers end at 2^53; null for NULL.
fn text(version: &VersionValue) -> Option<String> {
    match version {
        VersionValue::Integer(integer) => Some(integer.to_string()),
        VersionValue::Text(text) => Some(text.clone()),
        VersionValue::Null => None,
    }
}
