//! What all handlers share: the store, how it is asked, and how IRIs become links.

use std::time::Duration;

use askama::Template;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use oxigraph::model::{NamedNode, Term};
use oxigraph::sparql::QuerySolution;

use super::App;
use super::access::Access;
use super::address::Thing;
use super::answers;
use super::api::tables::Kept;
use super::cache::Answers;
use super::description::Counts;
use super::error::WebError;
use super::http::health::Triples;
use super::labels::Labels;
use super::metrics::Metrics;
use crate::config::Config;
use crate::knowledge::Knowledge;
use crate::store::{Answer, Asked, QueryError, Runs, Services, Store};

pub(super) struct Site {
    pub(super) store: Store,
    pub(super) runs: Runs,
    /// Answers that are kept.
    pub(super) kept: Answers,
    pub(super) labels: Labels,
    pub(super) access: Access,
    pub(super) tables: Kept,
    pub(super) metrics: Metrics,
    pub(super) triples: Triples,
    pub(super) counts: Counts,
    /// What documents are read with; only where documents are taken in.
    pub(super) knowledge: Option<Knowledge>,
    /// Whether there are hosts that SERVICE may reach.
    pub(super) is_federated: bool,
    /// How long a client may take to receive a piece of a graph.
    pub(super) patience: Duration,
    root: String,
}

impl Site {
    pub(super) fn new(store: Store, knowledge: Option<Knowledge>, config: &Config) -> Self {
        // `http://host/path/` → `/path/`
        let base = store.base().as_str();
        let path = base.splitn(4, '/').nth(3).unwrap_or_default();
        let root = format!("/{path}");
        let access = Access::new(&config.access);
        Self {
            store: store.with_services(Services::new(&config.federation)),
            runs: Runs::new(config),
            kept: Answers::new(config.cache.memory << 20),
            labels: Labels::of_the_ontology(),
            access,
            tables: Kept::default(),
            metrics: Metrics::new(),
            triples: Triples::default(),
            counts: Counts::default(),
            knowledge,
            is_federated: !config.federation.hosts.is_empty(),
            patience: config.limits.query_timeout,
            root,
        }
    }

    /// The path below which all pages lie; it begins and ends with a slash.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// The address of what lies at `path` below the root, as the client knows the server: behind another
    /// name than the base IRI's, too.
    pub(super) fn address(&self, headers: &HeaderMap, path: &str) -> String {
        let (scheme, rest) = self.store.base().as_str().split_once("://").unwrap_or_default();
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.unwrap_or_else(|| rest.split('/').next().unwrap_or_default());
        format!("{scheme}://{host}{}{path}", self.root)
    }

    /// That there is no page about the thing at `path`.
    pub(super) fn not_found(&self, path: String) -> WebError {
        WebError::NotFound { root: self.root.clone(), path }
    }

    /// The rows that one of our own queries gives, with some of its variables given beforehand.
    pub(super) fn rows(&self, query: &str, given: &[(&str, &str)]) -> Result<Vec<Row>, QueryError> {
        let mut query = self.store.query(query)?;
        for (variable, iri) in given {
            query = query.bind(variable, NamedNode::new_unchecked(*iri));
        }
        let rows = query.run(&self.store).and_then(Answer::rows)?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// The first of the rows.
    pub(super) fn row(
        &self,
        query: &str,
        given: &[(&str, &str)],
    ) -> Result<Option<Row>, QueryError> {
        Ok(self.rows(query, given)?.into_iter().next())
    }

    /// The link to the page about an IRI: an address of ours, or the IRI itself.
    pub(super) fn href(&self, iri: &str) -> String {
        match iri.strip_prefix(self.store.base().as_str()) {
            Some(path) => Thing(path.to_owned()).page(self),
            None => iri.to_owned(),
        }
    }
}

/// Builds a page on a thread that may block, since reading the store does; within the limits of one query.
pub(super) async fn page<T: Template>(
    app: App,
    build: impl FnOnce(&Site) -> Result<T, WebError> + Send + 'static,
) -> Result<Response, WebError> {
    let asked = Asked { text: std::any::type_name::<T>().to_owned(), client: String::new() };
    let built = move |site: &Site| build(site).and_then(|page| Ok(page.render()?));
    let page = answers::within(app, asked, None, built).await.map_err(WebError::Stopped)?;
    Ok(Html(page?).into_response())
}

/// One row of an answer.
pub(super) struct Row(QuerySolution);

impl Row {
    /// The IRI, or the value of the literal, that a variable has.
    pub(super) fn get(&self, variable: &str) -> Option<String> {
        match self.0.get(variable)? {
            Term::NamedNode(node) => Some(node.as_str().to_owned()),
            Term::Literal(literal) => Some(literal.value().to_owned()),
            other => Some(other.to_string()),
        }
    }

    /// The same, empty where there is none.
    pub(super) fn text(&self, variable: &str) -> String {
        self.get(variable).unwrap_or_default()
    }

    /// A whole number; 0 where there is none.
    pub(super) fn number(&self, variable: &str) -> usize {
        self.get(variable).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    pub(super) fn is_true(&self, variable: &str) -> bool {
        self.get(variable).is_some_and(|value| value == "true")
    }

    pub(super) fn term(&self, variable: &str) -> Option<&Term> {
        self.0.get(variable)
    }
}
