//! Every other path: the page about the IRI that the base and the path make, or its triples.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use oxigraph::io::RdfFormat;
use oxigraph::model::{NamedNode, Term};

use super::error::WebError;
use super::labels::Label;
use super::negotiate::choose;
use super::site::{Row, Site, page};
use super::{App, agency, document, sparql};

const STATEMENTS: &str = include_str!("queries/statements.rq");
const STATEMENTS_TO: &str = include_str!("queries/statements_to.rq");
const DESCRIPTION: &str = include_str!("queries/description.rq");

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

/// The page about an IRI, or its triples for a client that would rather have them.
pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    Query(asked): Query<agency::Asked>,
    request: Request,
) -> Result<Response, WebError> {
    let path = decode(request.uri().path().trim_start_matches('/'));
    let iri = format!("{}{path}", app.store.base().as_str());
    if NamedNode::new(&*iri).is_err() {
        return Err(app.not_found(path));
    }
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if let Some(format) = wants_triples(accept) {
        let query = crate::store::Query::parse(DESCRIPTION, app.store.base())?;
        let query = query.bind("thing", NamedNode::new_unchecked(iri));
        return Ok(sparql::triples(app, query, format).await);
    }
    match path.split('/').next().unwrap_or_default() {
        "work" => page(app, move |site| document::of_work(site, &iri)).await,
        "version" => match path.splitn(3, '/').nth(2) {
            None => page(app, move |site| document::of_version(site, &iri)).await,
            Some(item) => Ok(to_item(&app, &path, item)),
        },
        "agency" | "group" | "unresolved" => {
            page(app, move |site| agency::build(site, &iri, &asked)).await
        }
        "jurisdiction" => {
            let code = path.rsplit('/').next().unwrap_or_default();
            Ok(Redirect::to(&format!("{}?place={code}", app.root())).into_response())
        }
        _ => page(app, move |site| build(site, &iri)).await,
    }
}

/// A web browser wants a page; a client that puts an RDF format before HTML gets triples.
fn wants_triples(accept: Option<&str>) -> Option<RdfFormat> {
    let page = [("text/html", None)];
    let triples = sparql::TRIPLES.iter().map(|&(name, format)| (name, Some(format)));
    choose(accept, &page.into_iter().chain(triples).collect::<Vec<_>>()).flatten()
}

/// An outline node, or anything said of it, is shown on the page of its version.
fn to_item(app: &Arc<Site>, path: &str, item: &str) -> Response {
    let version = path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
    let mut parts = item.split('/');
    let place = match (parts.next(), parts.next()) {
        (Some(kind @ ("section" | "task" | "measure" | "practice")), Some(node)) => {
            format!("#{kind}/{node}")
        }
        (Some("span"), Some(span)) => format!("#span/{span}"),
        _ => String::new(),
    };
    let target = format!("{}{version}{place}", app.root());
    (StatusCode::SEE_OTHER, [(header::LOCATION, encode_location(&target))]).into_response()
}

fn build(site: &Site, iri: &str) -> Result<Resource, WebError> {
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
    let about = site.rows(STATEMENTS, &[("thing", iri)])?;
    let from = site.rows(STATEMENTS_TO, &[("thing", iri)])?;
    if about.is_empty() && from.is_empty() {
        return Err(site.not_found(iri.to_owned()));
    }
    let cut = about.len() > MOST || from.len() > MOST;
    Ok(Resource {
        root: site.root().to_owned(),
        iri: iri.to_owned(),
        about: about.iter().take(MOST).map(|row| statement(row, "value")).collect(),
        from: from.iter().take(MOST).map(|row| statement(row, "other")).collect(),
        cut,
    })
}

/// The path of an IRI from the path of an address: only characters beyond ASCII are decoded, the others are
/// encoded in the IRI as well (RFC 3987, section 3.2). Bytes that are not UTF-8 stay as they are.
pub(super) fn decode(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let run = rest.as_bytes()[at..].chunks(3).map_while(beyond_ascii).collect::<Vec<u8>>();
        match str::from_utf8(&run) {
            Ok(text) if !text.is_empty() => {
                decoded.push_str(text);
                rest = &rest[at + 3 * run.len()..];
            }
            _ => {
                decoded.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    decoded + rest
}

fn beyond_ascii(encoded: &[u8]) -> Option<u8> {
    let &[b'%', high, low] = encoded else { return None };
    let digit = |c: u8| char::from(c).to_digit(16);
    let byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    (byte >= 0x80).then_some(byte)
}

/// A location header may hold ASCII only.
pub(super) fn encode_location(target: &str) -> String {
    target.chars().fold(String::new(), |mut encoded, c| {
        if c.is_ascii() {
            encoded.push(c);
        } else {
            encoded.push_str(&super::paging::encode(c.encode_utf8(&mut [0; 4])));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_the_path_of_an_iri() {
        assert_eq!(decode("agency/220284/%E6%95%99%E8%82%B2%E5%B1%80"), "agency/220284/教育局");
        assert_eq!(decode("work/A%20B%25"), "work/A%20B%25");
        assert_eq!(decode("%E6%95"), "%E6%95");
        assert_eq!(decode("%"), "%");
        assert_eq!(encode_location("/a/教#b"), "/a/%E6%95%99#b");
    }

    #[test]
    fn browsers_get_pages_and_programs_triples() {
        assert!(wants_triples(Some("text/html,application/xhtml+xml,*/*;q=0.8")).is_none());
        assert!(wants_triples(Some("*/*")).is_none());
        assert!(wants_triples(None).is_none());
        assert_eq!(wants_triples(Some("text/turtle")), Some(RdfFormat::Turtle));
    }
}
