//! `/queries`: what is running, and stopping it; for operators.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use super::App;
use super::problem::Problem;
use crate::config::Role;
use crate::store::Overview;

/// What is waiting and running, oldest first; another list at the next moment, whatever the store's revision.
pub(super) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 1], Json<Vec<Overview>>), Problem> {
    app.access.check(&headers, Role::Admin)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(app.runs.overview())))
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
