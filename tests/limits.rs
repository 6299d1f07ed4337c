//! The faults that bring other endpoints down, each against a served store. No test asserts how long something
//! took, but each would hang for hours, or eat all memory, if its limit did not hold.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gangmu::config::{Config, Settings};
use gangmu::store::{
    Asked, CountingAllocator, Runs, Services, Stop, Store, Update, UpdateError, UpdateReport,
};
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Subjects in the store of the tests, three triples each.
const SUBJECTS: usize = 2000;
const TOKEN: &str = "let-me-in";
/// Whatever is stopped must be over within this; what is not takes much longer.
const PATIENCE: Duration = Duration::from_secs(120);

fn filled() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), None).unwrap();
    let triples: String = (0..SUBJECTS)
        .map(|i| {
            format!(
                "<urn:s{i}> <urn:p> {i} ; <urn:next> <urn:s{}> ; <urn:name> \"the subject of number {i}\" .\n",
                (i + 1) % SUBJECTS
            )
        })
        .collect();
    let data = format!("INSERT DATA {{ GRAPH <urn:g> {{ {triples} }} }}");
    Update::parse(&data, store.base()).unwrap().run(&store).unwrap();
    (dir, store)
}

fn config(text: &str) -> Config {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    Settings::load(Some(&file), [], &[]).unwrap().config
}

/// A served store; the server ends with the process.
struct Server {
    address: SocketAddr,
    _dir: TempDir,
}

impl Server {
    fn start(settings: &str) -> Self {
        let (dir, store) = filled();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let token = format!(
            "[[access.tokens]]\nname = 'test'\nrole = 'admin'\nsha256 = '{}'\n",
            digest(TOKEN)
        );
        let config = config(&format!("{settings}\n{token}"));
        let store = Arc::new(store.with_services(Services::new(&config.federation)));
        std::thread::spawn(move || {
            let runtime = gangmu::web::runtime().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                gangmu::web::serve(listener, store, None, &config).await.unwrap();
            });
        });
        Self { address, _dir: dir }
    }

    /// Sends a request and leaves the answer to be read.
    fn send(&self, method: &str, path: &str) -> TcpStream {
        self.send_with(method, path, "")
    }

    /// With lines of headers, each with its end.
    fn send_with(&self, method: &str, path: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n{headers}\r\n"
        )
        .unwrap();
        stream
    }

    fn post(&self, query: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{query}",
            query.len()
        )
        .unwrap();
        stream
    }

    fn ask(&self, query: &str) -> Reply {
        self.ask_with(query, "")
    }

    fn ask_with(&self, query: &str, parameters: &str) -> Reply {
        Reply::read(self.send("GET", &path(query, parameters)))
    }

    fn running(&self) -> serde_json::Value {
        let reply = Reply::read(self.send("GET", "/queries"));
        assert!(reply.head.contains("cache-control: no-store"), "it is another list each time");
        serde_json::from_str(&reply.body).unwrap_or_else(|e| panic!("{e}: {}", reply.body))
    }

    /// Waits until `seen` is true of what is running.
    fn until(&self, what: &str, seen: impl Fn(&[serde_json::Value]) -> bool) {
        let start = Instant::now();
        while !seen(self.running().as_array().unwrap()) {
            assert!(start.elapsed() < PATIENCE, "{what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn path(query: &str, parameters: &str) -> String {
    let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/sparql?query={query}{parameters}")
}

fn digest(token: &str) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(token))
}

struct Reply {
    status: u16,
    head: String,
    body: String,
    /// Whether the transfer came to its proper end.
    ended: bool,
}

impl Reply {
    fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A transfer that is broken off may end with an error.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let head = head.to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let ended = match length {
            Some(length) => body.len() == length.parse::<usize>().unwrap(),
            None => body.ends_with("0\r\n\r\n"),
        };
        Self { status, body: body.to_owned(), ended, head }
    }

    /// A problem document of this status and kind.
    fn is_problem(&self, status: u16, kind: &str) -> bool {
        let typed = self.body.contains(&format!("\"urn:gangmu:problem:{kind}\""));
        self.status == status
            && self.ended
            && typed
            && self.head.contains("application/problem+json")
    }
}

/// Queries that would run for hours, or hold all memory there is.
const ENDLESS: &[(&str, &str)] = &[
    ("sort", "SELECT * { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t } ORDER BY ?o ?r ?t"),
    (
        "sort by expression",
        "SELECT * { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t } ORDER BY CONCAT(STR(?o), STR(?r))",
    ),
    ("count", "SELECT (COUNT(*) AS ?n) { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t }"),
    (
        "count beside a row of values",
        "SELECT (COUNT(*) AS ?n) { VALUES ?w { 'none' } ?a ?p ?o . ?b ?q ?r . ?c ?s ?t FILTER(CONCAT(STR(?o), STR(?t)) = ?w) }",
    ),
    ("group", "SELECT ?o ?r (SUM(?t) AS ?n) { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t } GROUP BY ?o ?r"),
    ("group concat", "SELECT (GROUP_CONCAT(?o) AS ?n) { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t }"),
    ("distinct", "SELECT DISTINCT ?o ?r ?t { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t } OFFSET 1000000000"),
    (
        "distinct of few",
        "SELECT DISTINCT ?x { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t BIND(1 AS ?x) } OFFSET 10",
    ),
    (
        "never matching",
        "SELECT * { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t FILTER(?o = ?r && ?r = ?t && ?o != ?t) }",
    ),
    (
        "cheap condition",
        "SELECT * { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t FILTER(SAMETERM(?a, ?q) && SAMETERM(?c, ?q)) }",
    ),
    (
        "regex",
        "SELECT * { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t FILTER(REGEX(STR(?o), CONCAT(STR(?r), STR(?t), 'x'))) }",
    ),
    (
        "minus",
        "SELECT * { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t MINUS { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t } }",
    ),
    (
        "minus of nothing shared",
        "SELECT (COUNT(*) AS ?n) { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t MINUS { ?x ?y ?z } }",
    ),
    (
        "optional",
        "SELECT (COUNT(*) AS ?n) { ?a ?p ?o OPTIONAL { ?b ?q ?r OPTIONAL { ?c ?s ?t } } }",
    ),
    (
        "exists",
        "SELECT * { ?a ?p ?o FILTER EXISTS { ?b ?q ?r . ?c ?s ?t FILTER(?r = ?t && ?b != ?c && ?o = ?q) } }",
    ),
    (
        "paths",
        "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b . ?c (<urn:next>|^<urn:next>)* ?d . ?e <urn:next>+ ?f }",
    ),
    ("path pairs", "SELECT (COUNT(*) AS ?n) { ?a (<urn:next>|^<urn:next>|!<urn:p>)* ?b }"),
    (
        "subselects",
        "SELECT (COUNT(*) AS ?n) { { SELECT ?a ?b { ?a ?p ?o . ?b ?q ?r } } { SELECT ?b ?c { ?b ?p ?o . ?c ?q ?r } } { SELECT ?c ?a { ?c ?p ?o . ?a ?q ?r } } }",
    ),
    (
        "rows of nothing",
        "SELECT (COUNT(*) AS ?n) { {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} {}UNION{} }",
    ),
    ("construct", "CONSTRUCT { ?a <urn:x> <urn:y> } { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t }"),
    ("ask", "ASK { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t FILTER(?o = ?r && ?o = ?t && ?r != ?t) }"),
    (
        "doubling",
        "SELECT ?z { VALUES ?a { 'xxxxxxxxxxxxxxxx' } BIND(CONCAT(?a,?a,?a,?a,?a,?a,?a,?a,?a,?a) AS ?b) BIND(CONCAT(?b,?b,?b,?b,?b,?b,?b,?b,?b,?b) AS ?c) BIND(CONCAT(?c,?c,?c,?c,?c,?c,?c,?c,?c,?c) AS ?d) BIND(CONCAT(?d,?d,?d,?d,?d,?d,?d,?d,?d,?d) AS ?e) BIND(CONCAT(?e,?e,?e,?e,?e,?e,?e,?e,?e,?e) AS ?f) BIND(CONCAT(?f,?f,?f,?f,?f,?f,?f,?f,?f,?f) AS ?g) BIND(CONCAT(?g,?g,?g,?g,?g,?g,?g,?g,?g,?g) AS ?z) }",
    ),
    (
        "replacing",
        "SELECT ?z { VALUES ?a { 'xxxxxxxxxxxxxxxx' } BIND(REPLACE(?a, 'x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0') AS ?b) BIND(REPLACE(?b, 'x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0') AS ?c) BIND(REPLACE(?c, 'x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0') AS ?d) BIND(REPLACE(?d, 'x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0') AS ?e) BIND(REPLACE(?e, 'x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0') AS ?f) BIND(REPLACE(?f, 'x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0') AS ?g) BIND(REPLACE(?g, 'x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0') AS ?z) }",
    ),
];

#[test]
fn every_operator_is_stopped_and_says_why() {
    let server = Server::start("[limits]\nquery_timeout = 1.0\nquery_memory = 200\nrunning = 2\n");
    for (name, query) in ENDLESS {
        let start = Instant::now();
        let reply = server.ask(query);
        eprintln!("{name}: {} after {:?}", reply.status, start.elapsed());
        let stopped = reply.is_problem(504, "timeout") || reply.is_problem(503, "memory");
        assert!(stopped, "{name}: {} {}", reply.head, &reply.body[..reply.body.len().min(300)]);
    }
    server.until("nothing goes on", |runs| runs.is_empty());
}

#[test]
fn queries_as_deep_as_they_may_be_are_answered_and_deeper_ones_refused() {
    let server = Server::start("");
    let nested = |open: &str, close: &str, n: usize| (open.repeat(n), close.repeat(n));
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("!", "true", ""),
        ("-", "1", ""),
        ("1 + ", "1", ""),
        ("true || ", "true", ""),
        ("IF(true, ", "1", ", 2)"),
        ("EXISTS { FILTER(", "true", ") }"),
    ] {
        for (n, most) in [(1900, 1900), (100_000, 1900), (140, 140)] {
            let (before, after) = nested(open, close, n);
            let reply =
                Reply::read(server.post(&format!("ASK {{ FILTER({before}{middle}{after}) }}")));
            let said =
                if n > most { reply.is_problem(400, "bad-request") } else { reply.status > 0 };
            assert!(said && reply.ended, "{open}: {} {}", reply.head, reply.body);
        }
    }
    for (one, n) in [
        ("{} UNION ", 1900),
        ("OPTIONAL { ?s ?p ?o } ", 60),
        ("?s ?p ?o . ", 40),
        ("?s ?p ?o . ", 400),
        ("{", 100_000),
    ] {
        let reply = Reply::read(server.post(&format!("ASK {{ {} {{}} }}", one.repeat(n))));
        assert!(reply.status > 0 && reply.ended, "{one}: {} {}", reply.head, reply.body);
    }
    let path = |n: usize| format!("ASK {{ <urn:s0> {}<urn:next> ?o }}", "<urn:next>/".repeat(n));
    assert_eq!(Reply::read(server.post(&path(60))).status, 200);
    assert!(Reply::read(server.post(&path(100_000))).is_problem(400, "bad-request"));
}

#[test]
fn a_client_may_ask_for_less_time_but_not_for_more() {
    let server = Server::start("[limits]\nquery_timeout = 1.0\n");
    let reply = server.ask_with(ENDLESS[2].1, "&timeout=0.2");
    assert!(reply.is_problem(504, "timeout") && reply.body.contains("0.2 s"), "{}", reply.body);
    let reply = server.ask_with(ENDLESS[2].1, "&timeout=1000");
    assert!(reply.is_problem(504, "timeout") && reply.body.contains(": 1 s"), "{}", reply.body);
    assert_eq!(server.ask_with("ASK {}", "&timeout=-1").status, 400);
    assert_eq!(server.ask_with("ASK {}", "&timeout=1").status, 200);
}

#[test]
fn what_fails_after_the_first_byte_breaks_the_transfer() {
    let server = Server::start("[limits]\nquery_rows = 100000\nanswer_size = 8\n");
    let all = "{ ?a ?p ?o . ?b ?q ?r }";
    let reply = server.ask(&format!("SELECT * {all}"));
    assert!(reply.status == 200 && !reply.ended, "larger than answers may be: {}", reply.head);
    let reply = server.ask(&format!("SELECT ?p {all}"));
    assert!(reply.status == 200 && !reply.ended, "more rows than answers may have");
    // What is compressed on its way ends no better.
    for coding in ["gzip", "br", "zstd"] {
        let accept = format!("Accept-Encoding: {coding}\r\n");
        let sent = |query: &str| Reply::read(server.send_with("GET", &path(query, ""), &accept));
        let broken = sent(&format!("SELECT * {all}"));
        assert!(broken.head.contains(&format!("content-encoding: {coding}")), "{}", broken.head);
        assert!(broken.status == 200 && !broken.ended, "{coding}");
        assert!(sent("SELECT * { ?a ?p ?o }").ended, "{coding}");
    }
    let whole = server.ask("SELECT * { ?a ?p ?o }");
    assert!(
        whole.status == 200 && whole.ended && whole.body.contains("urn:s0"),
        "a whole answer ends"
    );
    let server = Server::start("[limits]\nquery_timeout = 5.0\n");
    // The rows that are found fail to come for ever, after the first ones were sent.
    let late = "SELECT ?a { { ?a <urn:next> ?o . ?b <urn:p> ?c FILTER(?c < 40) } UNION { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t FILTER(?o = ?r && ?o != ?r) } }";
    let reply = server.ask(late);
    assert!(reply.status == 200 && !reply.ended, "{} {}", reply.head, reply.body.len());
}

#[test]
fn few_rows_too_many_are_said_before_the_first_byte() {
    let server = Server::start("[limits]\nquery_rows = 10\n");
    assert!(server.ask("SELECT * { ?a ?p ?o }").is_problem(503, "rows"));
    assert!(server.ask("CONSTRUCT WHERE { ?a ?p ?o }").is_problem(503, "rows"));
    assert_eq!(server.ask("SELECT * { ?a ?p ?o } LIMIT 10").status, 200);
    let server = Server::start("[limits]\nstep_rows = 100\n");
    assert!(server.ask("SELECT (COUNT(*) AS ?n) { ?a ?p ?o }").is_problem(503, "steps"));
}

#[test]
fn a_client_that_goes_away_stops_its_query() {
    let server = Server::start("[limits]\nquery_timeout = 3600.0\nquery_memory = 100000\n");
    for (name, query) in [ENDLESS[0], ENDLESS[2], ENDLESS[7], ENDLESS[15]] {
        let waiting = server.send("GET", &path(query, ""));
        server.until("it runs", |runs| runs.iter().any(|run| run["text"] == query));
        drop(waiting);
        server.until(name, <[_]>::is_empty);
    }
    // The same while the answer is being sent.
    let query = "SELECT * { ?a ?p ?o . ?b ?q ?r }";
    let mut reading = server.send("GET", &path(query, ""));
    reading.read_exact(&mut [0; 1000]).unwrap();
    server.until("it runs", |runs| runs.iter().any(|run| run["text"] == query));
    drop(reading);
    server.until("sending", <[_]>::is_empty);
}

#[test]
fn a_slow_client_does_not_hold_its_turn_for_ever() {
    let server = Server::start("[limits]\nquery_timeout = 5.0\n");
    let mut slow = server.send("GET", &path("SELECT * { ?a ?p ?o . ?b ?q ?r }", ""));
    slow.read_exact(&mut [0; 100]).unwrap();
    server.until("its turn is over", <[_]>::is_empty);
    assert!(!Reply::read(slow).ended);
}

#[test]
fn too_many_wait_in_a_queue_and_then_are_refused() {
    let server = Server::start("[limits]\nrunning = 1\nqueue = 0.2\nquery_timeout = 3600.0\n");
    let first = server.send("GET", &path(ENDLESS[2].1, ""));
    server.until("it runs", |runs| runs.iter().any(|run| run["state"] == "running"));
    let refused = server.ask("ASK { ?s ?p ?o }");
    assert!(refused.is_problem(503, "busy"), "{}", refused.body);
    assert!(refused.head.contains("retry-after: "), "{}", refused.head);
    drop(first);
    server.until("its turn is over", <[_]>::is_empty);
    assert_eq!(server.ask("ASK { ?s ?p ?o }").status, 200);
}

#[test]
fn an_operator_sees_what_runs_and_stops_it() {
    let server = Server::start("[limits]\nquery_timeout = 3600.0\n");
    let waiting = server.send("GET", &path(ENDLESS[2].1, ""));
    server.until("it runs", |runs| runs.iter().any(|run| run["steps"].as_u64() > Some(0)));
    let run = &server.running()[0];
    assert_eq!(run["text"], ENDLESS[2].1);
    assert!(run["age"].as_f64().unwrap() > 0.0 && run["memory"].is_u64() && run["rows"] == 0);
    let id = run["id"].as_u64().unwrap();
    assert_eq!(Reply::read(server.send("DELETE", &format!("/queries/{id}"))).status, 204);
    assert!(Reply::read(waiting).is_problem(503, "stopped"));
    assert_eq!(Reply::read(server.send("DELETE", &format!("/queries/{id}"))).status, 404);
    let mut stream = TcpStream::connect(server.address).unwrap();
    write!(stream, "GET /queries HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!(Reply::read(stream).status, 401);
}

#[test]
fn services_that_no_setting_names_are_not_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Server::start("[federation]\nhosts = ['localhost', 'example.org']\n");
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")]
    {
        let service = |silent: &str| {
            format!("SELECT * {{ SERVICE {silent} <http://{host}/sparql> {{ ?s ?p ?o }} }}")
        };
        let reply = server.ask(&service(""));
        assert!(reply.is_problem(403, "host-not-allowed"), "{}", reply.body);
        assert!(reply.body.contains("federation.hosts"), "{}", reply.body);
        assert_eq!(server.ask(&service("SILENT")).status, 200);
    }
    assert!(listener.accept().is_err(), "nobody may have come");
    // A name that is allowed, but leads to a private address.
    let server = Server::start(&format!("[federation]\nhosts = ['localhost:{port}']\n"));
    let query = format!("SELECT * {{ SERVICE <http://localhost:{port}/> {{ ?s ?p ?o }} }}");
    let reply = server.ask(&query);
    assert!(reply.is_problem(502, "no-answer-from-elsewhere"), "{}", reply.body);
    assert!(listener.accept().is_err(), "nobody may have come");
}

#[test]
fn services_that_are_named_are_asked_and_waited_for_within_the_limit() {
    let other = Server::start("");
    let settings = format!("[federation]\nhosts = ['{}']\n", other.address);
    let server = Server::start(&settings);
    let service = format!("SERVICE <http://{}/sparql>", other.address);
    let reply = server.ask(&format!("SELECT ?n {{ {service} {{ <urn:s7> <urn:name> ?n }} }}"));
    // The other one takes POST of the query itself.
    assert!(reply.body.contains("the subject of number 7"), "{} {}", reply.head, reply.body);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = format!(
        "[federation]\nhosts = ['{}']\n[limits]\nquery_timeout = 0.5\n",
        silent.local_addr().unwrap()
    );
    let server = Server::start(&settings);
    let address = silent.local_addr().unwrap();
    let reply = server.ask(&format!("SELECT * {{ SERVICE <http://{address}/> {{ ?s ?p ?o }} }}"));
    assert!(reply.status >= 500 && reply.ended, "{}", reply.body);
}

/// Makes an update as part of a run.
fn update(store: &Store, settings: &str, text: &str) -> Result<UpdateReport, UpdateError> {
    let runs = Runs::new(&config(settings));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let asked = Asked { text: text.to_owned(), client: String::new() };
    let admitted = runtime.block_on(runs.admit(asked, None)).unwrap();
    let made = admitted.run().enter(|| Update::parse(text, store.base())?.run(store));
    made.unwrap_or_else(|stop| Err(stop.into()))
}

fn count(store: &Store, pattern: &str) -> usize {
    let query = store.query(&format!("SELECT * {{ {pattern} }}")).unwrap();
    query.run(store).unwrap().rows().unwrap().len()
}

#[test]
fn updates_are_stopped_and_leave_the_store_as_it_was() {
    let (_dir, store) = filled();
    let before = store.revision();
    for text in [
        "DELETE { ?a ?p ?o } INSERT { ?a ?q ?r } WHERE { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t }",
        "INSERT { ?a ?q ?r } WHERE { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t FILTER(?o = ?r && ?r = ?t && ?o != ?t) }",
        "INSERT DATA { <urn:new> <urn:p> 1 } ; DELETE WHERE { GRAPH ?g { ?a ?p ?o . ?b ?q ?r . ?c ?s ?t } }",
        "CLEAR ALL ; INSERT DATA { <urn:new> <urn:p> 1 } ; INSERT { ?a ?p ?b } WHERE { ?a (!<urn:x>)* ?p . ?b (!<urn:x>)* ?c . VALUES ?a { 1 2 } . ?d ?e ?f . ?g ?h ?i . FILTER(?f != ?i) }",
    ] {
        let settings = "[limits]\nquery_timeout = 0.5\nquery_memory = 300\n";
        let made = update(&store, settings, text);
        let changed = count(&store, "?s ?p ?o") != 3 * SUBJECTS;
        match made {
            Err(UpdateError::Stopped(Stop::Time | Stop::Memory)) => assert!(!changed, "{text}"),
            // The last one may find nothing in what it has cleared.
            Ok(_) => assert!(text.starts_with("CLEAR"), "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_ne!(before, store.revision(), "a change may have been made");
    let (_dir, store) = filled();
    let few = "[limits]\nstep_rows = 1000\n";
    for text in
        ["CLEAR ALL", "DROP GRAPH <urn:g>", "COPY <urn:g> TO <urn:h>", "MOVE <urn:g> TO DEFAULT"]
    {
        assert!(
            matches!(update(&store, few, text), Err(UpdateError::Stopped(Stop::Steps))),
            "{text}"
        );
        assert_eq!(count(&store, "GRAPH <urn:g> { ?s ?p ?o }"), 3 * SUBJECTS, "{text}");
    }
}

#[test]
fn updates_do_what_they_say() {
    let (_dir, store) = filled();
    let all = 3 * SUBJECTS;
    let made = |text: &str| update(&store, "", text).unwrap_or_else(|e| panic!("{text}: {e}"));
    let report = made(
        "INSERT DATA { <urn:a> <urn:b> _:x , _:x , 'c'@zh . GRAPH <urn:h> { <urn:a> <urn:b> 1 } }",
    );
    assert_eq!(report, UpdateReport { inserted: 3, deleted: 0 });
    assert_eq!(made("DELETE DATA { <urn:a> <urn:b> 'c'@zh , 'd' }").deleted, 1);
    let report = made(
        "DELETE { ?s ?p ?o } INSERT { ?s ?p _:new , ?unbound . ?o ?p ?s } WHERE { ?s ?p ?o FILTER(?s = <urn:a>) }",
    );
    // The triple in <urn:h> is found, but is not in the default graph that DELETE speaks of.
    assert_eq!(report, UpdateReport { inserted: 3, deleted: 1 });
    let blank = "GRAPH <urn:h> { } <urn:a> <urn:b> ?new FILTER(isBLANK(?new))";
    assert_eq!(count(&store, blank), 2, "one for each solution");
    assert_eq!(made("WITH <urn:h> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }").deleted, 1);
    assert_eq!(made("COPY <urn:g> TO <urn:h>").inserted, all as u64);
    assert_eq!(
        made("MOVE <urn:h> TO <urn:i>"),
        UpdateReport { inserted: all as u64, deleted: all as u64 }
    );
    assert_eq!(made("ADD <urn:i> TO <urn:g>"), UpdateReport::default());
    assert_eq!(made("DROP GRAPH <urn:i> ; CREATE GRAPH <urn:i>").deleted, all as u64);
    assert_eq!(count(&store, "GRAPH <urn:i> { }"), 1);
    assert!(matches!(update(&store, "", "CREATE GRAPH <urn:i>"), Err(UpdateError::GraphExists(_))));
    assert!(matches!(update(&store, "", "CLEAR GRAPH <urn:none>"), Err(UpdateError::NoGraph(_))));
    made(
        "CREATE SILENT GRAPH <urn:i> ; CLEAR SILENT GRAPH <urn:none> ; LOAD SILENT <http://127.0.0.1/>",
    );
    let half = "INSERT DATA { <urn:half> <urn:p> 1 } ; CREATE GRAPH <urn:i>";
    assert!(update(&store, "", half).is_err());
    assert_eq!(count(&store, "<urn:half> ?p ?o"), 0);
    made("CLEAR ALL");
    assert_eq!((count(&store, "?s ?p ?o"), count(&store, "GRAPH <urn:i> { }")), (0, 1));
    made("DROP ALL");
    assert_eq!(count(&store, "GRAPH ?g { }"), 0);
}

#[test]
fn load_reaches_only_what_the_settings_name() {
    let (_dir, store) = filled();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let load = format!("LOAD <http://{address}/a.ttl> INTO GRAPH <urn:loaded>");
    listener.set_nonblocking(true).unwrap();
    assert!(matches!(update(&store, "", &load), Err(UpdateError::Fetch(e)) if e.is_forbidden()));
    assert!(listener.accept().is_err(), "nobody may have come");
    listener.set_nonblocking(false).unwrap();
    let mut federation = Config::default().federation;
    federation.hosts.push(address.to_string());
    let store = store.with_services(Services::new(&federation));
    let answers = [
        "HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: 24\r\n\r\n<> <urn:p> 1 , _:x , 2 .",
        "HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: 14\r\n\r\n<> <urn:p> 3 .",
        "HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: 24\r\n\r\n<> <urn:p> 4 . nonsense!",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    ];
    let serving = std::thread::spawn(move || {
        for answer in answers {
            let mut stream = listener.accept().unwrap().0;
            let _ = stream.read(&mut [0; 4096]);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    assert_eq!(update(&store, "", &load).unwrap().inserted, 3);
    assert_eq!(update(&store, "", &load).unwrap().inserted, 1);
    assert!(matches!(update(&store, "", &load), Err(UpdateError::Load(..))));
    assert!(matches!(update(&store, "", &load), Err(UpdateError::Fetch(_))));
    serving.join().unwrap();
    assert_eq!(count(&store, "GRAPH <urn:loaded> { ?s ?p ?o }"), 4);
}
