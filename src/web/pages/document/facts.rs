//! The facts of a version as a table to take away.

use super::view::{Fact, Item, View};
use crate::web::export::{Cell, Column, Table};
use crate::web::site::Site;

/// Columns: name for programs, heads, and width in characters.
const COLUMNS: [(&str, &str, &str, f64); 16] = [
    ("number", "序号", "No.", 6.0),
    ("item", "条目", "Item", 30.0),
    ("printedNumber", "原文编号", "Printed number", 9.0),
    ("kind", "类别", "Kind", 10.0),
    ("words", "原文用语", "As printed", 30.0),
    ("meant", "所指机构或文件", "Body or document meant", 30.0),
    ("documentNumber", "发文字号", "Document number", 16.0),
    ("indicator", "指标", "Indicator", 20.0),
    ("measure", "数值", "Measure", 14.0),
    ("date", "截止日期", "Due", 12.0),
    ("confidence", "置信度", "Confidence", 8.0),
    ("remarks", "备注", "Remarks", 12.0),
    ("evidence", "原文依据", "Source sentence", 60.0),
    ("place", "原件位置", "Place in the file", 20.0),
    ("start", "起", "From character", 8.0),
    ("end", "止", "To character", 8.0),
];
/// Number and item stay in sight.
const FROZEN: u16 = 2;

/// What a page about a version shows, a row for each fact; `page` is the path of the page.
pub(super) fn table(site: &Site, view: &View, title: &str, page: &str) -> Table {
    let mut rows = Vec::with_capacity(view.facts.len());
    let mut things = Vec::with_capacity(view.facts.len());
    for item in &view.items {
        for fact in view.facts_of(item) {
            things.push(fact.iri.clone());
            rows.push(row(site, view, (item, fact), page, rows.len() + 1));
        }
    }
    let columns = COLUMNS.map(|(key, zh, en, width)| Column::new(key, site.say(zh, en), width));
    let all = site.say(
        "{}：读出的全部责任、时限、目标和引用，共 {} 条。",
        "{}: all that was read of responsibilities, time limits, targets and citations, {} rows.",
    );
    let all = all.replacen("{}", title, 1).replacen("{}", &rows.len().to_string(), 1);
    let notes = [
        site.say(
            "空白表示原文未载明，不表示没有；一切以原文为准。",
            "An empty cell means that the text does not say, not that there is none; the text prevails.",
        ),
        site.say(
            "“原件位置”是原件的页，或者表格、工作表的行；原件没有页和表的，此栏空白。",
            "The place in the file is its page, or the row of a table or sheet; it is empty where the file has none.",
        ),
        site.say(
            "“起”“止”是原文依据在文本中的位置，按字符计，自 0 起。",
            "From and To say where the source sentence stands in the text, in characters from 0.",
        ),
    ];
    Table {
        name: title.to_owned(),
        sheet: site.say("读出的内容", "What was read").to_owned(),
        columns: columns.into(),
        rows,
        notes: std::iter::once(all).chain(notes.map(str::to_owned)).collect(),
        things,
        frozen: FROZEN,
    }
}

fn row(
    site: &Site,
    view: &View,
    (item, fact): (&Item, &Fact),
    page: &str,
    number: usize,
) -> Vec<Cell> {
    let name = match item.is_root() {
        true => site.say("全文", "the whole document"),
        false => item.name(),
    };
    let meant = fact
        .thing
        .as_ref()
        .map(|iri| Cell::link(fact.name.as_deref().unwrap_or(&fact.words), site.href(iri)));
    let quantity = fact.quantity.as_ref();
    vec![
        number.into(),
        Cell::link(name, format!("{page}#{}", item.anchor)),
        item.number.as_str().into(),
        fact.label.of(site.lang).into(),
        Cell::link(&fact.words, format!("{page}#{}", fact.place())),
        meant.unwrap_or(Cell::Nothing),
        fact.number.clone().into(),
        quantity.map(|quantity| quantity.indicator.clone()).into(),
        quantity.map(super::view::Quantity::measure).into(),
        Cell::day(fact.date.as_deref()),
        Cell::Number(fact.confidence),
        remarks(site, fact).into(),
        view.text.slice(fact.evidence).into(),
        fact.place_in_file.clone().into(),
        fact.evidence.0.into(),
        fact.evidence.1.into(),
    ]
}

fn remarks(site: &Site, fact: &Fact) -> String {
    let inherited = fact.inherited.then(|| site.say("承自上级标题", "by a heading above"));
    let doubtful = fact.is_doubtful().then(|| site.say("存疑", "doubtful"));
    inherited.into_iter().chain(doubtful).collect::<Vec<_>>().join(site.say("；", "; "))
}
