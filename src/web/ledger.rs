//! The ledger (台账) of one bearer as a workbook (Office Open XML): all its tasks with whom it shares them, by when, to
//! what measure, and the sentence that says so, to be sorted, filtered, filled in and printed.

use std::time::SystemTime;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Url, Workbook,
    Worksheet, XlsxError,
};

use super::agency::{Limit, Task, duties};
use super::error::WebError;
use super::paging::encode;
use super::site::Site;

const NAME: &str = include_str!("queries/agency.rq");
const BEARERS: &str = include_str!("queries/api_responsibilities.rq");

const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Characters that a cell may hold.
const CELL: usize = 32_767;
const A4: u8 = 9;

/// Columns: head, and width in characters.
const COLUMNS: [(&str, f64); 14] = [
    ("序号", 6.0),
    ("角色", 8.0),
    ("任务", 32.0),
    ("原文编号", 9.0),
    ("牵头单位", 20.0),
    ("责任单位", 20.0),
    ("配合单位", 24.0),
    ("时限", 18.0),
    ("截止日期", 12.0),
    ("目标", 30.0),
    ("文件", 32.0),
    ("年度", 7.0),
    ("备注", 14.0),
    ("原文依据", 50.0),
];
/// Where the roles that have columns of their own are.
const ROLES: [(&str, u16); 3] = [("lead", 4), ("responsible", 5), ("support", 6)];

/// The workbook about a bearer; `host` is what links begin with.
pub(super) fn build(site: &Site, iri: &str, host: &str) -> Result<Response, WebError> {
    let row = site.row(NAME, &[("agency", iri)])?;
    let name = row.ok_or_else(|| site.not_found(iri.to_owned()))?.text("name");
    let mut entries = Vec::new();
    for duties in duties(site, iri)? {
        for mut task in duties.tasks {
            task.limit(site)?;
            entries.push(Entry::read(site, iri, duties.role.zh.clone(), task)?);
        }
    }
    let bytes = workbook(&name, host, &entries, site.store.last_change())?;
    let file = format!("attachment; filename*=UTF-8''{}", encode(&format!("{name}台账.xlsx")));
    let headers = [(header::CONTENT_TYPE, KIND.to_owned()), (header::CONTENT_DISPOSITION, file)];
    Ok((headers, bytes).into_response())
}

/// One task in one role.
struct Entry {
    role: String,
    task: Task,
    /// Where the version that says so is shown: it stays, whatever becomes current.
    link: String,
    /// Bearers by column of [`ROLES`].
    bearers: [Vec<String>; 3],
    /// The sentences that give the bearer its part.
    evidence: Vec<String>,
}

impl Entry {
    fn read(site: &Site, agency: &str, role: String, task: Task) -> Result<Self, WebError> {
        let (mut bearers, mut evidence) = <([Vec<String>; 3], Vec<String>)>::default();
        let mut rows = site.rows(BEARERS, &[("task", &task.iri)])?;
        // As printed: the first of several leads is the one in charge.
        rows.sort_by_cached_key(|row| {
            (row.number("start"), row.text("words").find(&row.text("surface")))
        });
        for row in rows {
            let of = row.text("role");
            let column = ROLES.iter().position(|(code, _)| of.ends_with(&format!("/{code}")));
            if let Some(column) = column {
                push(&mut bearers[column], row.text("surface"));
            }
            if row.text("agency") == agency && site.labels.of(&of).zh == role {
                push(&mut evidence, row.text("words"));
            }
        }
        Ok(Self { link: site.href(&task.iri), role, task, bearers, evidence })
    }

    /// The first day that the task or a target of it is due.
    fn due(&self) -> Option<ExcelDateTime> {
        let limits = self.task.deadlines.iter().chain(&self.task.targets);
        let first = limits.filter_map(|limit| limit.date.as_ref()?.parse::<Date>().ok()).min()?;
        let (year, month, day) = (first.year(), first.month(), first.day());
        ExcelDateTime::from_ymd(u16::try_from(year).ok()?, month as u8, day as u8).ok()
    }

    /// What makes it other than a task printed in a document in force.
    fn remarks(&self) -> String {
        let tier = self.task.document.tier.as_ref().map(|tier| tier.zh.clone());
        let inherited = self.task.inherited.then(|| "承自上级标题".to_owned());
        tier.into_iter().chain(inherited).collect::<Vec<_>>().join("；")
    }
}

fn push(list: &mut Vec<String>, one: String) {
    if !list.contains(&one) {
        list.push(one);
    }
}

fn quotes(limits: &[Limit]) -> String {
    let mut all = Vec::new();
    limits.iter().for_each(|limit| push(&mut all, limit.quote.clone()));
    all.join("\n")
}

fn workbook(
    name: &str,
    host: &str,
    entries: &[Entry],
    changed: Option<SystemTime>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let mut about = DocProperties::new().set_title(format!("{name}台账")).set_author("纲目");
    // The same state of the store makes the same bytes.
    let made = changed.and_then(|at| jiff::Timestamp::try_from(at).ok()).unwrap_or_default();
    if let Ok(made) = ExcelDateTime::from_timestamp(made.as_second()) {
        about = about.set_creation_datetime(&made);
    }
    workbook.set_properties(&about);
    ledger(workbook.add_worksheet().set_name("台账")?, name, host, entries)?;
    notes(workbook.add_worksheet().set_name("说明")?, name, host, entries.len())?;
    workbook.save_to_buffer()
}

fn ledger(
    sheet: &mut Worksheet,
    name: &str,
    host: &str,
    entries: &[Entry],
) -> Result<(), XlsxError> {
    let cell = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_border(FormatBorder::Thin)
        .set_border_color(Color::RGB(0xBF_BF_BF));
    let head = cell.clone().set_bold().set_background_color(Color::RGB(0xEE_EE_E8));
    let day = cell.clone().set_num_format("yyyy-mm-dd");
    for (column, (title, width)) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, title, &head)?;
        sheet.set_column_width(column, width)?;
    }
    for (number, entry) in (1_u32..).zip(entries) {
        let mut put = |column: u16, text: String| -> Result<(), XlsxError> {
            sheet.write_string_with_format(number, column, fitting(text), &cell).map(drop)
        };
        put(1, entry.role.clone())?;
        put(3, entry.task.number.clone())?;
        for ((_, column), bearers) in ROLES.iter().zip(&entry.bearers) {
            put(*column, bearers.join("、"))?;
        }
        put(7, quotes(&entry.task.deadlines))?;
        put(9, quotes(&entry.task.targets))?;
        put(10, entry.task.document.title.clone())?;
        put(11, entry.task.document.year.clone())?;
        put(12, entry.remarks())?;
        put(13, entry.evidence.join("\n"))?;
        sheet.write_number_with_format(number, 0, number, &cell)?;
        match entry.due() {
            Some(due) => sheet.write_datetime_with_format(number, 8, &due, &day)?,
            None => sheet.write_blank(number, 8, &cell)?,
        };
        let (link, text) = (Url::new(format!("{host}{}", entry.link)), entry.task.name.clone());
        sheet.write_url_with_options(number, 2, link, fitting(text), "", Some(&cell))?;
    }
    let (last_row, last_column) = (entries.len() as u32, COLUMNS.len() as u16 - 1);
    sheet.autofilter(0, 0, last_row, last_column)?;
    sheet.set_freeze_panes(1, 3)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    // An ampersand begins a code in heads and feet.
    sheet.set_header(format!("&C{}台账", name.replace('&', "&&")));
    sheet.set_footer("&C第 &P 页，共 &N 页");
    Ok(())
}

fn notes(sheet: &mut Worksheet, name: &str, host: &str, rows: usize) -> Result<(), XlsxError> {
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_column_width(0, 100.0)?;
    let lines = [
        format!("{name}：现行文件中的全部任务，共 {rows} 行，每项任务的每种角色一行。"),
        "空白表示原文未载明，不表示没有。".to_owned(),
        "单位名称、时限、目标均照录原文；“截止日期”为任务及其目标中最早的一个，由原文推算。"
            .to_owned(),
        "“备注”标明征求意见稿、非正式文本，以及由上级标题统一分工的任务；这些以原文为准。"
            .to_owned(),
        "“原文依据”是写明该单位职责的原句；点击任务名称可在网页上查看原文。".to_owned(),
        format!("来源 Source: {host}"),
    ];
    for (row, line) in (0..).zip(lines) {
        sheet.write_string_with_format(row, 0, line, &wrapped)?;
    }
    Ok(())
}

/// Text that fits in a cell; one that is cut says so.
fn fitting(text: String) -> String {
    const CUT: &str = "……（过长，此处不全，见网页）";
    match text.encode_utf16().count() > CELL {
        true => text.chars().take(CELL / 2 - CUT.len()).collect::<String>() + CUT,
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(fitting("短".to_owned()), "短");
        let long = fitting("长".repeat(CELL + 1));
        assert!(long.ends_with("见网页）") && long.encode_utf16().count() <= CELL);
    }
}
