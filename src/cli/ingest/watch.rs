//! Folders that are watched: the store follows what is put there, changed and removed.
//!
//! The folders are looked through again and again instead of being told of changes by the system: that holds for network
//! shares too, which tell nothing, and gives half-written files the time to be finished. A file counts when it is as long
//! and as old as at the look before.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use oxigraph::model::NamedNode;

use super::intake::{File, Intake, Source};
use super::report::{Line, Report};
use super::telling::Telling;
use crate::cli::source::{self, SourceError};

/// From one look to the next.
const PAUSE: Duration = Duration::from_secs(2);
/// The same for a server after a look that failed, as where the disk is full.
const AFTER_FAULT: Duration = Duration::from_secs(60);

/// A file that was seen.
struct Seen {
    root: usize,
    /// Its length and age at the last look.
    state: Option<(u64, SystemTime)>,
    /// Whether it changed since it was last taken in.
    pending: bool,
    source: Option<Source>,
}

/// Follows `paths` until the user ends it. A look that failed ends it too, but not in a server: what was left undone is
/// done at the next.
pub(super) fn run(intake: &mut Intake, paths: &[PathBuf]) -> anyhow::Result<()> {
    let troubled = vec![false; paths.len()];
    let mut watch = Watch { seen: HashMap::new(), replaced: VecDeque::new(), troubled };
    if intake.telling == Telling::All {
        eprintln!("gangmu: watching; Ctrl-C ends it");
    }
    while !intake.stop.is_wanted() {
        let begun = Instant::now();
        let pause = match watch.look(intake, paths) {
            Ok(()) => PAUSE,
            Err(error) if intake.telling == Telling::Log => {
                let error = format!("{error:#}");
                tracing::error!(error, "what is watched was not followed; again in a minute");
                AFTER_FAULT
            }
            Err(error) => return Err(error),
        };
        intake.stop.wait_until(begun + pause);
    }
    Ok(())
}

struct Watch {
    seen: HashMap<PathBuf, Seen>,
    /// What files gave before, which is yet to be forgotten.
    replaced: VecDeque<(PathBuf, Source)>,
    /// The roots that something was wrong with at the last look, which is said once.
    troubled: Vec<bool>,
}

impl Watch {
    fn look(&mut self, intake: &mut Intake, roots: &[PathBuf]) -> anyhow::Result<()> {
        let mut here = HashSet::new();
        let mut due = Vec::new();
        for (root, path) in roots.iter().enumerate() {
            let (files, failures) = source::find(std::slice::from_ref(path));
            let is_empty = |error: &SourceError| matches!(error, SourceError::NoDocument);
            let trouble = failures.into_iter().find(|failure| !is_empty(&failure.error));
            let known = self.seen.values().filter(|seen| seen.root == root).count();
            // A share that is not mounted looks like a folder without files.
            let vanished = files.is_empty() && known > 1;
            if (trouble.is_some() || vanished) && !self.troubled[root] {
                let reason = trouble.as_ref().map_or_else(
                    || "all its documents are gone at once".to_owned(),
                    |trouble| trouble.error.to_string(),
                );
                let what = "nothing is taken out while that is so";
                intake.telling.trouble(path, &format!("{reason}; {what}"));
            }
            self.troubled[root] = trouble.is_some() || vanished;
            due.extend(files.iter().filter(|file| self.is_due(root, file)).cloned());
            here.extend(files);
        }
        let changed = self.take_in(intake, due)? | self.take_out(intake, &here)?;
        if changed {
            intake.store.flush()?;
        }
        Ok(())
    }

    /// Whether a file is new or changed, and has been as it is since the last look.
    fn is_due(&mut self, root: usize, path: &Path) -> bool {
        let state = source::stamp(path);
        let new = || Seen { root, state: None, pending: true, source: None };
        let seen = self.seen.entry(path.to_owned()).or_insert_with(new);
        let settled = state.is_some() && seen.state == state;
        seen.pending |= !settled;
        seen.state = state;
        settled && seen.pending
    }

    fn take_in(&mut self, intake: &mut Intake, due: Vec<PathBuf>) -> anyhow::Result<bool> {
        if due.is_empty() && self.replaced.is_empty() {
            return Ok(false);
        }
        let files = due.into_iter().map(File::at).collect();
        intake.take_in(files, |path, source| {
            let Some(seen) = self.seen.get_mut(&path) else { return };
            seen.pending = false;
            // A text that cannot be read takes nothing away: the one before stays.
            if let Some(source) = source
                && let Some(old) = seen.source.replace(source)
            {
                self.replaced.push_back((path, old));
            }
        })?;
        intake.telling.failed(&std::mem::take(&mut intake.failures));
        while let Some((path, old)) = self.replaced.front() {
            let now = self.seen.get(path).and_then(|seen| seen.source.as_ref());
            let same = now.is_some_and(|now| now.version == old.version);
            // A text that was revised is not current any more; one that is belongs to another work than the file now.
            if !same && intake.store.is_current(&old.version)? {
                self.forget(intake, path, old)?;
            }
            self.replaced.pop_front();
        }
        Ok(true)
    }

    fn take_out(&mut self, intake: &mut Intake, here: &HashSet<PathBuf>) -> anyhow::Result<bool> {
        let gone = self
            .seen
            .iter()
            .filter(|(path, seen)| !here.contains(*path) && !self.troubled[seen.root]);
        let mut gone: Vec<PathBuf> = gone.map(|(path, _)| path.clone()).collect();
        gone.sort();
        let changed = !gone.is_empty();
        for path in gone {
            let Some(seen) = self.seen.remove(&path) else { continue };
            let Some(source) = &seen.source else { continue };
            if let Err(error) = self.forget(intake, &path, source) {
                self.seen.insert(path, seen);
                return Err(error);
            }
            Report::add(intake.report.as_mut(), &[Line::removed(&path, source.version.as_str())])?;
            intake.telling.removed(&path)?;
        }
        Ok(changed)
    }

    /// Takes a file's name from a version, unless another file of the name gives that version too.
    fn forget(&self, intake: &Intake, path: &Path, source: &Source) -> anyhow::Result<()> {
        let name = source::name(path);
        let sources = || {
            let all = self.seen.iter().filter(|(other, _)| other.as_path() != path);
            all.filter_map(|(other, seen)| Some((other, seen.source.as_ref()?)))
        };
        let again = |other: &Path| source::name(other) == name;
        if sources().any(|(other, held)| again(other) && held.version == source.version) {
            return Ok(());
        }
        // Versions that files hold now, this one's own among them.
        let now = self.seen.get(path).and_then(|seen| seen.source.as_ref());
        let held = sources().filter(|(other, _)| again(other)).map(|(_, held)| held).chain(now);
        let held: HashSet<NamedNode> = held.map(|held| held.version.clone()).collect();
        intake.store.take_out(&source.version, &name, &source.sha256, &held)?;
        Ok(())
    }
}
