//! `SERVICE gm:search`: the index inside SPARQL.
//!
//! ```sparql
//! SERVICE gm:search {
//!   ?thing gm:matches "控辍保学" ;   # needed: what to look for
//!          gm:score ?score ;        # how well it answers, comparable within one search
//!          gm:snippet ?snippet ;    # a little of its text
//!          a gm:Task ;              # only things of this kind
//!          gm:limit 50 .            # only the best; without it, all
//! }
//! ```
//!
//! Solutions come with the best first. FILTER, BIND, ORDER BY, LIMIT and sub-selects inside the braces are
//! evaluated over them. The pattern says nothing of graphs: things are found in all of them.

use std::sync::Arc;

use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{Literal, NamedNode, NamedNodeRef, Term, Variable};
use oxigraph::sparql::{QueryEvaluationError, QueryResults, QuerySolutionIter, SparqlEvaluator};
use spargebra::Query;
use spargebra::algebra::GraphPattern;
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use super::{Index, Kind, SearchError};
use crate::rdf::vocab::gm;

/// What is wrong with the pattern between the braces.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    #[error("give the search text with gm:matches, as in {{ ?thing gm:matches \"控辍保学\" }}")]
    NoText,
    #[error(
        "the search text must stand in the pattern as a string; a variable has no value inside SERVICE, so put the text itself there"
    )]
    UnboundText,
    #[error(
        "<{0}> means nothing here: gm:matches, gm:score, gm:snippet, gm:limit and a (rdf:type) do"
    )]
    UnknownPredicate(String),
    #[error("a predicate must be given, not a variable")]
    VariablePredicate,
    #[error(
        "{0} is given twice: one search has one of it; write a second SERVICE for a second search"
    )]
    Twice(&'static str),
    #[error(
        "all triples must have the same subject, a variable or an IRI: one SERVICE is one search"
    )]
    Subject,
    #[error("the object of {0} must be a variable")]
    NotAVariable(&'static str),
    #[error("the object of gm:limit must be a whole number above 0")]
    Limit,
    #[error(
        "{0} is no kind that can be found: gm:Task, gm:Measure, gm:Practice, gm:Section, gm:Document and gm:Agency are; test for others outside the SERVICE"
    )]
    Kind(String),
    #[error("{0} cannot stand inside this SERVICE: put it outside")]
    Operator(&'static str),
}

/// The name of the service.
pub const SERVICE: NamedNodeRef<'static> = gm::SEARCH;

/// The solutions of a pattern.
///
/// # Errors
/// When the pattern is none that can be answered, or the index cannot be read.
pub fn answer(
    index: &Index,
    pattern: &GraphPattern,
) -> Result<QuerySolutionIter<'static>, SearchError> {
    let service = Service { index };
    if let Some(triples) = triples(pattern) {
        return service.solutions(Request::parse(&triples)?);
    }
    let pattern = service.with_values(pattern)?;
    let query = Query::Select { dataset: None, pattern, base_iri: None };
    let empty = oxigraph::store::Store::new()?;
    match SparqlEvaluator::new().for_query(query).on_store(&empty).execute() {
        Ok(QueryResults::Solutions(solutions)) => Ok(solutions),
        Ok(QueryResults::Boolean(_) | QueryResults::Graph(_)) => {
            Err(PatternError::Operator("this form of query").into())
        }
        Err(error) => Err(SearchError::Io(std::io::Error::other(error))),
    }
}

struct Service<'a> {
    index: &'a Index,
}

impl Service<'_> {
    /// The solutions of a request, made as they are asked for.
    fn solutions(&self, request: Request) -> Result<QuerySolutionIter<'static>, SearchError> {
        let Search { text, kind } = &request.search;
        let found = self.index.search(text, *kind)?;
        let variables: Arc<[Variable]> = request.variables().into();
        let only = match &request.thing {
            TermPattern::NamedNode(node) => Some(node.clone()),
            _ => None,
        };
        let limit = request.limit.unwrap_or(usize::MAX);
        let rows = (0..found.hits.len()).filter_map(move |index| {
            let hit = &found.hits[index];
            if only.as_ref().is_some_and(|only| only.as_str() != hit.iri) {
                return None;
            }
            let mut row = Vec::with_capacity(3);
            if only.is_none() {
                row.push(Some(NamedNode::new_unchecked(&*hit.iri).into()));
            }
            if request.score.is_some() {
                row.push(Some(score(hit.score).into()));
            }
            if request.snippet.is_some() {
                match found.snippet(hit) {
                    Ok(snippet) => row.push(Some(Literal::from(snippet.text).into())),
                    Err(error) => return Some(Err(QueryEvaluationError::Service(error.into()))),
                }
            }
            Some(Ok(row))
        });
        Ok(QuerySolutionIter::from_tuples(variables, rows.take(limit)))
    }
}

/// A decimal of at most three places.
fn score(score: f32) -> Literal {
    Literal::new_typed_literal(format!("{score:.3}"), xsd::DECIMAL)
}

impl Service<'_> {
    /// The pattern with the solutions of its triples in their place.
    fn with_values(&self, pattern: &GraphPattern) -> Result<GraphPattern, SearchError> {
        if let Some(triples) = triples(pattern) {
            let solutions = self.solutions(Request::parse(&triples)?)?;
            let variables = solutions.variables().to_vec();
            let bindings = solutions.map(|row| {
                let row = row.map_err(std::io::Error::other)?;
                Ok(row.values().iter().map(|value| value.clone().and_then(ground)).collect())
            });
            let bindings = bindings.collect::<Result<_, SearchError>>()?;
            return Ok(GraphPattern::Values { variables, bindings });
        }
        let replaced = |inner: &GraphPattern| self.with_values(inner).map(Box::new);
        Ok(match pattern.clone() {
            GraphPattern::Filter { expr, inner } => {
                GraphPattern::Filter { expr, inner: replaced(&inner)? }
            }
            GraphPattern::Extend { inner, variable, expression } => {
                GraphPattern::Extend { inner: replaced(&inner)?, variable, expression }
            }
            GraphPattern::OrderBy { inner, expression } => {
                GraphPattern::OrderBy { inner: replaced(&inner)?, expression }
            }
            GraphPattern::Project { inner, variables } => {
                GraphPattern::Project { inner: replaced(&inner)?, variables }
            }
            GraphPattern::Distinct { inner } => GraphPattern::Distinct { inner: replaced(&inner)? },
            GraphPattern::Reduced { inner } => GraphPattern::Reduced { inner: replaced(&inner)? },
            GraphPattern::Slice { inner, start, length } => {
                GraphPattern::Slice { inner: replaced(&inner)?, start, length }
            }
            other => return Err(PatternError::Operator(operator(&other)).into()),
        })
    }
}

/// What a pattern that cannot be answered is called in a query.
fn operator(pattern: &GraphPattern) -> &'static str {
    match pattern {
        GraphPattern::Union { .. } => "UNION",
        GraphPattern::LeftJoin { .. } => "OPTIONAL",
        GraphPattern::Minus { .. } => "MINUS",
        GraphPattern::Graph { .. } => "GRAPH",
        GraphPattern::Values { .. } => "VALUES",
        GraphPattern::Group { .. } => "an aggregate",
        GraphPattern::Service { .. } => "another SERVICE",
        GraphPattern::Path { .. } => "a property path",
        _ => "a join with anything but triples",
    }
}

fn ground(term: Term) -> Option<GroundTerm> {
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::Literal(literal) => Some(literal.into()),
        _ => None,
    }
}

/// The triples of a pattern that is nothing but triples.
fn triples(pattern: &GraphPattern) -> Option<Vec<&TriplePattern>> {
    match pattern {
        GraphPattern::Bgp { patterns } => Some(patterns.iter().collect()),
        GraphPattern::Join { left, right } => {
            let mut all = triples(left)?;
            all.extend(triples(right)?);
            Some(all)
        }
        _ => None,
    }
}

/// What is asked of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Search {
    text: String,
    kind: Option<Kind>,
}

/// A search, and what of its answer goes into which variable.
#[derive(Clone, Debug)]
struct Request {
    search: Search,
    thing: TermPattern,
    score: Option<Variable>,
    snippet: Option<Variable>,
    limit: Option<usize>,
}

impl Request {
    fn parse(triples: &[&TriplePattern]) -> Result<Self, PatternError> {
        let thing = triples.first().ok_or(PatternError::NoText)?.subject.clone();
        let (mut text, mut kind, mut score, mut snippet, mut limit) =
            (None, None, None, None, None);
        for TriplePattern { subject, predicate, object } in triples {
            let is_one = matches!(subject, TermPattern::Variable(_) | TermPattern::NamedNode(_));
            if !is_one || *subject != thing {
                return Err(PatternError::Subject);
            }
            let NamedNodePattern::NamedNode(predicate) = predicate else {
                return Err(PatternError::VariablePredicate);
            };
            match predicate.as_ref() {
                p if p == gm::MATCHES => set(&mut text, string(object)?, "gm:matches")?,
                p if p == gm::SCORE => {
                    set(&mut score, variable(object, "gm:score")?, "gm:score")?;
                }
                p if p == gm::SNIPPET => {
                    set(&mut snippet, variable(object, "gm:snippet")?, "gm:snippet")?;
                }
                p if p == gm::AT_MOST => set(&mut limit, number(object)?, "gm:limit")?,
                p if p == rdf::TYPE => set(&mut kind, class(object)?, "a (rdf:type)")?,
                other => return Err(PatternError::UnknownPredicate(other.as_str().to_owned())),
            }
        }
        let search = Search { text: text.ok_or(PatternError::NoText)?, kind };
        Ok(Self { search, thing, score, snippet, limit })
    }

    /// In the order of the values of a solution.
    fn variables(&self) -> Vec<Variable> {
        let thing = match &self.thing {
            TermPattern::Variable(variable) => Some(variable),
            _ => None,
        };
        [thing, self.score.as_ref(), self.snippet.as_ref()].into_iter().flatten().cloned().collect()
    }
}

fn set<T>(place: &mut Option<T>, value: T, name: &'static str) -> Result<(), PatternError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(PatternError::Twice(name)),
    }
}

fn string(object: &TermPattern) -> Result<String, PatternError> {
    match object {
        TermPattern::Literal(text) => Ok(text.value().to_owned()),
        TermPattern::Variable(_) => Err(PatternError::UnboundText),
        _ => Err(PatternError::NoText),
    }
}

fn variable(object: &TermPattern, name: &'static str) -> Result<Variable, PatternError> {
    match object {
        TermPattern::Variable(variable) => Ok(variable.clone()),
        _ => Err(PatternError::NotAVariable(name)),
    }
}

fn number(object: &TermPattern) -> Result<usize, PatternError> {
    let TermPattern::Literal(number) = object else { return Err(PatternError::Limit) };
    let number = number.value().parse().ok().filter(|&number| number > 0);
    number.ok_or(PatternError::Limit)
}

fn class(object: &TermPattern) -> Result<Kind, PatternError> {
    let kind = Kind::ALL.into_iter().find(
        |kind| matches!(object, TermPattern::NamedNode(class) if class.as_ref() == kind.class()),
    );
    kind.ok_or_else(|| PatternError::Kind(object.to_string()))
}
