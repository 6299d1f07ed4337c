//! Which parts of a query an endpoint answers, and which are evaluated here.
//!
//! Patterns, filters over them and counts go to the endpoint, in parts as large as can be. Here is done what engines
//! were seen to do differently from the standard or from each other: BIND and computed columns, GROUP_CONCAT,
//! functions that build strings, and the order of rows; and what only this program can: services. What is evaluated
//! here is evaluated by the same evaluator as over a store on disk, under the same limits.

use std::collections::HashSet;

use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern,
};
use spargebra::term::{NamedNode, NamedNodePattern, Variable};

use crate::store::algebra::map_inner;

/// The name of the service that an endpoint is to the evaluator here.
pub(super) const THERE: &str = "urn:gangmu:endpoint";
/// Rows of a VALUES clause that are sent. A longer one is joined here.
const MOST_VALUES: usize = 500;

type Boxed = Box<GraphPattern>;

/// The pattern with the parts that the endpoint answers as calls of [`THERE`].
pub(super) fn split(pattern: GraphPattern) -> GraphPattern {
    parted(lifted(pattern))
}

/// The pattern for which one solution is as good as all.
pub(super) fn first(pattern: GraphPattern) -> GraphPattern {
    match pattern {
        GraphPattern::Service { name, inner, silent } => {
            let inner = Box::new(GraphPattern::Slice { inner, start: 0, length: Some(1) });
            GraphPattern::Service { name, inner, silent }
        }
        other => other,
    }
}

fn parted(pattern: GraphPattern) -> GraphPattern {
    use GraphPattern as P;
    if is_sent(&pattern) {
        let name = NamedNode::new_unchecked(THERE).into();
        return P::Service { name, inner: Box::new(pattern), silent: false };
    }
    let each = |inner: Boxed| Box::new(parted(*inner));
    match pattern {
        P::Graph { name, inner } => parted(inside(&name, *inner)),
        P::Join { left, right } => P::Join { left: each(left), right: each(right) },
        P::Lateral { left, right } => P::Lateral { left: each(left), right: each(right) },
        P::LeftJoin { left, right, expression } => {
            P::LeftJoin { left: each(left), right: each(right), expression }
        }
        P::Union { left, right } => P::Union { left: each(left), right: each(right) },
        P::Minus { left, right } => P::Minus { left: each(left), right: each(right) },
        P::Filter { expr, inner } => P::Filter { expr: with_parts(expr), inner: each(inner) },
        other => map_inner(other, parted),
    }
}

/// EXISTS in a condition that is tested here asks the endpoint.
fn with_parts(expr: Expression) -> Expression {
    use Expression as E;
    match expr {
        E::Exists(pattern) => E::Exists(Box::new(split(*pattern))),
        E::Not(inner) => E::Not(Box::new(with_parts(*inner))),
        E::And(a, b) => E::And(Box::new(with_parts(*a)), Box::new(with_parts(*b))),
        E::Or(a, b) => E::Or(Box::new(with_parts(*a)), Box::new(with_parts(*b))),
        other => other,
    }
}

/// A pattern as it is inside GRAPH, with the clause around each part of it.
fn inside(name: &NamedNodePattern, pattern: GraphPattern) -> GraphPattern {
    use GraphPattern as P;
    let each = |inner: Boxed| Box::new(inside(name, *inner));
    match pattern {
        P::Bgp { .. } | P::Path { .. } => P::Graph { name: name.clone(), inner: Box::new(pattern) },
        P::Values { .. } | P::Service { .. } | P::Graph { .. } => pattern,
        P::Join { left, right } => P::Join { left: each(left), right: each(right) },
        P::Lateral { left, right } => P::Lateral { left: each(left), right: each(right) },
        P::LeftJoin { left, right, expression } => {
            P::LeftJoin { left: each(left), right: each(right), expression }
        }
        P::Union { left, right } => P::Union { left: each(left), right: each(right) },
        P::Minus { left, right } => P::Minus { left: each(left), right: each(right) },
        P::Group { inner, mut variables, aggregates } => {
            variables.extend(variable(name));
            P::Group { inner: each(inner), variables, aggregates }
        }
        P::Project { inner, mut variables } => {
            variables.extend(variable(name).filter(|name| !variables.contains(name)));
            P::Project { inner: each(inner), variables }
        }
        other => map_inner(other, |inner| inside(name, inner)),
    }
}

fn variable(name: &NamedNodePattern) -> Option<Variable> {
    match name {
        NamedNodePattern::Variable(variable) => Some(variable.clone()),
        NamedNodePattern::NamedNode(_) => None,
    }
}

/// Whether the endpoint is asked for the pattern as it stands.
fn is_sent(pattern: &GraphPattern) -> bool {
    use GraphPattern as P;
    match pattern {
        P::Bgp { patterns } => !patterns.is_empty(),
        P::Path { .. } => true,
        P::Values { bindings, .. } => bindings.len() <= MOST_VALUES,
        P::Join { left, right } | P::Union { left, right } | P::Minus { left, right } => {
            is_sent(left) && is_sent(right)
        }
        P::LeftJoin { left, right, expression } => {
            is_sent(left) && is_sent(right) && expression.as_ref().is_none_or(is_sent_expression)
        }
        P::Filter { expr, inner } => is_sent(inner) && is_sent_expression(expr),
        P::Graph { inner, .. }
        | P::Project { inner, .. }
        | P::Distinct { inner }
        | P::Reduced { inner }
        | P::Slice { inner, .. } => is_sent(inner),
        P::Group { inner, aggregates, .. } => {
            is_sent(inner) && aggregates.iter().all(|(_, aggregate)| is_sent_aggregate(aggregate))
        }
        // The name that a SELECT clause gives to a count.
        P::Extend { inner, expression: Expression::Variable(_), .. } => {
            matches!(**inner, P::Group { .. } | P::Extend { .. }) && is_sent(inner)
        }
        P::Extend { .. } | P::OrderBy { .. } | P::Service { .. } | P::Lateral { .. } => false,
    }
}

fn is_sent_aggregate(aggregate: &AggregateExpression) -> bool {
    use AggregateFunction as F;
    match aggregate {
        AggregateExpression::CountSolutions { .. } => true,
        AggregateExpression::FunctionCall { name, expr, .. } => {
            matches!(name, F::Count | F::Sum | F::Avg | F::Min | F::Max | F::Sample)
                && is_sent_expression(expr)
        }
    }
}

fn is_sent_expression(expr: &Expression) -> bool {
    use Expression as E;
    match expr {
        E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) => true,
        E::Or(a, b)
        | E::And(a, b)
        | E::Equal(a, b)
        | E::SameTerm(a, b)
        | E::Greater(a, b)
        | E::GreaterOrEqual(a, b)
        | E::Less(a, b)
        | E::LessOrEqual(a, b) => is_sent_expression(a) && is_sent_expression(b),
        E::In(a, all) => is_sent_expression(a) && all.iter().all(is_sent_expression),
        E::Not(a) => is_sent_expression(a),
        E::Exists(pattern) => is_sent(pattern),
        E::FunctionCall(function, all) => {
            is_sent_function(function) && all.iter().all(is_sent_expression)
        }
        _ => false,
    }
}

/// Functions that look at a value, and make none but its text.
fn is_sent_function(function: &Function) -> bool {
    use Function as F;
    matches!(
        function,
        F::Str
            | F::Lang
            | F::LangMatches
            | F::Datatype
            | F::Regex
            | F::Contains
            | F::StrStarts
            | F::StrEnds
            | F::IsIri
            | F::IsBlank
            | F::IsLiteral
            | F::IsNumeric
    )
}

/// The same pattern with BIND as far outside as it can be, so that what is below can be sent.
fn lifted(pattern: GraphPattern) -> GraphPattern {
    use GraphPattern as P;
    let each = |inner: Boxed| Box::new(lifted(*inner));
    match pattern {
        P::Join { left, right } => {
            over(*each(left), *each(right), &|left, right| P::Join { left, right })
        }
        P::LeftJoin { left, right, expression } => {
            let mut also = HashSet::new();
            if let Some(condition) = &expression {
                in_expression(condition, &mut also);
            }
            let make = |left, right| P::LeftJoin { left, right, expression: expression.clone() };
            over_but(*each(left), *each(right), &also, &make)
        }
        P::Minus { left, right } => {
            over(*each(left), *each(right), &|left, right| P::Minus { left, right })
        }
        P::Filter { expr, inner } => {
            let mut tested = HashSet::new();
            in_expression(&expr, &mut tested);
            match *each(inner) {
                P::Extend { inner, variable, expression } if !tested.contains(&variable) => {
                    let inner = Box::new(lifted(P::Filter { expr, inner }));
                    P::Extend { inner, variable, expression }
                }
                inner => P::Filter { expr, inner: Box::new(inner) },
            }
        }
        P::Union { left, right } => P::Union { left: each(left), right: each(right) },
        P::Lateral { left, right } => P::Lateral { left: each(left), right: each(right) },
        other => map_inner(other, lifted),
    }
}

fn over(
    left: GraphPattern,
    right: GraphPattern,
    make: &dyn Fn(Boxed, Boxed) -> GraphPattern,
) -> GraphPattern {
    over_but(left, right, &HashSet::new(), make)
}

/// Takes BIND out of the left side of a join, unless the right side or a condition knows what it binds, or could give
/// values to what it reads.
fn over_but(
    left: GraphPattern,
    right: GraphPattern,
    also: &HashSet<Variable>,
    make: &dyn Fn(Boxed, Boxed) -> GraphPattern,
) -> GraphPattern {
    if let GraphPattern::Extend { inner, variable, expression } = left {
        let (mut reads, there) = (HashSet::new(), variables(&right));
        in_expression(&expression, &mut reads);
        if there.contains(&variable) || also.contains(&variable) || !reads.is_disjoint(&there) {
            let left = GraphPattern::Extend { inner, variable, expression };
            return make(Box::new(left), Box::new(right));
        }
        let inner = Box::new(over_but(*inner, right, also, make));
        return GraphPattern::Extend { inner, variable, expression };
    }
    make(Box::new(left), Box::new(right))
}

/// All variables that a pattern speaks of.
pub(super) fn variables(pattern: &GraphPattern) -> HashSet<Variable> {
    let mut all = HashSet::new();
    let pattern = sparopt::algebra::GraphPattern::from(pattern);
    pattern.lookup_used_variables(&mut |variable| {
        all.insert(variable.clone());
    });
    all
}

fn in_expression(expr: &Expression, all: &mut HashSet<Variable>) {
    // A condition over nothing speaks of what the expression speaks of.
    let inner = Box::new(GraphPattern::default());
    all.extend(variables(&GraphPattern::Filter { expr: expr.clone(), inner }));
}

#[cfg(test)]
mod tests {
    use spargebra::SparqlParser;

    use super::*;

    /// What is sent of a query.
    fn sent(text: &str) -> Vec<String> {
        let query = SparqlParser::new().parse_query(text).unwrap();
        let spargebra::Query::Select { pattern, .. } = query else { panic!("{text}") };
        let split = split(pattern).to_string();
        split
            .split(&format!("SERVICE <{THERE}>"))
            .skip(1)
            .map(|part| part.split('}').next().unwrap_or_default().trim().to_owned())
            .collect()
    }

    #[test]
    fn a_query_of_patterns_and_counts_is_sent_whole() {
        for text in [
            "SELECT ?s { ?s ?p ?o }",
            "SELECT DISTINCT ?s { ?s <p> ?o OPTIONAL { ?s <q> ?n } FILTER(CONTAINS(?n, '民')) } LIMIT 3",
            "SELECT ?s { VALUES ?s { <a> } GRAPH ?g { ?s <p>/<q> ?o } FILTER NOT EXISTS { ?s <r> 1 } }",
        ] {
            let text = text.replace("<", "<http://x/");
            let query = SparqlParser::new().parse_query(&text).unwrap();
            let spargebra::Query::Select { pattern, .. } = query else { panic!("{text}") };
            assert!(is_sent(&pattern), "{text}");
        }
    }

    #[test]
    fn what_engines_do_differently_stays_here() {
        let text = "SELECT ?s (GROUP_CONCAT(?n) AS ?all) { ?s <http://x/p> ?a BIND(COALESCE(?a, 1) AS ?b) \
                    OPTIONAL { ?s <http://x/q> ?n } } GROUP BY ?s ?b ORDER BY ?s";
        assert_eq!(sent(text).len(), 1, "BIND stands in no way: {:?}", sent(text));
        let text = "SELECT ?s { ?s <http://x/p> ?a BIND(1 AS ?n) OPTIONAL { ?s <http://x/q> ?n } }";
        assert_eq!(sent(text).len(), 2, "the OPTIONAL reads what was bound");
        let text = "SELECT ?s { ?s <http://x/p> ?a SERVICE <http://x/other> { ?s ?p ?o } }";
        assert_eq!(sent(text).len(), 1);
    }
}
