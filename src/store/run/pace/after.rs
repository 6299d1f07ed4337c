//! Ticks for a pattern that is evaluated as it stands: the inside of EXISTS, and what was planned before. All rows
//! come from what is read, from a product or from a table of the query, and these are counted.

use std::collections::HashSet;

use spargebra::algebra::GraphPattern;
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern, Variable};

use super::before::certain;
use super::{aggregate, expression, fed, filter, join, keys};

/// A pattern with ticks, where `bound` have values already.
pub(super) fn operator(pattern: GraphPattern, bound: &HashSet<Variable>) -> GraphPattern {
    use GraphPattern as P;
    let boxed = |pattern: Box<P>| Box::new(operator(*pattern, bound));
    match pattern {
        P::Bgp { patterns } if patterns.is_empty() => P::Bgp { patterns },
        P::Bgp { patterns } => {
            let one = |pattern| {
                let counts = !is_value(&pattern, bound);
                let pattern = P::Bgp { patterns: vec![pattern] };
                if counts { fed(pattern) } else { pattern }
            };
            let product = |left, right| fed(join(left, right));
            patterns.into_iter().map(one).reduce(product).unwrap_or_default()
        }
        P::Path { .. } | P::Values { .. } | P::Service { .. } => fed(pattern),
        P::Join { left, right } => fed(P::Join { left: boxed(left), right: boxed(right) }),
        P::Lateral { left, right } => {
            let bound = bound | &certain(&left);
            let right = match *right {
                // The evaluator knows a loop of OPTIONAL by this form.
                P::LeftJoin { left, right, expression: condition } if is_one_row(&left) => {
                    let condition = condition.map(expression);
                    let right = Box::new(operator(*right, &bound));
                    P::LeftJoin { left, right, expression: condition }
                }
                right => operator(right, &bound),
            };
            P::Lateral { left: boxed(left), right: Box::new(right) }
        }
        P::LeftJoin { left, right, expression: condition } => {
            let condition = condition.map(expression);
            fed(P::LeftJoin { left: boxed(left), right: boxed(right), expression: condition })
        }
        P::Filter { expr, inner } => filter(expression(expr), operator(*inner, bound)),
        P::Union { left, right } => P::Union { left: boxed(left), right: boxed(right) },
        P::Graph { name, inner } if is_one_row(&inner) => fed(P::Graph { name, inner }),
        P::Graph { name, inner } => P::Graph { name, inner: boxed(inner) },
        P::Extend { inner, variable, expression: value } => {
            P::Extend { inner: boxed(inner), variable, expression: expression(value) }
        }
        P::Minus { left, right } => P::Minus { left: boxed(left), right: boxed(right) },
        P::OrderBy { inner, expression } => {
            P::OrderBy { inner: boxed(inner), expression: keys(expression) }
        }
        P::Project { inner, variables } => {
            // What is bound outside is not seen inside.
            P::Project { inner: Box::new(operator(*inner, &HashSet::new())), variables }
        }
        P::Distinct { inner } => P::Distinct { inner: boxed(inner) },
        P::Reduced { inner } => P::Reduced { inner: boxed(inner) },
        P::Slice { inner, start, length } => P::Slice { inner: boxed(inner), start, length },
        P::Group { inner, variables, aggregates } => {
            let aggregates = aggregates.into_iter().map(|(v, a)| (v, aggregate(a))).collect();
            P::Group { inner: boxed(inner), variables, aggregates }
        }
    }
}

/// Whether a triple is looked up by its subject and predicate: it counts with the row that it is looked up for, and
/// where there are many, reading them is what stops.
fn is_value(triple: &TriplePattern, bound: &HashSet<Variable>) -> bool {
    let subject = match &triple.subject {
        TermPattern::Variable(variable) => bound.contains(variable),
        TermPattern::NamedNode(_) => true,
        _ => false,
    };
    subject && matches!(triple.predicate, NamedNodePattern::NamedNode(_))
}

/// Whether a pattern is the one that always gives one row without a value.
fn is_one_row(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.is_empty(),
        GraphPattern::Values { bindings, .. } => {
            matches!(&bindings[..], [row] if row.iter().all(Option::is_none))
        }
        _ => false,
    }
}
