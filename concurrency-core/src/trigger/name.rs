//! Names, truncated to the length that every engine takes.

/// PostgreSQL silently truncates longer names. MySQL takes 64 characters, SQLite any length.
const MOST_BYTES: usize = 63;

/// `_` and eight digits.
const HASH_BYTES: usize = 9;

/// The name, or, if it is too long, its beginning and a hash of the whole.
pub(super) fn cut(name: &str) -> String {
    if name.len() <= MOST_BYTES {
        return name.to_owned();
    }
    let beginning = &name.get(..boundary(name, MOST_BYTES.saturating_sub(HASH_BYTES))).unwrap_or_default();
    format!("{beginning}_{}", fingerprint(name))
}

/// Eight digits that distinguish a text from others. They are the same in every release.
#[doc(hidden)]
#[must_use]
pub fn fingerprint(text: &str) -> String {
    format!("{:08x}", fnv1a(text))
}

/// The last character boundary at or before the byte.
fn boundary(name: &str, byte: usize) -> usize {
    (0..=byte).rev().find(|&byte| name.is_char_boundary(byte)).unwrap_or(0)
}

/// FNV-1a with 32 bits. Migration files contain it, so it must be the same in every release.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stay() {
        assert_eq!(cut("concurrency_articles_version"), "concurrency_articles_version");
        let longest = "x".repeat(63);
        assert_eq!(cut(&longest), longest);
    }

    #[test]
    fn long_names_end_in_a_hash_of_the_whole() {
        let one = cut(&"x".repeat(64));
        let other = cut(&"x".repeat(65));
        assert_eq!((one.len(), other.len()), (63, 63));
        assert_eq!(one, format!("{}_{:08x}", "x".repeat(54), fnv1a(&"x".repeat(64))));
        assert_ne!(one, other);
    }

    #[test]
    fn no_character_is_cut_in_two() {
        for letters in ["ä", "€", "𝄞"] {
            for offset in 0..4 {
                let name = "x".repeat(offset) + &letters.repeat(40);
                let short = cut(&name);
                assert!((60..=63).contains(&short.len()), "{short}");
                let (beginning, _) = short.rsplit_once('_').unwrap();
                assert!(name.starts_with(beginning));
            }
        }
    }

    /// Values from the reference of the algorithm.
    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv1a(""), 0x811c_9dc5);
        assert_eq!(fnv1a("a"), 0xe40c_292c);
        assert_eq!(fnv1a("foobar"), 0xbf9c_f968);
    }
}
