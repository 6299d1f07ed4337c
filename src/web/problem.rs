//! What a program is told when a request fails: a problem document (RFC 9457).

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A failure that the client can act on. Causes of our own faults are logged, not told.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A name for the kind of failure, `urn:gangmu:problem:` and a word.
    #[serde(rename = "type")]
    kind: String,
    #[schema(value_type = String)]
    title: Cow<'static, str>,
    #[schema(value_type = u16)]
    #[serde(serialize_with = "number")]
    status: StatusCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What to do about it.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Cow<'static, str>>,
    #[serde(skip)]
    retry_after: Option<u64>,
    #[serde(skip)]
    wants_token: bool,
}

fn number<S: serde::Serializer>(status: &StatusCode, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u16(status.as_u16())
}

impl Problem {
    /// `kind` is a word or two, hyphenated; the title says the same to people, in Chinese and English.
    pub fn new(status: StatusCode, kind: &str, title: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: format!("urn:gangmu:problem:{kind}"),
            title: title.into(),
            status,
            detail: None,
            remedy: None,
            retry_after: None,
            wants_token: false,
        }
    }

    /// What is wrong with this request.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Seconds after which the same request may succeed.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Asks for a bearer token (RFC 6750).
    #[must_use]
    pub fn wants_token(mut self) -> Self {
        self.wants_token = true;
        self
    }

    /// The kind of failure, to people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What is wrong with this request.
    pub fn what(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// What to do about it.
    pub fn how(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    /// The code that is sent.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).expect("strings and a number are JSON");
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, kind, body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.wants_token {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
