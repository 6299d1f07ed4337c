//! One evaluation of a query or an update: what it may cost, what it has cost, and how it is stopped.
//!
//! The database's evaluator looks at a cancellation token only when it reads a quad, and what it does without
//! reading (products, sorts, aggregates of what was read) it does to the end. So evaluations are stopped by
//! unwinding: the algebra is rewritten ([`pace`]) so that the evaluator calls [`Run::tick`] wherever rows flow, and a
//! tick of a run that is over its limits unwinds to [`Run::enter`]. The token is cancelled a moment later, for
//! scans from which no row comes.
//!
//! Invariant: after `enter` gives `Ok` the run was never stopped, so what the closure made is complete.

mod limits;
mod meter;
pub(super) mod pace;
mod registry;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use oxigraph::sparql::CancellationToken;
use tokio::sync::Notify;

pub use limits::{Limits, Stop};
pub use meter::CountingAllocator;
use meter::Meter;
pub use registry::{Admitted, Asked, Busy, Overview, Runs};

/// How long the token waits after the flag: where ticks flow, unwinding comes first and leaves no errors behind.
const GRACE: Duration = Duration::from_millis(40);

/// The state of a run that cannot be stopped any more.
const FINISHED: u8 = u8::MAX;

thread_local! {
    /// The runs that this thread has entered.
    static ENTERED: RefCell<Vec<Arc<Run>>> = const { RefCell::new(Vec::new()) };
}

/// What a tick of a stopped run unwinds with.
struct Unwound;

/// An evaluation, from when it is asked for until its answer is sent.
pub struct Run {
    id: u64,
    asked: Asked,
    limits: Limits,
    since: Instant,
    /// When its turn came.
    began: OnceLock<Instant>,
    /// A number of [`Stop`], or [`FINISHED`]; 0 while it is neither.
    state: AtomicU8,
    stopped_at: OnceLock<Instant>,
    wake: Notify,
    token: CancellationToken,
    ticks: AtomicU64,
    rows: AtomicU64,
    meter: Option<Meter>,
    peak: AtomicUsize,
}

impl Run {
    fn new(id: u64, asked: Asked, limits: Limits) -> Self {
        Self {
            id,
            asked,
            limits,
            since: Instant::now(),
            began: OnceLock::new(),
            state: AtomicU8::new(0),
            stopped_at: OnceLock::new(),
            wake: Notify::new(),
            token: CancellationToken::new(),
            ticks: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            meter: Meter::new(),
            peak: AtomicUsize::new(0),
        }
    }

    /// The run that this thread is in.
    pub fn current() -> Option<Arc<Self>> {
        ENTERED.with_borrow(|entered| entered.last().cloned())
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// When it must be over.
    pub fn deadline(&self) -> Instant {
        self.since + self.limits.time
    }

    /// Does work on this thread as part of the run: queries and updates evaluated meanwhile are under its limits.
    ///
    /// # Errors
    /// Why it was stopped, if it was; then nothing that `work` made may be used.
    pub fn enter<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> Result<T, Stop> {
        let _here = self.meter.as_ref().map(Meter::here);
        ENTERED.with_borrow_mut(|entered| entered.push(Arc::clone(self)));
        let _left = Left;
        // Nothing is seen again after unwinding but the run itself: atomics.
        let done = catch_unwind(AssertUnwindSafe(work));
        self.look();
        match (done, self.stopped()) {
            (Ok(made), None) => Ok(made),
            (Ok(_), Some(stop)) => Err(stop),
            (Err(payload), Some(stop)) if payload.is::<Unwound>() => Err(stop),
            (Err(payload), _) => resume_unwind(payload),
        }
    }

    /// Counts a step, and unwinds if the run is stopped or over a limit. Only inside [`enter`](Self::enter).
    pub(super) fn tick(&self) {
        // One thread ticks; a lost update would not matter.
        let ticks = self.ticks.load(Ordering::Relaxed) + 1;
        self.ticks.store(ticks, Ordering::Relaxed);
        if ticks > self.limits.steps {
            self.stop(Stop::Steps);
        }
        if self.meter.as_ref().is_some_and(|meter| meter.held() > self.limits.memory) {
            self.stop(Stop::Memory);
        }
        self.go_on();
    }

    /// Unwinds if the run is stopped. Only inside [`enter`](Self::enter).
    pub(super) fn go_on(&self) {
        if self.stopped().is_some() {
            resume_unwind(Box::new(Unwound));
        }
    }

    /// Unwinds if `bytes` more would be too much.
    pub(super) fn reserve(&self, bytes: usize) {
        let held = self.meter.as_ref().map_or(0, Meter::held);
        if held.saturating_add(bytes) > self.limits.memory {
            self.stop(Stop::Memory);
        }
        self.tick();
    }

    /// Counts a row or a triple of the answer.
    ///
    /// # Errors
    /// When it is one too many, or the run was stopped.
    pub fn row(&self) -> Result<(), Stop> {
        let rows = self.rows.load(Ordering::Relaxed) + 1;
        self.rows.store(rows, Ordering::Relaxed);
        if rows > self.limits.rows {
            self.stop(Stop::Rows);
        }
        self.stopped().map_or(Ok(()), Err)
    }

    /// Rows or triples of the answer so far.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Counts memory that is allocated where it is not seen; it stays counted.
    pub(super) fn charge(&self, bytes: usize) {
        if let Some(meter) = &self.meter {
            meter.charge(bytes);
        }
    }

    /// Says that another thread will free `bytes` that this one has allocated.
    pub fn give_up(&self, bytes: usize) {
        if let Some(meter) = &self.meter {
            meter.give_up(bytes);
        }
    }

    /// Stops it, if it is not over; the first reason holds.
    pub fn stop(&self, reason: Stop) {
        if self.become_at_last(reason as u8).is_ok() {
            let _ = self.stopped_at.set(Instant::now());
            self.wake.notify_waiters();
            self.wake.notify_one();
        }
    }

    /// Why it was stopped, if it was.
    pub fn stopped(&self) -> Option<Stop> {
        Stop::of(self.state.load(Ordering::Relaxed))
    }

    /// Says that all is done that could be stopped.
    ///
    /// # Errors
    /// When it was stopped before.
    pub fn finish(&self) -> Result<(), Stop> {
        match self.become_at_last(FINISHED) {
            Err(state) => Stop::of(state).map_or(Ok(()), Err),
            Ok(_) => Ok(()),
        }
    }

    fn become_at_last(&self, state: u8) -> Result<u8, u8> {
        self.state.compare_exchange(0, state, Ordering::SeqCst, Ordering::SeqCst)
    }

    /// Waits until it is stopped.
    pub async fn until_stopped(&self) -> Stop {
        loop {
            let woken = self.wake.notified();
            if let Some(stop) = self.stopped() {
                return stop;
            }
            woken.await;
        }
    }

    /// The token that the evaluator looks at.
    pub(super) fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Compares what it costs with what it may; the watcher does this all the time.
    fn look(&self) {
        let held = self.meter.as_ref().map_or(0, Meter::held);
        self.peak.fetch_max(held, Ordering::Relaxed);
        if held > self.limits.memory {
            self.stop(Stop::Memory);
        }
        if Instant::now() >= self.deadline() {
            self.stop(Stop::Time);
        }
        if self.stopped_at.get().is_some_and(|at| at.elapsed() >= GRACE) {
            self.token.cancel();
        }
    }
}

/// Takes the thread out of the run it entered last.
struct Left;

impl Drop for Left {
    fn drop(&mut self) {
        ENTERED.with_borrow_mut(|entered| entered.pop());
    }
}
