//! How far a run is: a bar on a terminal, else a line from time to time.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

/// When the first line is written where there is no terminal, and how long it is to the next ones.
const FIRST: Duration = Duration::from_secs(10);
const NEXT: Duration = Duration::from_secs(60);

pub(super) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    /// When the next line is due; none are where there is a bar or nothing is to be said.
    due: Option<Instant>,
    documents: (usize, usize),
    bytes: (u64, u64),
}

impl Progress {
    /// Of so many documents of so many bytes, none of which are in yet.
    pub(super) fn new(documents: usize, bytes: u64, quiet: bool) -> Self {
        let (begun, terminal) = (Instant::now(), io::stderr().is_terminal());
        let bar = if quiet || !terminal { ProgressBar::hidden() } else { bar(bytes) };
        let due = (!quiet && !terminal).then(|| begun + FIRST);
        Self { bar, begun, due, documents: (0, documents), bytes: (0, bytes) }
    }

    /// So many more are in.
    pub(super) fn add(&mut self, documents: usize, bytes: u64) {
        self.documents.0 += documents;
        self.bytes.0 += bytes;
        let line = self.line();
        self.bar.set_message(line.clone());
        // The time left goes by bytes: documents differ in length.
        self.bar.set_position(self.bytes.0);
        if self.due.is_some_and(|due| Instant::now() >= due) {
            eprintln!("gangmu: {line}");
            self.due = Some(Instant::now() + NEXT);
        }
    }

    fn line(&self) -> String {
        let ((documents, all), (bytes, all_bytes)) = (self.documents, self.bytes);
        let seconds = self.begun.elapsed().as_secs_f64().max(1e-3);
        let rate = bytes as f64 / seconds;
        let left = all_bytes.saturating_sub(bytes) as f64 / rate.max(1.0);
        format!(
            "{documents} of {all} documents, {:.0} documents/s, {:.1} MB/s, {} left",
            documents as f64 / seconds,
            rate / 1e6,
            HumanDuration(Duration::from_secs_f64(left.round()))
        )
    }

    /// Writes something else meanwhile.
    pub(super) fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

fn bar(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {msg}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
