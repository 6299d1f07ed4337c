//! `gangmu check`: what looks like a fact and was not understood.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::Done;
use super::source::{self, Failure, Names};
use crate::audit;
use crate::config::Config;

/// List what looks like an assignment, target, deadline or citation and was not understood
///
/// One line a place, `file:line: kind: excerpt`; the last line says how many places look like facts, how
/// many of them are unread, and the percentage. With --quiet only that line.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu check plan.txt
  gangmu check documents/ | tail -1

Exit codes: 0 all documents were checked, whatever was found; 1 some could not be; 2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    names: Names,
    /// Files, folders and ZIP archives with all documents in them, documents in archives
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, config: &Config, quiet: bool) -> anyhow::Result<Done> {
    let knowledge = args.names.knowledge(config)?;
    let (files, mut failures) = source::find(&args.paths);
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut places, mut unread) = (0, 0);
    for path in files {
        match source::read(&path, &knowledge) {
            Ok(reading) => {
                let audit = audit::audit(&reading, &knowledge);
                places += audit.total();
                unread += audit.unread.len();
                for place in audit.unread.iter().filter(|_| !quiet) {
                    let (line, excerpt) = (place.line, &place.excerpt);
                    writeln!(out, "{}:{line}: {}: {excerpt}", path.display(), place.kind.label())?;
                }
            }
            Err(error) => failures.push(Failure { path, error }),
        }
    }
    out.flush()?;
    source::report(&failures);
    let share = if places == 0 { 0.0 } else { 100.0 * unread as f64 / places as f64 };
    writeln!(out, "{places} places, {unread} unread, {share:.2} %")?;
    out.flush()?;
    Ok(if failures.is_empty() { Done::All } else { Done::Partly })
}
