//! What a document's unambiguous values say about how its writer writes: the decimal mark, whether the
//! day comes before the month, the seller's country, the language. Inferred once per document.

use super::country::{country, country_of_address, country_of_tax_id};
use super::date::{self, Day};
use super::decimal::{self, Number};
use super::fold::fold;
use docexam_domain::{FieldKey, ValueForm};

/// Two-letter codes of the languages told apart.
type Language = &'static str;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    proven_mark: Option<char>,
    proven_day_first: Option<bool>,
    country: Option<String>,
    language: Option<Language>,
}

/// Words of trade papers, folded. One that several languages share counts for each of them.
const LANGUAGE_WORDS: [(Language, &str); 11] = [
    (
        "en",
        "invoice quantity weight the and of goods shipper consignee packing exporter payment",
    ),
    (
        "de",
        "rechnung menge gewicht und der die datum einzelpreis betrag lieferung gesamt fur ursprung",
    ),
    (
        "fr",
        "facture quantite poids montant designation prix pays et livraison expediteur origine du",
    ),
    (
        "es",
        "factura cantidad peso importe precio fecha descripcion pais bultos y del envio origen",
    ),
    (
        "it",
        "fattura quantita importo prezzo descrizione paese peso colli della imponibile merce e",
    ),
    (
        "pt",
        "fatura quantidade valor preco descricao pais volumes peso nao dos origem mercadoria",
    ),
    (
        "nl",
        "factuur aantal gewicht prijs bedrag omschrijving datum het van en levering oorsprong",
    ),
    (
        "pl",
        "faktura ilosc waga cena wartosc kwota nazwa sztuk razem brutto pochodzenia dla i",
    ),
    (
        "tr",
        "fatura miktar agirlik tutar fiyat tarih mense adet toplam ve brut alici mal",
    ),
    (
        "vi",
        "hoa don hang ngay luong tong xuat khau thue dia chi cong ty nguoi",
    ),
    (
        "zh",
        "发票 数量 单价 金额 日期 合计 品名 净重 毛重 原产地 箱单 总计",
    ),
];
/// Fewer hits than this prove no language.
const LANGUAGE_HITS: usize = 3;

impl Context {
    /// From the texts of the mentions and all words of the document.
    pub fn infer<'a>(
        mentions: impl IntoIterator<Item = (FieldKey, &'a str)>,
        words: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let (mut points, mut commas) = (0usize, 0usize);
        let (mut day_first, mut month_first) = (0usize, 0usize);
        let mut by_name = None;
        let mut by_address = None;
        let mut by_tax_id = None;
        for (key, text) in mentions {
            match key.value_form() {
                ValueForm::Decimal | ValueForm::MassKg => match mark_of(text) {
                    Some('.') => points += 1,
                    Some(_) => commas += 1,
                    None => {}
                },
                ValueForm::Date => match date::day(text) {
                    Some(Day::Proves {
                        day_first: true, ..
                    }) => day_first += 1,
                    Some(Day::Proves { .. }) => month_first += 1,
                    _ => {}
                },
                _ => {}
            }
            match key {
                FieldKey::SellerCountry => by_name = by_name.or_else(|| country(text)),
                FieldKey::SellerAddress => {
                    by_address = by_address.or_else(|| country_of_address(text));
                }
                FieldKey::SellerTaxId => {
                    let compacted: String = text.split_whitespace().collect();
                    by_tax_id = by_tax_id.or_else(|| country_of_tax_id(&compacted));
                }
                _ => {}
            }
        }
        Self {
            proven_mark: majority(points, commas).map(|p| if p { '.' } else { ',' }),
            proven_day_first: majority(day_first, month_first),
            country: by_name.or(by_address).or(by_tax_id),
            language: language_of(words),
        }
    }

    /// The character before the decimals: proven by other numbers, else usual in the language.
    pub fn decimal_mark(&self) -> Option<char> {
        // English is written everywhere, with the marks of whoever writes it.
        let by_language = self
            .language
            .filter(|l| *l != "en")
            .map(|language| match language {
                "zh" => '.',
                _ => ',',
            });
        self.proven_mark.or(by_language)
    }

    /// Whether `04/05` is the fourth of May: proven by other dates, else by country or language.
    pub fn day_first(&self) -> Option<bool> {
        let by_country = self.country.as_deref().and_then(|country| match country {
            "US" | "PH" => Some(false),
            // Both orders are in use.
            "CA" => None,
            _ => Some(true),
        });
        let by_language = self.language.filter(|l| *l != "en").map(|_| true);
        self.proven_day_first.or(by_country).or(by_language)
    }

    /// Of the seller, ISO 3166-1 alpha-2.
    pub fn country(&self) -> Option<&str> {
        self.country.as_deref()
    }
}

fn mark_of(text: &str) -> Option<char> {
    match decimal::number(text)? {
        Number::Exact { proves, .. } => proves,
        Number::Ambiguous { .. } => None,
    }
}

/// Whether the first clearly outnumbers the second: four to one, so that one misreading does not decide.
fn majority(first: usize, second: usize) -> Option<bool> {
    if first > 0 && first >= 4 * second {
        Some(true)
    } else if second > 0 && second >= 4 * first {
        Some(false)
    } else {
        None
    }
}

fn language_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Language> {
    let mut hits = [0usize; LANGUAGE_WORDS.len()];
    for word in words {
        let folded = fold(word);
        for (hit, (_, names)) in hits.iter_mut().zip(LANGUAGE_WORDS) {
            *hit += usize::from(names.split(' ').any(|name| name == folded));
        }
    }
    let best = hits.iter().copied().max()?;
    let alone = hits.iter().filter(|hit| **hit == best).count() == 1;
    let index = hits.iter().position(|hit| *hit == best)?;
    (best >= LANGUAGE_HITS && alone).then_some(LANGUAGE_WORDS[index].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_misreading_does_not_turn_the_document() {
        let amounts = ["1.234,56", "99,50", "10,00", "5,20", "12.50"];
        let mentions = amounts.map(|text| (FieldKey::LineAmount, text));
        assert_eq!(Context::infer(mentions, []).decimal_mark(), Some(','));
        let torn = ["99,50", "12.50"].map(|text| (FieldKey::LineAmount, text));
        assert_eq!(Context::infer(torn, []).decimal_mark(), None);
    }

    #[test]
    fn the_country_comes_from_the_seller() {
        let mentions = [
            (FieldKey::SellerAddress, "Via Roma 1\n20121 Milano\nItalia"),
            (FieldKey::BuyerAddress, "5 Main St\nUSA"),
        ];
        let context = Context::infer(mentions, []);
        assert_eq!(context.country(), Some("IT"));
        assert_eq!(context.day_first(), Some(true));
    }
}
