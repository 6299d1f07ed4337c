//! Sending what is long as it is read from the store.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::App;
use super::failure::of_fault;
use super::problem::Problem;

/// Bytes that are sent at a time.
const PIECE: usize = 64 << 10;
/// Pieces that wait for a slow client.
const AHEAD: usize = 4;

/// What `write` writes, from the state of the store that is settled when this returns. Where it fails later, the
/// transfer breaks off instead of ending, so that nobody takes a part for the whole; where the client goes away or
/// takes nothing for long, writing fails. `what` names it in the log.
pub(super) async fn body(
    app: App,
    what: &'static str,
    write: impl FnOnce(&App, &mut dyn Write) -> io::Result<()> + Send + 'static,
) -> Result<Body, Problem> {
    let (pieces, mut rest) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let sender = Sender { pieces, patience: app.patience };
        let mut out = io::BufWriter::with_capacity(PIECE, sender);
        if let Err(error) = write(&app, &mut out).and_then(|()| out.flush()) {
            tracing::warn!(%error, "{what} was not sent to its end");
            // What is left in the buffer is not to follow the error.
            let (sender, _) = out.into_parts();
            let _ = sender.send(Err(error));
        }
    });
    let first = match rest.recv().await {
        Some(Ok(first)) => first,
        Some(Err(error)) => return Err(of_fault(&error)),
        None => Vec::new(),
    };
    let pieces = tokio_stream::once(Ok(first)).chain(ReceiverStream::new(rest));
    Ok(Body::from_stream(pieces))
}

/// Sends what is written to the task that answers.
struct Sender {
    pieces: mpsc::Sender<io::Result<Vec<u8>>>,
    patience: Duration,
}

impl Sender {
    fn send(&self, piece: io::Result<Vec<u8>>) -> io::Result<()> {
        let sent = tokio::time::timeout(self.patience, self.pieces.send(piece));
        match tokio::runtime::Handle::current().block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Sender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send(Ok(bytes.to_vec())).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
