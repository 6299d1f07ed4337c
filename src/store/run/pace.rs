//! The algebra of a query, rewritten so that the evaluator reports back wherever rows flow.
//!
//! Two filters that are always true do it, each calling a custom function that counts ([`Run::tick`]) and gives no
//! value, so that `COALESCE` goes on to the next:
//!
//! * [`fed`] names no variable, so the optimizer pushes it down to the first scan of every operand: it sees rows
//!   go in.
//! * [`seen`] names a variable that nothing binds, so the optimizer leaves it on the first join below: it sees
//!   rows come out, as of a product, that are then sorted, grouped, joined by hash or taken away.
//!
//! Conditions call it too ([`Pacer::condition`]), since the optimizer pushes them below. What is not touched is
//! the inside of basic graph patterns: there each row is a reading of the database, and its optimizer must see
//! them as they are. Answers stay the same: no variable is bound, no row is added or taken away.

use std::collections::HashSet;
use std::sync::Arc;

use oxigraph::model::{BlankNode, Literal, NamedNode, Term, Variable};
use oxigraph::sparql::SparqlEvaluator;
use spargebra::Query;
use spargebra::algebra::{
    AggregateExpression, Expression, Function, GraphPattern, OrderExpression,
    PropertyPathExpression,
};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::Run;

const TICK: &str = "urn:gangmu:tick";
const GROW: &str = "urn:gangmu:grow";
const SORT: &str = "urn:gangmu:sort";
/// Less than what the optimizer takes for the number of all triples, more than any store holds.
const FEWER: usize = 999_999_999;
/// Bytes of the longest string that the database keeps in the quad.
const IN_PLACE: usize = 16;
/// A name that no query can spell.
const NEVER_BOUND: &str = "never bound";

/// An evaluator whose ticks are the run's.
pub(in crate::store) fn evaluator(run: &Arc<Run>) -> SparqlEvaluator {
    let (ticking, growing, sorting) = (Arc::clone(run), Arc::clone(run), Arc::clone(run));
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
        .with_custom_function(NamedNode::new_unchecked(SORT), move |keys| {
            sorting.sort(keys.iter().filter(|key| is_looked_up(key)).count());
            None
        })
}

/// Whether the database keeps a term elsewhere than in the quad, so that comparing it reads.
fn is_looked_up(term: &Term) -> bool {
    match term {
        Term::NamedNode(_) => true,
        Term::Literal(literal) => literal.value().len() > IN_PLACE,
        Term::BlankNode(_) | Term::Triple(_) => false,
    }
}

fn length(term: &Term) -> usize {
    if let Term::Literal(literal) = term { literal.value().len() + 1 } else { 1 }
}

/// The query with ticks.
pub(in crate::store) fn query(mut query: Query) -> Query {
    let pacer = Pacer { planned: true, alone: true };
    match &mut query {
        // Above the projection there must be nothing: all variables used there would be columns.
        Query::Select { pattern, .. } | Query::Describe { pattern, .. } => {
            change(pattern, |pattern| pacer.operator(pattern));
        }
        Query::Construct { pattern, .. } | Query::Ask { pattern, .. } => {
            change(pattern, |pattern| pacer.whole(pattern));
        }
    }
    query
}

fn change<T: Default>(place: &mut T, make: impl FnOnce(T) -> T) {
    *place = make(std::mem::take(place));
}

fn tick() -> Expression {
    Expression::FunctionCall(Function::Custom(NamedNode::new_unchecked(TICK)), Vec::new())
}

fn filter(expr: Expression, inner: GraphPattern) -> GraphPattern {
    GraphPattern::Filter { expr, inner: Box::new(inner) }
}

fn join(left: GraphPattern, right: GraphPattern) -> GraphPattern {
    GraphPattern::Join { left: Box::new(left), right: Box::new(right) }
}

/// The same rows, ticking where they are read.
fn fed(pattern: GraphPattern) -> GraphPattern {
    filter(Expression::Coalesce(vec![tick(), Literal::from(true).into()]), pattern)
}

/// The same rows, ticking where they come out.
fn seen(pattern: GraphPattern) -> GraphPattern {
    let never = Expression::Variable(Variable::new_unchecked(NEVER_BOUND));
    filter(Expression::Coalesce(vec![tick(), never, Literal::from(true).into()]), pattern)
}

/// The same rows, weighed as what will be sorted. The evaluator calls nothing while it sorts.
fn sorted(pattern: GraphPattern, keys: &[OrderExpression]) -> GraphPattern {
    let key = |key: &OrderExpression| match key {
        OrderExpression::Asc(key) | OrderExpression::Desc(key) => match key {
            // A function is not called with arguments that have no value.
            key @ Expression::Variable(_) => {
                Some(Expression::Coalesce(vec![key.clone(), Literal::from(0).into()]))
            }
            _ => None,
        },
    };
    let sort = Function::Custom(NamedNode::new_unchecked(SORT));
    let sort = Expression::FunctionCall(sort, keys.iter().filter_map(key).collect());
    let never = Expression::Variable(Variable::new_unchecked(NEVER_BOUND));
    filter(Expression::Coalesce(vec![sort, never, Literal::from(true).into()]), pattern)
}

#[derive(Clone, Copy)]
struct Pacer {
    /// Whether the optimizer will order joins and push filters: everywhere but inside EXISTS.
    planned: bool,
    /// Whether nothing outside of the pattern gives its variables values.
    alone: bool,
}

impl Pacer {
    /// A pattern all rows of which are taken in before anything comes out.
    fn whole(self, pattern: GraphPattern) -> GraphPattern {
        match self.operator(pattern) {
            pattern @ (GraphPattern::Values { .. }
            | GraphPattern::Project { .. }
            | GraphPattern::Distinct { .. }
            | GraphPattern::Reduced { .. }
            | GraphPattern::Slice { .. }
            | GraphPattern::Group { .. }) => pattern,
            GraphPattern::Bgp { patterns } if patterns.is_empty() => GraphPattern::Bgp { patterns },
            pattern => seen(fed(pattern)),
        }
    }

    /// For what is joined with something else.
    fn beside(self) -> Self {
        Self { alone: false, ..self }
    }

    /// For what is evaluated by itself, whatever it is joined with then.
    fn apart(self) -> Self {
        Self { alone: self.planned, ..self }
    }

    /// A pattern with ticks inside; the rows that come out may not have been counted.
    fn operator(self, pattern: GraphPattern) -> GraphPattern {
        use GraphPattern as P;
        let boxed = |pattern: Box<P>| Box::new(self.operator(*pattern));
        let whole = |pattern: Box<P>| Box::new(self.apart().whole(*pattern));
        match pattern {
            P::Bgp { patterns } if !self.planned => {
                let one = |pattern| fed(P::Bgp { patterns: vec![pattern] });
                patterns.into_iter().map(one).reduce(join).map_or_else(P::default, seen)
            }
            P::Path { .. } if !self.planned => fed(pattern),
            P::Path { .. } if self.alone => started(pattern),
            P::Path { .. } | P::Bgp { .. } | P::Values { .. } | P::Service { .. } => pattern,
            P::Join { left, right } if !self.planned => {
                seen(join(self.operator(*left), self.operator(*right)))
            }
            P::Join { .. } => self.joins(pattern),
            P::Lateral { left, right } => {
                P::Lateral { left: boxed(left), right: Box::new(self.beside().operator(*right)) }
            }
            P::LeftJoin { left, right, expression } => seen(P::LeftJoin {
                left: boxed(left),
                right: Box::new(self.beside().whole(*right)),
                expression: expression.map(|condition| self.condition(condition)),
            }),
            P::Filter { expr, inner } => filter(self.condition(expr), self.operator(*inner)),
            P::Union { left, right } => P::Union { left: boxed(left), right: boxed(right) },
            // A path in a graph that is not known yet is another thing for each graph.
            P::Graph { name, inner } => {
                P::Graph { name, inner: Box::new(self.beside().operator(*inner)) }
            }
            P::Extend { inner, variable, expression } => {
                let expression = self.expression(expression);
                P::Extend { inner: boxed(inner), variable, expression }
            }
            P::Minus { left, right } => {
                P::Minus { left: Box::new(self.whole(*left)), right: whole(right) }
            }
            P::OrderBy { inner, expression } => {
                let inner = Box::new(sorted(*whole(inner), &expression));
                P::OrderBy { inner, expression }
            }
            P::Project { inner, variables } => P::Project { inner: whole(inner), variables },
            P::Distinct { inner } => P::Distinct { inner: boxed(inner) },
            P::Reduced { inner } => P::Reduced { inner: boxed(inner) },
            P::Slice { inner, start, length } => P::Slice { inner: boxed(inner), start, length },
            P::Group { inner, variables, aggregates } => {
                let aggregates = aggregates.into_iter();
                let aggregates = aggregates.map(|(v, a)| (v, self.aggregate(a))).collect();
                P::Group { inner: whole(inner), variables, aggregates }
            }
        }
    }

    /// A condition each part of which ticks whenever it is looked at.
    fn condition(self, condition: Expression) -> Expression {
        match condition {
            Expression::And(left, right) => {
                Expression::And(self.condition(*left).into(), self.condition(*right).into())
            }
            condition => Expression::Coalesce(vec![tick(), self.expression(condition)]),
        }
    }

    /// An expression that asks before it makes a string much longer.
    fn expression(self, expression: Expression) -> Expression {
        use Expression as E;
        let boxed = |e: Box<E>| Box::new(self.expression(*e));
        let each = |all: Vec<E>| all.into_iter().map(|e| self.expression(e)).collect::<Vec<_>>();
        match expression {
            E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) => expression,
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
            E::Exists(pattern) => {
                E::Exists(Box::new(Self { planned: false, alone: false }.operator(*pattern)))
            }
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

    fn aggregate(self, aggregate: AggregateExpression) -> AggregateExpression {
        match aggregate {
            AggregateExpression::FunctionCall { name, expr, distinct } => {
                AggregateExpression::FunctionCall { name, expr: self.expression(expr), distinct }
            }
            count @ AggregateExpression::CountSolutions { .. } => count,
        }
    }

    /// A tree of joins. The optimizer makes loops of most of them, and builds tables of the others' operands:
    /// what goes into the table of a second one must have been counted when it came out of the first.
    fn joins(self, pattern: GraphPattern) -> GraphPattern {
        let mut parts = Vec::new();
        self.parts(pattern, &mut parts);
        let mut groups = connected(parts);
        if self.alone {
            groups.iter_mut().for_each(Group::start);
        }
        let tables: usize = groups.iter().map(Group::tables).sum();
        if tables + groups.len() <= 2 {
            let all = groups.drain(..).flat_map(|group| group.parts);
            return all.map(|part| part.pattern).reduce(join).unwrap_or_default();
        }
        let joined = groups.into_iter().map(Group::joined);
        joined.reduce(|left, right| join(seen(left), right)).unwrap_or_default()
    }

    fn parts(self, pattern: GraphPattern, parts: &mut Vec<Part>) {
        match pattern {
            GraphPattern::Join { left, right } => {
                self.parts(*left, parts);
                self.parts(*right, parts);
            }
            GraphPattern::Bgp { patterns } => {
                let one = |pattern| Part::new(GraphPattern::Bgp { patterns: vec![pattern] });
                parts.extend(patterns.into_iter().map(one));
            }
            other => parts.push(Part::new(self.beside().operator(other))),
        }
    }
}

/// A path of any length between two variables that nothing else binds, looked up from one start after the other.
/// The evaluator would collect all pairs of nodes before it gives the first, and nothing stops it meanwhile.
fn started(path: GraphPattern) -> GraphPattern {
    let GraphPattern::Path { subject: TermPattern::Variable(start), path: steps, object } = &path
    else {
        return path;
    };
    if !matches!(object, TermPattern::Variable(_) | TermPattern::BlankNode(_)) {
        return path;
    }
    let from = || TermPattern::from(start.clone());
    let starts = match steps {
        PropertyPathExpression::OneOrMore(step) => GraphPattern::Path {
            subject: from(),
            path: step.as_ref().clone(),
            object: BlankNode::default().into(),
        },
        PropertyPathExpression::ZeroOrMore(_) => {
            let any = || Variable::new_unchecked(BlankNode::default().as_str());
            let triple = |subject, object| GraphPattern::Bgp {
                patterns: vec![TriplePattern { subject, predicate: any().into(), object }],
            };
            let subjects = triple(from(), BlankNode::default().into());
            let objects = triple(BlankNode::default().into(), from());
            GraphPattern::Union { left: Box::new(subjects), right: Box::new(objects) }
        }
        _ => return path,
    };
    let starts = GraphPattern::Project {
        inner: Box::new(seen(fed(starts))),
        variables: vec![start.clone()],
    };
    let starts = GraphPattern::Distinct { inner: Box::new(starts) };
    // The bound is never met; it tells the optimizer that there are fewer starts than pairs.
    let starts = GraphPattern::Slice { inner: Box::new(starts), start: 0, length: Some(FEWER) };
    join(starts, path)
}

/// An operand of a tree of joins.
struct Part {
    pattern: GraphPattern,
    variables: HashSet<Variable>,
    /// Whether a loop can look it up for each row of the other side.
    loops: bool,
}

impl Part {
    fn new(pattern: GraphPattern) -> Self {
        let (variables, loops) = (certain(&pattern), loops(&pattern));
        Self { pattern, variables, loops }
    }
}

/// Operands that are connected by variables that are always bound.
struct Group {
    parts: Vec<Part>,
    variables: HashSet<Variable>,
}

impl Group {
    /// Gives a group of nothing but paths its starts.
    fn start(&mut self) {
        let is_path = |part: &Part| matches!(part.pattern, GraphPattern::Path { .. });
        if self.parts.iter().all(is_path) {
            change(&mut self.parts[0].pattern, started);
        }
    }

    /// How many of the joins are no loops.
    fn tables(&self) -> usize {
        let tables = self.parts.iter().filter(|part| !part.loops).count();
        if tables == self.parts.len() { tables - 1 } else { tables }
    }

    /// The join, with at most one table between two counts of rows: first the operands that are connected with
    /// each other but no loops, then the loops, then what is left.
    fn joined(self) -> GraphPattern {
        if self.tables() <= 1 {
            return self
                .parts
                .into_iter()
                .map(|part| part.pattern)
                .reduce(join)
                .unwrap_or_default();
        }
        let (loops, tables): (Vec<_>, Vec<_>) = self.parts.into_iter().partition(|part| part.loops);
        let clusters = connected(tables).into_iter().map(|group| {
            let each = group.parts.into_iter().map(|part| part.pattern);
            each.reduce(|left, right| seen(join(left, right))).unwrap_or_default()
        });
        let mut clusters = clusters.collect::<Vec<_>>().into_iter();
        let first = clusters.next().into_iter().chain(loops.into_iter().map(|part| part.pattern));
        let first = first.reduce(join).unwrap_or_default();
        clusters.fold(first, |left, right| join(seen(left), right))
    }
}

/// Groups in the order of their first operands.
fn connected(parts: Vec<Part>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for part in parts {
        let meets = |group: &Group| !group.variables.is_disjoint(&part.variables);
        let (met, others): (Vec<_>, Vec<_>) = groups.drain(..).partition(meets);
        groups = others;
        let mut one = Group { parts: Vec::new(), variables: HashSet::new() };
        for group in met {
            one.parts.extend(group.parts);
            one.variables.extend(group.variables);
        }
        one.variables.extend(part.variables.iter().cloned());
        one.parts.push(part);
        groups.push(one);
    }
    groups
}

/// Whether the optimizer can make a loop of joining this.
fn loops(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => true,
        GraphPattern::Filter { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::Graph { inner, .. } => loops(inner),
        GraphPattern::LeftJoin { left, right, .. } | GraphPattern::Union { left, right } => {
            loops(left) && loops(right)
        }
        _ => false,
    }
}

/// The variables that every row of a pattern binds.
fn certain(pattern: &GraphPattern) -> HashSet<Variable> {
    use GraphPattern as P;
    match pattern {
        P::Bgp { patterns } => patterns.iter().flat_map(in_triple).collect(),
        P::Path { subject, object, .. } => {
            in_term(subject).into_iter().chain(in_term(object)).collect()
        }
        P::Join { left, right } | P::Lateral { left, right } => &certain(left) | &certain(right),
        P::Union { left, right } => &certain(left) & &certain(right),
        P::LeftJoin { left, .. } | P::Minus { left, .. } => certain(left),
        P::Graph { name, inner } => {
            let mut variables = certain(inner);
            variables.extend(in_name(name));
            variables
        }
        P::Values { variables, bindings } => {
            let bound = |&(i, _): &(usize, _)| bindings.iter().all(|row| row[i].is_some());
            variables.iter().enumerate().filter(bound).map(|(_, v)| v.clone()).collect()
        }
        P::Project { inner, variables } | P::Group { inner, variables, .. } => {
            let inner = certain(inner);
            variables.iter().filter(|v| inner.contains(*v)).cloned().collect()
        }
        P::Filter { inner, .. }
        | P::Extend { inner, .. }
        | P::OrderBy { inner, .. }
        | P::Distinct { inner }
        | P::Reduced { inner }
        | P::Slice { inner, .. } => certain(inner),
        P::Service { silent, inner, .. } => {
            if *silent {
                HashSet::new()
            } else {
                certain(inner)
            }
        }
    }
}

fn in_triple(triple: &TriplePattern) -> Vec<Variable> {
    let mut variables = in_term(&triple.subject);
    variables.extend(in_name(&triple.predicate));
    variables.extend(in_term(&triple.object));
    variables
}

/// A blank node of a pattern is a variable without a name.
fn in_term(term: &TermPattern) -> Vec<Variable> {
    match term {
        TermPattern::Variable(variable) => vec![variable.clone()],
        TermPattern::BlankNode(node) => vec![Variable::new_unchecked(node.to_string())],
        TermPattern::Triple(triple) => in_triple(triple),
        TermPattern::NamedNode(_) | TermPattern::Literal(_) => Vec::new(),
    }
}

fn in_name(name: &NamedNodePattern) -> Option<Variable> {
    match name {
        NamedNodePattern::Variable(variable) => Some(variable.clone()),
        NamedNodePattern::NamedNode(_) => None,
    }
}
