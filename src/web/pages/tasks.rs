//! `/tasks`: all tasks, narrowed by whatever is known of them.

use std::ops::Range;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;

use super::narrow::sparql::{What, address};
use super::narrow::{Asked, Bearer, Head, Known, List, Tasks, ordered};
use crate::store::QueryError;
use crate::web::api::columns::{self, UNSAID, number};
use crate::web::api::records::Task;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Chip, Facet};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Tasks on a page.
const SIZE: usize = 50;
/// Characters of a task that a row shows.
const LONG: usize = 90;

#[derive(Template)]
#[template(path = "tasks.html")]
struct Page {
    asked: Asked,
    /// What the form keeps of the question.
    kept: Vec<(&'static str, String)>,
    facets: Vec<Facet>,
    chips: Vec<Chip>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    paging: Paging,
    all: usize,
    sparql: String,
}

/// A task in a table.
pub(super) struct Row {
    pub(super) number: String,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) leads: Vec<Bearer>,
    pub(super) others: Vec<(&'static str, Label, Vec<Bearer>)>,
    pub(super) due: Vec<String>,
    /// Whether there is a time limit that gives no day.
    pub(super) is_limited: bool,
    pub(super) targets: usize,
    pub(super) place: String,
    pub(super) year: String,
    pub(super) document: String,
    pub(super) document_href: String,
    /// Of a draft or an unofficial text.
    pub(super) tier: Option<Label>,
}

/// The page.
pub(super) async fn list(
    Here(app): Here,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page(app, |site| build(site, asked)).await
}

/// The same as a table.
pub(super) async fn table(
    Here(app): Here,
    form: Form,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    export::answer(app, form, move |site| {
        let tables = site.tables.now(site);
        let known = Known::new(site, &tables);
        let list = Tasks::new(&known)?;
        let found = list.answer(&known, &asked)?;
        let all = sorted(&list, &asked, &found.wanted, 0..found.wanted.len());
        Ok(tabulate(&known, &all)?)
    })
    .await
}

fn build(site: &Site, asked: Asked) -> Result<Page, WebError> {
    let tables = site.tables.now(site);
    let known = Known::new(site, &tables);
    let list = Tasks::new(&known)?;
    let found = list.answer(&known, &asked)?;
    let number = asked.page.parse().unwrap_or(1);
    let paging = Paging::new(found.wanted.len(), SIZE, number, &asked.pairs());
    let shown = sorted(&list, &asked, &found.wanted, paging.part(SIZE));
    let rows = shown.into_iter().map(|task| Row::new(&known, task));
    Ok(Page {
        facets: known.facets(&asked, &list, &found.counts)?,
        chips: known.chips(&asked)?,
        kept: asked.kept(&["q", "agency", "from", "to"]),
        heads: heads(site, &asked),
        rows: rows.collect::<Result<_, _>>()?,
        sparql: address(site, &asked, What::Tasks),
        paging,
        all: list.rows().len(),
        asked,
    })
}

fn heads(site: &Site, asked: &Asked) -> Vec<Head> {
    let head = |name, zh, en| Head::new(asked, name, site.say(zh, en));
    vec![
        head("name", "任务", "Task"),
        head("lead", "牵头", "Lead"),
        head("others", "配合、责任", "Others"),
        head("due", "时限", "Due"),
        head("targets", "目标", "Targets"),
        head("place", "地区", "Jurisdiction"),
        head("year", "年度", "Year"),
        head("document", "文件", "Document"),
    ]
}

/// A part of the tasks that were found, in the order that is asked for; what has nothing to sort by goes last, both
/// ways.
fn sorted<'s>(
    list: &Tasks<'s>,
    asked: &Asked,
    wanted: &[u32],
    part: Range<usize>,
) -> Vec<&'s Task> {
    let (column, backwards) = asked.order();
    let (own, documents) = (&list.own, list.documents());
    let of_rows =
        |column: &[u32]| ordered(wanted, part.clone(), backwards, |row| column[row as usize]);
    let of_documents = |column: &columns::Column| {
        let document = |row: u32| own.rows.document[row as usize];
        ordered(wanted, part.clone(), backwards, |row| column.of[document(row) as usize])
    };
    let due = |day: fn(&[u32]) -> Option<&u32>| {
        let day = |row| day(own.rows.due.of.of(row)).copied().unwrap_or(UNSAID);
        ordered(wanted, part.clone(), backwards, day)
    };
    let targets = |row| match list.get(row).targets {
        0 => UNSAID,
        targets => number(targets),
    };
    let rows = match column {
        "name" => of_rows(&own.said),
        "lead" => of_rows(&own.lead),
        "others" => of_rows(&own.others),
        "due" if backwards => due(<[u32]>::last),
        "due" => due(<[u32]>::first),
        "targets" => ordered(wanted, part.clone(), backwards, targets),
        "place" => of_documents(&documents.place),
        "year" => of_documents(&documents.year),
        "document" => of_documents(&documents.title),
        _ => wanted[part].to_vec(),
    };
    rows.into_iter().map(|row| list.get(row)).collect()
}

impl Row {
    pub(super) fn new(known: &Known<'_>, task: &Task) -> Result<Self, QueryError> {
        let (site, document) = (known.site, &task.document);
        let mut others = Vec::new();
        for code in ["responsible", "support", "guide", "leader"] {
            let bearers = known.bearers(&task.bearers, &[code])?;
            if !bearers.is_empty() {
                let role = format!("{}{code}", crate::rdf::vocab::role::NAMESPACE);
                others.push((code, site.labels.of(&role), bearers));
            }
        }
        Ok(Self {
            number: task.number.as_deref().unwrap_or_default().to_owned(),
            name: cut(&task.said),
            href: known.at(document, &task.iri),
            leads: known.bearers(&task.bearers, &["lead"])?,
            others,
            due: task.due.iter().map(|day| (**day).to_owned()).collect(),
            is_limited: task.is_limited,
            targets: task.targets,
            place: document.jurisdiction.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
            year: document.year.clone().unwrap_or_default(),
            document: known.title(document).to_owned(),
            document_href: site.href(&document.id),
            tier: document.tier.as_ref().filter(|_| document.draft).map(|tier| tier.label()),
        })
    }
}

/// The beginning of what is long; all of it is where it leads.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONG) {
        Some((at, _)) => format!("{}……", &text[..at]),
        None => text.to_owned(),
    }
}

/// Tasks as a table, whole.
pub(super) fn tabulate(known: &Known<'_>, found: &[&Task]) -> Result<Table, QueryError> {
    let site = known.site;
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let mut rows = Vec::with_capacity(found.len());
    for task in found {
        let document = &task.document;
        let roles = |roles: &[&str]| -> Result<Cell, QueryError> {
            let bearers = known.bearers(&task.bearers, roles)?;
            Ok(bearers.into_iter().map(|b| b.name).collect::<Vec<_>>().join("、").into())
        };
        rows.push(vec![
            task.number.as_deref().map(str::to_owned).into(),
            Cell::link(&task.said, known.at(document, &task.iri)),
            roles(&["lead"])?,
            roles(&["responsible"])?,
            roles(&["support"])?,
            roles(&["guide"])?,
            roles(&["leader"])?,
            Cell::day(task.due.first().map(|day| &**day)),
            task.targets.into(),
            document.jurisdiction.as_ref().map(|place| place.name.clone()).into(),
            document.year.clone().into(),
            Cell::link(known.title(document), site.href(&document.id)),
            document.tier.as_ref().map(|tier| tier.label().of(site.lang).to_owned()).into(),
        ]);
    }
    Ok(Table {
        name: site.say("任务", "Tasks").to_owned(),
        sheet: site.say("任务", "Tasks").to_owned(),
        columns: vec![
            column("number", "编号", "Number", 8.0),
            column("task", "任务", "Task", 60.0),
            column("lead", "牵头", "Lead", 24.0),
            column("responsible", "责任", "Responsible", 24.0),
            column("support", "配合", "Support", 30.0),
            column("guide", "指导", "Guide", 16.0),
            column("leader", "责任领导", "Leader", 12.0),
            column("due", "最早时限", "First due", 12.0),
            column("targets", "目标数", "Targets", 8.0),
            column("jurisdiction", "地区", "Jurisdiction", 14.0),
            column("year", "年度", "Year", 8.0),
            column("document", "文件", "Document", 40.0),
            column("tier", "效力", "Standing", 12.0),
        ],
        rows,
        notes: vec![
            site.say("共 {} 项任务。", "{} tasks.").replace("{}", &found.len().to_string()),
            site.say(
                "空白表示原文未载明，不表示没有；只看任务自身，不看其下的措施。",
                "An empty cell means that the text does not say; a task is taken by itself, without the measures in it.",
            )
            .to_owned(),
        ],
        things: found.iter().map(|task| task.iri.to_string()).collect(),
        frozen: 2,
    })
}
