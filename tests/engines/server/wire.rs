//! The wire between a client and the server. It can be cut before a question arrives, or before its answer arrives.
//! Only in the second case is a write done whose client got no answer. This file does not know what the bytes mean,
//! only which of them belong to a question.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The place where a wire is cut.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    /// Before the next answer.
    NextAnswer,
    /// Before the question with this word in it, which so never arrives.
    Question(&'static str),
    /// Before the answer to the question with this word in it.
    AnswerTo(&'static str),
    /// After this many more bytes of questions.
    QuestionsAfter(usize),
    /// After this many more bytes of answers.
    AnswersAfter(usize),
}

/// Cuts a wire, which ends the connection, or answers a question in the server's place.
#[derive(Clone, Default)]
pub struct Scissors(Arc<Mutex<Option<Cut>>>, Arc<Mutex<Option<Refusal>>>);

/// The word of the questions that never arrive, and how many of them are left.
struct Refusal {
    word: &'static str,
    left: u32,
}

impl Scissors {
    pub fn cut(&self, cut: Cut) {
        *self.0.lock().unwrap() = Some(cut);
    }

    /// The number of next questions with this word that are answered with an error.
    pub fn refuse(&self, word: &'static str, times: u32) {
        *self.1.lock().unwrap() = Some(Refusal { word, left: times });
    }

    fn refuses(&self, question: &[u8]) -> bool {
        let mut refusal = self.1.lock().unwrap();
        let Some(Refusal { word, left: left @ 1.. }) = &mut *refusal else { return false };
        let is_refused = question.windows(word.len()).any(|bytes| bytes == word.as_bytes());
        *left -= u32::from(is_refused);
        is_refused
    }

    /// The fate of this question.
    fn question(&self, question: &[u8]) -> Next {
        let asks = |word: &str| question.windows(word.len()).any(|bytes| bytes == word.as_bytes());
        let mut cut = self.0.lock().unwrap();
        match &mut *cut {
            Some(Cut::Question(word)) if asks(word) => Next::CutAfter(0),
            Some(Cut::AnswerTo(word)) if asks(word) => {
                *cut = Some(Cut::NextAnswer);
                Next::PassOn
            }
            Some(Cut::QuestionsAfter(left)) => take(left, question),
            _ => Next::PassOn,
        }
    }

    /// The fate of this answer.
    fn answer(&self, answer: &[u8]) -> Next {
        match &mut *self.0.lock().unwrap() {
            Some(Cut::NextAnswer) => Next::CutAfter(0),
            Some(Cut::AnswersAfter(left)) => take(left, answer),
            _ => Next::PassOn,
        }
    }
}

/// As many bytes as are left, which are then fewer.
fn take(left: &mut usize, bytes: &[u8]) -> Next {
    match left.checked_sub(bytes.len()) {
        Some(fewer) => {
            *left = fewer;
            Next::PassOn
        }
        None => Next::CutAfter(std::mem::take(left)),
    }
}

/// A wire for the next connection to the server of this URL: the URL that leads through it, and what cuts it.
pub fn lay(url: &str, default_port: u16) -> (String, Scissors) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (url, address) = detour(url, default_port, listener.local_addr().unwrap());
    let scissors = Scissors::default();
    let (before_questions, before_answers) = (scissors.clone(), scissors.clone());
    thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        drop(listener);
        let server = TcpStream::connect(address).unwrap();
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let mut back = client.try_clone().unwrap();
        let (questions, answers) = ((client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client));
        thread::spawn(move || {
            pass_on(questions, |question| {
                if before_questions.refuses(question) {
                    return back.write_all(super::super::REFUSAL).map_or(Next::CutAfter(0), |()| Next::Keep);
                }
                before_questions.question(question)
            });
        });
        pass_on(answers, |answer| before_answers.answer(answer));
    });
    (url, scissors)
}

/// The URL that leads to the server by this address, and the address of the server.
pub fn detour(url: &str, default_port: u16, by: SocketAddr) -> (String, String) {
    let (before, address, after) = split(url);
    let address = if address.contains(':') { address.to_owned() } else { format!("{address}:{default_port}") };
    // mysql_async would go past it, by the server's socket file.
    let by_network = match (before.starts_with("mysql"), after.contains('?')) {
        (true, false) => "?prefer_socket=false",
        (true, true) => "&prefer_socket=false",
        (false, _) => "",
    };
    (format!("{before}{by}{after}{by_network}"), address)
}

/// A URL around its host and port.
fn split(url: &str) -> (&str, &str, &str) {
    let authority = url.find("://").expect("a URL names its server after ://") + 3;
    let end = url[authority..].find(['/', '?']).map_or(url.len(), |end| authority + end);
    let host = url[authority..end].rfind('@').map_or(authority, |at| authority + at + 1);
    (&url[..host], &url[host..end], &url[end..])
}

/// The fate of some bytes.
enum Next {
    PassOn,
    Keep,
    /// This many of them arrive, and no more.
    CutAfter(usize),
}

/// Hands on what comes, until one of the two ends the connection or it is cut.
fn pass_on((mut from, mut to): (TcpStream, TcpStream), mut decide: impl FnMut(&[u8]) -> Next) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        match decide(&bytes[..read]) {
            Next::PassOn if to.write_all(&bytes[..read]).is_ok() => {}
            Next::Keep => {}
            Next::PassOn => break,
            Next::CutAfter(arriving) => {
                // One that is closed already needs no more.
                let _ = to.write_all(&bytes[..arriving]);
                break;
            }
        }
    }
    for stream in [from, to] {
        // One that is closed already needs no more.
        let _ = stream.shutdown(Shutdown::Both);
    }
}
