//! `gangmu ingest`: documents into a store.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};

use super::Done;
use super::source::{self, Failure, Names, SourceError};
use crate::pipeline::Counts;
use crate::rdf::{self, Base, Described};
use crate::store::{Outcome, Store};

/// Documents each reading thread may be ahead of the store.
const AHEAD: usize = 4;

/// Take documents into a store
///
/// Each document goes in as one transaction: it is there as a whole or not at all, also when the program is
/// stopped half-way. A document that is there already changes nothing; a text known under another name gets
/// one more source; another text of a known work becomes its current version.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu ingest --store data/ documents/
  gangmu ingest --store data/ --base-iri https://data.example.cn/ plan.txt report.html
  gangmu ingest --store data/ --names our-agencies.toml documents/

Files: .txt, .html and .xlsx, also in .zip; UTF-8, GB18030, Big5 or UTF-16; up to 64 MB each.
Exit codes: 0 all documents are in; 1 some are not (named at the end); 2 wrong command line.")]
pub(super) struct Args {
    /// The store's directory; made if it does not exist
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// What all IRIs of the data begin with, ending with a slash; chosen when the store is made
    /// [default: http://127.0.0.1:8080/]
    #[arg(long, value_name = "IRI")]
    base_iri: Option<String>,
    #[command(flatten)]
    names: Names,
    /// Files, folders and ZIP archives with all documents in them, documents in archives
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, quiet: bool) -> anyhow::Result<Done> {
    let knowledge = args.names.knowledge()?;
    let store = Store::open(&args.store, args.base_iri.as_deref())?;
    let (files, mut failures) = source::find(&args.paths);
    let progress = progress(files.len(), quiet);
    let mut total = Total::default();
    let read = |path: &Path| prepare(path, &knowledge, store.base());
    in_order(&files, read, |path, prepared| {
        match prepared {
            Ok((counts, described)) => {
                let outcome = store.take_in(&described)?;
                total.add(outcome, &counts);
                if !quiet {
                    let line = format!("{:<12} {counts}  {}", name(outcome), path.display());
                    progress.suspend(|| writeln!(io::stdout(), "{line}"))?;
                }
            }
            Err(error) => failures.push(Failure { path: path.to_owned(), error }),
        }
        progress.inc(1);
        Ok(())
    })?;
    store.flush()?;
    progress.finish_and_clear();
    if !quiet {
        writeln!(io::stdout(), "{total}")?;
    }
    if failures.is_empty() {
        return Ok(Done::All);
    }
    eprintln!("gangmu: {} not taken in:", failures.len());
    source::report(&failures);
    Ok(Done::Partly)
}

fn prepare(
    path: &Path,
    knowledge: &std::sync::Arc<crate::knowledge::Knowledge>,
    base: &Base,
) -> Result<(Counts, Described), SourceError> {
    let reading = source::read(path, knowledge)?;
    Ok((Counts::of(&reading), rdf::quads(&reading.as_rdf(), base)))
}

/// Applies `read` to every path on all cores and `then` to the results in the order of the paths, while no
/// more than a few results wait: memory is bounded by the size of documents, not by their number.
fn in_order<T: Send>(
    paths: &[PathBuf],
    read: impl Fn(&Path) -> T + Sync,
    mut then: impl FnMut(&Path, T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    let read = &read;
    thread::scope(|scope| {
        let results: Vec<_> = (0..threads)
            .map(|first| {
                let (sender, receiver) = sync_channel(AHEAD);
                scope.spawn(move || {
                    for path in paths.iter().skip(first).step_by(threads) {
                        // The receiver is gone when the store failed: nobody wants the rest.
                        if sender.send(read(path)).is_err() {
                            return;
                        }
                    }
                });
                receiver
            })
            .collect();
        for (path, receiver) in paths.iter().zip(results.iter().cycle()) {
            then(path, receiver.recv()?)?;
        }
        Ok(())
    })
}

fn progress(files: usize, quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} documents, {eta} left");
    ProgressBar::new(files as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::New => "new",
        Outcome::NewVersion => "new version",
        Outcome::NewSource => "new source",
        Outcome::Reread => "read anew",
        Outcome::Unchanged => "unchanged",
    }
}

/// The sums over all documents.
#[derive(Default)]
struct Total {
    outcomes: HashMap<&'static str, usize>,
    documents: usize,
    tasks: usize,
    responsibilities: usize,
    targets: usize,
    deadlines: usize,
    citations: usize,
}

impl Total {
    fn add(&mut self, outcome: Outcome, counts: &Counts) {
        *self.outcomes.entry(name(outcome)).or_default() += 1;
        self.documents += 1;
        self.tasks += counts.tasks;
        self.responsibilities += counts.responsibilities;
        self.targets += counts.targets;
        self.deadlines += counts.deadlines;
        self.citations += counts.citations;
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { documents, tasks, responsibilities, targets, deadlines, citations, .. } = self;
        write!(f, "{documents} documents")?;
        let mut outcomes: Vec<_> = self.outcomes.iter().collect();
        outcomes.sort();
        for (i, (name, count)) in outcomes.into_iter().enumerate() {
            write!(f, "{}{count} {name}", if i == 0 { " (" } else { ", " })?;
        }
        write!(
            f,
            "{}: {tasks} tasks, {responsibilities} responsibilities, {targets} targets, \
             {deadlines} deadlines, {citations} citations",
            if self.outcomes.is_empty() { "" } else { ")" }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_paths() {
        let paths: Vec<PathBuf> = (0..100).map(|n| PathBuf::from(n.to_string())).collect();
        let mut seen = Vec::new();
        in_order(
            &paths,
            |path| path.to_owned(),
            |path, result| {
                assert_eq!(path, result);
                seen.push(result);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, paths);
        in_order(&[], |_| (), |_, ()| Ok(())).unwrap();
    }

    #[test]
    fn a_failing_store_ends_the_run() {
        let paths = vec![PathBuf::from("a"); 100];
        let run = in_order(&paths, |_| (), |_, ()| anyhow::bail!("disk full"));
        assert_eq!(run.unwrap_err().to_string(), "disk full");
    }
}
