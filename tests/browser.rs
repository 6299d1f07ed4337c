//! People at the pages, in a browser: Debian's Chromium, driven by Playwright, over a served store of the samples.
//!
//! The scenarios are `tests/browser/*.mjs`. They need Chromium (`.ci/setup`) and the packages of `web/` (`.ci/islands`); where
//! these are not, a test says so and passes, but in CI it fails.

#[path = "common/server.rs"]
mod server;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Reader, Xlsx};
use server::{Server, Start, TOKEN};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The browser, where it is.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|path| path.exists())
}

/// What is missing to run a scenario.
fn missing() -> Option<&'static str> {
    let has_node = Command::new("node").arg("--version").output().is_ok();
    if !has_node {
        return Some("there is no Node");
    }
    if !project("web/node_modules/playwright-core").exists() {
        return Some("the packages of web/ are not installed");
    }
    if !project("web/dist/manifest.json").exists() {
        return Some("the islands are not built");
    }
    chromium().is_none().then_some("there is no Chromium")
}

/// Runs a scenario against a server, with a folder for what it keeps.
fn play(scenario: &str, server: &Server) -> bool {
    if let Some(missing) = missing() {
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        eprintln!("skipped: {missing} (make test installs what it may)");
        return false;
    }
    let output = Command::new("node")
        .arg(project("tests/browser").join(scenario))
        .arg(&server.address)
        .arg(server.dir.path())
        .env("CHROMIUM", chromium().unwrap_or_default())
        .env("TOKEN", TOKEN)
        .output()
        .unwrap();
    let told = [output.stdout, output.stderr].map(|out| String::from_utf8_lossy(&out).into_owned());
    assert!(output.status.success(), "{scenario}: {}", told.concat());
    println!("{}", told.concat());
    true
}

#[test]
fn all_pages() {
    play("pages.mjs", &server::server());
}

#[test]
fn the_half_minute_of_a_clerk() {
    let server = Start::default().start();
    if !play("clerk.mjs", &server) {
        return;
    }
    let expected = std::fs::read(server.dir.path().join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let file = std::fs::File::open(server.dir.path().join("ledger.xlsx")).unwrap();
    let mut workbook = Xlsx::new(std::io::BufReader::new(file)).unwrap();
    let sheet = workbook.worksheet_range("台账").unwrap();
    let mut rows = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let column = |title: &str| head.iter().position(|cell| cell == title).unwrap();
    let (role, evidence, task) = (column("角色"), column("原文依据"), column("任务"));
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len() as u64, expected["rows"].as_u64().unwrap(), "what the page shows");
    assert!(rows.iter().all(|row| row[role] == "牵头"), "{rows:?}");
    let words = expected["words"].as_str().unwrap();
    assert!(rows.iter().any(|row| row[evidence].contains(words)), "{words}: {rows:?}");
    for shown in expected["tasks"].as_array().unwrap() {
        let shown = shown.as_str().unwrap();
        assert!(rows.iter().any(|row| shown.ends_with(&row[task])), "{shown}: {rows:?}");
    }
}

#[test]
fn documents_are_seen_before_they_are_kept() {
    let server = Server::empty();
    let archive = File::create(server.dir.path().join("来文.zip")).unwrap();
    let mut archive = zip::ZipWriter::new(archive);
    for (name, text) in
        [("2024/要点.txt", "青澜市2024年教育工作要点\n一、建设学校。"), ("空.txt", "")]
    {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    play("upload.mjs", &server);
}

#[test]
fn the_way_of_an_analyst() {
    play("analyst.mjs", &server::server());
}

#[test]
fn the_workbench() {
    // So that a query over the limit need not be waited for.
    play("workbench.mjs", &Server::with("[limits]\nquery_timeout = 3.0\n"));
}

/// Markup in the place of words. What a browser made of it would be noticed: it calls, or leaves an element behind.
const SCRIPT: &str =
    "&lt;script&gt;globalThis.hacked=1;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;";

fn hostile() -> String {
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{SCRIPT}青澜市养老服务工作方案</title></head><body>\
         <h1>青澜市人民政府办公室关于印发{SCRIPT}养老服务工作方案的通知</h1>\
         <p>青政办发〔2025〕99号</p><p>各县（市、区）人民政府：</p>\
         <p>根据《江南省{SCRIPT}养老服务条例》，制定本方案。</p>\
         <p>一、重点任务</p>\
         <p>（一）完善{SCRIPT}养老服务。到2025年底，护理床位占比达到60%以上。（牵头单位：市民政局{SCRIPT}；配合单位：市财政局）</p>\
         <table><tr><th>序号</th><th>任务</th><th>牵头单位</th><th>完成时限</th></tr>\
         <tr><td>1</td><td>完善{SCRIPT}养老服务</td><td>市民政局{SCRIPT}</td><td>2025年12月{SCRIPT}</td></tr></table>\
         <p>青澜市人民政府办公室</p><p>2025年3月1日</p></body></html>"
    )
}

#[test]
fn a_hostile_document() {
    let server = Server::empty();
    let boundary = "boundary-of-parts";
    let name = "&quot;&gt;<script>alert(1)</script><img src=x onerror=alert(1)>.html";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n{}\r\n--{boundary}--\r\n",
        hostile()
    );
    let kind = format!("multipart/form-data; boundary={boundary}");
    let answer = server.write("POST", "/documents", &kind, &body);
    assert!(answer.status < 300, "{} {}", answer.status, answer.body);
    // The reader takes no title for one that has such letters, so names get theirs afterwards.
    let names = format!(
        "PREFIX gm: <https://w3id.org/gangmu/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/>\n\
         PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n\
         DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} INSERT {{ GRAPH ?g {{ ?s ?p ?n }} }} WHERE {{\n\
           VALUES ?p {{ dcterms:title skos:prefLabel rdfs:label gm:heading gm:number gm:indicator gm:unit }}\n\
           GRAPH ?g {{ ?s ?p ?o }} BIND(CONCAT(STR(?o), \"{}\") AS ?n) }}",
        SCRIPT.replace("&lt;", "<").replace("&gt;", ">")
    );
    let answer = server.write("POST", "/update", "application/sparql-update", &names);
    assert!(answer.status < 300, "{} {}", answer.status, answer.body);
    play("hostile.mjs", &server);
}
