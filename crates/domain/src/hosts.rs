//! Names of hosts inside of texts.

/// The top-level domains, one a line, sorted: IANA's list of 18 April 2026 (facts, free of rights).
///
/// A domain that is newer is not recognised: the list only keeps advertisements out of names.
const TOP_LEVEL_DOMAINS: &str = include_str!("../data/top_level_domains.txt");

/// Does a text hold something that a browser would make a link of: a host with a top-level domain
/// that exists, an IPv4 address, or `//localhost`?
///
/// An e-mail address is none, nor are initials (`J.P. Dupont`). Source: udata 17 refuses and accepts
/// the examples in the test below.
pub fn names_host(text: &str) -> bool {
    let mut before = None;
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (skipped, run) = rest.split_at(start);
        before = skipped.chars().next_back().or(before);
        let end = run.find(|character| !is_part(character)).unwrap_or(run.len());
        let (run, behind) = run.split_at(end);
        let slashes = skipped.ends_with("//");
        if opens(before) && closes(behind.chars().next()) && is_host(run, slashes) {
            return true;
        }
        before = run.chars().next_back();
        rest = behind;
    }
    false
}

/// What names of hosts are made of.
fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-')
}

/// May a link begin behind this?
fn opens(before: Option<char>) -> bool {
    before.is_none_or(|character| character.is_whitespace() || "/(<[{\"'«“‘".contains(character))
}

/// May a link's host end before this? Before `@` it is the name in an e-mail address.
fn closes(behind: Option<char>) -> bool {
    behind.is_none_or(|character| !character.is_alphanumeric() && character != '_' && character != '@')
}

fn is_host(run: &str, behind_slashes: bool) -> bool {
    let host = run.trim_end_matches(['.', '-']).trim_start_matches('-').to_ascii_lowercase();
    if host == "localhost" {
        return behind_slashes;
    }
    if host.parse::<std::net::Ipv4Addr>().is_ok() {
        return true;
    }
    let Some((names, top)) = host.rsplit_once('.') else { return false };
    names.split('.').all(|label| !label.is_empty()) && TOP_LEVEL_DOMAINS.lines().any(|known| known == top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_like_an_address_of_the_web_is_one() {
        for text in [
            "http://x.org",
            "see www.example.org now",
            "example.org",
            "x.fr",
            "foo.bar",
            "Dr.No",
            "A.Com",
            "x.y.org",
            "//x.org",
            "x.org/path",
            "(x.org)",
            "x.org,",
            "-x.org",
            "1.2.3.4",
            "http://localhost:80",
            "abc.museum",
            "https://é/x.org",
            "“x.org”",
        ] {
            assert!(names_host(text), "{text}");
        }
    }

    #[test]
    fn names_of_persons_are_none() {
        for text in [
            "",
            "Jean.Paul",
            "J.P. Dupont",
            "Mr.X",
            "a.b",
            "https://a.b",
            "x.or",
            "x.zzzz",
            "mail@x.org",
            "user:pw@x.org",
            "jean.de@x.org",
            "é.org",
            "x_y.org",
            "a,b.fr",
            "x..org",
            "x .org",
            "http:x",
            "ftp://a",
            "www.x",
            "localhost",
            "1.2.3",
            "Élodie d'Ève-Müller",
        ] {
            assert!(!names_host(text), "{text}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_lower_case() {
        let domains: Vec<&str> = TOP_LEVEL_DOMAINS.lines().collect();
        assert!(domains.len() > 1400 && domains.is_sorted());
        assert!(domains.iter().all(|domain| *domain == domain.to_ascii_lowercase()));
    }
}
