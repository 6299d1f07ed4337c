//! SPARQL queries and the forms their answers are written in.

use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::{GraphName, NamedNode, NamedOrBlankNode, Term, Variable};
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};
use oxigraph::sparql::{
    CancellationToken, PreparedSparqlQuery, QueryEvaluationError, QueryResults, QuerySolution,
    SparqlEvaluator, SparqlSyntaxError,
};

use super::Store;
use super::indexing::Indexing;
use crate::rdf::{Base, vocab::PREFIXES};
use crate::search::{self, SearchError};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("the query is not SPARQL: {0}")]
    Syntax(#[from] SparqlSyntaxError),
    #[error("<{0}> is not an IRI: {1}")]
    BadIri(String, String),
    #[error("the query was stopped: it took longer than it may")]
    Stopped,
    #[error("the query cannot be answered: {0}")]
    Evaluation(#[source] QueryEvaluationError),
    #[error("the answer cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl From<QueryEvaluationError> for QueryError {
    fn from(error: QueryEvaluationError) -> Self {
        match error {
            QueryEvaluationError::Cancelled => Self::Stopped,
            other => Self::Evaluation(other),
        }
    }
}

/// A parsed query. Its default graph is the union of all graphs unless it names a dataset.
pub struct Query {
    prepared: PreparedSparqlQuery,
    stop: CancellationToken,
    /// What `SERVICE gm:search` asks; filled when the query is run.
    index: Arc<OnceLock<Arc<Indexing>>>,
}

impl Query {
    /// Parses SPARQL 1.1 (query forms only: an update is a syntax error here); relative IRIs are resolved
    /// against `base`.
    ///
    /// # Errors
    /// When the text is not a query.
    pub fn parse(text: &str, base: &Base) -> Result<Self, QueryError> {
        let stop = CancellationToken::new();
        let index: Arc<OnceLock<Arc<Indexing>>> = Arc::default();
        let evaluator = SparqlEvaluator::new()
            .with_cancellation_token(stop.clone())
            .with_service_handler(search::Service::NAME, search_of(Arc::clone(&index)));
        let evaluator = evaluator.clone().with_base_iri(base.as_str()).unwrap_or(evaluator);
        let mut prepared = evaluator.parse_query(text)?;
        if prepared.dataset().is_default_dataset() {
            prepared.dataset_mut().set_default_graph_as_union();
        }
        Ok(Self { prepared, stop, index })
    }

    /// Sets the dataset as the SPARQL protocol does with `default-graph-uri` and `named-graph-uri`, which go
    /// before FROM and FROM NAMED; two empty lists leave the query as it is.
    ///
    /// # Errors
    /// When a name is not an IRI.
    pub fn in_dataset(mut self, default: &[String], named: &[String]) -> Result<Self, QueryError> {
        if !default.is_empty() || !named.is_empty() {
            let (default, named) = graphs(default, named)?;
            let dataset = self.prepared.dataset_mut();
            dataset.set_default_graph(default);
            dataset.set_available_named_graphs(named);
        }
        Ok(self)
    }

    /// Gives a variable of the SELECT clause its value beforehand.
    #[must_use]
    pub fn bind(mut self, variable: &str, value: impl Into<Term>) -> Self {
        self.prepared = self.prepared.substitute_variable(Variable::new_unchecked(variable), value);
        self
    }

    /// A handle that stops the query, and the reading of its answer, from another thread.
    pub fn stopper(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Answers the query from one state of the store.
    ///
    /// # Errors
    /// When evaluation fails or was stopped.
    pub fn run(self, store: &Store) -> Result<Answer, QueryError> {
        let _ = self.index.set(Arc::clone(&store.indexing));
        Ok(Answer(self.prepared.on_store(&store.quads).execute()?))
    }
}

fn search_of(index: Arc<OnceLock<Arc<Indexing>>>) -> search::Service {
    search::Service::new(Arc::new(move || index.get().ok_or(SearchError::NoStore)?.index()))
}

/// The graphs that the protocol's parameters name: for the default graph, and by their names.
pub(super) fn graphs(
    default: &[String],
    named: &[String],
) -> Result<(Vec<GraphName>, Vec<NamedOrBlankNode>), QueryError> {
    Ok((
        default.iter().map(|iri| Ok(node(iri)?.into())).collect::<Result<_, QueryError>>()?,
        named.iter().map(|iri| Ok(node(iri)?.into())).collect::<Result<_, QueryError>>()?,
    ))
}

fn node(iri: &str) -> Result<NamedNode, QueryError> {
    NamedNode::new(iri).map_err(|e| QueryError::BadIri(iri.to_owned(), e.to_string()))
}

/// The answer to a query, read from the store as it is consumed.
pub struct Answer(QueryResults<'static>);

/// How to write an answer, by its kind: rows and yes/no, or triples.
#[derive(Clone, Copy, Debug)]
pub struct AnswerFormat {
    pub rows: QueryResultsFormat,
    pub triples: RdfFormat,
}

impl Answer {
    /// Whether the answer is triples (CONSTRUCT, DESCRIBE).
    pub fn is_graph(&self) -> bool {
        matches!(self.0, QueryResults::Graph(_))
    }

    /// The answer as the database gives it.
    pub fn into_inner(self) -> QueryResults<'static> {
        self.0
    }

    /// The rows of a SELECT; no rows of any other form.
    ///
    /// # Errors
    /// When evaluation fails or was stopped.
    pub fn rows(self) -> Result<Vec<QuerySolution>, QueryError> {
        match self.0 {
            QueryResults::Solutions(solutions) => {
                solutions.map(|row| row.map_err(QueryError::from)).collect()
            }
            QueryResults::Boolean(_) | QueryResults::Graph(_) => Ok(Vec::new()),
        }
    }

    /// Writes the answer row by row.
    ///
    /// # Errors
    /// When evaluation fails or was stopped, or `out` cannot be written.
    pub fn write(self, format: AnswerFormat, out: impl Write) -> Result<(), QueryError> {
        let serializer = QueryResultsSerializer::from_format(format.rows);
        match self.0 {
            QueryResults::Boolean(value) => {
                serializer.serialize_boolean_to_writer(out, value)?;
            }
            QueryResults::Solutions(solutions) => {
                let variables = solutions.variables().to_vec();
                let mut writer = serializer.serialize_solutions_to_writer(out, variables)?;
                for solution in solutions {
                    writer.serialize(&solution?)?;
                }
                writer.finish()?;
            }
            QueryResults::Graph(triples) => {
                let mut writer = with_prefixes(format.triples).for_writer(out);
                for triple in triples {
                    writer.serialize_triple(&triple?)?;
                }
                writer.finish()?;
            }
        }
        Ok(())
    }
}

/// A serializer that abbreviates with the usual prefixes where the format can.
pub(super) fn with_prefixes(format: RdfFormat) -> RdfSerializer {
    PREFIXES.iter().fold(RdfSerializer::from_format(format), |serializer, &(prefix, iri)| {
        serializer.clone().with_prefix(prefix, iri).unwrap_or(serializer)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).unwrap();
        for (graph, object) in [("a", "1"), ("b", "2")] {
            let data = format!("<http://x/s> <http://x/p> \"{object}\" <http://x/{graph}> .");
            store.quads.load_from_slice(RdfFormat::NQuads, data.as_bytes()).unwrap();
        }
        (dir, store)
    }

    fn csv(store: &Store, query: Query) -> String {
        let format = AnswerFormat { rows: QueryResultsFormat::Csv, triples: RdfFormat::NTriples };
        let mut out = Vec::new();
        query.run(store).unwrap().write(format, &mut out).unwrap();
        String::from_utf8(out).unwrap().replace("\r\n", " ").trim().to_owned()
    }

    #[test]
    fn the_default_graph_is_the_union_unless_a_dataset_is_named() {
        let (_dir, store) = store();
        let parse = |text: &str| Query::parse(text, store.base()).unwrap();
        let all = "SELECT ?o { ?s ?p ?o } ORDER BY ?o";
        assert_eq!(csv(&store, parse(all)), "o 1 2");
        let one = parse("SELECT ?o FROM <http://x/a> { ?s ?p ?o }");
        assert_eq!(csv(&store, one), "o 1");
        let named =
            "SELECT ?o FROM NAMED <http://x/b> { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }";
        assert_eq!(csv(&store, parse(named)), "o 2");
        let by_protocol = parse(all).in_dataset(&["http://x/b".to_owned()], &[]).unwrap();
        assert_eq!(csv(&store, by_protocol), "o 2");
    }

    #[test]
    fn a_variable_can_be_given() {
        let (_dir, store) = store();
        let text = "SELECT ?g (COUNT(?o) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g";
        let query = Query::parse(text, store.base()).unwrap();
        let bound = query.bind("g", NamedNode::new("http://x/b").unwrap());
        assert_eq!(csv(&store, bound), "g,n http://x/b,1");
    }

    #[test]
    fn an_update_and_a_stopped_query_are_errors() {
        let (_dir, store) = store();
        assert!(matches!(Query::parse("CLEAR ALL", store.base()), Err(QueryError::Syntax(_))));
        let query = Query::parse("SELECT * { ?s ?p ?o }", store.base()).unwrap();
        query.stopper().cancel();
        let rows = query.run(&store).and_then(Answer::rows);
        assert!(matches!(rows, Err(QueryError::Stopped)));
    }
}
