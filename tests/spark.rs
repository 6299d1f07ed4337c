//! Extraction spread by Spark gives the same graph as one process: `examples/spark`.
//!
//! It needs Java and PySpark in `target/venv` (`.ci/clients` installs it); where they are not there, it says so and passes,
//! unless `CI` is set.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

/// Parts of the input.
const PARTS: usize = 4;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn gangmu() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gangmu"));
    command.env_remove("GANGMU_NAMES").env_remove("RUST_LOG");
    command
}

fn is_there(probe: &mut Command) -> bool {
    let probe = probe.stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

/// The documents of a folder as JSON Lines, by turns in so many files, each in another form.
fn records(folder: &Path, out: &Path) -> usize {
    fs::create_dir(out).unwrap();
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "txt" || end == "html"))
        .collect();
    paths.sort();
    let mut parts = vec![String::new(); PARTS];
    for (number, path) in paths.iter().enumerate() {
        let (name, bytes) = (path.file_name().unwrap().to_str(), fs::read(path).unwrap());
        let record = match String::from_utf8(bytes.clone()) {
            Ok(text) if number % 3 == 0 => json!({ "id": number, "name": name, "text": text }),
            Ok(_) if number % 3 == 1 => json!({ "id": number, "path": path }),
            _ => {
                let base64 = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, bytes);
                json!({ "id": number, "name": name, "base64": base64 })
            }
        };
        parts[number % PARTS] += &format!("{record}\n");
    }
    for (number, part) in parts.iter().enumerate() {
        fs::write(out.join(format!("{number}.jsonl")), part).unwrap();
    }
    paths.len()
}

fn canonical(store: &Path) -> Vec<u8> {
    let export = gangmu().args(["export", "--canonical", "--store"]).arg(store).output().unwrap();
    assert!(export.status.success());
    export.stdout
}

fn load(store: &Path, parts: &[PathBuf]) {
    let load = gangmu().args(["load", "--quiet", "--store"]).arg(store).args(parts).status();
    assert!(load.unwrap().success());
}

#[test]
fn spark_gives_the_same_graph_as_one_process() {
    let python = project("target/venv/bin/python");
    let has_java = is_there(Command::new("java").arg("-version"));
    if !has_java || !is_there(Command::new(&python).args(["-c", "import pyspark"])) {
        let missing = "skipped: PySpark (.ci/clients) and Java 17 are needed";
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        eprintln!("{missing}");
        return;
    }
    let shared = project("../shared/corpus/text");
    let folder = if shared.is_dir() { shared } else { project("seeds/samples") };
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let documents = records(&folder, &at("records"));
    assert!(documents > 10);
    let spark = Command::new(&python)
        .arg(project("examples/spark/extract.py"))
        .args(["--gangmu", env!("CARGO_BIN_EXE_gangmu"), "--input"])
        .arg(at("records"))
        .arg("--output")
        .arg(at("parts"))
        .env("PYSPARK_PYTHON", &python)
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&spark.stderr);
    assert!(spark.status.success(), "{said}");
    assert!(
        said.contains(&format!("{documents} of {documents} records gave a document")),
        "{said}"
    );
    let entries = fs::read_dir(at("parts")).unwrap().map(|entry| entry.unwrap().path());
    let is_part = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("part-");
    let parts: Vec<_> = entries.filter(is_part).collect();
    assert!(parts.len() >= PARTS, "{parts:?}");
    load(&at("spark"), &parts);

    let whole = (0..PARTS).map(|part| fs::read(at(&format!("records/{part}.jsonl"))).unwrap());
    fs::write(at("whole.jsonl"), whole.collect::<Vec<_>>().concat()).unwrap();
    let extract = gangmu()
        .args(["extract", "--jsonl"])
        .stdin(fs::File::open(at("whole.jsonl")).unwrap())
        .stdout(fs::File::create(at("whole.nq")).unwrap())
        .status();
    assert!(extract.unwrap().success());
    load(&at("one"), &[at("whole.nq")]);
    assert!(canonical(&at("spark")) == canonical(&at("one")), "Spark gives another graph");
}
