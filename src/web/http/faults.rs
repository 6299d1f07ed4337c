//! Refusals that no handler of ours has written, and pages of errors for programs, become problem documents.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::web::negotiate::choose;
use crate::web::problem::Problem;

/// Most bytes of a refusal's own words.
const WORDS: usize = 4096;

/// What is told about limits.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Megabytes of a request's body.
    pub(super) body: usize,
}

/// Words of a framework become a problem document's detail; a page of ours (which carries its problem along) is
/// replaced for a client that did not ask for HTML.
pub(super) async fn tell(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let wants_page = wants_page(request.headers());
    let asks_methods = request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    if asks_methods && status == StatusCode::METHOD_NOT_ALLOWED {
        // The answer says which methods there are, or the router adds it.
        let allowed = response.headers_mut().remove(header::ALLOW);
        let mut methods = StatusCode::NO_CONTENT.into_response();
        methods.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
        return methods;
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return if wants_page { response } else { problem.into_response() };
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let mut problem = general(status);
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        problem = problem
            .detail(format!("limits.body = {} MB", limits.body))
            .remedy("分几次发送 Send it in parts");
    } else if let Ok(words) = to_bytes(body, WORDS).await
        && let Ok(words) = std::str::from_utf8(&words)
        && !words.trim().is_empty()
    {
        problem = problem.detail(words.trim());
    }
    let mut told = problem.into_response();
    for (name, value) in &parts.headers {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            told.headers_mut().append(name.clone(), value.clone());
        }
    }
    told
}

/// Browsers put HTML first; a program that takes anything gets what it can read.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let offers =
        [("application/problem+json", false), ("application/json", false), ("text/html", true)];
    choose(accept, &offers) == Some(true)
}

/// The problem that a code of HTTP names, without particulars.
pub(super) fn general(status: StatusCode) -> Problem {
    let (kind, title) = match status.as_u16() {
        400 => ("bad-request", "请求有误 The request is not understood"),
        404 => ("not-found", "没有这个资源 There is nothing at this address"),
        405 => ("method-not-allowed", "此处不支持这种方法 This method is not allowed here"),
        406 => ("not-acceptable", "没有所要的格式 None of the accepted types is on offer"),
        411 => ("length-required", "须写明长度 The length must be given"),
        413 => ("body-too-large", "请求体过大 The body is too large"),
        414 => ("address-too-long", "地址过长 The address is too long"),
        415 => ("type-not-supported", "不支持这种格式 This type is not supported"),
        422 => ("not-processable", "内容不合要求 The content cannot be processed"),
        500 => ("fault", "出错了 Something went wrong here"),
        503 => ("unavailable", "暂时不能服务 Not available for now"),
        504 => ("timeout", "超时 It took too long"),
        _ if status.is_client_error() => ("refused", "请求被拒绝 The request is refused"),
        _ => ("fault", "出错了 Something went wrong here"),
    };
    Problem::new(status, kind, title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages() {
        for (accept, page) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("*/*", false),
            ("application/json", false),
            ("text/turtle", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(wants_page(&headers), page, "{accept}");
        }
        assert!(!wants_page(&HeaderMap::new()));
    }
}
