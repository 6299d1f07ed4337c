//! `/sparql.csv` and the like: the answer to a query as a file.

use axum::Router;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::model::Term;
use oxigraph::model::vocab::xsd;
use oxigraph::sparql::results::QueryResultsFormat;

use super::Client;
use super::outcome::is_number;
use crate::store::{AnswerFormat, Asked as Named, QueryError, Told};
use crate::web::answers::{self, Ask};
use crate::web::body::Whole;
use crate::web::export::{Cell, Column, Table, workbook};
use crate::web::problem::Problem;
use crate::web::protocol::{Asked, Malformed};
use crate::web::site::{Here, Site};
use crate::web::{App, failure};

/// Forms of rows, by what the address ends with.
const ROWS: [(&str, &str, QueryResultsFormat); 4] = [
    ("csv", "text/csv; charset=utf-8", QueryResultsFormat::Csv),
    ("tsv", "text/tab-separated-values; charset=utf-8", QueryResultsFormat::Tsv),
    ("json", "application/sparql-results+json", QueryResultsFormat::Json),
    ("xml", "application/sparql-results+xml", QueryResultsFormat::Xml),
];
/// Forms of triples.
const TRIPLES: [(&str, &str, RdfFormat); 4] = [
    ("ttl", "text/turtle", RdfFormat::Turtle),
    ("nt", "application/n-triples", RdfFormat::NTriples),
    ("jsonld", "application/ld+json", RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() }),
    ("rdf", "application/rdf+xml", RdfFormat::RdfXml),
];
const WORKBOOK: &str = "xlsx";
/// In characters.
const WIDTH: f64 = 24.0;

/// The addresses of all forms.
pub(in crate::web) fn routes() -> Router<App> {
    let ends = ROWS.map(|(end, ..)| end).into_iter().chain(TRIPLES.map(|(end, ..)| end));
    ends.chain([WORKBOOK]).fold(Router::new(), |routes, end| {
        routes.route(&format!("/sparql.{end}"), get(by_address).post(by_form))
    })
}

async fn by_address(
    Here(site): Here,
    uri: Uri,
    RawQuery(address): RawQuery,
    client: Client,
) -> Response {
    let asked = Asked::in_address(address.as_deref().unwrap_or_default());
    answer(site, &uri, asked, client).await
}

/// For queries that are too long for an address.
async fn by_form(
    Here(site): Here,
    uri: Uri,
    RawQuery(address): RawQuery,
    client: Client,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Response {
    let asked = Asked::in_body(address.as_deref().unwrap_or_default(), &headers, &body);
    answer(site, &uri, asked, client).await
}

async fn answer(site: App, uri: &Uri, asked: Result<Asked, Malformed>, client: Client) -> Response {
    let ask = match asked {
        Ok(Asked::Query(ask)) => ask.of(client),
        Ok(_) => return Malformed::Nothing.into_response(),
        Err(malformed) => return malformed.into_response(),
    };
    let end = uri.path().rsplit('.').next().unwrap_or_default().to_owned();
    let made = if end == WORKBOOK {
        as_workbook(site, ask).await
    } else {
        let end = end.clone();
        answers::query(site, ask, move |is_graph| choice(&end, is_graph)).await
    };
    let mut response = match made {
        Ok(response) => response,
        Err(problem) => return problem.into_response(),
    };
    let name = format!("attachment; filename=\"answer.{end}\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn choice(end: &str, is_graph: bool) -> Result<answers::Choice, Problem> {
    let rows = ROWS.iter().find(|(name, ..)| *name == end);
    let triples = TRIPLES.iter().find(|(name, ..)| *name == end);
    let format = AnswerFormat {
        rows: rows.map_or(QueryResultsFormat::Json, |(.., format)| *format),
        triples: triples.map_or(RdfFormat::Turtle, |(.., format)| *format),
    };
    let kind =
        if is_graph { triples.map(|(_, kind, _)| kind) } else { rows.map(|(_, kind, _)| kind) };
    kind.map(|kind| (*kind, format)).ok_or_else(|| other_form(is_graph))
}

fn other_form(is_graph: bool) -> Problem {
    let title = "这种结果不能用这个格式 This kind of answer has no such form";
    let forms = if is_graph {
        TRIPLES.map(|(end, ..)| format!("/sparql.{end}")).join(" ")
    } else {
        ROWS.map(|(end, ..)| format!("/sparql.{end}")).join(" ")
    };
    Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", title).remedy(forms)
}

async fn as_workbook(site: App, ask: Ask) -> Result<Response, Problem> {
    let named = Named { text: ask.text.clone(), client: ask.client.clone() };
    let (time, limits) = (ask.time, *site.runs.limits());
    let made = answers::within(site, named, time, move |site| {
        let failed = |error: QueryError| failure::of_query(&error, &limits);
        let query = site.store.query(&ask.text).map_err(failed)?;
        let query = query.in_dataset(&ask.default_graphs, &ask.named_graphs).map_err(failed)?;
        let told = query.run(&site.store).and_then(crate::store::Answer::told).map_err(failed)?;
        let Told::Rows { columns, rows } = told else { return Err(other_form(true)) };
        let table = table(site, &ask.text, columns, rows);
        workbook(site, &table).map_err(|error| failure::of_fault(&error))
    });
    made.await?
}

fn table(site: &Site, query: &str, columns: Vec<String>, rows: Vec<Vec<Option<Term>>>) -> Table {
    let total = rows.len();
    let rows = rows.into_iter().map(|row| row.into_iter().map(|term| cell(site, term)).collect());
    let count = site.say("行数", "Rows:");
    Table {
        name: site.say("查询结果", "Answer to a query").to_owned(),
        sheet: site.say("结果", "Answer").to_owned(),
        // A workbook has no use for keys.
        columns: columns.iter().map(|name| Column::new("value", name, WIDTH)).collect(),
        rows: rows.collect(),
        notes: vec![format!("{count} {total}"), query.to_owned()],
        things: Vec::new(),
        frozen: 0,
    }
}

fn cell(site: &Site, term: Option<Term>) -> Cell {
    match term {
        None => Cell::Nothing,
        Some(Term::Literal(literal)) => {
            let value = literal.value();
            let number = is_number(literal.datatype()).then(|| value.parse().ok()).flatten();
            match number.filter(|number: &f64| number.is_finite()) {
                Some(number) => Cell::Number(number),
                None if literal.datatype() == xsd::DATE => Cell::Day(value.to_owned()),
                None => Cell::from(value),
            }
        }
        Some(Term::NamedNode(node)) => match node.as_str().strip_prefix(site.store.base().as_str())
        {
            Some(path) => Cell::link(path, site.href(node.as_str())),
            None => Cell::from(site.labels.of(node.as_str()).of(site.lang)),
        },
        Some(other) => Cell::from(other.to_string()),
    }
}
