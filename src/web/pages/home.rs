//! `/`: where everybody begins.

use askama::Template;
use axum::response::Response;

use crate::web::error::WebError;
use crate::web::filters;
use crate::web::site::{Here, Site, page};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    documents: usize,
    agencies: usize,
    tasks: usize,
}

/// The page.
pub(in crate::web) async fn show(Here(app): Here) -> Result<Response, WebError> {
    page(app, build).await
}

fn build(site: &Site) -> Result<Home, WebError> {
    let tables = site.tables.now(site);
    Ok(Home {
        documents: tables.documents(site)?.len(),
        agencies: tables.agencies(site)?.len(),
        tasks: tables.tasks(site)?.len(),
    })
}
