//! What every request passes through before its handler, and every answer after it.
//!
//! From the outside in: [`observe`] (id, log line, figures), [`policy`] (what a browser may do with it), a net for panics, cross-origin reading,
//! compression, [`faults`] (refusals become problem documents), [`limits`] (header and body sizes, requests a
//! second), reading by token where it is closed, [`conditional`] (entity tags). Handlers know nothing of
//! these but one thing: an answer that depends on more than the store and its address says
//! `Cache-Control: no-store`.

mod conditional;
pub(super) mod connections;
mod faults;
pub(super) mod health;
mod limits;
mod observe;
mod policy;

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;

use super::App;
use crate::config::{Config, Role};

/// The name under which a request's id travels, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes below which compressing an answer saves nothing: it fits one packet.
const SMALL: u64 = 1024;
/// How long a browser may remember what a preflight said.
const PREFLIGHT: Duration = Duration::from_secs(3600);

/// The routes with all layers around them.
pub(super) fn around(routes: Router, app: &App, config: &Config) -> Router {
    let body = config.limits.body << 20;
    let limits = limits::Limits::new(config);
    // A backup is packed already.
    let worth_it = SizeAbove::new(SMALL).and(NotForContentType::const_new("application/zstd"));
    let routes = routes
        .layer(from_fn_with_state(App::clone(app), conditional::answer))
        .layer(from_fn_with_state(App::clone(app), readers))
        .layer((RequestBodyLimitLayer::new(body), DefaultBodyLimit::disable()))
        .layer(from_fn_with_state(limits, limits::check))
        .layer(from_fn_with_state(faults::Limits { body: config.limits.body }, faults::tell))
        .layer(CompressionLayer::new().compress_when(worth_it))
        .layer(from_fn(conditional::weaken));
    let routes = match cors(&config.cors.origins) {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(policy::set))
        .layer(from_fn_with_state(App::clone(app), observe::observe))
}

/// Where reading is closed, only the probes, the style sheet and the scripts are open.
async fn readers(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let open = ["healthz", "readyz", "style.css"];
    let open = path.strip_prefix(app.root()).is_some_and(|path| {
        open.contains(&path) || path.starts_with("assets/") || path.starts_with("script/")
    });
    match app.access.check(request.headers(), Role::Reader) {
        Err(problem) if !open => problem.into_response(),
        _ => next.run(request).await,
    }
}

/// Reading by scripts of the pages of these origins; none without origins.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().filter_map(|o| HeaderValue::from_str(o).ok()))
    };
    let methods =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let sent = [header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH];
    let shown = [header::ETAG, header::LINK, header::LOCATION, header::RETRY_AFTER];
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods(methods)
            .allow_headers(sent.into_iter().chain([REQUEST_ID]).collect::<Vec<_>>())
            .expose_headers(shown.into_iter().chain([REQUEST_ID]).collect::<Vec<_>>())
            .max_age(PREFLIGHT),
    )
}

fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| cause.downcast_ref::<&str>().copied());
    tracing::error!(cause = text.unwrap_or("unknown"), "a handler panicked");
    faults::general(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
