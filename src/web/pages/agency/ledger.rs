//! The ledger (台账) of one bearer: all its tasks with whom it shares them, by when, to what measure, and the sentence
//! that says so.

use super::{Asked, Limit, Task, duties, name, parts, title};
use crate::web::error::WebError;
use crate::web::export::{Cell, Column, Table};
use crate::web::labels::Label;
use crate::web::site::Site;

/// Columns: name for programs, heads, and width in characters.
const COLUMNS: [(&str, &str, &str, f64); 15] = [
    ("number", "序号", "No.", 6.0),
    ("role", "角色", "Role", 8.0),
    ("task", "任务", "Task", 32.0),
    ("printedNumber", "原文编号", "Printed number", 9.0),
    ("leads", "牵头单位", "Lead", 20.0),
    ("responsible", "责任单位", "Responsible", 20.0),
    ("supports", "配合单位", "Support", 24.0),
    ("deadline", "时限", "Time limit", 18.0),
    ("due", "截止日期", "Due", 12.0),
    ("targets", "目标", "Targets", 30.0),
    ("document", "文件", "Document", 32.0),
    ("year", "年度", "Year", 7.0),
    ("remarks", "备注", "Remarks", 14.0),
    ("evidence", "原文依据", "Source sentence", 50.0),
    ("place", "原件位置", "Place in the file", 16.0),
];
/// The roles that have columns of their own.
const ROLES: [&str; 3] = ["lead", "responsible", "support"];
/// Number, role and task stay in sight.
const FROZEN: u16 = 3;

/// The ledger of a bearer: what an address asks for of its tasks, in all roles if it names none.
pub(in crate::web::pages) fn table(
    site: &Site,
    iri: &str,
    asked: &Asked,
) -> Result<Table, WebError> {
    let name = name(site, iri)?;
    let (mut rows, mut things) = (Vec::new(), vec![iri.to_owned()]);
    for duties in asked.of(site, duties(site, iri)?) {
        for mut task in duties.tasks {
            task.limit(site)?;
            things.push(task.iri.clone());
            rows.push(entry(site, iri, &duties.role, &task, rows.len() + 1)?);
        }
    }
    let columns = COLUMNS.map(|(key, zh, en, width)| Column::new(key, site.say(zh, en), width));
    Ok(Table {
        sheet: site.say("台账", "Ledger").to_owned(),
        columns: columns.into(),
        notes: notes(site, &name, rows.len()),
        rows,
        things,
        frozen: FROZEN,
        name: format!("{name}{}", site.say("台账", " ledger")),
    })
}

fn notes(site: &Site, name: &str, rows: usize) -> Vec<String> {
    let first = site.say(
        "{}：现行文件中的全部任务，共 {} 行，每项任务的每种角色一行。",
        "{}: all its tasks in current documents, {} rows, one for each of its roles in a task.",
    );
    let others = [
        (
            "空白表示原文未载明，不表示没有。",
            "An empty cell means that the text does not say, not that there is none.",
        ),
        (
            "单位名称、时限、目标均照录原文；“截止日期”为任务及其目标中最早的一个，由原文推算。",
            "Names, time limits and targets are as printed; Due is the first day of the task and its targets, worked out from the text.",
        ),
        (
            "“备注”标明征求意见稿、非正式文本、由上级标题统一分工的任务，以及任务表中重述正文的任务；这些以原文为准。",
            "Remarks mark drafts, unofficial texts, tasks that a heading above assigns, and rows of tables that restate the body; the text prevails.",
        ),
        (
            "“原文依据”是写明该单位职责的原句；点击任务名称可在网页上查看原文。",
            "The source sentence is the one that gives the body its part; the task's name leads to the text.",
        ),
        (
            "“原件位置”是原句在原件中的页，或者表格、工作表的行；原件没有页和表的，此栏空白。",
            "The place in the file is the sentence's page, or its row of a table or sheet; it is empty where the file has none.",
        ),
    ];
    let first = first.replacen("{}", name, 1).replacen("{}", &rows.to_string(), 1);
    std::iter::once(first).chain(others.map(|(zh, en)| site.say(zh, en).to_owned())).collect()
}

/// One task in one role.
fn entry(
    site: &Site,
    agency: &str,
    role: &Label,
    task: &Task,
    number: usize,
) -> Result<Vec<Cell>, WebError> {
    let (mut bearers, mut evidence, mut places) =
        <([Vec<String>; 3], Vec<String>, Vec<String>)>::default();
    for row in parts(site, task)? {
        let of = row.text("role");
        if let Some(column) = ROLES.iter().position(|code| of.ends_with(&format!("/{code}"))) {
            push(&mut bearers[column], row.text("surface"));
        }
        if row.text("agency") == agency && site.labels.of(&of) == *role {
            push(&mut evidence, row.text("words"));
            row.get("place").into_iter().for_each(|place| push(&mut places, place));
        }
    }
    let [leads, responsible, supports] = bearers.map(|names| Cell::from(names.join("、")));
    Ok(vec![
        number.into(),
        role.of(site.lang).into(),
        // Where the version that says so is shown: it stays, whatever becomes current.
        Cell::link(&task.name, site.href(&task.iri)),
        task.number.as_str().into(),
        leads,
        responsible,
        supports,
        quotes(&task.deadlines).into(),
        Cell::day(task.due.first().map(|day| &**day)),
        quotes(&task.targets).into(),
        title(site, &task.document).into(),
        task.document.year.clone().into(),
        remarks(site, task).into(),
        evidence.join("\n").into(),
        places.join("\n").into(),
    ])
}

/// What makes it other than a task printed in a document in force.
fn remarks(site: &Site, task: &Task) -> String {
    let tier = task.document.tier.as_ref().filter(|_| task.document.draft);
    let tier = tier.map(|tier| tier.label().of(site.lang).to_owned());
    let inherited = site.say("承自上级标题", "assigned by a heading above").to_owned();
    let inherited = task.inherited.then_some(inherited);
    let restates = task.restates.as_ref().map(|(called, _)| {
        site.say("与 {} 为同一任务", "the same task as {}").replace("{}", called)
    });
    tier.into_iter().chain(inherited).chain(restates).collect::<Vec<_>>().join(site.say("；", "; "))
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
