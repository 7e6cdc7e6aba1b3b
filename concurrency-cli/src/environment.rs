//! The environment of the command: `.env`, the database URL, the engine. This file connects to nothing.

use std::fmt::{self, Debug, Display};
use std::path::{Path, PathBuf};

use concurrency_diesel::triggers::Engine;

use crate::arguments::{self, EngineName};
use crate::error::Error;
use crate::secret;

/// Reads the `.env` of this folder or of one above, as diesel_cli does. Variables that are set keep their values.
pub(crate) fn load_dotenv() -> Result<(), Error> {
    match dotenvy::dotenv() {
        Err(error) if !error.not_found() => Err(Error::Dotenv(match error {
            // The message would contain the line, which may be a password.
            dotenvy::Error::LineParse(..) => {
                "it holds a line that is not NAME=value; quote values with spaces".to_owned()
            }
            other => other.to_string(),
        })),
        _ => Ok(()),
    }
}

/// The database's URL, which is printed without its password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct DatabaseUrl {
    url: String,
    engine: Engine,
}

impl DatabaseUrl {
    pub(crate) fn of(project: &arguments::Project) -> Result<Self, Error> {
        Self::parse(project.database_url.as_deref().unwrap_or_default())
    }

    fn parse(url: &str) -> Result<Self, Error> {
        if url.is_empty() {
            return Err(Error::NoUrl);
        }
        let url = Self { url: url.to_owned(), engine: engine_of(url)? };
        if url.engine != Engine::Sqlite && has_unencoded_password(url.reveal()) {
            return Err(Error::UnencodedPassword);
        }
        Ok(url)
    }

    pub(crate) const fn engine(&self) -> Engine {
        self.engine
    }

    /// The URL with its password, only for the driver.
    pub(crate) fn reveal(&self) -> &str {
        &self.url
    }

    /// A driver's message, without the secrets in the URL.
    pub(crate) fn conceal_in(&self, message: &str) -> String {
        secret::conceal_parts_of(&self.url, message)
    }

    /// The file of an SQLite database; `None` for a database in memory or on a server.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        if self.engine != Engine::Sqlite {
            return None;
        }
        let is_uri = ["sqlite://", "file:"].into_iter().find_map(|scheme| self.url.strip_prefix(scheme));
        let path = match is_uri {
            Some(rest) => rest.split(['?', '#']).next().unwrap_or_default(),
            None => &self.url,
        };
        let is_in_memory = path.is_empty() || path == ":memory:" || self.url.contains("mode=memory");
        (!is_in_memory).then(|| Path::new(path).to_owned())
    }
}

impl Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&secret::conceal_parts_of(&self.url, &self.url))
    }
}

impl Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}

/// The engine to write for: the named one, or that of the database.
pub(crate) fn engine(named: Option<EngineName>, project: &arguments::Project) -> Result<Engine, Error> {
    match named {
        Some(name) => Ok(name.into()),
        None => match DatabaseUrl::of(project) {
            Err(Error::NoUrl) => Err(Error::NoEngine),
            url => url.map(|url| url.engine()),
        },
    }
}

fn engine_of(url: &str) -> Result<Engine, Error> {
    match url.split_once("://") {
        None | Some(("sqlite" | "file", _)) => Ok(Engine::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Engine::Postgres),
        Some(("mysql", _)) => Ok(Engine::Mysql),
        // As in diesel_cli, a text without a known scheme is a file, but its name must not look like a URL.
        Some((scheme, _)) => Err(Error::UnknownScheme(secret::conceal(scheme))),
    }
}

/// Whether the drivers would take a part of the password for the host or the database, and print it.
fn has_unencoded_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let (authority, _) = rest.split_once(['/', '?', '#']).unwrap_or((rest, ""));
    match authority.matches('@').count() {
        0 => rest.contains('@') && authority.split(',').any(has_no_port),
        count => count > 1,
    }
}

fn has_no_port(host: &str) -> bool {
    !host.starts_with('[')
        && host
            .split_once(':')
            .is_some_and(|(_, port)| port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_told_by_the_scheme() {
        let cases = [
            ("postgres://localhost/blog", Engine::Postgres),
            ("postgresql://localhost/blog", Engine::Postgres),
            ("mysql://localhost/blog", Engine::Mysql),
            ("sqlite://blog.sqlite", Engine::Sqlite),
            ("file:blog.sqlite?mode=ro", Engine::Sqlite),
            ("folder/blog.sqlite", Engine::Sqlite),
            (":memory:", Engine::Sqlite),
        ];
        for (url, engine) in cases {
            assert_eq!(DatabaseUrl::parse(url).unwrap().engine(), engine, "{url}");
        }
        let error = DatabaseUrl::parse("oracle://ada:secret@localhost/blog").unwrap_err();
        assert!(matches!(error, Error::UnknownScheme(scheme) if scheme == "oracle"));
        assert!(matches!(DatabaseUrl::parse(""), Err(Error::NoUrl)));
    }

    #[test]
    fn a_password_with_a_line_end_is_masked_whole() {
        let url = DatabaseUrl::parse("postgres://ada:s3\ncr3t@localhost/blog").unwrap();
        assert_eq!(url.to_string(), "postgres://ada:****@localhost/blog");
    }

    #[test]
    fn a_database_of_sqlite_is_a_file_unless_it_is_in_memory() {
        let cases = [
            ("blog.sqlite", Some("blog.sqlite")),
            ("sqlite://a/blog.sqlite", Some("a/blog.sqlite")),
            ("sqlite:///a/blog.sqlite?mode=ro", Some("/a/blog.sqlite")),
            ("file:blog.sqlite?cache=shared", Some("blog.sqlite")),
            (":memory:", None),
            ("sqlite://:memory:", None),
            ("file:blog?mode=memory", None),
            ("mysql://localhost/blog.sqlite", None),
        ];
        for (url, file) in cases {
            assert_eq!(DatabaseUrl::parse(url).unwrap().file().as_deref(), file.map(Path::new), "{url}");
        }
    }

    #[test]
    fn a_url_is_printed_without_its_password() {
        let url = DatabaseUrl::parse("mysql://ada:secret@localhost/blog").unwrap();
        assert_eq!(url.to_string(), "mysql://ada:****@localhost/blog");
        assert_eq!(format!("{url:?}"), "mysql://ada:****@localhost/blog");
    }

    #[test]
    fn a_password_that_the_drivers_would_tear_apart_is_refused() {
        for password in ["se/cret", "se?cret", "se#cret", "se@cret"] {
            let url = format!("postgres://ada:{password}@localhost/blog");
            assert!(matches!(DatabaseUrl::parse(&url), Err(Error::UnencodedPassword)), "{url}");
        }
        let sound = [
            "postgres://ada:se%2Fcret@localhost:5432/blog",
            "postgres://localhost:5432,[::1]:5433/blog?application_name=a@b",
            "mysql://localhost/a@b",
        ];
        for url in sound {
            assert!(DatabaseUrl::parse(url).is_ok(), "{url}");
        }
    }
}
