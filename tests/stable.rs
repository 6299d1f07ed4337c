//! The same documents give the same graph: in any store, in any order, under any name.

mod common;

use std::path::{Path, PathBuf};

use common::{Collection, SAMPLES, documents, project, with_sample_names};
use gangmu::store::Outcome;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const HISTORY: &str = "
    PREFIX gm: <https://w3id.org/gangmu/ontology#>
    PREFIX prov: <http://www.w3.org/ns/prov#>
    SELECT ?file ?work ?current ?revised {
      ?version gm:sourceName ?file ; gm:versionOf ?work .
      BIND(EXISTS { ?work gm:currentVersion ?version } AS ?current)
      OPTIONAL { ?version prov:wasRevisionOf/gm:sourceName ?revised }
    } ORDER BY ?file";

const TIERS: &str = "
    PREFIX gm: <https://w3id.org/gangmu/ontology#>
    SELECT ?file ?tier {
      GRAPH ?graph { ?version gm:sourceName ?file ; gm:versionOf ?work . ?work gm:tier ?tier }
    } ORDER BY ?file";

const SOURCES: &str = "
    PREFIX gm: <https://w3id.org/gangmu/ontology#>
    SELECT ?version ?file ?digest { ?version gm:sourceName ?file ; gm:sha256 ?digest }
    ORDER BY ?file";

const TEXTS: &str = "
    PREFIX gm: <https://w3id.org/gangmu/ontology#>
    SELECT ?version ?text { ?version a gm:Version ; gm:text ?text }";

#[test]
fn the_order_of_documents_does_not_matter() {
    let mut paths = documents("seeds/samples");
    assert!(paths.len() > 10);
    paths.reverse();
    paths.rotate_left(3);
    let other = Collection::of(&paths, &with_sample_names());
    assert!(canonical(&SAMPLES) == canonical(&other), "the order of documents matters");
}

#[test]
fn taking_the_same_in_again_changes_nothing() {
    let knowledge = with_sample_names();
    let paths = documents("seeds/samples");
    let collection = Collection::of(&paths, &knowledge);
    let before = canonical(&collection);
    for path in &paths {
        assert_eq!(collection.take_in(path, &knowledge), Outcome::Unchanged, "{}", path.display());
    }
    assert!(canonical(&collection) == before, "a document taken in again changes something");
}

#[test]
fn iris_are_readable_and_always_the_same() {
    let export = canonical(&SAMPLES);
    let base = "<http://127.0.0.1:8080";
    for iri in [
        "work/望湖区老龄工作2025年行动计划",
        "agency/990100/青澜市民政局",
        "agency/990103/青澜市望湖区财政局",
        "jurisdiction/990121",
        "graph/agencies",
        "graph/history",
    ] {
        assert!(export.contains(&format!("{base}/{iri}>")), "{iri}");
    }
    for row in SAMPLES.ask(TEXTS) {
        let first = hex::encode(&Sha256::digest(&row["text"])[..8]);
        assert_eq!(row["version"], format!("http://127.0.0.1:8080/version/{first}"));
    }
}

#[test]
fn one_text_under_two_names_is_one_version_with_two_sources() {
    let knowledge = with_sample_names();
    let original = project("seeds/samples/reservoir-flood-notice-2024.txt");
    let collection = Collection::of(std::slice::from_ref(&original), &knowledge);
    let text = std::fs::read(&original).expect("the sample");
    let (_dir, copy) = written("copy.txt", &text);
    assert_eq!(collection.take_in(&copy, &knowledge), Outcome::NewSource);
    let sources = collection.ask(SOURCES);
    let names: Vec<_> = sources.iter().map(|row| row["file"].as_str()).collect();
    assert_eq!(names, ["copy.txt", "reservoir-flood-notice-2024.txt"]);
    assert_eq!(sources[0]["version"], sources[1]["version"]);
    assert_eq!(sources[0]["digest"], sources[1]["digest"]);
    // Whichever name came first.
    let other = Collection::of(&[copy, original], &knowledge);
    assert!(canonical(&collection) == canonical(&other), "the order of names matters");
}

#[test]
fn one_text_in_two_encodings_is_one_version() {
    let knowledge = with_sample_names();
    let original = project("seeds/samples/technical-education-opinion-2023.txt");
    let collection = Collection::of(std::slice::from_ref(&original), &knowledge);
    let bytes = std::fs::read(&original).expect("the sample");
    assert!(std::str::from_utf8(&bytes).is_err(), "the sample is GB18030");
    let (text, _, lossy) = encoding_rs::GB18030.decode(&bytes);
    assert!(!lossy);
    let (_dir, copy) = written("unicode.txt", text.as_bytes());
    assert_eq!(collection.take_in(&copy, &knowledge), Outcome::NewSource);
    let versions =
        collection.ask("SELECT DISTINCT ?v { ?v a <https://w3id.org/gangmu/ontology#Version> }");
    assert_eq!(versions.len(), 1);
}

#[test]
fn another_text_of_a_work_is_its_current_version() {
    let knowledge = with_sample_names();
    let original = project("seeds/samples/wanghu-elderly-plan-2025.txt");
    let collection = Collection::of(std::slice::from_ref(&original), &knowledge);
    let text = std::fs::read_to_string(&original).expect("the sample");
    let (_dir, revised) = written("revised.txt", text.replace("300张", "320张").as_bytes());
    assert_eq!(collection.take_in(&revised, &knowledge), Outcome::NewVersion);
    let history = collection.ask(HISTORY);
    let [new, old] = &history[..] else { panic!("{history:?}") };
    assert_eq!((new["file"].as_str(), new["current"].as_str()), ("revised.txt", "true"));
    assert_eq!(new.get("revised"), Some(&"wanghu-elderly-plan-2025.txt".to_owned()));
    assert_eq!((old["work"].as_str(), old["current"].as_str()), (new["work"].as_str(), "false"));
    // The old text again is no news.
    assert_eq!(collection.take_in(&original, &knowledge), Outcome::Unchanged);
    assert_eq!(collection.ask(HISTORY), history);
}

#[test]
fn an_adopted_text_stands_beside_its_draft_and_each_says_which_it_is() {
    let knowledge = with_sample_names();
    let draft = "seeds/samples/lake-water-plan-draft.html";
    let adopted = "tests/data/lake-water-plan-adopted.txt";
    let collection = Collection::of(&[project(draft), project(adopted)], &knowledge);
    let tiers = collection.ask(TIERS);
    let tiers: Vec<_> =
        tiers.iter().map(|row| (row["file"].as_str(), row["tier"].as_str())).collect();
    assert_eq!(
        tiers,
        [
            ("lake-water-plan-adopted.txt", "https://w3id.org/gangmu/ontology#official"),
            ("lake-water-plan-draft.html", "https://w3id.org/gangmu/ontology#draft"),
        ]
    );
    let history = collection.ask(HISTORY);
    assert_eq!(history[0]["current"], "true", "{history:?}");
}

fn canonical(collection: &Collection) -> String {
    let mut out = Vec::new();
    let dump = collection.store.dump(None).expect("all graphs");
    dump.write_canonical(&mut out).expect("a canonical form");
    String::from_utf8(out).expect("N-Quads are UTF-8")
}

/// A file of its own, in a directory that lasts as long as the handle.
fn written(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path: &Path = dir.path();
    let path = path.join(name);
    std::fs::write(&path, bytes).expect("a file");
    (dir, path)
}
