//! Connections from first to last: who takes too long over a request is cut off, and at the end of serving there are no
//! new ones, while what is being answered gets the time it may take.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;

/// Time beyond the longest query's for its answer to be sent.
const SENDING: Duration = Duration::from_secs(5);
/// How long a client may take to send the head of a request, or leave a connection without one.
const HEAD: Duration = Duration::from_secs(15);

/// Serves until a signal (Ctrl-C, SIGTERM); then for as long as running answers last, but no longer than a query may
/// take and [`SENDING`], nor beyond a second signal.
///
/// # Errors
/// When the listener fails.
pub(in crate::web) async fn serve(
    listener: TcpListener,
    routes: Router,
    query_timeout: Duration,
) -> io::Result<()> {
    let handle = Handle::new();
    // An answer's last packet must not wait for the client to acknowledge the one before.
    let acceptor = NoDelayAcceptor::new();
    let server = axum_server::from_tcp(listener.into_std()?)?;
    let mut server = server.acceptor(acceptor).handle(handle.clone());
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    let serving = server.serve(routes.into_make_service_with_connect_info::<SocketAddr>());
    let ending = async {
        stopped().await;
        tracing::info!("stopping: running answers are finished first");
        handle.graceful_shutdown(Some(query_timeout + SENDING));
        stopped().await;
        handle.shutdown();
        std::future::pending().await
    };
    let served = tokio::select! {
        served = serving => served,
        never = ending => never,
    };
    if handle.connection_count() > 0 {
        tracing::warn!("stopped before all answers were finished");
    }
    served
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
