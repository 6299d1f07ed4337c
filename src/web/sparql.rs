//! `/sparql`: answers to what [`protocol`](super::protocol) found in a request.

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::sparql::results::QueryResultsFormat;

use super::answers::{self, Ask, Choice};
use super::body::Whole;
use super::negotiate::choose;
use super::pages::workbench;
use super::problem::Problem;
use super::protocol::{Asked, Malformed};
use super::site::Here;
use super::{App, description, update};
use crate::store::{AnswerFormat, Asked as Named, Query};

/// Forms of rows and of yes or no.
const ROWS: [(&str, QueryResultsFormat); 4] = [
    ("application/sparql-results+json", QueryResultsFormat::Json),
    ("application/sparql-results+xml", QueryResultsFormat::Xml),
    ("text/csv", QueryResultsFormat::Csv),
    ("text/tab-separated-values", QueryResultsFormat::Tsv),
];
/// Common names of the same, which go last.
const ALSO_ROWS: [(&str, QueryResultsFormat); 2] =
    [("application/json", QueryResultsFormat::Json), ("application/xml", QueryResultsFormat::Xml)];
/// Forms of triples.
pub(super) const TRIPLES: [(&str, RdfFormat); 6] = [
    ("text/turtle", RdfFormat::Turtle),
    ("application/n-triples", RdfFormat::NTriples),
    ("application/rdf+xml", RdfFormat::RdfXml),
    ("application/ld+json", RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() }),
    ("application/n-quads", RdfFormat::NQuads),
    ("application/trig", RdfFormat::TriG),
];

/// A query in the address; without one, the description of the service.
pub(super) async fn get(
    Here(app): Here,
    RawQuery(address): RawQuery,
    client: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let address = address.unwrap_or_default();
    match Asked::in_address(&address) {
        Ok(Asked::Query(_)) if wants_page(&headers) => {
            workbench::at(app, &address, client).await.into_response()
        }
        Ok(Asked::Query(ask)) => answer(app, ask.of(client), &headers).await,
        Ok(Asked::Nothing) => description::service(app, &address, &headers).await,
        Ok(Asked::Update(_)) => Malformed::UpdateInAddress.into_response(),
        Err(malformed) => malformed.into_response(),
    }
}

/// A query or an update in the body, by itself or as a form.
pub(super) async fn post(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    client: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Response {
    match Asked::in_body(address.as_deref().unwrap_or_default(), &headers, &body) {
        Ok(Asked::Query(ask)) => answer(app, ask.of(client), &headers).await,
        Ok(Asked::Nothing) => Malformed::Nothing.into_response(),
        Ok(Asked::Update(ask)) => {
            update::perform(app, ask.of(client), &headers).await.into_response()
        }
        Err(malformed) => malformed.into_response(),
    }
}

fn accept(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok())
}

/// Whether the client would rather have a page than anything that programs read.
fn wants_page(headers: &HeaderMap) -> bool {
    let rows = ROWS.iter().chain(&ALSO_ROWS).map(|&(name, _)| name);
    let programs = rows.chain(TRIPLES.iter().map(|&(name, _)| name)).map(|name| (name, false));
    let offers: Vec<_> = programs.chain([("text/html", true)]).collect();
    choose(accept(headers), &offers).unwrap_or(false)
}

async fn answer(app: App, ask: Ask, headers: &HeaderMap) -> Response {
    let accept = accept(headers).map(str::to_owned);
    let choice = move |is_graph| chosen(accept.as_deref(), is_graph);
    answers::query(app, ask, choice).await.unwrap_or_else(IntoResponse::into_response)
}

/// The form that the client likes best.
fn chosen(accept: Option<&str>, is_graph: bool) -> Result<Choice, Problem> {
    let (mut rows, mut triples) = (QueryResultsFormat::Json, RdfFormat::Turtle);
    let kind;
    if is_graph {
        (kind, triples) = offered(accept, &TRIPLES, &[])?;
    } else {
        (kind, rows) = offered(accept, &ROWS, &ALSO_ROWS)?;
    }
    Ok((kind, AnswerFormat { rows, triples }))
}

fn offered<T: Copy>(
    accept: Option<&str>,
    offers: &[(&'static str, T)],
    more: &[(&'static str, T)],
) -> Result<(&'static str, T), Problem> {
    let all: Vec<_> =
        offers.iter().chain(more).map(|&(name, value)| (name, (name, value))).collect();
    choose(accept, &all).ok_or_else(|| {
        let names = offers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let title = "没有可接受的格式 None of the accepted types is on offer";
        Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", title)
            .remedy(format!("Accept: {names}"))
    })
}

/// The triples that a query of our own makes, in a form that was negotiated.
pub(super) async fn triples(app: App, query: Query, triples: RdfFormat) -> Response {
    let format = AnswerFormat { rows: QueryResultsFormat::Json, triples };
    let named = Named { text: "triples of a page".to_owned(), client: String::new() };
    let answer = answers::own_query(app, named, query, (triples.media_type(), format)).await;
    answer.unwrap_or_else(IntoResponse::into_response)
}
