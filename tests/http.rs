//! HTTP as it should be, whatever is asked for: tags, compression, limits, ids, figures, an orderly end.

#[path = "common/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use server::{Server, Start, TOKEN, agent, encode, header, server};
use ureq::Body;
use ureq::http::Response;

const PLAIN: (&str, &str) = ("Accept-Encoding", "identity");
const ASK: &str = "/sparql?query=ASK%20%7B%7D";

/// That an answer is a problem document of this code, and what it says.
fn problem(mut response: Response<Body>, status: u16, kind: &str) -> serde_json::Value {
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    assert_eq!(response.status(), status);
    let problem: serde_json::Value =
        serde_json::from_reader(response.body_mut().as_reader()).unwrap();
    assert_eq!(problem["type"], format!("urn:gangmu:problem:{kind}"));
    assert_eq!(problem["status"], status);
    problem
}

/// The headers that tell of the answer, not of its moment nor of how it is sent.
fn lasting(response: &Response<Body>) -> BTreeMap<String, String> {
    let headers = response.headers().keys().map(|name| name.as_str().to_owned());
    let lasting = headers
        .filter(|name| !["date", "transfer-encoding", "x-request-id"].contains(&name.as_str()));
    lasting.map(|name| (name.clone(), header(response, &name))).collect()
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let server = server();
    for path in ["/", "/agencies?q=%E5%B1%80", ASK, "/vocabulary", "/data/ontology.ttl"] {
        let first = server.send("GET", path, &[PLAIN]);
        let tag = header(&first, "etag");
        assert!(tag.starts_with('"'), "{path}: {tag}");
        assert!(header(&first, "vary").contains("accept"), "{path}");
        assert_eq!(header(&first, "cache-control"), "no-cache", "{path}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
            let mut second = server.send("GET", path, &[PLAIN, ("If-None-Match", &known)]);
            assert_eq!(second.status(), 304, "{path} {known}");
            assert!(header(&second, "etag").ends_with(&tag), "{path}");
            // The policy that the client has with its copy stays.
            assert_eq!(header(&second, "content-security-policy"), "", "{path}");
            assert!(second.body_mut().read_to_vec().unwrap().is_empty(), "{path}");
        }
        let again = server.send("GET", path, &[PLAIN, ("If-None-Match", "\"x\"")]);
        assert_eq!(again.status(), 200, "{path}");
        let any = server.send("GET", path, &[PLAIN, ("If-None-Match", "*")]);
        assert_eq!((any.status().as_u16(), header(&any, "etag")), (304, tag.clone()), "{path}");
        let other = server.send("GET", path, &[PLAIN, ("Accept", "text/csv, */*")]);
        assert_ne!(header(&other, "etag"), tag, "another form has another tag");
    }
    let nothing = server.send("GET", "/nothing", &[PLAIN, ("If-None-Match", "*")]);
    assert_eq!((nothing.status().as_u16(), header(&nothing, "etag")), (404, String::new()));
    // The time of day is another each time, whatever the store holds.
    for live in ["/metrics", "/sparql?query=SELECT%20(NOW()%20AS%20%3Fnow)%20%7B%7D"] {
        let live = server.send("GET", live, &[PLAIN]);
        assert_eq!(
            (header(&live, "etag").as_str(), header(&live, "cache-control").as_str()),
            ("", "no-store")
        );
    }
}

#[test]
fn head_is_get_without_the_body() {
    let server = server();
    let paths = [
        "/",
        "/agencies",
        "/sparql",
        ASK,
        "/vocabulary",
        "/data/ontology.rdf",
        "/healthz",
        "/ontology",
        "/nothing",
        "/style.css",
    ];
    for path in paths {
        for coding in ["identity", "gzip", "br"] {
            let headers = [("Accept-Encoding", coding), ("Accept", "text/html, */*;q=0.5")];
            let get = server.send("GET", path, &headers);
            let mut head = server.send("HEAD", path, &headers);
            assert_eq!(head.status(), get.status(), "{path}");
            assert_eq!(lasting(&head), lasting(&get), "{path} {coding}");
            // ureq would miss the end of what is compressed.
            if coding == "identity" {
                assert!(head.body_mut().read_to_vec().unwrap().is_empty(), "{path}");
            }
        }
    }
}

#[test]
fn large_answers_are_compressed_for_those_who_can_read_it() {
    let server = server();
    let query = encode("SELECT * { ?s ?p ?o } LIMIT 2000");
    let path = format!("/sparql?query={query}");
    let plain = server
        .send("GET", &path, &[PLAIN, ("Accept", "text/csv")])
        .body_mut()
        .read_to_vec()
        .unwrap();
    assert!(plain.len() > 100_000);
    for coding in ["gzip", "br", "zstd"] {
        let raw = Command::new("curl")
            .args(["-s", "-D", "-", "-o"])
            .arg(server.dir.path().join(coding))
            .args(["-H", "Accept: text/csv", "-H", &format!("Accept-Encoding: {coding}")])
            .arg(format!("{}{path}", server.address))
            .output()
            .expect("curl is installed");
        let headers = String::from_utf8(raw.stdout).unwrap().to_ascii_lowercase();
        assert!(headers.contains(&format!("content-encoding: {coding}\r\n")), "{headers}");
        assert!(headers.contains("etag: w/\""), "{headers}");
        assert!(headers.contains("accept-encoding"), "{headers}");
        let packed = std::fs::read(server.dir.path().join(coding)).unwrap();
        assert!(packed.len() < plain.len() / 4, "{coding}: {}", packed.len());
    }
    // ureq decodes what it asked for.
    let gzip =
        server.send("GET", &path, &[("Accept", "text/csv")]).body_mut().read_to_vec().unwrap();
    assert!(gzip == plain, "{} {}", gzip.len(), plain.len());
    let small = server.send("GET", ASK, &[("Accept-Encoding", "br")]);
    assert_eq!(header(&small, "content-encoding"), "");
}

#[test]
fn pages_of_the_origins_that_are_named_may_read() {
    let server = Server::with("[cors]\norigins = ['https://example.org']");
    let asked = [
        ("Origin", "https://example.org"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization, content-type"),
    ];
    let preflight = server.send("OPTIONS", "/sparql", &asked);
    assert!(preflight.status().is_success());
    assert_eq!(header(&preflight, "access-control-allow-origin"), "https://example.org");
    assert!(header(&preflight, "access-control-allow-methods").contains("POST"));
    assert!(header(&preflight, "access-control-allow-headers").contains("authorization"));
    let read = server.send("GET", ASK, &[("Origin", "https://example.org")]);
    assert_eq!(header(&read, "access-control-allow-origin"), "https://example.org");
    let shown = header(&read, "access-control-expose-headers");
    for name in ["etag", "link", "retry-after", "x-request-id"] {
        assert!(shown.contains(name), "{shown}");
    }
    let other = server.send("GET", ASK, &[("Origin", "https://other.example")]);
    assert_eq!(header(&other, "access-control-allow-origin"), "");
    // Without a list nobody's scripts may read.
    let closed = server::server();
    let read = closed.send("GET", ASK, &[("Origin", "https://example.org")]);
    assert_eq!(header(&read, "access-control-allow-origin"), "");
}

#[test]
fn what_is_too_much_is_refused_with_its_limit() {
    let server = Server::with("[limits]\nbody = 1");
    let post = |size: usize| {
        let uri = format!("{}/sparql", server.address);
        let body = format!("ASK {{}} #{}", "x".repeat(size));
        agent().post(uri).header("Content-Type", "application/sparql-query").send(body).unwrap()
    };
    assert_eq!(post(1000).status(), 200);
    // Refused for what it says it will send, before it has.
    let mut stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).unwrap();
    let head =
        "POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2000000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    for part in ["application/problem+json", ":body-too-large\"", "limits.body = 1 MB", "remedy"] {
        assert!(answer.contains(part), "{answer}");
    }
    let long = "x".repeat(20_000);
    problem(server.send("GET", ASK, &[("X-Long", &long)]), 431, "headers-too-large");
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let server = server();
    for (method, path, right) in [
        ("DELETE", "/agencies", "GET,HEAD"),
        ("POST", "/work/x", "GET,HEAD"),
        ("PUT", "/metrics", "GET,HEAD"),
    ] {
        let response = server.send(method, path, &[]);
        assert_eq!(header(&response, "allow"), right);
        problem(response, 405, "method-not-allowed");
        let options = server.send("OPTIONS", path, &[]);
        assert_eq!(options.status(), 204, "{path}");
        assert!(header(&options, "allow").starts_with(right), "{path}");
    }
}

#[test]
fn a_client_that_asks_too_often_waits() {
    let server = Server::with("[rate]\nper_second = 1\nburst = 5");
    let answers: Vec<_> =
        (0..20).map(|_| server.send("GET", ASK, &[("X-Forwarded-For", "192.0.2.9")])).collect();
    assert!(answers[..5].iter().all(|answer| answer.status() == 200));
    let refused = answers.into_iter().find(|answer| answer.status() == 429).expect("a refusal");
    assert_eq!(header(&refused, "retry-after"), "1");
    problem(refused, 429, "too-many-requests");
    assert_eq!(server.send("GET", "/healthz", &[]).status(), 200);
}

#[test]
fn reading_can_be_closed() {
    let server = Server::with("[access]\nread = 'token'");
    let refused = server.send("GET", "/", &[]);
    assert_eq!(header(&refused, "www-authenticate"), "Bearer");
    problem(refused, 401, "token-needed");
    for path in ["/agencies", ASK, "/vocabulary", "/metrics", "/nothing"] {
        assert_eq!(server.send("GET", path, &[]).status(), 401, "{path}");
    }
    let token = format!("Bearer {TOKEN}");
    let read = server.send("GET", "/", &[("Authorization", &token)]);
    assert_eq!(
        (read.status().as_u16(), header(&read, "cache-control").as_str()),
        (200, "private, no-cache")
    );
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.send("GET", path, &[]).status(), 200, "{path}");
    }
}

#[test]
fn a_request_is_found_in_the_log_by_its_id() {
    let settings = "[log]\nformat = 'json'";
    let start = Start { settings, args: &["-v"], log: Stdio::piped(), ..Start::default() };
    let mut server = start.start();
    let given = server.send("GET", "/agencies", &[("X-Request-Id", "abc-123")]);
    assert_eq!(header(&given, "x-request-id"), "abc-123");
    let made = header(&server.send("GET", ASK, &[("X-Request-Id", "a b")]), "x-request-id");
    assert!(made.len() == 16 && made != "abc-123", "{made}");
    server.ask_to_stop();
    assert!(server.ended().success());
    let lines: Vec<serde_json::Value> =
        server.log().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = lines.iter().find(|line| line["span"]["id"] == "abc-123").expect("a line");
    assert_eq!(line["span"]["path"], "/agencies");
    assert_eq!(line["status"], 200);
    assert!(lines.iter().any(|line| line["span"]["id"] == made.as_str()));
}

#[test]
fn the_figures_are_what_prometheus_reads() {
    let server = Start::default().start();
    assert_eq!(server.send("GET", "/readyz", &[]).status(), 200);
    for _ in 0..3 {
        server.send("GET", ASK, &[]);
    }
    server.send("GET", "/page/nothing", &[]);
    let mut response = server.send("GET", "/metrics", &[]);
    assert!(header(&response, "content-type").starts_with("application/openmetrics-text"));
    let text = response.body_mut().read_to_string().unwrap();
    let mut figures = BTreeMap::new();
    for line in text.lines() {
        if let Some(remark) = line.strip_prefix("# ") {
            let word = remark.split(' ').next().unwrap();
            assert!(["HELP", "TYPE", "UNIT", "EOF"].contains(&word), "{line}");
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(name.starts_with("gangmu_"), "{line}");
            assert!(figures.insert(name.to_owned(), value).is_none(), "{line}");
        }
    }
    assert!(text.ends_with("# EOF\n"));
    let requests = |route: &str, status: u16| {
        let name = "gangmu_http_requests_total";
        figures[&format!("{name}{{route=\"{route}\",method=\"GET\",status=\"{status}\"}}")]
    };
    assert_eq!(requests("/sparql", 200), 3.0);
    assert_eq!(requests("/page/{*path}", 404), 1.0);
    assert_eq!(figures["gangmu_cache_lookups_total{found=\"true\"}"], 2.0);
    assert_eq!(figures["gangmu_queries_running"], 0.0);
    let all: f64 =
        server.rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")[0].parse().unwrap();
    assert_eq!(figures["gangmu_store_triples"], all);
}

#[test]
fn a_running_answer_is_finished_before_the_end() {
    let mut server = Start::default().start();
    // Begun but not finished: the body of the request is still on its way when the server is told to stop.
    let address = server.address.strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let length = query.len();
    let head = format!(
        "POST /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nExpect: 100-continue\r\n\
         Content-Type: application/sparql-query\r\nContent-Length: {length}\r\n\r\n",
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The handler wants the body now.
    let mut go_on = *b"HTTP/1.1 100 Continue\r\n\r\n";
    stream.read_exact(&mut go_on).unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"));
    stream.write_all(&query.as_bytes()[..10]).unwrap();
    server.ask_to_stop();
    while TcpStream::connect(&address).is_ok() {
        std::thread::sleep(Duration::from_millis(10));
    }
    stream.write_all(&query.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\r\n\r\nn\r\n"), "{answer}");
    assert!(server.ended().success());
}

#[test]
fn who_never_ends_a_request_is_cut_off() {
    let server = server();
    let address = server.address.strip_prefix("http://").unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n").unwrap();
    // The connection is closed by the server, before this one gives up.
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

/// Each of these would hold gigabytes before its time is over.
#[test]
fn a_query_over_its_memory_leaves_the_server_small() {
    let server = Server::with("[limits]\nquery_timeout = 60.0\nquery_memory = 100\n");
    let Some(before) = server.peak() else {
        return eprintln!("skipped: the system does not tell what memory a process has had");
    };
    for query in [
        "SELECT * { ?a ?p ?b . ?c ?q ?d } ORDER BY ?b ?d",
        "SELECT DISTINCT ?a ?d { ?a ?p ?b . ?c ?q ?d } OFFSET 1000000000",
        "SELECT ?a ?d (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d } GROUP BY ?a ?d",
        "SELECT (GROUP_CONCAT(STR(?d)) AS ?all) { ?a ?p ?b . ?c ?q ?d }",
    ] {
        let path = format!("/sparql?query={}", encode(query));
        problem(server.send("GET", &path, &[]), 503, "memory");
        let peak = server.peak().unwrap();
        assert!(peak < before + 250, "{query}: {before} MB, then {peak} MB");
    }
}
