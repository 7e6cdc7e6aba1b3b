//! Ends connections at random moments, determined by the seed. The engines' files know how to end a connection.

use std::time::{Duration, Instant};

use super::operation::Random;

/// A connection is lost.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    pub client: u64,
    /// Whether the connection is lost with the next answer of the server, if there is one, and not at once.
    #[allow(dead_code, reason = "not every engine is a server")]
    pub loses_answer: bool,
}

/// The pauses between two losses, and who is hit.
pub struct Faults {
    random: Random,
    clients: u64,
    deadline: Instant,
}

impl Faults {
    pub fn new(seed: u64, clients: u64, deadline: Instant) -> Self {
        // No client has this number, so that the losses do not change the operations of a client.
        Self { random: Random::new(&[seed, u64::MAX]), clients, deadline }
    }

    /// Waits until the next loss is due, and returns it; `None` when it is time to end.
    pub fn next(&mut self) -> Option<Fault> {
        let pause = Duration::from_micros(2_000 + self.random.below(80_000));
        let now = Instant::now();
        if now + pause >= self.deadline {
            std::thread::sleep(self.deadline.saturating_duration_since(now));
            return None;
        }
        std::thread::sleep(pause);
        Some(Fault { client: 1 + self.random.below(self.clients), loses_answer: self.random.below(2) == 0 })
    }
}
