//! Delivery, payment and carriage: the values that invoices, lists and certificates share.

use super::draft::{Draft, Pair};
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::RngExt;

pub fn incoterm(draft: &mut Draft) -> String {
    let it = draft.it;
    let code = draft.plain(K::Incoterm, &it.incoterm);
    let place = match draft.chance(0.3) {
        true => it.incoterm_place.to_uppercase(),
        false => it.incoterm_place.clone(),
    };
    let place = draft
        .ink
        .field(K::IncotermPlace, &place, &it.incoterm_place);
    let edition = draft.one_of(&["", "", "", " #\"(Incoterms 2020)\"", " #\"INCOTERMS 2020\""]);
    format!("{code} {place}{edition}")
}

pub fn payment_terms(draft: &mut Draft) -> String {
    let days = draft.it.payment_days;
    let key = if days == 0 {
        "payment.now"
    } else {
        "payment.days"
    };
    let key = match draft.training_chance(0.2) {
        true => "payment.sentence",
        false => key,
    };
    let text = draft
        .speech
        .say_once(&mut draft.rng, key)
        .replace("{n}", &days.to_string());
    let text = match days > 0 && draft.chance(0.3) {
        true => with_day_or_discount(draft, text),
        false => text,
    };
    draft.plain(K::PaymentTerms, &text)
}

/// The whole sentence is the term: until when, and what may be taken off earlier.
fn with_day_or_discount(draft: &mut Draft, mut text: String) -> String {
    if draft.chance(0.6) {
        let until = draft.speech.say_once(&mut draft.rng, "payment.until");
        let day = draft.day(draft.it.dates.due);
        text = format!("{text} {until} {day}");
    }
    if draft.chance(0.6) {
        let discount = draft.speech.say_once(&mut draft.rng, "payment.discount");
        let (percent, days) = draft.cash_discount_terms();
        let discount = discount
            .replace("{p}", percent)
            .replace("{d}", &days.to_string());
        let mark = draft.one_of(&[", ", "; ", " / ", ". "]);
        text = format!("{text}{mark}{discount}");
    }
    text
}

/// The terms as sentences, each from a line of its own: all of them are one value.
fn terms_in_lines(draft: &mut Draft) -> String {
    let it = draft.it;
    let until = draft.speech.say_once(&mut draft.rng, "payment.until");
    let say = |draft: &mut Draft, key: &str| draft.speech.say_once(&mut draft.rng, key);
    let mut lines = Vec::new();
    match it.payment_days {
        0 => lines.push(say(draft, "payment.now")),
        days => {
            let due = draft.day(it.dates.due);
            let words = say(draft, "payment.days").replace("{n}", &days.to_string());
            lines.push(format!("{words} {until} {due}"));
        }
    }
    if it.payment_days > 0 {
        let (percent, days) = draft.cash_discount_terms();
        let words = say(draft, "payment.discount")
            .replace("{p}", percent)
            .replace("{d}", &days.to_string());
        let earlier = draft.day_after_invoice(days);
        lines.push(match draft.chance(0.6) {
            true => format!("{words} {until} {earlier}"),
            false => words,
        });
    }
    if draft.chance(0.4) {
        lines.reverse();
    }
    let value = lines.join(", ");
    let end = draft.one_of(&["", ",", ".", ";"]);
    let text = lines.join(&format!("{end}\n"));
    draft.ink.field(K::PaymentTerms, &text, &value)
}

/// The terms below their caption, the bank beside them or below.
pub fn terms_and_bank(draft: &mut Draft) -> String {
    let caption = draft.caption("payment_terms");
    let between = draft.one_of(&[" \\ ", " ", " \\ "]);
    let terms = terms_in_lines(draft);
    let terms = format!("{caption}{between}{terms}");
    let bank = draft.bank();
    match draft.one_of(&[0, 0, 1, 2]) {
        0 => format!("#grid(columns: (1fr, 1fr), column-gutter: 14pt, [{terms}], [{bank}])"),
        1 => format!("#grid(columns: (1fr, 1fr), column-gutter: 14pt, [{bank}], [{terms}])"),
        _ => format!("{terms}\n\n{bank}"),
    }
}

/// Ports, vessel, voyage, transport document, containers, seals and marks, as far as they are known.
pub fn route(draft: &mut Draft) -> Vec<Pair> {
    let it = draft.it;
    let mut pairs: Vec<Pair> = vec![
        ("port_of_loading".into(), port(draft, K::PortOfLoading)),
        ("port_of_discharge".into(), port(draft, K::PortOfDischarge)),
    ];
    if !it.by_air && draft.chance(0.6) {
        let vessel = draft.plain(K::VesselName, &it.vessel);
        let together = draft.training_chance(0.35);
        pairs.push(match together {
            // `MARIANNE 1612`, one caption for both.
            true => {
                let mark = draft.one_of(&[" ", " ", " / ", " V.", ", "]);
                let voyage = draft.plain(K::VoyageNumber, &it.voyage);
                (
                    "vessel_name".into(),
                    format!("{vessel}{}{voyage}", escape(mark)),
                )
            }
            false => ("vessel_name".into(), vessel),
        });
        if !together && draft.chance(0.7) {
            pairs.push((
                "voyage_number".into(),
                draft.plain(K::VoyageNumber, &it.voyage),
            ));
        }
    }
    if draft.chance(0.3) {
        let number = crate::consignment::transport_number(it);
        pairs.push((
            "transport_document_number".into(),
            draft.plain(K::TransportDocumentNumber, number),
        ));
    }
    if !it.containers.is_empty() && draft.chance(0.4) {
        pairs.push(("container_number".into(), containers(draft)));
        if draft.chance(0.5) {
            pairs.push(("seal_number".into(), seals(draft)));
        }
    }
    if draft.chance(0.35) {
        pairs.push(("marks".into(), marks(draft)));
    }
    pairs
}

pub fn port(draft: &mut Draft, key: K) -> String {
    let place = match key {
        K::PortOfLoading => draft.it.loading.clone(),
        _ => draft.it.discharge.clone(),
    };
    let country = crate::consignment::country(&place.code[..2]).english_name();
    let text = match draft.one_of(&[0, 0, 1, 2, 3]) {
        0 => place.name.clone(),
        1 => place.name.to_uppercase(),
        2 => format!("{}, {country}", place.name),
        _ => format!("{} PORT, {}", place.name, country).to_uppercase(),
    };
    draft.ink.field(key, &text, &place.code)
}

pub fn containers(draft: &mut Draft) -> String {
    let spaced = draft.chance(0.25);
    let kinds = draft.chance(0.3);
    let it = draft.it;
    let parts: Vec<String> = it
        .containers
        .iter()
        .map(|container| {
            let number = &container.number;
            let text = match spaced {
                true => format!("{} {}-{}", &number[..4], &number[4..10], &number[10..]),
                false => number.clone(),
            };
            let fragment = draft.ink.field(K::ContainerNumber, &text, number);
            match kinds {
                true => format!("{fragment} {}", escape(&format!("/ {}", container.kind))),
                false => fragment,
            }
        })
        .collect();
    parts.join(draft.one_of(&[" \\ ", "#\",\" "]))
}

pub fn seals(draft: &mut Draft) -> String {
    let it = draft.it;
    let parts: Vec<String> = it
        .containers
        .iter()
        .map(|container| draft.ink.plain(K::SealNumber, &container.seal))
        .collect();
    parts.join(" \\ ")
}

pub fn marks(draft: &mut Draft) -> String {
    let marks = &draft.it.marks;
    let text = marks.join("\n");
    draft.ink.field(K::Marks, &text, &marks.join(" "))
}

impl Draft<'_> {
    /// From where to where and by what, in one line.
    pub fn route_line(&mut self) -> String {
        let from = self.words("route.from");
        let loading = port(self, K::PortOfLoading);
        let to = self.words("route.to");
        let discharge = port(self, K::PortOfDischarge);
        let vessel = match !self.it.by_air && self.chance(0.5) {
            true => {
                let per = self.words("route.per");
                let vessel = self.plain(K::VesselName, &self.it.vessel);
                format!("{} {vessel} ", escape(&per))
            }
            false => String::new(),
        };
        format!(
            "{vessel}{} {loading} {} {discharge}",
            escape(&from),
            escape(&to)
        )
    }

    /// Conditions of sale in tiny print, as the last page of an invoice; no field.
    pub fn conditions_page(&mut self) -> String {
        let title = self.words("conditions.title");
        let size = self.one_of(&["5.5pt", "6pt", "6.5pt"]);
        let columns = self.one_of(&[1, 2, 2, 3]);
        let count = self.rng.random_range(14..40);
        let numbered = self.chance(0.8);
        let clauses: Vec<String> = (1..=count)
            .map(|clause| {
                let number = match numbered {
                    true => format!("{clause}. "),
                    false => String::new(),
                };
                let first = self.speech.say_once(&mut self.rng, "conditions.clause");
                let second = self.speech.say_once(&mut self.rng, "conditions.clause");
                escape(&format!("{number}{first} {second}"))
            })
            .collect();
        format!(
            "#pagebreak()\n#strong[{}]\n#set text({size})\n#columns({columns})[{}]\n",
            escape(&title),
            clauses.join("\n\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::with_invoices;

    #[test]
    fn all_lines_of_the_terms_are_one_value() {
        with_invoices(40, |draft| {
            let fragment = terms_in_lines(draft);
            let [mention] = &draft.ink.mentions[..] else {
                panic!("{:?}", draft.ink.mentions);
            };
            let lines = if draft.it.payment_days > 0 { 2 } else { 1 };
            assert_eq!(mention.text.lines().count(), lines, "{}", mention.text);
            assert_eq!(fragment.matches("/*0*/").count(), lines, "{fragment}");
        });
    }
}
