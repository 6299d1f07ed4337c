//! Folders that are watched: the store follows what is put there, changed and removed.
//!
//! The folders are looked through again and again instead of being told of changes by the system: that holds for network
//! shares too, which tell nothing, and gives half-written files the time to be finished. A file counts when it is as long
//! and as old as at the look before.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use oxigraph::model::NamedNode;

use super::intake::{File, Intake, Source};
use super::report::{Line, Report};
use crate::cli::Done;
use crate::cli::source::{self, SourceError};

/// From one look to the next.
const PAUSE: Duration = Duration::from_secs(2);
/// How soon a signal is noticed.
const SIGNAL: Duration = Duration::from_millis(100);

/// A file that was seen.
struct Seen {
    root: usize,
    /// Its length and age at the last look.
    state: Option<(u64, SystemTime)>,
    /// Whether it changed since it was last taken in.
    pending: bool,
    source: Option<Source>,
}

/// Follows `paths` until the user ends it.
pub(super) fn run(intake: &mut Intake, paths: &[PathBuf]) -> anyhow::Result<Done> {
    let mut watch = Watch { seen: HashMap::new(), troubled: vec![false; paths.len()] };
    if !intake.quiet {
        eprintln!("gangmu: watching; Ctrl-C ends it");
    }
    while !intake.stop.is_wanted() {
        let begun = Instant::now();
        watch.look(intake, paths)?;
        while begun.elapsed() < PAUSE && !intake.stop.is_wanted() {
            thread::sleep(SIGNAL);
        }
    }
    Ok(Done::All)
}

struct Watch {
    seen: HashMap<PathBuf, Seen>,
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
                eprintln!("gangmu: {}: {reason}; {what}", path.display());
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
        if due.is_empty() {
            return Ok(false);
        }
        let mut replaced = Vec::new();
        let files = due.into_iter().map(File::at).collect();
        intake.take_in(files, |path, source| {
            let Some(seen) = self.seen.get_mut(&path) else { return };
            seen.pending = false;
            // A text that cannot be read takes nothing away: the one before stays.
            if let Some(source) = source
                && let Some(old) = seen.source.replace(source)
            {
                replaced.push((path, old));
            }
        })?;
        source::report(&std::mem::take(&mut intake.failures));
        for (path, old) in replaced {
            let now = self.seen.get(&path).and_then(|seen| seen.source.as_ref());
            let same = now.is_some_and(|now| now.version == old.version);
            // A text that was revised is not current any more; one that is belongs to another work than the file now.
            if !same && intake.store.is_current(&old.version)? {
                self.forget(intake, &path, &old)?;
            }
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
            let Some(Seen { source: Some(source), .. }) = self.seen.remove(&path) else { continue };
            self.forget(intake, &path, &source)?;
            Report::add(intake.report.as_mut(), &[Line::removed(&path, source.version.as_str())])?;
            if !intake.quiet {
                writeln!(io::stdout(), "{:<12} {}", "removed", path.display())?;
            }
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
