//! Killing the program in the middle of its work leaves whole documents only.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Documents to take in: more than are in when the process is killed.
const DOCUMENTS: usize = 40;
/// Items of each, so that a transaction takes a while.
const ITEMS: usize = 60;

fn write_documents(dir: &Path) {
    for n in 0..DOCUMENTS {
        let mut text = format!("青澜市第{n}号试点工作方案\n\n一、重点任务\n");
        for item in 1..=ITEMS {
            writeln!(text, "{item}.推进第{n}批第{item}项试点。2026年底前建成站点{item}个。（市教育局牵头，市财政局配合）")
                .unwrap();
        }
        std::fs::write(dir.join(format!("{n:03}.txt")), text).unwrap();
    }
}

fn gangmu() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gangmu"))
}

/// The number of tasks in each version's graph, and how many works point to a version.
fn state(store: &Path) -> (Vec<usize>, usize) {
    let ask = |text: &str| {
        let query = gangmu()
            .args(["query", "--results", "csv", "--text", text, "--store"])
            .arg(store)
            .output();
        let query = query.unwrap();
        assert!(query.status.success(), "{}", String::from_utf8_lossy(&query.stderr));
        let rows = String::from_utf8(query.stdout).unwrap();
        rows.lines().skip(1).map(|row| row.trim().parse().unwrap()).collect::<Vec<usize>>()
    };
    let tasks = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
        SELECT (COUNT(?t) AS ?n) { GRAPH ?g { ?v a gm:Version . ?t a gm:Task } } GROUP BY ?g";
    let current = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
        SELECT (COUNT(?v) AS ?n) { ?w gm:currentVersion ?v . ?v gm:versionOf ?w }";
    (ask(tasks), ask(current)[0])
}

#[test]
fn a_killed_ingest_leaves_whole_documents_and_can_be_taken_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let (documents, store) = (dir.path().join("documents"), dir.path().join("store"));
    std::fs::create_dir(&documents).unwrap();
    write_documents(&documents);
    let mut whole = Vec::new();
    for after in [1, 5, 12] {
        let mut ingest = gangmu()
            .args(["ingest", "--store"])
            .args([&store, &documents])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // So many documents are reported; the next one is on its way in.
        let mut reports = BufReader::new(ingest.stdout.take().unwrap()).lines();
        for _ in 0..after {
            reports.next().unwrap().unwrap();
        }
        ingest.kill().unwrap();
        ingest.wait().unwrap();
        let (tasks, current) = state(&store);
        assert!(tasks.len() >= after && tasks.len() == current, "{tasks:?} {current}");
        assert!(tasks.iter().all(|&n| n == ITEMS), "{tasks:?}");
        whole.push(tasks.len());
    }
    assert!(whole[0] < DOCUMENTS, "the first kill came too late to prove anything: {whole:?}");
    let done = gangmu().args(["ingest", "--quiet", "--store"]).args([&store, &documents]).status();
    assert!(done.unwrap().success());
    let (tasks, current) = state(&store);
    assert_eq!((tasks.len(), current), (DOCUMENTS, DOCUMENTS));
}
