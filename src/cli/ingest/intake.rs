//! Files on their way into the store: read on all cores, written in their order, told about.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use oxigraph::model::NamedNode;

use super::progress::Progress;
use super::report::{Line, Report};
use super::telling::Telling;
use super::total::Total;
use crate::cli::flow::{self, Job, ROOM};
use crate::cli::source::{self, Failure, SourceError};
use crate::cli::stop::Stop;
use crate::knowledge::Knowledge;
use crate::pipeline::{self, Counts};
use crate::rdf::{self, Described};
use crate::store::{Outcome, Store};

/// A file to be taken in.
pub(super) struct File {
    pub(super) path: PathBuf,
    bytes: u64,
}

impl File {
    /// The file at `path`, as large as it is now.
    pub(super) fn at(path: PathBuf) -> Self {
        let bytes = source::stamp(&path).map_or(0, |(bytes, _)| bytes);
        Self { path, bytes }
    }
}

/// What of the store came from a file.
pub(super) struct Source {
    pub(super) version: NamedNode,
    pub(super) sha256: String,
}

/// A file that was read, or need not be.
struct Prepared {
    file: File,
    bytes: u64,
    took: Duration,
    result: Result<(String, Content), SourceError>,
}

enum Content {
    /// Reading it would change nothing.
    Held(NamedNode),
    Read(Counts, Box<Described>),
}

pub(super) struct Intake<'a> {
    pub(super) store: &'a Store,
    pub(super) stop: &'a Stop,
    pub(super) telling: Telling,
    pub(super) report: Option<Report>,
    pub(super) total: Total,
    pub(super) failures: Vec<Failure>,
    knowledge: &'a Arc<Knowledge>,
}

impl<'a> Intake<'a> {
    pub(super) fn new(
        store: &'a Store,
        knowledge: &'a Arc<Knowledge>,
        stop: &'a Stop,
        report: Option<Report>,
        telling: Telling,
    ) -> Self {
        let (total, failures) = (Total::default(), Vec::new());
        Self { store, stop, telling, report, total, failures, knowledge }
    }

    /// Keeps and reports what cannot be taken in.
    pub(super) fn fail(&mut self, failures: Vec<Failure>) -> anyhow::Result<()> {
        let lines = failures.iter().map(|failure| Line::failed(&failure.path, &failure.error));
        Report::add(self.report.as_mut(), &lines.collect::<Vec<_>>())?;
        self.failures.extend(failures);
        Ok(())
    }

    /// Takes files in, in their order, and tells `each` what became of them, until all are or the user stops it.
    /// Gives back how many were dealt with, taken in or failed.
    pub(super) fn take_in(
        &mut self,
        files: Vec<File>,
        mut each: impl FnMut(PathBuf, Option<Source>),
    ) -> anyhow::Result<usize> {
        let bytes = files.iter().map(|file| file.bytes).sum();
        let mut progress = Progress::new(files.len(), bytes, self.telling != Telling::All);
        let (store, knowledge, stop) = (self.store, self.knowledge, self.stop);
        let jobs = files.into_iter().map(|file| Job { bytes: file.bytes, what: file });
        let jobs = jobs.take_while(|_| !stop.is_wanted());
        let mut done = 0;
        let read = |file: File| prepare(file, store, knowledge);
        flow::in_order(jobs, flow::cores(), ROOM, read, |ready| {
            done += ready.len();
            let bytes = ready.iter().map(|prepared| prepared.file.bytes).sum();
            let count = ready.len();
            self.write(ready, &progress, &mut each)?;
            progress.add(count, bytes);
            Ok(())
        })?;
        Ok(done)
    }

    fn write(
        &mut self,
        ready: Vec<Prepared>,
        progress: &Progress,
        each: &mut impl FnMut(PathBuf, Option<Source>),
    ) -> anyhow::Result<()> {
        let (mut documents, mut told) = (Vec::new(), Vec::new());
        for Prepared { file, bytes, took, result } in ready {
            let result = result.map(|(sha256, content)| match content {
                Content::Held(version) => (Source { version, sha256 }, None),
                Content::Read(counts, described) => {
                    documents.push(*described);
                    let version = documents[documents.len() - 1].version.clone();
                    (Source { version, sha256 }, Some(counts))
                }
            });
            told.push((file.path, bytes, took, result));
        }
        let mut outcomes = self.store.take_in_all(&documents)?.into_iter();
        let (mut out, mut lines) = (String::new(), Vec::new());
        for (path, bytes, took, result) in told {
            match result {
                Ok((source, counts)) => {
                    let read = counts.as_ref().and_then(|_| outcomes.next());
                    let outcome = super::total::name(read.unwrap_or(Outcome::Unchanged));
                    self.total.add(outcome, counts.as_ref());
                    self.telling.taken(&mut out, outcome, counts.as_ref(), &path);
                    let version = source.version.as_str();
                    lines.push(Line::taken(&path, outcome, version, counts, took, bytes));
                    each(path, Some(source));
                }
                Err(error) => {
                    lines.push(Line::failed(&path, &error).with(took, bytes));
                    self.failures.push(Failure { path: path.clone(), error });
                    each(path, None);
                }
            }
        }
        Report::add(self.report.as_mut(), &lines)?;
        progress.beside(|| io::stdout().lock().write_all(out.as_bytes()))?;
        Ok(())
    }
}

fn prepare(file: File, store: &Store, knowledge: &Arc<Knowledge>) -> Prepared {
    let begun = Instant::now();
    let mut bytes = file.bytes;
    let result = source::load(&file.path).and_then(|content| {
        bytes = content.len() as u64;
        let (name, sha256) = (source::name(&file.path), pipeline::sha256(&content));
        // A store that cannot be asked fails when it is written.
        if let Ok(Some(version)) = store.held(&name, &sha256, &knowledge.digest) {
            return Ok((sha256, Content::Held(version)));
        }
        let reading = source::read_bytes(&name, content, knowledge)?;
        let described =
            catch_unwind(AssertUnwindSafe(|| rdf::quads(&reading.as_rdf(), store.base())));
        let described = described.map_err(|_| SourceError::Panic)?;
        Ok((sha256, Content::Read(Counts::of(&reading), Box::new(described))))
    });
    Prepared { file, bytes, took: begun.elapsed(), result }
}
