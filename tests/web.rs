//! The pages and the endpoint as a client has them, over the samples.

#[path = "common/server.rs"]
mod server;

use server::{Start, agent, encode, path_of, server};

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
    assert!(found.contains("青澜市") && !found.contains("href=\"/page/work/望湖区"));
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
    assert!(server.page("/agencies").contains("/page/agency/"));
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
    assert_eq!(post(form, "update=CLEAR%20ALL").0, 401);
    assert_eq!(post("application/sparql-update", "CLEAR ALL").0, 401);
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
    let server = Start { documents: None, ..Start::default() }.start();
    assert!(server.page("/").contains("库里还没有文件"));
    assert!(server.page("/agencies").contains("No agency matches"));
    assert_eq!(server.get("/healthz", "*/*").status(), 200);
}

#[test]
fn a_base_iri_with_a_path_moves_all_pages_below_it() {
    let server = Start { base: "http://127.0.0.1:8080/data/", ..Start::default() }.start();
    let list = server.page("/data/");
    assert!(list.contains("href=\"/data/page/work/") && list.contains("href=\"/data/style.css\""));
    let work =
        &server.rows_below("/data", &format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v }}"))[0];
    assert!(server.page(&path_of(work)).contains("目录"));
    assert_eq!(server.get("/", "text/html").status(), 307);
}
