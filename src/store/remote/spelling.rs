//! Parts of queries in words that all engines understand alike.

use spargebra::algebra::{Expression, Function, GraphPattern, PropertyPathExpression};
use spargebra::term::{Literal, Variable};

use crate::store::algebra::map_inner;

/// The SELECT that asks for these variables of a pattern. A pattern without variables is asked for a constant, since
/// not every engine takes `SELECT *` there.
pub(super) fn select(pattern: GraphPattern, variables: Vec<Variable>) -> GraphPattern {
    use GraphPattern as P;
    match pattern {
        P::Slice { inner, start, length } => {
            P::Slice { inner: Box::new(select(*inner, variables)), start, length }
        }
        P::Project { .. } | P::Distinct { .. } | P::Reduced { .. } => spelt(pattern),
        other if variables.is_empty() => {
            let variable = Variable::new_unchecked("any");
            let (inner, expression) = (Box::new(spelt(other)), Literal::from(1).into());
            let inner = P::Extend { inner, variable: variable.clone(), expression };
            P::Project { inner: Box::new(inner), variables: vec![variable] }
        }
        other => P::Project { inner: Box::new(spelt(other)), variables },
    }
}

fn spelt(pattern: GraphPattern) -> GraphPattern {
    use GraphPattern as P;
    let each = |inner: Box<P>| Box::new(spelt(*inner));
    match pattern {
        P::Filter { expr, inner } => P::Filter { expr: condition(expr), inner: each(inner) },
        P::Join { left, right } => P::Join { left: each(left), right: each(right) },
        P::LeftJoin { left, right, expression } => {
            let expression = expression.map(condition);
            P::LeftJoin { left: Box::new(apart(*each(left))), right: each(right), expression }
        }
        P::Union { left, right } => P::Union { left: each(left), right: each(right) },
        P::Minus { left, right } => P::Minus { left: each(left), right: each(right) },
        other => map_inner(other, spelt),
    }
}

/// What OPTIONAL adds to, as a SELECT of its own where it has a path that may be of no length: among several OPTIONALs,
/// Virtuoso else loses rows.
fn apart(pattern: GraphPattern) -> GraphPattern {
    if !has_path(&pattern) {
        return pattern;
    }
    let mut variables = Vec::new();
    pattern.on_in_scope_variable(|variable| {
        if !variables.contains(variable) {
            variables.push(variable.clone());
        }
    });
    GraphPattern::Project { inner: Box::new(pattern), variables }
}

fn has_path(pattern: &GraphPattern) -> bool {
    use GraphPattern as P;
    match pattern {
        P::Path { path, .. } => !matches!(
            path,
            PropertyPathExpression::NamedNode(_) | PropertyPathExpression::Alternative(..)
        ),
        P::Join { left, right } | P::Union { left, right } => has_path(left) || has_path(right),
        P::Filter { inner, .. } | P::Graph { inner, .. } => has_path(inner),
        _ => false,
    }
}

/// A condition in which two variables that are the same IRI are equal: to Virtuoso they are not if one was bound by a
/// property path.
fn condition(expr: Expression) -> Expression {
    use Expression as E;
    let each = |inner: Box<E>| Box::new(condition(*inner));
    match expr {
        E::Equal(ref a, ref b) | E::SameTerm(ref a, ref b)
            if matches!((&**a, &**b), (E::Variable(_), E::Variable(_))) =>
        {
            let call = |function, of: &E| E::FunctionCall(function, vec![of.clone()]);
            let texts =
                E::Equal(Box::new(call(Function::Str, a)), Box::new(call(Function::Str, b)));
            let iris =
                E::And(Box::new(call(Function::IsIri, a)), Box::new(call(Function::IsIri, b)));
            let same = E::And(Box::new(iris), Box::new(texts));
            E::Or(Box::new(expr), Box::new(same))
        }
        E::Not(inner) => E::Not(each(inner)),
        E::And(a, b) => E::And(each(a), each(b)),
        E::Or(a, b) => E::Or(each(a), each(b)),
        E::Exists(pattern) => E::Exists(Box::new(spelt(*pattern))),
        other => other,
    }
}
