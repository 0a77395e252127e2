//! C01 Gross and net mass.
//!
//! *What it checks*: gross mass is not below net mass and net mass is above zero, in totals and
//! rows of every document and in the declaration (CDS data element 6/1: net above zero).
//! *Why it matters*: duty by weight is computed from these two; swapped columns are common.
//! *Example*: net 1,535 kg over gross 1,450 kg.

use super::Rule;
use crate::alignment::rows_of;
use crate::facts::{Facts, number_of};
use crate::judge::{Judgement, misread, too_weak};
use crate::needed::Needed;
use crate::pack::Parameters;
use crate::pointers;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::FieldKey;
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "C01",
    meaning: "gross mass is at least net mass",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mut verdicts = declared(facts);
    for (gross, net) in printed_pairs(facts) {
        verdicts.push(printed(facts, gross, net));
    }
    if verdicts.is_empty() {
        return not_checked("no gross mass stands beside a net mass anywhere");
    }
    Ok(folded(verdicts))
}

/// Totals, then rows, of every document that shows both masses.
fn printed_pairs<'a>(facts: &Facts<'a>) -> Vec<(Seen<'a>, Seen<'a>)> {
    let mut pairs = Vec::new();
    for document in facts.documents.iter().copied() {
        let gross = facts.see(document, FieldKey::TotalGrossMassKg);
        pairs.extend(gross.zip(facts.see(document, FieldKey::TotalNetMassKg)));
        for row in rows_of(document) {
            let gross = row.cell(FieldKey::GrossMassKg);
            pairs.extend(gross.zip(row.cell(FieldKey::NetMassKg)));
        }
    }
    pairs
}

fn printed(facts: &Facts, gross_seen: Seen, net_seen: Seen) -> Result<Verdict, Unable> {
    let (gross, net) = (number_of(gross_seen)?, number_of(net_seen)?);
    let place = net_seen.place();
    let both = [gross_seen, net_seen];
    let judgement = if net > Decimal::ZERO && gross >= net {
        Judgement::Agrees
    } else if let Some(reason) = too_weak(facts, both)
        .or_else(|| misread(facts, gross_seen, &both, plausible_gross(net)?))
        .or_else(|| misread(facts, net_seen, &both, plausible_net(gross)?))
    {
        Judgement::Doubtful(reason)
    } else {
        Judgement::Differs
    };
    let agrees = format!("Gross {gross} kg is not below net {net} kg on {place}.");
    let differs = format!("Net mass {net} kg and gross mass {gross} kg on {place} cannot both be.");
    Ok(Verdict::of(judgement, agrees, differs).seen(both))
}

/// Another reading only counts where packing at most doubles the mass: else every lost separator
/// would excuse every mass.
fn plausible_gross(net: Decimal) -> Option<Needed> {
    let positive = (net > Decimal::ZERO).then_some(net)?;
    Some(Needed {
        least: positive,
        most: positive.checked_mul(Decimal::TWO)?,
    })
}

fn plausible_net(gross: Decimal) -> Option<Needed> {
    let positive = (gross > Decimal::ZERO).then_some(gross)?;
    Some(Needed {
        least: positive.checked_div(Decimal::TWO)?,
        most: positive,
    })
}

fn declared(facts: &Facts) -> Vec<Result<Verdict, Unable>> {
    let mut verdicts = Vec::new();
    let mut judge = |what: String, gross: Decimal, net: Decimal, pointer: Option<String>| {
        let agrees = format!("Declared gross {gross} kg is not below net {net} kg of {what}.");
        let differs = format!("{what}: declared net {net} kg and gross {gross} kg cannot both be.");
        let judgement = if net > Decimal::ZERO && gross >= net {
            Judgement::Agrees
        } else {
            Judgement::Differs
        };
        verdicts.push(Ok(
            Verdict::of(judgement, agrees, differs).expected(pointer, net)
        ));
    };
    let declaration = facts.declaration;
    if let Some((gross, net)) = declaration
        .total_gross_mass_kg
        .zip(declaration.total_net_mass_kg)
    {
        judge("the consignment".to_owned(), gross, net, None);
    }
    for item in &declaration.items {
        if let Some((gross, net)) = item.gross_mass_kg.zip(item.net_mass_kg) {
            let pointer = pointers::net_mass(item.number);
            judge(format!("item {}", item.number), gross, net, pointer);
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, packing_list};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(gross: &str, net: &str) -> TestCase {
        let list = packing_list()
            .field(FieldKey::TotalGrossMassKg, gross)
            .field(FieldKey::TotalNetMassKg, net);
        TestCase::new().with(list)
    }

    #[test]
    fn fires() {
        let verdicts = case("1450", "1535").check("C01");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert_eq!(verdicts[0].observed.len(), 2);
        assert_eq!(
            case("1712", "1861.00").outcomes("C01"),
            [Outcome::Discrepancy]
        );
        let items = json!([{"number": 1, "gross_mass_kg": "5", "net_mass_kg": "0"}]);
        let declared = TestCase::new().declaration(json!({"id": "1", "items": items}));
        assert_eq!(declared.outcomes("C01"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(case("1535", "1450").outcomes("C01"), [Outcome::Pass]);
        assert_eq!(case("1450", "1450").outcomes("C01"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("1.535", "1450").outcomes("C01"),
            [Outcome::Indeterminate]
        );
        assert_eq!(
            TestCase::new().with(packing_list()).outcomes("C01"),
            [Outcome::NotChecked]
        );
    }
}
