//! What the service is and what it holds: the SPARQL 1.1 service description at `/sparql`, and VoID with
//! live counts at `/.well-known/void`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use oxigraph::model::vocab::xsd;
use oxigraph::model::{Literal, NamedNode, NamedNodeRef, Term, Triple};
use oxigraph::sparql::QueryResults;
use tokio::sync::Mutex;

use super::body::text;
use super::negotiate::choose;
use super::pages::workbench;
use super::problem::Problem;
use super::protocol::Malformed;
use super::site::Site;
use super::sparql::TRIPLES;
use super::{App, answers, failure, triples};
use crate::store::{Asked, QueryError, Revision};

const SERVICE: &str = include_str!("templates/service.ttl");
const VOID: &str = include_str!("templates/void.ttl");
/// Each makes a part of the counts.
const COUNTS: [&str; 3] = [
    include_str!("queries/void_totals.rq"),
    include_str!("queries/void_classes.rq"),
    include_str!("queries/void_properties.rq"),
];

const ENDPOINT: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("http://www.w3.org/ns/sparql-service-description#endpoint");
const FEATURE: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("http://www.w3.org/ns/sparql-service-description#feature");
const FEDERATED: NamedNodeRef<'_> = NamedNodeRef::new_unchecked(
    "http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery",
);
const URI_SPACE: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("http://rdfs.org/ns/void#uriSpace");
const MODIFIED: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("http://purl.org/dc/terms/modified");

/// The endpoint asked without a query: its description, and for a browser the workbench.
pub(super) async fn service(app: App, address: &str, headers: &HeaderMap) -> Response {
    let page = [("text/html", true)];
    let offers: Vec<_> = TRIPLES.iter().map(|&(name, _)| (name, false)).chain(page).collect();
    match choose(Some(&text(headers, header::ACCEPT)), &offers) {
        Some(true) => workbench::at(app, address, None).await.into_response(),
        Some(false) => triples::respond(headers, &service_triples(&app, headers)).into_response(),
        // It would take results, so a query was meant.
        None => Malformed::Nothing.into_response(),
    }
}

fn service_triples(site: &Site, headers: &HeaderMap) -> Vec<Triple> {
    let base = site.store.base();
    let mut triples = triples::read(SERVICE, base);
    let service = below(site, "sparql#service");
    let endpoint = NamedNode::new(site.address(headers, "sparql"));
    let endpoint = endpoint.unwrap_or_else(|_| below(site, "sparql"));
    triples.push(Triple::new(service.clone(), ENDPOINT, endpoint));
    if site.is_federated {
        triples.push(Triple::new(service, FEATURE, FEDERATED));
    }
    triples
}

/// `/.well-known/void`.
pub(super) async fn void(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    // Before the counting, which is the work.
    triples::format(&headers)?;
    let described = app.counts.get(&app).await?;
    triples::respond(&headers, &described)
}

/// The counts of the state of the store they were last asked for.
#[derive(Default)]
pub(super) struct Counts(Mutex<Option<(Revision, Arc<Vec<Triple>>)>>);

impl Counts {
    /// Counts anew where the store has changed, within the limits of one query; whoever asks meanwhile waits
    /// for the same.
    async fn get(&self, app: &App) -> Result<Arc<Vec<Triple>>, Problem> {
        let mut kept = self.0.lock().await;
        let before = app.store.revision();
        if let (Some((revision, counts)), Some(now)) = (&*kept, before)
            && *revision == now
        {
            return Ok(Arc::clone(counts));
        }
        let asked = Asked { text: COUNTS.join("\n"), client: String::new() };
        let counted = answers::within(App::clone(app), asked, None, count).await?;
        let counts = counted.map_err(|error| failure::of_query(&error, app.runs.limits()))?;
        let counts = Arc::new(counts);
        if before == app.store.revision() {
            *kept = before.map(|revision| (revision, Arc::clone(&counts)));
        }
        Ok(counts)
    }
}

fn count(site: &Site) -> Result<Vec<Triple>, QueryError> {
    let base = site.store.base();
    let dataset = below(site, ".well-known/void#dataset");
    let mut triples = triples::read(VOID, base);
    triples.push(Triple::new(dataset.clone(), URI_SPACE, Literal::from(base.as_str())));
    for query in COUNTS {
        if let QueryResults::Graph(made) = site.store.query(query)?.run(&site.store)?.into_inner() {
            for triple in made {
                triples.push(triple?);
            }
        }
    }
    if let Some(changed) = site.store.last_change().and_then(|at| Timestamp::try_from(at).ok()) {
        let changed = changed.strftime("%FT%TZ").to_string();
        let changed = Term::from(Literal::new_typed_literal(changed, xsd::DATE_TIME));
        triples.push(Triple::new(dataset, MODIFIED, changed));
    }
    Ok(triples)
}

/// An IRI below the base.
fn below(site: &Site, path: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{}{path}", site.store.base().as_str()))
}
