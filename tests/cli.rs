//! The command line as a user has it: what is said, where, and with which exit code.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

fn gangmu() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gangmu"));
    command.env_remove("GANGMU_NAMES").env_remove("RUST_LOG");
    command
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/samples")
}

fn sample(name: &str) -> PathBuf {
    samples().join(name)
}

const PLAN: &str = "wanghu-elderly-plan-2025.txt";
const NOTICE: &str = "reservoir-flood-notice-2024.txt";

/// A directory with a store of some samples in `store`.
fn stored(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut ingest = gangmu();
    ingest.args(["ingest", "--quiet", "--store"]).arg(dir.path().join("store"));
    ingest.args(names.iter().map(|name| sample(name))).assert().success();
    dir
}

fn query(dir: &Path, text: &str, results: &str) -> String {
    let mut query = gangmu();
    query.args(["query", "--text", text, "--results", results, "--store"]).arg(dir.join("store"));
    String::from_utf8(query.assert().success().get_output().stdout.clone()).unwrap()
}

#[test]
fn documents_go_in_once_and_again_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ingest = || {
        let mut ingest = gangmu();
        ingest.args(["ingest", "--store"]).arg(dir.path().join("store")).arg(samples());
        ingest.assert().success()
    };
    let count = fs::read_dir(samples()).unwrap().filter(|entry| {
        let path = entry.as_ref().unwrap().path();
        path.extension().is_some_and(|ending| ending == "txt" || ending == "html")
    });
    let count = count.count();
    ingest().stdout(contains(format!("{count} documents ({count} new): ")));
    ingest().stdout(contains(format!("{count} documents ({count} unchanged): ")));
}

#[test]
fn one_bad_file_is_named_with_its_remedy_and_the_rest_goes_in() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let huge = file("huge.txt", b"");
    fs::File::options().write(true).open(&huge).unwrap().set_len(200 << 20).unwrap();
    let bare = dir.path().join("bare");
    fs::create_dir(&bare).unwrap();
    let mut ingest = gangmu();
    ingest.args(["ingest", "--store"]).arg(dir.path().join("store"));
    ingest.arg(file("empty.txt", b"")).arg(file("binary.txt", b"\x7fELF\0\0\x01\0\0\xff\xfe\0"));
    ingest.args([&huge, &bare, &dir.path().join("gone.txt")]).arg(file("scan.pdf", b"%PDF"));
    ingest.arg(sample(NOTICE));
    let lines = [
        "6 not taken in",
        "empty.txt: the file is empty",
        "binary.txt: ",
        "huge.txt: 200 MB large, and 64 MB is the limit",
        "bare: no document in this folder",
        "gone.txt: there is no such file",
        "scan.pdf: the file is damaged in its first bytes, which no .pdf file has",
    ];
    let mut assert = ingest.assert().code(1).stdout(contains("1 documents (1 new): "));
    for line in lines {
        assert = assert.stderr(contains(line));
    }
}

#[test]
fn the_same_text_under_another_name_is_one_version_with_two_sources() {
    let dir = stored(&[NOTICE]);
    let copy = dir.path().join("copy.txt");
    fs::copy(sample(NOTICE), &copy).unwrap();
    let mut ingest = gangmu();
    ingest.args(["ingest", "--store"]).arg(dir.path().join("store")).arg(copy);
    ingest.assert().success().stdout(contains("new source"));
    let text = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
        SELECT (COUNT(DISTINCT ?v) AS ?versions) (COUNT(DISTINCT ?s) AS ?sources)
        { ?v a gm:Version ; gm:sourceName ?s }";
    assert_eq!(query(dir.path(), text, "csv").trim_end(), "versions,sources\r\n1,2");
}

#[test]
fn a_store_keeps_its_base_iri() {
    let dir = tempfile::tempdir().unwrap();
    let ingest = |base: &str| {
        let mut ingest = gangmu();
        ingest.args(["ingest", "--base-iri", base, "--store"]).arg(dir.path().join("store"));
        ingest.arg(sample(NOTICE)).assert()
    };
    ingest("https://data.example.cn/").success();
    let refusal = "was made with the base IRI <https://data.example.cn/>";
    ingest("https://other.example/").code(1).stderr(contains(refusal));
    ingest("not an iri").code(1).stderr(contains("cannot be the base IRI"));
    let text =
        "ASK { GRAPH ?g { ?s a ?c } FILTER(STRSTARTS(STR(?g), 'https://data.example.cn/')) }";
    assert_eq!(query(dir.path(), text, "table"), "true\n");
}

#[test]
fn queries_answer_in_every_form_over_all_graphs() {
    let dir = stored(&[NOTICE]);
    let text = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
        SELECT (COUNT(DISTINCT ?t) AS ?n) { ?t a gm:Task }";
    for (form, pattern) in [
        ("csv", r"^n\r\n[1-9]\d*\r\n$"),
        ("tsv", r"^\?n\n[1-9]\d*\n$"),
        ("json", r#""value":"[1-9]"#),
        ("xml", r"<literal datatype=[^>]*>[1-9]"),
        ("table", r"(?s) n .*[1-9].*\n1 row\n"),
    ] {
        let answer = query(dir.path(), text, form);
        assert!(predicate::str::is_match(pattern).unwrap().eval(&answer), "{form}: {answer}");
    }
    let empty = text.replace('{', "FROM <http://none.example/> {");
    assert_eq!(query(dir.path(), &empty, "csv"), "n\r\n0\r\n");
    let triples = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
        CONSTRUCT { ?t a gm:Task } WHERE { ?t a gm:Task }";
    assert!(query(dir.path(), triples, "table").contains("a gm:Task"));
}

#[test]
fn what_cannot_be_answered_is_said_plainly() {
    let dir = stored(&[NOTICE]);
    let store = dir.path().join("store");
    let query = |store: &Path, text: &str| {
        let mut query = gangmu();
        query.args(["query", "--text", text, "--store"]).arg(store);
        query.assert()
    };
    query(&store, "SELECT nonsense").code(1).stderr(contains("not SPARQL"));
    query(&store, "DROP ALL").code(1).stderr(contains("not SPARQL"));
    query(&dir.path().join("gone"), "ASK {}").code(1).stderr(contains("is not there"));
    query(&samples(), "ASK {}").code(1).stderr(contains("is not a store"));
    gangmu().args(["query", "--store", "x"]).assert().code(2);
    gangmu().arg("--help").assert().success().stdout(contains("Exit codes"));
}

#[test]
fn stores_of_the_same_content_export_the_same_bytes() {
    let export = |dir: &Path, more: &[&str]| {
        let mut export = gangmu();
        export.arg("export").args(more).arg("--store").arg(dir.join("store"));
        export.assert().success().get_output().stdout.clone()
    };
    let (one, other) = (stored(&[PLAN, NOTICE]), stored(&[NOTICE, PLAN]));
    let canonical = export(one.path(), &["--canonical"]);
    assert!(canonical.len() > 10_000);
    assert!(canonical == export(other.path(), &["--canonical"]));
    let quads = String::from_utf8(export(one.path(), &[])).unwrap();
    let mut lines: Vec<_> = quads.lines().collect();
    lines.sort_unstable();
    assert!(lines.join("\n") == String::from_utf8(canonical).unwrap().trim_end());
    for (format, start) in [("ttl", "@prefix"), ("trig", "@prefix"), ("jsonld", "{")] {
        let text = String::from_utf8(export(one.path(), &["--format", format])).unwrap();
        assert!(text.starts_with(start) && text.contains("青澜"), "{format}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&export(one.path(), &["--format", "jsonld"])).unwrap();
    assert!(json["@context"].is_object() && json["@graph"].is_array());
    let mut missing = gangmu();
    missing.args(["export", "--graph", "http://none.example/", "--store"]);
    missing.arg(one.path().join("store")).assert().code(1).stderr(contains("no graph"));
}

#[test]
fn show_tells_a_person_and_a_program() {
    gangmu().arg("show").arg(sample(NOTICE)).assert().success().stdout(contains("│"));
    let output = gangmu().args(["show", "--json"]).arg(sample(NOTICE)).assert().success();
    let json: serde_json::Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let text: Vec<char> = json["text"].as_str().unwrap().chars().collect();
    let mut checked = 0;
    for item in json["items"].as_array().unwrap() {
        for kind in ["responsibilities", "targets", "deadlines", "citations"] {
            for claim in item[kind].as_array().unwrap() {
                let evidence = &claim["evidence"];
                let at = |name: &str| usize::try_from(evidence[name].as_u64().unwrap()).unwrap();
                let quote: String = text[at("start")..at("end")].iter().collect();
                assert_eq!(quote, evidence["quote"].as_str().unwrap());
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
    gangmu().args(["show", "gone.txt"]).assert().code(1);
}

#[test]
fn check_ends_with_its_measure() {
    let measure = predicate::str::is_match(r"(?m)^\d+ places, \d+ unread, \d+\.\d\d %\n$").unwrap();
    gangmu().arg("check").arg(samples()).assert().success().stdout(measure);
    gangmu().args(["check", "gone"]).assert().code(1).stdout("0 places, 0 unread, 0.00 %\n");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = stored(&[PLAN]);
    let mut export = std::process::Command::new(env!("CARGO_BIN_EXE_gangmu"))
        .args(["export", "--store"])
        .arg(dir.path().join("store"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(export.stdout.take());
    let output = export.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
