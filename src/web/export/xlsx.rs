//! A table as a workbook (Office Open XML), to be sorted, filtered, filled in and printed.

use std::time::SystemTime;

use jiff::civil::Date;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Url, Workbook,
    Worksheet, XlsxError,
};

use super::table::{Cell, Table};
use crate::web::site::Site;

/// Characters that a cell may hold.
const CELL: usize = 32_767;
const A4: u8 = 9;

/// The workbook: a sheet of the table and one of its notes.
pub(super) fn write(site: &Site, table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&about(table, site.store.last_change()));
    fill(site, workbook.add_worksheet().set_name(&table.sheet)?, table)?;
    let notes = workbook.add_worksheet().set_name(site.say("说明", "Notes"))?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    notes.set_column_width(0, 100.0)?;
    let source = format!("{} {}", site.say("来源", "Source:"), site.here_at_host());
    for (row, line) in (0..).zip(table.notes.iter().chain([&source])) {
        notes.write_string_with_format(row, 0, line, &wrapped)?;
    }
    workbook.save_to_buffer()
}

/// The same state of the store makes the same bytes.
fn about(table: &Table, changed: Option<SystemTime>) -> DocProperties {
    let about = DocProperties::new().set_title(&table.name).set_author("纲目");
    let made = changed.and_then(|at| jiff::Timestamp::try_from(at).ok()).unwrap_or_default();
    match ExcelDateTime::from_timestamp(made.as_second()) {
        Ok(made) => about.set_creation_datetime(&made),
        Err(_) => about,
    }
}

fn fill(site: &Site, sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let cell = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_border(FormatBorder::Thin)
        .set_border_color(Color::RGB(0xBF_BF_BF));
    let head = cell.clone().set_bold().set_background_color(Color::RGB(0xEE_EE_E8));
    let day = cell.clone().set_num_format("yyyy-mm-dd");
    for (at, column) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(0, at, &column.title, &head)?;
        sheet.set_column_width(at, column.width)?;
    }
    for (number, row) in (1..).zip(&table.rows) {
        for (at, value) in (0..).zip(row) {
            match value {
                Cell::Nothing => sheet.write_blank(number, at, &cell)?,
                Cell::Number(value) => sheet.write_number_with_format(number, at, *value, &cell)?,
                Cell::Text(text) => {
                    sheet.write_string_with_format(number, at, fitting(text), &cell)?
                }
                Cell::Day(text) => match date(text) {
                    Some(date) => sheet.write_datetime_with_format(number, at, &date, &day)?,
                    None => sheet.write_string_with_format(number, at, text, &cell)?,
                },
                Cell::Link(text, path) => {
                    let link = Url::new(format!("{}{path}", site.host));
                    sheet.write_url_with_options(
                        number,
                        at,
                        link,
                        fitting(text),
                        "",
                        Some(&cell),
                    )?
                }
            };
        }
    }
    let last = table.columns.len().saturating_sub(1) as u16;
    sheet.autofilter(0, 0, table.rows.len() as u32, last)?;
    sheet.set_freeze_panes(1, table.frozen)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    // An ampersand begins a code in heads and feet.
    sheet.set_header(format!("&C{}", table.name.replace('&', "&&")));
    sheet.set_footer(site.say("&C第 &P 页，共 &N 页", "&CPage &P of &N"));
    Ok(())
}

fn date(day: &str) -> Option<ExcelDateTime> {
    let day: Date = day.parse().ok()?;
    let year = u16::try_from(day.year()).ok()?;
    ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8).ok()
}

/// Text that fits in a cell; one that is cut says so.
fn fitting(text: &str) -> String {
    const CUT: &str = "……（过长，此处不全，见网页）";
    match text.encode_utf16().count() > CELL {
        true => text.chars().take(CELL / 2 - CUT.len()).collect::<String>() + CUT,
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(fitting("短"), "短");
        let long = fitting(&"长".repeat(CELL + 1));
        assert!(long.ends_with("见网页）") && long.encode_utf16().count() <= CELL);
    }
}
