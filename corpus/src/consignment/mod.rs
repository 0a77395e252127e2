//! A trade consignment that never was: who sells what to whom, on which terms, by which ship.
//!
//! Goes in: a seed and a split. Comes out: one `Consignment` in which everything agrees (sums,
//! masses, dates, numbers), and the declaration that belongs to it.
//! Deliberately absent: paper. How a value is printed is the matter of `layout`.

mod carriage;
mod compose;
mod declare;
mod identifiers;
mod lines;
mod numbers;
mod parties;
mod tables;

pub(crate) use compose::letters;
pub use compose::{Wish, compose};
pub use declare::declare;
pub(crate) use declare::{number_and_date, transport_number};
pub use identifiers::{container_number, iban, is_container_number};
pub(crate) use lines::attribute;
pub use tables::{Country, Goods, countries, country, goods, goods_of};

use jiff::civil::Date;
use rust_decimal::Decimal;

#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    pub name: String,
    /// Without name; the last line may be the country.
    pub address: Vec<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub tax_id: String,
    pub phone: String,
    pub email: String,
    pub person: String,
}

/// A line of the invoice and of the packing list.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Index into the goods table.
    pub goods: usize,
    pub product_code: String,
    /// Grade, size or colour, behind the description; may be empty.
    pub variant: String,
    /// Digits only, 6 or 8.
    pub hs_code: String,
    pub origin: String,
    pub quantity: Decimal,
    /// UN/ECE Rec 20.
    pub unit: String,
    pub unit_price: Decimal,
    pub discount: Option<Decimal>,
    pub amount: Decimal,
    pub net_kg: Decimal,
    pub gross_kg: Decimal,
    pub packages: u32,
    /// First and last package number.
    pub cartons: (u32, u32),
    pub batch: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    pub number: String,
    pub seal: String,
    /// `40HC`, `20GP`, …
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// UN/LOCODE.
    pub code: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Dates {
    pub order: Date,
    pub proforma: Date,
    pub packed: Date,
    pub invoice: Date,
    pub certificate: Date,
    pub on_board: Date,
    pub due: Date,
    pub arrival: Date,
    pub acceptance: Date,
    /// End of validity of certificates.
    pub validity: Date,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    pub declaration: String,
    pub invoice: String,
    pub proforma: String,
    pub packing_list: String,
    pub order: String,
    pub contract: String,
    pub certificate: String,
    pub phytosanitary: String,
    pub health: String,
    pub conformity: String,
    pub analysis: String,
    pub insurance: String,
    pub bill_of_lading: String,
    pub air_waybill: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Amounts {
    pub currency: String,
    pub goods: Decimal,
    pub discount: Decimal,
    pub freight: Decimal,
    pub insurance: Decimal,
    pub other: Decimal,
    pub tax: Decimal,
    /// Percent.
    pub tax_rate: Decimal,
    pub total: Decimal,
    pub prepaid: Decimal,
    pub due: Decimal,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Consignment {
    pub seller: Party,
    pub buyer: Party,
    /// Where the goods go, if not to the buyer.
    pub consignee: Option<Party>,
    pub notify: Option<Party>,
    pub producer: Option<Party>,
    pub lines: Vec<Line>,
    pub amounts: Amounts,
    pub dates: Dates,
    pub numbers: Numbers,
    pub incoterm: String,
    pub incoterm_place: String,
    pub by_air: bool,
    pub loading: Place,
    pub discharge: Place,
    pub vessel: String,
    pub voyage: String,
    pub containers: Vec<Container>,
    pub marks: Vec<String>,
    /// UN/ECE Rec 21.
    pub package_kind: String,
    pub total_packages: u32,
    pub total_quantity: Decimal,
    pub net_kg: Decimal,
    pub gross_kg: Decimal,
    pub volume_m3: Decimal,
    /// Days.
    pub payment_days: u32,
    pub iban: String,
    pub bank: String,
    pub bic: String,
    /// Freight, insurance and the like are invoiced as rows of the goods, not among the sums.
    pub charges_as_rows: bool,
    /// What is invoiced are services, which have no tariff number, origin or mass.
    pub of_services: bool,
}

impl Consignment {
    /// Where the goods go.
    pub fn receiver(&self) -> &Party {
        self.consignee.as_ref().unwrap_or(&self.buyer)
    }

    /// The origin of all lines, if it is the same.
    pub fn common_origin(&self) -> Option<&str> {
        let first = self.lines.first()?.origin.as_str();
        self.lines
            .iter()
            .all(|line| line.origin == first)
            .then_some(first)
    }

    /// The unit of all lines, if it is the same.
    pub fn common_unit(&self) -> Option<&str> {
        let first = self.lines.first()?.unit.as_str();
        self.lines
            .iter()
            .all(|line| line.unit == first)
            .then_some(first)
    }

    /// Turns what is to be paid into what is given back: all amounts negative, prices as they were.
    pub fn credit(&mut self) {
        let a = &mut self.amounts;
        for amount in [
            &mut a.goods,
            &mut a.discount,
            &mut a.freight,
            &mut a.insurance,
            &mut a.other,
            &mut a.tax,
            &mut a.total,
            &mut a.prepaid,
            &mut a.due,
        ] {
            *amount = -*amount;
        }
        for line in &mut self.lines {
            line.quantity = -line.quantity;
            line.amount = -line.amount;
            line.discount = line.discount.map(|discount| -discount);
        }
        self.total_quantity = -self.total_quantity;
    }
}
