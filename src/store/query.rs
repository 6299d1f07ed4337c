//! SPARQL queries and the forms their answers are written in.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::{GraphName, NamedNode, NamedOrBlankNode, Term, Triple, Variable};
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};
use oxigraph::sparql::{
    QueryDatasetSpecification, QueryEvaluationError, QueryResults, QuerySolution, SparqlEvaluator,
    SparqlSyntaxError,
};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use spargebra::SparqlParser;
use spargebra::algebra::QueryDataset;

use super::quads::Quads;
use super::remote::Question;
use super::run::pace::Plan;
use super::run::{Run, Stop};
use super::size::{self, TooLarge};
use super::{ServiceError, Services, Store};
use crate::rdf::{Base, vocab::PREFIXES};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("the query is not SPARQL: {0}")]
    Syntax(#[from] SparqlSyntaxError),
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("<{0}> is not an IRI: {1}")]
    BadIri(String, String),
    #[error("the query was stopped: {0}")]
    Stopped(#[from] Stop),
    #[error("the query cannot be answered: {0}")]
    Evaluation(#[source] QueryEvaluationError),
    /// What is read of the whole store is not there yet; it will be.
    #[error("the store is still being read")]
    NotRead,
    #[error("the answer cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl QueryError {
    /// Whether the endpoint that the store is behind gave no answer.
    pub fn is_of_endpoint(&self) -> bool {
        let Self::Evaluation(QueryEvaluationError::Service(cause)) = self else { return false };
        matches!(cause.downcast_ref(), Some(ServiceError::Store(_)))
    }
}

impl From<QueryEvaluationError> for QueryError {
    fn from(error: QueryEvaluationError) -> Self {
        // Only a run has a token, and only what stopped it cancels that.
        match Run::current().and_then(|run| run.stopped()) {
            Some(stop) => Self::Stopped(stop),
            None => Self::Evaluation(error),
        }
    }
}

/// Parsed queries and their plans, by text: neither depends on what is in the store.
pub(super) struct Queries(Cache<String, Arc<Parsed>, Weight>);

#[derive(Clone)]
struct Weight;

impl Weighter<String, Arc<Parsed>> for Weight {
    /// Roughly the bytes that the text and its trees take.
    fn weight(&self, text: &String, _: &Arc<Parsed>) -> u64 {
        4096 + 48 * text.len() as u64
    }
}

impl Queries {
    /// Bytes that all of them may take.
    const MOST: u64 = 32 << 20;

    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(1024, Self::MOST, Weight))
    }

    pub(super) fn get(&self, text: &str, base: &Base) -> Result<Query, QueryError> {
        let parsed = match self.0.get(text) {
            Some(parsed) => parsed,
            None => {
                let parsed = Arc::new(Parsed::new(text, base)?);
                self.0.insert(text.to_owned(), Arc::clone(&parsed));
                parsed
            }
        };
        let mut dataset = parsed.query.dataset().cloned().map_or_else(Default::default, Into::into);
        unite(&mut dataset);
        Ok(Query { parsed, dataset, given: Vec::new() })
    }
}

/// What the text of a query says.
struct Parsed {
    query: spargebra::Query,
    /// One for each set of variables that are given; made when a run first needs it.
    plans: Mutex<Vec<(HashSet<Variable>, Arc<Plan>)>>,
}

impl Parsed {
    fn new(text: &str, base: &Base) -> Result<Self, QueryError> {
        size::of_query_text(text)?;
        let query = parser(base).parse_query(text)?;
        size::of_query(&query)?;
        Ok(Self::of(query))
    }

    fn of(query: spargebra::Query) -> Self {
        Self { query, plans: Mutex::default() }
    }

    fn plan(&self, given: &[(Variable, NamedNode)]) -> Arc<Plan> {
        let given: HashSet<_> = given.iter().map(|(variable, _)| variable.clone()).collect();
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = plans.iter().find(|(of, _)| *of == given) {
            return Arc::clone(plan);
        }
        let plan = Arc::new(Plan::new(self.query.clone(), &given));
        plans.push((given, Arc::clone(&plan)));
        plan
    }
}

/// A parsed query ([`Store::query`]). Its default graph is the union of all graphs unless it names a dataset.
pub struct Query {
    parsed: Arc<Parsed>,
    dataset: QueryDatasetSpecification,
    given: Vec<(Variable, NamedNode)>,
}

impl Query {
    /// Sets the dataset as the SPARQL protocol does with `default-graph-uri` and `named-graph-uri`, which go
    /// before FROM and FROM NAMED; two empty lists leave the query as it is.
    ///
    /// # Errors
    /// When a name is not an IRI.
    pub fn in_dataset(mut self, default: &[String], named: &[String]) -> Result<Self, QueryError> {
        if let Some(dataset) = dataset(default, named)? {
            self.dataset = dataset;
        }
        Ok(self)
    }

    /// Gives a variable of the SELECT clause an IRI beforehand.
    #[must_use]
    pub fn bind(mut self, variable: &str, value: NamedNode) -> Self {
        self.given.push((Variable::new_unchecked(variable), value));
        self
    }

    /// What the query says.
    pub(super) fn algebra(&self) -> &spargebra::Query {
        &self.parsed.query
    }

    /// Another query of the same dataset.
    pub(super) fn other(&self, query: spargebra::Query) -> Self {
        let parsed = Arc::new(Parsed::of(query));
        Self { parsed, dataset: self.dataset.clone(), given: self.given.clone() }
    }

    /// Answers the query from one state of the store; as part of the [`Run`] that the thread is in, if it is in
    /// one: then the answer too must be read there.
    ///
    /// # Errors
    /// When evaluation fails or was stopped.
    pub fn run(self, store: &Store) -> Result<Answer, QueryError> {
        match &store.quads {
            Quads::Embedded(quads) => self.run_on(quads, &store.services),
            Quads::Remote(endpoint) => {
                let (services, given) = (&store.services, self.given);
                let dataset = named(&self.dataset);
                let question = Question { endpoint, services, dataset, given };
                Ok(Answer(question.ask(self.parsed.query.clone())?))
            }
        }
    }

    pub(super) fn run_on(
        self,
        quads: &oxigraph::store::Store,
        services: &Services,
    ) -> Result<Answer, QueryError> {
        let (evaluator, query) = match Run::current() {
            Some(run) => self.parsed.plan(&self.given).of(&run),
            None => (SparqlEvaluator::new(), self.parsed.query.clone()),
        };
        let mut prepared = services.serve(evaluator).for_query(query);
        *prepared.dataset_mut() = self.dataset;
        for (variable, value) in self.given {
            prepared = prepared.substitute_variable(variable, value);
        }
        Ok(Answer(prepared.on_store(quads).execute()?))
    }
}

pub(super) fn parser(base: &Base) -> SparqlParser {
    SparqlParser::new().with_base_iri(base.as_str()).expect("a base IRI is an IRI")
}

/// Makes the union of all graphs the default graph of a dataset that names no graphs.
pub(super) fn unite(dataset: &mut QueryDatasetSpecification) {
    if dataset.is_default_dataset() {
        dataset.set_default_graph_as_union();
    }
}

/// The dataset as a query names it; none where it is all graphs.
fn named(dataset: &QueryDatasetSpecification) -> Option<QueryDataset> {
    let default = dataset.default_graph_graphs()?.iter();
    let named = dataset.available_named_graphs().map(|named| {
        let names = named.iter().filter_map(|name| match name {
            NamedOrBlankNode::NamedNode(name) => Some(name.clone()),
            NamedOrBlankNode::BlankNode(_) => None,
        });
        names.collect()
    });
    let default = default.filter_map(|graph| match graph {
        GraphName::NamedNode(name) => Some(name.clone()),
        GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
    });
    Some(QueryDataset { default: default.collect(), named })
}

/// The dataset that a protocol's parameters name; none where they name none.
pub(super) fn dataset(
    default: &[String],
    named: &[String],
) -> Result<Option<QueryDatasetSpecification>, QueryError> {
    if default.is_empty() && named.is_empty() {
        return Ok(None);
    }
    let mut dataset = QueryDatasetSpecification::new();
    dataset.set_default_graph(each(default, |iri| Ok(GraphName::from(node(iri)?)))?);
    dataset.set_available_named_graphs(each(named, |iri| Ok(node(iri)?.into()))?);
    Ok(Some(dataset))
}

fn each<T>(
    names: &[String],
    make: impl Fn(&str) -> Result<T, QueryError>,
) -> Result<Vec<T>, QueryError> {
    names.iter().map(|name| make(name)).collect()
}

fn node(iri: &str) -> Result<NamedNode, QueryError> {
    NamedNode::new(iri).map_err(|e| QueryError::BadIri(iri.to_owned(), e.to_string()))
}

/// The answer to a query, read from the store as it is consumed.
pub struct Answer(QueryResults<'static>);

/// All that an answer says.
pub enum Told {
    Truth(bool),
    Rows {
        columns: Vec<String>,
        /// Each as wide as the columns; nothing where a variable has no value.
        rows: Vec<Vec<Option<Term>>>,
    },
    /// Subject, predicate and object of each.
    Triples(Vec<Vec<Option<Term>>>),
}

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
        let run = Run::current();
        match self.0 {
            QueryResults::Solutions(solutions) => {
                let counted = solutions.map(|row| count(run.as_deref(), row));
                counted.collect()
            }
            QueryResults::Boolean(_) | QueryResults::Graph(_) => Ok(Vec::new()),
        }
    }

    /// Does something with each row of a SELECT, one at a time; with nothing of any other form.
    ///
    /// # Errors
    /// When evaluation fails or was stopped.
    pub fn each(self, mut with: impl FnMut(QuerySolution)) -> Result<(), QueryError> {
        let run = Run::current();
        if let QueryResults::Solutions(solutions) = self.0 {
            for row in solutions {
                with(count(run.as_deref(), row)?);
            }
        }
        Ok(())
    }

    /// The whole answer, of whatever form.
    ///
    /// # Errors
    /// When evaluation fails or was stopped.
    pub fn told(self) -> Result<Told, QueryError> {
        let run = Run::current();
        Ok(match self.0 {
            QueryResults::Boolean(value) => Told::Truth(value),
            QueryResults::Solutions(solutions) => {
                let variables = solutions.variables().to_vec();
                let columns = variables.iter().map(|name| name.as_str().to_owned()).collect();
                let row = |row: QuerySolution| {
                    variables.iter().map(|name| row.get(name).cloned()).collect()
                };
                let rows = solutions.map(|solution| count(run.as_deref(), solution).map(row));
                Told::Rows { columns, rows: rows.collect::<Result<_, _>>()? }
            }
            QueryResults::Graph(triples) => {
                let row = |triple: Triple| {
                    let Triple { subject, predicate, object } = triple;
                    vec![Some(subject.into()), Some(predicate.into()), Some(object)]
                };
                let rows = triples.map(|triple| count(run.as_deref(), triple).map(row));
                Told::Triples(rows.collect::<Result<_, _>>()?)
            }
        })
    }

    /// Writes the answer row by row.
    ///
    /// # Errors
    /// When evaluation fails or was stopped, or `out` cannot be written.
    pub fn write(self, format: AnswerFormat, out: impl Write) -> Result<(), QueryError> {
        let run = Run::current();
        let serializer = QueryResultsSerializer::from_format(format.rows);
        match self.0 {
            QueryResults::Boolean(value) => {
                serializer.serialize_boolean_to_writer(out, value)?;
            }
            QueryResults::Solutions(solutions) => {
                let variables = solutions.variables().to_vec();
                let mut writer = serializer.serialize_solutions_to_writer(out, variables)?;
                for solution in solutions {
                    writer.serialize(&count(run.as_deref(), solution)?)?;
                }
                writer.finish()?;
            }
            QueryResults::Graph(triples) => {
                let mut writer = with_prefixes(format.triples).for_writer(out);
                for triple in triples {
                    writer.serialize_triple(&count(run.as_deref(), triple)?)?;
                }
                writer.finish()?;
            }
        }
        Ok(())
    }
}

/// Counts a row or triple of an answer. What comes after a run was stopped may be wrong: some operators of the
/// evaluator take an error for an empty result.
fn count<T>(run: Option<&Run>, item: Result<T, QueryEvaluationError>) -> Result<T, QueryError> {
    if let Some(run) = run {
        run.row()?;
    }
    Ok(item?)
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
            store.embedded().load_from_slice(RdfFormat::NQuads, data.as_bytes()).unwrap();
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
        let parse = |text: &str| store.query(text).unwrap();
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
        let query = store.query(text).unwrap();
        let bound = query.bind("g", NamedNode::new("http://x/b").unwrap());
        assert_eq!(csv(&store, bound), "g,n http://x/b,1");
    }

    #[test]
    fn an_update_is_no_query() {
        let (_dir, store) = store();
        assert!(matches!(store.query("CLEAR ALL"), Err(QueryError::Syntax(_))));
    }
}
