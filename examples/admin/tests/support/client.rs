//! A client that sends exactly what the test says, and keeps its cookie.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::Page;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// A person who sends requests.
#[derive(Clone)]
pub struct Client {
    address: String,
    cookie: Option<String>,
}

/// The program's response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Client {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), cookie: None }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// The page, which must exist.
    #[track_caller]
    pub fn page(&self, path: &str) -> Page {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.page()
    }

    /// Sends a form, and keeps the cookie that comes back.
    pub fn post<N: AsRef<str>, V: AsRef<str>>(&mut self, path: &str, fields: &[(N, V)]) -> Answer {
        let answer = self.send("POST", path, &[FORM], encoded(fields).as_bytes());
        if let Some(cookie) = answer.headers.get("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        answer
    }

    /// Sends these bytes as a form.
    pub fn post_bytes(&self, path: &str, body: &[u8]) -> Answer {
        self.send("POST", path, &[FORM], body)
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(cookie) = &self.cookie {
            request.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        request.push_str("\r\n");
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::read(&bytes)
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = String::from_utf8(bytes[end + 4..].to_vec()).unwrap();
        Self { status, headers, body }
    }

    #[track_caller]
    pub fn location(&self) -> &str {
        self.headers.get("location").unwrap_or_else(|| panic!("no redirect: {self:?}"))
    }

    #[track_caller]
    pub fn page(&self) -> Page {
        assert_eq!(self.headers.get("content-type").map(String::as_str), Some("text/html; charset=utf-8"), "{self:?}");
        assert_eq!(self.headers.get("cache-control").map(String::as_str), Some("private, no-cache"));
        assert!(self.body.contains("<html lang=\"en\">"));
        assert_eq!(self.body.matches("<h1").count(), 1, "{}", self.body);
        Page(self.body.clone())
    }

    /// The page, which must have this status.
    #[track_caller]
    pub fn page_with(&self, status: u16) -> Page {
        assert_eq!(self.status, status, "{self:?}");
        self.page()
    }
}

pub fn encoded<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", percent(name.as_ref()), percent(value.as_ref())));
    pairs.collect::<Vec<_>>().join("&")
}

/// As a browser encodes a form.
fn percent(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        b'*' | b'-' | b'.' | b'_' => char::from(byte).into(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).into(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
