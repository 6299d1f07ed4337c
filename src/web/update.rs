//! SPARQL updates, at `/sparql` and `/update`.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::App;
use super::body::Whole;
use super::graph_store::fault;
use super::problem::Problem;
use super::protocol::{Asked, AskedUpdate, Malformed};
use crate::config::Role;
use crate::store::{UpdateError, Using};

/// `/update`, for clients that have an address of its own for updates.
pub(super) async fn post(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response, Problem> {
    match Asked::in_body(address.as_deref().unwrap_or_default(), &headers, &body)? {
        Asked::Update(asked) => perform(app, asked, &headers).await,
        Asked::Query(_) => Err(Malformed::QueryForUpdate.into()),
        Asked::Nothing => Err(Malformed::Nothing.into()),
    }
}

/// Does an update for the holder of an editor's token.
pub(super) async fn perform(
    app: App,
    asked: AskedUpdate,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    app.access.check(headers, Role::Editor)?;
    let done = tokio::task::spawn_blocking(move || {
        let using = Using { default: &asked.using_graphs, named: &asked.using_named_graphs };
        app.store.update(&asked.text, using)
    });
    match done.await.map_err(fault)? {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(UpdateError::Database(error)) => Err(fault(error)),
        Err(error) => {
            let title = "更新未做，库未改动 The update was not done; the store is unchanged";
            let kind = match error {
                UpdateError::Syntax(_) => "update-syntax",
                UpdateError::TwoDatasets | UpdateError::Dataset(_) => "update-dataset",
                _ => "update-failed",
            };
            Err(Problem::new(StatusCode::BAD_REQUEST, kind, title).detail(error.to_string()))
        }
    }
}
