//! Tables as they are printed: wrapped descriptions, missing cells, two-line rows, page breaks.

use super::*;
use crate::fixture::{LINE, PageOf};
use FieldKey::{Description, HsCode, LineAmount, LineNumber, Packages, Quantity, Unit, UnitPrice};

/// Pitch of the lines of a paragraph.
const STEP: f32 = LINE * 1.3;

fn table(pages: &[TaggedPage]) -> Vec<Vec<(FieldKey, String)>> {
    let indices: Vec<usize> = (0..pages.len()).collect();
    rows(pages, &indices)
        .into_iter()
        .map(|row| row.cells.into_iter().map(|c| (c.key, c.text)).collect())
        .collect()
}

fn cell_of(row: &[(FieldKey, String)], key: FieldKey) -> &str {
    row.iter()
        .find(|(k, _)| *k == key)
        .map_or("", |(_, text)| text)
}

/// One row with its description wrapped over the given lines.
fn item(
    page: PageOf,
    y: f32,
    description: &str,
    quantity: &str,
    amount: &str,
    sure: bool,
) -> PageOf {
    if sure {
        page.first_cell(Description, 0.1, y, description)
    } else {
        page.unsure_cell(Description, 0.1, y, description)
    }
    .cell(Quantity, 0.6, y, quantity)
    .cell(Unit, 0.68, y, "PCS")
    .cell(LineAmount, 0.85, y, amount)
}

#[test]
fn wrapped_descriptions_stay_with_their_row() {
    for sure in [true, false] {
        let page = PageOf::invoice()
            .print(0.1, 0.3, "Description")
            .print(0.6, 0.3, "Qty");
        let page = item(
            page,
            0.32,
            "Ball bearings\nradial type\nISO 15",
            "500",
            "1,115.00",
            sure,
        );
        let page = item(page, 0.32 + 3.0 * STEP, "Seals", "20", "40.00", sure);
        let page = item(
            page,
            0.32 + 4.0 * STEP,
            "Housings\ncast iron",
            "7",
            "70.00",
            sure,
        );
        let rows = table(&[page.page()]);
        assert_eq!(rows.len(), 3, "sure: {sure}, {rows:?}");
        assert_eq!(
            cell_of(&rows[0], Description),
            "Ball bearings\nradial type\nISO 15"
        );
        assert_eq!(cell_of(&rows[1], Description), "Seals");
        assert_eq!(cell_of(&rows[2], Description), "Housings\ncast iron");
        assert_eq!(cell_of(&rows[2], LineAmount), "70.00");
    }
}

#[test]
fn a_missing_cell_leaves_the_others_in_place() {
    let page = item(PageOf::invoice(), 0.3, "Bearings", "5", "10.00", true)
        .first_cell(Description, 0.1, 0.33, "Sample without value")
        .cell(Quantity, 0.6, 0.33, "1");
    let page = item(page, 0.36, "Seals", "3", "9.00", true);
    let rows = table(&[page.page()]);
    assert_eq!(rows.len(), 3);
    assert_eq!(cell_of(&rows[1], LineAmount), "");
    assert_eq!(cell_of(&rows[1], Quantity), "1");
    assert_eq!(cell_of(&rows[2], LineAmount), "9.00");
}

#[test]
fn rows_of_two_lines_keep_both() {
    let mut page = PageOf::invoice();
    for (index, amount) in ["10.00", "20.00", "30.00"].iter().enumerate() {
        let y = 0.3 + index as f32 * 2.0 * STEP;
        page = page
            .first_cell(LineNumber, 0.05, y, &(index + 1).to_string())
            .cell(Description, 0.1, y, "Pump housing")
            .cell(LineAmount, 0.85, y, amount)
            .cell(HsCode, 0.1, y + STEP, "8413.91.00")
            .cell(Quantity, 0.5, y + STEP, "4")
            .cell(UnitPrice, 0.6, y + STEP, "2.50");
    }
    let rows = table(&[page.page()]);
    assert_eq!(rows.len(), 3, "{rows:?}");
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(cell_of(row, LineNumber), (index + 1).to_string());
        assert_eq!(cell_of(row, HsCode), "8413.91.00");
        assert_eq!(cell_of(row, UnitPrice), "2.50");
    }
}

#[test]
fn a_description_wraps_over_the_page_break() {
    let first = item(
        PageOf::invoice(),
        0.9,
        "Gear motor with\nflange",
        "2",
        "600.00",
        true,
    );
    let second = PageOf::invoice()
        .at(0, 2)
        .cell(Description, 0.1, 0.1, "and brake, 400 V");
    let mut second = item(second, 0.1 + STEP, "Spare brake", "1", "80.00", true).page();
    second.words[0].begins = 0.1;
    let rows = table(&[first.page(), second]);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(
        cell_of(&rows[0], Description),
        "Gear motor with\nflange\nand brake, 400 V"
    );
    assert_eq!(cell_of(&rows[1], Description), "Spare brake");
}

#[test]
fn a_slanted_line_stays_one_row() {
    let page = PageOf::invoice()
        .first_cell(Description, 0.1, 0.300, "Bearings")
        .cell(Quantity, 0.6, 0.303, "5")
        .cell(LineAmount, 0.85, 0.305, "10.00")
        .first_cell(Description, 0.1, 0.330, "Seals")
        .cell(Quantity, 0.6, 0.333, "6")
        .cell(LineAmount, 0.85, 0.335, "12.00")
        .page();
    let rows = table(&[page]);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(cell_of(&rows[1], LineAmount), "12.00");
}

#[test]
fn stray_tags_make_no_row() {
    let page = PageOf::invoice().first_cell(Unit, 0.1, 0.3, "PCS").page();
    assert!(table(&[page]).is_empty());
    assert!(table(&[]).is_empty());
}

#[test]
fn a_number_broken_in_a_narrow_column_is_one_cell() {
    let mut page = item(PageOf::invoice(), 0.3, "Bearings", "5", "10.00", true)
        .cell(HsCode, 0.4, 0.3, "8482\n1090")
        .page();
    page.words.last_mut().expect("there").begins = 0.05;
    let rows = table(&[page]);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(cell_of(&rows[0], HsCode), "8482\n1090");
}

#[test]
fn a_code_that_is_repeated_below_starts_no_row() {
    let page = item(PageOf::invoice(), 0.3, "Bearings", "5", "10.00", false)
        .unsure_cell(HsCode, 0.5, 0.3, "8482 10")
        .unsure_cell(HsCode, 0.1, 0.3 + STEP, "848210");
    let page = item(page, 0.3 + 2.0 * STEP, "Seals", "7", "14.00", false)
        .unsure_cell(HsCode, 0.5, 0.3 + 2.0 * STEP, "4016 93")
        .unsure_cell(HsCode, 0.1, 0.3 + 3.0 * STEP, "401693");
    let rows = table(&[page.page()]);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(cell_of(&rows[0], HsCode), "8482 10");
}

#[test]
fn a_code_below_the_line_number_is_no_part_of_the_description_beside_it() {
    let page = PageOf::invoice()
        .first_cell(LineNumber, 0.1, 0.3, "1")
        .cell(Description, 0.3, 0.3, "Gelling sugar\nExtra 250g")
        .cell(Description, 0.1, 0.3 + STEP, "GZ250")
        .cell(Quantity, 0.7, 0.3, "50");
    let rows = table(&[page.page()]);
    assert_eq!(cell_of(&rows[0], Description), "Gelling sugar\nExtra 250g");
    assert_eq!(cell_of(&rows[0], FieldKey::ProductCode), "GZ250");
}

#[test]
fn a_name_above_its_numbers_is_one_row_with_them() {
    let mut page = PageOf::invoice();
    for (row, (number, name, quantity, amount)) in [
        ("1", "Ball bearings", "500", "1,115.00"),
        ("2", "Wooden chairs", "20", "40.00"),
    ]
    .into_iter()
    .enumerate()
    {
        let y = 0.3 + 5.0 * STEP * row as f32;
        page = page
            .first_cell(Description, 0.1, y, name)
            .first_cell(LineNumber, 0.05, y + STEP, number)
            .cell(Quantity, 0.6, y + STEP, quantity)
            .cell(LineAmount, 0.85, y + STEP, amount);
    }
    let rows = table(&[page.page()]);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(cell_of(&rows[1], LineNumber), "2");
    assert_eq!(cell_of(&rows[1], Description), "Wooden chairs");
    assert_eq!(cell_of(&rows[1], LineAmount), "40.00");
}

#[test]
fn a_line_number_below_the_first_line_belongs_to_its_row() {
    let numbered = |lines: f32| {
        let page = item(PageOf::invoice(), 0.3, "Bearings", "5", "10.00", true);
        let y = 0.3 + lines * STEP;
        let page = page.first_cell(LineNumber, 0.05, y, "1");
        table(&[page.cell(Packages, 0.5, y, "873").page()])
    };
    let close = numbered(1.0);
    assert_eq!(close.len(), 1, "{close:?}");
    assert_eq!(cell_of(&close[0], LineNumber), "1");
    let far = numbered(6.0);
    assert_eq!(
        far.len(),
        2,
        "it counts something that was not read: {far:?}"
    );
}

/// Two rows of three printed lines whose numbers stand in the middle, in a table from 0.05 to 0.95.
fn centred_rows() -> PageOf {
    let mut page = PageOf::invoice();
    for (row, (goods, quantity)) in [
        ("Bush\nrubber\nblack", "4860"),
        ("Mount\nsteel\nzinc", "35"),
    ]
    .into_iter()
    .enumerate()
    {
        let y = 0.3 + 3.0 * STEP * row as f32;
        page = page
            .unsure_cell(Description, 0.1, y, goods)
            .unsure_cell(LineNumber, 0.05, y + STEP, &(row + 1).to_string())
            .unsure_cell(Quantity, 0.6, y + STEP, quantity)
            .unsure_cell(LineAmount, 0.85, y + STEP, "15.649,20");
    }
    page
}

/// A rule in parts, as the reader tells it, right above printed line `line`.
fn ruled(page: PageOf, line: f32, to: f32) -> PageOf {
    let y = 0.3 + line * STEP - 0.15 * LINE;
    (0..4).fold(page, |page, part| {
        let x = |part: i32| 0.05 + (to - 0.05) * part as f32 / 4.0;
        page.rule_across(x(part), x(part + 1), y)
    })
}

#[test]
fn what_stands_between_two_rules_is_one_row() {
    let page = [0.0, 3.0, 6.0].into_iter();
    let page = page.fold(centred_rows(), |page, line| ruled(page, line, 0.95));
    let rows = table(&[page.page()]);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(cell_of(&rows[0], Description), "Bush\nrubber\nblack");
    assert_eq!(cell_of(&rows[1], Description), "Mount\nsteel\nzinc");
    assert_eq!(cell_of(&rows[1], Quantity), "35");
}

#[test]
fn a_frame_around_rows_and_a_short_rule_part_nothing() {
    let expected = table(&[centred_rows().page()]);
    let framed = ruled(ruled(centred_rows(), 0.0, 0.95), 6.0, 0.95);
    assert_eq!(table(&[framed.page()]), expected);
    let short = ruled(centred_rows(), 3.0, 0.5);
    assert_eq!(table(&[short.page()]), expected);
}

#[test]
fn a_frame_around_the_numbers_of_one_row_is_one_row() {
    let page = PageOf::invoice()
        .unsure_cell(Description, 0.1, 0.3, "Mould\naluminium\nMould")
        .unsure_cell(Quantity, 0.6, 0.3 + STEP, "11")
        .unsure_cell(LineAmount, 0.85, 0.3 + STEP, "28.250,00");
    let page = ruled(ruled(page, 0.0, 0.95), 3.0, 0.95);
    let rows = table(&[page.page()]);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(cell_of(&rows[0], Description), "Mould\naluminium\nMould");
    assert_eq!(cell_of(&rows[0], Quantity), "11");
}

#[test]
fn a_text_in_two_ruled_columns_is_read_column_by_column() {
    let page = item(PageOf::invoice(), 0.3, "Trendy\nsocks", "5", "10.00", true).cell(
        Description,
        0.3,
        0.3,
        "Women's\nhosiery",
    );
    let text = |page: PageOf| cell_of(&table(&[page.page()])[0], Description).to_owned();
    assert_eq!(text(page.clone()), "Trendy Women's\nsocks hosiery");
    let ruled = page.rule_down(0.25, 0.2, 0.5);
    assert_eq!(text(ruled), "Trendy\nsocks\nWomen's\nhosiery");
}

#[test]
fn a_number_before_a_slash_is_the_article_s() {
    let name_of = |page: PageOf| {
        let rows = table(&[page.cell(Quantity, 0.6, 0.3, "5").page()]);
        let cell = |key| cell_of(&rows[0], key).to_owned();
        [cell(FieldKey::ProductCode), cell(Description)]
    };
    let apart = PageOf::invoice().first_cell(Description, 0.1, 0.3, "5050938 / Resin LL6201");
    assert_eq!(name_of(apart), ["5050938", "Resin LL6201"]);
    let glued = PageOf::invoice()
        .first_cell(FieldKey::ProductCode, 0.1, 0.3, "5050938/RESIN")
        .cell(Description, 0.25, 0.3, "LL6201");
    assert_eq!(name_of(glued), ["5050938", "RESIN LL6201"]);
    let size = PageOf::invoice().first_cell(Description, 0.1, 0.3, "A4/Letter paper");
    assert_eq!(name_of(size), ["", "A4/Letter paper"]);
}

#[test]
fn of_two_codes_in_a_row_the_national_one_is_the_tariff_s() {
    let page = item(PageOf::invoice(), 0.3, "Bush", "5", "10.00", true)
        .cell(HsCode, 0.3, 0.3, "201310")
        .cell(HsCode, 0.45, 0.3, "401699520000");
    assert_eq!(cell_of(&table(&[page.page()])[0], HsCode), "401699520000");
}

#[test]
fn what_stands_in_the_column_of_codes_is_no_description() {
    let page = item(PageOf::invoice(), 0.3, "Coil", "5", "10.00", true)
        .cell(Description, 0.03, 0.3, "Toolbox")
        .cell(FieldKey::ProductCode, 0.03, 0.3 + STEP, "CO-123");
    let rows = table(&[page.page()]);
    assert_eq!(cell_of(&rows[0], Description), "Coil");
    assert_eq!(cell_of(&rows[0], FieldKey::ProductCode), "CO-123");
}

/// A number amid the height of its row, beside a note.
#[test]
fn a_row_finds_its_number_beside_the_note_below_it() {
    let line = |page: PageOf, y: f32, number: &str, goods: &str| {
        let page = page.first_cell(LineNumber, 0.05, y, number);
        page.cell(Description, 0.1, y, goods)
    };
    let counts = |page: PageOf, y: f32| {
        page.cell(Quantity, 0.6, y, "2")
            .cell(Unit, 0.68, y, "PCS")
            .cell(LineAmount, 0.85, y, "40.00")
    };
    let table_of = |second: &str| {
        let page = counts(line(PageOf::invoice(), 0.32, "1", "Seals"), 0.32);
        let page = page.first_cell(Description, 0.1, 0.38, "Ball bearings");
        let page = line(
            counts(page, 0.38),
            0.38 + 2.0 * STEP,
            second,
            "Tested by hand",
        );
        table(&[counts(line(page, 0.5, "3", "Rings"), 0.5).page()])
    };
    let rows = table_of("2");
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(cell_of(&rows[1], LineNumber), "2");
    assert_eq!(cell_of(&rows[1], Description), "Ball bearings");
    // Another number counts something else.
    assert_eq!(table_of("7").len(), 4);
}

#[test]
fn between_two_numbers_that_follow_each_other_there_is_no_row() {
    let table_of = |numbers: [&str; 2], last: &str| {
        let mut page = PageOf::invoice();
        for (row, number) in numbers.into_iter().enumerate() {
            let y = 0.3 + 0.1 * row as f32;
            page = page
                .first_cell(LineNumber, 0.05, y, number)
                .cell(Description, 0.1, y, "Seals")
                .cell(Quantity, 0.6, y, "2")
                .cell(LineAmount, 0.85, y, "40.00")
                .first_cell(Description, 0.1, y + 0.05, "of which rubber")
                .cell(Quantity, 0.6, y + 0.05, "4")
                .cell(HsCode, 0.7, y + 0.05, "40169300");
        }
        table(&[page.cell(LineAmount, 0.85, 0.45, last).page()])
    };
    let rows = table_of(["1", "2"], "");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(cell_of(&rows[0], Quantity), "2");
    assert_eq!(cell_of(&rows[0], HsCode), "40169300");
    // A gap in the count may be a row whose number was not read; and what has an amount is a row.
    assert_eq!(table_of(["1", "3"], "").len(), 4);
    assert_eq!(table_of(["1", "2"], "12.00").len(), 3);
}
