//! `/api/v1`: the graph as JSON, for programs that do not speak SPARQL.
//!
//! Invariant: what is told is what current versions say; every fact that a text states carries the place that
//! says it; `null` is what no text says, an empty list what no text names. A request that cannot be answered gets
//! a problem document that names the parameter. One file a resource; each reads the small facts of all things once
//! a revision ([`tables`]) to filter and sort, and the rest for the page that is asked for. The OpenAPI document
//! is generated from these handlers.

mod agencies;
mod cell;
pub(super) mod columns;
mod context;
pub(super) mod derived;
mod documents;
pub(super) mod empty;
pub(super) mod facts;
mod follow;
pub(super) mod links;
mod listing;
mod names;
pub(super) mod page;
pub(super) mod params;
mod places;
mod policies;
pub(super) mod records;
pub(super) mod search;
pub(super) mod tables;
mod targets;
mod tasks;
pub(super) mod terms;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, extract::State};
use utoipa::OpenApi;
use utoipa::openapi::Server;

use super::problem::Problem;
use super::site::Site;
use super::{App, answers};
use crate::store::{Asked, QueryError};

/// The routes below `/api`.
pub(super) fn routes() -> Router<App> {
    let v1 = Router::new()
        .route("/agencies", get(agencies::list))
        .route("/agencies/{id}", get(agencies::one))
        .route("/tasks", get(tasks::list))
        .route("/tasks/{id}", get(tasks::one))
        .route("/documents", get(documents::list))
        .route("/documents/{id}", get(documents::one))
        .route("/policies", get(policies::list))
        .route("/policies/{id}", get(policies::one))
        .route("/targets", get(targets::list))
        .route("/search", get(search::list))
        .route("/names", get(names::list))
        .route("/why-empty", get(empty::show))
        .route("/context.jsonld", get(context::show));
    Router::new()
        .route("/", get(page::show))
        .route("/openapi.json", get(openapi))
        .nest("/v1", v1)
        .fallback(nothing)
        .method_not_allowed_fallback(only_get)
}

async fn nothing() -> Problem {
    let title = "接口没有这个地址 The API has no such address";
    Problem::new(StatusCode::NOT_FOUND, "not-found", title).remedy("/api/openapi.json")
}

async fn only_get() -> Problem {
    let title = "这里只能读取 This can only be read";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", title).remedy("GET")
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "纲目 gangmu",
        description = "谁牵头、谁配合、何时完成、做到什么程度、依据什么文件、原文哪一句。null 表示原文未说明；空列表表示原文未列出。只取各文件的现行版本。\n\nWho must do what, by when, to what measure, under which policy, and which sentence says so. `null` is what no text says, an empty list what no text names. Current versions only.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        agencies::list,
        agencies::one,
        tasks::list,
        tasks::one,
        documents::list,
        documents::one,
        policies::list,
        policies::one,
        targets::list,
        search::list,
        names::list,
        empty::show,
    ),
    components(schemas(
        Problem,
        terms::Genre,
        terms::Role,
        terms::Tier,
        targets::QuantityKind,
        search::FoundKind,
        names::NamedKind,
    ))
)]
struct Api;

/// The description of the interface, with the address of this server.
fn description(site: &Site) -> utoipa::openapi::OpenApi {
    let mut api = Api::openapi();
    let root = site.root().trim_end_matches('/');
    api.servers = (!root.is_empty()).then(|| vec![Server::new(root)]);
    api
}

async fn openapi(State(app): State<App>) -> Response {
    Json(description(&app)).into_response()
}

/// Reads the store on a thread that may block, within the limits of one query.
async fn read<T: Send + 'static>(
    app: App,
    build: impl FnOnce(&Site) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let asked = Asked { text: std::any::type_name::<T>().to_owned(), client: String::new() };
    answers::within(app, asked, None, build).await?
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        tracing::error!(cause = %error, "reading the store failed");
        Self::ours()
    }
}

impl Problem {
    /// A failure that is not the client's; its cause is in the log.
    fn ours() -> Self {
        let title = "服务器出错了 Something went wrong here";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title)
    }

    /// That a thing is not in the store, or is of another kind.
    fn unknown(id: &str) -> Self {
        let title = "库里没有它 The store does not have it";
        Self::new(StatusCode::NOT_FOUND, "not-found", title).detail(id.to_owned())
    }
}
