//! Stores that older versions wrote open.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use predicates::prelude::*;
use predicates::str::contains;

use super::{canonical, gangmu};

/// A store of two samples, written by the program as it was before format 2 (commit 6007e94), when every body had a full
/// official name, also one that is not known; without the index, which came later.
pub fn old(dir: &Path) {
    let packed = fs::read("tests/data/store-1.tar.zst").unwrap();
    fs::create_dir(dir).unwrap();
    let mut tar = Command::new("tar")
        .arg("-xC")
        .arg(dir)
        .stdin(Stdio::piped())
        .spawn()
        .expect("tar is installed");
    zstd::stream::copy_decode(&*packed, tar.stdin.take().unwrap()).unwrap();
    assert!(tar.wait().unwrap().success());
}

fn ask(store: &Path, text: &str) -> assert_cmd::assert::Assert {
    let text = format!(
        "PREFIX gm: <https://w3id.org/gangmu/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
         PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> ASK {{ {text} }}"
    );
    gangmu().args(["query", "--text", &text, "--store"]).arg(store).assert().success()
}

const FULL_NAME_OF_THE_UNKNOWN: &str = "?a a gm:UnresolvedAgency ; skos:prefLabel ?n";
const WITHOUT_LABEL: &str = "?a a gm:Agency FILTER NOT EXISTS { ?a rdfs:label ?n }";

#[test]
fn a_store_of_the_first_format_is_brought_to_the_present_one_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    old(&store);
    let format = || fs::read_to_string(store.join("store.json")).unwrap();
    assert!(format().contains("\"format\": 1"));
    // Whoever opens it first, here to read it.
    let said = contains("written by an older version")
        .and(contains("in format 1; it is brought to format 2"));
    ask(&store, FULL_NAME_OF_THE_UNKNOWN).stdout("false\n").stderr(said);
    assert!(format().contains("\"format\": 2"));
    ask(&store, WITHOUT_LABEL).stdout("false\n").stderr("");
    // The search finds what it says now, once the index is made.
    gangmu().args(["index", "--store"]).arg(&store).assert().success();
    let search = "SERVICE gm:search { ?a gm:matches '银龄服务专班' ; a gm:Agency }";
    ask(&store, search).stdout("true\n").stderr("");
}

#[test]
fn a_backup_of_an_older_store_is_of_its_format_and_restores_to_the_present_one() {
    let dir = tempfile::tempdir().unwrap();
    let (store, file, new) =
        (dir.path().join("store"), dir.path().join("old.nq.zst"), dir.path().join("new"));
    old(&store);
    gangmu().args(["backup", "--store"]).arg(&store).arg(&file).assert().success();
    assert!(fs::read_to_string(store.join("store.json")).unwrap().contains("\"format\": 1"));
    let restore = gangmu().arg("restore").arg(&file).arg("--store").arg(&new).assert().success();
    restore.stderr(contains("in format 1; it is brought to format 2"));
    ask(&new, FULL_NAME_OF_THE_UNKNOWN).stdout("false\n").stderr("");
    ask(&store, WITHOUT_LABEL);
    assert_eq!(canonical(&new), canonical(&store));
}

#[test]
fn a_step_that_was_cut_short_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    old(&store);
    ask(&store, WITHOUT_LABEL);
    let whole = canonical(&store);
    // As if the process had ended before the number was written.
    let manifest = store.join("store.json");
    let text = fs::read_to_string(&manifest).unwrap().replace("\"format\": 2", "\"format\": 1");
    fs::write(&manifest, text).unwrap();
    ask(&store, WITHOUT_LABEL)
        .stdout("false\n")
        .stderr(contains("in format 1; it is brought to format 2"));
    assert_eq!(canonical(&store), whole);
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    old(&store);
    let manifest = store.join("store.json");
    let text = fs::read_to_string(&manifest).unwrap().replace("\"format\": 1", "\"format\": 99");
    fs::write(&manifest, text).unwrap();
    for command in ["index", "export"] {
        let refused = gangmu().args([command, "--store"]).arg(&store).assert().code(1);
        refused.stderr(contains("written by a newer version of this program (format 99)"));
    }
}
