//! `/search`: all kinds of things by any of their words: agencies, tasks, documents, policies that are only cited.

use std::cmp::Reverse;
use std::collections::HashMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::rdf::vocab::gm;
use crate::search::{Hit, Kind};
use crate::web::api::search::{Answer, current, show as read};
use crate::web::api::tables::Tables;
use crate::web::error::WebError;
use crate::web::facets::Question;
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Hits on a page.
const SIZE: usize = 20;

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    #[serde(rename = "type")]
    kind: String,
    page: String,
}

/// The kind of documents that are only cited; the index knows them as documents.
const POLICY: &str = "Policy";
/// Agencies that stand before everything else.
const FEW: usize = 6;

#[derive(Template)]
#[template(path = "search.html")]
struct Results {
    asked: Asked,
    tabs: Vec<Tab>,
    /// Agencies that the words name, before the hits of all kinds.
    agencies: Vec<Named>,
    hits: Vec<Shown>,
    paging: Paging,
    /// How many were found, the agencies too.
    total: usize,
    /// Why there is no answer.
    refused: Option<Label>,
}

/// A kind of things, and how many were found.
struct Tab {
    label: Label,
    count: usize,
    href: String,
    chosen: bool,
    is_agencies: bool,
}

struct Named {
    name: String,
    href: String,
    place: String,
    tasks: usize,
    leads: usize,
}

struct Shown {
    href: String,
    label: Label,
    number: String,
    title: String,
    /// The snippet, cut where marks begin and end; whether the piece is marked.
    pieces: Vec<(String, bool)>,
    document: Option<Source>,
}

/// The document that a hit stands in.
struct Source {
    title: String,
    year: String,
    tier: Option<Label>,
}

/// The page.
pub(super) async fn show(
    Here(app): Here,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page(app, |site| build(site, asked)).await
}

fn build(site: &Site, asked: Asked) -> Result<Results, WebError> {
    let question = [("q", &*asked.q), ("type", &asked.kind)];
    let number = asked.page.parse().unwrap_or(1);
    let mut results = Results {
        tabs: Vec::new(),
        agencies: Vec::new(),
        hits: Vec::new(),
        paging: Paging::new(0, SIZE, number, &question),
        total: 0,
        refused: None,
        asked: Asked::default(),
    };
    if !asked.q.trim().is_empty() {
        match current(site, &asked.q, None) {
            Ok((found, mut all)) => {
                let tables = site.tables.now(site);
                let works = tables.works(site)?;
                let kind = |hit: &Hit| match hit.kind {
                    Kind::Document if !works.contains_key(&hit.iri) => POLICY,
                    kind => kind.name(),
                };
                results.tabs = tabs(site, &asked, all.iter().map(kind));
                if asked.kind.is_empty() {
                    results.total = all.len();
                    results.agencies = agencies(site, &tables, &all)?;
                    // They have a place of their own.
                    all.retain(|hit| hit.kind != Kind::Agency);
                } else {
                    all.retain(|hit| kind(hit) == asked.kind);
                    results.total = all.len();
                }
                results.paging = Paging::new(all.len(), SIZE, number, &question);
                for hit in results.paging.cut(all, SIZE) {
                    let answer = read(site, &found, &hit).map_err(|_| WebError::Search)?;
                    let label = label(site, kind(&hit));
                    results.hits.push(Shown::new(site, answer, hit.kind, label));
                }
            }
            Err(problem) if problem.status().is_client_error() => {
                results.refused = Some(Label::new(
                    "请写出要找的词语；OR 两边都要有词语。",
                    "Give the words to look for; OR stands between two.",
                ));
            }
            Err(_) => return Err(WebError::Search),
        }
    }
    Ok(Results { asked, ..results })
}

fn label(site: &Site, kind: &str) -> Label {
    match kind {
        POLICY => Label::new("仅被引用的文件", "Only cited"),
        kind => site.labels.of(&format!("{}{kind}", gm::NAMESPACE)),
    }
}

/// All kinds together, and each of which something was found.
fn tabs<'k>(site: &Site, asked: &Asked, kinds: impl Iterator<Item = &'k str>) -> Vec<Tab> {
    let mut counted: HashMap<&str, usize> = HashMap::new();
    kinds.for_each(|kind| *counted.entry(kind).or_default() += 1);
    let question = Question::new(&[("q", &asked.q)]);
    let tab = |name: &str, label: Label, count: usize| Tab {
        label,
        count,
        href: question.with("type", name),
        chosen: asked.kind == name,
        is_agencies: name == Kind::Agency.name(),
    };
    let all = tab("", Label::new("全部", "All"), counted.values().sum());
    let order = ["Agency", "Task", "Document", POLICY, "Measure", "Practice", "Section"];
    let each = order
        .into_iter()
        .filter_map(|kind| counted.get(kind).map(|&count| tab(kind, label(site, kind), count)));
    std::iter::once(all).chain(each).collect()
}

/// The first agencies among the hits, known bodies with most tasks before the others.
fn agencies(site: &Site, tables: &Tables, hits: &[Hit]) -> Result<Vec<Named>, WebError> {
    let mut agencies = Vec::new();
    for hit in hits.iter().filter(|hit| hit.kind == Kind::Agency) {
        agencies.extend(tables.agency(site, &hit.iri)?);
    }
    agencies.sort_by_key(|agency| (agency.kind.is_some(), Reverse(agency.tasks)));
    let named = agencies.into_iter().take(FEW).map(|agency| Named {
        name: agency.name.clone(),
        href: site.href(&agency.iri),
        place: agency.jurisdiction.as_ref().map(|place| place.name.clone()).unwrap_or_default(),
        tasks: agency.tasks,
        leads: agency.leads,
    });
    Ok(named.collect())
}

impl Shown {
    fn new(site: &Site, answer: Answer, kind: Kind, label: Label) -> Self {
        let Answer { id, number, label: title, snippet, document, .. } = answer;
        let source = document.filter(|_| kind != Kind::Document).map(|document| Source {
            title: document.title.unwrap_or_else(|| site.say("（无题）", "(untitled)").to_owned()),
            year: document.year.unwrap_or_default(),
            tier: document.tier.filter(|_| document.draft).map(|tier| Label::new(tier.zh, tier.en)),
        });
        let mut pieces = Vec::new();
        let mut points = snippet.text.chars();
        let mut at = 0;
        let mut take = |to: usize, marked: bool| {
            let piece: String = points.by_ref().take(to.saturating_sub(at)).collect();
            at = at.max(to);
            if !piece.is_empty() {
                pieces.push((piece, marked));
            }
        };
        for [start, end] in snippet.marks {
            take(start, false);
            take(end, true);
        }
        take(usize::MAX, false);
        Self {
            href: site.href(&id),
            label,
            number: number.unwrap_or_default(),
            title: title.unwrap_or_default(),
            pieces,
            document: source,
        }
    }
}
