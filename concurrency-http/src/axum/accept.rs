//! `Accept`: whether the client prefers a page to JSON.

use http::HeaderMap;
use http::header::ACCEPT;

/// The weight of a type, in thousandths, and how exactly the header names the type.
type Wish = (u16, u8);

/// Whether the client prefers a page to JSON. A client that names neither, or both with the same weight, gets JSON.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let (mut html, mut json): (Wish, Wish) = ((0, 0), (0, 0));
    for range in headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(quality).unwrap_or(1_000);
        match media.as_str() {
            "text/html" => more_exact(&mut html, (quality, 3)),
            "application/problem+json" | "application/json" => better(&mut json, (quality, 3)),
            "text/*" => more_exact(&mut html, (quality, 2)),
            "application/*" => more_exact(&mut json, (quality, 2)),
            "*/*" => {
                more_exact(&mut html, (quality, 1));
                more_exact(&mut json, (quality, 1));
            }
            _ => {}
        }
    }
    html.0 > 0 && html > json
}

/// If two ranges match a type, the more exact one gives the weight.
fn more_exact(wish: &mut Wish, range: Wish) {
    if range.1 >= wish.1 {
        *wish = range;
    }
}

/// Of the two JSON types, the one with the greater weight.
fn better(wish: &mut Wish, range: Wish) {
    if range.1 > wish.1 || range > *wish {
        *wish = range;
    }
}

/// The thousandths of `q=0.8`; `None` for another parameter, 0 for one that cannot be read.
fn quality(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, part) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let thousandths = match (whole, part.len()) {
        ("1", _) if part.bytes().all(|digit| digit == b'0') => 1_000,
        ("0", 0) => 0,
        ("0", 1..=3) if part.bytes().all(|digit| digit.is_ascii_digit()) => format!("{part:0<3}").parse().unwrap_or(0),
        _ => 0,
    };
    Some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefers(lines: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, line.parse().unwrap());
        }
        prefers_html(&headers)
    }

    #[test]
    fn a_browser_gets_a_page_and_a_program_gets_json() {
        assert!(prefers(&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]));
        assert!(prefers(&["text/html, */*"]));
        assert!(prefers(&["TEXT/HTML"]));
        assert!(prefers(&["application/json;q=0.5", "text/html;q=0.6"]));
        assert!(prefers(&["text/*, application/json;q=0.9"]));
        assert!(prefers(&["text/html;level=1;q=0.7, application/json;q=0.5"]));
        for lines in [
            &[][..],
            &["*/*"],
            &[""],
            &["application/json"],
            &["text/html;q=0, */*"],
            &["text/html;q=0.5, application/json"],
            &["text/html, application/json"],
            &["text/html;q=0.9, application/problem+json, application/json;q=0.1"],
            &["text/html;q=2"],
            &["image/png"],
            &[";q=1"],
            &["text/html;q=0.5, */*;q=0.9"],
        ] {
            assert!(!prefers(lines), "{lines:?}");
        }
    }
}
