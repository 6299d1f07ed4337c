//! `gangmu ingest`: documents into a store.

mod intake;
mod progress;
mod report;
mod telling;
mod total;
mod watch;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::Context;

use super::Done;
use super::settings::Place;
use super::source::{self, Names};
use super::stop::Stop;
use crate::config::Config;
use crate::knowledge::Knowledge;
use crate::store::Store;
use intake::{File, Intake};
use report::Report;
use telling::Telling;

/// Take documents into a store
///
/// Each document is there as a whole or not at all, also when the program is stopped half-way. A document that is
/// there already changes nothing, and is not read again where the same program read the same bytes with the same
/// names; a text known under another name gets one more source; another text of a known work becomes
/// its current version. A run that was stopped (Ctrl-C) is taken up by the same command.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu ingest --store data/ documents/
  gangmu ingest --store data/ --base-iri https://data.example.cn/ plan.txt report.html
  gangmu ingest --store data/ --names our-agencies.toml documents/
  gangmu ingest --store data/ --report report.jsonl documents/
  gangmu ingest --store data/ --watch documents/      go on taking in what is put there

The report has one JSON object a line, as documents are written: file; outcome (new, new version, new source, read
anew, unchanged, failed; with --watch also removed); reason of a failure; version; counts of what was read; ms, the
time to read it; bytes. Nothing is counted and no time given for what was not read.

With --watch, folders are looked through every two seconds. A file that has stayed the same from one look to the next
is taken in; when it is removed, its name is taken from its version, and a version that came from no other file leaves
the store, with its earlier texts from the same file and what only they said. What is removed while nobody watches is
not noticed.

Files: texts in UTF-8, GB18030, Big5 or UTF-16, pages and the formats of offices, also in ZIP archives; up to 64 MB each.
Exit codes: 0 all documents are in; 1 some are not (named at the end), or the run was stopped before all were;
2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    /// What all IRIs of the data begin with, ending with a slash, instead of the setting store.base_iri; chosen when
    /// the store is made [default: http://127.0.0.1:8080/]
    #[arg(long, value_name = "IRI")]
    base_iri: Option<String>,
    #[command(flatten)]
    names: Names,
    /// Write what became of each file, as JSON Lines; a file of this name is replaced
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Go on: take in new and changed files and take out removed ones, until Ctrl-C or SIGTERM
    #[arg(long)]
    watch: bool,
    /// Files, folders and ZIP archives with all documents in them, documents in archives
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, config: &Config, quiet: bool) -> anyhow::Result<Done> {
    let knowledge = args.names.knowledge(config)?;
    let stop = Stop::on_signal().context("signals cannot be listened to")?;
    let report = args.report.as_deref().map(Report::create).transpose()?;
    let store = args.place.open(config, args.base_iri.as_deref())?;
    let telling = if quiet { Telling::Faults } else { Telling::All };
    let mut intake = Intake::new(&store, &knowledge, &stop, report, telling);
    if args.watch {
        watch::run(&mut intake, &args.paths)?;
        return Ok(Done::All);
    }
    let (files, not_found) = source::find(&args.paths);
    intake.fail(not_found)?;
    let files: Vec<_> = files.into_iter().map(File::at).collect();
    let count = files.len();
    let done = intake.take_in(files, |_, _| ())?;
    store.flush()?;
    if !quiet {
        writeln!(io::stdout(), "{}", intake.total)?;
    }
    let failures = std::mem::take(&mut intake.failures);
    if done < count {
        eprintln!(
            "gangmu: stopped: {} of {count} files remain; the same command takes them up",
            count - done
        );
    }
    if !failures.is_empty() {
        eprintln!("gangmu: {} not taken in:", failures.len());
        source::report(&failures);
    }
    Ok(if failures.is_empty() && done == count { Done::All } else { Done::Partly })
}

/// Folders that a server follows, whose store is open already.
pub(super) struct Following<'a> {
    pub(super) paths: &'a [PathBuf],
    pub(super) store: &'a Store,
    pub(super) knowledge: &'a Arc<Knowledge>,
    /// The file of the report.
    pub(super) report: Option<&'a Path>,
}

impl Following<'_> {
    /// Follows them in a thread of its own while `work` goes on, but not beyond a signal; what is at hand then is
    /// finished. What goes wrong is logged and tried again.
    ///
    /// # Errors
    /// When the report cannot be written or signals cannot be listened to, or the program failed.
    pub(super) fn during<T>(self, work: impl FnOnce() -> T) -> anyhow::Result<T> {
        let Self { paths, store, knowledge, report } = self;
        let report = report.map(Report::create).transpose()?;
        let stop = Stop::on_signal().context("signals cannot be listened to")?;
        thread::scope(|scope| {
            let following = scope.spawn(|| {
                let mut intake = Intake::new(store, knowledge, &stop, report, Telling::Log);
                watch::run(&mut intake, paths)
            });
            let done = work();
            stop.want();
            let followed = following.join();
            followed.unwrap_or_else(|_| anyhow::bail!("the program failed at what it watched"))?;
            Ok(done)
        })
    }
}
