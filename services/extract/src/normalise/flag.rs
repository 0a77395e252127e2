//! Yes or no, as a word, a ticked box, or the very statement ("ISSUED RETROSPECTIVELY").

use super::fold::fold;

const NO: [&str; 12] = [
    "no", "non", "nein", "nie", "nee", "hayir", "false", "khong", "nao", "否", "n", "none",
];
/// A tick is read as a J.
const YES: [&str; 15] = [
    "yes", "oui", "ja", "j", "si", "sim", "tak", "evet", "true", "co", "是", "x", "y", "v",
    "ticked",
];
/// What readers make of a ticked box and of an empty one.
const TICKED: [&str; 10] = ["☑", "☒", "✓", "✔", "✗", "√", "⊠", "Ø", "冈", "区"];
const EMPTY: [&str; 3] = ["☐", "□", "○"];
const LIKE_EMPTY: [&str; 4] = ["o", "0", "口", "囗"];
/// Beginnings of the statements that mean yes, in the languages of certificates.
const STATEMENTS: [&str; 11] = [
    "issued retro",
    "retrospect",
    "a posteriori",
    "delivre a posteriori",
    "nachtraglich",
    "expedido a posteriori",
    "sonradan",
    "wystawion",
    "补发",
    "third party",
    "third country",
];

pub fn flag(text: &str) -> Option<String> {
    let folded = fold(text);
    if TICKED.iter().any(|mark| text.contains(mark)) {
        return Some("true".to_owned());
    }
    let is_empty =
        LIKE_EMPTY.contains(&folded.as_str()) || EMPTY.iter().any(|mark| text.contains(mark));
    if NO.contains(&folded.as_str()) || is_empty {
        return Some("false".to_owned());
    }
    let yes = YES.contains(&folded.as_str()) || STATEMENTS.iter().any(|s| folded.contains(s));
    yes.then(|| "true".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_boxes_and_statements() {
        assert_eq!(flag("Ja").as_deref(), Some("true"));
        assert_eq!(flag("☒").as_deref(), Some("true"));
        assert_eq!(flag("☐").as_deref(), Some("false"));
        assert_eq!(flag("冈").as_deref(), Some("true"));
        assert_eq!(flag("[O").as_deref(), Some("false"));
        assert_eq!(flag("口").as_deref(), Some("false"));
        assert_eq!(flag("ISSUED RETROSPECTIVELY").as_deref(), Some("true"));
        assert_eq!(flag("Délivré a posteriori").as_deref(), Some("true"));
        assert_eq!(flag("Hayır").as_deref(), Some("false"));
        assert_eq!(flag("see box 7"), None);
    }
}
