//! What a request to `/sparql` or `/update` asks, by the SPARQL 1.1 Protocol (sections 2.1 and 2.2): an
//! operation, in the address, as a form or as the body itself, and the dataset it runs on.
//!
//! Invariant: nothing here reads the store or the operation's text; `sparql` and `update` do.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::answers::Ask;
use super::body::percent_decoded;
use super::problem::Problem;

/// The operation that a request asks for.
pub(super) enum Asked {
    /// With the dataset that goes before its own FROM and FROM NAMED; empty where none is given.
    Query(Ask),
    /// With the dataset of its WHERE parts, which excludes USING and WITH in it; empty where none is given.
    Update(Ask),
    /// Neither; in a GET this asks for the service description (SPARQL 1.1 Service Description, section 2).
    Nothing,
}

/// Why a request is not one of the protocol's.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error("there is neither a query nor an update")]
    Nothing,
    #[error("there are several queries or updates")]
    Several,
    #[error("an update cannot be sent in the address")]
    UpdateInAddress,
    #[error("this address takes updates; send queries to /sparql")]
    QueryForUpdate,
    #[error("a body of type {0:?} is not understood")]
    Type(String),
    #[error("the text is in {0:?}, not in UTF-8")]
    Charset(String),
    #[error("the text is not UTF-8")]
    Encoding,
    #[error("`timeout` is not a number of seconds: {0:?}")]
    Timeout(String),
}

impl From<Malformed> for Problem {
    fn from(malformed: Malformed) -> Self {
        let (status, kind) = match malformed {
            Malformed::Type(_) | Malformed::Charset(_) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unknown-media-type")
            }
            _ => (StatusCode::BAD_REQUEST, "malformed-request"),
        };
        let title = "请求不合 SPARQL 协议 The request is not one of the SPARQL Protocol";
        Self::new(status, kind, title).detail(malformed.to_string()).remedy(
            "GET ?query=…; POST application/x-www-form-urlencoded query=… / update=…; \
             POST application/sparql-query / application/sparql-update",
        )
    }
}

impl IntoResponse for Malformed {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

impl Asked {
    /// What the query part of an address asks, without the question mark.
    pub(super) fn in_address(address: &str) -> Result<Self, Malformed> {
        Parameters::of_address(address)?.asked()
    }

    /// What a POST asks; parameters count wherever they stand, since the W3C's tests send the dataset of a
    /// form in the address.
    pub(super) fn in_body(
        address: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Malformed> {
        let mut parameters = Parameters::of_address(address)?;
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default();
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/x-www-form-urlencoded" => parameters.add(utf8(content_type, body)?)?,
            "application/sparql-query" => {
                parameters.queries.push(utf8(content_type, body)?.to_owned());
            }
            "application/sparql-update" => {
                parameters.updates.push(utf8(content_type, body)?.to_owned());
            }
            _ => return Err(Malformed::Type(content_type.to_owned())),
        }
        parameters.asked()
    }
}

/// A body as text: the protocol knows no other encoding than UTF-8.
fn utf8<'a>(content_type: &str, body: &'a [u8]) -> Result<&'a str, Malformed> {
    let charset = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    if let Some(charset) = charset.filter(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
        return Err(Malformed::Charset(charset.to_owned()));
    }
    str::from_utf8(body).map_err(|_| Malformed::Encoding)
}

/// The parameters of the protocol as they were sent.
#[derive(Default)]
struct Parameters {
    queries: Vec<String>,
    updates: Vec<String>,
    default_graphs: Vec<String>,
    named_graphs: Vec<String>,
    using_graphs: Vec<String>,
    using_named_graphs: Vec<String>,
    timeout: Option<Duration>,
}

impl Parameters {
    fn of_address(address: &str) -> Result<Self, Malformed> {
        let mut parameters = Self::default();
        parameters.add(address)?;
        // Whoever follows a link must not change anything.
        if !parameters.updates.is_empty() {
            return Err(Malformed::UpdateInAddress);
        }
        Ok(parameters)
    }

    fn add(&mut self, form: &str) -> Result<(), Malformed> {
        for (name, value) in form_urlencoded(form)? {
            match name.as_str() {
                "query" => self.queries.push(value),
                "update" => self.updates.push(value),
                "default-graph-uri" => self.default_graphs.push(value),
                "named-graph-uri" => self.named_graphs.push(value),
                "using-graph-uri" => self.using_graphs.push(value),
                "using-named-graph-uri" => self.using_named_graphs.push(value),
                "timeout" => self.timeout = Some(seconds(value)?),
                // Other parameters are the client's own business: many send `format` or a cache breaker.
                _ => {}
            }
        }
        Ok(())
    }

    fn asked(mut self) -> Result<Asked, Malformed> {
        let ask = |text, default_graphs, named_graphs| {
            let client = String::new();
            Ask { text, default_graphs, named_graphs, time: self.timeout, client }
        };
        match (self.queries.len(), self.updates.len()) {
            (0, 0) => Ok(Asked::Nothing),
            (1, 0) => {
                let text = self.queries.remove(0);
                Ok(Asked::Query(ask(text, self.default_graphs, self.named_graphs)))
            }
            (0, 1) => {
                let text = self.updates.remove(0);
                Ok(Asked::Update(ask(text, self.using_graphs, self.using_named_graphs)))
            }
            _ => Err(Malformed::Several),
        }
    }
}

fn seconds(value: String) -> Result<Duration, Malformed> {
    let seconds = value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or(Malformed::Timeout(value))
}

/// Name and value pairs of `application/x-www-form-urlencoded`.
pub(super) fn form_urlencoded(form: &str) -> Result<Vec<(String, String)>, Malformed> {
    let decoded = |text: &str| percent_decoded(&text.replace('+', " ")).ok_or(Malformed::Encoding);
    let pairs = form.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(address: &str, kind: &str, body: &[u8]) -> Result<Asked, Malformed> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
        Asked::in_body(address, &headers, body)
    }

    #[test]
    fn a_query_comes_in_the_address_a_form_or_as_the_body() {
        let address = "default-graph-uri=http%3A%2F%2Fx%2Fa&timeout=0.5";
        let form = "application/x-www-form-urlencoded; charset=UTF-8";
        for asked in [
            Asked::in_address(&format!("query=ASK+%7B%7D&{address}")),
            post(address, form, b"query=ASK%20%7B%7D"),
            post(address, "application/sparql-query", b"ASK {}"),
        ] {
            let Ok(Asked::Query(query)) = asked else { panic!() };
            assert_eq!(query.text, "ASK {}");
            assert_eq!(query.default_graphs, ["http://x/a"]);
            assert_eq!(query.time, Some(Duration::from_millis(500)));
        }
        assert!(matches!(Asked::in_address("format=json"), Ok(Asked::Nothing)));
    }

    #[test]
    fn a_form_is_as_long_as_it_need_be() {
        let query = format!("ASK {{}} # {}", "青".repeat(30_000));
        let encoded: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let form = "application/x-www-form-urlencoded";
        let asked = post("", form, format!("query={encoded}").as_bytes());
        let Ok(Asked::Query(asked)) = asked else { panic!() };
        assert_eq!(asked.text, query);
    }

    #[test]
    fn an_update_comes_in_a_form_or_as_the_body_and_not_in_the_address() {
        let form = "application/x-www-form-urlencoded";
        for asked in [
            post("using-graph-uri=http://x/a", form, b"update=CLEAR+ALL"),
            post("using-graph-uri=http://x/a", "application/sparql-update", b"CLEAR ALL"),
        ] {
            let Ok(Asked::Update(update)) = asked else { panic!() };
            assert_eq!(update.text, "CLEAR ALL");
            assert_eq!(update.default_graphs, ["http://x/a"]);
        }
        assert!(matches!(Asked::in_address("update=CLEAR+ALL"), Err(Malformed::UpdateInAddress)));
        assert!(matches!(post("update=CLEAR+ALL", form, b""), Err(Malformed::UpdateInAddress)));
    }

    #[test]
    fn what_is_not_of_the_protocol_is_refused() {
        let form = "application/x-www-form-urlencoded";
        let query = "application/sparql-query";
        let status = |asked: Result<Asked, Malformed>| Problem::from(asked.err().unwrap()).status();
        for (asked, expected) in [
            (Asked::in_address("query=ASK+%7B%7D&query=ASK+%7B%7D"), 400),
            (post("", form, b"query=ASK&update=CLEAR"), 400),
            (post("query=ASK", query, b"ASK {}"), 400),
            (post("", "text/plain", b"ASK {}"), 415),
            (post("", "application/sparql-query; charset=UTF-16", b"\xfe\xff\0A"), 415),
            (post("", query, b"\xff"), 400),
            (Asked::in_address("query=ASK&timeout=soon"), 400),
            (Asked::in_address("query=ASK&timeout=-1"), 400),
            (Asked::in_address("query=%FF"), 400),
        ] {
            assert_eq!(status(asked), expected);
        }
    }
}
