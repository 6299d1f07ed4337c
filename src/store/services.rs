//! What SERVICE can call: handlers of our own, and hosts that the settings name.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use oxigraph::model::NamedNode;
use oxigraph::sparql::results::{
    QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput,
};
use oxigraph::sparql::{
    DefaultServiceHandler, QueryEvaluationError, QuerySolution, QuerySolutionIter, ServiceHandler,
    SparqlEvaluator,
};
use oxiri::Iri;
use spargebra::algebra::GraphPattern;

use super::federation::{FetchError, Hosts};
use super::remote::RemoteError;
use crate::config;

const RESULTS: &str = "application/sparql-results+json, application/sparql-results+xml;q=0.8";

/// Why a service gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A service of our own does not understand what is asked.
    #[error("{0}")]
    Pattern(String),
    /// A service of our own failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("<{0}> gives no solutions: {1}")]
    Answer(String, String),
    /// The endpoint that the store is behind.
    #[error(transparent)]
    Store(#[from] RemoteError),
}

/// A service of our own.
pub trait Service: Send + Sync {
    /// The solutions of what stands between the braces of SERVICE.
    ///
    /// # Errors
    /// When the pattern is none that the service understands, or it fails.
    fn answer(&self, pattern: &GraphPattern) -> Result<QuerySolutionIter<'static>, ServiceError>;
}

/// The services that the queries and updates of a store may call; by default none.
#[derive(Clone, Default)]
pub struct Services {
    own: BTreeMap<NamedNode, Arc<dyn Service>>,
    hosts: Hosts,
}

impl Services {
    /// Those that the settings allow.
    pub fn new(settings: &config::Federation) -> Self {
        Self { own: BTreeMap::new(), hosts: Hosts::new(&settings.hosts) }
    }

    /// Adds a service of our own under its IRI.
    #[must_use]
    pub fn with(mut self, name: NamedNode, service: Arc<dyn Service>) -> Self {
        self.own.insert(name, service);
        self
    }

    /// The service of our own of this name.
    pub(super) fn own(&self, name: &NamedNode) -> Option<&dyn Service> {
        self.own.get(name).map(|service| &**service)
    }

    pub(super) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Gives an evaluator these services and no others.
    pub(super) fn serve(&self, evaluator: SparqlEvaluator) -> SparqlEvaluator {
        let evaluator = evaluator.with_default_service_handler(Remote(self.hosts.clone()));
        self.own.iter().fold(evaluator, |evaluator, (name, service)| {
            evaluator.with_service_handler(name.clone(), Own(Arc::clone(service)))
        })
    }
}

struct Own(Arc<dyn Service>);

impl ServiceHandler for Own {
    type Error = ServiceError;

    fn handle(
        &self,
        pattern: &GraphPattern,
        _base: Option<&Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, ServiceError> {
        self.0.answer(pattern)
    }
}

/// Any service that is not our own.
struct Remote(Hosts);

impl DefaultServiceHandler for Remote {
    type Error = ServiceError;

    fn handle(
        &self,
        name: &NamedNode,
        pattern: &GraphPattern,
        base: Option<&Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, ServiceError> {
        let (pattern, base_iri) = (pattern.clone(), base.cloned());
        let query = spargebra::Query::Select { dataset: None, pattern, base_iri };
        let fetched = self.0.query(name.as_str(), query.to_string(), RESULTS)?;
        let bad = |why: String| ServiceError::Answer(name.as_str().to_owned(), why);
        let format = QueryResultsFormat::from_media_type(&fetched.kind)
            .ok_or_else(|| bad(format!("type {:?}", fetched.kind)))?;
        let parser = QueryResultsParser::from_format(format);
        match parser.for_slice(&fetched.content).map_err(|e| bad(e.to_string()))? {
            SliceQueryResultsParserOutput::Solutions(solutions) => {
                let variables = solutions.variables().to_vec().into();
                let read = solutions.collect::<Result<Vec<QuerySolution>, _>>();
                let read = read.map_err(|e| bad(e.to_string()))?.into_iter();
                let read = read.map(Ok::<_, QueryEvaluationError>);
                Ok(QuerySolutionIter::new(variables, read))
            }
            SliceQueryResultsParserOutput::Boolean(_) => Err(bad("yes or no".to_owned())),
        }
    }
}
