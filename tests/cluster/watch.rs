//! Nothing hangs: every client goes on writing to its log, whatever happens to the nodes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any node is away.
const LIMIT: Duration = Duration::from_secs(200);

pub struct Watch(Arc<AtomicBool>);

impl Watch {
    /// Ends the whole process when a log in this folder does not grow any more: a client that hangs could not be waited for.
    pub fn over(folder: &Path) -> Self {
        let (is_over, folder) = (Arc::new(AtomicBool::new(false)), folder.to_owned());
        let watched = Arc::clone(&is_over);
        thread::spawn(move || {
            let mut seen: HashMap<PathBuf, (u64, Instant)> = HashMap::new();
            while !watched.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_secs(1));
                for (log, length) in lengths(&folder) {
                    let (last, since) = seen.entry(log.clone()).or_insert((length, Instant::now()));
                    if *last != length {
                        (*last, *since) = (length, Instant::now());
                    } else if since.elapsed() > LIMIT && !log.ends_with("setup.log") {
                        eprintln!("FAILED: {} has not grown for {LIMIT:?}: its client hangs", log.display());
                        std::process::exit(101);
                    }
                }
            }
        });
        Self(is_over)
    }

    pub fn end(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn lengths(folder: &Path) -> Vec<(PathBuf, u64)> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| Some((file.path(), file.metadata().ok()?.len()))).collect()
}
