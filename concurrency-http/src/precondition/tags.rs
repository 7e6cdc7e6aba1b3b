//! A list of entity tags, in the syntax of RFC 9110 8.8.3 and 13.1, over all lines of its header.

/// The tags in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tags {
    /// `*`.
    Any,
    /// One tag or more.
    List(Vec<Tag>),
}

/// A tag in its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    is_weak: bool,
    quoted: Vec<u8>,
}

impl Tags {
    /// `Some(None)` without a line; `None` if the header is not a list.
    pub(super) fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Option<Option<Self>> {
        let mut lines = lines.into_iter().peekable();
        if lines.peek().is_none() {
            return Some(None);
        }
        let (mut is_any, mut tags) = (false, Vec::new());
        for line in lines {
            if trimmed(line) == b"*" {
                // A second `*`, or `*` with a tag, is not a list.
                if is_any {
                    return None;
                }
                is_any = true;
            } else {
                parse_line(line, &mut tags)?;
            }
        }
        match (is_any, tags.is_empty()) {
            (true, true) => Some(Some(Self::Any)),
            (false, false) => Some(Some(Self::List(tags))),
            (true, false) | (false, true) => None,
        }
    }

    /// Whether one of the tags that `counts` accepts is this one.
    pub(super) fn any(&self, quoted: &str, counts: impl Fn(bool) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|tag| counts(tag.is_weak) && tag.quoted == quoted.as_bytes()),
        }
    }

    /// The tag without its quotes, if it is the only one and strong.
    #[cfg(feature = "diesel")]
    pub(super) fn only_strong(&self) -> Option<&str> {
        match self {
            Self::List(tags) => match tags.as_slice() {
                [Tag { is_weak: false, quoted }] => {
                    std::str::from_utf8(quoted).ok()?.strip_prefix('"')?.strip_suffix('"')
                }
                _ => None,
            },
            Self::Any => None,
        }
    }
}

/// Reads the tags of a line. An empty element between two commas is allowed.
fn parse_line(line: &[u8], tags: &mut Vec<Tag>) -> Option<()> {
    let mut rest = trimmed(line);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(b",") {
            rest = after.trim_ascii_start();
            continue;
        }
        let (tag, after) = parse_tag(rest)?;
        tags.push(tag);
        rest = after.trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(b",") {
            return None;
        }
    }
    Some(())
}

fn parse_tag(bytes: &[u8]) -> Option<(Tag, &[u8])> {
    let (is_weak, quoted) = match bytes.strip_prefix(b"W/") {
        Some(quoted) => (true, quoted),
        None => (false, bytes),
    };
    let opaque = quoted.strip_prefix(b"\"")?;
    let length = opaque.iter().position(|byte| *byte == b'"')?;
    let (opaque, _) = opaque.split_at_checked(length)?;
    if !opaque.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)) {
        return None;
    }
    let (quoted, rest) = quoted.split_at_checked(length.checked_add(2)?)?;
    Some((Tag { is_weak, quoted: quoted.to_vec() }, rest))
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.trim_ascii()
}
