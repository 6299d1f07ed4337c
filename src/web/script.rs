//! The scripts of pages that are no islands: small modules, each at an address that changes with what it says.

use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const SCRIPTS: [(&str, &str); 2] = [
    ("add.js", include_str!("templates/script/add.js")),
    ("document.js", include_str!("templates/script/document.js")),
];

/// What pages have behind the address of a script, so that a browser keeps it for as long as it is the same.
pub(super) fn version(name: &str) -> String {
    hex::encode(&Sha256::digest(text(name).unwrap_or_default())[..6])
}

fn text(name: &str) -> Option<&'static str> {
    SCRIPTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// `/script/{name}`.
pub(super) async fn show(Path(name): Path<String>, RawQuery(asked): RawQuery) -> Response {
    let Some(text) = text(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let control = match asked.as_deref() == Some(&version(&name)) {
        true => "public, max-age=31536000, immutable",
        false => "max-age=3600",
    };
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, control),
    ];
    (headers, text).into_response()
}
