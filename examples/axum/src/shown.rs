//! The articles that clients saw, so that a refusal can say what changed since. If your program keeps old versions in
//! its database, use those instead.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::Article;

/// The number of articles to remember. After that they are forgotten, and a refusal also names the client's own edit.
const MOST: usize = 10_000;

/// Articles by key and version.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<HashMap<(i64, i64), Article>>);

impl Shown {
    pub(crate) fn remember(&self, article: &Article) {
        let mut articles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if articles.len() >= MOST {
            articles.clear();
        }
        articles.insert((article.id, article.version), article.clone());
    }

    pub(crate) fn at(&self, id: i64, version: i64) -> Option<Article> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(id, version)).cloned()
    }
}
