//! What SERVICE and LOAD may reach: hosts that the settings name, and no other.
//!
//! A name that is allowed but leads to a private address is not reached, and redirects are not followed: what
//! lies behind a server's own network stays there. Only an address that the settings name literally may be
//! private.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::{Response, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};

use super::run::Run;

/// Most bytes of an answer from elsewhere.
const MOST: u64 = 64 << 20;
/// The time that an answer may take where no run limits it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a waiting query looks whether it was stopped.
const ROUND: Duration = Duration::from_millis(20);

/// Why nothing came from elsewhere.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("<{0}> is not an address that can be reached: it must be http or https")]
    Address(String),
    #[error(
        "{0} may not be reached: federation.hosts does not name it (不允许访问该主机：federation.hosts 中没有)"
    )]
    Host(String),
    #[error("<{0}> gives no answer: {1}")]
    Failed(String, String),
}

impl FetchError {
    /// Whether it is the settings that forbid it.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Address(_) | Self::Host(_))
    }
}

/// The hosts that may be reached.
#[derive(Clone, Default)]
pub(super) struct Hosts(Arc<[String]>);

/// What came from elsewhere.
pub(super) struct Fetched {
    /// The media type, without parameters.
    pub(super) kind: String,
    pub(super) content: Vec<u8>,
}

impl Hosts {
    /// `host` (at the usual ports) or `host:port` each.
    pub(super) fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// Reads a document.
    ///
    /// # Errors
    /// When the host may not be reached or gives none.
    pub(super) fn get(&self, address: &str, accept: &str) -> Result<Fetched, FetchError> {
        let (uri, accept) = (self.allowed(address)?, accept.to_owned());
        fetch(address, move |agent| agent.get(uri).header("Accept", accept).call())
    }

    /// Sends a query (SPARQL 1.1 Protocol, section 2.1.3).
    ///
    /// # Errors
    /// When the host may not be reached or gives no answer.
    pub(super) fn query(
        &self,
        address: &str,
        query: String,
        accept: &str,
    ) -> Result<Fetched, FetchError> {
        let (uri, accept) = (self.allowed(address)?, accept.to_owned());
        fetch(address, move |agent| {
            let request = agent.post(uri).header("Accept", accept);
            request.header("Content-Type", "application/sparql-query").send(query)
        })
    }

    fn allowed(&self, address: &str) -> Result<Uri, FetchError> {
        let refused = || FetchError::Address(address.to_owned());
        let uri: Uri = address.parse().map_err(|_| refused())?;
        let usual = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return Err(refused()),
        };
        let authority =
            uri.authority().filter(|a| !a.as_str().contains('@')).ok_or_else(refused)?;
        let host = authority.host().to_ascii_lowercase();
        let port = authority.port_u16().unwrap_or(usual);
        let with_port = format!("{host}:{port}");
        let named = |name: &String| *name == with_port || (port == usual && *name == host);
        if self.0.iter().any(named) { Ok(uri) } else { Err(FetchError::Host(with_port)) }
    }
}

/// Sends a request on a thread of its own, so that a query that is stopped need not wait for it.
fn fetch(
    address: &str,
    request: impl FnOnce(Agent) -> Result<Response<Body>, ureq::Error> + Send + 'static,
) -> Result<Fetched, FetchError> {
    let run = Run::current();
    let failed = |why: String| FetchError::Failed(address.to_owned(), why);
    let time = run.as_ref().map_or(PATIENCE, |run| run.deadline() - Instant::now());
    let agent = Agent::with_parts(settings(time), DefaultConnector::default(), Public::default());
    let (sender, answer) = channel();
    std::thread::spawn(move || {
        let fetched = request(agent).map_err(|e| e.to_string()).and_then(read);
        // The query may have been stopped meanwhile.
        let _ = sender.send(fetched);
    });
    loop {
        if let Some(run) = &run {
            run.tick();
        }
        match answer.recv_timeout(ROUND) {
            Ok(fetched) => return fetched.map_err(failed),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(failed("its thread ended".into())),
        }
    }
}

fn settings(time: Duration) -> Config {
    // A proxy of the environment would look names up itself.
    Agent::config_builder().timeout_global(Some(time)).max_redirects(0).proxy(None).build()
}

fn read(response: Response<Body>) -> Result<Fetched, String> {
    if !response.status().is_success() {
        return Err(format!("status {}", response.status()));
    }
    let kind = response.body().mime_type().unwrap_or_default().to_ascii_lowercase();
    let mut content = Vec::new();
    let body = response.into_body().into_reader().take(MOST + 1).read_to_end(&mut content);
    match body {
        Ok(read) if read as u64 > MOST => Err(format!("more than {} MB", MOST >> 20)),
        Ok(_) => Ok(Fetched { kind, content }),
        Err(error) => Err(error.to_string()),
    }
}

/// Looks names up, and forgets the addresses that are not public. What the settings name literally is no name.
#[derive(Debug, Default)]
struct Public(DefaultResolver);

impl Resolver for Public {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default();
        if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            return Ok(found);
        }
        let mut public = self.empty();
        for &address in found.iter().filter(|address| is_public(address.ip())) {
            public.push(address);
        }
        if public.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(public) }
    }
}

/// Whether an address is one of the internet at large (the registries of special-purpose addresses, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 224.., ..) | (100, 64..128, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..20, _)
    );
    !(special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

/// Of IPv6 only what is assigned for the internet (2000::/3), without what leads to an IPv4 address.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let assigned = first & 0xe000 == 0x2000;
    let special = match first {
        // Protocol assignments and Teredo; documentation.
        0x2001 => second < 0x200 || second == 0xdb8,
        // 6to4; documentation.
        0x2002 | 0x3fff => true,
        _ => false,
    };
    assigned && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_hosts_are_reached() {
        let hosts =
            ["example.org", "Example.com:8080", "127.0.0.1:9", "[::1]:9"].map(str::to_owned);
        let hosts = Hosts::new(&hosts);
        for address in [
            "http://example.org/",
            "https://EXAMPLE.org/sparql",
            "https://example.org:443",
            "http://example.com:8080/a?b",
            "http://127.0.0.1:9/",
            "http://[::1]:9/",
        ] {
            assert!(hosts.allowed(address).is_ok(), "{address}");
        }
        for address in [
            "http://example.org:8080/",
            "http://example.com/",
            "http://a@example.org/",
            "http://example.org@127.0.0.1/",
            "http://127.0.0.1/",
            "http://127.1:9/",
            "http://2130706433:9/",
            "http://localhost:9/",
            "file:///etc/passwd",
            "ftp://example.org/",
            "example.org",
        ] {
            assert!(hosts.allowed(address).is_err(), "{address}");
        }
    }

    #[test]
    fn private_addresses_are_known() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "192.1.0.1", "2606:4700::1111", "2001:4860::8888"]
        {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
