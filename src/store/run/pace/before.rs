//! Ticks for a pattern that the optimizer will still work on: rows are counted where they go in ([`fed`]) and where
//! they come out to be sorted, grouped, joined by hash or taken away ([`seen`]).
//!
//! Conditions tick too ([`Pacer::condition`]), since the optimizer pushes them below. What is not touched is
//! the inside of basic graph patterns: there each row is a reading of the database, and its optimizer must see
//! them as they are.

use std::collections::HashSet;

use oxigraph::model::{BlankNode, Variable};
use spargebra::Query;
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::{aggregate, change, expression, fed, filter, join, keys, seen, tick};

/// Less than what the optimizer takes for the number of all triples, more than any store holds.
const FEWER: usize = 999_999_999;

/// The query with ticks.
pub(super) fn query(mut query: Query) -> Query {
    let pacer = Pacer { alone: true };
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

#[derive(Clone, Copy)]
struct Pacer {
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
    fn beside() -> Self {
        Self { alone: false }
    }

    /// For what is evaluated by itself, whatever it is joined with then.
    fn apart() -> Self {
        Self { alone: true }
    }

    /// A pattern with ticks inside; the rows that come out may not have been counted.
    fn operator(self, pattern: GraphPattern) -> GraphPattern {
        use GraphPattern as P;
        let boxed = |pattern: Box<P>| Box::new(self.operator(*pattern));
        let whole = |pattern: Box<P>| Box::new(Self::apart().whole(*pattern));
        match pattern {
            P::Path { .. } if self.alone => started(pattern),
            P::Path { .. } | P::Bgp { .. } | P::Values { .. } | P::Service { .. } => pattern,
            P::Join { .. } => self.joins(pattern),
            P::Lateral { left, right } => {
                P::Lateral { left: boxed(left), right: Box::new(Self::beside().operator(*right)) }
            }
            P::LeftJoin { left, right, expression } => seen(P::LeftJoin {
                left: boxed(left),
                right: Box::new(Self::beside().whole(*right)),
                expression: expression.map(|condition| self.condition(condition)),
            }),
            P::Filter { expr, inner } => filter(self.condition(expr), self.operator(*inner)),
            P::Union { left, right } => P::Union { left: boxed(left), right: boxed(right) },
            // A path in a graph that is not known yet is another thing for each graph.
            P::Graph { name, inner } => {
                P::Graph { name, inner: Box::new(Self::beside().operator(*inner)) }
            }
            P::Extend { inner, variable, expression } => P::Extend {
                inner: boxed(inner),
                variable,
                expression: super::expression(expression),
            },
            P::Minus { left, right } => {
                P::Minus { left: Box::new(self.whole(*left)), right: whole(right) }
            }
            P::OrderBy { inner, expression } => {
                P::OrderBy { inner: whole(inner), expression: keys(expression) }
            }
            P::Project { inner, variables } => P::Project { inner: whole(inner), variables },
            P::Distinct { inner } => P::Distinct { inner: boxed(inner) },
            P::Reduced { inner } => P::Reduced { inner: boxed(inner) },
            P::Slice { inner, start, length } => P::Slice { inner: boxed(inner), start, length },
            P::Group { inner, variables, aggregates } => {
                let aggregates = aggregates.into_iter();
                let aggregates = aggregates.map(|(v, a)| (v, aggregate(a))).collect();
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
            condition => Expression::Coalesce(vec![tick(), expression(condition)]),
        }
    }
}

impl Pacer {
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
            other => parts.push(Part::new(Self::beside().operator(other))),
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
pub(super) fn certain(pattern: &GraphPattern) -> HashSet<Variable> {
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
