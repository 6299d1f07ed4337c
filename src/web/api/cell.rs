//! A table that is read once, on a thread of its own.
//!
//! Reading everything may take longer, and more rows, than a query may. So it is no part of the run that asks for it:
//! whoever asks waits within its own limits, and what it no longer waits for is there for the next.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::super::site::Site;
use super::tables::Tables;
use crate::store::{QueryError, Run};

/// How often one that waits looks whether it still may.
const ROUND: Duration = Duration::from_millis(10);
/// How long one waits at most, who is then told to come back.
const PATIENCE: Duration = Duration::from_secs(20);

/// A table, when it has been read.
pub(super) struct Cell<T> {
    table: OnceLock<T>,
    /// Held by the one that reads.
    turn: Mutex<()>,
}

impl<T> Default for Cell<T> {
    fn default() -> Self {
        Self { table: OnceLock::new(), turn: Mutex::default() }
    }
}

impl Tables {
    /// What a cell holds, read if it is empty.
    pub(super) fn once<T: Send + Sync + 'static>(
        &self,
        site: &Site,
        cell: fn(&Self) -> &Cell<T>,
        read: fn(&Self, &Site) -> Result<T, QueryError>,
    ) -> Result<&T, QueryError> {
        self.filled(site, cell, read)
    }

    /// The same; `read` is called once at most.
    pub(super) fn filled<T: Send + Sync + 'static>(
        &self,
        site: &Site,
        cell: fn(&Self) -> &Cell<T>,
        read: impl FnOnce(&Self, &Site) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<&T, QueryError> {
        if let Some(table) = cell(self).table.get() {
            return Ok(table);
        }
        let Some(run) = Run::current() else { return self.fill(site, cell, read) };
        let (tables, site) = (self.shared(), site.clone());
        let (tell, told) = sync_channel(1);
        std::thread::spawn(move || {
            // If nobody waits any more, nobody is told.
            let _ = tell.send(tables.fill(&site, cell, read).map(|_| ()));
        });
        let begun = Instant::now();
        loop {
            match told.recv_timeout(ROUND) {
                Ok(read) => read?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("the thread that read a table died"),
            }
            if let Some(table) = cell(self).table.get() {
                return Ok(table);
            }
            if let Some(stop) = run.stopped() {
                return Err(stop.into());
            }
            if begun.elapsed() > PATIENCE {
                return Err(QueryError::NotRead);
            }
        }
    }

    /// Reads the table here, unless another thread has meanwhile.
    fn fill<T>(
        &self,
        site: &Site,
        cell: fn(&Self) -> &Cell<T>,
        read: impl FnOnce(&Self, &Site) -> Result<T, QueryError>,
    ) -> Result<&T, QueryError> {
        let Cell { table, turn } = cell(self);
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        match table.get() {
            Some(table) => Ok(table),
            None => {
                let new = read(self, site)?;
                Ok(table.get_or_init(|| new))
            }
        }
    }
}
