//! Things that the store names: an IRI leads to the documents about it (see [`super::address`]), which are a page for
//! people and triples for programs.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::model::{NamedNode, Term};

use super::address::{Thing, see_other};
use super::error::WebError;
use super::labels::Label;
use super::negotiate::choose;
use super::problem::Problem;
use super::site::{Row, Site, page};
use super::{App, agency, answers, document, ledger, sparql, vocabulary};
use crate::store::Asked;

const KNOWN: &str = include_str!("queries/known.rq");
const STATEMENTS: &str = include_str!("queries/statements.rq");
const STATEMENTS_TO: &str = include_str!("queries/statements_to.rq");
const GRAPH_STATEMENTS: &str = include_str!("queries/graph_statements.rq");
const DESCRIPTION: &str = include_str!("queries/description.rq");
const GRAPH_DESCRIPTION: &str = include_str!("queries/graph_description.rq");

/// Names by which clients also ask for triples: what N-Triples were called before they had a name of their own (rdflib
/// asks so), and what JSON-LD and RDF/XML are in general.
const ALSO_TRIPLES: [(&str, RdfFormat); 3] = [
    ("text/plain", RdfFormat::NTriples),
    ("application/json", RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() }),
    ("application/xml", RdfFormat::RdfXml),
];

/// Most statements on a page.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "resource.html")]
struct Resource {
    root: String,
    iri: String,
    about: Vec<Statement>,
    from: Vec<Statement>,
    cut: bool,
}

struct Statement {
    property: Label,
    value: String,
    href: Option<String>,
}

/// Every path that is no page's: the IRI that the base and the path make.
pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, WebError> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let allowed = [(header::ALLOW, "GET,HEAD")];
        return Ok((StatusCode::METHOD_NOT_ALLOWED, allowed).into_response());
    }
    let path = request.uri().path();
    let thing = Thing::of_path(&app, path).ok_or_else(|| app.not_found(path.to_owned()))?;
    let (thing, page) = match vocabulary::place(&app, &thing) {
        Some(place) => place,
        None => {
            known(&app, &thing).await?;
            let page = thing.page(&app);
            (thing, page)
        }
    };
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let address = match form(accept) {
        Some(None) => page,
        Some(Some(format)) => thing.data(&app, format),
        None => return Ok(not_acceptable()),
    };
    Ok(([(header::LINK, thing.links(&app, "describedby"))], see_other(&address)).into_response())
}

/// The page about a thing.
pub(super) async fn of(
    State(app): State<App>,
    Query(asked): Query<agency::Asked>,
    request: Request,
) -> Result<Response, WebError> {
    let path = request.uri().path().strip_prefix("/page/").unwrap_or_default();
    let (path, workbook) = match path.strip_suffix(".xlsx") {
        Some(path) => (path, true),
        None => (path, false),
    };
    let thing = Thing::of_path(&app, path).ok_or_else(|| app.not_found(path.to_owned()))?;
    let links = [(header::LINK, thing.links(&app, "alternate"))];
    if workbook {
        let host = app.address(request.headers(), "");
        let host = host.strip_suffix(app.root()).unwrap_or(&host).to_owned();
        return Ok((links, ledger_of(app, &thing, host).await?).into_response());
    }
    if let Some(page) = vocabulary::page(&app, &thing)? {
        return Ok((links, page).into_response());
    }
    let address = thing.page(&app);
    if address != thing.own_page(&app) {
        known(&app, &thing).await?;
        return Ok(see_other(&address));
    }
    let iri = thing.iri(&app);
    let about = match thing.0.split('/').next().unwrap_or_default() {
        "work" => page(app, move |site| document::of_work(site, &iri)).await,
        "version" if thing.0.matches('/').count() == 1 => {
            page(app, move |site| document::of_version(site, &iri)).await
        }
        "agency" | "group" | "unresolved" => {
            page(app, move |site| agency::build(site, &iri, &asked)).await
        }
        _ => page(app, move |site| build(site, &thing)).await,
    };
    Ok((links, about?).into_response())
}

/// The ledger of a bearer.
async fn ledger_of(app: App, thing: &Thing, host: String) -> Result<Response, WebError> {
    if !["agency/", "group/", "unresolved/"].iter().any(|kind| thing.0.starts_with(kind)) {
        return Err(app.not_found(format!("{}.xlsx", thing.0)));
    }
    let iri = thing.iri(&app);
    let asked = Asked { text: format!("the ledger of {iri}"), client: String::new() };
    let built = answers::within(app, asked, None, move |site| ledger::build(site, &iri, &host));
    built.await.map_err(WebError::Stopped)?
}

/// The triples about a thing: what is said of it and what leads to it.
pub(super) async fn triples(
    State(app): State<App>,
    request: Request,
) -> Result<Response, WebError> {
    let path = request.uri().path().strip_prefix("/data/").unwrap_or_default();
    let (thing, format) =
        Thing::with_form(&app, path).ok_or_else(|| app.not_found(path.to_owned()))?;
    let links = [(header::LINK, thing.links(&app, "alternate"))];
    if let Some(data) = vocabulary::data(&thing, format) {
        return Ok((links, data).into_response());
    }
    known(&app, &thing).await?;
    let query = if is_graph(&thing) { GRAPH_DESCRIPTION } else { DESCRIPTION };
    let query = app.store.query(query)?;
    let query = query.bind("thing", NamedNode::new_unchecked(thing.iri(&app)));
    Ok((links, sparql::triples(app, query, format).await).into_response())
}

/// That the store says something of a thing.
async fn known(app: &App, thing: &Thing) -> Result<(), WebError> {
    let iri = thing.iri(app);
    let asked = Asked { text: KNOWN.to_owned(), client: String::new() };
    let row = move |site: &Site| site.row(KNOWN, &[("thing", &iri)]);
    let row =
        answers::within(App::clone(app), asked, None, row).await.map_err(WebError::Stopped)?;
    match row? {
        Some(_) => Ok(()),
        None => Err(app.not_found(thing.0.clone())),
    }
}

fn is_graph(thing: &Thing) -> bool {
    thing.0.starts_with("graph/")
}

/// None for a page: a web browser wants one, and whoever does not mind gets one. A client that puts an RDF format
/// before HTML gets triples in it. Nothing if no form suits.
fn form(accept: Option<&str>) -> Option<Option<RdfFormat>> {
    let page = [("text/html", None)];
    let triples = sparql::TRIPLES.iter().chain(&ALSO_TRIPLES);
    let triples = triples.map(|&(name, format)| (name, Some(format)));
    choose(accept, &page.into_iter().chain(triples).collect::<Vec<_>>())
}

fn not_acceptable() -> Response {
    let title = "没有所要的格式 None of the accepted types is on offer";
    let offers = sparql::TRIPLES.map(|(name, _)| name).join(", ");
    Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", title)
        .remedy(format!("Accept: text/html, {offers}"))
        .into_response()
}

fn build(site: &Site, thing: &Thing) -> Result<Resource, WebError> {
    let statement = |row: &Row, variable: &str| {
        let href = match row.term(variable) {
            Some(Term::NamedNode(node)) => Some(site.href(node.as_str())),
            _ => None,
        };
        Statement {
            property: site.labels.of(&row.text("property")),
            value: row.text(variable),
            href,
        }
    };
    let iri = thing.iri(site);
    let query = if is_graph(thing) { GRAPH_STATEMENTS } else { STATEMENTS };
    let about = site.rows(query, &[("thing", &iri)])?;
    let from = site.rows(STATEMENTS_TO, &[("thing", &iri)])?;
    if about.is_empty() && from.is_empty() {
        return Err(site.not_found(iri));
    }
    let cut = about.len() > MOST || from.len() > MOST;
    Ok(Resource {
        root: site.root().to_owned(),
        about: about.iter().take(MOST).map(|row| statement(row, "value")).collect(),
        from: from.iter().take(MOST).map(|row| statement(row, "other")).collect(),
        iri,
        cut,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_triples() {
        assert_eq!(form(Some("text/html,application/xhtml+xml,*/*;q=0.8")), Some(None));
        assert_eq!(form(Some("*/*")), Some(None));
        assert_eq!(form(None), Some(None));
        assert_eq!(form(Some("text/turtle")), Some(Some(RdfFormat::Turtle)));
        assert_eq!(form(Some("text/plain, */*;q=0.1")), Some(Some(RdfFormat::NTriples)));
        assert_eq!(form(Some("image/png")), None);
    }
}
