//! How large the headers of a request may be, and how many requests one client may send.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::Config;
use crate::web::problem::Problem;

/// Bytes of all names and values of a request's headers: far more than any client of ours sends.
const HEADERS: usize = 16 << 10;
/// Addresses that are remembered, some sixty bytes each; all further ones share one quota.
const ADDRESSES: usize = 1 << 16;
/// How often addresses that have been quiet are forgotten, at most.
const SWEEP: Duration = Duration::from_secs(1);

/// What is counted.
#[derive(Clone)]
pub(super) struct Limits(Option<Arc<Rate>>);

struct Rate {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    swept: Mutex<Instant>,
    per_second: u32,
}

impl Limits {
    pub(super) fn new(config: &Config) -> Self {
        let rate = &config.rate;
        let quota = NonZeroU32::new(rate.per_second).map(|per_second| {
            let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
            Quota::per_second(per_second).allow_burst(burst)
        });
        Self(quota.map(|quota| {
            let limiter = RateLimiter::keyed(quota);
            Arc::new(Rate {
                limiter,
                swept: Mutex::new(Instant::now()),
                per_second: rate.per_second,
            })
        }))
    }
}

/// Refuses what is beyond the limits. What a proxy says of the client (`Forwarded`) is not believed, since
/// anyone can say it.
pub(super) async fn check(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let size = size(request.headers());
    if size > HEADERS {
        let title = "请求头过大 The headers are too large";
        return Problem::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers-too-large",
            title,
        )
        .detail(format!("{size} > {HEADERS} bytes"))
        .into_response();
    }
    if let Some(rate) = limits.0.filter(|_| !is_probe(request.uri().path())) {
        let client = request.extensions().get::<ConnectInfo<SocketAddr>>();
        if let Err(wait) = rate.check(client.map(|client| client.0.ip())) {
            let title = "请求过于频繁 Too many requests";
            let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
            return Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", title)
                .detail(format!("rate.per_second = {}", rate.per_second))
                .remedy(format!("{seconds} 秒后再试 Try again in {seconds} s"))
                .retry_after(seconds)
                .into_response();
        }
    }
    next.run(request).await
}

/// Whoever watches the server asks often.
fn is_probe(path: &str) -> bool {
    ["/healthz", "/readyz", "/metrics"].iter().any(|probe| path.ends_with(probe))
}

fn size(headers: &HeaderMap) -> usize {
    // A colon, a space and a line break each.
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

impl Rate {
    /// How long this client has to wait, if it has to.
    fn check(&self, client: Option<IpAddr>) -> Result<(), Duration> {
        self.sweep();
        let shared = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        let known = client.filter(|_| self.limiter.len() < ADDRESSES);
        let client = known.map_or(shared, network);
        self.limiter
            .check_key(&client)
            .map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }

    fn sweep(&self) {
        if self.limiter.len() < ADDRESSES / 2 {
            return;
        }
        let Ok(mut swept) = self.swept.try_lock() else { return };
        if swept.elapsed() >= SWEEP {
            self.limiter.retain_recent();
            *swept = Instant::now();
        }
    }
}

/// One client holds a whole network of IPv6 (RFC 6177), so its first 64 bits are what tells it apart.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: u32, burst: u32) -> Arc<Rate> {
        let mut config = Config::default();
        config.rate.per_second = per_second;
        config.rate.burst = burst;
        Limits::new(&config).0.unwrap()
    }

    #[test]
    fn one_client_does_not_use_up_what_another_may_send() {
        let rate = rate(1, 3);
        let one = Some("192.0.2.1".parse().unwrap());
        let sent = (0..10).filter(|_| rate.check(one).is_ok()).count();
        assert_eq!(sent, 3);
        let wait = rate.check(one).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert!(rate.check(Some("192.0.2.2".parse().unwrap())).is_ok());
    }

    #[test]
    fn memory_is_bounded_whatever_addresses_come() {
        // Slow enough that nothing is forgiven while the test runs.
        let limiter = RateLimiter::keyed(Quota::per_hour(NonZeroU32::MIN));
        let rate = Rate { limiter, swept: Mutex::new(Instant::now()), per_second: 1 };
        for i in 0..ADDRESSES as u32 + 1000 {
            let _ = rate.check(Some(IpAddr::V4(i.into())));
        }
        assert!(rate.limiter.len() <= ADDRESSES + 1, "{}", rate.limiter.len());
        assert!(rate.check(Some("203.0.113.1".parse().unwrap())).is_err(), "the shared quota");
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn without_a_rate_nothing_is_counted() {
        assert!(Limits::new(&Config::default()).0.is_none());
    }
}
