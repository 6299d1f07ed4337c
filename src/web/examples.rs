//! `/.well-known/sparql-examples`: the questions of `queries/` as data, in the form that the examples of other
//! endpoints have (SHACL's `sh:SPARQLExecutable`), so that tools which collect examples find them.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{Literal, NamedNode, NamedNodeRef, Term, Triple};
use spargebra::{Query, SparqlParser};

use super::labels::Label;
use super::problem::Problem;
use super::questions::{QUESTIONS, Question};
use super::{App, triples};

const SHACL: &str = "http://www.w3.org/ns/shacl#";
const TARGET: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("https://schema.org/target");

/// All examples.
pub(super) async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let base = app.store.base().as_str();
    let here = format!("{base}.well-known/sparql-examples");
    let target = NamedNode::new_unchecked(format!("{base}sparql"));
    let prefixes = NamedNode::new_unchecked(format!("{here}#prefixes"));
    let mut made = declarations(&here, &prefixes);
    for question in QUESTIONS.iter() {
        let example = NamedNode::new_unchecked(format!("{here}/{}", question.name));
        made.extend(Example(question).triples(&example, &prefixes, &target));
    }
    triples::respond(&headers, &made)
}

/// The prefixes of all examples; none means two namespaces, as a test checks.
fn declarations(here: &str, prefixes: &NamedNode) -> Vec<Triple> {
    let used = QUESTIONS.iter().flat_map(|question| Example(question).prefixes());
    let mut triples = Vec::new();
    for (prefix, namespace) in used.collect::<BTreeMap<_, _>>() {
        let declaration = NamedNode::new_unchecked(format!("{here}#prefix-{prefix}"));
        let say = |property: &str, value: Literal| {
            Triple::new(declaration.clone(), shacl(property), value)
        };
        triples.push(Triple::new(prefixes.clone(), shacl("declare"), declaration.clone()));
        triples.push(say("prefix", Literal::from(prefix)));
        triples.push(say("namespace", Literal::new_typed_literal(namespace, xsd::ANY_URI)));
    }
    triples
}

struct Example(&'static Question);

impl Example {
    fn triples(
        &self,
        example: &NamedNode,
        prefixes: &NamedNode,
        target: &NamedNode,
    ) -> Vec<Triple> {
        let (property, class) = self.form();
        let say = |predicate: NamedNodeRef<'_>, object: Term| {
            Triple::new(example.clone(), predicate, object)
        };
        let mut triples = vec![
            say(rdf::TYPE, shacl("SPARQLExecutable").into()),
            say(rdf::TYPE, shacl(class).into()),
            say(shacl(property).as_ref(), Literal::from(self.query()).into()),
            say(shacl("prefixes").as_ref(), prefixes.clone().into()),
            say(TARGET, target.clone().into()),
        ];
        let Label { zh, en } = self.0.asks();
        for (language, question) in [("zh", zh), ("en", en)] {
            let question = Literal::new_language_tagged_literal_unchecked(question, language);
            triples.push(say(rdfs::COMMENT, question.into()));
        }
        triples
    }

    /// The property that holds a query of this form, and the class of such examples.
    fn form(&self) -> (&'static str, &'static str) {
        match SparqlParser::new().parse_query(self.0.text).expect("our own queries are SPARQL") {
            Query::Select { .. } => ("select", "SPARQLSelectExecutable"),
            Query::Ask { .. } => ("ask", "SPARQLAskExecutable"),
            Query::Construct { .. } => ("construct", "SPARQLConstructExecutable"),
            Query::Describe { .. } => ("describe", "SPARQLDescribeExecutable"),
        }
    }

    /// The query without the comment on top, which says the question.
    fn query(&self) -> &'static str {
        let comment = self.0.text.lines().take_while(|line| line.starts_with('#'));
        let length: usize = comment.map(|line| line.len() + 1).sum();
        self.0.text[length..].trim_end()
    }

    fn prefixes(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        self.0.text.lines().filter_map(|line| {
            let (prefix, iri) = line.strip_prefix("PREFIX ")?.split_once(':')?;
            Some((prefix.trim(), iri.trim().strip_prefix('<')?.strip_suffix('>')?))
        })
    }
}

fn shacl(local: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SHACL}{local}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_prefix_means_one_namespace() {
        let used = QUESTIONS.iter().flat_map(|question| Example(question).prefixes());
        let used: BTreeSet<_> = used.collect();
        let prefixes: BTreeSet<_> = used.iter().map(|(prefix, _)| prefix).collect();
        assert_eq!(prefixes.len(), used.len(), "{used:?}");
    }

    #[test]
    fn an_example_has_its_question_its_query_and_its_prefixes() {
        for question in QUESTIONS.iter() {
            let (name, text) = (question.name, question.text);
            let example = Example(question);
            assert!(example.query().starts_with("PREFIX"), "{name}");
            assert!(SparqlParser::new().parse_query(example.query()).is_ok(), "{name}");
            let declared = text.matches("PREFIX ").count();
            assert_eq!(example.prefixes().count(), declared, "{name}");
            let node = NamedNode::new_unchecked("http://x/e");
            let triples = example.triples(&node, &node, &node);
            let comments = triples.iter().filter(|triple| triple.predicate == rdfs::COMMENT);
            assert_eq!(comments.count(), 2, "{name}");
        }
    }
}
