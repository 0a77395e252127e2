//! Plain text: runs of white space become one space. Nothing else is changed.

pub fn collapsed(text: &str) -> Option<String> {
    let collapsed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!collapsed.is_empty()).then_some(collapsed)
}
