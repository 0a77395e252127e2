//! What certificates say about goods: species, treatments, declarations, standards, numbers of
//! establishments. Invented in combination, usual in form.

use crate::layout::draft::Draft;
use rand::RngExt;

const PLANTS: [&str; 24] = [
    "Coffea arabica",
    "Prunus dulcis",
    "Citrus sinensis",
    "Citrus limon",
    "Malus domestica",
    "Allium cepa",
    "Allium sativum",
    "Oryza sativa",
    "Rosa hybrida",
    "Triticum durum",
    "Triticum aestivum",
    "Vitis vinifera",
    "Quercus robur",
    "Pinus sylvestris",
    "Theobroma cacao",
    "Corylus avellana",
    "Solanum tuberosum",
    "Zea mays L.",
    "Glycine max (L.) Merr.",
    "Musa acuminata",
    "Mangifera indica L.",
    "Dianthus caryophyllus",
    "Phaseolus vulgaris",
    "Persea americana Mill.",
];

/// Scientific and common name.
pub const ENDANGERED: [(&str, &str); 8] = [
    ("Dalbergia latifolia", "Indian rosewood"),
    ("Dalbergia nigra", "Brazilian rosewood"),
    ("Python bivittatus", "Burmese python"),
    ("Python reticulatus", "Reticulated python"),
    ("Crocodylus niloticus", "Nile crocodile"),
    ("Alligator mississippiensis", "American alligator"),
    ("Aniba rosaeodora", "Brazilian rosewood oil"),
    ("Swietenia macrophylla", "Bigleaf mahogany"),
];

const ANIMALS: [&str; 10] = [
    "Bos taurus",
    "Sus scrofa domesticus",
    "Gallus gallus",
    "Salmo salar",
    "Gadus morhua",
    "Thunnus albacares",
    "Penaeus vannamei",
    "Ovis aries",
    "Apis mellifera",
    "Engraulis ringens",
];

pub fn species(draft: &mut Draft) -> &'static str {
    draft.one_of(&PLANTS)
}

pub fn animal(draft: &mut Draft) -> &'static str {
    draft.one_of(&ANIMALS)
}

pub fn treatment(draft: &mut Draft) -> String {
    let hours = draft.one_of(&[12, 24, 48, 72]);
    let degrees = draft.rng.random_range(10..60);
    match draft.rng.random_range(0..7) {
        0 => format!(
            "Methyl bromide {} g/m3, {hours} h",
            draft.rng.random_range(24..80)
        ),
        1 => format!(
            "Heat treatment {degrees} °C, {} min",
            draft.one_of(&[30, 60, 90])
        ),
        2 => format!(
            "Phosphine {} g/t, {} days",
            draft.rng.random_range(2..6),
            draft.rng.random_range(3..10)
        ),
        3 => format!(
            "COLD TREATMENT {}.{} C {} DAYS",
            draft.rng.random_range(0..2),
            draft.rng.random_range(0..9),
            draft.rng.random_range(14..24)
        ),
        4 => draft
            .one_of(&[
                "Fumigation",
                "FUMIGATED",
                "Irradiation 400 Gy",
                "Dipping in fungicide",
            ])
            .to_owned(),
        5 => "None".to_owned(),
        _ => draft
            .one_of(&[
                "Kiln dried",
                "Hot water immersion",
                "Vapour heat",
                "Aluminium phosphide tablets",
            ])
            .to_owned(),
    }
}

pub fn declaration(draft: &mut Draft) -> String {
    let pest = draft.one_of(&[
        "Tuta absoluta",
        "Bactrocera dorsalis",
        "Trogoderma granarium",
        "Xylella fastidiosa",
        "Ceratitis capitata",
        "Globodera rostochiensis",
        "Thrips palmi",
        "Ralstonia solanacearum",
    ]);
    match draft.rng.random_range(0..7) {
        0 => format!("The consignment was inspected and found free from {pest}."),
        1 => format!("The produce originates in an area free from {pest}."),
        2 => "Free from soil and quarantine pests.".to_owned(),
        3 => format!(
            "Grown under an official systems approach against {pest}; lot sampled before export."
        ),
        4 => draft.one_of(&["NIL", "None", "***"]).to_owned(),
        5 => format!(
            "IMPORT PERMIT NO. {} APPLIES",
            draft.rng.random_range(1000..99_999)
        ),
        _ => format!("The wood has been debarked and is free from {pest}."),
    }
}

pub fn establishment(draft: &mut Draft) -> String {
    let country = draft.it.seller.country.clone();
    let number = draft.rng.random_range(1..9999);
    match draft.rng.random_range(0..5) {
        0 => format!("{country} {number:04} EC"),
        1 => format!("{country}-{number:05}"),
        2 => format!("{number}"),
        3 => format!("EST. {number}"),
        _ => format!("{:02}/{number:04}", draft.rng.random_range(1..82)),
    }
}

pub fn standard(draft: &mut Draft) -> String {
    let number = draft.rng.random_range(100..62_000);
    let year = draft.rng.random_range(2001..2025);
    match draft.rng.random_range(0..8) {
        0 => format!("EN ISO {number}:{year}"),
        1 => format!("EN {number}-{}", draft.rng.random_range(1..5)),
        2 => format!("IEC {number}"),
        3 => format!("GB/T {number}-{year}"),
        4 => format!("GB {}.1-{year}", number / 10),
        5 => format!(
            "{}/{}/EU",
            draft.rng.random_range(2006..2022),
            draft.rng.random_range(10..90)
        ),
        6 => format!("ASTM D{}", number / 10),
        _ => format!("TS EN {number}"),
    }
}
