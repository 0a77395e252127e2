//! Is the party printed on a document the one that is declared?

use crate::facts::Facts;
use crate::judge::{Judgement, bare, is_part, too_weak};
use crate::pack::Parameters;
use crate::party_names::{contains, normalised, similarity};
use crate::seen::Seen;
use crate::verdict::{Unable, Verdict};
use docexam_domain::{DeclaredParty, Document, FieldKey};

/// A name on a document, with the tax number printed beside it.
#[derive(Clone, Copy)]
pub struct PrintedParty<'a> {
    pub name: Seen<'a>,
    pub tax_id: Option<Seen<'a>>,
}

impl<'a> PrintedParty<'a> {
    pub fn find(
        facts: &Facts<'a>,
        document: &'a Document,
        name: FieldKey,
        tax_id: Option<FieldKey>,
    ) -> Option<Self> {
        Some(Self {
            name: facts.see(document, name)?,
            tax_id: tax_id.and_then(|key| facts.see(document, key)),
        })
    }
}

/// Parameters every rule about parties needs: similarities, [0, 1].
pub const PARAMETERS: &[&str] = &["same_name", "similar_name"];

/// `role` is how the officer calls the declared party: "consignee". `pointer` is its place.
pub fn compare(
    facts: &Facts,
    parameters: &Parameters,
    printed: PrintedParty,
    declared: &DeclaredParty,
    (role, pointer): (&str, &str),
) -> Result<Verdict, Unable> {
    let judgement = judge(facts, parameters, printed, declared)?;
    let (name, place) = (printed.name.value(), printed.name.place());
    let key = printed.name.field.key;
    let declared_name = &declared.name;
    let agrees = format!("{key} '{name}' on {place} is the declared {role} '{declared_name}'.");
    let differs = format!(
        "{key} '{name}' on {place} is not the declared {role} '{declared_name}' \
         (compared as '{}' and '{}').",
        normalised(name).join(" "),
        normalised(declared_name).join(" ")
    );
    let evidence = [Some(printed.name), printed.tax_id].into_iter().flatten();
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(evidence)
        .expected(Some(pointer.to_owned()), declared_name)
        .tolerance(format!(
            "name similarity {}, or equal tax number",
            parameters.number("same_name")?
        )))
}

fn judge(
    facts: &Facts,
    parameters: &Parameters,
    printed: PrintedParty,
    declared: &DeclaredParty,
) -> Result<Judgement, Unable> {
    let (same, similar) = (
        parameters.share("same_name")?,
        parameters.share("similar_name")?,
    );
    let printed_id = printed.tax_id.map(|seen| bare(seen.value()));
    let declared_id = declared.tax_id.as_deref().map(bare);
    if printed_id.is_some_and(|id| !id.is_empty() && Some(id) == declared_id) {
        return Ok(Judgement::Agrees);
    }
    let name = printed.name.value();
    let score = similarity(name, &declared.name);
    if score >= same {
        return Ok(Judgement::Agrees);
    }
    if let Some(reason) = too_weak(facts, [printed.name]) {
        return Ok(Judgement::Doubtful(reason));
    }
    if contains(name, &declared.name) || is_part(&bare(name), &bare(&declared.name)) {
        let reason = "One name contains the other.".to_owned();
        return Ok(Judgement::Doubtful(reason));
    }
    if score >= similar {
        let reason = format!("The names are similar ({score:.2}), but not the same.");
        return Ok(Judgement::Doubtful(reason));
    }
    Ok(Judgement::Differs)
}
