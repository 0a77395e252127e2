//! The cells of the goods table: each value in the house's way of printing it.

use super::draft::Draft;
use super::table::{Column, Plan};
use crate::consignment::{Line, attribute, goods};
use crate::lexicon::{country_name, package_name, rec20_printed};
use crate::paper::escape;
use docexam_domain::FieldKey;
use rand::RngExt;
use rust_decimal::Decimal;

impl Draft<'_> {
    pub fn cell(&mut self, plan: &Plan, column: Column, row: usize, line: &Line) -> String {
        use FieldKey as K;
        let language = self.speech.language.clone();
        match column {
            Column::LineNumber => {
                let cell = self.line_number(row);
                match plan.columns.contains(&Column::ProductCode) {
                    true => cell,
                    false => self.above_code(cell, row, line),
                }
            }
            Column::ProductCode => {
                let code = self.product_code(row, line);
                self.among_other_codes(code)
            }
            Column::Description => self.description(plan, row, line),
            Column::HsCode => {
                let printed = self.hs_printed(&line.hs_code);
                self.ink.cell(row, K::HsCode, &printed, &line.hs_code)
            }
            Column::Origin => {
                let text = match plan.columns.len() > 7 {
                    true => line.origin.clone(),
                    false => country_name(&mut self.rng, &line.origin, &language),
                };
                self.ink.cell(row, K::CountryOfOrigin, &text, &line.origin)
            }
            Column::Quantity => self.quantity(row, line),
            Column::QuantityUnit => {
                let quantity = self.quantity(row, line);
                let gap = self.remember("unit gap", |rng| {
                    [" ", " ", " ", " ", "", " \\ "][rng.random_range(0..6)].to_owned()
                });
                let unit = self.unit(row, line);
                match self.remember("unit first", |rng| {
                    (rng.random_range(0..12) == 0).to_string()
                }) == "true"
                {
                    true => format!("{unit} {quantity}"),
                    false => format!("{quantity}{gap}{unit}"),
                }
            }
            Column::Unit => self.unit(row, line),
            Column::UnitPrice => {
                let asked = line.unit_price * self.priced_for(plan);
                let text = self.number_text(asked, 2);
                let price = self.ink.cell(row, K::UnitPrice, &text, &asked.to_string());
                let price = self.with_currency(plan, price);
                match self.habit("prices for each unit", 0.06) {
                    true => {
                        let unit = self.unit_printed(line);
                        format!("{price}{}", escape(&format!(" / {unit}")))
                    }
                    false => price,
                }
            }
            Column::Discount => match line.discount {
                Some(discount) => {
                    let text = self.number_text(discount, 2);
                    self.ink
                        .cell(row, K::DiscountAmount, &text, &discount.to_string())
                }
                None => String::new(),
            },
            Column::Amount => {
                let text = self.number_text(line.amount, 2);
                let amount = self
                    .ink
                    .cell(row, K::LineAmount, &text, &line.amount.to_string());
                let amount = self.with_currency(plan, amount);
                // A letter or star says how the row is taxed.
                let mark = self.remember("marks of tax", |rng| {
                    let marks = [" A", " *", " B", " 1"];
                    match rng.random_bool(0.06) {
                        true => marks[rng.random_range(0..4)].to_owned(),
                        false => String::new(),
                    }
                });
                match mark.is_empty() {
                    true => amount,
                    false => format!("{amount}{}", escape(&mark)),
                }
            }
            Column::Net => self.line_mass(plan, row, K::NetMassKg, line.net_kg),
            Column::Gross => self.line_mass(plan, row, K::GrossMassKg, line.gross_kg),
            Column::Packages => {
                let text = self.number_text(Decimal::from(line.packages), 0);
                self.ink
                    .cell(row, K::Packages, &text, &line.packages.to_string())
            }
            Column::PackagesKind => {
                let text = self.number_text(Decimal::from(line.packages), 0);
                let count = self
                    .ink
                    .cell(row, K::Packages, &text, &line.packages.to_string());
                let kind = self.package_kind_cell(row);
                match self.training_habit("contents of packages", 0.3) {
                    true => {
                        let each = self.content_of_package(line);
                        format!("{count} {kind} {each}")
                    }
                    false => format!("{count} {kind}"),
                }
            }
            Column::Cartons => {
                let (first, last) = line.cartons;
                let text = match first == last {
                    true => first.to_string(),
                    false => format!("{first}{}{last}", self.one_of(&["-", " - ", "~", "-"])),
                };
                self.ink
                    .cell(row, K::CartonRange, &text, &format!("{first}-{last}"))
            }
            Column::TaxRate => {
                let rate = self.tax_rate();
                escape(&rate)
            }
            Column::DiscountRate if self.training_habit("true rates", 0.7) => {
                self.discount_rate(line)
            }
            Column::DiscountRate => {
                let text = self.remember("zero rate", |rng| {
                    ["0 %", "%0,00", "0,00", "0.00", "0"][rng.random_range(0..5)].to_owned()
                });
                escape(&text)
            }
            Column::Incoterm => {
                let code = self.it.incoterm.clone();
                self.ink.plain(K::Incoterm, &code)
            }
            Column::PackageKind => self.package_kind_cell(row),
            Column::Mode => {
                let text = self.remember("mode", |rng| {
                    [
                        "Sea",
                        "Road",
                        "Kara yolu",
                        "Deniz yolu",
                        "Air",
                        "1",
                        "3",
                        "Truck",
                    ][rng.random_range(0..8)]
                    .to_owned()
                });
                escape(&text)
            }
            Column::DeliveryPlace => {
                let place = self.it.receiver().address.join(" ");
                escape(&place)
            }
            Column::Ean => {
                let digits = self.digits(13);
                escape(&digits)
            }
            Column::TaxAmount | Column::NoDiscount => match self.chance(0.15) {
                true => String::new(),
                false => {
                    let none = self.number_text(Decimal::ZERO, 2);
                    escape(&none)
                }
            },
            Column::Remark => match self.chance(0.2) {
                true => self.note("row.note"),
                false => String::new(),
            },
            Column::Composition => {
                let first = self.rng.random_range(5..19) * 5;
                let words = self.one_of(&["PA", "EL", "CO", "PES", "AL", "PP", "Fe", "PVC"]);
                let rest = self.one_of(&["EL", "LY", "Zn", "Cu", "VI"]);
                escape(&format!("%{first} {words} %{} {rest}", 100 - first))
            }
            Column::Kind => {
                let name = goods()[line.goods].description(&language);
                let manner = self.remember("kinds", |rng| rng.random_range(0..3).to_string());
                escape(&match manner.as_str() {
                    "0" => name.to_uppercase(),
                    // Only what stands before the particulars.
                    "1" => name.split(',').next().unwrap_or(name).to_owned(),
                    _ => name.to_owned(),
                })
            }
            Column::GrossPrice => {
                let price = line.unit_price * Decimal::from(self.rng.random_range(100..125))
                    / Decimal::from(100);
                let text = self.number_text(price.round_dp(2), 2);
                escape(&text)
            }
            Column::PricePer => {
                let number = self.priced_for(plan).to_string();
                match self.training_habit("unit of prices", 0.4) {
                    true => escape(&format!("{number} {}", self.unit_printed(line))),
                    false => escape(&number),
                }
            }
            Column::Dimensions => {
                let side = |rng: &mut rand_chacha::ChaCha8Rng| rng.random_range(4..25) * 5;
                let (a, b, c) = (
                    side(&mut self.rng),
                    side(&mut self.rng),
                    side(&mut self.rng),
                );
                let mark = self.remember("times", |rng| {
                    ["x", " x ", "*", "×"][rng.random_range(0..4)].to_owned()
                });
                escape(&format!("{a}{mark}{b}{mark}{c}"))
            }
            Column::Volume => {
                let volume = (line.gross_kg / Decimal::from(280)).round_dp(3);
                let text = self.number_text(volume, 3);
                escape(&text)
            }
            Column::Delivered => {
                let day = self.day(self.it.dates.packed);
                escape(&day)
            }
            // One cell over all rows, written with the table.
            Column::Marks => String::new(),
            // A batch is a header key that repeats; it stands in the row without being part of it.
            Column::Batch => self.ink.plain(K::BatchNumber, &line.batch),
            Column::Criterion => {
                let criterion = plan.criterion.clone();
                self.ink
                    .cell(row, K::OriginCriterion, &criterion, &criterion)
            }
        }
    }

    /// By ones or by tens, with noughts before it, or below a section.
    pub fn line_number(&mut self, row: usize) -> String {
        let manner = self.remember("line numbers", |rng| rng.random_range(0..10).to_string());
        let number = match manner.as_str() {
            "0" | "4" => (row + 1) * 10,
            _ => row + 1,
        };
        let (text, value) = match manner.as_str() {
            "1" => (format!("{number:02}"), number.to_string()),
            "2" => (format!("{number}."), number.to_string()),
            "3" => (format!("{number:03}"), number.to_string()),
            "4" => (format!("{number:06}"), number.to_string()),
            "5" => (format!("1.{number}"), format!("1.{number}")),
            _ => (number.to_string(), number.to_string()),
        };
        self.ink.cell(row, FieldKey::LineNumber, &text, &value)
    }

    /// The rate of the tax, mostly nought, with the letter of its category in some houses.
    fn tax_rate(&mut self) -> String {
        let rate = self.it.amounts.tax_rate.normalize();
        let taxed = !rate.is_zero();
        self.remember("rate of tax", |rng| match rng.random_range(0..6) {
            0 if taxed => format!("S {rate} %"),
            0 => ["E 0 %", "Z 0", "G", "K"][rng.random_range(0..4)].to_owned(),
            1 => format!("%{rate}"),
            2 => format!("{rate:.2}"),
            3 => format!("{rate:.2}%").replace('.', ","),
            4 => rate.to_string(),
            _ => format!("{rate} %"),
        })
    }

    /// How many the price is for: one, or the number that its column says.
    fn priced_for(&mut self, plan: &Plan) -> Decimal {
        let many =
            plan.columns.contains(&Column::PricePer) && self.training_habit("prices of many", 0.6);
        match many {
            true => Decimal::from(
                self.remember("priced for", |rng| {
                    ["10", "100", "100", "1000"][rng.random_range(0..4)].to_owned()
                })
                .parse::<u32>()
                .unwrap_or(1),
            ),
            false => Decimal::ONE,
        }
    }

    /// `of 25 kg`, `à 12,5 KG`, `(25 KG/BAG)`: what one package holds; no field.
    fn content_of_package(&mut self, line: &Line) -> String {
        let each = line.net_kg / Decimal::from(line.packages.max(1));
        let text = self.number_text(each.round_dp(1), 0);
        let manner = self.remember("contents", |rng| rng.random_range(0..5).to_string());
        escape(&match manner.as_str() {
            "0" => format!("of {text} kg"),
            "1" => format!("à {text} kg"),
            "2" => format!("({text} KG/{})", line.unit),
            "3" => format!("x {text}KG"),
            _ => format!("{text} kg each"),
        })
    }

    /// What is taken off the row in percent of its price; nothing where nothing is.
    fn discount_rate(&mut self, line: &Line) -> String {
        let Some(discount) = line.discount else {
            return String::new();
        };
        let full = line.amount + discount;
        let rate = match full.is_zero() {
            true => Decimal::ZERO,
            false => (discount * Decimal::from(100) / full).round_dp(2),
        };
        let text = self.number_text(rate, 0);
        let manner = self.remember("rates of discounts", |rng| {
            rng.random_range(0..4).to_string()
        });
        escape(&match manner.as_str() {
            "0" => format!("{text} %"),
            "1" => format!("%{text}"),
            "2" => format!("-{text}%"),
            _ => text,
        })
    }

    fn quantity(&mut self, row: usize, line: &Line) -> String {
        // Many print decimals whether there are any or not.
        let whole = line.quantity.normalize().scale() == 0;
        let places = if whole && !self.habit("decimals of quantities", 0.25) {
            0
        } else {
            2
        };
        let text = self.number_text(line.quantity, places);
        self.ink.cell(
            row,
            FieldKey::Quantity,
            &text,
            &line.quantity.normalize().to_string(),
        )
    }

    /// One print form of each unit a document.
    fn unit(&mut self, row: usize, line: &Line) -> String {
        let text = self.unit_printed(line);
        self.ink.cell(row, FieldKey::Unit, &text, &line.unit)
    }

    /// Some records print the code of Rec 20 itself.
    pub fn unit_printed(&mut self, line: &Line) -> String {
        if self.habit("codes of units", 0.07) {
            return line.unit.clone();
        }
        let language = self.speech.language.clone();
        self.remember(&format!("unit {}", line.unit), |rng| {
            rec20_printed(rng, &line.unit, &language)
        })
    }

    /// One print form of the kind of packages a document, and the Rec 21 code of what is printed.
    pub fn package_kind_name(&mut self) -> (String, String) {
        let (language, kind) = (self.speech.language.clone(), self.it.package_kind.clone());
        let both = self.remember("package kind", |rng| {
            let (name, code) = package_name(rng, &kind, &language);
            format!("{name}|{code}")
        });
        let (name, code) = both.split_once('|').unwrap_or((&both, &both));
        (name.to_owned(), code.to_owned())
    }

    /// The kind of packages in a row.
    pub fn package_kind_cell(&mut self, row: usize) -> String {
        let (name, code) = self.package_kind_name();
        self.ink.cell(row, FieldKey::PackageKind, &name, &code)
    }

    fn line_mass(&mut self, plan: &Plan, row: usize, key: FieldKey, kg: Decimal) -> String {
        let places = self
            .remember("mass places", |rng| {
                ["0", "1", "2", "3"][rng.random_range(0..4)].to_owned()
            })
            .parse()
            .unwrap_or(2);
        let mut text = self.number_text(kg, places);
        if plan.unit_in_cells {
            text.push_str(&self.remember("mass unit", |rng| {
                [" kg", " KG", "kg", " KGS"][rng.random_range(0..4)].to_owned()
            }));
        }
        self.ink.cell(row, key, &text, &kg.normalize().to_string())
    }

    fn with_currency(&mut self, plan: &Plan, amount: String) -> String {
        if !plan.currency_in_cells {
            return amount;
        }
        let currency = self.it.amounts.currency.clone();
        let sign = self.remember("cell currency", |rng| {
            match (rng.random_range(0..3), currency.as_str()) {
                (0, "EUR") => "€".to_owned(),
                (0, "USD") => "$".to_owned(),
                (0, "GBP") => "£".to_owned(),
                _ => currency.clone(),
            }
        });
        let fragment = self.ink.field(FieldKey::Currency, &sign, &currency);
        match sign == "$" || sign == "£" {
            true => format!("{fragment}{amount}"),
            false => format!("{amount} {fragment}"),
        }
    }

    fn description(&mut self, plan: &Plan, row: usize, line: &Line) -> String {
        use FieldKey as K;
        let item = &goods()[line.goods];
        let language = self.speech.language.clone();
        let mut text = self.with_particulars(item.description(&language));
        if let Some(second) = self.speech.second.clone()
            && self.remember("two descriptions", |rng| rng.random_bool(0.4).to_string()) == "true"
        {
            text = format!("{text} / {}", item.description(&second));
        }
        if self.it.of_services {
            text = self.speech.say_once(&mut self.rng, "row.services");
        } else if !line.variant.is_empty() {
            text = format!("{text}, {}", line.variant);
        }
        if self.habit("long texts", 0.13) {
            for _ in 0..self.rng.random_range(1..5) {
                text = format!("{text}\n{}", attribute(&mut self.rng));
            }
        }
        if plan.description_upper {
            text = text.to_uppercase();
        }
        let value = text.replace('\n', " ");
        let mut fragment = self.ink.cell(row, K::Description, &text, &value);
        if plan.extras.product_code {
            let code = self.product_code(row, line);
            fragment = self.beside_code(fragment, code);
        }
        if plan.extras.hs_code {
            let caption = self.words("col.hs_code");
            let printed = self.hs_printed(&line.hs_code);
            let code = self.ink.cell(row, K::HsCode, &printed, &line.hs_code);
            fragment = format!("{fragment} \\ {} {code}", escape(&format!("{caption}:")));
        }
        if plan.extras.origin {
            let caption = self.words("col.country_of_origin");
            let name = country_name(&mut self.rng, &line.origin, &language);
            let origin = self.ink.cell(row, K::CountryOfOrigin, &name, &line.origin);
            fragment = format!("{fragment} \\ {} {origin}", escape(&format!("{caption}:")));
        }
        if plan.extras.batch {
            let caption = self.words("batch_number");
            let batch = self.ink.plain(K::BatchNumber, &line.batch);
            fragment = format!("{fragment} \\ {} {batch}", escape(&format!("{caption}:")));
        }
        fragment
    }
}
