//! What goes over the wire: SPARQL 1.1 Protocol by POST, on connections that are kept.

use std::io::Read;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, Response, StatusCode, Uri};
use ureq::{Agent, Body};

use super::RemoteError;
use super::body::Body as Streamed;
use super::login::Login;
use crate::config;
use crate::store::run::Run;

const RESULTS: &str = "application/sparql-results+json";
/// Seconds that an update may take, and a query that no run limits.
const PATIENCE: Duration = Duration::from_secs(600);
const CONNECTING: Duration = Duration::from_secs(10);
/// The header in which Virtuoso says that it gave the first rows of more.
const MOST_ROWS: &str = "x-sparql-maxrows";
/// The headers in which Virtuoso says that it ran out of time and gave what it had.
const PARTIAL: [&str; 2] = ["x-sql-state", "x-exec-milliseconds"];
/// Bytes of a message of the server's that are told.
const TOLD: u64 = 300;

/// A server that speaks SPARQL.
pub(super) struct Client {
    agent: Agent,
    query: Uri,
    update: Uri,
    login: Option<Mutex<Login>>,
}

#[derive(Clone, Copy)]
enum What {
    Query,
    Update,
}

/// A table of results on its way.
pub(super) struct Rows {
    pub(super) body: Streamed,
    /// The number of rows from which on the server leaves the others out.
    pub(super) most: Option<u64>,
}

impl Client {
    pub(super) fn new(address: &str, settings: &config::Store) -> Result<Self, RemoteError> {
        let update = match settings.update.as_str() {
            "" => beside(address),
            update => update.to_owned(),
        };
        let login = (!settings.user.is_empty())
            .then(|| Mutex::new(Login::new(&settings.user, &settings.password)));
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECTING))
            .max_idle_connections_per_host(16)
            .build();
        Ok(Self { agent: agent.into(), query: uri(address)?, update: uri(&update)?, login })
    }

    /// The address that questions go to.
    pub(super) fn address(&self) -> String {
        self.query.to_string()
    }

    /// Sends a SELECT.
    pub(super) fn select(&self, query: &str) -> Result<Rows, RemoteError> {
        tracing::trace!(query, "asking the store");
        let response = self.post(What::Query, query)?;
        let headers = response.headers();
        if PARTIAL.iter().any(|name| headers.contains_key(*name)) {
            return Err(RemoteError::Partial(self.address()));
        }
        let most = header(headers, MOST_ROWS).and_then(|most| most.parse().ok());
        Ok(Rows { body: Streamed::new(response), most })
    }

    /// Sends an update.
    pub(super) fn update(&self, update: &str) -> Result<(), RemoteError> {
        tracing::trace!(bytes = update.len(), "changing the store");
        let mut response = self.post(What::Update, update)?;
        // Read to its end, so that the connection can be used again.
        std::io::copy(&mut response.body_mut().as_reader(), &mut std::io::sink())
            .map_err(|e| RemoteError::Unreachable(self.update.to_string(), e.to_string()))?;
        Ok(())
    }

    fn post(&self, what: What, text: &str) -> Result<Response<Body>, RemoteError> {
        let uri = match what {
            What::Query => &self.query,
            What::Update => &self.update,
        };
        let mut response = self.send(what, uri, text, self.authorization(uri, None)?)?;
        if response.status() == StatusCode::UNAUTHORIZED && self.login.is_some() {
            let asked: Vec<String> = response
                .headers()
                .get_all("www-authenticate")
                .iter()
                .filter_map(|value| value.to_str().ok().map(str::to_owned))
                .collect();
            if let Some(answer) = self.authorization(uri, Some(&asked))? {
                response = self.send(what, uri, text, Some(answer))?;
            }
        }
        match response.status() {
            StatusCode::PARTIAL_CONTENT => Err(RemoteError::Partial(uri.to_string())),
            status if status.is_success() => Ok(response),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(RemoteError::Refused(uri.to_string(), response.status().as_u16()))
            }
            status => {
                let line = first_line(response);
                Err(RemoteError::Status(uri.to_string(), status.as_u16(), line))
            }
        }
    }

    /// The value of `Authorization`, after what the server has asked for, now or before.
    fn authorization(
        &self,
        uri: &Uri,
        asked: Option<&[String]>,
    ) -> Result<Option<String>, RemoteError> {
        let Some(login) = &self.login else { return Ok(None) };
        let mut login = login.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(asked) = asked {
            login.asked(uri, asked);
        }
        login.answer(uri).map_err(|e| RemoteError::Unreachable(uri.to_string(), e.to_string()))
    }

    fn send(
        &self,
        what: What,
        uri: &Uri,
        text: &str,
        authorization: Option<String>,
    ) -> Result<Response<Body>, RemoteError> {
        let left = Run::current()
            .map_or(PATIENCE, |run| run.deadline().saturating_duration_since(Instant::now()));
        // The server's own message comes before the run's, if both run out.
        let left = left.max(Duration::from_millis(1));
        let mut request = self
            .agent
            .post(uri.clone())
            .config()
            .timeout_global(Some(left))
            .build()
            .header("Accept", RESULTS);
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        let sent = match what {
            // As a form, since Virtuoso 7.2 never answers a POST of application/sparql-query.
            What::Query => request.send_form([("query", text)]),
            What::Update => request.content_type("application/sparql-update").send(text),
        };
        sent.map_err(|error| RemoteError::Unreachable(uri.to_string(), error.to_string()))
    }
}

fn uri(address: &str) -> Result<Uri, RemoteError> {
    let bad = || RemoteError::Address(shown(address));
    let uri: Uri = address.parse().map_err(|_| bad())?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    // Credentials in an address end up in logs and in the lists of processes.
    let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if web && plain { Ok(uri) } else { Err(bad()) }
}

/// An address without credentials.
fn shown(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}

/// Where updates go to unless the settings say: `/update` beside `/query`, else the same address.
fn beside(address: &str) -> String {
    match address.strip_suffix("/query") {
        Some(root) => format!("{root}/update"),
        None => address.to_owned(),
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// What the server says of an error, as far as it can be shown in a line.
fn first_line(response: Response<Body>) -> String {
    let mut text = Vec::new();
    // What cannot be read of a message is not told.
    let _ = response.into_body().into_reader().take(TOLD).read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text);
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_web_and_without_credentials() {
        assert!(uri("http://127.0.0.1:8890/sparql").is_ok());
        for bad in ["ftp://h/sparql", "h/sparql", "http://me:secret@h/sparql", "http://"] {
            let refused = uri(bad).unwrap_err().to_string();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn updates_go_beside_queries() {
        assert_eq!(beside("http://h:7878/query"), "http://h:7878/update");
        assert_eq!(beside("http://h:8890/sparql"), "http://h:8890/sparql");
    }
}
