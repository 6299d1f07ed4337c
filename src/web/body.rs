//! The body of a request, whole or in the parts of a form, within the limit of size.

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};

use super::problem::Problem;

/// A body that was read to its end.
pub(super) struct Whole(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Bytes::from_request(request, state)
            .await
            .map(Self)
            .map_err(|rejection| unreadable(rejection.status(), rejection.body_text()))
    }
}

/// A part of a body: a field of `multipart/form-data` (RFC 7578), or the whole of any other.
pub(super) struct Part {
    /// The name of the field; empty where the body is no form.
    pub(super) field: String,
    /// The media type with its parameters; empty where none is given.
    pub(super) content_type: String,
    /// The name of the file, without folders.
    pub(super) file_name: Option<String>,
    pub(super) bytes: Bytes,
}

/// The parts of a body: at least one.
///
/// # Errors
/// 413 for a body over the limit, 400 for one that cannot be read or is a form without a field.
pub(super) async fn parts(request: Request) -> Result<Vec<Part>, Problem> {
    let content_type = text(request.headers(), header::CONTENT_TYPE);
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("multipart/form-data") {
        let file_name = disposed(&text(request.headers(), header::CONTENT_DISPOSITION));
        let Whole(bytes) = Whole::from_request(request, &()).await?;
        let field = String::new();
        return Ok(vec![Part { field, content_type, file_name, bytes }]);
    }
    let broken = |error: MultipartError| unreadable(error.status(), error.body_text());
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|rejection| unreadable(rejection.status(), rejection.body_text()))?;
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let content_type = field.content_type().unwrap_or_default().to_owned();
        let file_name = field.file_name().and_then(without_folders);
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(broken)?;
        parts.push(Part { field: name, content_type, file_name, bytes });
    }
    if parts.is_empty() {
        return Err(unreadable(StatusCode::BAD_REQUEST, "the form has no field".to_owned()));
    }
    Ok(parts)
}

fn unreadable(status: StatusCode, detail: String) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let title = "请求太大 The request is too large";
        return Problem::new(status, "request-too-large", title)
            .remedy("分次发送，或调高 limits.body Send it in parts, or raise limits.body");
    }
    let title = "请求正文读不出 The body of the request cannot be read";
    Problem::new(status, "unreadable-body", title).detail(detail)
}

/// A header as text; empty where there is none or it is none.
pub(super) fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    // Names of files come in UTF-8 too, which `HeaderValue::to_str` does not take.
    let value = headers.get(name).and_then(|value| str::from_utf8(value.as_bytes()).ok());
    value.unwrap_or_default().to_owned()
}

/// The file name of `Content-Disposition` (RFC 6266): `filename*=UTF-8''…` goes before `filename="…"`.
fn disposed(header: &str) -> Option<String> {
    let parameter = |wanted: &str| {
        header.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"'))
        })
    };
    let extended = parameter("filename*").and_then(|value| {
        let (charset, value) = value.split_once('\'')?;
        let (_language, value) = value.split_once('\'')?;
        charset.eq_ignore_ascii_case("utf-8").then(|| percent_decoded(value))?
    });
    without_folders(&extended.or_else(|| parameter("filename").map(str::to_owned))?)
}

/// What percent-encoded bytes say, if it is UTF-8.
pub(super) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let encoded = match (first, after) {
            (b'%', [a, b, ..]) => {
                str::from_utf8(&[*a, *b]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())
            }
            _ => None,
        };
        bytes.push(encoded.unwrap_or(*first));
        rest = if encoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

/// The last part of a path; none where that is nothing.
pub(super) fn without_folders(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    (!name.is_empty() && !name.contains(char::is_control)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_comes_without_its_folders() {
        for (header, name) in [
            ("attachment; filename=\"plan.txt\"", Some("plan.txt")),
            ("attachment; filename=plan.txt", Some("plan.txt")),
            (
                "attachment; filename=\"x\"; filename*=UTF-8''%E8%AE%A1%E5%88%92.txt",
                Some("计划.txt"),
            ),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename=\"C:\\\\papers\\\\plan.html\"", Some("plan.html")),
            ("attachment; filename=\"计划.txt\"", Some("计划.txt")),
            ("attachment; filename=\"\"", None),
            ("attachment", None),
        ] {
            assert_eq!(disposed(header).as_deref(), name, "{header}");
        }
    }

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        assert_eq!(percent_decoded("100%").as_deref(), Some("100%"));
        assert_eq!(percent_decoded("%zz%41").as_deref(), Some("%zzA"));
        assert_eq!(percent_decoded("%FF"), None);
    }
}
