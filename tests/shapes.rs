//! The graphs of real documents conform to `ontology/shapes.ttl`, judged by a SHACL processor that is
//! not ours.

mod common;
#[path = "common/shared.rs"]
mod shared;

use common::{Collection, SAMPLES};
use gangmu::knowledge::Knowledge;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::Term;
use rudof_rdf::rdf_core::RDFFormat;
use rudof_rdf::rdf_impl::{OxigraphInMemory, ReaderMode};
use shacl::ir::IRSchema;
use shacl::validator::processor::{GraphValidation, ShaclProcessor};
use shacl::validator::store::Graph;
use shacl::validator::{ShaclConfig, ShaclValidationMode};

const SHAPES: &str = include_str!("../ontology/shapes.ttl");

#[test]
fn the_samples_conform() {
    assert_eq!(violations(&triples(&SAMPLES)), Vec::<String>::new());
}

#[test]
fn the_shared_documents_conform() {
    for folder in ["seeds", "gold/pool/docs"] {
        let Some(documents) = shared::documents(folder) else { continue };
        let collection = Collection::of(&documents, &Knowledge::embedded());
        assert_eq!(violations(&triples(&collection)), Vec::<String>::new(), "{folder}");
    }
}

#[test]
fn what_does_not_conform_is_noticed() {
    let whole = triples(&SAMPLES);
    let without = |predicate: &str| -> String {
        whole.split_inclusive('\n').filter(|line| !line.contains(predicate)).collect()
    };
    assert!(!violations(&without("ontology#evidence>")).is_empty());
    let decided = whole.replacen("ontology#confidence> \"0.", "ontology#confidence> \"7.", 1);
    assert_eq!(violations(&decided).len(), 1);
}

/// A shape of which the samples have no instance would be tested on nothing.
#[test]
fn the_samples_have_instances_of_every_class_that_has_a_shape() {
    let classes = RdfParser::from_format(RdfFormat::Turtle).for_slice(SHAPES).filter_map(|quad| {
        let quad = quad.expect("the shapes parse");
        match quad.object {
            Term::NamedNode(class) if quad.predicate.as_str().ends_with("#targetClass") => {
                Some(class)
            }
            _ => None,
        }
    });
    let mut tested = 0;
    for class in classes {
        let query = format!("SELECT ?instance {{ ?instance a {class} }} LIMIT 1");
        assert!(!SAMPLES.ask(&query).is_empty(), "{class}");
        tested += 1;
    }
    assert!(tested > 10);
}

/// All triples of the store, as N-Triples.
fn triples(collection: &Collection) -> String {
    let mut out = Vec::new();
    let dump = collection.store.dump(None).expect("all graphs");
    dump.write(RdfFormat::NTriples, &mut out).expect("a dump");
    String::from_utf8(out).expect("N-Triples are UTF-8")
}

/// What the SHACL processor finds wrong, one line each.
fn violations(triples: &str) -> Vec<String> {
    let mode = ReaderMode::default();
    let graph = OxigraphInMemory::from_str(triples, &RDFFormat::NTriples, None, &mode)
        .expect("the graph parses");
    let shapes =
        IRSchema::from_str(SHAPES, &RDFFormat::Turtle, None, &mode).expect("the shapes parse");
    let report = GraphValidation::new(Graph::from(graph))
        .validate(&shapes, &ShaclValidationMode::Native, &ShaclConfig::new())
        .expect("the validation runs");
    let results = report.results().iter();
    results
        .map(|r| {
            format!(
                "{} {:?} {:?} {}",
                r.focus_node(),
                r.path(),
                r.value(),
                r.constraint_component()
            )
        })
        .collect()
}
