//! The plan of a goods table on papers that are neither invoice nor packing list: columns as told, the
//! rest plain.

use super::draft::Draft;
use super::table::{Column, Extras, Plan};

pub fn plain_plan(draft: &mut Draft, columns: Vec<Column>, hs_in_text: bool) -> Plan {
    Plan {
        columns,
        extras: Extras {
            hs_code: hs_in_text,
            ..Extras::default()
        },
        currency_in_cells: false,
        unit_in_cells: draft.chance(0.6),
        description_upper: draft.chance(0.4),
        criterion: String::new(),
    }
}
