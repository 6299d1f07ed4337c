//! `/documents`: the documents, with search and filters.

use std::cmp::Reverse;
use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::rdf::vocab::gm;
use crate::web::api::tables::{self, Tables};
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Chip, Facet, Order, Question};
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
        let mut found = all(site, &site.tables.now(site))?;
        found.retain(|document| asked.wants(document, ""));
        Ok(tabulate(site, &found))
    })
    .await
}

impl Asked {
    /// Whether it asks for this document; for the sake of counting choices, whatever `except` is.
    fn wants(&self, document: &Document, except: &str) -> bool {
        let code = |value: &Option<(String, Label)>| value.as_ref().map(|(code, _)| code.clone());
        let is = |name: &str, asked: &str, value: Option<String>| {
            name == except || asked.is_empty() || value.as_deref() == Some(asked)
        };
        let sought = |word: &str| document.title.contains(word) || document.number.contains(word);
        self.q.split_whitespace().all(sought)
            && is("genre", &self.genre, code(&document.genre))
            && is("tier", &self.tier, code(&document.tier))
            && is("place", &self.place, document.place.as_ref().map(|(code, _)| code.clone()))
            && is("year", &self.year, Some(document.year.clone()))
    }

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

/// All documents, the newest first.
fn all(site: &Site, tables: &Tables) -> Result<Vec<Document>, WebError> {
    let counts = tables.counts(site)?;
    let documents = tables.documents(site)?.iter().map(|document| {
        let counts = counts.get(&document.version).map_or(&[][..], Vec::as_slice);
        Document::new(site, document, counts)
    });
    let mut all: Vec<Document> = documents.collect();
    all.sort_by_cached_key(|d| (Reverse((d.year.clone(), d.date.clone())), d.title.clone()));
    Ok(all)
}

impl Document {
    fn new(site: &Site, document: &tables::Document, counts: &[(Arc<str>, usize)]) -> Self {
        let coded = |concept: &crate::web::api::terms::Concept| {
            (concept.code().to_owned(), concept.label())
        };
        let place = document.jurisdiction.as_ref();
        let counts = COUNTED.iter().filter_map(|class| {
            let class = format!("{}{class}", gm::NAMESPACE);
            let (_, count) = counts.iter().find(|(known, _)| **known == *class)?;
            Some((site.labels.of(&class), *count))
        });
        let untitled = site.say("（无题）", "(untitled)");
        Self {
            iri: document.id.clone(),
            href: site.href(&document.id),
            title: document.title.as_deref().unwrap_or(untitled).to_owned(),
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
    let mut found = all(site, &site.tables.now(site))?;
    let all = found.len();
    let mut facets = facets(site, &asked, &found);
    found.retain(|document| asked.wants(document, ""));
    facets.retain(|facet| facet.narrows(found.len()));
    let paging = Paging::new(found.len(), SIZE, asked.page.parse().unwrap_or(1), &asked.pairs());
    Ok(Documents {
        chips: Facet::chips(&facets),
        facets,
        documents: paging.cut(found, SIZE),
        paging,
        all,
        asked,
    })
}

fn facets(site: &Site, asked: &Asked, all: &[Document]) -> Vec<Facet> {
    let question = Question::new(&asked.pairs());
    let rest = |except: &'static str| all.iter().filter(move |d| asked.wants(d, except));
    let named = |(code, label): &(String, Label)| (code.clone(), label.of(site.lang).to_owned());
    let years = rest("year").filter(|document| !document.year.is_empty()).map(|document| {
        (document.year.clone(), site.say("{} 年", "{}").replace("{}", &document.year))
    });
    let genres = rest("genre").filter_map(|document| document.genre.as_ref().map(named));
    let tiers = rest("tier").filter_map(|document| document.tier.as_ref().map(named));
    let places = rest("place").filter_map(|document| document.place.clone());
    vec![
        Facet::new(
            &question,
            ("year", Label::new("年度", "Year")),
            &asked.year,
            Order::Newest,
            years,
        ),
        Facet::new(
            &question,
            ("genre", Label::new("体裁", "Genre")),
            &asked.genre,
            Order::Count,
            genres,
        ),
        Facet::new(
            &question,
            ("tier", Label::new("效力", "Standing")),
            &asked.tier,
            Order::Count,
            tiers,
        ),
        Facet::new(
            &question,
            ("place", Label::new("地区", "Jurisdiction")),
            &asked.place,
            Order::Count,
            places,
        ),
    ]
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
