//! Ending by a signal: what is at hand is finished.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};

/// How soon one who waits notices a signal.
const NOTICE: Duration = Duration::from_millis(100);

/// Whether the user (Ctrl-C) or the system (SIGTERM) wants the run to end.
#[derive(Clone, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens from now on. The first signal is told by [`Stop::is_wanted`]; the second ends the process at once.
    pub(super) fn on_signal() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let stop = Self::default();
        let wanted = stop.clone();
        let mut signals = {
            // The listeners are there when this returns, not when the thread has begun.
            let _in_runtime = runtime.enter();
            Signals::listen()?
        };
        thread::spawn(move || {
            runtime.block_on(async {
                signals.next().await;
                wanted.want();
                signals.next().await;
                std::process::exit(1);
            });
        });
        Ok(stop)
    }

    /// Ends the run as a signal does.
    pub(super) fn want(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Waits until then, but not beyond a signal.
    pub(super) fn wait_until(&self, then: Instant) {
        while Instant::now() < then && !self.is_wanted() {
            thread::sleep(NOTICE);
        }
    }
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
