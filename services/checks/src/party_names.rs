//! Are two printed names the same party? And do two descriptions share their words?
//!
//! Names are compared without case, legal form, punctuation and script (transliterated to Latin).
//! Deliberately absent: registries and lists of aliases.

use deunicode::deunicode;

/// Legal forms as they stand after transliteration, without blanks and points.
const LEGAL_FORMS: &[&str] = &[
    "gmbh",
    "ag",
    "kg",
    "ohg",
    "ug",
    "se",
    "gmbhcokg",
    "ltd",
    "limited",
    "co",
    "company",
    "corp",
    "corporation",
    "inc",
    "incorporated",
    "llc",
    "llp",
    "plc",
    "pte",
    "pvt",
    "pty",
    "sa",
    "sas",
    "sarl",
    "srl",
    "spa",
    "sl",
    "slu",
    "bv",
    "nv",
    "ab",
    "as",
    "asa",
    "oy",
    "oyj",
    "aps",
    "kft",
    "zrt",
    "doo",
    "dd",
    "sro",
    "spzoo",
    "ooo",
    "oao",
    "zao",
    "pao",
    "jsc",
    "sti",
    "ltdsti",
    "san",
    "tic",
    "ve",
    "and",
    "und",
    "et",
    "y",
    "e",
    "sadecv",
    "cv",
    "ltda",
    "eirl",
    "kk",
    "gk",
    "bhd",
    "sdn",
    "tbk",
    "pt",
    "fze",
    "fzco",
    "wll",
    "est",
    "messrs",
    "ms",
];

/// Words that many names share: two parties are not alike because both are "Industries".
const COMMON_WORDS: &[&str] = &[
    "industries",
    "industry",
    "industrial",
    "trading",
    "trade",
    "international",
    "import",
    "imports",
    "export",
    "exports",
    "group",
    "holding",
    "holdings",
    "enterprise",
    "enterprises",
    "global",
    "manufacturing",
    "products",
    "services",
    "solutions",
    "logistics",
    "commerce",
    "comercio",
    "commercial",
    "handel",
    "handels",
    "sanayi",
    "ticaret",
    "technology",
    "technologies",
    "tech",
    "foods",
    "textile",
    "textiles",
    "tekstil",
    "machinery",
];

/// Legal forms in other scripts, removed before transliteration.
const LEGAL_FORMS_IN_SCRIPT: &[&str] = &[
    "股份有限公司",
    "有限责任公司",
    "有限責任公司",
    "有限公司",
    "集团",
    "株式会社",
    "有限会社",
    "주식회사",
    "(주)",
];

/// Jaro–Winkler over the normalised names in [0, 1], in the better of two orders of the words.
/// 1 when one name's words are exactly those of the other.
pub fn similarity(a: &str, b: &str) -> f64 {
    let candidates = |text: &str| {
        // A name field may carry the first address line with it.
        let first_line = text.lines().next().unwrap_or_default().to_owned();
        [normalised(text), normalised(&first_line)]
    };
    let mut best: f64 = 0.0;
    for left in candidates(a) {
        for right in candidates(b) {
            let whole = similarity_of_normalised(&left, &right);
            let telling = similarity_of_normalised(&distinctive(&left), &distinctive(&right));
            best = best.max(whole.min(telling));
        }
    }
    best
}

/// The words that are not common; all of them where all are.
fn distinctive(words: &[String]) -> Vec<String> {
    let uncommon = |word: &&String| !COMMON_WORDS.contains(&word.as_str());
    let telling: Vec<String> = words.iter().filter(uncommon).cloned().collect();
    if telling.is_empty() {
        words.to_vec()
    } else {
        telling
    }
}

fn similarity_of_normalised(a: &[String], b: &[String]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let joined = strsim::jaro_winkler(&a.join(" "), &b.join(" "));
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    a.sort_unstable();
    b.sort_unstable();
    joined.max(strsim::jaro_winkler(&a.join(" "), &b.join(" ")))
}

/// Whether all words of one name stand in the other: "Arçelik" and "Arçelik Pazarlama".
pub fn contains(a: &str, b: &str) -> bool {
    let (a, b) = (normalised(a), normalised(b));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    // One short word says nothing.
    let telling = short.iter().map(String::len).sum::<usize>() >= 4;
    telling && short.iter().all(|word| long.contains(word))
}

/// The words of a name that tell parties apart, as shown to the officer.
pub fn normalised(name: &str) -> Vec<String> {
    let mut name = name.to_owned();
    for form in LEGAL_FORMS_IN_SCRIPT {
        name = name.replace(form, " ");
    }
    // "A.Ş." and "S.A." are one word each, "Co.,Ltd." two.
    let latin = deunicode(&name).to_lowercase();
    let mut words: Vec<String> = Vec::new();
    for word in latin.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '/' | '&' | '-' | '(' | ')' | '"')
    }) {
        let letters: String = word.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        if !letters.is_empty() && !LEGAL_FORMS.contains(&letters.as_str()) {
            words.push(letters);
        }
    }
    words
}

/// Share of the words of the shorter text that the longer one has too, [0, 1], plurals forgiven.
pub fn words_in_common(a: &str, b: &str) -> f64 {
    share_in_common(&words(a), &words(b))
}

/// The same for texts whose words are at hand: rows are compared with every item.
pub fn share_in_common(a: &[String], b: &[String]) -> f64 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return 0.0;
    }
    let near = |word: &&String| {
        let alike = |other: &String| word == &other || strsim::jaro_winkler(word, other) >= 0.92;
        long.iter().any(alike)
    };
    short.iter().filter(near).count() as f64 / short.len() as f64
}

/// Words of three letters and more, in Latin lower case, without plural s, each once.
pub fn words(text: &str) -> Vec<String> {
    let latin = deunicode(text).to_lowercase();
    let mut words: Vec<String> = latin
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() > 2)
        .map(|word| word.strip_suffix('s').unwrap_or(word).to_owned())
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_party_in_other_dress() {
        for (a, b) in [
            ("MÜLLER Maschinenbau GmbH & Co. KG", "Mueller Maschinenbau"),
            (
                "Ortadoğu Rulman Sanayi ve Tic. A.Ş.",
                "ORTADOGU RULMAN SANAYI VE TIC AS",
            ),
            ("Shanghai Bearing Co.,Ltd.", "SHANGHAI BEARING CO LTD"),
            ("上海轴承有限公司", "上海轴承股份有限公司"),
            ("Acme Trading S.A.\n12 rue de Lyon", "ACME TRADING"),
        ] {
            assert!(similarity(a, b) >= 0.92, "{a} / {b}: {}", similarity(a, b));
        }
    }

    #[test]
    fn other_parties() {
        for (a, b) in [
            ("Shanghai Bearing Co., Ltd.", "Nordwind Handels GmbH"),
            ("Müller Maschinenbau GmbH", "Aydin Tekstil A.S."),
            ("Kazehaya Industries Corporation", "Vegalta Industries S.L."),
        ] {
            assert!(similarity(a, b) < 0.8, "{a} / {b}: {}", similarity(a, b));
        }
        assert!(contains("Arçelik A.Ş.", "Arcelik Pazarlama AS"));
        assert!(!contains("ABC Ltd", "ABC Foods Ltd"));
    }

    #[test]
    fn descriptions_share_words() {
        assert_eq!(
            words_in_common("Ball bearings, steel", "BALL BEARING 6204 steel"),
            1.0
        );
        assert!(words_in_common("Wooden chairs", "ball bearings") < 0.1);
    }
}
