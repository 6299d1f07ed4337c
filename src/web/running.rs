//! `/queries`: what is running, and stopping it; for operators.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};

use super::App;
use super::problem::Problem;
use crate::config::Role;
use crate::store::Overview;

/// What is waiting and running, oldest first.
pub(super) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<Vec<Overview>>, Problem> {
    app.access.check(&headers, Role::Admin)?;
    Ok(Json(app.runs.overview()))
}

/// Stops one of them; its client is told so.
pub(super) async fn stop(
    State(app): State<App>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    app.access.check(&headers, Role::Admin)?;
    if app.runs.stop(id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let title = "没有这个查询 There is no such query";
    Err(Problem::new(StatusCode::NOT_FOUND, "no-such-query", title))
}
