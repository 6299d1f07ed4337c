//! Each request has an id, a line in the log and a place in the figures.

use std::net::SocketAddr;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::REQUEST_ID;
use crate::web::App;

/// Most characters of an id that a client chose.
const LONGEST: usize = 128;

/// Gives the request its id, which goes into the answer and into every line logged meanwhile.
///
/// The time counted and logged ends when the answer begins; a long body is still on its way then.
pub(super) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = id(request.headers().get(REQUEST_ID));
    request.headers_mut().insert(REQUEST_ID, id.clone());
    // Only patterns of paths are counted: a client must not be able to make figures without end.
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let method = request.method().clone();
    let client = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|client| client.0.ip());
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        client = client.map(tracing::field::display),
        %method,
        path = request.uri().path(),
    );
    async move {
        let began = Instant::now();
        let mut response = next.run(request).await;
        let took = began.elapsed();
        app.metrics.answered(route.as_deref(), &method, response.status(), took);
        tracing::info!(
            status = response.status().as_u16(),
            milliseconds = took.as_secs_f64() * 1000.0,
            "answered"
        );
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

/// The client's id where it is a short word, else a new one.
fn id(given: Option<&HeaderValue>) -> HeaderValue {
    let is_word = |id: &&HeaderValue| {
        let bytes = id.as_bytes();
        (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
    };
    given.filter(is_word).cloned().unwrap_or_else(|| {
        // Without randomness there is still the log, only harder to search.
        let number = getrandom::u64().unwrap_or_default();
        HeaderValue::from_str(&format!("{number:016x}")).expect("hexadecimal digits")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_kept_where_it_cannot_disturb_the_log() {
        let given = HeaderValue::from_static("7f3a-B.c_1");
        assert_eq!(id(Some(&given)), given);
        for odd in ["", "a b", &"x".repeat(LONGEST + 1)] {
            let odd = HeaderValue::from_str(odd).unwrap();
            assert_ne!(id(Some(&odd)), odd);
        }
        assert_ne!(id(None), id(None));
    }
}
