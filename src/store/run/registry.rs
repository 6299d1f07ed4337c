//! All evaluations of a process: who may begin, who is running, and the watch over them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Limits, Meter, Run, Stop};
use crate::config::Config;

/// How often the watch looks at each run.
const ROUND: Duration = Duration::from_millis(10);
/// How long the watch sleeps where nothing is running.
const IDLE: Duration = Duration::from_secs(1);
/// How much of the text of a slow query is logged, in characters.
const LOGGED_TEXT: usize = 4000;

/// What is asked for, and by whom.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The text of the query or update, or the name of the page.
    pub text: String,
    /// The address of the client.
    pub client: String,
}

/// That too many evaluations are running, and none ended soon enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all {running} turns are taken, and none came free within {waited:?}")]
pub struct Busy {
    pub running: usize,
    pub waited: Duration,
}

/// All evaluations of a process.
pub struct Runs {
    limits: Limits,
    queue: Duration,
    slow: Duration,
    size: usize,
    turns: Arc<Semaphore>,
    listed: Arc<Listed>,
    next: AtomicU64,
}

/// The runs that are not over.
#[derive(Default)]
struct Listed {
    runs: Mutex<BTreeMap<u64, Arc<Run>>>,
    /// That there is one, for the watch.
    any: Condvar,
}

impl Listed {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Run>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs, as soon as there are any; for the watch.
    fn wait(&self) -> Vec<Arc<Run>> {
        let waited = self.any.wait_timeout_while(self.lock(), IDLE, |runs| runs.is_empty());
        let (runs, _) = waited.unwrap_or_else(PoisonError::into_inner);
        runs.values().cloned().collect()
    }
}

/// What is told about a run.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    pub id: u64,
    pub text: String,
    pub client: String,
    /// "waiting" or "running".
    pub state: &'static str,
    /// Seconds since it was asked for.
    pub age: f64,
    /// Rows or triples of the answer so far.
    pub rows: u64,
    /// Rows that have passed through its steps.
    pub steps: u64,
    /// Bytes held now.
    pub memory: usize,
}

impl Runs {
    /// Starts the watch, which ends when what is given back is dropped.
    pub fn new(config: &Config) -> Self {
        let size = match config.limits.running {
            0 => 2 * std::thread::available_parallelism().map_or(1, usize::from),
            size => size,
        };
        let listed = Arc::new(Listed::default());
        let watched = Arc::downgrade(&listed);
        std::thread::spawn(move || watch(&watched));
        Self {
            limits: Limits::new(&config.limits),
            queue: config.limits.queue,
            slow: config.log.slow_query,
            size,
            turns: Arc::new(Semaphore::new(size)),
            listed,
            next: AtomicU64::new(1),
        }
    }

    /// What each may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many may run at once.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many are running now.
    pub fn running(&self) -> usize {
        self.size - self.turns.available_permits()
    }

    /// Waits for a turn. If the future is dropped meanwhile, nothing remains of it.
    ///
    /// # Errors
    /// When no turn comes within the time a query may wait.
    pub async fn admit(&self, asked: Asked, time: Option<Duration>) -> Result<Admitted, Busy> {
        let mut admitted = self.list(asked, time);
        let queue = self.queue.min(admitted.run.limits.time);
        let turn = Arc::clone(&self.turns).acquire_owned();
        match tokio::time::timeout(queue, turn).await {
            Ok(Ok(turn)) => {
                admitted.turn = Some(turn);
                let _ = admitted.run.began.set(Instant::now());
                Ok(admitted)
            }
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(Busy { running: self.size, waited: queue }),
        }
    }

    fn list(&self, asked: Asked, time: Option<Duration>) -> Admitted {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let run = Arc::new(Run::new(id, asked, self.limits.within(time)));
        self.listed.lock().insert(id, Arc::clone(&run));
        self.listed.any.notify_one();
        Admitted { run, listed: Arc::clone(&self.listed), slow: self.slow, turn: None }
    }

    /// What is waiting and running, oldest first.
    pub fn overview(&self) -> Vec<Overview> {
        self.listed.lock().values().map(|run| run.overview()).collect()
    }

    /// Stops a run; whether there is one of this number.
    pub fn stop(&self, id: u64) -> bool {
        self.listed.lock().get(&id).inspect(|run| run.stop(Stop::Operator)).is_some()
    }
}

fn watch(listed: &Weak<Listed>) {
    while let Some(listed) = listed.upgrade() {
        for run in listed.wait() {
            run.look();
        }
        std::thread::sleep(ROUND);
    }
}

/// A run that is listed and has its turn, until this is dropped.
pub struct Admitted {
    run: Arc<Run>,
    listed: Arc<Listed>,
    slow: Duration,
    turn: Option<OwnedSemaphorePermit>,
}

impl Admitted {
    pub fn run(&self) -> &Arc<Run> {
        &self.run
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.listed.lock().remove(&self.run.id);
        if self.turn.is_some() && self.run.since.elapsed() >= self.slow {
            self.run.log();
        }
    }
}

impl Run {
    fn overview(&self) -> Overview {
        Overview {
            id: self.id,
            text: self.asked.text.clone(),
            client: self.asked.client.clone(),
            state: if self.began.get().is_some() { "running" } else { "waiting" },
            age: self.since.elapsed().as_secs_f64(),
            rows: self.rows(),
            steps: self.ticks.load(Ordering::Relaxed),
            memory: self.meter.as_ref().map_or(0, Meter::held),
        }
    }

    fn log(&self) {
        let text: String = self.asked.text.chars().take(LOGGED_TEXT).collect();
        tracing::warn!(
            query = text,
            client = self.asked.client,
            seconds = self.since.elapsed().as_secs_f64(),
            rows = self.rows(),
            memory = self.peak.load(Ordering::Relaxed),
            outcome = self.stopped().map_or_else(|| "answered".to_owned(), |stop| stop.to_string()),
            "a slow query"
        );
    }
}
