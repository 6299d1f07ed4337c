//! The end of serving: no new connections, what is being answered gets the time it may take.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Time beyond the longest query's for its answer to be sent.
const SENDING: Duration = Duration::from_secs(5);

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
    // An answer's last packet must not wait for the client to acknowledge the one before.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let (stop, stopping) = oneshot::channel();
    let graceful = async {
        stopped().await;
        tracing::info!("stopping: running answers are finished first");
        // Nobody to be told means that serving has ended already.
        let _ = stop.send(());
    };
    let serving = axum::serve(listener, service).with_graceful_shutdown(graceful);
    let bound = async {
        // Serving cannot end before the signal but by an error, which goes first.
        drop(stopping.await);
        tokio::select! {
            () = tokio::time::sleep(query_timeout + SENDING) => {}
            () = stopped() => {}
        }
    };
    tokio::select! {
        served = serving => served,
        () = bound => {
            tracing::warn!("stopped before all answers were finished");
            Ok(())
        }
    }
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
