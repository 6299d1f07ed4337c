//! The W3C's tests of the SPARQL 1.1 Protocol, the Graph Store Protocol and the service description, against a
//! served store.

#[path = "common/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::dataset::CanonicalizationAlgorithm;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{Graph, NamedNode, NamedNodeRef, NamedOrBlankNodeRef, TermRef, Triple};
use oxigraph::sparql::results::{
    QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput,
};
use server::{Answer, Server, TOKEN};

const HTTP: &str = "http://www.w3.org/2011/http#";
const CONTENT: &str = "http://www.w3.org/2011/content#";
const MANIFEST: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";
const UPDATE: &str = "http://www.w3.org/2009/sparql/tests/test-update#";
const SERVICE: &str = "http://www.w3.org/ns/sparql-service-description#";

/// The folder of a suite; none where the tests are not here, and it says so.
fn suite(name: &str) -> Option<PathBuf> {
    let path = format!("../shared/w3c/sparql11/{name}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("{path} is not here: nothing was tested on it");
    None
}

#[test]
fn the_protocol() {
    let Some(folder) = suite("protocol") else { return };
    pass(&folder, &["manifest.ttl"], 34);
}

#[test]
fn the_graph_store_protocol() {
    let Some(folder) = suite("graph-store-protocol") else { return };
    pass(&folder, &["manifest-direct.ttl", "manifest-indirect.ttl"], 13);
}

/// Runs the tests of these manifests, each on an empty store; all have to pass.
fn pass(folder: &Path, manifests: &[&str], number: usize) {
    let server = Server::empty();
    let (mut run, mut failures) = (0, Vec::new());
    for manifest in manifests {
        let manifest = Manifest::read(&folder.join(manifest));
        for test in manifest.entries() {
            run += 1;
            let emptied = server.write("POST", "/update", "application/sparql-update", "DROP ALL");
            assert_eq!(emptied.status, 204, "{}", emptied.body);
            if let Err(failure) = manifest.run(test, &server, folder) {
                failures.push(format!("{test}: {failure}"));
            }
        }
    }
    println!("{} of {run} pass", run - failures.len());
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(run, number);
}

/// A manifest as a graph.
struct Manifest(Graph);

type Node<'a> = NamedOrBlankNodeRef<'a>;

impl Manifest {
    fn read(path: &Path) -> Self {
        let text = std::fs::read(path).unwrap();
        Self(graph(&text, RdfFormat::Turtle).unwrap())
    }

    fn entries(&self) -> Vec<Node<'_>> {
        let list = self.0.iter().find(|triple| is(triple.predicate, MANIFEST, "entries"));
        self.list(node(list.unwrap().object).unwrap())
    }

    fn run(&self, test: Node<'_>, server: &Server, folder: &Path) -> Result<(), String> {
        for data in self.all(test, UPDATE, "graphData") {
            let data = node(data).unwrap();
            let file = self.text(data, UPDATE, "graph").unwrap();
            let text = std::fs::read(folder.join(file.rsplit('/').next().unwrap())).unwrap();
            let label = self.0.object_for_subject_predicate(data, rdfs::LABEL).unwrap();
            let path = format!("/store?graph={}", lexical(label));
            let kind = [("content-type", "application/n-triples")];
            let put = server.request("PUT", &path, &kind, &text, TOKEN);
            assert_eq!(put.status, 201, "{}", put.body);
        }
        let action = self.one(test, MANIFEST, "action").ok_or("no action")?;
        let requests = self.one(action, HTTP, "requests").ok_or("no requests")?;
        let mut variables: Vec<(String, String)> = Vec::new();
        for (number, request) in self.list(requests).into_iter().enumerate() {
            let fill = |text: &str| {
                variables
                    .iter()
                    .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
            };
            let response = self.one(request, HTTP, "resp").ok_or("no response")?;
            let answer = self.send(request, server, fill);
            self.check(response, &answer).map_err(|failure| {
                format!("request {}: {failure}: {} {}", number + 1, answer.status, answer.body)
            })?;
            if let Some(variable) = self.text(response, MANIFEST, "expectedLocation") {
                if answer.location.is_empty() {
                    return Err("no location".to_owned());
                }
                variables.push((variable, answer.location));
            }
        }
        Ok(())
    }

    fn send(&self, request: Node<'_>, server: &Server, fill: impl Fn(&str) -> String) -> Answer {
        let method = self.text(request, HTTP, "methodName").unwrap();
        let path = self.text(request, HTTP, "absolutePath").unwrap();
        let path = match (path.strip_prefix("/sparql/"), path.strip_prefix("/gsp")) {
            (Some(rest), _) => format!("/sparql{rest}"),
            (_, Some(rest)) => format!("/store{}", fill(rest)),
            _ => panic!("{path} is for neither endpoint"),
        };
        let headers = self.headers(request);
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = self.one(request, HTTP, "body").map_or_else(Vec::new, |body| {
            let text = fill(&self.text(body, CONTENT, "chars").unwrap());
            match self.text(body, CONTENT, "characterEncoding").unwrap().as_str() {
                "UTF-8" => text.into_bytes(),
                "UTF-16" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                other => panic!("no way to write {other}"),
            }
        });
        server.request(&method, &path, &headers, &body, TOKEN)
    }

    fn headers(&self, message: Node<'_>) -> Vec<(String, String)> {
        let headers = self.one(message, HTTP, "headers").map(|list| self.list(list));
        let header = |header: Node<'_>| {
            let part = |name| self.text(header, HTTP, name).unwrap();
            (part("fieldName"), part("fieldValue"))
        };
        headers.into_iter().flatten().map(header).collect()
    }

    fn check(&self, response: Node<'_>, answer: &Answer) -> Result<(), String> {
        let statuses: Vec<String> =
            self.all(response, MANIFEST, "expectedStatus").map(lexical).collect();
        if !statuses.iter().any(|status| is_status(status, answer.status)) {
            return Err(format!("not {statuses:?}"));
        }
        for (name, value) in self.headers(response) {
            assert_eq!(name, "content-type");
            if !answer.kind.eq_ignore_ascii_case(&value) {
                return Err(format!("{} is not {value}", answer.kind));
            }
        }
        let format = self.text(response, MANIFEST, "expectedFormat");
        match format.as_deref() {
            None => {}
            Some("RDF") => {
                let format = RdfFormat::from_media_type(&answer.kind).ok_or("no RDF")?;
                graph(answer.body.as_bytes(), format)?;
            }
            Some(kind) => {
                let found = results(answer)?;
                if found.is_some() != (kind == "boolean") {
                    return Err(format!("not {kind}"));
                }
                let expected = self.text(response, MANIFEST, "expectedBoolean");
                if expected.is_some_and(|expected| found != Some(expected == "true")) {
                    return Err("the other truth value".to_owned());
                }
            }
        }
        if let Some(body) = self.one(response, HTTP, "body") {
            let text = self.text(body, CONTENT, "chars").unwrap();
            let [mut expected, mut found] =
                [text.as_str(), &answer.body].map(|text| graph(text.as_bytes(), RdfFormat::Turtle));
            for graph in [&mut expected, &mut found].into_iter().flatten() {
                graph.canonicalize(CanonicalizationAlgorithm::Unstable);
            }
            if expected? != found? {
                return Err(format!("not the graph {text}"));
            }
        }
        Ok(())
    }

    fn all<'a>(
        &'a self,
        subject: Node<'a>,
        namespace: &str,
        local: &str,
    ) -> impl Iterator<Item = TermRef<'a>> + use<'a> {
        let predicate = NamedNode::new(format!("{namespace}{local}")).unwrap();
        let triples = self.0.triples_for_subject(subject);
        triples
            .filter(move |triple| triple.predicate == predicate.as_ref())
            .map(|triple| triple.object)
    }

    fn one<'a>(&'a self, subject: Node<'a>, namespace: &str, local: &str) -> Option<Node<'a>> {
        self.all(subject, namespace, local).find_map(node)
    }

    fn text(&self, subject: Node<'_>, namespace: &str, local: &str) -> Option<String> {
        self.all(subject, namespace, local).next().map(lexical)
    }

    fn list<'a>(&'a self, mut list: Node<'a>) -> Vec<Node<'a>> {
        let mut items = Vec::new();
        while let Some(first) = self.0.object_for_subject_predicate(list, rdf::FIRST) {
            items.extend(node(first));
            let rest = self.0.object_for_subject_predicate(list, rdf::REST);
            list = rest.and_then(node).expect("a list goes on or ends");
        }
        items
    }
}

fn node(term: TermRef<'_>) -> Option<Node<'_>> {
    match term {
        TermRef::NamedNode(node) => Some(node.into()),
        TermRef::BlankNode(node) => Some(node.into()),
        _ => None,
    }
}

fn lexical(term: TermRef<'_>) -> String {
    match term {
        TermRef::NamedNode(node) => node.as_str().to_owned(),
        TermRef::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

fn is(node: NamedNodeRef<'_>, namespace: &str, local: &str) -> bool {
    node.as_str().strip_prefix(namespace) == Some(local)
}

fn is_status(expected: &str, status: u16) -> bool {
    match expected.rsplit('#').next().unwrap() {
        "OK" => status == 200,
        "Created" => status == 201,
        "NoContent" => status == 204,
        "NotFound" => status == 404,
        "StatusCode2xx" => (200..300).contains(&status),
        "StatusCode3xx" => (300..400).contains(&status),
        "StatusCode4xx" => (400..500).contains(&status),
        other => panic!("{other} is not known"),
    }
}

fn graph(text: &[u8], format: RdfFormat) -> Result<Graph, String> {
    let parser = RdfParser::from_format(format).with_base_iri("file:///").unwrap();
    let quads = parser.for_slice(text).map(|quad| quad.map(Triple::from));
    quads.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// The truth value of results; none where they are rows.
fn results(answer: &Answer) -> Result<Option<bool>, String> {
    let format = QueryResultsFormat::from_media_type(&answer.kind).ok_or("no results")?;
    let parsed = QueryResultsParser::from_format(format).for_slice(answer.body.as_bytes());
    match parsed.map_err(|error| error.to_string())? {
        SliceQueryResultsParserOutput::Boolean(value) => Ok(Some(value)),
        SliceQueryResultsParserOutput::Solutions(rows) => {
            for row in rows {
                row.map_err(|error| error.to_string())?;
            }
            Ok(None)
        }
    }
}

/// `returns-rdf`, `has-endpoint-triple` and `conforms-to-schema`, which the manifest only names.
#[test]
fn the_service_description() {
    if let Some(folder) = suite("service-description") {
        let manifest = Manifest::read(&folder.join("manifest.ttl"));
        assert_eq!(manifest.entries().len(), 3);
    }
    let server = Server::empty();
    let services = |description: &Graph| -> Vec<String> {
        let typed = description
            .subjects_for_predicate_object(rdf::TYPE, sd("Service").as_ref())
            .map(|service| service.to_string());
        typed.collect()
    };
    for kind in
        ["", "text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
    {
        let answer = server.read("/sparql", if kind.is_empty() { "*/*" } else { kind });
        assert_eq!(answer.status, 200);
        assert!(answer.kind.starts_with(kind), "{}", answer.kind);
        let format = RdfFormat::from_media_type(&answer.kind).expect("returns-rdf");
        let description = graph(answer.body.as_bytes(), format).expect("returns-rdf");
        assert_eq!(services(&description).len(), 1, "{}", answer.body);
        let endpoint = NamedNode::new(format!("{}/sparql", server.address)).unwrap();
        let said = Triple::new(
            description
                .subject_for_predicate_object(rdf::TYPE, sd("Service").as_ref())
                .unwrap()
                .into_owned(),
            sd("endpoint"),
            endpoint,
        );
        assert!(description.contains(&said), "has-endpoint-triple: {}", answer.body);
        conforms(&description);
    }
}

fn sd(local: &str) -> NamedNode {
    NamedNode::new(format!("{SERVICE}{local}")).unwrap()
}

/// That the terms of the service description are used as its vocabulary declares them.
fn conforms(description: &Graph) {
    let properties: BTreeSet<&str> = [
        "endpoint",
        "feature",
        "defaultEntailmentRegime",
        "supportedLanguage",
        "resultFormat",
        "inputFormat",
        "defaultDataset",
        "defaultGraph",
        "extensionFunction",
        "languageExtension",
        "propertyFeature",
        "availableGraphs",
        "namedGraph",
        "name",
        "graph",
    ]
    .into();
    let instances: [(&str, &[&str]); 2] = [
        ("supportedLanguage", &["SPARQL10Query", "SPARQL11Query", "SPARQL11Update"]),
        (
            "feature",
            &[
                "DereferencesURIs",
                "UnionDefaultGraph",
                "RequiresDataset",
                "EmptyGraphs",
                "BasicFederatedQuery",
            ],
        ),
    ];
    let is_a = |node: Node<'_>, class: &str| {
        description.contains(&Triple::new(node.into_owned(), rdf::TYPE, sd(class)))
    };
    for triple in description {
        let Some(property) = triple.predicate.as_str().strip_prefix(SERVICE) else { continue };
        assert!(properties.contains(property), "conforms-to-schema: sd:{property}");
        let domain = match property {
            "defaultGraph" | "namedGraph" => "Dataset",
            "name" | "graph" => "NamedGraph",
            _ => "Service",
        };
        assert!(is_a(triple.subject, domain), "conforms-to-schema: {triple}");
        let object = node(triple.object).expect("conforms-to-schema: no literals");
        let range = match property {
            "defaultDataset" => Some("Dataset"),
            "defaultGraph" | "graph" => Some("Graph"),
            _ => None,
        };
        assert!(range.is_none_or(|range| is_a(object, range)), "conforms-to-schema: {triple}");
        for (restricted, allowed) in instances {
            let local = lexical(triple.object);
            let local = local.strip_prefix(SERVICE).unwrap_or_default();
            let known = restricted != property || allowed.contains(&local);
            assert!(known, "conforms-to-schema: {triple}");
        }
    }
}
