//! What is known before anything is read: a VALUES clause of one row, and variables that are given.
//!
//! The optimizer begins a join with the operand that it thinks has the fewest rows, goes on to what shares variables
//! with it, and orders what is nested in an operand as if the others were not there. So a row that is known is put
//! [`into`] the innermost join that has its variables: that join begins with it. A row whose variables only
//! conditions have would be multiplied with all else before they are looked at; that is made a loop, inside which the
//! conditions go where they belong.
//!
//! Answers stay the same where no operand tells a variable that it has no value for from one that has the row's: it
//! must not group, cut or take away rows, and what it tests must be bound by itself ([`follows`]).

use std::collections::HashSet;

use spargebra::algebra::{Expression, GraphPattern};
use spargebra::term::Variable;

use super::before::certain;
use super::join;
use crate::store::algebra::map_inner;

/// The same pattern, with rows that stand alone before all that they are joined with.
pub(super) fn first(pattern: GraphPattern) -> GraphPattern {
    use GraphPattern as P;
    let boxed = |inner: Box<P>| Box::new(first(*inner));
    match pattern {
        P::Join { .. } => joined(pattern),
        P::Lateral { left, right } => P::Lateral { left: boxed(left), right: boxed(right) },
        P::LeftJoin { left, right, expression } => {
            P::LeftJoin { left: boxed(left), right: boxed(right), expression }
        }
        P::Union { left, right } => P::Union { left: boxed(left), right: boxed(right) },
        P::Minus { left, right } => P::Minus { left: boxed(left), right: boxed(right) },
        other => map_inner(other, first),
    }
}

fn joined(pattern: GraphPattern) -> GraphPattern {
    let mut operands = Vec::new();
    flatten(pattern, &mut operands);
    let operands: Vec<_> = operands.into_iter().map(first).collect();
    let row: HashSet<Variable> =
        operands.iter().filter(|operand| is_row(operand)).flat_map(certain).collect();
    if !operands.iter().all(|operand| is_row(operand) || follows(operand, &row)) {
        return operands.into_iter().reduce(join).unwrap_or_default();
    }
    let (rows, mut others): (Vec<_>, Vec<_>) = operands.into_iter().partition(is_row);
    let mut outside = Vec::new();
    for one in rows.into_iter().flat_map(single) {
        let names = certain(&one);
        if !others.iter().any(|other| has(other, &names)) {
            outside.push(one);
        } else if !others.iter().any(|other| is_scan(other) && has(other, &names)) {
            let inside = |other| if has(&other, &names) { into(other, &one) } else { other };
            others = others.into_iter().map(inside).collect();
        } else {
            others.insert(0, one);
        }
    }
    match (outside.into_iter().reduce(join), others.into_iter().reduce(join)) {
        (Some(rows), Some(others)) => {
            GraphPattern::Lateral { left: Box::new(rows), right: Box::new(others) }
        }
        (rows, others) => rows.or(others).unwrap_or_default(),
    }
}

fn flatten(pattern: GraphPattern, operands: &mut Vec<GraphPattern>) {
    match pattern {
        GraphPattern::Join { left, right } => {
            flatten(*left, operands);
            flatten(*right, operands);
        }
        other => operands.push(other),
    }
}

/// One row as rows of one variable each.
fn single(row: GraphPattern) -> Vec<GraphPattern> {
    let GraphPattern::Values { variables, bindings } = row else { return vec![row] };
    let values = bindings.into_iter().flatten();
    let each = variables.into_iter().zip(values).map(|(variable, value)| GraphPattern::Values {
        variables: vec![variable],
        bindings: vec![vec![value]],
    });
    each.collect()
}

/// Whether a pattern has one of these variables, where they can be seen.
fn has(pattern: &GraphPattern, names: &HashSet<Variable>) -> bool {
    let mut found = false;
    pattern.on_in_scope_variable(|variable| found |= names.contains(variable));
    found
}

/// Whether an operand is read from the store as it stands, so that the optimizer orders it with the others.
fn is_scan(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => true,
        GraphPattern::Graph { inner, .. } => is_scan(inner),
        GraphPattern::Join { left, right } => is_scan(left) || is_scan(right),
        _ => false,
    }
}

/// A pattern that is joined with a row where it has the row's variables.
pub(super) fn into(pattern: GraphPattern, row: &GraphPattern) -> GraphPattern {
    use GraphPattern as P;
    let boxed = |inner: Box<P>| Box::new(into(*inner, row));
    match pattern {
        P::Project { inner, variables } if certain(row).iter().all(|v| variables.contains(v)) => {
            P::Project { inner: boxed(inner), variables }
        }
        P::Join { .. } => {
            let mut operands = Vec::new();
            flatten(pattern, &mut operands);
            let names = certain(row);
            let meets = |operand: &P| has(operand, &names);
            match operands.iter().position(|operand| !is_scan(operand) && meets(operand)) {
                Some(at) if !operands.iter().any(|one| is_scan(one) && meets(one)) => {
                    let nested = std::mem::take(&mut operands[at]);
                    operands[at] = into(nested, row);
                }
                _ => operands.insert(0, row.clone()),
            }
            operands.into_iter().reduce(join).unwrap_or_default()
        }
        P::Filter { .. }
        | P::Extend { .. }
        | P::OrderBy { .. }
        | P::Distinct { .. }
        | P::Reduced { .. }
        | P::Slice { .. }
        | P::Group { .. }
        | P::Graph { .. } => map_inner(pattern, |inner| into(inner, row)),
        P::Union { left, right } => P::Union { left: boxed(left), right: boxed(right) },
        P::LeftJoin { left, right, expression } => {
            P::LeftJoin { left: boxed(left), right, expression }
        }
        P::Minus { left, right } => P::Minus { left: boxed(left), right },
        P::Lateral { left, right } => P::Lateral { left: boxed(left), right },
        other => join(row.clone(), other),
    }
}

/// Whether a pattern is one row that has all its values.
fn is_row(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Values { bindings, .. } => {
            matches!(&bindings[..], [row] if !row.is_empty() && row.iter().all(Option::is_some))
        }
        _ => false,
    }
}

/// Whether a pattern gives in a loop over a row of these variables what it gives joined with it.
fn follows(pattern: &GraphPattern, row: &HashSet<Variable>) -> bool {
    use GraphPattern as P;
    match pattern {
        P::Bgp { .. } | P::Path { .. } | P::Values { .. } => true,
        P::Graph { inner, .. } => follows(inner, row),
        P::Join { left, right } | P::Union { left, right } | P::Lateral { left, right } => {
            follows(left, row) && follows(right, row)
        }
        P::Filter { expr, inner } => follows(inner, row) && tests(expr, row, inner),
        P::Extend { inner, variable, expression } => {
            follows(inner, row) && !row.contains(variable) && tests(expression, row, inner)
        }
        P::LeftJoin { left, right, expression } => {
            let bound = certain(left);
            let (mut open, condition) = (false, expression.as_ref());
            right.on_in_scope_variable(|v| open |= row.contains(v) && !bound.contains(v));
            !open
                && follows(left, row)
                && follows(right, row)
                && condition.is_none_or(|condition| tests(condition, row, left))
        }
        _ => false,
    }
}

/// Whether a pattern binds what an expression says of these variables.
fn tests(expression: &Expression, row: &HashSet<Variable>, pattern: &GraphPattern) -> bool {
    let bound = certain(pattern);
    row.iter().all(|variable| bound.contains(variable) || !names(expression, variable))
}

/// Whether an expression has a variable; inside EXISTS it may have any.
fn names(expression: &Expression, variable: &Variable) -> bool {
    use Expression as E;
    let names = |one: &E| names(one, variable);
    match expression {
        E::NamedNode(_) | E::Literal(_) => false,
        E::Variable(other) | E::Bound(other) => other == variable,
        E::Exists(_) => true,
        E::Or(a, b)
        | E::And(a, b)
        | E::Equal(a, b)
        | E::SameTerm(a, b)
        | E::Greater(a, b)
        | E::GreaterOrEqual(a, b)
        | E::Less(a, b)
        | E::LessOrEqual(a, b)
        | E::Add(a, b)
        | E::Subtract(a, b)
        | E::Multiply(a, b)
        | E::Divide(a, b) => names(a) || names(b),
        E::UnaryPlus(a) | E::UnaryMinus(a) | E::Not(a) => names(a),
        E::If(a, b, c) => names(a) || names(b) || names(c),
        E::In(a, all) => names(a) || all.iter().any(names),
        E::Coalesce(all) | E::FunctionCall(_, all) => all.iter().any(names),
    }
}
