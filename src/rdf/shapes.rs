//! Tests of the whole graph of one document: it conforms to `ontology/shapes.ttl`, uses declared
//! terms only, and quotes what stands at its positions.

use std::collections::{BTreeSet, HashMap, HashSet};

use oxigraph::io::{RdfFormat, RdfParser, RdfSerializer};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use rudof_rdf::rdf_core::RDFFormat;
use rudof_rdf::rdf_impl::{OxigraphInMemory, ReaderMode};
use shacl::ir::IRSchema;
use shacl::validator::processor::{GraphValidation, ShaclProcessor};
use shacl::validator::store::Graph;
use shacl::validator::{ShaclConfig, ShaclValidationMode};

use super::canonical;
use super::fixture::{Fixture, owned};
use super::vocab::{ONTOLOGY, dcterms, genre, gm, oa, role};
use crate::model::{Responsibility, Role};

const SHAPES: &str = include_str!("../../ontology/shapes.ttl");

pub(crate) fn all(fixture: &Fixture) -> Vec<Quad> {
    let described = fixture.describe();
    [owned(&described.own), owned(&described.shared)].concat()
}

/// What the SHACL processor finds wrong, one line each.
fn violations(quads: &[Quad]) -> Vec<String> {
    validate(quads).into_iter().map(|(_, line)| line).collect()
}

/// What the SHACL processor finds wrong: the nodes, as N-Triples write them, and a line of each.
pub(crate) fn validate(quads: &[Quad]) -> Vec<(String, String)> {
    let mut serializer = RdfSerializer::from_format(RdfFormat::NTriples).for_writer(Vec::new());
    let triples: HashSet<Triple> = quads.iter().cloned().map(Triple::from).collect();
    for triple in &triples {
        serializer.serialize_triple(triple).expect("a triple can be written");
    }
    let data = serializer.finish().expect("memory can be written to");
    let data = String::from_utf8(data).expect("N-Triples are UTF-8");
    let mode = ReaderMode::default();
    let graph = OxigraphInMemory::from_str(&data, &RDFFormat::NTriples, None, &mode)
        .expect("the graph parses");
    let shapes =
        IRSchema::from_str(SHAPES, &RDFFormat::Turtle, None, &mode).expect("the shapes parse");
    let report = GraphValidation::new(Graph::from(graph))
        .validate(&shapes, &ShaclValidationMode::Native, &ShaclConfig::new())
        .expect("the validation runs");
    let lines = report.results().iter().map(|r| {
        let (node, component) = (r.focus_node(), r.constraint_component());
        (node.to_string(), format!("{node} {:?} {:?} {component}", r.path(), r.value()))
    });
    lines.collect()
}

#[test]
fn the_graph_conforms_to_the_shapes() {
    assert_eq!(violations(&all(&Fixture::new())), Vec::<String>::new());
}

#[test]
fn the_shapes_notice_what_is_wrong() {
    let quads = all(&Fixture::new());
    let without = |predicate: NamedNodeRef| {
        let rest: Vec<_> = quads.iter().filter(|q| q.predicate != predicate).cloned().collect();
        violations(&rest).len()
    };
    for predicate in [gm::EVIDENCE, gm::VERSION_OF, gm::ROLE, gm::SURFACE, gm::CITED, gm::QUOTE] {
        assert!(without(predicate) > 0, "{predicate} may be missing");
    }
    for predicate in [oa::EXACT, oa::START, oa::HAS_SELECTOR, gm::VALUE, gm::LEADER, gm::PRECISION]
    {
        assert!(without(predicate) > 0, "{predicate} may be missing");
    }
}

#[test]
fn every_shape_speaks_of_declared_terms() {
    let declared = declared();
    for triple in turtle(SHAPES) {
        if let Term::NamedNode(node) = &triple.object {
            assert!(!ours(node.as_ref()) || declared.contains(node), "{node}");
        }
    }
}

#[test]
fn every_term_used_is_declared() {
    let declared = declared();
    for quad in all(&Fixture::new()) {
        let class = match &quad.object {
            Term::NamedNode(class) if quad.predicate == rdf::TYPE || ours(class.as_ref()) => {
                Some(class)
            }
            _ => None,
        };
        for term in class.into_iter().chain([&quad.predicate]) {
            assert!(!ours(term.as_ref()) || declared.contains(term), "{term} is not declared");
        }
    }
}

#[test]
fn every_quote_stands_at_its_position() {
    let fixture = Fixture::new();
    let own = owned(&fixture.describe().own);
    let text: Vec<char> = fixture.document.text.as_str().chars().collect();
    let values: HashMap<(&NamedOrBlankNode, NamedNodeRef), &Term> =
        own.iter().map(|q| ((&q.subject, q.predicate.as_ref()), &q.object)).collect();
    let number = |node: &NamedOrBlankNode, p| match values[&(node, p)] {
        Term::Literal(literal) => literal.value().parse::<usize>().expect("a number"),
        other => panic!("{other} is no number"),
    };
    let mut selectors = 0;
    for evidence in own.iter().filter(|q| q.object == oa::SPECIFIC_RESOURCE.into()) {
        let selector = |name: &str| {
            let node = NamedNode::new_unchecked(format!("{}/{name}", iri(&evidence.subject)));
            NamedOrBlankNode::from(node)
        };
        let position = selector("position");
        let (start, end) = (number(&position, oa::START), number(&position, oa::END));
        let span: String = text[start..end].iter().collect();
        let quote = selector("quote");
        let Term::Literal(exact) = values[&(&quote, oa::EXACT)] else { panic!("{quote}") };
        assert_eq!(exact.value(), span);
        selectors += 1;
    }
    assert!(selectors > 10);
}

#[test]
fn the_version_is_its_clean_text_alone() {
    let fixture = Fixture::new();
    let one = fixture.describe();
    let other = super::quads(
        &super::Reading { source_name: "copy.html", ..fixture.reading() },
        &super::fixture::base(),
    );
    assert_eq!(one.version, other.version);
    let (one, other) = (owned(&one.own), owned(&other.own));
    let difference: Vec<_> = other.iter().filter(|quad| !one.contains(quad)).collect();
    assert!(matches!(difference[..], [quad] if quad.predicate == gm::SOURCE_NAME));
}

#[test]
fn the_version_belongs_to_the_printed_document_and_the_notice_issues_it() {
    let own = owned(&Fixture::new().describe().own);
    let objects = |predicate: NamedNodeRef| {
        let found = own.iter().filter(|q| q.predicate == predicate);
        found.map(|q| (iri(&q.subject), q.object.to_string())).collect::<Vec<_>>()
    };
    let base = "http://localhost:8080/work";
    let document = format!("<{base}/青澜市智慧养老行动方案>");
    assert!(matches!(&objects(gm::VERSION_OF)[..], [(_, work)] if *work == document));
    let issues = objects(gm::ISSUES);
    // The document prints itself, which is a citation but no short cut from itself to itself.
    assert!(matches!(&issues[..], [(notice, work)]
        if *work == document && notice.ends_with("关于印发青澜市智慧养老行动方案的通知")));
    assert_eq!(objects(dcterms::TITLE).len(), 2);
}

#[test]
fn two_claims_of_one_name_are_two() {
    let mut fixture = Fixture::new();
    let claim = fixture.facts.responsibilities[0].clone();
    fixture.facts.responsibilities.push(Responsibility { role: Role::Lead, ..claim });
    let leads: BTreeSet<_> = owned(&fixture.describe().own)
        .iter()
        .filter(|q| q.predicate == gm::OF_TASK && iri(&q.subject).contains("1.1/lead"))
        .map(|q| iri(&q.subject).rsplit_once("1.1/lead").map(|(_, end)| end.to_owned()))
        .collect();
    let expected = ["/市民政局", "/市民政局/2"].map(|end| Some(end.to_owned()));
    assert!(leads.is_superset(&BTreeSet::from(expected)), "{leads:?}");
}

#[test]
fn the_canonical_form_does_not_depend_on_order() {
    let mut quads = all(&Fixture::new());
    let canonical = |quads: &[Quad]| {
        let mut out = Vec::new();
        canonical::write(quads, &mut out).expect("a canonical form");
        String::from_utf8(out).expect("N-Quads are UTF-8")
    };
    let one = canonical(&quads);
    quads.reverse();
    assert_eq!(one, canonical(&quads));
    assert!(one.lines().is_sorted());
    let parsed: HashSet<Quad> = RdfParser::from_format(RdfFormat::NQuads)
        .for_slice(&one)
        .map(|quad| quad.expect("canonical N-Quads parse"))
        .collect();
    assert_eq!(parsed, quads.into_iter().collect());
}

fn iri(node: &NamedOrBlankNode) -> &str {
    match node {
        NamedOrBlankNode::NamedNode(node) => node.as_str(),
        NamedOrBlankNode::BlankNode(node) => panic!("{node} is a blank node"),
    }
}

fn turtle(text: &str) -> Vec<Triple> {
    RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(text)
        .map(|quad| Triple::from(quad.expect("Turtle parses")))
        .collect()
}

fn ours(term: NamedNodeRef) -> bool {
    [gm::NAMESPACE, role::NAMESPACE, genre::NAMESPACE]
        .iter()
        .any(|ns| term.as_str().starts_with(ns))
}

fn declared() -> BTreeSet<NamedNode> {
    let subjects = turtle(ONTOLOGY).into_iter().filter_map(|triple| match triple.subject {
        NamedOrBlankNode::NamedNode(node) => Some(node),
        NamedOrBlankNode::BlankNode(_) => None,
    });
    subjects.collect()
}
