//! What a client is told when there is no answer. Causes of our own faults are logged, not shown.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::labels::Label;
use crate::store::QueryError;

#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    /// No page at this path. `root` is where the first page is.
    #[error("nothing at {path}")]
    NotFound { root: String, path: String },
    #[error("reading the store: {0}")]
    Query(#[from] QueryError),
    /// Its cause is in the log already.
    #[error("searching")]
    Search,
    #[error("writing the page: {0}")]
    Page(#[from] askama::Error),
    #[error("the page's thread ended: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    root: String,
    title: Label,
    path: String,
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let (status, root, path, zh, en) = match self {
            Self::NotFound { root, path } => {
                (StatusCode::NOT_FOUND, root, path, "没有这一页", "There is no such page")
            }
            other => {
                tracing::error!(cause = %other, "a page failed");
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                (status, "/".to_owned(), String::new(), "出错了", "Something went wrong here")
            }
        };
        let page = ErrorPage { root, title: Label { zh: zh.into(), en: en.into() }, path };
        let html = page.render().unwrap_or_else(|_| format!("<!doctype html><p>{zh} {en}"));
        (status, Html(html)).into_response()
    }
}
