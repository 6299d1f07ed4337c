//! `/documents`: the documents, with search and filters.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Row, Site, page};

/// Documents on a page.
const SIZE: usize = 40;

const DOCUMENTS: &str = include_str!("../queries/documents.rq");
const COUNTS: &str = include_str!("../queries/counts.rq");
const GRAPH: &str = include_str!("../queries/graph_of_version.rq");

/// What the address asks for; an empty value asks for all.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    genre: String,
    place: String,
    year: String,
    page: String,
}

#[derive(Template)]
#[template(path = "documents.html")]
struct Documents {
    asked: Asked,
    filters: Vec<Filter>,
    documents: Vec<Document>,
    paging: Paging,
    all: usize,
}

/// A choice among the values that documents have.
struct Filter {
    name: &'static str,
    label: Label,
    options: Vec<Choice>,
}

struct Choice {
    value: String,
    label: String,
    count: usize,
    chosen: bool,
}

struct Document {
    iri: String,
    href: String,
    version: String,
    title: String,
    genre: Option<(String, Label)>,
    tier: Option<Label>,
    number: String,
    year: String,
    date: String,
    place: Option<(String, String)>,
    counts: Vec<(Label, usize)>,
}

/// The list of documents.
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
        let mut found = all(site)?;
        found.retain(|document| document.answers(&asked));
        Ok(tabulate(site, &found))
    })
    .await
}

/// All documents, the newest first.
fn all(site: &Site) -> Result<Vec<Document>, WebError> {
    let rows = site.rows(DOCUMENTS, &[])?;
    let mut all: Vec<Document> = rows.iter().map(|row| Document::new(site, row)).collect();
    all.sort_by(|a, b| (&b.year, &b.date, &a.title).cmp(&(&a.year, &a.date, &b.title)));
    Ok(all)
}

fn build(site: &Site, asked: Asked) -> Result<Documents, WebError> {
    let mut found = all(site)?;
    let filters = filters(site, &found, &asked);
    let all = found.len();
    found.retain(|document| document.answers(&asked));
    let question =
        [("q", &*asked.q), ("genre", &asked.genre), ("place", &asked.place), ("year", &asked.year)];
    let paging = Paging::new(found.len(), SIZE, asked.page.parse().unwrap_or(1), &question);
    let mut documents = paging.cut(found, SIZE);
    for document in &mut documents {
        document.count(site)?;
    }
    Ok(Documents { asked, filters, documents, paging, all })
}

fn tabulate(site: &Site, documents: &[Document]) -> Table {
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let rows = documents.iter().map(|document| {
        vec![
            Cell::link(&document.title, document.href.clone()),
            document.number.as_str().into(),
            document.genre.as_ref().map(|(_, label)| label.of(site.lang).to_owned()).into(),
            document.tier.as_ref().map(|tier| tier.of(site.lang).to_owned()).into(),
            document.year.as_str().into(),
            Cell::day(Some(&document.date).filter(|date| !date.is_empty())),
            document.place.as_ref().map(|(_, name)| name.clone()).into(),
        ]
    });
    Table {
        name: site.say("文件", "Documents").to_owned(),
        sheet: site.say("文件", "Documents").to_owned(),
        columns: vec![
            column("title", "标题", "Title", 60.0),
            column("documentNumber", "发文字号", "Number", 22.0),
            column("genre", "体裁", "Genre", 12.0),
            column("tier", "效力", "Standing", 14.0),
            column("year", "年度", "Year", 8.0),
            column("date", "日期", "Date", 12.0),
            column("jurisdiction", "地区", "Jurisdiction", 14.0),
        ],
        rows: rows.collect(),
        notes: vec![
            site.say("共 {} 份文件。", "{} documents.").replace("{}", &documents.len().to_string()),
            site.say(
                "空白表示原文未载明，不表示没有；“效力”空白表示正式文本。",
                "An empty cell means that the text does not say; an empty standing, an official text.",
            )
            .to_owned(),
        ],
        things: documents.iter().map(|document| document.iri.clone()).collect(),
        frozen: 1,
    }
}

fn filters(site: &Site, all: &[Document], asked: &Asked) -> Vec<Filter> {
    let genres = all.iter().filter_map(|d| d.genre.as_ref());
    let genres = genres.map(|(iri, label)| (iri.clone(), label.of(site.lang).to_owned()));
    let places = all.iter().filter_map(|d| d.place.clone());
    let years = all.iter().filter(|d| !d.year.is_empty());
    let years = years.map(|d| (d.year.clone(), d.year.clone()));
    vec![
        filter("genre", "体裁", "genre", genres, &asked.genre),
        filter("place", "地区", "jurisdiction", places, &asked.place),
        filter("year", "年度", "year", years, &asked.year),
    ]
}

fn filter(
    name: &'static str,
    zh: &str,
    en: &str,
    values: impl Iterator<Item = (String, String)>,
    asked: &str,
) -> Filter {
    let mut counted: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (value, label) in values {
        *counted.entry((value, label)).or_default() += 1;
    }
    let options = counted.into_iter().map(|((value, label), count)| {
        let chosen = value == asked;
        Choice { value, label, count, chosen }
    });
    Filter { name, label: Label::new(zh, en), options: options.collect() }
}

impl Document {
    fn new(site: &Site, row: &Row) -> Self {
        let named = |variable| row.get(variable).map(|iri| site.labels.of(&iri));
        let code = |iri: String| iri.rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            iri: row.text("work"),
            href: site.href(&row.text("work")),
            version: row.text("version"),
            title: row
                .get("title")
                .unwrap_or_else(|| site.say("（无题）", "(untitled)").to_owned()),
            genre: row.get("genre").map(|iri| (code(iri.clone()), site.labels.of(&iri))),
            tier: named("tier").filter(|_| !row.text("tier").ends_with("#official")),
            number: row.text("number"),
            year: row.text("year"),
            date: row.get("written").or(row.get("published")).unwrap_or_default(),
            place: row.get("place").map(|iri| (code(iri), row.text("placeName"))),
            counts: Vec::new(),
        }
    }

    fn answers(&self, asked: &Asked) -> bool {
        let is = |asked: &str, value: Option<&str>| asked.is_empty() || value == Some(asked);
        let sought = |word: &str| self.title.contains(word) || self.number.contains(word);
        asked.q.split_whitespace().all(sought)
            && is(&asked.genre, self.genre.as_ref().map(|(code, _)| code.as_str()))
            && is(&asked.place, self.place.as_ref().map(|(code, _)| code.as_str()))
            && is(&asked.year, Some(&self.year))
    }

    fn count(&mut self, site: &Site) -> Result<(), WebError> {
        let Some(place) = site.row(GRAPH, &[("version", &self.version)])? else { return Ok(()) };
        let rows = site.rows(COUNTS, &[("graph", &place.text("graph"))])?;
        for class in ["Task", "Responsibility", "Target", "Deadline", "Citation"] {
            let row = rows.iter().find(|row| row.text("class").ends_with(&format!("#{class}")));
            if let Some(row) = row {
                self.counts.push((site.labels.of(&row.text("class")), row.number("count")));
            }
        }
        Ok(())
    }
}
