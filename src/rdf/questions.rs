//! Tests of `queries/`: each is SPARQL, says what it asks, counts current versions only and speaks
//! of declared terms. What they answer is tested on the samples of `seeds/`.

use std::collections::BTreeSet;
use std::path::Path;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::NamedOrBlankNode;
use oxigraph::sparql::SparqlEvaluator;

use super::vocab::{ONTOLOGY, gm};

fn questions() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let entries = std::fs::read_dir(folder).expect("the folder of queries");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rq"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a query is UTF-8");
            (path.display().to_string(), text)
        })
        .collect()
}

#[test]
fn every_question_is_sparql_and_says_what_it_asks() {
    let questions = questions();
    assert!(questions.len() >= 12);
    for (name, text) in questions {
        let mut lines = text.lines();
        assert!(lines.next().is_some_and(|line| line.starts_with("# 问: ")), "{name}");
        assert!(lines.next().is_some_and(|line| line.starts_with("# Q: ")), "{name}");
        if let Err(error) = SparqlEvaluator::new().parse_query(&text) {
            panic!("{name}: {error}");
        }
        assert!(text.contains("gm:currentVersion") || name.ends_with("lineage.rq"), "{name}");
    }
}

#[test]
fn every_question_speaks_of_declared_terms() {
    let declared: BTreeSet<String> = RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(ONTOLOGY)
        .filter_map(|quad| match quad.expect("the ontology parses").subject {
            NamedOrBlankNode::NamedNode(node) => Some(node.into_string()),
            NamedOrBlankNode::BlankNode(_) => None,
        })
        .collect();
    for (name, text) in questions() {
        for used in text.split("gm:").skip(1) {
            let local: String = used.chars().take_while(char::is_ascii_alphanumeric).collect();
            let known = local.is_empty() || declared.contains(&format!("{}{local}", gm::NAMESPACE));
            assert!(known, "{name}: gm:{local}");
        }
    }
}
