//! I02 File seen before.
//!
//! *What it checks*: no file of the submission, byte by byte, came with another declaration, and
//! none is there twice.
//! *Why it matters*: one invoice behind two declarations covers goods that nobody bought.
//! *Example*: the certificate of 2026CN0001 comes again with 2026CN0417.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{Document, Observed, Severity};

pub const RULE: Rule = Rule {
    id: "I02",
    meaning: "no file was submitted before",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let files = facts.case.files;
    if files.is_empty() {
        return not_checked("the submission has no files");
    }
    let history = &facts.case.history.seen_files;
    let own = &facts.declaration.id;
    let mut verdicts: Vec<Result<Verdict, Unable>> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let seen_in = history.get(&file.digest).into_iter().flatten();
        let others: Vec<&str> = seen_in
            .filter(|id| *id != own)
            .map(String::as_str)
            .collect();
        let twin = files[..index]
            .iter()
            .find(|earlier| earlier.digest == file.digest);
        let name = &file.name;
        let verdict = if !others.is_empty() {
            let others = others.join(", ");
            let text = format!("File {name} of {own} came before with declaration {others}.");
            Verdict::discrepancy(text).expected(None, format!("no other declaration than {own}"))
        } else if let Some(twin) = twin {
            let text = format!(
                "File {name} is the same as {} of this submission.",
                twin.name
            );
            Verdict::indeterminate(text).severity(Severity::Low)
        } else if history.is_empty() {
            verdicts.push(not_checked("no history of earlier submissions is at hand"));
            continue;
        } else {
            let count = history.len();
            Verdict::pass(format!("No file was among the {count} files seen before."))
        };
        verdicts.push(Ok(with_file(facts, verdict, index, file.digest.as_str())));
    }
    Ok(folded(verdicts))
}

/// The digest as evidence, on the first document of the file if one was found there.
fn with_file(facts: &Facts, mut verdict: Verdict, index: usize, digest: &str) -> Verdict {
    let in_file = |document: &&Document| {
        let mut pages = document.pages.iter();
        pages.any(|page| page.file as usize == index)
    };
    let document = facts.case.documents.iter().find(in_file);
    verdict.observed.push(Observed {
        field: "file".to_owned(),
        value: digest.to_owned(),
        document: document
            .map(|document| document.id.clone())
            .unwrap_or_default(),
        page_anchor: None,
    });
    verdict
}

#[cfg(test)]
mod tests {
    use crate::case::SubmittedFile;
    use crate::testing::TestCase;
    use docexam_domain::{Outcome, Sha256Digest};
    use serde_json::json;

    fn case(seen_in: Option<&str>) -> TestCase {
        let mut case = TestCase::new().declaration(json!({"id": "2026CN0417"}));
        let digest = Sha256Digest::of(b"certificate");
        case.files.push(SubmittedFile {
            name: "certificate.pdf".to_owned(),
            digest: digest.clone(),
        });
        let other = Sha256Digest::of(b"another");
        case.history
            .seen_files
            .insert(other, vec!["2026CN0002".to_owned()]);
        if let Some(id) = seen_in {
            case.history.seen_files.insert(digest, vec![id.to_owned()]);
        }
        case
    }

    #[test]
    fn fires() {
        let verdicts = case(Some("2026CN0001")).check("I02");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        let text = &verdicts[0].explanation;
        assert!(
            text.contains("2026CN0001") && text.contains("2026CN0417"),
            "both ids"
        );
    }

    #[test]
    fn silent() {
        assert_eq!(case(None).outcomes("I02"), [Outcome::Pass]);
        assert_eq!(case(Some("2026CN0417")).outcomes("I02"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let mut twice = case(None);
        twice.files.push(twice.files[0].clone());
        assert_eq!(
            twice.outcomes("I02"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        let mut unknown = case(None);
        unknown.history.seen_files.clear();
        assert_eq!(unknown.outcomes("I02"), [Outcome::NotChecked]);
    }
}
