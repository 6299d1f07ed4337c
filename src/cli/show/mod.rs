//! `gangmu show`: what the program reads in one document.

pub(super) mod json;
mod text;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::Done;
use super::source::{self, Names};
use crate::config::Config;

/// Show what the program reads in one document
///
/// The header, the outline, and at each task who does it, by when, to what measure, under which policy, and
/// the words of the document that say so, with their place in the file: its page, or the row of a table or a
/// sheet, else the line.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu show plan.txt | less
  gangmu show papers.zip/2024/plan.xlsx
  gangmu show --json plan.txt | jq '.items[] | select(.responsibilities != [])'

Exit codes: 0 shown; 1 the document cannot be read; 2 wrong command line.")]
pub(super) struct Args {
    /// For programs: JSON, positions in Unicode code points of the clean text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    names: Names,
    /// A document, also one in a ZIP archive
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

pub(super) fn run(args: &Args, config: &Config) -> anyhow::Result<Done> {
    let knowledge = args.names.knowledge(config)?;
    let (files, failures) = source::find(std::slice::from_ref(&args.path));
    source::report(&failures);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut done = if failures.is_empty() { Done::All } else { Done::Partly };
    for path in files {
        match source::read(&path, &knowledge) {
            Ok(reading) if args.json => json::write(&reading, &mut out)?,
            Ok(reading) => text::write(&reading, &mut out)?,
            Err(error) => {
                source::report(&[source::Failure { path, error }]);
                done = Done::Partly;
            }
        }
    }
    out.flush()?;
    Ok(done)
}
