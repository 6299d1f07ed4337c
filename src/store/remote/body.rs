//! The body of an answer, read on a thread of its own: a query that is stopped need not wait for it.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use ureq::http::Response;

use crate::store::run::Run;

/// Bytes that are handed over at once, and how many such pieces may wait.
const PIECE: usize = 64 << 10;
const AHEAD: usize = 4;
/// How often a waiting query looks whether it was stopped.
const ROUND: Duration = Duration::from_millis(20);

/// See the module.
pub(super) struct Body {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    read: usize,
    over: bool,
}

impl Body {
    pub(super) fn new(response: Response<ureq::Body>) -> Self {
        let (sender, pieces) = sync_channel(AHEAD);
        let mut body = response.into_body().into_reader();
        thread::spawn(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let read = body.read(&mut piece).map(|read| {
                    piece.truncate(read);
                    piece
                });
                let over = !matches!(&read, Ok(piece) if !piece.is_empty());
                // Nobody may wait any more.
                if sender.send(read).is_err() || over {
                    return;
                }
            }
        });
        Self { pieces, piece: Vec::new(), read: 0, over: false }
    }
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() && !self.over {
            // The thread may be in another run than the one that asked first.
            if let Some(run) = Run::current() {
                run.go_on();
            }
            match self.pieces.recv_timeout(ROUND) {
                Ok(piece) => {
                    (self.piece, self.read) = (piece?, 0);
                    self.over = self.piece.is_empty();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(io::Error::other("the answer ended early"));
                }
            }
        }
        let read = (&self.piece[self.read..]).read(into)?;
        self.read += read;
        Ok(read)
    }
}
