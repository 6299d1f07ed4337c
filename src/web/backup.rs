//! `/backup`: all graphs in one state of them, as one file, while the store is written.

use std::io;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::{App, stream};
use crate::config::Role;

/// GET and HEAD, for holders of a token of the role admin: a backup has all that was ever taken in.
pub(super) async fn read(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    app.access.check(request.headers(), Role::Admin)?;
    let body = match *request.method() {
        Method::HEAD => Body::from_stream(tokio_stream::empty::<io::Result<Vec<u8>>>()),
        _ => {
            let write = |app: &App, out: &mut dyn io::Write| {
                let contents = app.store.back_up(out).map_err(io::Error::other)?;
                tracing::info!(
                    quads = contents.quads,
                    graphs = contents.graphs,
                    "a backup was sent"
                );
                Ok(())
            };
            stream::body(app, "a backup", write).await?
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/zstd"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"gangmu.nq.zst\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}
