//! Many documents: runs that are stopped and taken up again, extraction without a store, bulk loading.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const NOTICE: &str = "reservoir-flood-notice-2024.txt";

fn gangmu(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gangmu"));
    command.args(arguments).env_remove("GANGMU_NAMES").env_remove("RUST_LOG");
    command
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/samples")
}

fn names() -> PathBuf {
    samples().join("names.toml")
}

/// Runs a command that must end with this code.
fn run(command: &mut Command, code: i32) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{command:?}: {said}");
    output
}

/// Gives a command its input; it must end with this code.
fn feed(command: &mut Command, input: &[u8], code: i32) -> Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writing.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{command:?}: {said}");
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn canonical(store: &Path) -> String {
    let export = run(gangmu(&["export", "--canonical", "--store"]).arg(store), 0);
    String::from_utf8(export.stdout).unwrap()
}

fn lines(report: &Path) -> Vec<Value> {
    let report = fs::read_to_string(report).unwrap();
    assert!(report.is_empty() || report.ends_with('\n'), "a line is broken off");
    report.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The samples, one of them in two versions and one under two names, as files in a flat folder.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(samples()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending != "toml") {
            fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let plan = fs::read_to_string(samples().join("wanghu-elderly-plan-2025.txt")).unwrap();
    fs::write(dir.path().join("a-revised.txt"), plan.replace("300张", "320张")).unwrap();
    fs::write(dir.path().join("z-revised.txt"), plan.replace("300张", "340张")).unwrap();
    fs::copy(samples().join(NOTICE), dir.path().join("copy.txt")).unwrap();
    dir
}

/// One record a file, the path as it is.
fn records(folder: &Path) -> Vec<Value> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| json!({ "id": path.file_name().unwrap().to_str(), "path": path }))
        .collect()
}

fn json_lines(records: &[Value]) -> Vec<u8> {
    let mut lines = String::new();
    for record in records {
        writeln!(lines, "{record}").unwrap();
    }
    lines.into_bytes()
}

fn extract(records: &[Value]) -> Vec<u8> {
    let mut extract = gangmu(&["extract", "--jsonl", "--names"]);
    feed(extract.arg(names()), &json_lines(records), 0).stdout
}

fn ingest(store: &Path, folder: &Path) -> Command {
    let mut ingest = gangmu(&["ingest", "--quiet", "--store"]);
    ingest.arg(store).arg("--names").arg(names()).arg(folder);
    ingest
}

#[test]
fn what_is_extracted_and_loaded_is_what_is_ingested() {
    let (folder, dir) = (folder(), tempfile::tempdir().unwrap());
    let [ingested, loaded, apart] =
        ["ingested", "loaded", "apart"].map(|name| dir.path().join(name));
    run(&mut ingest(&ingested, folder.path()), 0);
    let canonical_of_ingested = canonical(&ingested);

    let mut records = records(folder.path());
    let whole = extract(&records);
    feed(gangmu(&["load", "--quiet", "--store"]).arg(&loaded).arg("-"), &whole, 0);
    assert!(canonical(&loaded) == canonical_of_ingested, "loading the whole gives another graph");
    // Again: nothing changes.
    feed(gangmu(&["load", "--quiet", "--store"]).arg(&loaded).arg("-"), &whole, 0);
    assert!(canonical(&loaded) == canonical_of_ingested, "loading again changes something");

    // In parts of any order, one of them compressed and its lines mixed up, into a new store and on top of another part.
    records.reverse();
    let (first, second) = records.split_at(5);
    let (first, second) = (extract(first), extract(second));
    let mut mixed: Vec<_> = text(&second).lines().collect();
    mixed.sort_unstable_by_key(|line| line.chars().rev().collect::<String>());
    let part = |name: &str| dir.path().join(name);
    fs::write(part("first.nq"), first).unwrap();
    let mut gz = flate2::write::GzEncoder::new(
        fs::File::create(part("second.nq.gz")).unwrap(),
        flate2::Compression::fast(),
    );
    gz.write_all(mixed.join("\n").as_bytes()).unwrap();
    gz.finish().unwrap();
    let load = |store: &Path, parts: &[&str]| {
        let mut load = gangmu(&["load", "--quiet", "--store"]);
        run(load.arg(store).args(parts.iter().map(|name| part(name))), 0);
    };
    load(&apart, &["second.nq.gz", "first.nq"]);
    assert!(canonical(&apart) == canonical_of_ingested, "the order of the parts matters");
    // Each into a store that has the other half already, with versions of works that it has.
    let (one, half) = (dir.path().join("one"), dir.path().join("half"));
    load(&one, &["first.nq"]);
    load(&one, &["second.nq.gz"]);
    for (number, name) in ["first.nq", "second.nq.gz"].into_iter().enumerate() {
        load(&half, &[name]);
        assert_eq!(number == 1, canonical(&half) == canonical(&one));
    }
    let versions =
        |quads: &str| quads.lines().filter(|line| line.contains("/graph/history>")).count();
    assert_eq!(versions(&canonical(&one)), versions(&canonical_of_ingested));

    // The index was brought up too: what is found is there.
    let search = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
        SELECT (COUNT(*) AS ?n) { SERVICE gm:search { ?task gm:matches \"养老\" } }";
    let found = |store: &Path| {
        run(gangmu(&["query", "--results", "csv", "--text", search, "--store"]).arg(store), 0)
            .stdout
    };
    assert_eq!(text(&found(&loaded)), text(&found(&ingested)));
    assert!(!dir.path().join("loaded/search.stale").exists());
}

#[test]
fn extraction_keeps_the_order_and_goes_on_past_bad_records() {
    let path = samples().join(NOTICE);
    let bytes = fs::read(&path).unwrap();
    let content = String::from_utf8(bytes.clone()).unwrap();
    let base64 = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &bytes);
    let mut input = json_lines(&[
        json!({ "id": 1, "path": path }),
        json!({ "id": "text", "text": content, "name": NOTICE, "office": "ignored" }),
        json!({ "id": "bytes", "base64": base64, "name": NOTICE }),
        json!({ "id": "nameless", "base64": base64 }),
        json!({ "id": "gone", "path": "gone.txt" }),
        json!({ "id": "both", "path": path, "text": "x" }),
        json!({ "id": "empty", "text": "" }),
    ]);
    input.extend_from_slice(
        b"\n{\"id\": \"broken\", \n{\"id\": \"last\", \"text\": \"\xe9\x9d\x92\"}\n",
    );
    let mut facts = gangmu(&["extract", "--jsonl", "--format", "jsonl", "--threads", "3"]);
    let output = feed(&mut facts, &input, 1);
    let facts: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<_> = facts.iter().map(|fact| fact["id"].clone()).collect();
    let expected = json!([1, "text", "bytes", "nameless", "gone", "both", "empty", null, "last"]);
    assert_eq!(json!(ids), expected);
    let failed: Vec<_> = facts.iter().map(|fact| fact["error"].is_string()).collect();
    assert_eq!(failed, [false, false, false, true, true, true, true, true, false]);
    let said = text(&output.stderr);
    for line in ["record 4 (\"nameless\"): needs a name", "record 9 (null): not a JSON object"] {
        assert!(said.contains(line), "{said}");
    }
    // However the document came, it is the same; and the same as what `show` says.
    let mut show: Value =
        serde_json::from_slice(&run(gangmu(&["show", "--json"]).arg(&path), 0).stdout).unwrap();
    for (id, facts) in ids.iter().zip(&facts).take(3) {
        show["id"] = id.clone();
        assert_eq!(facts, &show);
    }
    // Of triples there are none for a bad record, and they do not depend on the threads.
    let quads = |threads: &str| {
        let mut extract = gangmu(&["extract", "--jsonl", "--threads", threads]);
        feed(&mut extract, &input, 1).stdout
    };
    assert!(quads("1") == quads("4"));
    let alone = feed(
        &mut gangmu(&["extract", "--jsonl"]),
        &json_lines(&[json!({ "id": 1, "path": path })]),
        0,
    );
    assert!(text(&quads("2")).starts_with(text(&alone.stdout)));
}

#[test]
fn a_bad_part_is_named_and_nothing_is_loaded() {
    let (folder, dir) = (folder(), tempfile::tempdir().unwrap());
    let store = dir.path().join("store");
    let good = dir.path().join("good.nq");
    fs::write(&good, extract(&records(folder.path())[..2])).unwrap();
    let bad = dir.path().join("bad.nq");
    fs::write(&bad, "<http://a.example/s> <http://a.example/p> 'x' .\n<http://a.example/s> .\n")
        .unwrap();
    let load = |parts: &[&Path], code: i32| {
        let mut load = gangmu(&["load", "--store"]);
        let output = run(load.arg(&store).args(parts), code);
        String::from_utf8(output.stderr).unwrap()
    };
    let good = good.as_path();
    let said = load(&[good, &bad], 1);
    assert!(said.contains("bad.nq, line 1: "), "{said}");
    assert_eq!(canonical(&store), "");
    load(&[good], 0);
    let before = canonical(&store);
    load(&[&bad], 1);
    assert!(load(&[Path::new("gone.nq")], 1).contains("gone.nq cannot be opened"));
    let mut other = gangmu(&["extract", "--jsonl", "--base-iri", "https://other.example/"]);
    fs::write(&bad, feed(&mut other, &json_lines(&records(folder.path())[3..4]), 0).stdout)
        .unwrap();
    let said = load(&[&bad], 1);
    assert!(said.contains("is not below the store's base IRI <http://127.0.0.1:8080/>"), "{said}");
    assert!(canonical(&store) == before, "a load that failed changed the store");
    // Parts that say what is current themselves, as exports do: that is settled anew, and said.
    let export = run(gangmu(&["export", "--store"]).arg(&store), 0).stdout;
    fs::write(&bad, export).unwrap();
    assert!(load(&[&bad], 0).contains("statements on which version is current were left out"));
    assert!(canonical(&store) == before);
}

#[test]
fn a_killed_load_leaves_nothing_and_can_be_done_again() {
    let (folder, dir) = (folder(), tempfile::tempdir().unwrap());
    let records = records(folder.path());
    let (one, other) = (extract(&records[..3]), extract(&records[3..]));
    for already in [false, true] {
        let store = dir.path().join(already.to_string());
        let load = || {
            let mut load = gangmu(&["load", "--quiet", "--store"]);
            load.arg(&store).arg("-").stdin(Stdio::piped());
            load
        };
        if already {
            feed(&mut load(), &one, 0);
        }
        let mut killed = load().spawn().unwrap();
        // It waits for the rest.
        killed.stdin.take().unwrap().write_all(&other[..other.len() / 2]).unwrap();
        let beside = store.join("beside");
        while !(store.join("store.json").exists() && (!already || beside.exists())) {
            std::thread::yield_now();
        }
        killed.kill().unwrap();
        killed.wait().unwrap();
        let versions = |store: &Path| canonical(store).matches("#currentVersion>").count();
        assert_eq!(versions(&store), if already { 3 } else { 0 });
        feed(&mut load(), &one, 0);
        feed(&mut load(), &other, 0);
        let whole = dir.path().join(format!("whole {already}"));
        for part in [&one, &other] {
            feed(gangmu(&["load", "--quiet", "--store"]).arg(&whole).arg("-"), part, 0);
        }
        assert!(canonical(&store) == canonical(&whole));
        assert!(!beside.exists());
    }
}

#[test]
fn what_was_read_so_is_not_read_again_and_the_report_says_it() {
    let (folder, dir) = (folder(), tempfile::tempdir().unwrap());
    let (store, report) = (dir.path().join("store"), dir.path().join("report.jsonl"));
    fs::write(folder.path().join("empty.txt"), "").unwrap();
    let outcomes = |code: i32, more: &[&str]| {
        let mut ingest = ingest(&store, folder.path());
        run(ingest.arg("--report").arg(&report).args(more), code);
        let lines = lines(&report);
        let outcome = |line: &Value| line["outcome"].as_str().unwrap().to_owned();
        (lines.iter().map(outcome).collect::<Vec<_>>(), lines)
    };
    let (first, lines) = outcomes(1, &["gone.txt"]);
    let count = |outcomes: &[String], name: &str| outcomes.iter().filter(|o| *o == name).count();
    assert_eq!((count(&first, "new"), count(&first, "new version")), (11, 2));
    assert_eq!((count(&first, "new source"), count(&first, "failed")), (1, 2));
    for line in &lines {
        match line["outcome"].as_str().unwrap() {
            "failed" => assert!(line["reason"].is_string() && line["version"].is_null(), "{line}"),
            _ => {
                assert!(line["counts"]["tasks"].is_u64() && line["ms"].is_number(), "{line}");
                assert_eq!(
                    line["bytes"],
                    fs::metadata(line["file"].as_str().unwrap()).unwrap().len()
                );
            }
        }
    }
    let before = canonical(&store);
    // What was read is known by its bytes, its name, the program and the names file.
    let (again, lines) = outcomes(1, &[]);
    assert_eq!(count(&again, "unchanged"), 14);
    assert!(lines.iter().all(|line| line["counts"].is_null()), "nothing was read");
    assert!(canonical(&store) == before);
    fs::copy(folder.path().join("copy.txt"), folder.path().join("renamed.txt")).unwrap();
    let (renamed, _) = outcomes(1, &[]);
    assert_eq!((count(&renamed, "unchanged"), count(&renamed, "new source")), (14, 1));
    let other = dir.path().join("other.toml");
    fs::write(&other, fs::read_to_string(names()).unwrap() + "\n# more\n").unwrap();
    let mut anew = gangmu(&["ingest", "--store"]);
    anew.arg(&store).arg("--names").arg(other).arg(folder.path());
    let said = String::from_utf8(run(&mut anew, 1).stdout).unwrap();
    assert!(said.contains("(13 read anew, 2 unchanged): "), "{said}");
}

const DOCUMENTS: usize = 1200;

/// More than the program has under way at once.
fn many() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..DOCUMENTS {
        let text = format!(
            "青澜市第{n}号试点工作方案\n一、重点任务\n1.推进第{n}批试点。2026年底前建成站点{n}个。（市教育局牵头，市财政局配合）\n"
        );
        fs::write(dir.path().join(format!("{n:04}.txt")), text).unwrap();
    }
    dir
}

#[test]
#[cfg(unix)]
fn a_signal_ends_a_run_cleanly_and_the_same_command_takes_it_up() {
    let (folder, dir) = (many(), tempfile::tempdir().unwrap());
    let (store, report) = (dir.path().join("store"), dir.path().join("report.jsonl"));
    let mut ingest = gangmu(&["ingest", "--store"]);
    ingest.arg(&store).arg("--report").arg(&report).arg(folder.path());
    let mut child = ingest.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    run(Command::new("kill").args(["-TERM", &child.id().to_string()]), 0);
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut out, &mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    let (said, done) = (text(&output.stderr), lines(&report).len());
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(done < DOCUMENTS, "the signal came too late to prove anything");
    let remain = format!("stopped: {} of {DOCUMENTS} files remain", DOCUMENTS - done);
    assert!(said.contains(&remain), "{remain}: {said}");
    assert!(rest.contains(&format!("{done} documents ({done} new): ")), "{rest}");
    let quads = canonical(&store);
    assert_eq!(quads.matches("#currentVersion>").count(), done);
    let mut again = gangmu(&["ingest", "--store"]);
    let said = run(again.arg(&store).arg(folder.path()), 0);
    let total =
        format!("({} new, {done} unchanged): in the {} read ", DOCUMENTS - done, DOCUMENTS - done);
    assert!(text(&said.stdout).contains(&total), "{total}");
    assert_eq!(canonical(&store).matches("#currentVersion>").count(), DOCUMENTS);
}

#[test]
fn a_killed_run_leaves_a_report_of_whole_lines_that_are_in_the_store() {
    let (folder, dir) = (many(), tempfile::tempdir().unwrap());
    let (store, report) = (dir.path().join("store"), dir.path().join("report.jsonl"));
    let mut ingest = gangmu(&["ingest", "--store"]);
    ingest.arg(&store).arg("--report").arg(&report).arg(folder.path());
    let mut child = ingest.stdout(Stdio::piped()).spawn().unwrap();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let told = lines(&report);
    assert!(!told.is_empty() && told.len() < DOCUMENTS, "{}", told.len());
    let quads = canonical(&store);
    for line in told {
        let version = line["version"].as_str().unwrap();
        assert!(quads.contains(&format!("#currentVersion> <{version}>")), "{line}");
    }
}
