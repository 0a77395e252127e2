//! Fields that are not printed by themselves but follow from one that is: the currency beside an amount,
//! the place behind an Incoterms rule, the country of an address. Always surer to have it printed:
//! a derived field is less confident than its source, and cites the source's place on the page.

use crate::normalise::{country_of_address, country_of_tax_id, currency_in, place_after_rule};
use docexam_domain::{Field, FieldKey};

/// Of the source's confidence: a name or sign read for what it is, beside the value it belongs to.
const PART_OF_THE_SOURCE: f32 = 0.95;
/// An address in one country may belong to a party of another.
const INFERRED: f32 = 0.8;

/// Adds what follows from the fields of one document and is not there yet.
pub fn add_derived(fields: &mut Vec<Field>) {
    let derived = [
        currency(fields),
        incoterm_place(fields),
        country(
            fields,
            FieldKey::SellerCountry,
            FieldKey::SellerAddress,
            FieldKey::SellerTaxId,
        ),
        country(
            fields,
            FieldKey::BuyerCountry,
            FieldKey::BuyerAddress,
            FieldKey::BuyerTaxId,
        ),
    ];
    for field in derived.into_iter().flatten() {
        // A mention that yields no value makes room: a document has one currency, one place.
        fields.retain(|other| other.key != field.key);
        // Behind its source, so that reading order holds.
        let source = fields
            .iter()
            .position(|f| f.page_anchor == field.page_anchor);
        let position = source.map_or(fields.len(), |s| s + 1);
        fields.insert(position, field);
    }
}

/// The currency that the total, or else another amount, carries in its text.
fn currency(fields: &[Field]) -> Option<Field> {
    if has(fields, FieldKey::Currency) {
        return None;
    }
    let sources = [
        FieldKey::TotalAmount,
        FieldKey::AmountDue,
        FieldKey::GoodsAmount,
        FieldKey::FreightAmount,
    ];
    let of_rows = fields.iter().flat_map(|field| &field.properties);
    let mut carriers = sources
        .iter()
        .filter_map(|key| fields.iter().find(|f| f.key == *key))
        .chain(of_rows.filter(|f| matches!(f.key, FieldKey::LineAmount | FieldKey::UnitPrice)));
    carriers.find_map(|source| {
        let code = currency_in(&source.mention_text)
            .or_else(|| source.mention_text.contains('$').then(|| "USD".to_owned()))?;
        Some(from(
            source,
            FieldKey::Currency,
            &source.mention_text,
            code,
            PART_OF_THE_SOURCE,
        ))
    })
}

fn incoterm_place(fields: &[Field]) -> Option<Field> {
    if has(fields, FieldKey::IncotermPlace) {
        return None;
    }
    let source = fields.iter().find(|f| f.key == FieldKey::Incoterm)?;
    let place = place_after_rule(&source.mention_text)?;
    Some(from(
        source,
        FieldKey::IncotermPlace,
        &source.mention_text,
        place,
        PART_OF_THE_SOURCE,
    ))
}

fn country(fields: &[Field], key: FieldKey, address: FieldKey, tax_id: FieldKey) -> Option<Field> {
    if has(fields, key) {
        return None;
    }
    let source = |key| fields.iter().find(|f: &&Field| f.key == key);
    let by_address = source(address).and_then(|source| {
        let code = country_of_address(&source.mention_text)?;
        Some((source, code))
    });
    let by_tax_id = || {
        let source = source(tax_id)?;
        let code = country_of_tax_id(source.normalized_value.as_deref()?)?;
        Some((source, code))
    };
    let (source, code) = by_address.or_else(by_tax_id)?;
    let last_line = source.mention_text.lines().last().unwrap_or_default();
    Some(from(source, key, last_line, code, INFERRED))
}

fn has(fields: &[Field], key: FieldKey) -> bool {
    fields
        .iter()
        .any(|f| f.key == key && f.normalized_value.is_some())
}

fn from(source: &Field, key: FieldKey, text: &str, value: String, factor: f32) -> Field {
    Field {
        key,
        mention_text: text.to_owned(),
        normalized_value: Some(value),
        alternative_values: Vec::new(),
        confidence: source.confidence * factor,
        page_anchor: source.page_anchor.clone(),
        properties: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: FieldKey, text: &str) -> Field {
        Field {
            key,
            mention_text: text.to_owned(),
            normalized_value: Some(text.to_owned()),
            alternative_values: Vec::new(),
            confidence: 0.9,
            page_anchor: None,
            properties: Vec::new(),
        }
    }

    #[test]
    fn what_follows_is_added_and_what_is_printed_stays() {
        let mut fields = vec![
            field(
                FieldKey::SellerAddress,
                "Hauptstr. 5\n70173 Stuttgart\nGermany",
            ),
            field(FieldKey::BuyerTaxId, "FR12345678901"),
            field(FieldKey::Incoterm, "CIF  Shanghai"),
            field(FieldKey::TotalAmount, "EUR 11.150,00"),
        ];
        add_derived(&mut fields);
        let value = |key| {
            let found = fields.iter().find(|f| f.key == key);
            found.map(|f| (f.value().to_owned(), f.confidence < 0.9))
        };
        assert_eq!(
            value(FieldKey::SellerCountry),
            Some(("DE".to_owned(), true))
        );
        assert_eq!(value(FieldKey::BuyerCountry), Some(("FR".to_owned(), true)));
        assert_eq!(
            value(FieldKey::IncotermPlace),
            Some(("Shanghai".to_owned(), true))
        );
        assert_eq!(value(FieldKey::Currency), Some(("EUR".to_owned(), true)));

        let mut printed = vec![
            field(FieldKey::SellerAddress, "Wien\nAustria"),
            field(FieldKey::SellerCountry, "DE"),
        ];
        add_derived(&mut printed);
        assert_eq!(printed.len(), 2);
    }
}
