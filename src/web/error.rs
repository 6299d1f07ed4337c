//! What a client is told when there is no page. Causes of our own faults are logged, not shown.

use askama::Template;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::failure;
use super::labels::Label;
use super::problem::Problem;
use super::{App, filters};
use crate::store::QueryError;

#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    /// No page at this path.
    #[error("nothing at {0}")]
    NotFound(String),
    #[error("reading the store: {0}")]
    Query(#[from] QueryError),
    /// Its cause is in the log already.
    #[error("searching")]
    Search,
    #[error("writing the page: {0}")]
    Page(#[from] askama::Error),
    #[error("making the workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// It needed too much, or no turn came; or its cause is in the log already.
    #[error("the page was not built")]
    Stopped(Problem),
}

impl From<Problem> for WebError {
    fn from(problem: Problem) -> Self {
        Self::Stopped(problem)
    }
}

/// Why there is no page, for [`tell`].
#[derive(Clone)]
struct Trouble {
    title: Label,
    path: String,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    title: Label,
    path: String,
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let (problem, path, (zh, en)) = match self {
            Self::NotFound(path) => {
                let title = ("没有这一页", "There is no such page");
                (Err((StatusCode::NOT_FOUND, "not-found")), path, title)
            }
            Self::Stopped(problem) if problem.status() != StatusCode::INTERNAL_SERVER_ERROR => {
                let title = ("太忙了，请稍后再试", "Too busy: try again later");
                (Ok(problem), String::new(), title)
            }
            Self::Query(error) if error.is_of_endpoint() => {
                tracing::error!(cause = %error, "the store does not answer");
                let title =
                    ("数据库没有应答，请稍后再试", "The store does not answer: try again later");
                (Err((StatusCode::BAD_GATEWAY, "no-answer-from-elsewhere")), String::new(), title)
            }
            Self::Query(QueryError::NotRead) => {
                let title = (
                    "正在读取全部文件，请稍后再试",
                    "All documents are still being read: try again in a while",
                );
                (Ok(failure::of_reading()), String::new(), title)
            }
            other => {
                tracing::error!(cause = %other, "a page failed");
                let title = ("出错了", "Something went wrong here");
                (Err((StatusCode::INTERNAL_SERVER_ERROR, "fault")), String::new(), title)
            }
        };
        // For a program, which is told by this instead of a page.
        let problem = problem
            .unwrap_or_else(|(status, kind)| Problem::new(status, kind, format!("{zh} {en}")));
        let trouble = Trouble { title: Label::new(zh, en), path };
        (problem.status(), Extension(problem), Extension(trouble)).into_response()
    }
}

/// Makes the page that tells of an error, in the language of the site.
pub(super) async fn tell(State(app): State<App>, request: Request, next: Next) -> Response {
    let site = app.at(request.extensions(), request.uri(), request.headers());
    let mut response = next.run(request).await;
    let Some(Trouble { title, path }) = response.extensions_mut().remove() else {
        return response;
    };
    let plain = format!("<!doctype html><p>{}", title.of(site.lang));
    let html = site.render(&ErrorPage { title, path }).unwrap_or(plain);
    let (parts, _) = response.into_parts();
    let mut told = (parts.status, Html(html)).into_response();
    told.headers_mut().extend(parts.headers);
    *told.extensions_mut() = parts.extensions;
    told
}
