//! `/sparql` for people: the library of questions, a query to write, and what it answers.
//!
//! Without scripts it is a form. `?question=` fills in a question of the library, `?q=` a query that was written before,
//! and `?query=` is the protocol's own, whose answer a browser is given as a page. With scripts the island of the same
//! name makes an editor of the form and asks the endpoint itself.

mod download;
mod outcome;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

pub(in crate::web) use download::routes as downloads;
use outcome::Outcome;

use crate::rdf::vocab::PREFIXES;
use crate::web::App;
use crate::web::answers::Ask;
use crate::web::cache::may_change;
use crate::web::error::WebError;
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::protocol::{Asked, form_urlencoded};
use crate::web::questions::{Field, Kind, QUESTIONS, Question};
use crate::web::site::{Here, Site, page};

/// What stands in the editor at first.
const FIRST: &str = include_str!("../../../../queries/cooperation.rq");
const DOCUMENTS: &str = include_str!("../../queries/document_names.rq");
/// Names that a field offers; any other may be typed all the same.
const OFFERED: usize = 500;

type Client = Option<Extension<ConnectInfo<SocketAddr>>>;

#[derive(Template)]
#[template(path = "workbench.html")]
struct Workbench {
    library: Vec<Entry>,
    chosen: Option<Chosen>,
    query: String,
    /// Whether the island asks at once.
    runs: bool,
    outcome: Option<Outcome>,
    known: Known,
}

/// A question of the library.
struct Entry {
    name: &'static str,
    label: Label,
    is_chosen: bool,
}

/// The question that is in the editor.
struct Chosen {
    name: &'static str,
    label: Label,
    fields: Vec<Shown>,
    /// The field whose value cannot be.
    wrong: Option<Label>,
}

struct Shown {
    name: &'static str,
    label: Label,
    /// The type of the input.
    kind: &'static str,
    value: String,
    /// What the store has to offer.
    names: Vec<String>,
}

/// What the island is told.
#[derive(Serialize)]
struct Known {
    base: String,
    root: String,
    prefixes: BTreeMap<&'static str, &'static str>,
    terms: Vec<Term>,
}

#[derive(Serialize)]
struct Term {
    name: String,
    #[serde(flatten)]
    label: Label,
}

/// The page in a language that has no endpoint of its own.
pub(super) async fn show(
    Here(site): Here,
    RawQuery(address): RawQuery,
    client: Client,
) -> Result<Response, WebError> {
    at(site, address.as_deref().unwrap_or_default(), client).await
}

/// The page for what an address asks.
pub(in crate::web) async fn at(
    site: App,
    address: &str,
    client: Client,
) -> Result<Response, WebError> {
    match Asked::in_address(address) {
        Ok(Asked::Query(ask)) => answered(site, ask.of(client)).await,
        _ => {
            let asked = form_urlencoded(address).unwrap_or_default();
            page(site, move |site| build(site, &asked)).await
        }
    }
}

fn build(site: &Site, asked: &[(String, String)]) -> Result<Workbench, WebError> {
    let get = |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
    let question = get("question").and_then(Question::named);
    let mut runs = get("q").is_some();
    let mut query = get("q").unwrap_or(FIRST).to_owned();
    let mut chosen = None;
    if let Some(question) = question {
        let filled = question.filled(asked);
        let wrong = filled.as_ref().err().map(|field| field.label.clone());
        let is_filled = question.fields.iter().any(|field| get(field.name).is_some());
        runs = wrong.is_none() && (is_filled || question.fields.is_empty());
        query = filled.unwrap_or_else(|_| question.text.to_owned());
        let fields = question.fields.iter();
        let fields = fields.map(|field| Shown::new(site, question, field, get(field.name)));
        let fields = fields.collect::<Result<_, _>>()?;
        chosen = Some(Chosen { name: question.name, label: question.asks(), fields, wrong });
    }
    let mut bench = Workbench::new(site, query);
    bench.runs = runs;
    if let Some(chosen) = &chosen {
        for entry in &mut bench.library {
            entry.is_chosen = entry.name == chosen.name;
        }
    }
    bench.chosen = chosen;
    Ok(bench)
}

/// The page with an answer, or with the reason why there is none.
async fn answered(site: App, ask: Ask) -> Result<Response, WebError> {
    let query = ask.text.clone();
    let changing = may_change(&query);
    let outcome = Outcome::of(App::clone(&site), ask).await;
    let status = match &outcome {
        Outcome::Refused(problem) => problem.status(),
        _ => StatusCode::OK,
    };
    let mut bench = Workbench::new(&site, query);
    bench.runs = true;
    bench.outcome = Some(outcome);
    let mut response = (status, Html(site.render(&bench)?)).into_response();
    if changing {
        let live = header::HeaderValue::from_static("no-store");
        response.headers_mut().insert(header::CACHE_CONTROL, live);
    }
    Ok(response)
}

impl Workbench {
    /// Whether there is an answer to take away.
    fn has_rows(&self) -> bool {
        matches!(&self.outcome, Some(Outcome::Rows(answer)) if answer.total > 0)
    }

    fn has_triples(&self) -> bool {
        matches!(&self.outcome, Some(Outcome::Rows(answer)) if answer.is_graph)
    }

    fn new(site: &Site, query: String) -> Self {
        let library = QUESTIONS.iter().map(|question| Entry {
            name: question.name,
            label: question.asks(),
            is_chosen: false,
        });
        let known = Known {
            base: site.store.base().as_str().to_owned(),
            root: site.root().to_owned(),
            prefixes: PREFIXES.iter().copied().collect(),
            terms: site
                .labels
                .terms()
                .into_iter()
                .map(|(name, label)| Term { name, label: label.clone() })
                .collect(),
        };
        let library = library.collect();
        Self { library, chosen: None, query, runs: false, outcome: None, known }
    }
}

impl Shown {
    fn new(
        site: &Site,
        question: &Question,
        field: &Field,
        given: Option<&str>,
    ) -> Result<Self, WebError> {
        let names = match field.kind {
            Kind::Agency => agencies(site)?,
            Kind::Document => {
                let rows = site.rows(DOCUMENTS, &[])?;
                rows.iter().map(|row| row.text("name")).take(OFFERED).collect()
            }
            Kind::Date | Kind::Number | Kind::Words => Vec::new(),
        };
        Ok(Self {
            name: field.name,
            label: field.label.clone(),
            kind: if field.kind == Kind::Date { "date" } else { "text" },
            value: given.unwrap_or_else(|| question.value(field)).to_owned(),
            names,
        })
    }
}

/// The agencies with the most tasks, by name.
fn agencies(site: &Site) -> Result<Vec<String>, WebError> {
    let tables = site.tables.now(site);
    let mut agencies: Vec<_> = tables.agencies(site)?.iter().collect();
    agencies.sort_by_key(|agency| std::cmp::Reverse(agency.tasks));
    Ok(agencies.into_iter().take(OFFERED).map(|agency| agency.name.clone()).collect())
}
