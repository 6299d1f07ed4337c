//! `/documents`: the documents, with search and filters.

use std::cmp::Reverse;
use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use memchr::memmem::Finder;
use serde::Deserialize;

use super::narrow::{self, Counter};
use crate::rdf::vocab::{genre, gm};
use crate::web::api::columns;
use crate::web::api::records;
use crate::web::api::tables::Tables;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Chip, Facet, Question};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Documents on a page.
const SIZE: usize = 40;
/// What is counted in each.
const COUNTED: [&str; 5] = ["Task", "Responsibility", "Target", "Deadline", "Citation"];

/// What the address asks for; an empty value asks for all.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// The code of a genre.
    genre: String,
    /// The code of a division.
    place: String,
    year: String,
    /// `official`, `draft` or `unofficial`.
    tier: String,
    page: String,
}

#[derive(Template)]
#[template(path = "documents.html")]
struct Documents {
    asked: Asked,
    facets: Vec<Facet>,
    chips: Vec<Chip>,
    documents: Vec<Document>,
    paging: Paging,
    all: usize,
}

struct Document {
    iri: String,
    href: String,
    title: String,
    genre: Option<(String, Label)>,
    tier: Option<(String, Label)>,
    /// Whether it is a draft or an unofficial text.
    is_draft: bool,
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
        let tables = site.tables.now(site);
        let documents = tables.derived(site)?;
        let found = Found::new(site, &asked, &documents);
        let shown = shown(site, &tables, &documents, &found.wanted)?;
        Ok(tabulate(site, &shown))
    })
    .await
}

impl Asked {
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("q", &self.q),
            ("genre", &self.genre),
            ("place", &self.place),
            ("year", &self.year),
            ("tier", &self.tier),
        ]
    }
}

/// The documents that are asked for, the newest first, and how many each choice would leave.
struct Found {
    wanted: Vec<u32>,
    /// By year, genre, tier and place.
    counters: [Counter; 4],
}

impl Found {
    fn new(site: &Site, asked: &Asked, documents: &columns::Documents) -> Self {
        let columns = of(documents);
        let chosen = [&asked.year, &asked.genre, &asked.tier, &asked.place];
        let chosen = [0, 1, 2, 3].map(|at| {
            let value = Some(chosen[at]).filter(|value| !value.is_empty());
            value.map(|value| columns[at].values.wanted(value))
        });
        let words: Vec<Finder<'_>> = asked.q.split_whitespace().map(Finder::new).collect();
        let mut wanted = Vec::new();
        let mut counters = columns.map(|column| Counter::new(&column.values));
        for &number in &documents.newest {
            let document = documents.get(number);
            let sought = |word: &Finder<'_>| {
                let number = document.number.as_deref().unwrap_or_default();
                [title(site, document), number]
                    .iter()
                    .any(|text| word.find(text.as_bytes()).is_some())
            };
            if !words.iter().all(sought) {
                continue;
            }
            let values = columns.map(|column| column.of[number as usize]);
            let fails = |at: &usize| chosen[*at].is_some_and(|chosen| chosen != values[*at]);
            let mut failed = (0..columns.len()).filter(fails);
            match (failed.next(), failed.next()) {
                (None, _) => {
                    wanted.push(number);
                    (0..columns.len()).for_each(|at| counters[at].add(values[at], 1));
                }
                // It would be wanted but for one choice.
                (Some(at), None) => counters[at].add(values[at], 1),
                _ => {}
            }
        }
        Self { wanted, counters }
    }
}

/// The columns that documents are narrowed by: year, genre, tier and place.
fn of(documents: &columns::Documents) -> [&columns::Column; 4] {
    [&documents.year, &documents.genre, &documents.tier, &documents.place]
}

fn shown(
    site: &Site,
    tables: &Tables,
    documents: &columns::Documents,
    numbers: &[u32],
) -> Result<Vec<Document>, WebError> {
    let counts = tables.counts(site)?;
    let shown = numbers.iter().map(|number| {
        let document = documents.get(*number);
        let counts = counts.get(&document.version).map_or(&[][..], Vec::as_slice);
        Document::new(site, document, counts)
    });
    Ok(shown.collect())
}

fn title<'d>(site: &Site, document: &'d records::Document) -> &'d str {
    document.title.as_deref().unwrap_or(site.say("（无题）", "(untitled)"))
}

impl Document {
    fn new(site: &Site, document: &records::Document, counts: &[(Arc<str>, usize)]) -> Self {
        let coded = |concept: &crate::web::api::terms::Concept| {
            (concept.code().to_owned(), concept.label())
        };
        let place = document.jurisdiction.as_ref();
        let counts = COUNTED.iter().filter_map(|class| {
            let class = format!("{}{class}", gm::NAMESPACE);
            let (_, count) = counts.iter().find(|(known, _)| **known == *class)?;
            Some((site.labels.of(&class), *count))
        });
        Self {
            iri: document.id.clone(),
            href: site.href(&document.id),
            title: title(site, document).to_owned(),
            genre: document.genre.as_ref().map(coded),
            tier: document.tier.as_ref().map(coded),
            is_draft: document.draft,
            number: document.number.clone().unwrap_or_default(),
            year: document.year.clone().unwrap_or_default(),
            date: document.day().cloned().unwrap_or_default(),
            place: place.map(|place| (place.code.clone(), place.name.clone())),
            counts: counts.collect(),
        }
    }
}

fn build(site: &Site, asked: Asked) -> Result<Documents, WebError> {
    let tables = site.tables.now(site);
    let documents = tables.derived(site)?;
    let found = Found::new(site, &asked, &documents);
    let number = asked.page.parse().unwrap_or(1);
    let paging = Paging::new(found.wanted.len(), SIZE, number, &asked.pairs());
    let mut facets = facets(site, &tables, &asked, &documents, &found)?;
    facets.retain(|facet| facet.narrows(found.wanted.len()));
    Ok(Documents {
        chips: Facet::chips(&facets),
        facets,
        documents: shown(site, &tables, &documents, &found.wanted[paging.part(SIZE)])?,
        paging,
        all: documents.len(),
        asked,
    })
}

fn facets(
    site: &Site,
    tables: &Tables,
    asked: &Asked,
    documents: &columns::Documents,
    found: &Found,
) -> Result<Vec<Facet>, WebError> {
    let question = Question::new(&asked.pairs());
    let divisions = tables.divisions(site)?;
    let concept = |namespace: &'static str| {
        move |code: &str| site.labels.of(&format!("{namespace}{code}")).of(site.lang).to_owned()
    };
    let year = narrow::facets::year(site);
    let place = |code: &str| divisions.get(code).map_or(code, |division| &division.name).to_owned();
    let columns = of(documents);
    let facet = |at: usize, name, label, chosen: &str, text: &dyn Fn(&str) -> String| {
        let mut counts = found.counters[at].ranked();
        if name == "year" {
            counts.sort_unstable_by_key(|(number, _)| Reverse(*number));
        }
        let choices = counts.into_iter().map(|(number, count)| {
            let code = columns[at].values.get(number);
            (code, text(code), count)
        });
        Facet::new(&question, (name, label), chosen, choices)
    };
    let (genre, tier) = (concept(genre::NAMESPACE), concept(gm::NAMESPACE));
    Ok(vec![
        facet(0, "year", Label::new("年度", "Year"), &asked.year, &year),
        facet(1, "genre", Label::new("体裁", "Genre"), &asked.genre, &genre),
        facet(2, "tier", Label::new("效力", "Standing"), &asked.tier, &tier),
        facet(3, "place", Label::new("地区", "Jurisdiction"), &asked.place, &place),
    ])
}

fn tabulate(site: &Site, documents: &[Document]) -> Table {
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let named = |value: &Option<(String, Label)>| -> Cell {
        value.as_ref().map(|(_, label)| label.of(site.lang).to_owned()).into()
    };
    let rows = documents.iter().map(|document| {
        vec![
            Cell::link(&document.title, document.href.clone()),
            document.number.as_str().into(),
            named(&document.genre),
            named(&document.tier),
            document.year.as_str().into(),
            Cell::day(Some(&*document.date).filter(|date| !date.is_empty())),
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
                "空白表示原文未载明，不表示没有。",
                "An empty cell means that the text does not say, not that there is none.",
            )
            .to_owned(),
        ],
        things: documents.iter().map(|document| document.iri.clone()).collect(),
        frozen: 1,
    }
}
