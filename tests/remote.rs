//! A store behind an endpoint beside one in a directory: the same documents in both, and the same answers. The
//! endpoints are real: Virtuoso 7 and Oxigraph's own server. Where one is not installed, its tests say so and pass,
//! but in CI they fail.

#[path = "common/engine.rs"]
mod engine;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use engine::Engine;
use serde_json::Value;
use ureq::Agent;

const TOKEN: &str = "a-token-for-tests";
const GM: &str = "PREFIX gm: <https://w3id.org/gangmu/ontology#>\n";

/// Of the API: answers that say in which order their items come.
const ANSWERS: [&str; 8] = [
    "/api/v1/agencies?limit=20",
    "/api/v1/documents",
    "/api/v1/policies",
    "/api/v1/targets?limit=5",
    "/api/v1/tasks?limit=3",
    "/api/v1/names?q=%E9%9D%92%E6%BE%9C",
    "/api/v1/search?q=%E6%89%98%E8%82%B2",
    "/api/v1/documents?genre=plan",
];
const PAGES: [&str; 10] = [
    "/documents",
    "/agencies",
    "/policies",
    "/targets",
    "/tasks",
    "/matrix",
    "/search?q=%E6%B0%91%E6%94%BF",
    "/vocabulary",
    "/documents.csv",
    "/readyz",
];

#[test]
fn virtuoso_is_a_store() {
    if let Some(engine) = Engine::virtuoso() {
        is_a_store(engine);
    }
}

#[test]
fn oxigraph_is_a_store() {
    if let Some(engine) = Engine::oxigraph(&["--union-default-graph"]) {
        is_a_store(engine);
    }
}

#[test]
fn an_endpoint_whose_default_graph_is_no_union_is_refused_with_the_remedy() {
    let Some(engine) = Engine::oxigraph(&[]) else { return };
    let refused = run(ingest(&engine, &engine.address).arg(sample("wanghu-elderly-plan-2025.txt")));
    assert!(!refused.ok && refused.said.contains("--union-default-graph"), "{}", refused.said);
    let read = run(engine.gangmu().args(["export", "--store", &engine.address]));
    assert!(!read.ok && read.said.contains("--union-default-graph"), "{}", read.said);
}

#[test]
fn what_is_wrong_with_an_endpoint_is_said_in_a_line() {
    let Some(engine) = Engine::oxigraph(&["--union-default-graph"]) else { return };
    let address = engine.address.replace("/query", "/nothing");
    for (address, said) in [
        (address.as_str(), "status 404"),
        ("http://me:hidden@127.0.0.1:1/query", "GANGMU_STORE__USER"),
        ("http://127.0.0.1:1/query", "127.0.0.1:1"),
        (engine.address.as_str(), "take documents in first"),
    ] {
        let refused = run(engine.gangmu().args(["export", "--store", address]));
        assert!(!refused.ok && refused.said.contains(said), "{address}: {}", refused.said);
        assert!(!refused.said.contains("hidden"), "{}", refused.said);
    }
}

fn is_a_store(engine: Engine) {
    let beside = tempfile::tempdir().unwrap();
    let local = beside.path().join("store").display().to_string();
    let there = engine.address.as_str();
    let samples = project("seeds/samples");

    for store in [&local, there] {
        let taken = run(ingest(&engine, store).arg(&samples));
        assert!(taken.said.contains("(11 new)"), "{}", taken.said);
    }
    same_graph(&engine, &local, there);
    same_answers(&engine, &local, there);

    let again = run(ingest(&engine, there).arg(&samples));
    assert!(again.said.contains("(11 unchanged)"), "{}", again.said);
    same_graph(&engine, &local, there);

    let servers = [&local, there].map(|store| Server::start(&engine, store));
    same_site(&servers);
    a_new_version_is_seen_by_a_server_that_runs(&engine, &servers, there, beside.path());
    // The directory is free for others only without its server.
    let [ours, theirs] = servers;
    drop(ours);
    what_was_cut_short_is_mended(&engine, there, &theirs, beside.path());
    same_graph(&engine, &local, there);
    two_writers_take_turns(&engine, there, beside.path());
    graphs_and_updates_go_through(&theirs);
    drop(engine);
    for (path, status) in
        [("/readyz", 503), ("/sparql?query=ASK%7B%3Fs%20%3Fp%201%7D", 502), ("/documents", 502)]
    {
        let (told, text) = theirs.get(path);
        assert_eq!(told, status, "{path}: {text}");
    }
}

/// Canonical exports are the same bytes.
fn same_graph(engine: &Engine, local: &str, there: &str) {
    let [ours, theirs] = [local, there].map(|store| {
        let exported = engine.gangmu().args(["export", "--canonical", "--store", store]).output();
        let exported = exported.unwrap();
        assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
        String::from_utf8(exported.stdout).unwrap()
    });
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (ours, theirs) = (lines(&ours), lines(&theirs));
    assert!(ours.len() > 9000, "{}", ours.len());
    let differ: Vec<_> = ours.symmetric_difference(&theirs).take(5).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

/// All of `queries/` have the same rows.
fn same_answers(engine: &Engine, local: &str, there: &str) {
    let mut asked = 0;
    for entry in std::fs::read_dir(project("queries")).unwrap() {
        let file = entry.unwrap().path();
        let [ours, theirs] = [local, there].map(|store| {
            let mut query = engine.gangmu();
            query.args(["query", "--results", "json", "--store", store, "--query"]).arg(&file);
            let answer = query.output().unwrap();
            let said = String::from_utf8_lossy(&answer.stderr);
            assert!(answer.status.success(), "{} of {store}: {said}", file.display());
            let answer: Value = serde_json::from_slice(&answer.stdout).unwrap();
            let mut rows = answer["results"]["bindings"].as_array().unwrap().clone();
            for row in &mut rows {
                // SAMPLE may take any of the sentences.
                row.as_object_mut().unwrap().remove("example");
            }
            let mut rows: Vec<String> = rows.iter().map(in_order).collect();
            rows.sort();
            rows
        });
        assert!(!ours.is_empty(), "{}", file.display());
        assert_eq!(ours, theirs, "{}", file.display());
        asked += 1;
    }
    assert!(asked >= 18);
}

/// A row, with the parts of what GROUP_CONCAT puts together in one order: SPARQL leaves it open.
fn in_order(row: &Value) -> String {
    let row = row.to_string();
    let mut parts: Vec<_> = row.split(['、', '"']).collect();
    parts.sort_unstable();
    parts.join("、")
}

fn same_site(servers: &[Server; 2]) {
    for path in ANSWERS {
        let [ours, theirs] = servers.each_ref().map(|server| server.get(path));
        assert_eq!(ours.0, 200, "{path}: {}", ours.1);
        assert_eq!(theirs.0, 200, "{path}: {}", theirs.1);
        let [ours, theirs] = [ours.1, theirs.1].map(|text| {
            serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
        });
        assert_eq!(ours, theirs, "{path}");
    }
    for path in PAGES {
        let (status, text) = servers[1].get(path);
        assert_eq!(status, 200, "{path}: {text}");
    }
}

/// A sample with another word in it, in a file of the same name.
fn changed(dir: &Path, word: &str) -> PathBuf {
    let text = std::fs::read_to_string(sample("wanghu-elderly-plan-2025.txt")).unwrap();
    assert!(text.contains("柳岸"));
    let folder = dir.join(word);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("wanghu-elderly-plan-2025.txt");
    std::fs::write(&file, text.replace("柳岸", word)).unwrap();
    file
}

fn a_new_version_is_seen_by_a_server_that_runs(
    engine: &Engine,
    servers: &[Server; 2],
    there: &str,
    dir: &Path,
) {
    let file = changed(dir, "桂影");
    let found = |server: &Server| server.get("/api/v1/search?q=%E6%A1%82%E5%BD%B1").1;
    assert!(!found(&servers[1]).contains("桂影"));
    let taken = run(ingest(engine, there).arg(&file));
    assert!(taken.said.contains("(1 new version)"), "{}", taken.said);
    // The other process has the directory, and takes it in itself.
    let (status, said) = servers[0].send_document(&file);
    assert_eq!(status, 201, "{said}");
    let current = format!(
        "{GM}ASK {{ ?work gm:currentVersion ?v . ?v gm:text ?t FILTER(CONTAINS(?t, '桂影')) }}"
    );
    for server in servers {
        server.until(|server| server.ask(&current));
        server.until(|server| found(server).contains("桂影"));
    }
}

/// Takes away what is written last, as if the writer had been stopped before.
fn what_was_cut_short_is_mended(engine: &Engine, there: &str, server: &Server, dir: &Path) {
    let file = changed(dir, "桂影");
    let (status, said) = server.update(&format!(
        "{GM}PREFIX prov: <http://www.w3.org/ns/prov#>
         DELETE {{ GRAPH ?g {{ ?v a gm:Version }} GRAPH ?h {{ ?work gm:currentVersion ?v }} }}
         INSERT {{ GRAPH ?h {{ ?work gm:currentVersion ?before }} }}
         WHERE {{ GRAPH ?g {{ ?v a gm:Version ; gm:text ?t FILTER(CONTAINS(?t, '桂影')) }}
                  GRAPH ?h {{ ?work gm:currentVersion ?v . ?v prov:wasRevisionOf ?before }} }}"
    ));
    assert_eq!(status, 204, "{said}");
    let taken = run(ingest(engine, there).arg(&file));
    assert!(taken.said.contains("(1 new version)"), "{}", taken.said);
    let again = run(ingest(engine, there).arg(&file));
    assert!(again.said.contains("(1 unchanged)"), "{}", again.said);
}

fn two_writers_take_turns(engine: &Engine, there: &str, dir: &Path) {
    let files = ["竹溪", "梅坞"].map(|word| changed(dir, word));
    let writers = files.map(|file| {
        let mut ingest = ingest(engine, there);
        ingest.arg(file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for writer in writers {
        let told = writer.wait_with_output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    }
    let text = format!(
        "{GM}SELECT ?work {{ ?work gm:currentVersion ?v }} GROUP BY ?work HAVING(COUNT(?v) > 1)"
    );
    let two =
        run(engine.gangmu().args(["query", "--results", "csv", "--store", there, "--text", &text]));
    assert_eq!(two.said.lines().count(), 1, "works with two current versions: {}", two.said);
}

fn graphs_and_updates_go_through(server: &Server) {
    let graph = "/store?graph=http://example.org/g";
    let triples = "<http://example.org/s> <http://example.org/p> \"一\" .";
    assert_eq!(server.send("PUT", graph, "text/turtle", triples).0, 201);
    let more = "<http://example.org/s> <http://example.org/p> true, 85.0 .";
    assert_eq!(server.send("POST", graph, "text/turtle", more).0, 204);
    let (status, text) = server.send("GET", graph, "application/n-triples", "");
    assert_eq!((status, text.lines().count()), (200, 3), "{text}");
    let (status, said) = server.update(
        "DELETE WHERE { GRAPH <http://example.org/g> { ?s ?p true } } ;
         INSERT DATA { GRAPH <http://example.org/h> { <http://example.org/s> <http://example.org/p> 1 } }",
    );
    assert_eq!(status, 204, "{said}");
    assert!(server.ask("ASK { GRAPH <http://example.org/h> { ?s ?p 1 } }"));
    let (_, text) = server.send("GET", graph, "application/n-triples", "");
    assert!(!text.contains("true") && text.contains("\"85\"^^"), "{text}");
    assert_eq!(server.send("DELETE", graph, "", "").0, 204);
    assert_eq!(server.send("GET", graph, "application/n-triples", "").0, 404);
    let (status, said) = server.update("LOAD <http://example.org/x>");
    assert!(status == 400 && said.contains("LOAD"), "{status} {said}");
}

struct Told {
    ok: bool,
    /// On both outputs.
    said: String,
}

fn run(command: &mut Command) -> Told {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Told { ok: output.status.success(), said: String::from_utf8(said).unwrap() }
}

fn ingest(engine: &Engine, store: &str) -> Command {
    let mut ingest = engine.gangmu();
    ingest.args(["ingest", "--store", store, "--names"]).arg(sample("names.toml"));
    ingest
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn sample(name: &str) -> PathBuf {
    project("seeds/samples").join(name)
}

/// Our server over a store.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(engine: &Engine, store: &str) -> Self {
        let mut serve = engine.gangmu();
        serve.args(["serve", "--bind", "127.0.0.1:0", "--store", store, "--names"]);
        serve.arg(sample("names.toml")).arg("--index").arg(engine.index());
        // Virtuoso compiles each query anew, on a machine that may be busy.
        serve.args(["--query-timeout", "300"]);
        serve.env("GANGMU_ADMIN_TOKEN", TOKEN).stdout(Stdio::piped());
        let mut child = serve.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        Self { child, address }
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> (u16, String) {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            // Addresses in answers are those of the request's host.
            .header("Host", "127.0.0.1:8080")
            .header("Authorization", format!("Bearer {TOKEN}"))
            .header(if method == "GET" { "Accept" } else { "Content-Type" }, kind);
        let response = match method {
            "GET" | "DELETE" => agent.run(request.body(()).unwrap()),
            _ => agent.run(request.body(body.as_bytes()).unwrap()),
        };
        let mut response = response.unwrap();
        let body = response.body_mut().read_to_vec().unwrap();
        (response.status().as_u16(), String::from_utf8_lossy(&body).into_owned())
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.send("GET", path, "*/*", "")
    }

    fn update(&self, update: &str) -> (u16, String) {
        self.send("POST", "/update", "application/sparql-update", update)
    }

    fn send_document(&self, file: &Path) -> (u16, String) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let body = std::fs::read_to_string(file).unwrap();
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--x--\r\n"
        );
        self.send("POST", "/documents", "multipart/form-data; boundary=x", &body)
    }

    fn ask(&self, query: &str) -> bool {
        let (status, text) = self.send("POST", "/sparql", "application/sparql-query", query);
        assert_eq!(status, 200, "{text}");
        text.contains("true")
    }

    /// Waits until something is so: other processes' changes are seen after a moment.
    fn until(&self, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < Duration::from_secs(120), "{} never sees it", self.address);
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}
