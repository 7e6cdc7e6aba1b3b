//! The lines of a log.

use super::log::{Answer, Ending, Event, Intent, Kind, Parts, Rule, parse};
use super::made::{CLOCK, LEFT, whole};

#[test]
fn every_line_of_a_log_is_read_as_it_was_written() {
    let basis = Some(whole(-5, 9));
    let intent = Intent { write: 10, row: CLOCK, kind: Kind::Merge, rule: Rule::WithoutIncrement, sides: LEFT, basis };
    let events = [
        Event::Begin(Parts::Each),
        Event::Intent(intent),
        Event::Intent(Intent { kind: Kind::Insert, rule: Rule::Ordinary, basis: None, ..intent }),
        Event::Intent(Intent { kind: Kind::Update, rule: Rule::Unchecked, ..intent }),
        Event::Answer(10, Answer::Written(Some(i64::MAX))),
        Event::Answer(10, Answer::Written(None)),
        Event::Answer(10, Answer::Modified { expected: 1, found: -2 }),
        Event::Answer(10, Answer::Deleted { expected: 1 }),
        Event::Answer(10, Answer::Restart),
        Event::Answer(10, Answer::Exists),
        Event::Answer(10, Answer::Lost),
        Event::Answer(10, Answer::Failed("what it said".to_owned())),
        Event::Undone(10),
        Event::Changed(10),
        Event::End(Ending::RolledBack),
    ];
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    assert_eq!(parse(&lines), events);
    // A process that was killed may leave half a line.
    assert_eq!(parse(&format!("{lines}end Comm")), events);
    assert_eq!(parse("end Comm"), []);
}
