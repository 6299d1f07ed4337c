//! Why a query has no answer: the parts of its pattern that match nothing, or nothing together with the others.
//!
//! Each step asks whether a part of the pattern has any solution at all. What is found is the innermost part for which the
//! answer is no, in the order in which the query was written, but so that parts which share variables come together.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use oxigraph::model::{BlankNode, Variable};
use oxigraph::sparql::QueryResults;
use regex::Regex;
use spargebra::Query as Algebra;
use spargebra::algebra::{Expression, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::Store;
use super::query::{Query, QueryError};
use crate::rdf::vocab::PREFIXES;

/// A part of a query for which nothing answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Empty {
    pub cause: Cause,
    /// The part, in SPARQL as people write it: with the usual prefixes, and numbers as numbers.
    pub pattern: String,
}

/// What makes the part empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing matches it, whatever the rest says.
    Alone,
    /// Something matches it, but nothing that also matches the parts before.
    Together,
    /// It is a condition that nothing fulfils.
    Filter,
    /// It takes away all that there is.
    Minus,
    /// LIMIT or OFFSET leaves nothing over.
    Slice,
    /// Another server gave nothing.
    Service,
}

impl Store {
    /// The parts of a query that leave its answer empty; none where there is an answer.
    ///
    /// # Errors
    /// When evaluation fails or was stopped.
    pub fn why_empty(&self, query: &Query) -> Result<Vec<Empty>, QueryError> {
        let (Algebra::Select { pattern, .. }
        | Algebra::Construct { pattern, .. }
        | Algebra::Describe { pattern, .. }
        | Algebra::Ask { pattern, .. }) = query.algebra();
        let nameless = RefCell::default();
        let search = Search { store: self, query, nameless: &nameless, within: Vec::new() };
        if search.exists(pattern)? { Ok(Vec::new()) } else { search.reasons(pattern) }
    }
}

struct Search<'a> {
    store: &'a Store,
    query: &'a Query,
    /// Blank nodes of the query that have become variables, by number.
    nameless: &'a RefCell<Vec<BlankNode>>,
    /// The GRAPH clauses around the pattern, from the outside in.
    within: Vec<NamedNodePattern>,
}

impl Search<'_> {
    fn exists(&self, pattern: &GraphPattern) -> Result<bool, QueryError> {
        let pattern = self.within.iter().rev().fold(pattern.clone(), |inner, name| {
            GraphPattern::Graph { name: name.clone(), inner: Box::new(inner) }
        });
        let ask = Algebra::Ask { dataset: None, pattern, base_iri: None };
        let answer = self.query.other(ask).run(self.store)?;
        Ok(matches!(answer.into_inner(), QueryResults::Boolean(true)))
    }

    /// Why a pattern without solutions has none.
    fn reasons(&self, pattern: &GraphPattern) -> Result<Vec<Empty>, QueryError> {
        let one = |cause, pattern: String| Ok(vec![Empty { cause, pattern: short(&pattern) }]);
        match pattern {
            GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::OrderBy { inner, .. }
            | GraphPattern::Extend { inner, .. }
            | GraphPattern::Group { inner, .. } => self.reasons(inner),
            GraphPattern::LeftJoin { left, .. } => self.reasons(left),
            GraphPattern::Slice { inner, start, length } => {
                if !self.exists(inner)? {
                    return self.reasons(inner);
                }
                let limit = length.map(|length| format!(" LIMIT {length}")).unwrap_or_default();
                one(Cause::Slice, format!("OFFSET {start}{limit}"))
            }
            GraphPattern::Filter { expr, inner } => {
                if !self.exists(inner)? {
                    return self.reasons(inner);
                }
                let condition = self.condition(expr, inner)?;
                one(Cause::Filter, format!("FILTER({condition})"))
            }
            GraphPattern::Minus { left, right } => {
                if !self.exists(left)? {
                    return self.reasons(left);
                }
                one(Cause::Minus, format!("MINUS {{ {right} }}"))
            }
            GraphPattern::Union { left, right } => {
                let mut reasons = self.reasons(left)?;
                reasons.extend(self.reasons(right)?);
                Ok(reasons)
            }
            GraphPattern::Graph { name, inner } => {
                let mut within = self.within.clone();
                within.push(name.clone());
                Search { within, ..*self }.reasons(inner)
            }
            GraphPattern::Service { .. } => one(Cause::Service, pattern.to_string()),
            GraphPattern::Lateral { left, right } => {
                if !self.exists(left)? {
                    return self.reasons(left);
                }
                one(Cause::Together, format!("LATERAL {{ {right} }}"))
            }
            GraphPattern::Bgp { .. }
            | GraphPattern::Path { .. }
            | GraphPattern::Join { .. }
            | GraphPattern::Values { .. } => self.parts(pattern),
        }
    }

    /// The first of the conditions that nothing fulfils together with those before.
    fn condition<'e>(
        &self,
        expr: &'e Expression,
        inner: &GraphPattern,
    ) -> Result<&'e Expression, QueryError> {
        let mut conditions = Vec::new();
        split(expr, &mut conditions);
        let mut left = inner.clone();
        for condition in &conditions {
            left = GraphPattern::Filter { expr: (*condition).clone(), inner: Box::new(left) };
            if !self.exists(&left)? {
                return Ok(condition);
            }
        }
        Ok(expr)
    }

    /// Why parts that are joined have no solution.
    fn parts(&self, pattern: &GraphPattern) -> Result<Vec<Empty>, QueryError> {
        let mut parts = Vec::new();
        self.flatten(pattern, &mut parts);
        let mut alone = Vec::new();
        for part in &parts {
            if self.exists(part)? {
                continue;
            }
            match part {
                GraphPattern::Bgp { .. }
                | GraphPattern::Path { .. }
                | GraphPattern::Values { .. } => {
                    let pattern = short(&part.to_string());
                    alone.push(Empty { cause: Cause::Alone, pattern });
                }
                _ => alone.extend(self.reasons(part)?),
            }
        }
        if !alone.is_empty() {
            return Ok(alone);
        }
        let parts = connected(parts);
        // What has no solution has none with more parts either.
        let (mut some, mut none) = (1, parts.len());
        while none - some > 1 {
            let middle = some.midpoint(none);
            if self.exists(&joined(&parts[..middle]))? { some = middle } else { none = middle }
        }
        let last = parts.get(none - 1).map(ToString::to_string).unwrap_or_default();
        Ok(vec![Empty { cause: Cause::Together, pattern: short(&last) }])
    }

    /// The patterns that a join is made of, triple by triple. Blank nodes become variables, since they mean the same in all
    /// triples of a basic graph pattern, which is cut here.
    fn flatten(&self, pattern: &GraphPattern, parts: &mut Vec<GraphPattern>) {
        match pattern {
            GraphPattern::Join { left, right } => {
                self.flatten(left, parts);
                self.flatten(right, parts);
            }
            GraphPattern::Bgp { patterns } => parts.extend(patterns.iter().map(|triple| {
                let (subject, object) = (self.named(&triple.subject), self.named(&triple.object));
                let predicate = triple.predicate.clone();
                GraphPattern::Bgp { patterns: vec![TriplePattern { subject, predicate, object }] }
            })),
            GraphPattern::Path { subject, path, object } => {
                let (subject, object) = (self.named(subject), self.named(object));
                parts.push(GraphPattern::Path { subject, path: path.clone(), object });
            }
            other => parts.push(other.clone()),
        }
    }

    fn named(&self, term: &TermPattern) -> TermPattern {
        let TermPattern::BlankNode(node) = term else { return term.clone() };
        let mut nameless = self.nameless.borrow_mut();
        let number = nameless.iter().position(|known| known == node).unwrap_or_else(|| {
            nameless.push(node.clone());
            nameless.len() - 1
        });
        Variable::new_unchecked(format!("_{}", number + 1)).into()
    }
}

fn split<'e>(expr: &'e Expression, conditions: &mut Vec<&'e Expression>) {
    match expr {
        Expression::And(left, right) => {
            split(left, conditions);
            split(right, conditions);
        }
        other => conditions.push(other),
    }
}

/// The parts in their order, but each after one that it shares a variable with, where there is one.
fn connected(mut parts: Vec<GraphPattern>) -> Vec<GraphPattern> {
    let mut ordered = Vec::with_capacity(parts.len());
    let mut known = BTreeSet::new();
    while !parts.is_empty() {
        let next = parts.iter().position(|part| !variables(part).is_disjoint(&known)).unwrap_or(0);
        let part = parts.remove(next);
        known.append(&mut variables(&part));
        ordered.push(part);
    }
    ordered
}

fn variables(pattern: &GraphPattern) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    pattern.on_in_scope_variable(|variable| {
        found.insert(variable.as_str().to_owned());
    });
    found
}

/// The join of parts; neighbouring triples are one basic graph pattern again, which is planned as a whole.
fn joined(parts: &[GraphPattern]) -> GraphPattern {
    let mut whole = GraphPattern::default();
    for part in parts {
        whole = match (whole, part.clone()) {
            (GraphPattern::Bgp { mut patterns }, GraphPattern::Bgp { patterns: more }) => {
                patterns.extend(more);
                GraphPattern::Bgp { patterns }
            }
            (left, right) => GraphPattern::Join { left: Box::new(left), right: Box::new(right) },
        };
    }
    whole
}

/// SPARQL as people write it: with the usual prefixes, and numbers as numbers.
fn short(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, iri, after)) = next_iri(rest) {
        text.push_str(before);
        let name = PREFIXES.iter().find_map(|(prefix, namespace)| {
            let local = iri.strip_prefix(namespace)?;
            let is_plain = !local.is_empty()
                && local.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            is_plain.then(|| format!("{prefix}:{local}"))
        });
        text.push_str(&name.unwrap_or_else(|| format!("<{iri}>")));
        rest = after;
    }
    text.push_str(rest);
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#""([+-]?[0-9.]+)"\^\^xsd:(?:integer|decimal)"#).expect("a pattern")
    });
    NUMBER.replace_all(&text, "$1").into_owned()
}

fn next_iri(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find('<')?;
        let inside = &text[start + 1..];
        let end = inside.find(['>', ' ', '"', '<'])?;
        // A comparison is no IRI.
        if inside[end..].starts_with('>') && inside[..end].contains(':') {
            return Some((&text[..start], &inside[..end], &inside[end + 1..]));
        }
        from = start + 1;
    }
}

#[cfg(test)]
mod tests {
    use oxigraph::io::RdfFormat;

    use super::*;

    const DATA: &str = r#"
        <http://x/a> <http://x/name> "甲" <http://x/g> .
        <http://x/t> <http://x/lead> <http://x/a> <http://x/g> .
        <http://x/t> <http://x/order> "3"^^<http://www.w3.org/2001/XMLSchema#integer> <http://x/g> .
        <http://x/u> <http://x/support> <http://x/a> <http://x/h> .
    "#;

    fn why(query: &str) -> Vec<(Cause, String)> {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).unwrap();
        store.embedded().load_from_slice(RdfFormat::NQuads, DATA.as_bytes()).unwrap();
        let query = store.query(&format!("PREFIX x: <http://x/> {query}")).unwrap();
        let found = store.why_empty(&query).unwrap();
        found.into_iter().map(|empty| (empty.cause, empty.pattern)).collect()
    }

    #[test]
    fn the_part_that_matches_nothing_is_named() {
        let cases = [
            ("SELECT * { ?t x:lead ?a }", vec![]),
            (
                "SELECT * { ?t x:lead ?a . ?t x:never ?n . ?t x:order ?o }",
                vec![(Cause::Alone, "?t <http://x/never> ?n .")],
            ),
            (
                "SELECT * { ?t x:lead ?a ; x:order ?o ; x:support ?b }",
                vec![(Cause::Together, "?t <http://x/support> ?b .")],
            ),
            (
                r#"SELECT * { VALUES ?n { "乙" } ?t x:lead ?a . ?a x:name|x:label ?n }"#,
                vec![(Cause::Together, "?a (<http://x/name> | <http://x/label>) ?n .")],
            ),
            (
                "SELECT * { ?t x:order ?o FILTER(?o > 2 && ?o > 5) }",
                vec![(Cause::Filter, "FILTER((?o > 5))")],
            ),
            (
                "SELECT * { { ?t x:never ?a } UNION { ?t x:nor ?a } }",
                vec![
                    (Cause::Alone, "?t <http://x/never> ?a ."),
                    (Cause::Alone, "?t <http://x/nor> ?a ."),
                ],
            ),
            (
                "SELECT ?a (COUNT(*) AS ?n) { ?t x:never ?a OPTIONAL { ?a x:name ?m } } GROUP BY ?a",
                vec![(Cause::Alone, "?t <http://x/never> ?a .")],
            ),
            (
                "SELECT * { GRAPH x:h { ?t x:lead ?a } }",
                vec![(Cause::Alone, "?t <http://x/lead> ?a .")],
            ),
            (
                "SELECT * { ?t x:lead ?a MINUS { ?t x:order ?o } }",
                vec![(Cause::Minus, "MINUS { ?t <http://x/order> ?o . }")],
            ),
            ("SELECT * { ?t x:lead ?a } OFFSET 7", vec![(Cause::Slice, "OFFSET 7")]),
            (
                "SELECT * { ?t x:lead [ x:name ?n ; x:age ?y ] }",
                vec![(Cause::Alone, "?_1 <http://x/age> ?y .")],
            ),
            ("ASK { ?t x:lead/x:name ?n }", vec![]),
        ];
        for (query, expected) in cases {
            let expected: Vec<_> =
                expected.into_iter().map(|(cause, text)| (cause, text.to_owned())).collect();
            assert_eq!(why(query), expected, "{query}");
        }
    }

    #[test]
    fn iris_are_shortened_and_comparisons_are_not() {
        let text = "FILTER((?a < ?b) && ?c = <https://w3id.org/gangmu/ontology#Task>)";
        assert_eq!(short(text), "FILTER((?a < ?b) && ?c = gm:Task)");
    }
}
