//! Work on all cores, results in order, memory bounded: for `ingest` and `extract`.
//!
//! Jobs are taken in order, each when there is room for it: room is counted in bytes of what is read, and in jobs. The
//! first of those under way always has room, so its results can be handed on and nothing waits for ever; while a long
//! document is read on one core, the others go on until the room is full.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::{iter, thread};

/// What may be under way at once.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Bytes of documents: reading one takes up to some thirty times its size for a while.
    pub(super) bytes: u64,
    pub(super) jobs: usize,
}

/// Enough to keep the cores busy while results are written, in some hundred megabytes. The more is written at once, the
/// less often the database has to merge what it has.
pub(super) const ROOM: Room = Room { bytes: 16 << 20, jobs: 4096 };

/// A job with the bytes it counts for.
pub(super) struct Job<J> {
    pub(super) what: J,
    pub(super) bytes: u64,
}

/// So many threads as there are cores.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Applies `work` to every job in `threads` threads, and `then` to the results in the order of the jobs, as many at
/// once as are ready but not more than a quarter of the room. An error of `then` ends the run.
pub(super) fn in_order<J: Send, T: Send>(
    jobs: impl Iterator<Item = Job<J>> + Send,
    threads: usize,
    room: Room,
    work: impl Fn(J) -> T + Sync,
    mut then: impl FnMut(Vec<T>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let jobs = Mutex::new(jobs.enumerate());
    let flow = Flow { state: Mutex::default(), changed: Condvar::new(), room };
    flow.state().working = threads;
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let _working = Working(&flow);
                loop {
                    let (number, Job { what, bytes }) = {
                        let mut jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
                        // Who is next waits for room here, so that those after him cannot take it.
                        let Some((number, job)) = jobs.next() else { return };
                        if !flow.enter(job.bytes) {
                            return;
                        }
                        (number, job)
                    };
                    flow.hand_in(number, bytes, work(what));
                }
            });
        }
        let _closing = Closing(&flow);
        let mut next = 0;
        while let Some(ready) = flow.take(&mut next) {
            let bytes = ready.iter().map(|(bytes, _)| bytes).sum();
            let count = ready.len();
            then(ready.into_iter().map(|(_, result)| result).collect())?;
            flow.leave(bytes, count);
        }
        // Where a thread panicked, leaving the scope does too.
        Ok(())
    })
}

struct Flow<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    room: Room,
}

struct State<T> {
    /// Under way: taken, and not yet handed on.
    bytes: u64,
    jobs: usize,
    results: BTreeMap<usize, (u64, T)>,
    /// Threads that may still hand something in.
    working: usize,
    /// A thread panicked, so that a result will never come.
    failed: bool,
    /// Nobody wants the rest.
    closed: bool,
}

impl<T> Default for State<T> {
    fn default() -> Self {
        let results = BTreeMap::new();
        Self { bytes: 0, jobs: 0, results, working: 0, failed: false, closed: false }
    }
}

impl<T> Flow<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State<T>)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// Waits for room; false where nobody wants the result.
    fn enter(&self, bytes: u64) -> bool {
        let full = |state: &mut State<T>| {
            let over = state.bytes + bytes > self.room.bytes || state.jobs >= self.room.jobs;
            state.jobs > 0 && over && !state.closed && !state.failed
        };
        let state = self.changed.wait_while(self.state(), full);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.bytes += bytes;
        state.jobs += 1;
        !state.closed && !state.failed
    }

    fn hand_in(&self, number: usize, bytes: u64, result: T) {
        self.change(|state| drop(state.results.insert(number, (bytes, result))));
    }

    fn leave(&self, bytes: u64, jobs: usize) {
        self.change(|state| {
            state.bytes -= bytes;
            state.jobs -= jobs;
        });
    }

    /// The results that are next and ready, at least one; none when there are no more.
    fn take(&self, next: &mut usize) -> Option<Vec<(u64, T)>> {
        let wait = |state: &mut State<T>| {
            state.working > 0 && !state.failed && !state.results.contains_key(next)
        };
        let state = self.changed.wait_while(self.state(), wait);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        let (mut bytes, mut ready) = (0, Vec::new());
        for number in iter::successors(Some(*next), |number| Some(number + 1)) {
            if bytes > self.room.bytes / 4 {
                break;
            }
            let Some(result) = state.results.remove(&number) else { break };
            bytes += result.0;
            ready.push(result);
        }
        *next += ready.len();
        (!ready.is_empty()).then_some(ready)
    }
}

/// A thread at work; also a panic ends it.
struct Working<'a, T>(&'a Flow<T>);

impl<T> Drop for Working<'_, T> {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.working -= 1;
            state.failed |= thread::panicking();
        });
    }
}

/// The one who takes the results; when he goes, the others need not wait.
struct Closing<'a, T>(&'a Flow<T>);

impl<T> Drop for Closing<'_, T> {
    fn drop(&mut self) {
        self.0.change(|state| state.closed = true);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn jobs(sizes: impl IntoIterator<Item = u64>) -> impl Iterator<Item = Job<u64>> {
        sizes.into_iter().map(|bytes| Job { what: bytes, bytes })
    }

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let mut seen = Vec::new();
        let delay = |n: u64| {
            thread::yield_now();
            n * 2
        };
        in_order(jobs(0..500), 4, ROOM, delay, |ready| {
            seen.extend(ready);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, (0..500).map(|n| n * 2).collect::<Vec<_>>());
        in_order(jobs([]), 4, ROOM, delay, |_| unreachable!()).unwrap();
    }

    #[test]
    fn no_more_is_under_way_than_there_is_room_for_and_what_is_larger_goes_alone() {
        let (under_way, most) = (AtomicU64::new(0), AtomicU64::new(0));
        let room = Room { bytes: 100, jobs: 8 };
        let sizes = (0..200).map(|n| if n % 50 == 7 { 1000 } else { 10 + n % 30 });
        let work = |bytes: u64| {
            let now = under_way.fetch_add(bytes, Ordering::SeqCst) + bytes;
            assert!(now <= 100 || now == 1000, "{now}");
            most.fetch_max(now, Ordering::SeqCst);
            bytes
        };
        let mut done = 0;
        in_order(jobs(sizes), 4, room, work, |ready| {
            done += ready.len();
            for bytes in ready {
                under_way.fetch_sub(bytes, Ordering::SeqCst);
            }
            Ok(())
        })
        .unwrap();
        assert_eq!((done, most.load(Ordering::SeqCst)), (200, 1000));
    }

    #[test]
    fn one_slow_job_does_not_keep_the_others_from_being_read() {
        let read = AtomicU64::new(0);
        let work = |n: u64| {
            // The first waits until the others are read, which would not end if they waited for it.
            while n == 0 && read.load(Ordering::SeqCst) < 50 {
                thread::yield_now();
            }
            read.fetch_add(1, Ordering::SeqCst);
        };
        in_order(jobs(0..51), 2, ROOM, work, |_| Ok(())).unwrap();
    }

    #[test]
    fn an_error_ends_the_run() {
        let sizes = iter::repeat_n(1 << 20, 10_000);
        let run = in_order(jobs(sizes), 3, ROOM, drop, |_| anyhow::bail!("disk full"));
        assert_eq!(run.unwrap_err().to_string(), "disk full");
    }
}
