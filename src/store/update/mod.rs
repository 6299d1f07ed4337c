//! SPARQL updates: a request's operations are one transaction, which is written whole or not at all.

mod apply;
mod template;

use oxigraph::model::NamedNode;
use oxigraph::sparql::{QueryDatasetSpecification, QueryEvaluationError, SparqlSyntaxError};
use oxigraph::store::StorageError;
use spargebra::GraphUpdateOperation;
use spargebra::algebra::GraphPattern;

use super::federation::FetchError;
use super::indexing::Touched;
use super::quads::Quads;
use super::query::{dataset, parser};
use super::remote::{Endpoint, RemoteError};
use super::run::{Run, Stop};
use super::size::{self, TooLarge};
use super::{QueryError, Store};
use crate::rdf::Base;
use apply::Applying;

/// Why an update was not made; the store is as it was.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error("the update is not SPARQL: {0}")]
    Syntax(#[from] SparqlSyntaxError),
    #[error(
        "the update names its graphs itself (WITH, USING): then using-graph-uri and using-named-graph-uri may not"
    )]
    GraphsTwice,
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error(transparent)]
    Graphs(QueryError),
    #[error("the update was stopped: {0}")]
    Stopped(#[from] Stop),
    #[error("the graph {0} is there already")]
    GraphExists(NamedNode),
    #[error("there is no graph {0}")]
    NoGraph(NamedNode),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{0} is of type {1:?}, which cannot be read")]
    LoadFormat(NamedNode, String),
    #[error("{0} cannot be read: {1}")]
    Load(NamedNode, String),
    #[error("the WHERE clause cannot be answered: {0}")]
    Evaluation(#[source] QueryEvaluationError),
    #[error("the database says: {0}")]
    Database(#[from] StorageError),
    #[error(
        "{0} cannot be in an update of a store behind an endpoint: ask for the data, and send it with INSERT DATA"
    )]
    NotThere(&'static str),
    #[error(transparent)]
    Remote(RemoteError),
}

impl UpdateError {
    fn evaluation(error: QueryEvaluationError) -> Self {
        match Run::current().and_then(|run| run.stopped()) {
            Some(stop) => Self::Stopped(stop),
            None => Self::Evaluation(error),
        }
    }
}

/// A parsed update. Its WHERE clauses read the union of all graphs unless it names others.
pub struct Update {
    /// With the base IRI that it is resolved against.
    text: String,
    update: spargebra::Update,
    using: Option<QueryDatasetSpecification>,
}

/// What an update changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpdateReport {
    /// Quads that are in the store now and were not before.
    pub inserted: u64,
    /// Quads that were in the store and are not any more.
    pub deleted: u64,
}

impl Update {
    /// Parses SPARQL 1.1 Update; relative IRIs are resolved against `base`.
    ///
    /// # Errors
    /// When the text is not an update.
    pub fn parse(text: &str, base: &Base) -> Result<Self, UpdateError> {
        size::of_update_text(text)?;
        let update = parser(base).parse_update(text)?;
        for operation in &update.operations {
            if let GraphUpdateOperation::DeleteInsert { pattern, .. } = operation {
                size::of_pattern(pattern)?;
            }
        }
        let text = format!("BASE <{}>\n{text}", base.as_str());
        Ok(Self { text, update, using: None })
    }

    /// Sets what WHERE clauses read, as the SPARQL protocol does with `using-graph-uri` and
    /// `using-named-graph-uri`; two empty lists leave the update as it is.
    ///
    /// # Errors
    /// When a name is not an IRI, or the update names graphs itself.
    pub fn using(mut self, default: &[String], named: &[String]) -> Result<Self, UpdateError> {
        let Some(using) = dataset(default, named).map_err(UpdateError::Graphs)? else {
            return Ok(self);
        };
        let names_graphs = |operation: &GraphUpdateOperation| {
            matches!(operation, GraphUpdateOperation::DeleteInsert { using: Some(_), .. })
        };
        if self.update.operations.iter().any(names_graphs) {
            return Err(UpdateError::GraphsTwice);
        }
        self.using = Some(using);
        Ok(self)
    }

    /// Makes the update; as part of the [`Run`] that the thread is in, if it is in one.
    ///
    /// # Errors
    /// When it fails or was stopped; then nothing is changed.
    pub fn run(self, store: &Store) -> Result<UpdateReport, UpdateError> {
        let _changing = store.revisions.changing();
        let run = Run::current();
        let touched = Touched::by(&self.update);
        let quads = match &store.quads {
            Quads::Embedded(quads) => quads,
            Quads::Remote(endpoint) => return self.send(endpoint, touched),
        };
        let mut applying = Applying {
            tx: quads.start_transaction()?,
            services: &store.services,
            run: run.clone(),
            using: self.using,
            base: self.update.base_iri.map(oxiri::Iri::into_inner),
            report: UpdateReport::default(),
        };
        for operation in self.update.operations {
            applying.apply(operation)?;
        }
        if let Some(run) = run {
            // From here on it cannot be stopped: whoever asks is told that it was made.
            run.finish()?;
        }
        store.indexing.expect_touched(touched)?;
        applying.tx.commit()?;
        Ok(applying.report)
    }

    /// Has an endpoint make the update, which says nothing of how much it changed. It gets the text as it was written:
    /// engines differ in which of its spellings they read.
    fn send(self, endpoint: &Endpoint, touched: Touched) -> Result<UpdateReport, UpdateError> {
        if self.using.is_some() {
            return Err(UpdateError::NotThere("using-graph-uri"));
        }
        for operation in &self.update.operations {
            match operation {
                GraphUpdateOperation::Load { .. } => return Err(UpdateError::NotThere("LOAD")),
                GraphUpdateOperation::DeleteInsert { pattern, .. } if calls_services(pattern) => {
                    return Err(UpdateError::NotThere("SERVICE"));
                }
                _ => {}
            }
        }
        if let Some(run) = Run::current() {
            run.finish()?;
        }
        endpoint.update(&self.text, touched.graphs()).map_err(UpdateError::Remote)?;
        Ok(UpdateReport::default())
    }
}

/// Whether SERVICE stands anywhere in a pattern: the endpoint would call it from where it stands.
fn calls_services(pattern: &GraphPattern) -> bool {
    pattern.to_string().contains("SERVICE ")
}
