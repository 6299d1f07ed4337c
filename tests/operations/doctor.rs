//! The doctor finds what is wrong, says what to do, and changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gangmu::store::{Store, Update};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

use super::server::{Server, Start};
use super::{files, gangmu, ingest, migration};

/// What each check found: status, message and remedy.
type Found = BTreeMap<String, (String, String)>;

fn doctor(store: &Path, code: i32) -> Found {
    let run = gangmu().args(["doctor", "--json", "--store"]).arg(store).assert().code(code);
    let findings: Vec<Value> = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let found: Found = findings
        .iter()
        .map(|finding| {
            let status = text(finding, "status");
            assert!(status == "ok" || !text(finding, "remedy").is_empty(), "{finding}");
            (text(finding, "check"), (status, text(finding, "message")))
        })
        .collect();
    assert_eq!(found.len(), findings.len(), "each check once: {findings:?}");
    found
}

/// That one check alone is not ok, and what it says.
fn only(found: &Found, check: &str, status: &str, says: &str) {
    for (name, (found, message)) in found {
        let expected = if name == check { status } else { "ok" };
        assert_eq!(found, expected, "{name}: {message}");
    }
    assert!(found[check].1.contains(says), "{}", found[check].1);
}

/// A store to be damaged.
fn store() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    ingest(&store);
    (dir, store)
}

fn change(store: &Path, update: &str) {
    let store = Store::open(store, None).unwrap();
    let update = format!(
        "PREFIX gm: <https://w3id.org/gangmu/ontology#> PREFIX oa: <http://www.w3.org/ns/oa#>
         PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> {update}"
    );
    let report = Update::parse(&update, store.base()).unwrap().run(&store).unwrap();
    assert!(report.deleted > 0, "nothing was damaged");
    store.flush().unwrap();
}

#[test]
fn a_whole_store_is_well_and_stays_as_it_is() {
    let (_dir, store) = store();
    let before = files(&store);
    let found = doctor(&store, 0);
    assert!(found.values().all(|(status, _)| status == "ok"), "{found:?}");
    let checks: Vec<_> = found.keys().map(String::as_str).collect();
    let all = [
        "database",
        "disk",
        "format",
        "identities",
        "index",
        "lock",
        "programs",
        "settings",
        "shapes",
        "versions",
    ];
    assert_eq!(checks, all);
    assert!(predicate::str::is_match(r"^\d+ of \d+ bodies").unwrap().eval(&found["identities"].1));
    assert!(
        predicate::str::is_match(r"^1\d versions of documents, \d{3,}")
            .unwrap()
            .eval(&found["versions"].1)
    );
    assert_eq!(files(&store), before);
    let told = gangmu().args(["doctor", "--store"]).arg(&store).assert().success();
    told.stdout(contains("ok       format ")).stdout(contains("→ see queries/unresolved-names.rq"));
}

#[test]
fn what_is_wrong_with_the_files_is_found() {
    let (dir, store) = store();
    let (manifest, lock, stale) =
        (store.join("store.json"), store.join("lock"), store.join("search.stale"));
    let whole = fs::read_to_string(&manifest).unwrap();
    for (text, says) in [
        ("{", "cannot be used"),
        (&*whole.replace("\"format\": 2", "\"format\": 99"), "a newer version (format 99"),
        (&*whole.replace("http", "urn"), "cannot be the base IRI"),
    ] {
        fs::write(&manifest, text).unwrap();
        only(&doctor(&store, 1), "format", "error", says);
    }
    fs::remove_file(&manifest).unwrap();
    only(&doctor(&store, 1), "format", "error", "no store");
    fs::write(&manifest, whole).unwrap();
    only(&doctor(dir.path(), 1), "format", "error", "holds other files");
    only(&doctor(&dir.path().join("gone"), 1), "format", "error", "gone");

    fs::rename(&lock, dir.path().join("lock")).unwrap();
    let found = doctor(&store, 1);
    assert_eq!((found["lock"].0.as_str(), found["content"].0.as_str()), ("error", "warning"));
    fs::rename(dir.path().join("lock"), &lock).unwrap();

    fs::write(&stale, "").unwrap();
    only(&doctor(&store, 0), "index", "warning", "behind the graphs");
    fs::remove_file(&stale).unwrap();
    let search = store.join("search");
    let entries = fs::read_dir(&search).unwrap().map(|entry| entry.unwrap().path());
    let segment = entries.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    flip(&segment);
    only(&doctor(&store, 1), "index", "error", "damaged, such as");
    fs::remove_dir_all(&search).unwrap();
    only(&doctor(&store, 0), "index", "warning", "no search index");
    gangmu().args(["index", "--store"]).arg(&store).assert().success();

    let entries = fs::read_dir(store.join("quads")).unwrap().map(|entry| entry.unwrap().path());
    for table in entries.filter(|path| path.extension().is_some_and(|ending| ending == "sst")) {
        flip(&table);
    }
    let found = doctor(&store, 1);
    assert!(found["database"].1.contains("cannot be read"), "{found:?}");
}

/// Changes a byte in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 0xff;
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_wrong_with_the_graphs_is_found() {
    let cases = [
        (
            "versions",
            "its text is not the one that it is named by",
            "DELETE { GRAPH ?g { ?v gm:text ?t } } INSERT { GRAPH ?g { ?v gm:text ?n } } WHERE { { SELECT ?v { ?v a gm:Version } ORDER BY ?v LIMIT 1 } GRAPH ?g { ?v gm:text ?t } BIND(CONCAT(?t, '。') AS ?n) }",
        ),
        (
            "versions",
            "does not stand there",
            "DELETE { GRAPH ?g { ?s oa:exact ?t } } INSERT { GRAPH ?g { ?s oa:exact '乙' } } WHERE { { SELECT ?s { ?s oa:exact ?q } ORDER BY ?s LIMIT 1 } GRAPH ?g { ?s oa:exact ?t } }",
        ),
        (
            "shapes",
            "gm:confidence: \"7\"^^<http://www.w3.org/2001/XMLSchema#decimal> is not as it must be (at most 1)",
            "DELETE { GRAPH ?g { ?s gm:confidence ?t } } INSERT { GRAPH ?g { ?s gm:confidence 7.0 } } WHERE { { SELECT ?s { ?s gm:confidence ?q } ORDER BY ?s LIMIT 1 } GRAPH ?g { ?s gm:confidence ?t } }",
        ),
        (
            "shapes",
            "gm:evidence: 0 values, and at least 1",
            "DELETE WHERE { GRAPH ?g { ?s gm:evidence ?t } }",
        ),
        (
            "shapes",
            "rdfs:label: 0 values",
            "DELETE { GRAPH ?g { ?a rdfs:label ?n } } WHERE { GRAPH ?g { ?a a gm:Agency ; rdfs:label ?n } }",
        ),
    ];
    let (_dir, whole) = store();
    for (check, says, update) in cases {
        let copy = tempfile::tempdir().unwrap();
        let store = copy.path().join("store");
        let copied = std::process::Command::new("cp").arg("-r").args([&whole, &store]).status();
        assert!(copied.unwrap().success());
        change(&store, update);
        only(&doctor(&store, 1), check, "error", says);
    }
    // Without its text a version lacks what it must have, too.
    change(
        &whole,
        "DELETE { GRAPH ?g { ?v gm:text ?t } } WHERE { GRAPH ?g { ?v a gm:Version ; gm:text ?t } }",
    );
    let found = doctor(&whole, 1);
    assert!(found["versions"].1.contains("its text is not there"), "{found:?}");
    assert!(found["shapes"].1.contains("gm:text: 0 values"), "{found:?}");
}

#[test]
fn an_older_store_is_described_and_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    migration::old(&store);
    let before = files(&store);
    let found = doctor(&store, 1);
    assert_eq!(found["format"].0, "warning");
    assert!(found["format"].1.contains("of format 1"), "{found:?}");
    assert!(found["shapes"].1.contains("rdfs:label: 0 values"), "{found:?}");
    assert_eq!(files(&store), before);
    gangmu().args(["index", "--store"]).arg(&store).assert().success();
    assert_eq!(doctor(&store, 0)["shapes"].0, "ok");
}

#[test]
fn a_store_that_a_server_has_open_is_looked_at_as_far_as_that_goes() {
    let writing = Server::empty();
    let found = doctor(&writing.dir.path().join("store"), 0);
    assert!(found["lock"].1.contains("open to write"), "{found:?}");
    assert_eq!(found["content"].0, "warning");
    let reading = Start { writes: false, ..Start::default() }.start();
    let found = doctor(&reading.dir.path().join("store"), 0);
    assert!(found["lock"].1.contains("other processes read"), "{found:?}");
    assert_eq!(found["shapes"].0, "ok");
}

#[test]
fn settings_that_cannot_be_read_are_one_of_the_faults() {
    let (dir, store) = store();
    let file = dir.path().join("gangmu.toml");
    fs::write(&file, "[limit]\n").unwrap();
    let run = gangmu().arg("doctor").arg("--store").arg(&store).arg("--config").arg(&file).assert();
    run.code(1)
        .stdout(contains("error    settings   "))
        .stdout(contains("there is no setting limit"))
        .stdout(contains("ok       shapes "));
    gangmu().args(["doctor"]).assert().code(2).stderr(contains("--store DIR"));
}
