//! `/sparql` without a query, asked for by a browser: where people write queries.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::web::error::WebError;
use crate::web::filters;
use crate::web::site::{Here, Site};

#[derive(Template)]
#[template(path = "sparql.html")]
struct Workbench {
    base: String,
}

/// The page in a language that has no endpoint of its own.
pub(super) async fn show(Here(site): Here) -> Response {
    answer(&site)
}

/// The page.
pub(in crate::web) fn answer(site: &Site) -> Response {
    let page = Workbench { base: site.store.base().as_str().to_owned() };
    site.render(&page).map_err(WebError::from).map(Html).into_response()
}
