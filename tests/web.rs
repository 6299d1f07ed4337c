//! The pages and the endpoint as a client has them, over the samples.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};

use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

/// A server over a store of the samples; it ends with the test.
struct Server {
    child: Child,
    address: String,
    _dir: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(documents: Option<PathBuf>, base: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("store");
        if let Some(documents) = documents {
            let mut ingest = Command::new(env!("CARGO_BIN_EXE_gangmu"));
            ingest.args(["ingest", "--quiet", "--base-iri", base, "--names"]);
            ingest.arg(documents.join("names.toml")).arg("--store").args([&store, &documents]);
            assert!(ingest.status().unwrap().success());
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_gangmu"))
            .args(["serve", "--bind", "127.0.0.1:0", "--store"])
            .arg(&store)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        Self { child, address, _dir: dir }
    }

    fn get(&self, path: &str, accept: &str) -> Response<Body> {
        let uri: Uri = format!("{}{path}", self.address).parse().unwrap();
        agent().get(uri).header("Accept", accept).call().unwrap()
    }

    fn page(&self, path: &str) -> String {
        let mut response = self.get(path, "text/html");
        assert_eq!(response.status(), 200, "{path}");
        response.body_mut().read_to_string().unwrap()
    }

    /// The rows of a query, as CSV without the head.
    fn rows(&self, query: &str) -> Vec<String> {
        self.rows_below("", query)
    }

    fn rows_below(&self, root: &str, query: &str) -> Vec<String> {
        let path = format!("{root}/sparql?query={}", encode(query));
        let csv = self.get(&path, "text/csv").body_mut().read_to_string().unwrap();
        csv.lines().skip(1).map(str::to_owned).collect()
    }
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
}

/// For the query part of an address.
fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The path of an IRI of the store as a browser would send it.
fn path_of(iri: &str) -> String {
    let path = iri.trim().strip_prefix("http://127.0.0.1:8080").unwrap();
    let ascii = |c: char| if c.is_ascii() { c.to_string() } else { encode(&c.to_string()) };
    path.chars().map(ascii).collect()
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/samples")
}

/// The server that the tests which run at the same time share; it ends with the last of them.
fn server() -> Arc<Server> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap();
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(Server::start(Some(samples()), "http://127.0.0.1:8080/"));
        *shared = Arc::downgrade(&server);
        server
    })
}

const GM: &str = "PREFIX gm: <https://w3id.org/gangmu/ontology#>\n";
const CITED_ONLY: &str =
    "SELECT DISTINCT ?w { ?c gm:cited ?w FILTER NOT EXISTS { ?w gm:currentVersion ?v } }";

#[test]
fn the_list_of_documents_can_be_searched_and_filtered() {
    let server = server();
    let all = server.page("/");
    let rows = server.rows(&format!("{GM}SELECT (COUNT(*) AS ?n) {{ ?w gm:currentVersion ?v }}"));
    assert!(all.contains(&format!("{} documents", rows[0])), "{all}");
    let found = server.page(&format!("/?q={}", encode("青澜市 2024")));
    assert!(found.contains("青澜市") && !found.contains("href=\"/work/望湖区"));
    let news = server.page("/?genre=news");
    assert!(news.contains("<option value=\"news\" selected>"));
    assert!(server.page("/?q=%00%3Cscript%3E").contains("&#60;script&#62;"));
}

#[test]
fn every_document_and_agency_has_a_page_at_its_iri() {
    let server = server();
    let mut iris = server.rows(&format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v }}"));
    iris.extend(server.rows(&format!("{GM}SELECT ?v {{ ?v a gm:Version }}")));
    iris.extend(server.rows(&format!("{GM}{CITED_ONLY}")));
    iris.extend(server.rows(&format!("{GM}SELECT DISTINCT ?a {{ ?a a gm:Agency }}")));
    assert!(iris.len() > 50, "{iris:?}");
    for iri in iris {
        let page = server.page(&path_of(iri.trim_matches('"')));
        assert!(page.contains("</html>"), "{iri}");
    }
}

#[test]
fn a_document_shows_its_tasks_with_evidence() {
    let server = server();
    let query = format!(
        "{GM}SELECT ?w {{ ?w gm:currentVersion ?v ; gm:genre <https://w3id.org/gangmu/genre/division-plan> }}"
    );
    let page = server.page(&path_of(&server.rows(&query)[0]));
    for part in ["牵头", "<details class=\"evidence\">", "<mark>", "id=\"task/", "目录"] {
        assert!(page.contains(part), "{part}");
    }
    let claims = format!(
        "{GM}SELECT (COUNT(*) AS ?n) {{ ?w gm:currentVersion ?v ; gm:genre <https://w3id.org/gangmu/genre/division-plan> .
         ?t gm:inVersion ?v . ?r a gm:Responsibility ; gm:ofTask ?t }}"
    );
    let claims = &server.rows(&claims)[0];
    assert!(page.contains(&format!("<b>{claims}</b> 责任")), "{claims}");
    let draft = format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v ; gm:tier gm:draft }}");
    assert!(server.page(&path_of(&server.rows(&draft)[0])).contains("class=\"banner\">征求意见稿"));
}

#[test]
fn an_agency_shows_its_tasks_by_role() {
    let server = server();
    let query = format!(
        "{GM}SELECT ?a {{ ?t gm:leadAgency ?a . ?u gm:supportAgency ?a }} GROUP BY ?a ORDER BY DESC(COUNT(*))"
    );
    let page = server.page(&path_of(&server.rows(&query)[0]));
    assert!(page.contains("id=\"lead\"") && page.contains("id=\"support\""));
    assert!(server.page("/agencies").contains("/agency/"));
}

#[test]
fn other_iris_lead_somewhere() {
    let server = server();
    let see = |iri: &str| {
        let response = server.get(&path_of(iri), "text/html");
        let location = response.headers().get("location").map(|l| l.to_str().unwrap().to_owned());
        (response.status().as_u16(), location.unwrap_or_default())
    };
    let task = &server.rows(&format!("{GM}SELECT ?t {{ ?t a gm:Task }} LIMIT 1"))[0];
    let (status, location) = see(task);
    assert!(status == 303 && location.contains("#task/"), "{status} {location}");
    let claim = &server.rows(&format!("{GM}SELECT ?r {{ ?r a gm:Responsibility }} LIMIT 1"))[0];
    assert_eq!(see(claim).0, 303);
    let place = &server.rows(&format!("{GM}SELECT ?p {{ ?p a gm:Jurisdiction }} LIMIT 1"))[0];
    assert!(see(place).1.contains("?place="));
    let mut triples = server.get(&path_of(task), "text/turtle");
    assert!(triples.body_mut().read_to_string().unwrap().contains("gm:Task"));
    for nothing in ["/nothing", "/work/nothing", "/agency/nothing", "/version/x", "/%FF", "/a%20b"]
    {
        let mut response = server.get(nothing, "text/html");
        assert_eq!(response.status(), 404, "{nothing}");
        assert!(response.body_mut().read_to_string().unwrap().contains("没有这一页"));
    }
}

#[test]
fn the_endpoint_speaks_the_protocol() {
    let server = server();
    let ask = "ASK {}";
    let by_get = format!("/sparql?query={}", encode(ask));
    for (accept, kind) in [
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.9", "text/tab-separated-values"),
    ] {
        let response = server.get(&by_get, accept);
        assert_eq!(response.status(), 200);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(kind), "{accept}");
    }
    let construct = encode("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3");
    for kind in [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/n-quads",
        "application/trig",
    ] {
        let response = server.get(&format!("/sparql?query={construct}"), kind);
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &kind.parse().unwrap())
        );
    }
    let post = |kind: &str, body: &str| {
        let uri = format!("{}/sparql", server.address);
        let mut response = agent().post(uri).header("Content-Type", kind).send(body).unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    };
    assert!(post("application/sparql-query; charset=utf-8", ask).1.contains("true"));
    let form = "application/x-www-form-urlencoded";
    assert!(post(form, &format!("query={}", encode(ask))).1.contains("true"));
    assert_eq!(post("text/plain", ask).0, 415);
    assert_eq!(post(form, "update=CLEAR%20ALL").0, 403);
    assert_eq!(post("application/sparql-update", "CLEAR ALL").0, 403);
    assert_eq!(post("application/sparql-query", "CLEAR ALL").0, 400);
    assert_eq!(post("application/sparql-query", "SELECT oops").0, 400);
    assert_eq!(
        server.get("/sparql", "*/*").headers()["content-type"],
        "text/turtle; charset=utf-8"
    );
    assert_eq!(server.get("/sparql", "application/sparql-results+json").status(), 400);
    assert_eq!(server.get(&format!("{by_get}&query=ASK%20%7B%7D"), "*/*").status(), 400);
    assert_eq!(server.get(&by_get, "image/png").status(), 406);
    assert!(server.page("/sparql").contains("<textarea"));
}

#[test]
fn the_default_graph_is_the_union_unless_a_dataset_is_named() {
    let server = server();
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let all: usize = server.rows(count)[0].parse().unwrap();
    assert!(all > 1000);
    let graph = encode("http://127.0.0.1:8080/graph/jurisdictions");
    let path = format!("/sparql?query={}&default-graph-uri={graph}", encode(count));
    let part = server.get(&path, "text/csv").body_mut().read_to_string().unwrap();
    let part: usize = part.lines().nth(1).unwrap().parse().unwrap();
    assert!(0 < part && part < all);
}

#[test]
fn an_empty_store_is_made_and_served() {
    let server = Server::start(None, "");
    assert!(server.page("/").contains("库里还没有文件"));
    assert!(server.page("/agencies").contains("No agency matches"));
    assert_eq!(server.get("/healthz", "*/*").status(), 200);
}

#[test]
fn a_base_iri_with_a_path_moves_all_pages_below_it() {
    let server = Server::start(Some(samples()), "http://127.0.0.1:8080/data/");
    let list = server.page("/data/");
    assert!(list.contains("href=\"/data/work/") && list.contains("href=\"/data/style.css\""));
    let work =
        &server.rows_below("/data", &format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v }}"))[0];
    assert!(server.page(&path_of(work)).contains("目录"));
    assert_eq!(server.get("/", "text/html").status(), 307);
}
