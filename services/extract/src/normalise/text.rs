//! Plain text: runs of white space become one space. Beyond that only the seams of printed lines are
//! closed: the lines of an address by commas, a number broken after its hyphen by nothing.

use super::fold::plain_digits;
use regex::Regex;
use std::sync::LazyLock;

pub fn collapsed(text: &str) -> Option<String> {
    let collapsed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!collapsed.is_empty()).then_some(collapsed)
}

/// `5 Quay Road, Porto, Portugal` of three lines.
pub fn address(text: &str) -> Option<String> {
    let lines: Vec<String> = text
        .lines()
        .filter_map(collapsed)
        .map(|line| line.trim_end_matches([',', ' ']).to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// `TR-HC-2023-36826` of `TR-` and `HC-2023-36826` below.
pub fn reference(text: &str) -> Option<String> {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines().map(str::trim) {
        if !joined.is_empty() && !joined.ends_with(['-', '/', '.']) {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    collapsed(&joined)
}

/// `551-1108` of `551 ~ 1108`.
pub fn range(text: &str) -> Option<String> {
    static DASH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\s*[-~～]\s*").expect("a constant pattern"));
    collapsed(&DASH.replace_all(&plain_digits(text), "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_seams_of_lines_are_closed() {
        assert_eq!(
            address("5 Quay Road,\nPorto\n\nPortugal").as_deref(),
            Some("5 Quay Road, Porto, Portugal")
        );
        assert_eq!(reference("TR-\nHC-2023").as_deref(), Some("TR-HC-2023"));
        assert_eq!(reference("PL 2295\nEC").as_deref(), Some("PL 2295 EC"));
        assert_eq!(range("551 ~ 1108").as_deref(), Some("551-1108"));
        assert_eq!(collapsed(" a \n b ").as_deref(), Some("a b"));
        assert_eq!(address(" \n"), None);
    }
}
