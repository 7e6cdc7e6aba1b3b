//! Removes passwords from everything that is printed. It looks only at text: a password is recognised by its place in a
//! URL or after `password=`.

/// The text that replaces a password.
const MASK: &str = "****";

/// The text without the passwords of the URLs in it.
pub(crate) fn conceal(text: &str) -> String {
    let conceal_line = |line| conceal_settings(&conceal_words(&conceal_urls(line)));
    let lines: Vec<String> = text.split('\n').map(conceal_line).collect();
    lines.join("\n")
}

/// The text without the secrets of all arguments, because a URL may be in the place of a path.
pub(crate) fn conceal_what_was_given(text: &str) -> String {
    let arguments = std::env::args_os().skip(1);
    let variables =
        ["DATABASE_URL", "MIGRATION_DIRECTORY", "DIESEL_CONFIG_FILE"].into_iter().filter_map(std::env::var_os);
    let given = arguments.chain(variables).map(|given| given.to_string_lossy().into_owned());
    conceal(&given.filter(|given| given.contains(['@', '='])).fold(text.to_owned(), |text, given| {
        // The value of `--database-url=…`.
        let value = given
            .strip_prefix("--")
            .and_then(|option| option.split_once('='))
            .map_or(given.as_str(), |(_, value)| value);
        conceal_parts_of(value, &text)
    }))
}

/// The text without the secrets of `url`, wherever and however they are quoted.
pub(crate) fn conceal_parts_of(url: &str, text: &str) -> String {
    let flat: String = url.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = text.replace(url, &conceal(&flat));
    let credentials = url.split_once("://").map_or_else(|| loose_password(url), |(_, rest)| password(rest));
    for secret in credentials.into_iter().chain(settings(url)) {
        text = replace_word(&text, secret);
        text = replace_word(&text, &percent_decoded(secret));
    }
    conceal(&text)
}

/// The password in the text after `://`. It goes up to the last `@`, because the user may not have encoded the others.
fn password(rest: &str) -> Option<&str> {
    let Some((credentials, _)) = rest.rsplit_once('@') else { return password_without_host(rest) };
    let (_, password) = credentials.split_once(':')?;
    Some(password)
}

/// A text in the place of a port that is not a port: `ada:secret` without a host.
fn password_without_host(rest: &str) -> Option<&str> {
    let authority = rest.split(|end: char| end.is_whitespace() || "/?#'\"`".contains(end)).next()?;
    let authority = authority.trim_end_matches([':', ',', ';', '.', ')']);
    let is_port =
        |host: &str| host.split_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    if authority.starts_with('[') || authority.split(',').all(is_port) {
        return None;
    }
    authority.split_once(':').map(|(_, password)| password).filter(|password| *password != MASK)
}

/// The password of a URL whose scheme is mistyped or missing: from the first colon without a slash after it to the last
/// `@`.
fn loose_password(word: &str) -> Option<&str> {
    let (credentials, _) = word.rsplit_once('@')?;
    let mut colons =
        credentials.match_indices(':').map(|(colon, _)| credentials.get(colon.saturating_add(1)..).unwrap_or_default());
    let mut passwords = colons.clone().filter(|rest| !rest.starts_with('/'));
    passwords.next().or_else(|| colons.next_back()).filter(|password| !password.is_empty() && *password != MASK)
}

/// Masks the passwords of URLs whose scheme is mistyped or missing.
fn conceal_words(line: &str) -> String {
    let words = line.split(' ').map(|word| match loose_password(word).filter(|_| !word.contains("://")) {
        Some(secret) => word.replace(&format!(":{secret}@"), &format!(":{MASK}@")),
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn conceal_urls(line: &str) -> String {
    let mut parts = line.split("://");
    let mut concealed = parts.next().unwrap_or_default().to_owned();
    for rest in parts {
        concealed.push_str("://");
        match (rest.split_once(':'), rest.rsplit_once('@')) {
            (Some((user, _)), Some((_, host))) if password(rest).is_some() => {
                concealed.push_str(&format!("{user}:{MASK}@{host}"));
            }
            _ => match password_without_host(rest).filter(|_| !rest.contains('@')) {
                Some(secret) => concealed.push_str(&rest.replacen(secret, MASK, 1)),
                None => concealed.push_str(rest),
            },
        }
    }
    concealed
}

/// Masks the values of `password=` and `sslpassword=`, in a URL's query or between words.
fn conceal_settings(line: &str) -> String {
    let mut concealed = line.to_owned();
    for secret in settings(line) {
        concealed = concealed.replace(secret, MASK);
    }
    concealed
}

fn settings(line: &str) -> Vec<&str> {
    let lower = line.to_ascii_lowercase();
    let plain = SECRETS.into_iter().flat_map(|word| settings_named(word, line, &lower));
    plain.chain(line.split(['?', '&', ' ']).filter_map(encoded_setting)).collect()
}

/// The values of such settings.
const SECRETS: [&str; 8] = ["password", "passwd", "pwd", "pass", "passphrase", "hexkey", "?key", "&key"];

/// The value of a setting whose name is partly encoded.
fn encoded_setting(setting: &str) -> Option<&str> {
    let (name, value) = setting.split_once('=').filter(|(name, _)| name.contains('%'))?;
    let name = percent_decoded(name).to_ascii_lowercase();
    let is_secret = SECRETS.iter().any(|word| name.ends_with(word)) && !value.is_empty() && value != MASK;
    is_secret.then_some(value)
}

fn settings_named<'l>(word: &str, line: &'l str, lower: &str) -> Vec<&'l str> {
    let values = lower.match_indices(word).filter_map(|(start, _)| {
        let value = line.get(start.checked_add(word.len())?..)?.trim_start().strip_prefix('=')?.trim_start();
        let value = match value.strip_prefix('\'') {
            Some(quoted) => quoted.split('\'').next()?,
            None => value.split(|character: char| character.is_whitespace() || "&\"'`".contains(character)).next()?,
        };
        (!value.is_empty() && value != MASK).then_some(value)
    });
    values.collect()
}

/// Replaces the secret only as a whole word, because a short secret may be a part of many words.
fn replace_word(text: &str, secret: &str) -> String {
    if secret.is_empty() {
        return text.to_owned();
    }
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(secret) {
        let is_word = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        replaced.push_str(before);
        replaced.push_str(if is_word { MASK } else { secret });
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let decoded = after.get(..2).filter(|_| byte == b'%').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_masked_and_nothing_else() {
        let cases = [
            ("postgres://ada:secret@localhost/blog", "postgres://ada:****@localhost/blog"),
            ("postgres://ada@localhost:5432/blog", "postgres://ada@localhost:5432/blog"),
            ("mysql://localhost:3306/blog", "mysql://localhost:3306/blog"),
            ("mysql://:secret@localhost/blog", "mysql://:****@localhost/blog"),
            ("blog.sqlite", "blog.sqlite"),
            (
                "postgres://localhost/blog?user=ada&password=secret&x=y",
                "postgres://localhost/blog?user=ada&password=****&x=y",
            ),
            ("host=localhost Password = 'a secret' dbname=blog", "host=localhost Password = '****' dbname=blog"),
        ];
        for (url, concealed) in cases {
            assert_eq!(conceal(url), concealed);
        }
    }

    #[test]
    fn a_password_with_characters_that_end_a_host_is_masked() {
        for password in ["se/cret", "se@cret", "se?cret", "se#cret", "se:cret", "se'cr et", "123/4"] {
            let url = format!("postgres://ada:{password}@localhost/blog");
            assert_eq!(conceal(&url), "postgres://ada:****@localhost/blog");
        }
    }

    #[test]
    fn a_url_whose_scheme_is_mistyped_or_missing_is_masked() {
        let urls = [
            ("postgres:/ada:secret@h/b", "postgres:/ada:****@h/b"),
            ("ada:secret@h/b", "ada:****@h/b"),
            ("//ada:se/cr:et@h/b", "//ada:****@h/b"),
            ("postgres//ada:secret@h", "postgres//ada:****@h"),
            ("user=ada pwd=secret", "user=ada pwd=****"),
            ("postgres://h/b?x=y&pass%77ord=secret&z", "postgres://h/b?x=y&pass%77ord=****&z"),
            ("mysql://ada:secret/blog: no host", "mysql://ada:****/blog: no host"),
            ("mysql://ada:secret: no host", "mysql://ada:****: no host"),
            ("postgres://h1:1,h2:5432/blog: gone", "postgres://h1:1,h2:5432/blog: gone"),
            ("postgres://[::1]:5432/blog", "postgres://[::1]:5432/blog"),
            ("postgres://h:5432: gone, or postgres://h: gone", "postgres://h:5432: gone, or postgres://h: gone"),
            ("src/models.rs:4: a@b", "src/models.rs:4: a@b"),
        ];
        for (url, concealed) in urls {
            assert_eq!(conceal(url), concealed);
        }
        assert_eq!(
            conceal_parts_of("mysql://ada:se\ncret@h/b", "mysql://ada:se\ncret@h/b: gone"),
            "mysql://ada:****@h/b: gone"
        );
    }

    #[test]
    fn urls_are_masked_inside_of_text() {
        let text = "error: unexpected argument 'postgres://ada:secret@localhost/blog' found\n\nmysql://b:c@d and mysql://e:f@g";
        let concealed = "error: unexpected argument 'postgres://ada:****@localhost/blog' found\n\nmysql://b:****@d and mysql://e:****@g";
        assert_eq!(conceal(text), concealed);
    }

    #[test]
    fn what_a_driver_quotes_is_masked() {
        let url = "postgres://ada:se%2Fcret@localhost/blog";
        let said = "invalid: \"postgres://ada:se%2Fcret@localhost/blog\", password se/cret, or \"se%2Fcret\"";
        assert_eq!(
            conceal_parts_of(url, said),
            "invalid: \"postgres://ada:****@localhost/blog\", password ****, or \"****\""
        );
    }

    #[test]
    fn keys_of_encrypted_files_are_masked() {
        for (given, masked) in [
            ("file:/tmp/blog.db?key=s3cr3t", "file:/tmp/blog.db?key=****"),
            ("file:blog.db?mode=ro&key='s3cr3t'", "file:blog.db?mode=ro&key='****'"),
            ("file:blog.db?hexkey=s3cr3t", "file:blog.db?hexkey=****"),
            ("host=h pass=s3cr3t passphrase = s3cr3t", "host=h pass=**** passphrase = ****"),
            ("add-version --key=id", "add-version --key=id"),
        ] {
            assert_eq!(conceal(given), masked);
        }
    }

    #[test]
    fn a_short_password_is_left_in_words() {
        assert_eq!(conceal_parts_of("mysql://a:b@c", "'b' is a bad bible"), "'****' is a bad bible");
    }
}
