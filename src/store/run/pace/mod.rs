//! Ticks in the algebra of a query: the evaluator reports back wherever rows flow.
//!
//! A filter that is always true does it: it calls a custom function that counts ([`Run::tick`]) and gives no value,
//! so that `COALESCE` goes on to the next. Answers stay the same: no variable is bound, no row is added or taken
//! away. Where the filters go depends on who moves them afterwards:
//!
//! * [`plan`] lets the optimizer work first and once, and has [`after`] put ticks into what it made.
//! * What cannot be planned beforehand gets them from [`before`], where the optimizer will not lose them.

mod after;
mod before;
mod known;
mod plan;

use std::collections::HashSet;
use std::sync::Arc;

use oxigraph::model::{Literal, NamedNode, Term, Variable};
use oxigraph::sparql::SparqlEvaluator;
use spargebra::algebra::{
    AggregateExpression, Expression, Function, GraphPattern, OrderExpression,
};

pub(in crate::store) use plan::Plan;

use super::Run;

const TICK: &str = "urn:gangmu:tick";
const GROW: &str = "urn:gangmu:grow";
const COMPARE: &str = "urn:gangmu:compare";
/// A name that no query can spell.
const NEVER_BOUND: &str = "never bound";

/// An evaluator whose ticks are the run's.
fn evaluator(run: &Arc<Run>) -> SparqlEvaluator {
    let (ticking, growing, comparing) = (Arc::clone(run), Arc::clone(run), Arc::clone(run));
    SparqlEvaluator::new()
        .with_cancellation_token(run.token())
        .with_custom_function(NamedNode::new_unchecked(TICK), move |_| {
            ticking.tick();
            None
        })
        .with_custom_function(NamedNode::new_unchecked(GROW), move |args| {
            growing.reserve(args.iter().map(length).fold(1, |all, one| all.saturating_mul(one)));
            None
        })
        .with_custom_function(NamedNode::new_unchecked(COMPARE), move |_| {
            comparing.go_on();
            None
        })
}

fn length(term: &Term) -> usize {
    if let Term::Literal(literal) = term { literal.value().len() + 1 } else { 1 }
}

fn change<T: Default>(place: &mut T, make: impl FnOnce(T) -> T) {
    *place = make(std::mem::take(place));
}

fn tick() -> Expression {
    call(TICK)
}

fn call(name: &str) -> Expression {
    Expression::FunctionCall(Function::Custom(NamedNode::new_unchecked(name)), Vec::new())
}

fn filter(expr: Expression, inner: GraphPattern) -> GraphPattern {
    GraphPattern::Filter { expr, inner: Box::new(inner) }
}

fn join(left: GraphPattern, right: GraphPattern) -> GraphPattern {
    GraphPattern::Join { left: Box::new(left), right: Box::new(right) }
}

/// The same rows, ticking where they are read: it names no variable, so the optimizer pushes it down to the first
/// scan of every operand.
fn fed(pattern: GraphPattern) -> GraphPattern {
    filter(Expression::Coalesce(vec![tick(), Literal::from(true).into()]), pattern)
}

/// The same rows, ticking where they come out, as of a product: it names a variable that nothing binds, so the
/// optimizer leaves it on the first join below.
fn seen(pattern: GraphPattern) -> GraphPattern {
    let never = Expression::Variable(Variable::new_unchecked(NEVER_BOUND));
    filter(Expression::Coalesce(vec![tick(), never, Literal::from(true).into()]), pattern)
}

/// Keys that can stop the run whenever two rows are compared by them.
fn keys(keys: Vec<OrderExpression>) -> Vec<OrderExpression> {
    let ticking = |key| Expression::Coalesce(vec![call(COMPARE), expression(key)]);
    let each = |key| match key {
        OrderExpression::Asc(key) => OrderExpression::Asc(ticking(key)),
        OrderExpression::Desc(key) => OrderExpression::Desc(ticking(key)),
    };
    keys.into_iter().map(each).collect()
}

/// An expression that asks before it makes a string much longer.
fn expression(from: Expression) -> Expression {
    use Expression as E;
    let boxed = |e: Box<E>| Box::new(expression(*e));
    let each = |all: Vec<E>| all.into_iter().map(expression).collect::<Vec<_>>();
    match from {
        E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) => from,
        E::Or(a, b) => E::Or(boxed(a), boxed(b)),
        E::And(a, b) => E::And(boxed(a), boxed(b)),
        E::Equal(a, b) => E::Equal(boxed(a), boxed(b)),
        E::SameTerm(a, b) => E::SameTerm(boxed(a), boxed(b)),
        E::Greater(a, b) => E::Greater(boxed(a), boxed(b)),
        E::GreaterOrEqual(a, b) => E::GreaterOrEqual(boxed(a), boxed(b)),
        E::Less(a, b) => E::Less(boxed(a), boxed(b)),
        E::LessOrEqual(a, b) => E::LessOrEqual(boxed(a), boxed(b)),
        E::In(a, all) => E::In(boxed(a), each(all)),
        E::Add(a, b) => E::Add(boxed(a), boxed(b)),
        E::Subtract(a, b) => E::Subtract(boxed(a), boxed(b)),
        E::Multiply(a, b) => E::Multiply(boxed(a), boxed(b)),
        E::Divide(a, b) => E::Divide(boxed(a), boxed(b)),
        E::UnaryPlus(a) => E::UnaryPlus(boxed(a)),
        E::UnaryMinus(a) => E::UnaryMinus(boxed(a)),
        E::Not(a) => E::Not(boxed(a)),
        E::Exists(pattern) => E::Exists(Box::new(after::operator(*pattern, &HashSet::new()))),
        E::If(a, b, c) => E::If(boxed(a), boxed(b), boxed(c)),
        E::Coalesce(all) => E::Coalesce(each(all)),
        E::FunctionCall(Function::Concat, all) => {
            let ticking = |e| E::Coalesce(vec![tick(), e]);
            E::FunctionCall(Function::Concat, each(all).into_iter().map(ticking).collect())
        }
        E::FunctionCall(Function::Replace, all) => {
            let all = each(all);
            let sizes = all.iter().step_by(2).take(2).cloned().collect();
            let grow = Function::Custom(NamedNode::new_unchecked(GROW));
            let grow = E::FunctionCall(grow, sizes);
            E::Coalesce(vec![grow, E::FunctionCall(Function::Replace, all)])
        }
        E::FunctionCall(function, all) => E::FunctionCall(function, each(all)),
    }
}

fn aggregate(aggregate: AggregateExpression) -> AggregateExpression {
    match aggregate {
        AggregateExpression::FunctionCall { name, expr, distinct } => {
            AggregateExpression::FunctionCall { name, expr: expression(expr), distinct }
        }
        count @ AggregateExpression::CountSolutions { .. } => count,
    }
}
