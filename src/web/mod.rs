//! Pages for people and the SPARQL endpoint for programs, over one store, which holders of tokens may change.
//!
//! Invariant: handlers hold no query text (all reading is by the files of `queries/`), and the path of a
//! page is the path of the IRI it is about, so that every IRI the store mints leads somewhere. Pages and
//! counts take current versions only. `cli::serve` depends on this; axum stays here.

mod access;
mod agencies;
mod agency;
mod api;
mod body;
mod description;
mod document;
mod documents;
mod error;
mod evidence;
mod examples;
mod graph_store;
mod labels;
mod negotiate;
mod paging;
mod problem;
mod protocol;
mod resource;
mod search;
mod site;
mod sparql;
mod tasks;
mod triples;
mod update;
mod upload;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{MethodRouter, get, post};
use tower_http::trace::TraceLayer;

use crate::config::Config;
use crate::knowledge::Knowledge;
use crate::store::Store;
use access::Access;
use site::Site;

/// What handlers share.
type App = Arc<Site>;

/// Whether the settings and the environment give anybody a token to write with: then the store is to be open
/// to write, and there must be knowledge to read documents with.
pub fn anyone_writes(config: &Config) -> bool {
    Access::new(&config.access).anyone_writes()
}

/// Serves a store until the process is told to stop (Ctrl-C, SIGTERM). `knowledge` is what documents that are
/// sent are read with.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    store: Store,
    knowledge: Option<Knowledge>,
    config: &Config,
) -> io::Result<()> {
    axum::serve(listener, router(store, knowledge, config)).with_graceful_shutdown(stopped()).await
}

/// All routes. Where the base IRI has a path, they lie below it.
pub fn router(store: Store, knowledge: Option<Knowledge>, config: &Config) -> Router {
    let site = Arc::new(Site::new(store, knowledge, config));
    let root = site.root().trim_end_matches('/').to_owned();
    let routes = Router::new()
        .route("/", get(documents::list))
        .route("/agencies", get(agencies::list))
        .route("/search", get(search::show))
        .nest("/api", api::routes())
        .route("/sparql", get(sparql::get).post(sparql::post))
        .route("/update", post(update::post))
        .route("/store", graph_store())
        .route("/store/{*graph}", graph_store())
        .route("/documents", post(upload::post))
        .route("/.well-known/void", get(description::void))
        .route("/.well-known/sparql-examples", get(examples::list))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/style.css", get(style))
        .fallback(resource::show);
    let readers_only = from_fn_with_state(Arc::clone(&site), access::readers_only);
    let routes = if root.is_empty() {
        routes.with_state(site)
    } else {
        let first = format!("{root}/");
        Router::new()
            .route("/", get(Redirect::temporary(&first)))
            .route(&first, get(documents::list).with_state(Arc::clone(&site)))
            .nest(&root, routes.with_state(site))
    };
    let largest = DefaultBodyLimit::max(config.limits.body << 20);
    routes.layer(largest).layer(readers_only).layer(TraceLayer::new_for_http())
}

fn graph_store() -> MethodRouter<App> {
    get(graph_store::read).put(graph_store::put).post(graph_store::post).delete(graph_store::delete)
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
