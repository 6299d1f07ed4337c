//! Linked data: what the store names can be looked up, by people and by programs.

#[path = "common/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::Term;
use server::{BASE, Start, header, path_of, server};

/// Every IRI of ours that stands anywhere in the store, the names of graphs too.
const MINTED: &str = "SELECT DISTINCT ?iri { GRAPH ?g { ?s ?p ?o }
    VALUES ?i { 1 2 3 } BIND(IF(?i = 1, ?s, IF(?i = 2, ?o, ?g)) AS ?iri)
    FILTER(ISIRI(?iri) && STRSTARTS(STR(?iri), 'http://127.0.0.1:8080/')) }";

#[test]
fn every_iri_that_the_store_mints_answers() {
    let server = server();
    let iris = server.rows(MINTED);
    assert!(iris.len() > 1000, "{}", iris.len());
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    let mut kinds = BTreeSet::new();
    let mut lost = Vec::new();
    for iri in &iris {
        let iri = iri.trim_matches('"');
        kinds.insert(iri.strip_prefix(BASE).unwrap().split('/').next().unwrap());
        let path = path_of(iri);
        // For people: a page, and on it the place.
        let see = server.get(&path, "text/html");
        assert_eq!(see.status(), 303, "{iri}");
        assert!(header(&see, "vary").contains("accept"), "{iri}");
        let place = header(&see, "location");
        let (address, fragment) = place.split_once('#').unwrap_or((&place, ""));
        let page = pages.entry(address.to_owned()).or_insert_with(|| server.page(address));
        let place = format!("id=\"{fragment}\"");
        if !fragment.is_empty() && !page.contains(&place) {
            lost.push(iri.to_owned());
        }
        // For programs: triples that speak of it.
        let see = server.get(&path, "text/turtle");
        assert_eq!(see.status(), 303, "{iri}");
        let mut data = server.get(&header(&see, "location"), "*/*");
        assert_eq!(
            (data.status().as_u16(), header(&data, "content-type").as_str()),
            (200, "text/turtle"),
            "{iri}"
        );
        let turtle = data.body_mut().read_to_vec().unwrap();
        let speaks = RdfParser::from_format(RdfFormat::Turtle).for_slice(&turtle).any(|quad| {
            let quad = quad.unwrap();
            quad.subject.to_string() == format!("<{iri}>")
                || matches!(&quad.object, Term::NamedNode(node) if node.as_str() == iri)
        });
        assert!(speaks, "{iri}");
    }
    assert!(lost.is_empty(), "not on their pages: {lost:#?}");
    let expected =
        ["agency", "graph", "group", "jurisdiction", "program", "unresolved", "version", "work"];
    assert_eq!(kinds, BTreeSet::from(expected));
}

#[test]
fn a_thing_is_told_in_every_form_and_each_links_to_the_others() {
    let server = server();
    let agency =
        server.rows("SELECT ?a { ?t <https://w3id.org/gangmu/ontology#leadAgency> ?a } LIMIT 1");
    let path = path_of(&agency[0]);
    for (accept, end) in [
        ("text/html", ""),
        ("*/*", ""),
        ("text/turtle", ".ttl"),
        ("application/ld+json", ".jsonld"),
        ("application/n-triples", ".nt"),
        ("application/rdf+xml", ".rdf"),
        ("text/html;q=0.5, application/rdf+xml", ".rdf"),
    ] {
        let see = server.get(&path, accept);
        assert_eq!(see.status(), 303, "{accept}");
        assert!(header(&see, "link").contains("rel=\"describedby\"; type=\"text/turtle\""));
        let place = header(&see, "location");
        let folder = if end.is_empty() { "page" } else { "data" };
        assert_eq!(place, format!("/{folder}{path}{end}"), "{accept}");
        // The document is the same whatever the client accepts.
        let document = server.get(&place, "image/png");
        assert_eq!(document.status(), 200, "{accept}");
        let kind = header(&document, "content-type");
        assert!(
            end.is_empty() && kind.starts_with("text/html")
                || kind == accept.split(", ").last().unwrap()
        );
        let link = header(&document, "link");
        for other in ["text/html", "text/turtle", "application/ld+json", "application/rdf+xml"] {
            assert!(link.contains(&format!("rel=\"alternate\"; type=\"{other}\"")), "{link}");
        }
    }
    assert_eq!(server.get(&path, "image/png").status(), 406);
}

#[test]
fn what_is_not_named_is_not_found() {
    let server = server();
    let nothing = [
        "/nothing",
        "/agency/0/x",
        "/jurisdiction/1",
        "/version/x/task/1",
        "/page/x",
        "/data/x.ttl",
        "/data/x",
        "/role/x",
        "/%FF",
    ];
    for path in nothing {
        let mut page = server.get(path, "text/html");
        assert_eq!(page.status(), 404, "{path}");
        assert!(page.body_mut().read_to_string().unwrap().contains("没有这一页"), "{path}");
        let problem = server.get(path, "text/turtle");
        assert_eq!(problem.status(), 404, "{path}");
        assert_eq!(header(&problem, "content-type"), "application/problem+json", "{path}");
    }
}

#[test]
fn the_vocabulary_is_served_at_its_paths() {
    let server = server();
    for (path, place) in [
        ("/ontology", "/vocabulary"),
        ("/role/lead", "/vocabulary#role/lead"),
        ("/role/", "/vocabulary#role/"),
        ("/genre/news", "/vocabulary#genre/news"),
        ("/shapes", "/page/ontology/shapes"),
        ("/ontology/shapes", "/page/ontology/shapes"),
    ] {
        let see = server.get(path, "text/html");
        assert_eq!((see.status().as_u16(), header(&see, "location").as_str()), (303, place));
        let page = server.page(place.split('#').next().unwrap());
        let fragment = place.split_once('#').map_or("", |(_, fragment)| fragment);
        assert!(fragment.is_empty() || page.contains(&format!("id=\"{fragment}\"")), "{place}");
    }
    assert!(server.page("/vocabulary").contains("id=\"leadAgency\""));
    let see = server.get("/role/lead", "application/n-triples");
    let mut data = server.get(&header(&see, "location"), "*/*");
    let data = data.body_mut().read_to_string().unwrap();
    assert!(data.contains(
        "<https://w3id.org/gangmu/role/lead> <http://www.w3.org/2004/02/skos/core#prefLabel>"
    ));
    let mut shapes = server.get("/data/ontology/shapes.ttl", "*/*");
    assert!(shapes.body_mut().read_to_string().unwrap().contains("sh:NodeShape"));
    let mut context = server.get("/ontology/context.jsonld", "*/*");
    assert_eq!(header(&context, "content-type"), "application/ld+json");
    assert!(context.body_mut().read_to_string().unwrap().contains("@context"));
}

#[test]
fn below_a_path_of_the_base_all_is_the_same() {
    let server = Start { base: "http://127.0.0.1:8080/kg/", ..Start::default() }.start();
    let work = server.rows_below(
        "/kg",
        "SELECT ?w { ?w <https://w3id.org/gangmu/ontology#currentVersion> ?v } LIMIT 1",
    );
    let path = path_of(&work[0]);
    let see = server.get(&path, "text/turtle");
    let place = header(&see, "location");
    assert!(place.starts_with("/kg/data/work/"), "{place}");
    assert_eq!(server.get(&place, "*/*").status(), 200);
    assert!(server.page(&path).contains("</html>"));
    assert_eq!(server.get("/kg/ontology", "*/*").status(), 303);
}
