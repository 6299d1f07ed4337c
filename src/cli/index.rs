//! `gangmu index`: the full-text index of a store, built anew.

use super::Done;
use super::settings::Place;
use crate::config::Config;

/// Build the full-text index of a store anew
///
/// The index is kept in step with the store; this is for one that was lost or is in doubt. It needs the store alone.
/// Behind an endpoint it also tells all servers over it to build theirs anew: after the engine's own bulk loader ran.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu index --store data/

Exit codes: 0 built; 1 not (no such store, or in use); 2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: &Args, config: &Config) -> anyhow::Result<Done> {
    // Opening to write would make a store at a mistyped path.
    drop(args.place.open_to_read(config)?);
    args.place.open(config, None)?.rebuild_index()?;
    Ok(Done::All)
}
