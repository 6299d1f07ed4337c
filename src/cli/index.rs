//! `gangmu index`: the full-text index of a store, built anew.

use std::path::PathBuf;

use super::Done;
use crate::store::Store;

/// Build the full-text index of a store anew
///
/// The index is kept in step with the store; this is for one that was lost or is in doubt. It needs the store alone.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu index --store data/

Exit codes: 0 built; 1 not (no such store, or in use); 2 wrong command line.")]
pub(super) struct Args {
    /// The store's directory
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    // Opening to write would make a store at a mistyped path.
    drop(Store::open_to_read(&args.store)?);
    Store::open(&args.store, None)?.rebuild_index()?;
    Ok(Done::All)
}
