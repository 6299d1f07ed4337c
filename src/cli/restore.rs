//! `gangmu restore`: a store from a backup.

use std::io::{self, Write};
use std::path::PathBuf;

use super::Done;
use super::settings::Place;
use crate::config::Config;
use crate::store::{self, Contents};

/// Make a store from a backup, in a directory that is empty or does not exist
///
/// The backup is checked to its end before the store is in its place, whole and with its search index; until then it is
/// made beside it, in a directory of the same name with .restoring behind it, which takes as much room. A backup of an
/// older version is brought to the format of this one.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu restore gangmu-20261129T021500Z.nq.zst --store new/
  gangmu doctor --store new/

Exit codes: 0 restored; 1 not (said why; the directory is as it was); 2 wrong command line.")]
pub(super) struct Args {
    /// What `gangmu backup` has written
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: &Args, config: &Config, quiet: bool) -> anyhow::Result<Done> {
    let dir = args.place.dir(config)?;
    let Contents { quads, graphs, base, written } = store::restore(&args.file, &dir)?;
    if !quiet {
        let dir = dir.display();
        writeln!(
            io::stdout(),
            "{dir}: {quads} quads in {graphs} graphs of <{base}>, as of {written}"
        )?;
    }
    Ok(Done::All)
}
