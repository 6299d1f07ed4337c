//! Queries over an endpoint: what it answers is asked of it, the rest is done here ([`split`](super::split)).

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use oxigraph::model::{NamedNode, Term, Triple, Variable};
use oxigraph::sparql::{
    QueryEvaluationError, QueryResults, QuerySolution, QuerySolutionIter, QueryTripleIter,
    ServiceHandler, SparqlEvaluator,
};
use oxiri::Iri;
use spargebra::Query as Algebra;
use spargebra::algebra::{GraphPattern, QueryDataset};
use spargebra::term::{GroundTerm, NamedNodePattern};

use super::split::{self, THERE};
use super::{Endpoint, RemoteError, spelling};
use crate::store::algebra::map_inner;
use crate::store::run::Run;
use crate::store::run::pace::Plan;
use crate::store::services::{ServiceError, Services};

/// Things that are described with one request.
const AT_ONCE: usize = 100;

/// A query on its way to an endpoint.
pub(in crate::store) struct Question<'a> {
    pub(in crate::store) endpoint: &'a Arc<Endpoint>,
    pub(in crate::store) services: &'a Services,
    /// The graphs that it reads; none for the endpoint's default graph, which is all of them.
    pub(in crate::store) dataset: Option<QueryDataset>,
    /// Variables that have values beforehand.
    pub(in crate::store) given: Vec<(Variable, NamedNode)>,
}

impl Question<'_> {
    /// # Errors
    /// When a service here, or what is evaluated here, fails at once; what the endpoint says comes with the rows.
    pub(in crate::store) fn ask(
        &self,
        query: Algebra,
    ) -> Result<QueryResults<'static>, QueryEvaluationError> {
        let query = match query {
            Algebra::Select { pattern, base_iri, .. } => {
                let pattern = self.prepared(pattern)?;
                Algebra::Select { dataset: None, pattern, base_iri }
            }
            Algebra::Ask { pattern, base_iri, .. } => {
                let pattern = split::first(self.prepared(pattern)?);
                Algebra::Ask { dataset: None, pattern, base_iri }
            }
            Algebra::Construct { template, pattern, base_iri, .. } => {
                let pattern = self.prepared(pattern)?;
                Algebra::Construct { template, dataset: None, pattern, base_iri }
            }
            Algebra::Describe { pattern, .. } => return self.describe(pattern),
        };
        let (evaluator, query) = match Run::current() {
            Some(run) => Plan::new(query, &HashSet::new()).of(&run),
            None => (SparqlEvaluator::new(), query),
        };
        let there = There { endpoint: Arc::clone(self.endpoint), dataset: self.dataset.clone() };
        let evaluator = self
            .services
            .serve(evaluator)
            .with_service_handler(NamedNode::new_unchecked(THERE), there);
        evaluator.for_query(query).on_store(&self.endpoint.nothing).execute()
    }

    fn prepared(&self, pattern: GraphPattern) -> Result<GraphPattern, QueryEvaluationError> {
        let pattern = self
            .given
            .iter()
            .fold(pattern, |pattern, (name, value)| give(pattern, name, &value.clone().into()));
        Ok(split::split(self.with_found(pattern)?))
    }

    /// Puts what services of our own find in the place of their calls, so that the endpoint is asked about these
    /// things only.
    fn with_found(&self, pattern: GraphPattern) -> Result<GraphPattern, QueryEvaluationError> {
        use GraphPattern as P;
        let each = |inner: Box<P>| self.with_found(*inner).map(Box::new);
        Ok(match pattern {
            P::Service { name: NamedNodePattern::NamedNode(name), inner, silent } => {
                match self.services.own(&name) {
                    Some(service) => match service.answer(&inner) {
                        Ok(found) => values(found)?,
                        Err(_) if silent => P::default(),
                        Err(error) => return Err(QueryEvaluationError::Service(Box::new(error))),
                    },
                    None => P::Service { name: name.into(), inner, silent },
                }
            }
            P::Join { left, right } => P::Join { left: each(left)?, right: each(right)? },
            P::Lateral { left, right } => P::Lateral { left: each(left)?, right: each(right)? },
            P::LeftJoin { left, right, expression } => {
                P::LeftJoin { left: each(left)?, right: each(right)?, expression }
            }
            P::Union { left, right } => P::Union { left: each(left)?, right: each(right)? },
            P::Minus { left, right } => P::Minus { left: each(left)?, right: each(right)? },
            P::Bgp { .. } | P::Path { .. } | P::Values { .. } | P::Service { .. } => pattern,
            other => {
                let failed = std::cell::Cell::new(None);
                let replaced = map_inner(other, |inner| {
                    self.with_found(inner).unwrap_or_else(|error| {
                        failed.set(Some(error));
                        P::default()
                    })
                });
                match failed.take() {
                    Some(error) => return Err(error),
                    None => replaced,
                }
            }
        })
    }

    /// All that is said of the things a pattern finds: their own statements, as every engine describes IRIs. Blank
    /// nodes are not followed: they have no names that a second request could use.
    fn describe(
        &self,
        pattern: GraphPattern,
    ) -> Result<QueryResults<'static>, QueryEvaluationError> {
        let select = Algebra::Select { dataset: None, pattern, base_iri: None };
        let mut things = BTreeSet::new();
        if let QueryResults::Solutions(solutions) = self.ask(select)? {
            for solution in solutions {
                for (_, term) in &solution? {
                    if let Term::NamedNode(node) = term {
                        things.insert(node.clone());
                    }
                }
            }
        }
        let (endpoint, dataset) = (Arc::clone(self.endpoint), self.dataset.clone());
        let things: Vec<NamedNode> = things.into_iter().collect();
        let parts: Vec<String> = things
            .chunks(AT_ONCE)
            .map(|part| {
                let names = part.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                let from = dataset.as_ref().map(ToString::to_string).unwrap_or_default();
                format!("SELECT ?s ?p ?o {from} WHERE {{ VALUES ?s {{ {names} }} ?s ?p ?o }}")
            })
            .collect();
        let triples = parts.into_iter().flat_map(move |query| {
            let (rows, failed) = match endpoint.rows(&query) {
                Ok(rows) => (Some(rows), None),
                Err(error) => (None, Some(Err(of_endpoint(error)))),
            };
            let rows = rows
                .into_iter()
                .flatten()
                .filter_map(|row| row.map(|row| triple(&row)).transpose());
            failed.into_iter().chain(rows)
        });
        Ok(QueryResults::Graph(QueryTripleIter::new(triples)))
    }
}

fn triple(row: &QuerySolution) -> Option<Triple> {
    let subject = match row.get("s")? {
        Term::NamedNode(node) => node.clone().into(),
        Term::BlankNode(node) => node.clone().into(),
        _ => return None,
    };
    let Term::NamedNode(predicate) = row.get("p")?.clone() else { return None };
    Some(Triple { subject, predicate, object: row.get("o")?.clone() })
}

/// Solutions as a VALUES clause.
fn values(found: QuerySolutionIter<'_>) -> Result<GraphPattern, QueryEvaluationError> {
    let variables = found.variables().to_vec();
    let run = Run::current();
    let bindings = found.map(|row| {
        if let Some(run) = &run {
            run.tick();
        }
        let ground = |term: &Option<Term>| match term {
            Some(Term::NamedNode(node)) => Some(GroundTerm::from(node.clone())),
            Some(Term::Literal(literal)) => Some(literal.clone().into()),
            _ => None,
        };
        Ok(row?.values().iter().map(ground).collect())
    });
    let bindings = bindings.collect::<Result<_, QueryEvaluationError>>()?;
    Ok(GraphPattern::Values { variables, bindings })
}

/// A pattern in which a variable has its one value from the start.
fn give(pattern: GraphPattern, name: &Variable, value: &GroundTerm) -> GraphPattern {
    use GraphPattern as P;
    let into = |inner: Box<P>| Box::new(give(*inner, name, value));
    match pattern {
        P::Project { .. }
        | P::Distinct { .. }
        | P::Reduced { .. }
        | P::OrderBy { .. }
        | P::Slice { .. }
        | P::Group { .. }
        | P::Extend { .. }
        | P::Filter { .. } => map_inner(pattern, |inner| give(inner, name, value)),
        P::LeftJoin { left, right, expression } => {
            P::LeftJoin { left: into(left), right, expression }
        }
        P::Minus { left, right } => P::Minus { left: into(left), right },
        P::Union { left, right } => P::Union { left: into(left), right: into(right) },
        P::Join { left, right } if split::variables(&left).contains(name) => {
            P::Join { left: into(left), right }
        }
        other => {
            let bindings = vec![vec![Some(value.clone())]];
            let values = P::Values { variables: vec![name.clone()], bindings };
            P::Join { left: Box::new(values), right: Box::new(other) }
        }
    }
}

/// The endpoint, for the evaluator here.
struct There {
    endpoint: Arc<Endpoint>,
    dataset: Option<QueryDataset>,
}

impl ServiceHandler for There {
    type Error = ServiceError;

    fn handle(
        &self,
        pattern: &GraphPattern,
        _base: Option<&Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, ServiceError> {
        let mut names = Vec::new();
        pattern.on_in_scope_variable(|variable| {
            if !names.contains(variable) {
                names.push(variable.clone());
            }
        });
        let pattern = pattern.clone();
        let dataset = self.dataset.clone();
        let query =
            Algebra::Select { dataset, pattern: spelling::select(pattern, names), base_iri: None };
        let rows = self.endpoint.rows(&query.to_string())?;
        Ok(QuerySolutionIter::new(rows.variables(), rows))
    }
}

/// An error of the endpoint's as one of the evaluation.
pub(super) fn of_endpoint(error: RemoteError) -> QueryEvaluationError {
    QueryEvaluationError::Service(Box::new(ServiceError::Store(error)))
}
