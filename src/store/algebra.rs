//! The algebra of SPARQL as trees of patterns.

use spargebra::algebra::GraphPattern;

/// Applies `make` to the one pattern that a pattern is made over, if it is.
pub(super) fn map_inner(
    pattern: GraphPattern,
    make: impl Fn(GraphPattern) -> GraphPattern,
) -> GraphPattern {
    use GraphPattern as P;
    let make = |inner: Box<P>| Box::new(make(*inner));
    match pattern {
        P::Filter { expr, inner } => P::Filter { expr, inner: make(inner) },
        P::Graph { name, inner } => P::Graph { name, inner: make(inner) },
        P::Extend { inner, variable, expression } => {
            P::Extend { inner: make(inner), variable, expression }
        }
        P::OrderBy { inner, expression } => P::OrderBy { inner: make(inner), expression },
        P::Project { inner, variables } => P::Project { inner: make(inner), variables },
        P::Distinct { inner } => P::Distinct { inner: make(inner) },
        P::Reduced { inner } => P::Reduced { inner: make(inner) },
        P::Slice { inner, start, length } => P::Slice { inner: make(inner), start, length },
        P::Group { inner, variables, aggregates } => {
            P::Group { inner: make(inner), variables, aggregates }
        }
        other => other,
    }
}
