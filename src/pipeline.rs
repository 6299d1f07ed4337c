//! The way of one document through the stages: the only place that names them all.

use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{SendError, Sender, channel};
use std::thread;
use std::time::Duration;

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use crate::read::{Bundle, ReadError, is_archive, kinds};

use crate::extract::assignment::Grammar;
use crate::extract::{abbreviation, citation, deadline, responsibility, target};
use crate::knowledge::Knowledge;
use crate::model::{Document, Facts, Identities, NodeKind};
use crate::outline::outline;
use crate::read;
use crate::resolve::confidence::calibrate;
use crate::resolve::resolve;

/// All that was read in one document.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The name of the file.
    pub source_name: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The digest of the knowledge it was read with.
    pub knowledge: String,
    pub document: Document,
    pub facts: Facts,
    pub identities: Identities,
}

impl Reading {
    /// What the RDF stage takes.
    pub fn as_rdf(&self) -> crate::rdf::Reading<'_> {
        crate::rdf::Reading {
            source_name: &self.source_name,
            sha256: &self.sha256,
            knowledge: &self.knowledge,
            document: &self.document,
            facts: &self.facts,
            identities: &self.identities,
        }
    }
}

/// Reads one document.
///
/// # Errors
/// Where the bytes hold no readable text; see [`ReadError`].
pub fn read(source_name: &str, bytes: &[u8], knowledge: &Knowledge) -> Result<Reading, ReadError> {
    let text = read::read(source_name, bytes, &knowledge.debris)?;
    let document = outline(text, &knowledge.outline, &knowledge.roles, &knowledge.agencies);
    let mut facts = facts(&document, knowledge);
    let identities = resolve(&document, &mut facts, knowledge);
    calibrate(&mut facts, &knowledge.confidences);
    let (source_name, sha256) = (source_name.to_owned(), sha256(bytes));
    let knowledge = knowledge.digest.clone();
    Ok(Reading { source_name, sha256, knowledge, document, facts, identities })
}

/// SHA-256 of a source's bytes, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The longest that one document is read: the largest take seconds.
pub const LONGEST: Duration = Duration::from_secs(120);

/// Reads one document as [`read`] does, in a thread beside this one that is given up after [`LONGEST`].
///
/// What takes time cannot be ended from outside, least of all in the libraries that read formats: a thread that was given
/// up goes on until it is done or the program ends. The caller goes on at once.
///
/// # Errors
/// As [`read`], and where it takes too long.
///
/// # Panics
/// Where reading does.
pub fn read_in_time(
    source_name: &str,
    bytes: impl AsRef<[u8]> + Send + 'static,
    knowledge: &Arc<Knowledge>,
) -> Result<Reading, ReadError> {
    read_within(LONGEST, source_name, bytes, knowledge)
}

type Job = Box<dyn FnOnce() + Send>;

thread_local! {
    /// The thread that reads for this one; it ends when nobody sends it more.
    static READER: RefCell<Option<Sender<Job>>> = const { RefCell::new(None) };
}

fn read_within(
    longest: Duration,
    source_name: &str,
    bytes: impl AsRef<[u8]> + Send + 'static,
    knowledge: &Arc<Knowledge>,
) -> Result<Reading, ReadError> {
    let (sender, receiver) = channel();
    let (name, knowledge) = (source_name.to_owned(), Arc::clone(knowledge));
    let job = move || {
        let reading = catch_unwind(AssertUnwindSafe(|| read(&name, bytes.as_ref(), &knowledge)));
        // Nobody waits any more if it took too long.
        let _ = sender.send(reading);
    };
    READER.with_borrow_mut(|reader| {
        let jobs = reader.take().unwrap_or_else(|| {
            let (jobs, todo) = channel::<Job>();
            thread::spawn(move || todo.into_iter().for_each(|job| job()));
            jobs
        });
        if let Err(SendError(job)) = jobs.send(Box::new(job)) {
            job();
        }
        match receiver.recv_timeout(longest) {
            Ok(reading) => {
                *reader = Some(jobs);
                reading.unwrap_or_else(|panic| resume_unwind(panic))
            }
            Err(_) => Err(ReadError::TooSlow { seconds: longest.as_secs() }),
        }
    })
}

fn facts(document: &Document, knowledge: &Knowledge) -> Facts {
    let grammar = Grammar { roles: &knowledge.roles, agencies: &knowledge.agencies };
    let stated = deadline::every(document, &knowledge.deadlines);
    Facts {
        responsibilities: responsibility::responsibilities(document, grammar, &knowledge.prose),
        targets: target::targets(document, &knowledge.targets, &stated),
        citations: citation::citations(document, &knowledge.citations),
        abbreviations: abbreviation::abbreviations(document, &knowledge.agencies),
        deadlines: deadline::distinct(document, stated),
    }
}

/// What a document was found to say, in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Counts {
    pub title: String,
    pub tasks: usize,
    pub responsibilities: usize,
    pub targets: usize,
    pub deadlines: usize,
    pub citations: usize,
    /// Pages of the source that could not be read, counted from 1: they are pictures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pages_not_read: Vec<usize>,
}

impl Counts {
    pub fn of(reading: &Reading) -> Self {
        let title = reading.document.header.title.as_ref();
        let facts = &reading.facts;
        Self {
            title: title.map_or_else(|| "(no title)".to_owned(), |title| title.value.clone()),
            tasks: reading.document.nodes.iter().filter(|n| n.kind == NodeKind::Task).count(),
            responsibilities: facts.responsibilities.len(),
            targets: facts.targets.len(),
            deadlines: facts.deadlines.len(),
            citations: facts.citations.len(),
            pages_not_read: reading.document.text.gaps().to_vec(),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, tasks, responsibilities, targets, deadlines, citations, pages_not_read } =
            self;
        write!(
            f,
            "{title}: {tasks} tasks, {responsibilities} responsibilities, {targets} targets, \
             {deadlines} deadlines, {citations} citations"
        )?;
        match pages_not_read.is_empty() {
            true => Ok(()),
            false => write!(f, "; not read, as they are pictures: pages {pages_not_read:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_is_given_up() {
        let knowledge = Arc::new(Knowledge::embedded());
        // Some seconds of work.
        let slow = "（一）到2025年，建成学校12所。（牵头单位：市教育局）\n".repeat(100_000);
        let given_up = read_within(Duration::from_millis(1), "a.txt", slow, &knowledge);
        assert_eq!(given_up.unwrap_err(), ReadError::TooSlow { seconds: 0 });
        // The next are read by another, one after the other.
        for _ in 0..3 {
            let read = read_in_time("a.txt", "青澜市教育局工作要点", &knowledge).unwrap();
            assert_eq!(read.source_name, "a.txt");
            assert_eq!(read_in_time("a.txt", "", &knowledge).unwrap_err(), ReadError::Empty);
        }
    }
}
