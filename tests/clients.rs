//! Clients that developers use, each doing its work against a served store of the samples.
//!
//! `.ci/clients` installs them below `target/`; where it could not, a test says so and passes.

#[path = "common/server.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use server::{Server, TOKEN, encode, server};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs a client where `probe` finds it.
fn run(probe: &mut Command, client: &mut Command) {
    if !probe.output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped, since it is not installed (.ci/clients does where it can): {probe:?}");
        return;
    }
    let output = client.output().unwrap();
    let told = [output.stdout, output.stderr].map(|out| String::from_utf8_lossy(&out).into_owned());
    assert!(output.status.success(), "{}", told.concat());
    println!("{}", told.concat());
}

fn python(script: &str, packages: &str, args: &[&str]) {
    let python = || Command::new(project("target/venv/bin/python"));
    run(
        python().arg("-c").arg(format!("import {packages}")),
        python().arg(project("tests/clients").join(script)).args(args),
    );
}

#[test]
fn sparqlwrapper() {
    python("sparqlwrapper.py", "SPARQLWrapper, rdflib", &[&server().address]);
}

#[test]
fn rdflib() {
    python("rdflib_store.py", "rdflib", &[&server().address]);
}

#[test]
fn rdflib_that_writes() {
    python("rdflib_update.py", "rdflib", &[&Server::empty().address, TOKEN]);
}

#[test]
fn comunica() {
    let installed = project("target/clients");
    let server = server();
    let needed = installed.join("node_modules/@comunica/query-sparql");
    run(
        Command::new("node").arg("-e").arg(format!("require({needed:?})")),
        Command::new("node")
            .arg(project("tests/clients/comunica.mjs"))
            .args([server.address.as_ref(), installed.as_os_str()]),
    );
}

/// As the README shows it: pipes, files, redirections.
#[test]
fn curl() {
    let server = server();
    let curl = |args: &[&str]| {
        let output = Command::new("curl").args(["-sS", "--fail-with-body"]).args(args).output();
        let output = output.expect("curl is installed");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let sparql = format!("{}/sparql", server.address);
    let (ok, json) = curl(&[&sparql, "--data-urlencode", "query=SELECT * { ?s ?p ?o } LIMIT 5"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(ok && json["results"]["bindings"].as_array().unwrap().len() == 5);
    let file = project("queries/documents.rq");
    let body = format!("@{}", file.display());
    let (ok, csv) = curl(&[
        &sparql,
        "-H",
        "Content-Type: application/sparql-query",
        "-H",
        "Accept: text/csv",
        "--compressed",
        "--data-binary",
        &body,
    ]);
    assert!(ok && csv.lines().count() > 5, "{csv}");
    let query = format!("{sparql}?query={}", encode("ASK {}"));
    let (ok, _) = curl(&[&query, "-I"]);
    assert!(ok, "HEAD");
    let role = format!("{}/role/lead", server.address);
    let (ok, turtle) = curl(&["-L", "-H", "Accept: text/turtle", &role]);
    assert!(ok && turtle.contains("role:lead"));
    let (ok, problem) = curl(&[&sparql, "--data-urlencode", "query=SELECT oops"]);
    assert!(!ok && !problem.is_empty());
}
