//! What a client is told when there is no answer. Causes of our own faults are logged, not shown.

use askama::Template;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::labels::Label;
use super::problem::Problem;
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
    #[error("making the workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// It needed too much, or no turn came.
    #[error("the page was not built")]
    Stopped(Problem),
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
        let (problem, root, path, (zh, en)) = match self {
            Self::NotFound { root, path } => {
                let title = ("没有这一页", "There is no such page");
                (Err((StatusCode::NOT_FOUND, "not-found")), root, path, title)
            }
            Self::Stopped(problem) if problem.status() != StatusCode::INTERNAL_SERVER_ERROR => {
                let title = ("太忙了，请稍后再试", "Too busy: try again later");
                (Ok(problem), "/".to_owned(), String::new(), title)
            }
            other => {
                tracing::error!(cause = %other, "a page failed");
                let title = ("出错了", "Something went wrong here");
                let fault = (StatusCode::INTERNAL_SERVER_ERROR, "fault");
                (Err(fault), "/".to_owned(), String::new(), title)
            }
        };
        // For a program, which is told by this instead of a page.
        let problem = problem
            .unwrap_or_else(|(status, kind)| Problem::new(status, kind, format!("{zh} {en}")));
        let page = ErrorPage { root, title: Label { zh: zh.into(), en: en.into() }, path };
        let html = page.render().unwrap_or_else(|_| format!("<!doctype html><p>{zh} {en}"));
        (problem.status(), Extension(problem), Html(html)).into_response()
    }
}
