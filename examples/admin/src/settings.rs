//! The environment of the program, read once.

use std::env;
use std::ffi::OsString;
use std::time::Duration;

use concurrency_http::Keys;

/// The settings in the environment.
pub(crate) struct Settings {
    pub(crate) address: String,
    pub(crate) database: String,
    pub(crate) keys: Keys,
    pub(crate) lock: Duration,
}

impl Settings {
    /// Reads them. An error says which variable is wrong, and what it should be.
    pub(crate) fn read() -> Result<Self, String> {
        Ok(Self {
            address: text("ADMIN_ADDRESS")?.unwrap_or_else(|| "127.0.0.1:3000".to_owned()),
            database: text("ADMIN_DATABASE")?.unwrap_or_else(|| "admin.sqlite".to_owned()),
            keys: keys(env::var_os("ADMIN_SECRET"))?,
            lock: lock(text("ADMIN_LOCK_SECONDS")?)?,
        })
    }
}

fn text(name: &str) -> Result<Option<String>, String> {
    let value = env::var_os(name).map(OsString::into_string).transpose();
    value.map_err(|_| format!("{name} is not UTF-8; set it to a text"))
}

fn keys(secret: Option<OsString>) -> Result<Keys, String> {
    let secret = match secret {
        Some(secret) => secret.into_encoded_bytes(),
        None => {
            eprintln!(
                "ADMIN_SECRET is not set: a random secret is used, and pages that are open now must be loaded again after a restart"
            );
            let mut secret = vec![0; 32];
            getrandom::fill(&mut secret).map_err(|error| format!("no random secret: {error}; set ADMIN_SECRET"))?;
            secret
        }
    };
    Keys::new(&secret).map_err(|error| format!("ADMIN_SECRET: {error}; make one with `openssl rand -hex 32`"))
}

fn lock(seconds: Option<String>) -> Result<Duration, String> {
    match seconds {
        None => Ok(Duration::from_secs(150)),
        Some(text) => text
            .parse()
            .map(Duration::from_secs)
            .map_err(|_| format!("ADMIN_LOCK_SECONDS is `{text}`; set it to a number of seconds, 150 for example")),
    }
}
