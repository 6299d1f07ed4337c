//! Things that the store names: an IRI leads to the documents about it (see [`super::address`]), which are a page for
//! people and triples for programs.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::model::{NamedNode, Term};

use super::{agency, document, vocabulary};
use crate::store::Asked;
use crate::web::address::{Thing, see_other};
use crate::web::error::WebError;
use crate::web::export::{self, Form};
use crate::web::labels::Label;
use crate::web::negotiate::choose;
use crate::web::problem::Problem;
use crate::web::site::{Here, Row, Site, page};
use crate::web::{App, answers, filters, sparql};

const KNOWN: &str = include_str!("../queries/known.rq");
const STATEMENTS: &str = include_str!("../queries/statements.rq");
const STATEMENTS_TO: &str = include_str!("../queries/statements_to.rq");
const GRAPH_STATEMENTS: &str = include_str!("../queries/graph_statements.rq");
const DESCRIPTION: &str = include_str!("../queries/description.rq");
const GRAPH_DESCRIPTION: &str = include_str!("../queries/graph_description.rq");

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
pub(in crate::web) async fn show(
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
pub(in crate::web) async fn of(
    Here(app): Here,
    Query(asked): Query<agency::Asked>,
    Query(part): Query<document::Asked>,
    request: Request,
) -> Result<Response, WebError> {
    let path = request.uri().path().strip_prefix("/page/").unwrap_or_default();
    let (path, end) = match path.rsplit_once('.') {
        Some((rest, "ics")) => (rest, Some(End::Feed)),
        _ => match Form::of(path) {
            Some((rest, form)) => (rest, Some(End::Table(form))),
            None => (path, None),
        },
    };
    let thing = Thing::of_path(&app, path).ok_or_else(|| app.not_found(path.to_owned()))?;
    let links = [(header::LINK, thing.links(&app, "alternate"))];
    if let Some(end) = end {
        return Ok((links, exported(app, &thing, end, asked).await?).into_response());
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
        "work" => page(app, move |site| document::of_work(site, &iri, &part)).await,
        "version" if thing.0.matches('/').count() == 1 => {
            page(app, move |site| document::of_version(site, &iri, &part)).await
        }
        "agency" | "group" | "unresolved" => match asked.view.as_str() {
            "ledger" => page(app, move |site| agency::printed(site, &iri, &asked)).await,
            _ => page(app, move |site| agency::build(site, &iri, asked)).await,
        },
        _ => page(app, move |site| build(site, &thing)).await,
    };
    Ok((links, about?).into_response())
}

/// What the address of a page has behind it for what the page shows in another form.
enum End {
    Table(Form),
    Feed,
}

/// What was read in a document, or the duties of a bearer: its ledger, or the days on which they are due.
async fn exported(
    app: App,
    thing: &Thing,
    end: End,
    asked: agency::Asked,
) -> Result<Response, WebError> {
    let iri = thing.iri(&app);
    let kind = thing.0.split('/').next().unwrap_or_default();
    match (kind, end) {
        ("work" | "version", End::Table(form)) => {
            export::answer(app, form, move |site| document::table(site, &iri)).await
        }
        ("agency" | "group" | "unresolved", End::Table(form)) => {
            export::answer(app, form, move |site| agency::table(site, &iri, &asked)).await
        }
        ("agency" | "group" | "unresolved", End::Feed) => {
            let whose = Asked { text: format!("the calendar of {iri}"), client: String::new() };
            let made = move |site: &Site| agency::feed(site, &iri, &asked);
            answers::within(app, whose, None, made).await?
        }
        _ => Err(app.not_found(thing.0.clone())),
    }
}

/// The triples about a thing: what is said of it and what leads to it.
pub(in crate::web) async fn triples(
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
