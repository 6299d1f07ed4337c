//! Pages for people and the SPARQL endpoint for programs, over one store, which holders of tokens may change.
//!
//! Invariant: handlers hold no query text (all reading is by the files of `queries/`), and every IRI that the
//! store mints leads to documents about it (`address`). Pages and counts take current versions only. What is the
//! same for all requests, such as tags, limits and figures, is around the routes (`http`). `cli::serve` depends on this; axum stays here.

mod access;
mod address;
mod answers;
mod api;
mod assets;
mod backup;
mod body;
mod cache;
mod description;
mod error;
mod examples;
mod export;
mod facets;
mod failure;
mod filters;
mod graph_store;
mod http;
mod labels;
mod lang;
pub mod metrics;
mod negotiate;
mod pages;
mod paging;
mod problem;
mod protocol;
mod questions;
mod running;
mod script;
mod site;
mod sparql;
mod stream;
mod style;
mod triples;
mod update;
mod upload;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{MethodRouter, delete, get, post};

use crate::config::Config;
use crate::knowledge::Knowledge;
use crate::store::Store;
use access::Access;
use pages::{resource, vocabulary};
use site::Site;

/// What handlers share.
type App = Arc<Site>;

/// Whether the settings and the environment give anybody a token to write with: then the store is to be open
/// to write, and there must be knowledge to read documents with.
pub fn anyone_writes(config: &Config) -> bool {
    Access::new(&config.access).anyone_writes()
}

/// Stack of the threads that evaluate, in bytes: planning goes down into a query as deep as it is nested. Only what
/// is used is taken.
const STACK: usize = 256 << 20;

/// The threads to serve with.
///
/// # Errors
/// When the system gives none.
pub fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()
}

/// Serves a store until the process is told to stop (Ctrl-C, SIGTERM); answers that are under way are finished, within
/// the time that a query may take. Queries reach the services that the store has, which are its opener's to give it.
/// `knowledge` is what documents that are sent are read with.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    store: Arc<Store>,
    knowledge: Option<Arc<Knowledge>>,
    config: &Config,
) -> io::Result<()> {
    let timeout = config.limits.query_timeout;
    let site = Arc::new(Site::new(store, knowledge, config));
    api::tables::keep_ready(&site, pages::prepare);
    open_index(&site);
    http::connections::serve(listener, routes(site, config), timeout).await
}

/// Opens the search index before anyone searches: its dictionary takes a while to load, and what is not in step with
/// the store is built anew. A store behind an endpoint is not asked before anyone asks.
fn open_index(site: &App) {
    if site.store.is_here() {
        let site = Arc::clone(site);
        std::thread::spawn(move || {
            if let Err(error) = site.store.search() {
                tracing::error!(cause = %error, "the search index cannot be opened");
            }
        });
    }
}

/// All routes. Where the base IRI has a path, they lie below it.
fn routes(site: App, config: &Config) -> Router {
    let root = site.root().trim_end_matches('/').to_owned();
    let routes = Router::new()
        .merge(pages::routes(&site))
        .nest("/api", api::routes())
        .route("/sparql", get(sparql::get).post(sparql::post))
        .route("/update", post(update::post))
        .route("/store", graph_store())
        .route("/store/{*graph}", graph_store())
        .route("/documents", post(upload::post))
        .route("/backup", get(backup::read))
        .route("/queries", get(running::list))
        .route("/queries/{id}", delete(running::stop))
        .route("/.well-known/void", get(description::void))
        .route("/.well-known/sparql-examples", get(examples::list))
        .route("/data/{*path}", get(resource::triples))
        .route("/ontology/context.jsonld", get(vocabulary::context))
        .route("/healthz", get(http::health::live))
        .route("/readyz", get(http::health::ready))
        .route("/metrics", get(http::health::metrics))
        .route("/style.css", get(style::show))
        .route("/script/{name}", get(script::show))
        .route("/assets/{name}", get(assets::show))
        .merge(pages::workbench::downloads())
        .fallback(resource::show);
    let routes = if root.is_empty() {
        routes.with_state(Arc::clone(&site))
    } else {
        let first = format!("{root}/");
        Router::new()
            .route("/", get(Redirect::temporary(&first)))
            .route(&first, get(pages::first).with_state(Arc::clone(&site)))
            .nest(&root, routes.with_state(Arc::clone(&site)))
    };
    let routes = routes.layer(from_fn_with_state(Arc::clone(&site), error::tell));
    http::around(routes, &site, config)
}

fn graph_store() -> MethodRouter<App> {
    get(graph_store::read).put(graph_store::put).post(graph_store::post).delete(graph_store::delete)
}
