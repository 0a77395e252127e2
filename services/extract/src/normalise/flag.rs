//! Yes or no, as a word, a ticked box, or the very statement ("ISSUED RETROSPECTIVELY").

use super::fold::fold;

const NO: [&str; 12] = [
    "no", "non", "nein", "nie", "nee", "hayir", "false", "khong", "nao", "否", "n", "none",
];
const YES: [&str; 14] = [
    "yes", "oui", "ja", "si", "sim", "tak", "evet", "true", "co", "是", "x", "y", "v", "ticked",
];
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
    if ["☑", "☒", "✓", "✔", "✗", "√"]
        .iter()
        .any(|m| text.contains(m))
    {
        return Some("true".to_owned());
    }
    if NO.contains(&folded.as_str()) || text.contains('☐') {
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
        assert_eq!(flag("ISSUED RETROSPECTIVELY").as_deref(), Some("true"));
        assert_eq!(flag("Délivré a posteriori").as_deref(), Some("true"));
        assert_eq!(flag("Hayır").as_deref(), Some("false"));
        assert_eq!(flag("see box 7"), None);
    }
}
