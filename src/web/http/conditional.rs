//! Entity tags (RFC 9110, section 8.8.3): an answer that the client has already is not made again.
//!
//! The tag of an answer is made of the revision of the store, the address, the day, the `Host` and the `Accept` header, all
//! known before anything is evaluated. It is given only to answers that are functions of these: a handler whose
//! answer is not, or that minds caching itself, says so by a `Cache-Control` header of its own. Of those that have a
//! tag, the pages are kept here too: at a revision each is made once, for whoever asks.

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::config::Reading;
use crate::store::Revision;
use crate::web::App;
use crate::web::cache::{Kept, Key, LARGEST, Lasting};

/// Answers 304 where the client's copy is of the present revision, and tags what is answered else.
pub(super) async fn answer(State(app): State<App>, request: Request, next: Next) -> Response {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return next.run(request).await;
    }
    let revision = app.store.revision();
    let on = on(&request);
    let tag = revision.map(|revision| tag(revision, &on));
    let control = match app.access.reading() {
        Reading::Open => HeaderValue::from_static("no-cache"),
        Reading::Token => HeaderValue::from_static("private, no-cache"),
    };
    if let Some(known) = tag.as_deref().and_then(|tag| known(request.headers(), tag)) {
        let headers = [(header::ETAG, known), (header::CACHE_CONTROL, control)];
        let mut response = (StatusCode::NOT_MODIFIED, headers).into_response();
        vary(response.headers_mut());
        return response;
    }
    let any = request.headers().get(header::IF_NONE_MATCH).is_some_and(|list| list == "*");
    let key = revision.filter(|_| request.method() == Method::GET);
    let key = key.map(|revision| Key::of_page(on, revision));
    let mut response = match key.as_ref().and_then(|key| app.kept.get(key)) {
        Some(kept) => again(kept),
        None => keep(&app, key, next.run(request).await).await,
    };
    let status = response.status();
    let headers = response.headers_mut();
    if headers.contains_key(header::CACHE_CONTROL)
        || !(status.is_success() || status.is_redirection())
    {
        return response;
    }
    headers.insert(header::CACHE_CONTROL, control);
    vary(headers);
    // A change in between may be in the answer or not.
    let settled = revision.is_some() && revision == app.store.revision();
    if let Some(tag) = tag.filter(|_| settled && status == StatusCode::OK) {
        headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hexadecimal digits"));
    }
    if any && status == StatusCode::OK {
        // There is something, and any of it will do: only now is it known.
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            response.headers_mut().remove(name);
        }
        *response.body_mut() = Body::empty();
    }
    response
}

/// What is compressed differs in its bytes from what is not, and has the same meaning: a weak tag says so.
pub(super) async fn weaken(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if headers.contains_key(header::CONTENT_ENCODING)
        && let Some(strong) = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok())
        && strong.starts_with('"')
        && let Ok(weak) = HeaderValue::from_str(&format!("W/{strong}"))
    {
        headers.insert(header::ETAG, weak);
    }
    response
}

fn vary(headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("accept"));
}

/// A page that was kept.
fn again(kept: Kept) -> Response {
    let mut response = Response::new(Body::from(kept.body));
    *response.headers_mut() = kept.headers;
    response
}

/// Keeps a page that is whole and of this revision.
async fn keep(app: &App, key: Option<Key>, response: Response) -> Response {
    let lasts = response.extensions().get::<Lasting>().is_some()
        && response.status() == StatusCode::OK
        && !response.headers().contains_key(header::CACHE_CONTROL);
    let size = response.body().size_hint().exact();
    let Some(key) = key.filter(|_| lasts && size.is_some_and(|size| size <= LARGEST as u64)) else {
        return response;
    };
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        // What is of a known size is in memory already and cannot fail.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if app.store.revision() == Some(key.revision) {
        app.kept.keep(key, Kept { headers: parts.headers.clone(), body: body.clone() });
    }
    Response::from_parts(parts, Body::from(body))
}

/// All but the store that an answer depends on.
fn on(request: &Request) -> String {
    // The host too: descriptions name the address they are asked at.
    let headers = [header::HOST, header::ACCEPT].map(|name| request.headers().get_all(name));
    let headers = headers.iter().flatten();
    let headers = headers.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let address = request.uri().path_and_query().map_or("", |address| address.as_str());
    // The day, since pages tell what is due next.
    let today = crate::web::site::today();
    // No header and no address has a line break.
    let parts = [address, &today].into_iter().map(Into::into).chain(headers);
    parts.map(|part| format!("{part}\n")).collect()
}

fn tag(revision: Revision, on: &str) -> String {
    let digest = Sha256::digest(on);
    let digest = u64::from_be_bytes(digest[..8].try_into().expect("eight bytes"));
    format!("\"{revision}-{digest:016x}\"")
}

/// The member of `If-None-Match` that is `tag`, by the weak comparison. `*` is not looked at here: whether there is
/// anything at an address is not known yet.
fn known(headers: &HeaderMap, tag: &str) -> Option<HeaderValue> {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut members = lists.filter_map(|list| list.to_str().ok()).flat_map(|list| list.split(','));
    let member = members.find(|member| {
        let member = member.trim();
        member.strip_prefix("W/").unwrap_or(member) == tag
    })?;
    HeaderValue::from_str(member.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_searched_by_the_weak_comparison() {
        for (list, found) in [
            (r#""a""#, Some(r#""a""#)),
            (r#""b", W/"a" , "c""#, Some(r#"W/"a""#)),
            (r#""b""#, None),
            ("*", None),
            ("a", None),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, list.parse().unwrap())]);
            let known = known(&headers, r#""a""#);
            assert_eq!(known.as_ref().map(|v| v.to_str().unwrap()), found, "{list}");
        }
        assert!(known(&HeaderMap::new(), r#""a""#).is_none());
    }
}
