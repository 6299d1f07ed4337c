//! `gangmu export`: the graph as a file.

use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use oxigraph::io::RdfFormat;

use super::Done;
use super::settings::Place;
use crate::config::Config;

/// Write a store's graph to standard output
///
/// With --canonical two stores of the same content give the same bytes (RDFC-1.0, sorted N-Quads).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu export --store data/ > everything.nq
  gangmu export --store data/ --format ttl --graph http://127.0.0.1:8080/version/… > one.ttl
  gangmu export --store data/ --canonical | sha256sum

Exit codes: 0 written; 1 not (no such store or graph); 2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    /// N-Quads, TriG and JSON-LD keep the graphs apart; Turtle holds all triples without their graphs
    #[arg(long, value_enum, default_value_t = Format::Nq)]
    format: Format,
    /// One graph only
    #[arg(long, value_name = "IRI")]
    graph: Option<String>,
    /// The canonical form, as N-Quads
    #[arg(long, conflicts_with = "format")]
    canonical: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Nq,
    Trig,
    Ttl,
    Jsonld,
}

pub(super) fn run(args: &Args, config: &Config) -> anyhow::Result<Done> {
    let store = args.place.open_to_read(config)?;
    let dump = store.dump(args.graph.as_deref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        _ if args.canonical => dump.write_canonical(&mut out)?,
        Format::Nq => dump.write(RdfFormat::NQuads, &mut out)?,
        Format::Trig => dump.write(RdfFormat::TriG, &mut out)?,
        Format::Ttl => dump.write(RdfFormat::Turtle, &mut out)?,
        Format::Jsonld => dump.write_json_ld(&mut out)?,
    }
    out.flush()?;
    Ok(Done::All)
}
