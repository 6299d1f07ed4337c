//! Triples in the format that the client likes best.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oxigraph::io::{RdfFormat, RdfParser, RdfSerializer};
use oxigraph::model::Triple;

use super::body::text;
use super::failure::of_fault;
use super::negotiate::choose;
use super::problem::Problem;
use super::sparql::TRIPLES;
use crate::rdf::Base;
use crate::rdf::vocab::PREFIXES;

/// Prefixes of the vocabularies that describe services and data, besides those of the data itself.
const MORE_PREFIXES: [(&str, &str); 6] = [
    ("sd", "http://www.w3.org/ns/sparql-service-description#"),
    ("format", "http://www.w3.org/ns/formats/"),
    ("void", "http://rdfs.org/ns/void#"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("sh", "http://www.w3.org/ns/shacl#"),
    ("schema", "https://schema.org/"),
];

/// The format for a client, with the content type to send.
///
/// # Errors
/// 406 where the client accepts none.
pub(super) fn format(headers: &HeaderMap) -> Result<(String, RdfFormat), Problem> {
    let offers = TRIPLES.map(|(name, format)| (name, (name, format)));
    let Some((name, format)) = choose(Some(&text(headers, header::ACCEPT)), &offers) else {
        let title = "没有所要的格式 None of the accepted formats is on offer";
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", title)
            .remedy(format!("Accept: {}", TRIPLES.map(|(name, _)| name).join(", "))));
    };
    let charset = if name.starts_with("text/") { "; charset=utf-8" } else { "" };
    Ok((format!("{name}{charset}"), format))
}

/// The triples in the format for a client.
///
/// # Errors
/// 406 where the client accepts no format.
pub(super) fn respond(headers: &HeaderMap, triples: &[Triple]) -> Result<Response, Problem> {
    let (kind, format) = format(headers)?;
    Ok(([(header::CONTENT_TYPE, kind)], write(format, triples)?).into_response())
}

/// The triples as Turtle.
pub(super) fn turtle(triples: &[Triple]) -> Result<Vec<u8>, Problem> {
    write(RdfFormat::Turtle, triples)
}

fn write(format: RdfFormat, triples: &[Triple]) -> Result<Vec<u8>, Problem> {
    let serializer = PREFIXES.iter().chain(&MORE_PREFIXES).fold(
        RdfSerializer::from_format(format),
        |serializer, &(prefix, iri)| {
            serializer.clone().with_prefix(prefix, iri).unwrap_or(serializer)
        },
    );
    let mut writer = serializer.for_writer(Vec::new());
    for triple in triples {
        writer.serialize_triple(triple).map_err(|error| of_fault(&error))?;
    }
    writer.finish().map_err(|error| of_fault(&error))
}

/// The triples of one of our own Turtle files, whose relative IRIs are below the base.
pub(super) fn read(turtle: &str, base: &Base) -> Vec<Triple> {
    let parser = RdfParser::from_format(RdfFormat::Turtle);
    let parser = parser.clone().with_base_iri(base.as_str()).unwrap_or(parser);
    let quads = parser.for_slice(turtle);
    quads.map(|quad| Triple::from(quad.expect("our own files parse, as the tests check"))).collect()
}
