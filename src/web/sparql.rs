//! `/sparql`: answers to what [`protocol`](super::protocol) found in a request.

use std::io::{self, Write};
use std::time::Duration;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::sparql::results::QueryResultsFormat;

use super::body::Whole;
use super::negotiate::choose;
use super::protocol::{Asked, AskedQuery, Malformed};
use super::{App, description, update};
use crate::store::{AnswerFormat, Query, QueryError};

/// How long a query may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest answer, in bytes; it is held in memory before it is sent.
const MOST: usize = 256 << 20;

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

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("none of the accepted types is on offer; there is {0}")]
    Accept(String),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error("the answer is larger than {} MB: ask for less, as with LIMIT", MOST >> 20)]
    TooLarge,
    #[error("the query failed")]
    Fault,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Malformed(malformed) => return malformed.into_response(),
            Self::Accept(_) => StatusCode::NOT_ACCEPTABLE,
            Self::Query(QueryError::Stopped) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Query(QueryError::Evaluation(_)) | Self::Fault => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            _ => StatusCode::BAD_REQUEST,
        };
        (status, format!("{self}\n")).into_response()
    }
}

#[derive(Template)]
#[template(path = "sparql.html")]
struct Form {
    root: String,
    base: String,
}

/// A query in the address; without one, the description of the service.
pub(super) async fn get(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Response {
    match Asked::in_address(address.as_deref().unwrap_or_default()) {
        Ok(Asked::Query(asked)) => respond(app, asked, &headers).await,
        Ok(Asked::Nothing) => description::service(&app, &headers),
        Ok(Asked::Update(_)) => Malformed::UpdateInAddress.into_response(),
        Err(malformed) => malformed.into_response(),
    }
}

/// A query or an update in the body, by itself or as a form.
pub(super) async fn post(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Response {
    match Asked::in_body(address.as_deref().unwrap_or_default(), &headers, &body) {
        Ok(Asked::Query(asked)) => respond(app, asked, &headers).await,
        Ok(Asked::Nothing) => Malformed::Nothing.into_response(),
        Ok(Asked::Update(asked)) => update::perform(app, asked, &headers).await.into_response(),
        Err(malformed) => malformed.into_response(),
    }
}

/// A form to write a query in.
pub(super) fn form(app: &App) -> Response {
    let form = Form { root: app.root().to_owned(), base: app.store.base().as_str().to_owned() };
    form.render().map_or_else(|_| Refusal::Fault.into_response(), |f| Html(f).into_response())
}

async fn respond(app: App, asked: AskedQuery, headers: &HeaderMap) -> Response {
    answer(app, asked, headers).await.unwrap_or_else(Refusal::into_response)
}

fn accept(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok())
}

async fn answer(app: App, asked: AskedQuery, headers: &HeaderMap) -> Result<Response, Refusal> {
    let query = Query::parse(&asked.text, app.store.base())?;
    let query = query.in_dataset(&asked.default_graphs, &asked.named_graphs)?;
    let accept = accept(headers).map(str::to_owned);
    let choice = move |is_graph| {
        let (mut rows, mut triples) = (QueryResultsFormat::Json, RdfFormat::Turtle);
        let kind;
        if is_graph {
            (kind, triples) = offered(accept.as_deref(), &TRIPLES, &[])?;
        } else {
            (kind, rows) = offered(accept.as_deref(), &ROWS, &ALSO_ROWS)?;
        }
        Ok((kind, AnswerFormat { rows, triples }))
    };
    let (kind, bytes) = evaluate(app, query, choice).await?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

/// The form that the client likes best, with its name.
fn offered<T: Copy>(
    accept: Option<&str>,
    offers: &[(&'static str, T)],
    more: &[(&'static str, T)],
) -> Result<(&'static str, T), Refusal> {
    let all: Vec<_> =
        offers.iter().chain(more).map(|&(name, value)| (name, (name, value))).collect();
    let names = || offers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    choose(accept, &all).ok_or_else(|| Refusal::Accept(names()))
}

/// The triples that a query of our own makes, in a form that was negotiated.
pub(super) async fn triples(app: App, query: Query, triples: RdfFormat) -> Response {
    let format = AnswerFormat { rows: QueryResultsFormat::Json, triples };
    match evaluate(app, query, move |_| Ok((triples.media_type(), format))).await {
        Ok((kind, bytes)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Answers a query in the form that `choice` makes of whether the answer is a graph.
async fn evaluate(
    app: App,
    query: Query,
    choice: impl FnOnce(bool) -> Result<(&'static str, AnswerFormat), Refusal> + Send + 'static,
) -> Result<(&'static str, Vec<u8>), Refusal> {
    let stopper = query.stopper();
    let mut task = tokio::task::spawn_blocking(move || {
        let answer = query.run(&app.store)?;
        let (kind, format) = choice(answer.is_graph())?;
        let mut out = Limited(Vec::new());
        answer.write(format, &mut out)?;
        Ok((kind, out.0))
    });
    let done = match tokio::time::timeout(PATIENCE, &mut task).await {
        Ok(done) => done,
        Err(_) => {
            stopper.cancel();
            return Err(QueryError::Stopped.into());
        }
    };
    match done {
        Ok(Err(Refusal::Query(QueryError::Write(_)))) => Err(Refusal::TooLarge),
        Ok(answer) => answer,
        Err(fault) => {
            tracing::error!(%fault, "a query's thread ended");
            Err(Refusal::Fault)
        }
    }
}

/// A buffer that takes no more than [`MOST`] bytes.
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
