//! The style sheet of all pages: the files of `templates/style`, joined.

use std::sync::LazyLock;

use axum::extract::RawQuery;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// What stands later goes before what stands earlier; print comes last.
const PARTS: &[&str] = &[
    include_str!("templates/style/base.css"),
    include_str!("templates/style/frame.css"),
    include_str!("templates/style/parts.css"),
    include_str!("templates/style/home.css"),
    include_str!("templates/style/agency.css"),
    include_str!("templates/style/document.css"),
    include_str!("templates/style/add.css"),
    include_str!("templates/style/tables.css"),
    include_str!("templates/style/workbench.css"),
    include_str!("templates/style/print.css"),
];

/// The sheet, and a name for what it says.
static SHEET: LazyLock<(String, String)> = LazyLock::new(|| {
    let sheet = PARTS.concat();
    let version = hex::encode(&Sha256::digest(&sheet)[..6]);
    (sheet, version)
});

/// What pages have behind `style.css?`, so that a browser keeps the sheet for as long as it is the same.
pub(super) fn version() -> &'static str {
    &SHEET.1
}

/// `/style.css`.
pub(super) async fn show(RawQuery(asked): RawQuery) -> Response {
    let control = match asked.as_deref() == Some(version()) {
        true => "public, max-age=31536000, immutable",
        false => "max-age=3600",
    };
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, control)];
    (headers, SHEET.0.as_str()).into_response()
}
