//! A query planned once for all times it is asked.
//!
//! The database's optimizer looks at the query alone, not at the data, and takes longer than many an answer. What it
//! makes is algebra again wherever its joins are loops, and the evaluator can be told to take that as it is. Not so
//! joins by hash: their keys have no place in the algebra of SPARQL. A query with such a join, or with a path whose
//! ends are both open, gets its ticks [`before`] the optimizer, which then works each time.
//!
//! The optimizer begins with what it thinks has the fewest rows. What is known before anything is read, such as the
//! variables that a page gives, it is told by [`known`], so that a question about one thing begins with that thing.

use std::collections::HashSet;
use std::sync::Arc;

use oxigraph::model::NamedNode;
use oxigraph::sparql::SparqlEvaluator;
use spargebra::Query;
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::{GroundTerm, GroundTermPattern, NamedNodePattern, TriplePattern, Variable};
use sparopt::Optimizer;
use sparopt::algebra::{GraphPattern as Planned, JoinAlgorithm, LeftJoinAlgorithm, MinusAlgorithm};

use super::before::{self, certain};
use super::{after, change, evaluator, known};
use crate::store::run::Run;

const GIVEN: &str = "urn:gangmu:given";

/// A query with ticks.
pub(in crate::store) struct Plan {
    query: Query,
    /// Whether the optimizer has done its work.
    is_final: bool,
}

impl Plan {
    /// A plan for evaluations that are `given` IRIs for these variables.
    pub(in crate::store) fn new(mut query: Query, given: &HashSet<Variable>) -> Self {
        let (Query::Select { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Construct { pattern, .. }
        | Query::Ask { pattern, .. }) = &mut query;
        change(pattern, known::first);
        let planned = optimized(pattern.clone(), given);
        match algebra(&planned, given) {
            Some(planned) => {
                *pattern = after::operator(planned, &HashSet::new());
                Self { query, is_final: true }
            }
            None => Self { query: before::query(query), is_final: false },
        }
    }

    /// The query, and an evaluator for it whose ticks are the run's.
    pub(in crate::store) fn of(&self, run: &Arc<Run>) -> (SparqlEvaluator, Query) {
        let evaluator = evaluator(run);
        let evaluator = if self.is_final { evaluator.without_optimizations() } else { evaluator };
        (evaluator, self.query.clone())
    }
}

/// What the optimizer makes of a pattern in which variables are `given` IRIs.
fn optimized(mut pattern: GraphPattern, given: &HashSet<Variable>) -> Planned {
    if !given.is_empty() {
        let bindings = vec![given.iter().map(|_| Some(the_given())).collect()];
        let row = GraphPattern::Values { variables: given.iter().cloned().collect(), bindings };
        pattern = known::into(pattern, &row);
    }
    Optimizer::optimize_graph_pattern((&pattern).into())
}

/// Stands for whatever IRI a variable is given.
fn the_given() -> GroundTerm {
    NamedNode::new_unchecked(GIVEN).into()
}

/// The algebra of a planned pattern, where `bound` have values already; none if it cannot say what was planned.
fn algebra(planned: &Planned, bound: &HashSet<Variable>) -> Option<GraphPattern> {
    use GraphPattern as P;
    let boxed = |pattern: &Planned| algebra(pattern, bound).map(Box::new);
    Some(match planned {
        Planned::QuadPattern { subject, predicate, object, graph_name } => {
            let (subject, object) = (subject.clone().into(), object.clone().into());
            let patterns = vec![TriplePattern { subject, predicate: predicate.clone(), object }];
            in_graph(graph_name.as_ref(), P::Bgp { patterns })
        }
        Planned::Path { subject, path, object, graph_name } => {
            let open = |end: &GroundTermPattern| match end {
                GroundTermPattern::Variable(variable) => !bound.contains(variable),
                _ => false,
            };
            if is_of_any_length(path) && open(subject) && open(object) {
                return None;
            }
            let (subject, object) = (subject.clone().into(), object.clone().into());
            in_graph(graph_name.as_ref(), P::Path { subject, path: path.clone(), object })
        }
        Planned::Graph { graph_name } => in_graph(Some(graph_name), P::default()),
        Planned::Join { left, right, algorithm } => {
            let JoinAlgorithm::HashBuildLeftProbeRight { keys } = algorithm;
            keys.iter().all(|key| bound.contains(key)).then_some(())?;
            P::Join { left: boxed(left)?, right: boxed(right)? }
        }
        Planned::Lateral { left, right } => {
            let left = boxed(left)?;
            let right = algebra(right, &(bound | &certain(&left)))?;
            P::Lateral { left, right: Box::new(right) }
        }
        Planned::LeftJoin { left, right, expression, algorithm } => {
            let LeftJoinAlgorithm::HashBuildRightProbeLeft { keys } = algorithm;
            let (left, expression) = (boxed(left)?, Some(Expression::from(expression)));
            if keys.iter().all(|key| bound.contains(key)) {
                P::LeftJoin { left, right: boxed(right)?, expression }
            } else {
                let right = Box::new(looked_up(right, bound | &certain(&left))?);
                let right = P::LeftJoin { left: Box::default(), right, expression };
                P::Lateral { left, right: Box::new(right) }
            }
        }
        Planned::Minus { left, right, algorithm } => {
            let MinusAlgorithm::HashBuildRightProbeLeft { keys } = algorithm;
            keys.iter().all(|key| bound.contains(key)).then_some(())?;
            P::Minus { left: boxed(left)?, right: boxed(right)? }
        }
        Planned::Filter { inner, expression } => {
            P::Filter { expr: expression.into(), inner: boxed(inner)? }
        }
        Planned::Union { inner } => {
            let each = inner.iter().map(|one| algebra(one, bound)).collect::<Option<Vec<_>>>()?;
            let both = |left, right| P::Union { left: Box::new(left), right: Box::new(right) };
            let none = P::Values { variables: Vec::new(), bindings: Vec::new() };
            each.into_iter().reduce(both).unwrap_or(none)
        }
        Planned::Extend { inner, variable, expression } => P::Extend {
            inner: boxed(inner)?,
            variable: variable.clone(),
            expression: expression.into(),
        },
        // The evaluation knows the values.
        Planned::Values { bindings, .. }
            if bindings.iter().flatten().any(|value| *value == Some(the_given())) =>
        {
            P::default()
        }
        Planned::Values { variables, bindings } => {
            P::Values { variables: variables.clone(), bindings: bindings.clone() }
        }
        Planned::OrderBy { inner, expression } => P::OrderBy {
            inner: boxed(inner)?,
            expression: expression.iter().map(Into::into).collect(),
        },
        Planned::Project { inner, variables } => {
            // Of what is bound outside, only what comes out again is seen inside.
            let bound = variables.iter().filter(|v| bound.contains(*v)).cloned().collect();
            let inner = algebra(inner, &bound)?;
            P::Project { inner: Box::new(inner), variables: variables.clone() }
        }
        Planned::Distinct { inner } => P::Distinct { inner: boxed(inner)? },
        Planned::Reduced { inner } => P::Reduced { inner: boxed(inner)? },
        Planned::Slice { inner, start, length } => {
            P::Slice { inner: boxed(inner)?, start: *start, length: *length }
        }
        Planned::Group { inner, variables, aggregates } => P::Group {
            inner: boxed(inner)?,
            variables: variables.clone(),
            aggregates: aggregates.iter().map(|(v, a)| (v.clone(), a.into())).collect(),
        },
        Planned::Service { name, inner, silent } => {
            P::Service { name: name.clone(), inner: boxed(inner)?, silent: *silent }
        }
    })
}

/// The right side of an OPTIONAL that was to be joined by hash, to be looked up for each row of the left; none if it
/// is more than patterns of triples.
///
/// The optimizer means to do so itself, but where its estimate of the left side overflows it takes to a hash of all
/// there is on the right, which costs more the larger the store is.
fn looked_up(right: &Planned, mut bound: HashSet<Variable>) -> Option<GraphPattern> {
    let mut parts = Vec::new();
    triples(right, &mut parts)?;
    let mut all = None;
    while !parts.is_empty() {
        let open = |part: &&Planned| in_pattern(part).iter().filter(|v| !bound.contains(v)).count();
        let fewest = (0..parts.len()).min_by_key(|&i| open(&parts[i]))?;
        let next = algebra(parts.remove(fewest), &bound)?;
        bound.extend(certain(&next));
        all = Some(match all {
            Some(left) => GraphPattern::Lateral { left: Box::new(left), right: Box::new(next) },
            None => next,
        });
    }
    all
}

fn triples<'a>(pattern: &'a Planned, into: &mut Vec<&'a Planned>) -> Option<()> {
    match pattern {
        Planned::Lateral { left, right } => {
            triples(left, into)?;
            triples(right, into)
        }
        Planned::QuadPattern { .. } | Planned::Path { .. } => {
            into.push(pattern);
            Some(())
        }
        _ => None,
    }
}

fn in_pattern(pattern: &Planned) -> Vec<Variable> {
    let mut variables = Vec::new();
    pattern.lookup_used_variables(&mut |variable| variables.push(variable.clone()));
    variables
}

fn in_graph(name: Option<&NamedNodePattern>, inner: GraphPattern) -> GraphPattern {
    match name {
        Some(name) => GraphPattern::Graph { name: name.clone(), inner: Box::new(inner) },
        None => inner,
    }
}

fn is_of_any_length(path: &PropertyPathExpression) -> bool {
    use PropertyPathExpression as Path;
    match path {
        Path::ZeroOrMore(_) | Path::OneOrMore(_) => true,
        Path::NamedNode(_) | Path::NegatedPropertySet(_) => false,
        Path::Reverse(inner) | Path::ZeroOrOne(inner) => is_of_any_length(inner),
        Path::Sequence(one, other) | Path::Alternative(one, other) => {
            is_of_any_length(one) || is_of_any_length(other)
        }
    }
}
