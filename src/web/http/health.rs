//! What those who run the server ask: does it live, can it answer, how is it doing.

use std::sync::Mutex;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::store::Revision;
use crate::web::App;
use crate::web::problem::Problem;
use crate::web::site::Site;

const ANYTHING: &str = include_str!("../queries/anything.rq");
/// How long the store may take to read one triple.
const PATIENCE: Duration = Duration::from_secs(2);
/// Of live answers no copies are kept.
const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// The process lives.
pub(in crate::web) async fn live() -> impl IntoResponse {
    ([NO_STORE], "ok\n")
}

/// The store answers.
pub(in crate::web) async fn ready(State(app): State<App>) -> Response {
    let read = tokio::task::spawn_blocking(move || app.rows(ANYTHING, &[]).map(drop));
    let cause = match tokio::time::timeout(PATIENCE, read).await {
        Ok(Ok(Ok(()))) => return ([NO_STORE], "ready\n").into_response(),
        Ok(Ok(Err(error))) => error.to_string(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it takes too long".to_owned(),
    };
    tracing::error!(cause, "the store does not answer");
    let title = "数据库没有应答 The store does not answer";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", title).retry_after(1);
    ([NO_STORE], problem).into_response()
}

/// The figures, for Prometheus.
pub(in crate::web) async fn metrics(State(app): State<App>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = tokio::task::spawn_blocking(move || {
        let revision = app.store.revision();
        let waiting = app.runs.overview().iter().filter(|run| run.state == "waiting").count();
        app.metrics.queries(app.runs.running(), waiting);
        app.metrics.text(revision.map(Revision::changes), app.triples.count(&app, revision))
    });
    match text.await {
        Ok(text) => ([NO_STORE, (header::CONTENT_TYPE, kind)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the figures' thread ended");
            super::faults::general(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}

/// The number of triples, which takes long to count and is counted once for each revision.
#[derive(Default)]
pub(in crate::web) struct Triples(Mutex<Option<(Revision, usize)>>);

impl Triples {
    /// None while the store is written or another request counts.
    fn count(&self, site: &Site, revision: Option<Revision>) -> Option<usize> {
        let revision = revision?;
        let mut known = self.0.try_lock().ok()?;
        match *known {
            Some((then, count)) if then == revision => Some(count),
            _ => {
                let count = site.store.count().ok()?;
                *known = Some((revision, count));
                Some(count)
            }
        }
    }
}
