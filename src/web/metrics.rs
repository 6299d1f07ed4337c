//! Figures for Prometheus: what was asked, how it went, and what the store holds.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::store::Stop;

/// Upper bounds in seconds of the steps in which the time to an answer is counted: from what a cached answer takes
/// to the longest timeout anyone is likely to set.
const STEPS: [f64; 12] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0];

/// The figures of one server.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    running: Gauge,
    waiting: Gauge,
    stopped: Family<Reason, Counter>,
    rows: Counter,
    cache: Family<Lookup, Counter>,
    revision: Gauge,
    triples: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
    method: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lookup {
    found: &'static str,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("gangmu"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(STEPS)),
            running: Gauge::default(),
            waiting: Gauge::default(),
            stopped: Family::default(),
            rows: Counter::default(),
            cache: Family::default(),
            revision: Gauge::default(),
            triples: Gauge::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let all = &mut self.registry;
        all.register("http_requests", "Requests answered", self.requests.clone());
        all.register(
            "http_request_duration_seconds",
            "Time until an answer begins",
            self.seconds.clone(),
        );
        all.register("queries_running", "Queries being evaluated", self.running.clone());
        all.register("queries_waiting", "Queries waiting for their turn", self.waiting.clone());
        all.register("queries_stopped", "Queries stopped before their end", self.stopped.clone());
        all.register("query_rows", "Rows and triples answered", self.rows.clone());
        all.register("cache_lookups", "Answers looked for in the cache", self.cache.clone());
        all.register("store_revision", "Changes of the store seen", self.revision.clone());
        all.register("store_triples", "Triples in all graphs", self.triples.clone());
        self
    }

    /// Counts a request. `route` is the pattern of its path, none where no page of ours has that path.
    pub(super) fn answered(
        &self,
        route: Option<&str>,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let route = route.unwrap_or("other").to_owned();
        // Anyone may invent methods, as many as they like.
        let known = [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ];
        let method = if known.contains(method) { method.as_str() } else { "other" }.to_owned();
        let by_route = Route { route: route.clone(), method: method.clone() };
        self.seconds.get_or_create(&by_route).observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { route, method, status: status.as_u16() }).inc();
    }

    /// How many queries are evaluated and how many wait for their turn.
    pub(super) fn queries(&self, running: usize, waiting: usize) {
        let gauge =
            |gauge: &Gauge, count: usize| gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        gauge(&self.running, running);
        gauge(&self.waiting, waiting);
    }

    /// Counts what a query answered, and why it was stopped if it did not come to its end.
    pub(super) fn ended(&self, rows: u64, stopped: Option<Stop>) {
        self.rows.inc_by(rows);
        if let Some(stop) = stopped {
            let reason = match stop {
                Stop::Time => "time",
                Stop::Memory => "memory",
                Stop::Rows => "rows",
                Stop::Steps => "steps",
                Stop::Answer => "answer-size",
                Stop::Gone => "client",
                Stop::Operator => "operator",
            };
            self.stopped.get_or_create(&Reason { reason }).inc();
        }
    }

    /// Counts a look into the cache of answers.
    pub(super) fn cache(&self, found: bool) {
        let found = if found { "true" } else { "false" };
        self.cache.get_or_create(&Lookup { found }).inc();
    }

    /// All figures in the OpenMetrics text format, with those of the store as they are now.
    pub(super) fn text(&self, changes: Option<u64>, triples: Option<usize>) -> String {
        if let Some(changes) = changes.and_then(|changes| i64::try_from(changes).ok()) {
            self.revision.set(changes);
        }
        if let Some(triples) = triples.and_then(|triples| i64::try_from(triples).ok()) {
            self.triples.set(triples);
        }
        let mut out = String::new();
        // Writing into a string cannot fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::new();
        let (get, ms) = (Method::GET, Duration::from_millis(5));
        metrics.answered(Some("/sparql"), &get, StatusCode::OK, ms);
        metrics.answered(Some("/sparql"), &get, StatusCode::OK, ms);
        metrics.answered(None, &Method::from_bytes(b"BREW").unwrap(), StatusCode::NOT_FOUND, ms);
        metrics.queries(1, 0);
        metrics.ended(3, Some(Stop::Time));
        metrics.cache(true);
        let text = metrics.text(Some(4), Some(7));
        for line in [
            r#"gangmu_http_requests_total{route="/sparql",method="GET",status="200"} 2"#,
            r#"gangmu_http_requests_total{route="other",method="other",status="404"} 1"#,
            r#"gangmu_http_request_duration_seconds_bucket{le="0.01",route="/sparql",method="GET"} 2"#,
            r#"gangmu_queries_stopped_total{reason="time"} 1"#,
            r#"gangmu_cache_lookups_total{found="true"} 1"#,
            "gangmu_queries_running 1",
            "gangmu_query_rows_total 3",
            "gangmu_store_revision 4",
            "gangmu_store_triples 7",
            "# EOF",
        ] {
            assert!(text.lines().any(|given| given == line), "{line}\n{text}");
        }
    }
}
