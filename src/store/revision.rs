//! Which state of the store an answer was read from.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, SystemTime};

use oxigraph::model::NamedNode;

use super::journal::Journal;
use super::remote::Endpoint;
use crate::rdf::Base;

/// Counts the changes of an open store. Nothing else can change a store in a directory while it is open, so within
/// one process two answers from the same revision were read from the same triples. A store behind an endpoint counts
/// its changes itself, whoever makes them.
pub(super) struct Revisions {
    /// Drawn anew at each opening, since another process may have changed the store in between.
    opening: u64,
    /// Odd while a change is being written: then a reader may see the state before it or after it.
    changes: AtomicU64,
    /// Held by the one that writes.
    turn: Mutex<()>,
    mark: Mark,
    journal: Journal,
}

/// What says when the store was last changed.
enum Mark {
    /// The time of a file does.
    File(PathBuf),
    Endpoint(Arc<Endpoint>),
}

/// A state of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision {
    opening: u64,
    changes: u64,
}

impl Revision {
    /// How often the store was changed since it was opened.
    pub fn changes(self) -> u64 {
        // The count goes up at the begin and at the end of a change.
        self.changes / 2
    }
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}-{}", self.opening, self.changes)
    }
}

impl Revisions {
    /// `mark` is the file that is touched at each change.
    pub(super) fn new(mark: PathBuf) -> std::io::Result<Self> {
        Ok(Self::by(Mark::File(mark), getrandom::u64()?))
    }

    /// Those of a store behind an endpoint.
    pub(super) fn of(endpoint: Arc<Endpoint>) -> Self {
        Self::by(Mark::Endpoint(endpoint), 0)
    }

    fn by(mark: Mark, opening: u64) -> Self {
        let (changes, turn, journal) = (AtomicU64::new(0), Mutex::new(()), Journal::default());
        Self { opening, changes, turn, mark, journal }
    }

    /// The state that a reading begun now sees; none while a change is being written.
    pub(super) fn now(&self) -> Option<Revision> {
        let changes = self.changes.load(Ordering::SeqCst);
        if changes.is_multiple_of(2) { self.at(changes) } else { None }
    }

    /// The same; while a change is being written, the state before it.
    pub(super) fn last(&self) -> Option<Revision> {
        self.at(self.changes.load(Ordering::SeqCst) & !1)
    }

    fn at(&self, changes: u64) -> Option<Revision> {
        match &self.mark {
            Mark::File(_) => Some(Revision { opening: self.opening, changes }),
            Mark::Endpoint(endpoint) => {
                let stamp = endpoint.stamp().ok()?;
                Some(Revision { opening: stamp.epoch, changes: 2 * stamp.revision })
            }
        }
    }

    /// Notes which graphs the change that is being written touches, as [`Journal::note`] does.
    pub(super) fn note(&self, graphs: Option<&BTreeSet<String>>) {
        self.journal.note(self.changes.load(Ordering::SeqCst), graphs);
    }

    /// The versions that were touched from one state to another, as [`Journal::versions`] tells.
    /// Behind an endpoint it is not known.
    pub(super) fn touched(
        &self,
        from: Revision,
        to: Revision,
        base: &Base,
    ) -> Option<BTreeSet<NamedNode>> {
        let is_here = matches!(self.mark, Mark::File(_)) && from.opening == to.opening;
        let changes = from.changes + 1..to.changes;
        if is_here { self.journal.versions(changes.step_by(2), base) } else { None }
    }

    /// When the store was last changed, by whichever process; none where it never was.
    pub(super) fn last_change(&self) -> Option<SystemTime> {
        match &self.mark {
            Mark::File(mark) => std::fs::metadata(mark).and_then(|mark| mark.modified()).ok(),
            Mark::Endpoint(endpoint) => {
                let changed = endpoint.stamp().ok()?.changed;
                (changed > 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(changed))
            }
        }
    }

    /// That a change is being written, until what is given back is dropped. Writers take turns.
    pub(super) fn changing(&self) -> Changing<'_> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.changes.fetch_add(1, Ordering::SeqCst);
        Changing { revisions: self, nothing: false, _turn: turn }
    }

    /// The same, after what is being written now.
    pub(super) fn wait(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// That nothing is being written, until what is given back is dropped. None while something is.
    pub(super) fn quiet(&self) -> Option<MutexGuard<'_, ()>> {
        match self.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// See [`Revisions::changing`].
pub(super) struct Changing<'a> {
    revisions: &'a Revisions,
    nothing: bool,
    _turn: MutexGuard<'a, ()>,
}

impl Changing<'_> {
    /// That nothing was written after all: the revision is again the one before.
    pub(super) fn unchanged(mut self) {
        self.nothing = true;
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        if self.nothing {
            self.revisions.changes.fetch_sub(1, Ordering::SeqCst);
            return;
        }
        if let Mark::File(mark) = &self.revisions.mark
            && let Err(error) =
                File::create(mark).and_then(|mark| mark.set_modified(SystemTime::now()))
        {
            tracing::warn!(%error, "the time of a change could not be noted");
        }
        self.revisions.changes.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_makes_another_revision_and_there_is_none_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let mark = dir.path().join("changed");
        let revisions = Revisions::new(mark.clone()).unwrap();
        let before = revisions.now().unwrap();
        let changing = revisions.changing();
        assert_eq!(revisions.now(), None);
        assert_eq!(revisions.last(), Some(before));
        drop(changing);
        let after = revisions.now().unwrap();
        assert_ne!(before, after);
        assert_eq!(Some(after), revisions.now());
        assert_ne!(Some(before), Revisions::new(mark).unwrap().now(), "another opening");
        assert!(revisions.last_change().is_some());
    }

    #[test]
    fn where_nothing_was_written_the_revision_stays() {
        let dir = tempfile::tempdir().unwrap();
        let revisions = Revisions::new(dir.path().join("changed")).unwrap();
        let before = revisions.now();
        revisions.changing().unchanged();
        assert_eq!(before, revisions.now());
        assert_eq!(revisions.last_change(), None);
    }
}
