//! The JSON-LD context of the API's answers: that of the ontology, and what the answers name otherwise.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::App;
use crate::rdf::jsonld::CONTEXT;

/// The ontology's context and the API's terms after it.
fn context() -> Value {
    let ontology: Value = serde_json::from_str(CONTEXT).unwrap_or_default();
    let gm = crate::rdf::vocab::gm::NAMESPACE;
    let of_task = json!({"@reverse": format!("{gm}ofTask")});
    let evidence = json!({
        "@id": format!("{gm}evidence"),
        "@context": {
            "quote": {"@id": "oa:hasSelector/oa:exact", "@type": "@none"},
            "version": {"@id": "oa:hasSource", "@type": "@id"}
        }
    });
    json!({"@context": [ontology["@context"], {
        "items": "@graph",
        "total": null, "next": null, "self": null, "page": null, "score": null, "snippet": null,
        "code": null,
        "zh": {"@id": "skos:prefLabel", "@language": "zh"},
        "en": {"@id": "skos:prefLabel", "@language": "en"},
        "evidence": evidence,
        "responsibilities": of_task,
        "targets": of_task
    }]})
}

/// The context.
pub(super) async fn show(State(_): State<App>) -> Response {
    let kind = (header::CONTENT_TYPE, "application/ld+json");
    ([kind], context().to_string()).into_response()
}
