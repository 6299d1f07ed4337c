//! Evaluation under limits gives the answers that evaluation without them gives.

#[allow(dead_code, reason = "the rows of answers are compared as text here")]
mod common;

use common::{SAMPLES, project};
use gangmu::config::Config;
use gangmu::store::{AnswerFormat, Asked, Runs};
use oxigraph::io::RdfFormat;
use oxigraph::model::{NamedNode, Term};
use oxigraph::sparql::results::QueryResultsFormat;

/// One query for each operator of the algebra and each way of nesting it that the rewriting treats on its own.
const QUERIES: &[&str] = &[
    "SELECT * { ?s ?p ?o }",
    "SELECT * { ?s a ?class ; skos:prefLabel ?name }",
    "SELECT ?a ?b { ?a a gm:Document . ?b a gm:Document }",
    "SELECT ?a ?b { ?a a gm:Document . ?b a gm:Document FILTER(?a != ?b) }",
    "SELECT ?a ?b ?c { ?a a gm:Document . ?b a gm:Document . ?c a gm:Document FILTER(?a < ?b && ?b < ?c) }",
    "SELECT ?a ?b { ?a gm:versionOf ?w . ?b gm:versionOf ?v FILTER(?w = ?v) }",
    "SELECT * { ?s gm:leadAgency ?a OPTIONAL { ?a skos:prefLabel ?n } OPTIONAL { ?a gm:jurisdiction ?j . ?j skos:prefLabel ?m } }",
    "SELECT * { ?s gm:leadAgency ?a OPTIONAL { ?a skos:prefLabel ?n FILTER(CONTAINS(?n, '局')) } }",
    "SELECT * { ?s gm:leadAgency ?a OPTIONAL { SELECT ?a (COUNT(*) AS ?n) { ?t gm:leadAgency ?a } GROUP BY ?a } }",
    "SELECT * { { ?s gm:leadAgency ?a } UNION { ?s gm:supportingAgency ?a } UNION { } }",
    "SELECT * { ?s gm:leadAgency ?a MINUS { ?s gm:supportingAgency ?b } }",
    "SELECT * { ?s gm:leadAgency ?a MINUS { ?x gm:supportingAgency ?y } }",
    "SELECT * { ?s gm:leadAgency ?a FILTER EXISTS { ?a gm:jurisdiction ?j . ?j skos:prefLabel ?m } }",
    "SELECT * { ?s gm:leadAgency ?a FILTER NOT EXISTS { ?s gm:supportingAgency ?b FILTER(?b != ?a) } }",
    "SELECT * { ?s gm:leadAgency ?a FILTER(NOT EXISTS { ?s gm:supportingAgency ?b } || ?a = ?s) }",
    "SELECT ?a (COUNT(?s) AS ?n) { ?s gm:leadAgency ?a } GROUP BY ?a HAVING(COUNT(?s) > 1)",
    "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?p) AS ?m) { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s <urn:none> ?o }",
    "SELECT (GROUP_CONCAT(?n; separator='、') AS ?all) { SELECT ?n { ?a a gm:Agency ; skos:prefLabel ?n } ORDER BY ?n LIMIT 20 }",
    "SELECT DISTINCT ?class { ?s a ?class } ORDER BY DESC(?class)",
    "SELECT REDUCED ?class { ?s a ?class }",
    "SELECT ?n { ?s skos:prefLabel ?n } ORDER BY STRLEN(?n) ?n OFFSET 3 LIMIT 5",
    "SELECT ?x ?n { { SELECT ?x (COUNT(*) AS ?n) { ?x ?p ?o } GROUP BY ?x } { SELECT ?x { ?x gm:leadAgency ?a } } ?x a ?c }",
    "SELECT ?x ?y { { SELECT ?x { ?x a gm:Document } LIMIT 3 } { SELECT ?y { ?y a gm:Document } ORDER BY ?y LIMIT 2 } }",
    "SELECT ?x ?y ?z { { SELECT DISTINCT ?x { ?x gm:versionOf ?y } } { SELECT DISTINCT ?y { ?x gm:versionOf ?y } } { SELECT ?z { ?z a gm:Document } } ?x gm:versionOf ?y }",
    "SELECT * { VALUES (?a ?b) { (1 UNDEF) (UNDEF 2) } VALUES ?b { 2 3 } }",
    "SELECT * { { } UNION { } { } UNION { } { } UNION { } { } UNION { } }",
    "SELECT * { BIND(1 AS ?a) BIND(CONCAT('x', STR(?a), 'y') AS ?b) BIND(REPLACE(?b, 'x(.)', '$1$1') AS ?c) BIND(?nothing AS ?d) }",
    "SELECT (CONCAT(?n, '/', ?n) AS ?twice) (REPLACE(?n, '市', '$0$0') AS ?r) { ?j skos:prefLabel ?n }",
    "SELECT (CONCAT(?n, ?unbound) AS ?none) (IF(BOUND(?n), ?n, 1/0) AS ?some) { ?j skos:prefLabel ?n }",
    "SELECT * { ?s gm:leadAgency ?a FILTER(?nothing) }",
    "SELECT * { ?s gm:leadAgency ?a FILTER(1/0 || true) FILTER(IF(BOUND(?a), true, 1/0)) }",
    "SELECT * { ?s gm:leadAgency ?a FILTER(?a IN (?s, ?a)) }",
    "SELECT * { ?v gm:versionOf/skos:prefLabel ?n }",
    "SELECT * { ?v (gm:versionOf|^gm:versionOf)+ ?w }",
    "SELECT ?x { ?x gm:parent* ?y . ?y a gm:Agency }",
    "SELECT * { <urn:a> (!gm:versionOf)? ?w }",
    "SELECT * { ?a gm:parent* ?b }",
    "SELECT * { ?a gm:parent+ ?b . ?c gm:jurisdiction+ ?d }",
    "SELECT * { ?a gm:parent* ?b . ?b gm:jurisdiction* ?c }",
    "SELECT * { ?a (gm:parent|gm:jurisdiction)+ ?b . ?b skos:prefLabel ?n }",
    "SELECT (COUNT(*) AS ?n) { [] (gm:parent/gm:jurisdiction)* [] }",
    "SELECT * { ?a gm:parent* ?a }",
    "SELECT * { GRAPH ?g { ?a gm:parent* ?b } }",
    "SELECT * { GRAPH ?g { ?a gm:parent+ ?b } }",
    "SELECT * { ?x a gm:Agency FILTER EXISTS { ?x gm:parent+ ?y . ?z gm:parent* ?y } }",
    "SELECT * { GRAPH ?g { ?s gm:leadAgency ?a . ?s a ?class } }",
    "SELECT ?g ?h { GRAPH ?g { } GRAPH ?h { } }",
    "SELECT ?s { GRAPH ?g { ?s gm:leadAgency ?a FILTER EXISTS { ?s a ?c } } }",
    "SELECT * { { ?s gm:leadAgency ?a } { SELECT ?a { ?a skos:prefLabel ?n FILTER(STRSTARTS(?n, '市')) } } }",
    "ASK { ?s gm:leadAgency ?a FILTER(?s = ?a) }",
    "ASK { ?s gm:leadAgency ?a . ?b gm:supportingAgency ?c }",
    "CONSTRUCT { ?a gm:leads ?s } { ?s gm:leadAgency ?a }",
    "CONSTRUCT { ?a gm:meets ?b } { { SELECT * { ?a a gm:Document . ?b a gm:Document FILTER(?a < ?b) } } }",
    "CONSTRUCT WHERE { ?s gm:leadAgency ?a ; a ?c }",
    "DESCRIBE ?j { ?j a gm:Jurisdiction }",
    "DESCRIBE * { ?j a gm:Jurisdiction ; skos:prefLabel ?n }",
    "SELECT * { ?s gm:leadAgency ?a BIND(TRIPLE(?s, gm:leadAgency, ?a) AS ?t) FILTER(isTRIPLE(?t)) }",
    "SELECT * { ?s ?p ?o FILTER(LANG(?o) = 'zh' && REGEX(?o, '办')) }",
    // One row of VALUES, beside all that it may or may not be known in.
    "SELECT * { VALUES ?w { '局' } ?s gm:leadAgency ?a . ?a skos:prefLabel ?n FILTER(CONTAINS(?n, ?w)) }",
    "SELECT * { VALUES ?c { gm:Agency } ?x a ?c ; skos:prefLabel ?n }",
    "SELECT * { VALUES ?n { '青澜市民政局' } ?a skos:prefLabel ?n ; a ?c }",
    "SELECT * { VALUES ?c { gm:Task } ?t a ?c OPTIONAL { ?t gm:number ?n } OPTIONAL { ?t gm:heading ?h } BIND(COALESCE(?h, ?n) AS ?m) }",
    "SELECT ?t { VALUES ?c { gm:Task } ?t a ?c MINUS { ?t gm:heading ?h } }",
    "SELECT ?c (COUNT(*) AS ?n) { VALUES ?c { gm:Task } ?t a ?c } GROUP BY ?c",
    "SELECT * { VALUES (?c ?d) { (gm:Agency gm:Document) } ?x a ?c . ?y a ?d FILTER(STR(?x) < STR(?y)) }",
    "SELECT * { VALUES ?c { gm:Agency } VALUES ?c { gm:Document } ?x a ?c }",
    "SELECT * { VALUES ?c { gm:Agency } VALUES ?c { gm:Document gm:Agency } ?x a ?c }",
    "SELECT * { VALUES ?c { UNDEF } ?x a ?c . ?x gm:versionOf ?w }",
    "SELECT * { VALUES (?c ?n) { (gm:Agency UNDEF) } ?x a ?c ; skos:prefLabel ?n }",
    "SELECT * { ?x a ?c OPTIONAL { ?x gm:jurisdiction ?j . ?j skos:prefLabel ?n } BIND(STR(?c) AS ?t) } VALUES ?c { gm:Agency }",
    "SELECT * { ?s gm:leadAgency ?a OPTIONAL { ?a a ?c } } VALUES ?c { gm:Agency }",
    "SELECT * { VALUES ?c { gm:Agency } { ?s gm:leadAgency ?a OPTIONAL { ?a a ?c } } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?s gm:leadAgency ?a OPTIONAL { ?a a ?d FILTER(?c = ?d) } } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?x a ?c OPTIONAL { ?x a ?d FILTER(?c != ?d) } } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?x a gm:Document BIND(?c AS ?d) } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?x a gm:Document BIND(gm:Agency AS ?c) } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?x a gm:Document FILTER(!BOUND(?c)) } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?x a ?c FILTER(BOUND(?c)) } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?x a gm:Document FILTER NOT EXISTS { ?x a ?c } } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?x a ?c FILTER NOT EXISTS { ?x a ?d FILTER(?d != ?c) } } }",
    "SELECT * { VALUES ?c { gm:Agency } { ?s gm:leadAgency ?x MINUS { ?x a ?c } } }",
    "SELECT * { VALUES ?c { gm:Agency } ?x a ?c MINUS { ?y gm:leadAgency ?x } }",
    "SELECT * { VALUES ?c { gm:Agency } { SELECT ?x (COUNT(?c) AS ?n) { ?x a ?c } GROUP BY ?x } ?x skos:prefLabel ?m }",
    "SELECT * { VALUES ?c { gm:Agency } { SELECT ?c (COUNT(?x) AS ?n) { ?x a ?c } GROUP BY ?c } }",
    "SELECT * { VALUES ?c { gm:Agency } { SELECT ?c { ?x a ?c } ORDER BY ?c LIMIT 1 } }",
    "SELECT * { VALUES ?c { gm:Agency } { { ?x a ?c } UNION { ?x gm:versionOf ?c } UNION { ?x gm:versionOf ?w } } }",
    "SELECT * { VALUES ?c { gm:Agency } GRAPH ?g { ?x a ?c ; skos:prefLabel ?n } }",
    "SELECT * { GRAPH ?g { VALUES ?c { gm:Document } { ?x a ?c OPTIONAL { ?v gm:versionOf ?x } } } }",
    "SELECT * { VALUES ?c { gm:Agency } ?x gm:parent* ?y . ?x a ?c }",
    "SELECT * { ?s gm:leadAgency ?a OPTIONAL { VALUES ?c { gm:Agency } ?a a ?c } }",
    "CONSTRUCT { ?x a ?c } { VALUES ?c { gm:Agency } ?x a ?c FILTER(STRLEN(STR(?x)) > 3) }",
    "ASK { VALUES ?c { gm:Agency } ?x a ?c FILTER(?x = ?c) }",
];

const PREFIXES: &str = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n";

fn lines(text: &str, given: Option<&(String, NamedNode)>) -> Vec<String> {
    let format = AnswerFormat { rows: QueryResultsFormat::Tsv, triples: RdfFormat::NTriples };
    let mut out = Vec::new();
    let store = &SAMPLES.store;
    let mut query = store.query(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    if let Some((variable, value)) = given {
        query = query.bind(variable, value.clone());
    }
    query.run(store).unwrap().write(format, &mut out).unwrap();
    let mut lines: Vec<_> = String::from_utf8(out).unwrap().lines().map(in_order).collect();
    // Without ORDER BY any order is right; the head stays first.
    if !text.contains("ORDER BY") && lines.len() > 1 {
        lines[1..].sort_unstable();
    }
    lines
}

/// The first IRI in a column of an answer.
fn first(text: &str, column: &str) -> Option<NamedNode> {
    let rows = SAMPLES.store.query(text).unwrap().run(&SAMPLES.store).unwrap().rows().unwrap();
    rows.iter().find_map(|row| match row.get(column) {
        Some(Term::NamedNode(node)) => Some(node.clone()),
        _ => None,
    })
}

/// A line with the parts of what GROUP_CONCAT puts together in one order: SPARQL leaves it open.
fn in_order(line: &str) -> String {
    let cell = |cell: &str| {
        let mut parts: Vec<_> = cell.trim_matches('"').split('、').collect();
        parts.sort_unstable();
        parts.join("、")
    };
    line.split('\t').map(cell).collect::<Vec<_>>().join("\t")
}

/// Compares the answers under limits with those without them, and gives how many lines they have.
struct Compare {
    runs: Runs,
    runtime: tokio::runtime::Runtime,
}

impl Compare {
    fn new() -> Self {
        Self::within(Config::default().limits.step_rows)
    }

    fn within(steps: usize) -> Self {
        let mut config = Config::default();
        config.limits.query_timeout = std::time::Duration::from_secs(600);
        config.limits.step_rows = steps;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Self { runs: Runs::new(&config), runtime }
    }

    fn answers(&self, text: &str, given: Option<&(String, NamedNode)>) -> usize {
        let asked = Asked { text: text.to_owned(), client: String::new() };
        let admitted = self.runtime.block_on(self.runs.admit(asked, None)).unwrap();
        let paced = admitted.run().enter(|| lines(text, given)).unwrap();
        let plain = lines(text, given);
        let other = paced.iter().zip(&plain).find(|(paced, plain)| paced != plain);
        assert_eq!((other, paced.len()), (None, plain.len()), "{given:?} {text}");
        paced.len()
    }
}

fn texts(dir: &str) -> impl Iterator<Item = String> {
    let files = std::fs::read_dir(project(dir)).unwrap().map(|file| file.unwrap().path());
    files.map(|path| std::fs::read_to_string(path).unwrap())
}

#[test]
fn limits_do_not_change_answers() {
    let compare = Compare::new();
    let queries = QUERIES.iter().map(|query| format!("{PREFIXES}{query}"));
    let found = |text: &String| compare.answers(text, None) > 1;
    let answered = texts("queries").chain(queries).filter(found).count();
    assert!(answered > QUERIES.len(), "most queries must find something: {answered}");
}

/// The queries of pages are planned for what the page is about.
#[test]
fn what_is_given_does_not_change_answers() {
    let compare = Compare::new();
    let mut answered = 0;
    for text in texts("src/web/queries") {
        let comment: String = text.lines().take_while(|line| line.starts_with('#')).collect();
        let Some((_, given)) = comment.split_once("Given: ") else { continue };
        let names =
            given.split(['?', ' ', ',', '.']).filter(|word| text.contains(&format!("?{word} ")));
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            if let Some(value) = first(&text, name) {
                answered +=
                    usize::from(compare.answers(&text, Some(&(name.to_owned(), value))) > 1);
            }
        }
    }
    assert!(answered > 25, "most must find something: {answered}");
}

/// A question about one thing does not go through all that is like it.
#[test]
fn plans_begin_with_what_is_known() {
    let all = "SELECT (COUNT(*) AS ?n) { ?claim a gm:Citation }";
    let rows = SAMPLES.store.query(&format!("{PREFIXES}{all}")).unwrap().run(&SAMPLES.store);
    let citations = rows.unwrap().rows().unwrap()[0].get("n").unwrap().to_string();
    let citations: usize = citations.split('"').nth(1).unwrap().parse().unwrap();
    let few = citations / 2;
    let compare = Compare::within(few);
    let text = |name: &str| std::fs::read_to_string(project("src/web/queries").join(name)).unwrap();
    for (name, variable) in [("api_citations.rq", "cited"), ("cited_by.rq", "work")] {
        let text = text(name);
        let one = first(&text, variable).unwrap();
        compare.answers(&text, Some(&(variable.to_owned(), one)));
    }
    let task =
        first(&format!("{PREFIXES}SELECT ?t {{ ?t a gm:Task ; gm:heading ?h }}"), "t").unwrap();
    for pattern in [
        "?t gm:order ?o OPTIONAL { ?t gm:heading ?h } BIND(STR(?o) AS ?s)",
        "?t a gm:Task OPTIONAL { ?t gm:heading ?h OPTIONAL { ?t gm:number ?n } }",
        "{ ?t gm:heading ?h } UNION { ?t gm:number ?h }",
    ] {
        let text = format!("{PREFIXES}SELECT * {{ {pattern} }} VALUES ?t {{ {task} }}");
        assert!(compare.answers(&text, None) > 1, "{text}");
    }
}
