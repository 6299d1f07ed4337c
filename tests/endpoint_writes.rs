//! What holders of tokens may do to a served store, and what the endpoint says of itself.

#[path = "common/server.rs"]
mod server;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::Triple;
use server::{Answer, Server, Start, TOKEN};

const PLAN: &str = include_str!("../seeds/samples/education-work-points-2024.txt");
const REPORT: &str = include_str!("../seeds/samples/childcare-report.txt");
const GM: &str = "PREFIX gm: <https://w3id.org/gangmu/ontology#>\n";
const UPDATE: &str = "application/sparql-update";
const TURTLE: &str = "text/turtle";

fn triples(answer: &Answer) -> Vec<Triple> {
    let format =
        RdfFormat::from_media_type(&answer.kind).unwrap_or_else(|| panic!("{}", answer.kind));
    let quads = RdfParser::from_format(format).for_slice(answer.body.as_bytes());
    quads.map(|quad| quad.unwrap().into()).collect()
}

/// The fields of a problem document that every problem has.
fn assert_problem(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.kind, "application/problem+json", "{}", answer.body);
    let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["status"], status);
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_ascii()), "{problem}");
}

#[test]
fn without_tokens_nothing_can_be_written() {
    let server = Start { documents: None, writes: false, ..Start::default() }.start();
    for (path, kind) in [
        ("/update", UPDATE),
        ("/sparql", UPDATE),
        ("/store?default", TURTLE),
        ("/documents?name=a.txt", "text/plain"),
    ] {
        let refused = server.write("POST", path, kind, "CLEAR ALL");
        assert_problem(&refused, 403);
        assert!(refused.body.contains("gangmu token new"), "{}", refused.body);
    }
    assert_problem(&server.write("DELETE", "/store?default", TURTLE, ""), 403);
}

#[test]
fn roles_hold() {
    let token = |role: &str| {
        let mut command = assert_cmd::Command::cargo_bin("gangmu").unwrap();
        let made =
            command.args(["token", "new", "--name", "某处", "--role", role]).output().unwrap();
        let printed = String::from_utf8(made.stdout).unwrap();
        let (token, settings) = printed.split_once("\n\n").unwrap();
        assert!(token.starts_with("gm_") && token.len() == 67 && !settings.contains(token));
        (token.to_owned(), settings.to_owned())
    };
    let ((reader, first), (editor, second)) = (token("reader"), token("editor"));
    let settings = format!("[access]\nread = 'token'\n{first}{second}");
    let server =
        Start { documents: None, settings: &settings, writes: false, ..Start::default() }.start();
    let status = |method: &str, path: &str, token: &str| {
        let kind = [("content-type", UPDATE)];
        server
            .request(method, path, &kind, b"INSERT DATA { <http://x/s> <http://x/p> 1 }", token)
            .status
    };
    for path in ["/healthz", "/readyz", "/style.css"] {
        assert_eq!(status("GET", path, ""), 200, "{path}");
    }
    for path in
        ["/", "/agencies", "/sparql?query=ASK+%7B%7D", "/store?default", "/.well-known/void"]
    {
        assert_eq!(status("GET", path, ""), 401, "{path}");
        assert_eq!(status("GET", path, "gm_of_nobody"), 401, "{path}");
        assert_eq!(status("GET", path, &reader), 200, "{path}");
        assert_eq!(status("GET", path, &editor), 200, "{path}");
    }
    assert_eq!(status("POST", "/update", ""), 401);
    assert_eq!(status("POST", "/update", &reader), 403);
    assert_eq!(status("POST", "/update", &editor), 204);
}

#[test]
fn an_update_is_done_whole_or_not_at_all() {
    let server = Server::empty();
    let add = "INSERT DATA { <http://x/s> <http://x/p> 1 . GRAPH <http://x/g> { <http://x/s> <http://x/p> 2 } }";
    assert_eq!(server.write("POST", "/sparql", UPDATE, add).status, 204);
    let all = "SELECT ?o { ?s ?p ?o } ORDER BY ?o";
    assert_eq!(server.rows(all), ["1", "2"]);
    let half = "INSERT DATA { <http://x/s> <http://x/p> 3 } ; CREATE GRAPH <http://x/g>";
    assert_problem(&server.write("POST", "/update", UPDATE, half), 400);
    assert_problem(&server.write("POST", "/update", UPDATE, "INSERT"), 400);
    let load = "LOAD <http://127.0.0.1:9/> INTO GRAPH <http://x/l>";
    let refused = server.write("POST", "/update", UPDATE, load).status;
    assert!((400..500).contains(&refused), "{refused}");
    assert_eq!(server.rows(all), ["1", "2"]);
    // The WHERE part sees the union of all graphs; what is named goes into the default graph.
    let copy = "INSERT { ?s <http://x/q> ?o } WHERE { ?s <http://x/p> ?o }";
    assert_eq!(server.write("POST", "/update", UPDATE, copy).status, 204);
    assert_eq!(server.rows("SELECT ?o { ?s <http://x/q> ?o } ORDER BY ?o"), ["1", "2"]);
    assert_eq!(server.read("/store?default", "application/n-triples").body.lines().count(), 3);
}

#[test]
fn graphs_are_had_and_written_in_all_formats() {
    let server = Server::empty();
    let put = server.write("PUT", "/store/notes/%E7%94%B2", TURTLE, "<> <p> \"甲\" .");
    assert_eq!(put.status, 201, "{}", put.body);
    assert_eq!(put.location, "http://127.0.0.1:8080/store/notes/%E7%94%B2");
    let graph = "http://127.0.0.1:8080/store/notes/甲";
    assert_eq!(
        server.rows(&format!("SELECT ?o {{ GRAPH <{graph}> {{ <{graph}> ?p ?o }} }}")),
        ["甲"]
    );
    for kind in [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/n-quads",
        "application/trig",
    ] {
        let got = server.read("/store/notes/%E7%94%B2", kind);
        assert_eq!((got.status, triples(&got).len()), (200, 1), "{kind}");
        let path = format!("/store?graph=http://x/{}", kind.replace(['/', '+'], "-"));
        assert_eq!(server.write("POST", &path, kind, &got.body).status, 201, "{kind}");
        assert_eq!(server.write("POST", &path, kind, &got.body).status, 204, "{kind}");
        assert_eq!(triples(&server.read(&path, "*/*")).len(), 1, "{kind}");
    }
    let head = server.send("HEAD", "/store/notes/%E7%94%B2", &[]);
    assert_eq!(head.status(), 200);
    assert!(!head.headers().contains_key("content-length"), "it is not known");
    assert_problem(&server.read("/store?default", "image/png"), 406);
    for (method, path, kind, body, status) in [
        ("PUT", "/store?default", "application/pdf", "", 415),
        ("PUT", "/store?default", "", "<a> <b> <c> .", 415),
        ("PUT", "/store?default", TURTLE, "<a> <b>", 400),
        ("PUT", "/store?default", "application/trig", "<http://x/g> { <a> <b> <c> }", 400),
        ("PUT", "/store", TURTLE, "", 400),
        ("PUT", "/store?graph=relative", TURTLE, "", 400),
        ("PUT", "/store?default&graph=http://x/a", TURTLE, "", 400),
        ("POST", "/store?default", "multipart/form-data; boundary=b", "--b--\r\n", 400),
        ("DELETE", "/store?graph=http://x/none", "", "", 404),
        ("GET", "/store?graph=http://x/none", "", "", 404),
        ("GET", "/store", "", "", 400),
    ] {
        assert_problem(&server.write(method, path, kind, body), status);
    }
    assert_eq!(server.write("PATCH", "/store?default", UPDATE, "").status, 405);
    assert!(server.read("/store?default", "application/n-triples").body.is_empty());
}

#[test]
fn documents_are_read_and_taken_in() {
    let server = Server::empty();
    let send = |path: &str| server.write("POST", path, "text/plain", PLAN);
    let taken = send("/documents?name=%E8%A6%81%E7%82%B9.txt");
    assert_eq!(taken.status, 201, "{}", taken.body);
    let summary: serde_json::Value = serde_json::from_str(&taken.body).unwrap();
    let document = &summary["documents"][0];
    assert_eq!(document["outcome"], "new");
    assert_eq!(document["name"], "要点.txt");
    assert!(document["tasks"].as_u64().unwrap() > 3, "{document}");
    assert_eq!(document["version"], taken.location);
    let version = &taken.location;
    let tasks =
        format!("{GM}SELECT (COUNT(?t) AS ?n) {{ ?t gm:inVersion <{version}> ; a gm:Task }}");
    assert_eq!(server.rows(&tasks), [document["tasks"].to_string()]);
    let page = version.strip_prefix("http://127.0.0.1:8080").unwrap();
    assert!(server.page(page).contains("目录"));
    let again = send("/documents?name=%E8%A6%81%E7%82%B9.txt");
    assert_eq!(again.status, 200);
    assert!(again.body.contains("\"unchanged\""), "{}", again.body);
    assert!(send("/documents?name=other.txt").body.contains("\"new-source\""));
}

#[test]
fn one_bad_document_stops_none_of_the_others() {
    let server = Server::empty();
    let part = |name: &str, text: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        )
    };
    let body = [
        part("plan.txt", PLAN),
        part("empty.txt", ""),
        part("a.pdf", "x"),
        part("report.txt", REPORT),
    ];
    let body = format!("{}--b--\r\n", body.concat());
    let taken = server.write("POST", "/documents", "multipart/form-data; boundary=b", &body);
    assert_eq!(taken.status, 207, "{}", taken.body);
    let summary: serde_json::Value = serde_json::from_str(&taken.body).unwrap();
    let statuses: Vec<_> = summary["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [201, 422, 422, 201]);
    assert_eq!(summary["documents"][1]["problem"]["status"], 422);
    let versions = server.rows(&format!("{GM}SELECT ?v {{ ?v a gm:Version }}"));
    assert_eq!(versions.len(), 2);
    for (path, kind, body, status) in [
        ("/documents?name=empty.txt", "text/plain", "", 422),
        ("/documents", "text/plain", PLAN, 400),
        ("/documents?name=a.txt", "application/json", "{}", 415),
    ] {
        assert_problem(&server.write("POST", path, kind, body), status);
    }
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_sent() {
    let settings = "[limits]\nbody = 1\n";
    let server = Start { documents: None, settings, ..Start::default() }.start();
    for (path, kind) in [
        ("/documents?name=a.txt", "text/plain"),
        ("/store?default", TURTLE),
        ("/update", UPDATE),
        ("/sparql", "application/sparql-query"),
    ] {
        let mut stream = TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
        let length = (1 << 20) + 1;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 413"), "{path}: {line}");
    }
    let large = " ".repeat(1 << 20);
    assert_eq!(server.write("POST", "/store?default", TURTLE, &large).status, 204);
}

#[test]
fn void_counts_what_is_there_now() {
    let server = Server::empty();
    let count = |what: &str| {
        let void = server.read("/.well-known/void", "application/n-triples");
        assert_eq!(void.status, 200, "{}", void.body);
        let (property, dataset) = (
            format!("http://rdfs.org/ns/void#{what}"),
            "<http://127.0.0.1:8080/.well-known/void#dataset>",
        );
        let found = triples(&void).into_iter().find(|triple| {
            triple.predicate.as_str() == property && triple.subject.to_string() == dataset
        });
        found.unwrap().object.to_string().split('"').nth(1).unwrap().to_owned()
    };
    assert_eq!((count("triples"), count("documents")), ("0".to_owned(), "0".to_owned()));
    assert_eq!(server.write("POST", "/documents?name=a.txt", "text/plain", PLAN).status, 201);
    assert_eq!(count("documents"), "1");
    assert_eq!([count("triples")], server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[..]);
    let void = server.read("/.well-known/void", "text/turtle").body;
    assert!(void.contains("void:classPartition") && void.contains("dcterms:modified"), "{void}");
    assert_eq!(server.read("/.well-known/void", "image/png").status, 406);
}

#[test]
fn the_questions_are_examples() {
    let server = Server::empty();
    let examples = server.read("/.well-known/sparql-examples", "application/ld+json");
    assert_eq!(examples.status, 200);
    let again = server.read("/.well-known/sparql-examples", "application/ld+json");
    assert_eq!(examples.body, again.body);
    let select = "http://www.w3.org/ns/shacl#select";
    let queries: Vec<_> = triples(&examples)
        .into_iter()
        .filter(|triple| triple.predicate.as_str() == select)
        .map(|triple| triple.object)
        .collect();
    assert_eq!(queries.len(), 18);
    for query in queries {
        let oxigraph::model::Term::Literal(query) = query else { panic!("{query}") };
        server.rows(query.value());
    }
}
