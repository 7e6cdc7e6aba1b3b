//! The wire between a client and the server, which can lose what the server answers: the one fault after which a write is done and
//! nobody was told. What the bytes mean is not known here.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Loses the next answer on a wire, and ends the connection.
#[derive(Clone)]
pub struct Scissors(Arc<AtomicBool>);

impl Scissors {
    pub fn lose_next_answer(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A wire for the next connection to the server of this URL: the URL that leads through it, and what cuts it.
pub fn lay(url: &str, default_port: u16) -> (String, Scissors) {
    let (before, address, after) = split(url);
    let address = if address.contains(':') { address.to_owned() } else { format!("{address}:{default_port}") };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("{before}{}{after}", listener.local_addr().unwrap());
    let scissors = Scissors(Arc::default());
    let is_cut = scissors.clone();
    thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        drop(listener);
        let server = TcpStream::connect(address).unwrap();
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let (questions, answers) = ((client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client));
        thread::spawn(move || pass_on(questions, || false));
        pass_on(answers, || is_cut.0.load(Ordering::SeqCst));
    });
    (url, scissors)
}

/// A URL around its host and port.
fn split(url: &str) -> (&str, &str, &str) {
    let authority = url.find("://").expect("a URL names its server after ://") + 3;
    let end = url[authority..].find(['/', '?']).map_or(url.len(), |end| authority + end);
    let host = url[authority..end].rfind('@').map_or(authority, |at| authority + at + 1);
    (&url[..host], &url[host..end], &url[end..])
}

/// Hands on what comes, until one of the two ends the connection or it is cut.
fn pass_on((mut from, mut to): (TcpStream, TcpStream), is_cut: impl Fn() -> bool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if is_cut() || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        // One that is closed already needs no more.
        let _ = stream.shutdown(Shutdown::Both);
    }
}
