//! `gangmu load`: what `gangmu extract` wrote, into a store.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use flate2::bufread::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Done;
use super::settings::Place;
use crate::config::Config;
use crate::store::Part;

/// Load N-Quads that gangmu extract wrote
///
/// Which version of a work is the current one is settled here, since extraction sees one document at a time: versions of a
/// work follow each other in the order of their file names, whatever the order of the parts, and after those that
/// the store has. An empty store gets all or nothing. In another one each version is whole or not there; after a load that
/// was stopped, the same command does the rest.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu load --store data/ parts/part-*.nq.gz
  gangmu extract --jsonl < documents.jsonl | gangmu load --store data/ -

Parts: N-Quads, plain or compressed with gzip. Loading a part again changes nothing.
Exit codes: 0 loaded; 1 not (the file and line are named); 2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    /// The base IRI that the parts were extracted with, where the store is yet to be made
    /// [default: http://127.0.0.1:8080/]
    #[arg(long, value_name = "IRI")]
    base_iri: Option<String>,
    /// Files of N-Quads; - for standard input
    #[arg(required = true, value_name = "PART")]
    parts: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, config: &Config, quiet: bool) -> anyhow::Result<Done> {
    let bar = bar(&args.parts, quiet);
    // All are there before anything begins.
    let parts = args.parts.iter().map(|path| open(path, &bar)).collect::<Result<_, _>>()?;
    let store = args.place.open(config, args.base_iri.as_deref())?;
    let begun = Instant::now();
    let loaded = store.load(parts)?;
    let took = begun.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let begun = Instant::now();
    store.flush()?;
    if !quiet {
        let rate = loaded.quads as f64 / took.max(1e-3);
        writeln!(
            io::stdout(),
            "{} versions, {} statements in {took:.1} s ({rate:.0}/s); search index in {:.1} s",
            loaded.versions,
            loaded.quads,
            begun.elapsed().as_secs_f64()
        )?;
    }
    if loaded.history > 0 && !quiet {
        eprintln!(
            "gangmu: {} statements on which version is current were left out: loading settles that",
            loaded.history
        );
    }
    Ok(Done::All)
}

fn open<'a>(path: &Path, bar: &ProgressBar) -> anyhow::Result<Part<'a>> {
    let name = path.display().to_string();
    let cannot = || format!("{name} cannot be opened or read");
    let content: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(io::stdin()),
        _ => Box::new(File::open(path).with_context(cannot)?),
    };
    let mut content = BufReader::with_capacity(1 << 18, bar.wrap_read(content));
    let is_gzip = content.fill_buf().with_context(cannot)?.starts_with(&[0x1f, 0x8b]);
    let content: Box<dyn Read> =
        if is_gzip { Box::new(MultiGzDecoder::new(content)) } else { Box::new(content) };
    Ok(Part { name, content })
}

fn bar(parts: &[PathBuf], quiet: bool) -> ProgressBar {
    let bytes = parts.iter().filter_map(|part| part.metadata().ok()).map(|part| part.len()).sum();
    let style = ProgressStyle::with_template(
        "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
    );
    let bar =
        ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    if quiet || !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}
