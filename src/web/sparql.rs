//! `/sparql`: the SPARQL 1.1 protocol, queries only.

use std::time::Duration;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::sparql::results::QueryResultsFormat;

use super::App;
use super::answers::{self, Ask, Choice};
use super::negotiate::choose;
use super::problem::Problem;
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

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(
        "no query: send it as the parameter `query` of GET or of a form, or as the body of a POST of type application/sparql-query"
    )]
    NoQuery,
    #[error("several queries: send one")]
    SeveralQueries,
    #[error("this endpoint answers queries; it takes no updates")]
    Update,
    #[error(
        "a body of type {0:?} is not understood: send application/x-www-form-urlencoded or application/sparql-query"
    )]
    Type(String),
    #[error("the body is not UTF-8")]
    Encoding,
    #[error("the parameters are not form-encoded: {0}")]
    Form(String),
    #[error("timeout={0} is no number of seconds")]
    Time(String),
    #[error("the form cannot be written")]
    Fault,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Type(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
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

/// A query in the address; without one, a browser gets a form to write it in.
pub(super) async fn get(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = match Asked::from_form(address.as_deref().unwrap_or_default().as_bytes()) {
        Ok(asked) => asked,
        Err(refusal) => return refusal.into_response(),
    };
    let offers = [("text/plain", false), ("text/html", true)];
    if asked.queries.is_empty() && choose(accept(&headers), &offers) == Some(true) {
        let form = Form { root: app.root().to_owned(), base: app.store.base().as_str().to_owned() };
        return form
            .render()
            .map_or_else(|_| Refusal::Fault.into_response(), |f| Html(f).into_response());
    }
    answer(app, asked, &headers).await
}

/// A query in the body, by itself or as a form.
pub(super) async fn post(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = Asked::from_body(address.as_deref().unwrap_or_default(), &headers, &body);
    match asked {
        Ok(asked) => answer(app, asked, &headers).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// The parameters of the protocol.
#[derive(Default)]
struct Asked {
    queries: Vec<String>,
    default_graphs: Vec<String>,
    named_graphs: Vec<String>,
    time: Option<Duration>,
}

impl Asked {
    fn from_form(form: &[u8]) -> Result<Self, Refusal> {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded(form)? {
            match name.as_str() {
                "query" => asked.queries.push(value),
                "default-graph-uri" => asked.default_graphs.push(value),
                "named-graph-uri" => asked.named_graphs.push(value),
                "timeout" => asked.time = Some(seconds(&value)?),
                "update" => return Err(Refusal::Update),
                _ => {}
            }
        }
        Ok(asked)
    }

    fn from_body(address: &str, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Self::from_form(body),
            "application/sparql-query" => {
                let query = str::from_utf8(body).map_err(|_| Refusal::Encoding)?.to_owned();
                Ok(Self { queries: vec![query], ..Self::from_form(address.as_bytes())? })
            }
            "application/sparql-update" => Err(Refusal::Update),
            _ => Err(Refusal::Type(kind.to_owned())),
        }
    }

    fn ask(self) -> Result<Ask, Refusal> {
        let [text] = <[String; 1]>::try_from(self.queries).map_err(|queries| {
            if queries.is_empty() { Refusal::NoQuery } else { Refusal::SeveralQueries }
        })?;
        let (default_graphs, named_graphs) = (self.default_graphs, self.named_graphs);
        Ok(Ask { text, default_graphs, named_graphs, time: self.time, client: String::new() })
    }
}

/// The parameter `timeout`.
fn seconds(value: &str) -> Result<Duration, Refusal> {
    let seconds = value.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| Refusal::Time(value.to_owned()))
}

/// Name and value pairs of `application/x-www-form-urlencoded`.
fn form_urlencoded(form: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let form = str::from_utf8(form).map_err(|_| Refusal::Encoding)?;
    let uri = format!("/?{form}").parse().map_err(|e| Refusal::Form(format!("{e}")))?;
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri);
    Ok(pairs.map_err(|e| Refusal::Form(e.body_text()))?.0)
}

fn accept(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok())
}

async fn answer(app: App, asked: Asked, headers: &HeaderMap) -> Response {
    let ask = match asked.ask() {
        Ok(ask) => ask,
        Err(refusal) => return refusal.into_response(),
    };
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
