//! `/policy/…`: who cites a document and how, what it comes from and what comes from it, and whom the places that
//! carry it out gave what of it.

mod lineage;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, Request};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::narrow::{Known, path};
use super::policies::KINDS;
use super::tasks::{self, Row, cut};
use crate::store::QueryError;
use crate::web::App;
use crate::web::address::Thing as Named;
use crate::web::api::links::{Citing, kind_iri};
use crate::web::api::records::{Document, Task};
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Facet, Question, by_count};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};
use lineage::Lineage;

/// References or tasks on a page.
const SIZE: usize = 40;

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// `assigned` for the tasks that carry it out; else who cites it.
    view: String,
    /// A way of citing.
    kind: String,
    page: String,
}

#[derive(Template)]
#[template(path = "policy.html")]
struct Policy {
    title: String,
    iri: String,
    /// Its own page, where its text has been taken in.
    text: Option<String>,
    /// What is known of it: place and year, if it is there; whether it is a draft.
    facts: Vec<String>,
    tier: Option<Label>,
    lineage: Lineage,
    tabs: Vec<Tab>,
    is_assigned: bool,
    facets: Vec<Facet>,
    cited: Vec<Cited>,
    groups: Vec<Group>,
    paging: Paging,
    in_tasks: String,
}

struct Tab {
    label: Label,
    count: usize,
    href: String,
    chosen: bool,
}

/// A reference, and where it stands.
struct Cited {
    kind: Label,
    document: String,
    document_href: String,
    place: String,
    year: String,
    item: Option<(String, String)>,
    quote: String,
    href: String,
}

/// The tasks of a place that carry it out.
struct Group {
    place: String,
    rows: Vec<Row>,
}

/// The routes of the page and its tables.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/policy/{*path}", get(show))
}

async fn show(
    Here(app): Here,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, WebError> {
    let path = request.uri().path().strip_prefix("/policy/").unwrap_or_default();
    let (path, form) = match Form::of(path) {
        Some((path, form)) => (path, Some(form)),
        None => (path, None),
    };
    let named = Named::of_path(&app, path).ok_or_else(|| app.not_found(path.to_owned()))?;
    let iri = named.iri(&app);
    match form {
        None => page(app, move |site| build(site, &iri, &asked)).await,
        Some(form) => export::answer(app, form, move |site| tabulate(site, &iri, &asked)).await,
    }
}

impl Asked {
    fn pairs(&self) -> [(&'static str, &str); 2] {
        [("view", &self.view), ("kind", &self.kind)]
    }

    fn is_assigned(&self) -> bool {
        self.view == "assigned"
    }
}

/// The title of a document, whether taken in or only cited; none if there is no such document.
fn title(known: &Known<'_>, iri: &str) -> Result<String, WebError> {
    let (site, tables) = (known.site, known.tables);
    if let Some(policy) = tables.policy(site, iri)? {
        return Ok(policy.title.clone());
    }
    if let Some(document) = tables.works(site)?.get(iri) {
        return Ok(known.title(document).to_owned());
    }
    // What is no policy, such as a book, has the name that it is cited by.
    let cited = tables.citations_of(site, iri)?;
    let cited = cited.first().ok_or_else(|| site.not_found(iri.to_owned()))?;
    Ok(cited.quote.clone())
}

/// The tasks that carry a document out, by places.
fn tasks<'s>(known: &Known<'s>, iri: &str) -> Result<Vec<&'s Task>, QueryError> {
    let (site, tables) = (known.site, known.tables);
    let citing = tables.citations_of(site, iri)?.into_iter().map(|citing| &citing.document);
    let mut documents: Vec<&'s Arc<Document>> =
        citing.chain(tables.works(site)?.get(iri)).collect();
    // Within a place they stay in the order of the texts, the newest documents first.
    documents.sort_by_cached_key(|document| {
        let code = document.jurisdiction.as_ref().map(|place| place.code.clone());
        (code.is_none(), code, Reverse(document.year.clone()), document.id.clone())
    });
    documents.dedup_by(|a, b| a.id == b.id);
    let mut found = Vec::new();
    for document in documents {
        let tasks = tables.tasks_in(site, document)?.iter();
        found.extend(tasks.filter(|task| task.policies.iter().any(|policy| **policy == *iri)));
    }
    Ok(found)
}

fn build(site: &Site, iri: &str, asked: &Asked) -> Result<Policy, WebError> {
    let tables = site.tables.now(site);
    let known = Known::new(site, &tables);
    let title = title(&known, iri)?;
    let document = tables.works(site)?.get(iri);
    let all = tables.citations_of(site, iri)?;
    let assigned = tasks(&known, iri)?;
    let facet = kinds(site, asked, &all);
    let tabs = vec![
        Tab {
            label: Label::new("谁引用", "Cited by"),
            count: all.len(),
            href: Question::new(&[]).with("", ""),
            chosen: !asked.is_assigned(),
        },
        Tab {
            label: Label::new("落实到谁", "Assigned to"),
            count: assigned.len(),
            href: Question::new(&[]).with("view", "assigned"),
            chosen: asked.is_assigned(),
        },
    ];
    let number = asked.page.parse().unwrap_or(1);
    let cited = wanted(asked, all);
    let total = if asked.is_assigned() { assigned.len() } else { cited.len() };
    let paging = Paging::new(total, SIZE, number, &asked.pairs());
    let (mut groups, mut rows): (Vec<Group>, _) = (Vec::new(), Vec::new());
    if asked.is_assigned() {
        for task in paging.cut(assigned, SIZE) {
            let row = Row::new(&known, task)?;
            match groups.last_mut() {
                Some(group) if group.place == row.place => group.rows.push(row),
                _ => groups.push(Group { place: row.place.clone(), rows: vec![row] }),
            }
        }
    } else {
        for citing in paging.cut(cited, SIZE) {
            rows.push(Cited::new(&known, citing)?);
        }
    }
    let in_tasks = Question::new(&[]).with("policy", path(site, iri));
    let place = document.and_then(|document| document.jurisdiction.as_ref());
    let year = document.and_then(|document| document.year.clone());
    let number = document.and_then(|document| document.number.clone());
    Ok(Policy {
        lineage: Lineage::new(&known, iri, &title)?,
        text: document.map(|_| site.href(iri)),
        facts: place
            .map(|place| place.name.clone())
            .into_iter()
            .chain(year)
            .chain(number)
            .collect(),
        tier: document.filter(|d| d.draft).and_then(|d| d.tier.as_ref()).map(|tier| tier.label()),
        is_assigned: asked.is_assigned(),
        facets: if asked.is_assigned() { Vec::new() } else { vec![facet] },
        in_tasks: format!("{}tasks{in_tasks}", site.root()),
        cited: rows,
        iri: iri.to_owned(),
        title,
        tabs,
        groups,
        paging,
    })
}

fn kinds(site: &Site, asked: &Asked, all: &[&Citing]) -> Facet {
    let kinds = by_count(all.iter().map(|citing| citing.kind.as_str()));
    let kinds = kinds.into_iter().map(|(kind, count)| {
        (kind, site.labels.of_citation(&kind_iri(kind)).of(site.lang).to_owned(), count)
    });
    let label = ("kind", Label::new("引用方式", "How it is cited"));
    Facet::new(&Question::new(&asked.pairs()), label, &asked.kind, kinds)
}

/// The references that are asked for: the strongest kinds first, by places and the newest documents first.
fn wanted<'t>(asked: &Asked, mut all: Vec<&'t Citing>) -> Vec<&'t Citing> {
    all.retain(|citing| asked.kind.is_empty() || citing.kind == asked.kind);
    all.sort_by_cached_key(|citing| {
        let document = &citing.document;
        let place = document.jurisdiction.as_ref().map(|place| place.code.clone());
        let kind = KINDS.iter().position(|kind| *kind == citing.kind);
        (
            kind.is_none(),
            kind,
            place.is_none(),
            place,
            Reverse(document.year.clone()),
            document.id.clone(),
        )
    });
    all
}

impl Cited {
    fn new(known: &Known<'_>, citing: &Citing) -> Result<Self, QueryError> {
        let (site, document) = (known.site, &citing.document);
        Ok(Self {
            kind: site.labels.of_citation(&kind_iri(&citing.kind)),
            document: known.title(document).to_owned(),
            document_href: site.href(&document.id),
            place: document.jurisdiction.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
            year: document.year.clone().unwrap_or_default(),
            item: item(known, citing)?,
            quote: citing.quote.clone(),
            href: site.href(&citing.evidence),
        })
    }
}

/// The item that cites, and where it is read.
fn item(known: &Known<'_>, citing: &Citing) -> Result<Option<(String, String)>, QueryError> {
    let Some(item) = &citing.item else { return Ok(None) };
    let place = known.tables.outline(known.site)?.get(&**item);
    let named = place.map(|place| format!("{} {}", place.number, place.heading));
    let named = named.map(|named| cut(named.trim())).filter(|named| !named.is_empty());
    let named =
        named.unwrap_or_else(|| known.site.say("（无题条目）", "(untitled item)").to_owned());
    Ok(Some((named, known.at(&citing.document, item))))
}

fn tabulate(site: &Site, iri: &str, asked: &Asked) -> Result<Table, WebError> {
    let tables = site.tables.now(site);
    let known = Known::new(site, &tables);
    let title = title(&known, iri)?;
    if asked.is_assigned() {
        let mut table = tasks::tabulate(&known, &tasks(&known, iri)?)?;
        table.name = format!("{}{title}", site.say("落实：", "Carrying out: "));
        return Ok(table);
    }
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let cited = wanted(asked, tables.citations_of(site, iri)?);
    let mut rows = Vec::with_capacity(cited.len());
    let mut things: BTreeSet<&str> = BTreeSet::new();
    for citing in &cited {
        let row = Cited::new(&known, citing)?;
        things.insert(&citing.document.id);
        rows.push(vec![
            row.kind.of(site.lang).into(),
            Cell::link(&row.document, row.document_href),
            row.item.map_or(Cell::Nothing, |(named, href)| Cell::link(&named, href)),
            Cell::link(&row.quote, row.href),
            row.place.into(),
            row.year.into(),
        ]);
    }
    Ok(Table {
        name: format!("{}{title}", site.say("引用：", "Citing: ")),
        sheet: site.say("引用", "Citations").to_owned(),
        columns: vec![
            column("kind", "引用方式", "How", 12.0),
            column("document", "文件", "Document", 50.0),
            column("item", "条目", "Item", 40.0),
            column("quote", "原文", "Words", 40.0),
            column("jurisdiction", "地区", "Jurisdiction", 14.0),
            column("year", "年度", "Year", 8.0),
        ],
        notes: vec![
            site.say("共 {} 处引用。", "{} references.").replace("{}", &rows.len().to_string()),
        ],
        things: things.into_iter().map(str::to_owned).collect(),
        rows,
        frozen: 2,
    })
}
