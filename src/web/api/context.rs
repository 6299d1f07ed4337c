//! The JSON-LD context of the API's answers: that of the ontology, and what the answers name otherwise.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::App;
use crate::rdf::jsonld::CONTEXT;

/// What answers have beside what the graph says: counts, addresses, labels, numbers that are no decimals in JSON.
const UNSAID: [&str; 23] = [
    "total",
    "next",
    "self",
    "score",
    "snippet",
    "label",
    "code",
    "zh",
    "en",
    "document",
    "draft",
    "confidence",
    "tasks",
    "leads",
    "printed",
    "above",
    "below",
    "taskList",
    "sources",
    "otherVersions",
    "counts",
    "citationCount",
    "marks",
];

/// The ontology's context and the API's terms after it.
fn context() -> Value {
    let ontology: Value = serde_json::from_str(CONTEXT).unwrap_or_default();
    let gm = crate::rdf::vocab::gm::NAMESPACE;
    let reverse = |term: &str| json!({"@reverse": format!("{gm}{term}")});
    let node = |iri: String| json!({"@id": iri, "@type": "@id"});
    let pref_label = json!({"name": "skos:prefLabel", "code": format!("{gm}divisionCode")});
    let named = |term: &str| json!({"@id": format!("{gm}{term}"), "@context": pref_label});
    let evidence = json!({
        "@id": format!("{gm}evidence"),
        "@context": {
            "quote": null, "start": null, "end": null,
            "version": node("oa:hasSource".to_owned())
        }
    });
    let mut terms = json!({
        "items": "@graph",
        "name": "rdfs:label",
        "version": node(format!("{gm}currentVersion")),
        "jurisdiction": named("jurisdiction"),
        "leader": named("leader"),
        "evidence": evidence,
        "deadlines": node(format!("{gm}deadline")),
        "responsibilities": reverse("ofTask"),
        "targets": reverse("ofTask"),
        "citations": reverse("citing"),
        "citedBy": reverse("cited")
    });
    for name in UNSAID {
        terms[name] = Value::Null;
    }
    json!({"@context": [ontology["@context"], terms]})
}

/// The context.
pub(super) async fn show(State(_): State<App>) -> Response {
    let kind = (header::CONTENT_TYPE, "application/ld+json");
    ([kind], context().to_string()).into_response()
}
