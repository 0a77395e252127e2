//! Columns of masses, settled by the totals.
//!
//! Net and gross mass stand beside each other, and volumes beside both; a head that was not read leaves it to
//! the model to guess. What a column adds up to tells. Goes in: rows and totals. Comes out: rows whose masses
//! have the key of the total that they make.

use crate::candidates::{Candidate, number_in, sum_of_column};
use docexam_domain::FieldKey;
use rust_decimal::Decimal;

/// Rows are rounded: half a per cent, but a net mass is seldom so close to a gross mass.
const NEAR: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// Log-odds lost by values that cannot both be right.
pub(crate) const IMPOSSIBLE: f32 = 2.5;

/// `rows` are the cells of each row; `total` gives the document's total of net or gross mass.
pub fn settle_masses(
    rows: &mut [&mut Vec<Candidate>],
    total: impl Fn(FieldKey) -> Option<Decimal>,
) {
    use FieldKey::{GrossMassKg, NetMassKg};
    let sum = |key| sum_of_column(rows.iter().map(|cells| cells.as_slice()), key);
    let (net, gross) = (sum(NetMassKg), sum(GrossMassKg));
    let (of_net, of_gross) = (
        total(FieldKey::TotalNetMassKg),
        total(FieldKey::TotalGrossMassKg),
    );
    let is = |sum: Option<Decimal>, total: Option<Decimal>| matches!((sum, total), (Some(sum), Some(total)) if are_near(sum, total));
    // Where net and gross are the same, nothing can be told.
    if is(of_net, of_gross) || is(net, of_net) || is(gross, of_gross) {
        return;
    }
    let (net_is_gross, gross_is_net) = (is(net, of_gross), is(gross, of_net));
    for cells in rows {
        if gross_is_net {
            cells.retain(|cell| cell.mention.key != NetMassKg || net_is_gross);
        } else if net_is_gross {
            cells.retain(|cell| cell.mention.key != GrossMassKg);
        }
        for cell in cells.iter_mut() {
            match cell.mention.key {
                NetMassKg if net_is_gross => cell.mention.key = GrossMassKg,
                GrossMassKg if gross_is_net => cell.mention.key = NetMassKg,
                _ => {}
            }
        }
    }
}

/// A net mass above the gross mass of the same goods: one of them is misread, or the paper is wrong. Which, nobody
/// can say who sees only this, so both are doubted.
pub fn doubt_impossible(cells: &mut [Candidate], net: FieldKey, gross: FieldKey) {
    if matches!((number_in(cells, net), number_in(cells, gross)), (Some(net), Some(gross)) if net > gross)
    {
        for cell in cells {
            if cell.mention.key == net || cell.mention.key == gross {
                cell.odds -= IMPOSSIBLE;
            }
        }
    }
}

fn are_near(one: Decimal, other: Decimal) -> bool {
    let difference = one.checked_sub(other).map(|difference| difference.abs());
    let allowed = other.abs().checked_mul(NEAR);
    matches!((difference, allowed), (Some(d), Some(a)) if d <= a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mentions::Mention;
    use crate::normalise::Context;
    use FieldKey::{GrossMassKg, NetMassKg};
    use docexam_domain::Rect;

    fn cell(key: FieldKey, text: &str) -> Candidate {
        let mention = Mention {
            key,
            page: 0,
            first_word: 0,
            text: text.to_owned(),
            bbox: Rect::default(),
            confidence: 0.9,
        };
        Candidate::new(mention, &Context::default())
    }

    /// Keys and texts of the first of two rows of the given columns.
    fn settled(
        columns: [(FieldKey, [&str; 2]); 2],
        net: &str,
        gross: &str,
    ) -> Vec<(FieldKey, String)> {
        let row = |at: usize| {
            columns
                .iter()
                .map(|(key, texts)| cell(*key, texts[at]))
                .collect()
        };
        let (mut first, mut second): (Vec<Candidate>, Vec<Candidate>) = (row(0), row(1));
        let total = |key| match key {
            FieldKey::TotalNetMassKg => net.parse().ok(),
            _ => gross.parse().ok(),
        };
        settle_masses(&mut [&mut first, &mut second], total);
        let cells = first.into_iter();
        cells
            .map(|cell| (cell.mention.key, cell.mention.text))
            .collect()
    }

    #[test]
    fn columns_take_the_key_of_the_total_that_they_make() {
        let masses = [
            (GrossMassKg, ["2808", "1036"]),
            (NetMassKg, ["10.50", "3.879"]),
        ];
        let only_net = [(NetMassKg, "2808".to_owned())];
        assert_eq!(settled(masses, "3844", "4100"), only_net);
        let swapped = [
            (NetMassKg, ["2950", "1150"]),
            (GrossMassKg, ["2808", "1036"]),
        ];
        let right = [
            (GrossMassKg, "2950".to_owned()),
            (NetMassKg, "2808".to_owned()),
        ];
        assert_eq!(settled(swapped, "3844", "4100"), right);
    }

    #[test]
    fn a_net_mass_above_the_gross_mass_makes_both_doubtful() {
        let odds = |net: &str| -> f32 {
            let mut cells = [cell(NetMassKg, net), cell(GrossMassKg, "100")];
            doubt_impossible(&mut cells, NetMassKg, GrossMassKg);
            cells.iter().map(|cell| cell.odds).sum()
        };
        assert!(odds("90") > odds("110") + IMPOSSIBLE);
        assert_eq!(odds("90"), odds("100"));
    }

    #[test]
    fn what_fits_or_fits_nothing_stays() {
        let masses = [
            (NetMassKg, ["2808", "1036"]),
            (GrossMassKg, ["2950", "1150"]),
        ];
        let as_read = [
            (NetMassKg, "2808".to_owned()),
            (GrossMassKg, "2950".to_owned()),
        ];
        assert_eq!(settled(masses, "3844", "4100"), as_read);
        assert_eq!(settled(masses, "9000", "9500"), as_read);
        assert_eq!(settled(masses, "4100", "4100"), as_read);
    }
}
