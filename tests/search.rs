//! Full text: inside SPARQL, in step with the store, and rebuilt from it.

mod common;

use std::path::Path;

use common::{Collection, SAMPLES, documents, project, with_sample_names};
use gangmu::pipeline;
use gangmu::rdf;
use gangmu::store::Store;

const PREFIXES: &str = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n";

fn ask(query: &str) -> Vec<common::Row> {
    SAMPLES.ask(&format!("{PREFIXES}{query}"))
}

/// Why a query has no answer.
fn refused(query: &str) -> String {
    let query = SAMPLES.store.query(&format!("{PREFIXES}{query}")).unwrap();
    let error = query.run(&SAMPLES.store).and_then(|answer| answer.rows()).err();
    let error = error.unwrap_or_else(|| panic!("it has an answer"));
    format!(
        "{error}: {}",
        std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default()
    )
}

#[test]
fn a_search_joins_with_the_graph() {
    let found = ask("SELECT ?task ?score ?snippet ?title {
        SERVICE gm:search { ?task gm:matches \"养老\" ; gm:score ?score ; gm:snippet ?snippet ; a gm:Task }
        ?task gm:inVersion ?version . ?work gm:currentVersion ?version ; dcterms:title ?title .
        FILTER(CONTAINS(?title, \"老龄\"))
    } ORDER BY DESC(?score) LIMIT 3");
    assert_eq!(found.len(), 3);
    let scores: Vec<f64> = found.iter().map(|row| row["score"].parse().unwrap()).collect();
    assert!(scores[0] >= scores[2] && scores[2] > 0.0, "{scores:?}");
    for row in &found {
        assert!(row["snippet"].contains("养老") && row["title"].contains("老龄"), "{row:?}");
    }
    let all = ask("SELECT ?t { SERVICE gm:search { ?t gm:matches \"养老\" ; a gm:Task } }");
    let stored =
        ask("SELECT ?t { ?t a gm:Task ; gm:text ?text FILTER(CONTAINS(?text, \"养老\")) }");
    assert!(stored.len() > 3);
    for row in &stored {
        assert!(all.contains(row), "{row:?} has the characters");
    }
}

#[test]
fn agencies_are_found_by_name_and_sound() {
    for text in ["教育局", "jiaoyuju", "jyj"] {
        let found = ask(&format!(
            "SELECT ?name {{ SERVICE gm:search {{ ?a gm:matches \"{text}\" ; a gm:Agency }}
             ?a skos:prefLabel ?name }}"
        ));
        assert!(found.iter().any(|row| row["name"] == "青澜市教育局"), "{text}: {found:?}");
    }
}

#[test]
fn operators_inside_the_braces_hold() {
    let best = ask("SELECT ?t { SERVICE gm:search { ?t gm:matches \"养老\" ; gm:limit 2 } }");
    assert_eq!(best.len(), 2);
    let filtered = ask("SELECT ?t ?s { SERVICE gm:search {
        ?t gm:matches \"养老\" ; gm:score ?s FILTER(STRENDS(STR(?t), \"1.1\")) } }");
    assert!(!filtered.is_empty() && filtered.iter().all(|row| row["t"].ends_with("1.1")));
    let last = ask("SELECT ?s { SERVICE gm:search {
        SELECT ?s { ?t gm:matches \"养老\" ; gm:score ?s } ORDER BY ?s LIMIT 1 } }");
    let least = ask(
        "SELECT (MIN(?s) AS ?s2) { SERVICE gm:search { ?t gm:matches \"养老\" ; gm:score ?s } }",
    );
    assert_eq!(last[0]["s"], least[0]["s2"]);
    let iri = &best[0]["t"];
    let one = ask(&format!(
        "SELECT ?s {{ SERVICE gm:search {{ <{iri}> gm:matches \"养老\" ; gm:score ?s }} }}"
    ));
    assert_eq!(one.len(), 1);
    let none = ask("SELECT * { SERVICE gm:search { ?t gm:matches \"没有这样的词语组合\" } }");
    assert!(none.is_empty());
}

#[test]
fn a_search_that_means_nothing_says_why() {
    for (pattern, why) in [
        ("?t gm:matches ?text", "variable has no value"),
        ("?t gm:score ?s", "give the search text"),
        ("?t gm:matches \"a\" ; gm:text ?x", "ontology#text> means nothing here"),
        ("?t gm:matches \"a\" . ?u gm:score ?s", "same subject"),
        ("?t gm:matches \"a\" , \"b\"", "given twice"),
        ("?t gm:matches \"a\" ; gm:limit 0", "whole number above 0"),
        ("?t gm:matches \"a\" ; gm:score 3", "must be a variable"),
        ("?t gm:matches \"a\" ; a gm:Policy", "no kind that can be found"),
        ("?t gm:matches \"，\"", "nothing to look for"),
        ("{ ?t gm:matches \"a\" } UNION { ?t gm:matches \"b\" }", "UNION cannot stand inside"),
        ("?t ?p \"a\"", "not a variable"),
    ] {
        let error = refused(&format!("SELECT * {{ SERVICE gm:search {{ {pattern} }} }}"));
        assert!(error.contains(why), "{pattern}: {error}");
    }
}

/// What a store finds, with scores.
fn answers(store: &Store) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for question in ["养老", "教育局", "jyj", "\"民政局\"", "食堂 OR 水库", "2024"] {
        let found = store.search().unwrap().search(question, None).unwrap();
        for hit in &found.hits {
            let snippet = found.snippet(hit).unwrap();
            all.push((format!("{question} {}", hit.iri), format!("{} {snippet:?}", hit.score)));
        }
    }
    assert!(all.len() > 20);
    all
}

fn take_in(store: &Store, path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let reading = pipeline::read(&name, &bytes, &with_sample_names()).unwrap();
    store.take_in(&rdf::quads(&reading.as_rdf(), store.base())).unwrap();
}

#[test]
fn the_index_is_in_step_with_each_change_and_rebuilding_gives_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), None).unwrap();
    let found = |question: &str| store.search().unwrap().search(question, None).unwrap().hits.len();
    for path in documents("seeds/samples") {
        take_in(&store, &path);
        // A search after each document: the index grows in as many steps.
        found("养老");
    }
    assert!(found("养老") > 0);
    let before = answers(&store);
    assert_eq!(before, answers(&SAMPLES.store), "in one step or in many");
    store.rebuild_index().unwrap();
    assert_eq!(answers(&store), before);
    drop(store);
    assert!(!dir.path().join("search.stale").exists());
    let reader = Store::open_to_read(dir.path()).unwrap();
    assert_eq!(answers(&reader), before);
}

#[test]
fn an_index_left_behind_is_noticed_and_repaired() {
    let dir = tempfile::tempdir().unwrap();
    let [first, second] = ["elderly-division-plan-2024.txt", "wanghu-elderly-plan-2025.txt"]
        .map(|name| project("seeds/samples").join(name));
    let store = Store::open(dir.path(), None).unwrap();
    take_in(&store, &first);
    store.flush().unwrap();
    let found = |store: &Store| store.search().unwrap().search("望湖", None).unwrap().hits.len();
    let without = found(&store);
    take_in(&store, &second);
    // The process ends before the index is written.
    drop(store);
    assert!(dir.path().join("search.stale").exists());
    let reader = Store::open_to_read(dir.path()).unwrap();
    let with = found(&reader);
    assert!(with > without, "a reader builds its own: {with} {without}");
    drop(reader);
    assert!(dir.path().join("search.stale").exists());
    let writer = Store::open(dir.path(), None).unwrap();
    assert_eq!(found(&writer), with);
    assert!(!dir.path().join("search.stale").exists());
    drop(writer);
    // An index that was lost, or is of another store.
    std::fs::remove_dir_all(dir.path().join("search")).unwrap();
    assert_eq!(found(&Store::open_to_read(dir.path()).unwrap()), with);
    Store::open(dir.path(), None).unwrap().flush().unwrap();
    assert!(dir.path().join("search").exists());
    assert_eq!(found(&Store::open_to_read(dir.path()).unwrap()), with);
}

#[test]
fn readers_search_at_the_same_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), None).unwrap();
    take_in(&store, &project("seeds/samples").join("elderly-division-plan-2024.txt"));
    store.flush().unwrap();
    drop(store);
    let readers = [0; 2].map(|_| Store::open_to_read(dir.path()).unwrap());
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let search =
            |reader: &Store| reader.search().unwrap().search("养老", None).unwrap().hits.len();
        let threads: Vec<_> = readers
            .iter()
            .cycle()
            .take(8)
            .map(|reader| scope.spawn(move || search(reader)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(counts[0] > 0 && counts.iter().all(|&count| count == counts[0]), "{counts:?}");
}

#[test]
fn a_text_read_anew_is_found_by_what_it_says_now() {
    let collection = Collection::of(&[], &with_sample_names());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.txt");
    let write = |what: &str| {
        let text = format!("青澜市试点工作方案\n\n一、重点任务\n1.{what}。（市教育局牵头）\n");
        std::fs::write(&path, text).unwrap();
        collection.take_in(&path, &with_sample_names());
    };
    let found = |question: &str| {
        collection.store.search().unwrap().search(question, None).unwrap().hits.len()
    };
    write("建设飞艇码头");
    assert!(found("飞艇码头") > 0);
    write("建设缆车站");
    // The first version stays in the store, and is found still.
    assert!(found("飞艇码头") > 0 && found("缆车站") > 0);
}
