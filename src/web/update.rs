//! SPARQL updates, at `/sparql` and `/update`.

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::App;
use super::answers::{self, Ask};
use super::body::Whole;
use super::problem::Problem;
use super::protocol::{Asked, Malformed};
use crate::config::Role;

/// `/update`, for clients that have an address of its own for updates.
pub(super) async fn post(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    client: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response, Problem> {
    match Asked::in_body(address.as_deref().unwrap_or_default(), &headers, &body)? {
        Asked::Update(asked) => perform(app, asked.of(client), &headers).await,
        Asked::Query(_) => Err(Malformed::QueryForUpdate.into()),
        Asked::Nothing => Err(Malformed::Nothing.into()),
    }
}

/// Makes an update for the holder of an editor's token.
pub(super) async fn perform(app: App, ask: Ask, headers: &HeaderMap) -> Result<Response, Problem> {
    app.access.check(headers, Role::Editor)?;
    answers::update(app, ask).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
