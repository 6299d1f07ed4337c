//! Pages for people and the SPARQL endpoint for programs, over one store that is only read.
//!
//! Invariant: handlers hold no query text (all reading is by the files of `queries/`), and the path of a
//! page is the path of the IRI it is about, so that every IRI the store mints leads somewhere. Pages and
//! counts take current versions only. `cli::serve` depends on this; axum stays here.

mod access;
mod agencies;
mod agency;
mod api;
mod document;
mod documents;
mod error;
mod evidence;
mod labels;
mod negotiate;
mod paging;
mod problem;
mod resource;
mod search;
mod site;
mod sparql;
mod tasks;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::Redirect;
use axum::routing::get;
use tower_http::trace::TraceLayer;

use crate::config::Config;
use crate::store::Store;
use site::Site;

/// What handlers share.
type App = Arc<Site>;

/// Serves a store until the process is told to stop (Ctrl-C, SIGTERM).
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    store: Store,
    config: &Config,
) -> io::Result<()> {
    axum::serve(listener, router(store, config)).with_graceful_shutdown(stopped()).await
}

/// All routes. Where the base IRI has a path, they lie below it.
pub fn router(store: Store, config: &Config) -> Router {
    let site = Arc::new(Site::new(store, config));
    let root = site.root().trim_end_matches('/').to_owned();
    let routes = Router::new()
        .route("/", get(documents::list))
        .route("/agencies", get(agencies::list))
        .route("/search", get(search::show))
        .nest("/api", api::routes())
        .route("/sparql", get(sparql::get).post(sparql::post))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/style.css", get(style))
        .fallback(resource::show);
    let routes = if root.is_empty() {
        routes.with_state(site)
    } else {
        let first = format!("{root}/");
        Router::new()
            .route("/", get(Redirect::temporary(&first)))
            .route(&first, get(documents::list).with_state(Arc::clone(&site)))
            .nest(&root, routes.with_state(site))
    };
    routes.layer(TraceLayer::new_for_http())
}

async fn style() -> ([(header::HeaderName, &'static str); 2], &'static str) {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    let age = (header::CACHE_CONTROL, "max-age=3600");
    ([kind, age], include_str!("templates/style.css"))
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
