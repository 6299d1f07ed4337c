//! `gangmu extract`: documents to triples, as a filter without a store.

mod record;

use std::io::{self, BufReader, BufWriter, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::ValueEnum;
use oxigraph::io::{RdfFormat, RdfSerializer};
use serde_json::{Value, json};

use super::Done;
use super::flow::{self, Job, ROOM};
use super::show;
use super::source::{self, Names};
use crate::config::Config;
use crate::knowledge::Knowledge;
use crate::pipeline::Reading;
use crate::rdf::{self, Base};
use crate::store;
use record::{Bad, Content, Record};

/// Turn documents into triples or facts, without a store
///
/// Documents come in as JSON Lines and what they say goes out in their order. Nothing is kept from one document to the
/// next, so that any number of these can run side by side on any machines; gangmu load takes their N-Quads into a store.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu extract --jsonl < documents.jsonl > part.nq
  gangmu extract --jsonl --format jsonl --names our-agencies.toml < documents.jsonl > facts.jsonl
  echo '{\"id\": 1, \"path\": \"plan.txt\"}' | gangmu extract --jsonl | gangmu load --store data/ -

A record: {\"id\": …, \"path\": …} a file, or \"text\": … a text, or \"base64\": … the bytes of a file; \"name\" is the
file's name, whose ending tells the format: needed with base64, otherwise that of the path, or ID.txt. Other members
are ignored. Up to 64 MB a document.

N-Quads are what gangmu ingest writes for the document itself: the graph of its version, and what it says of bodies,
places and works in the shared graphs. Which version of a work is current is not among them: gangmu load settles it.
Facts are {\"id\": …, and what gangmu show --json gives}; where a document cannot be read, {\"id\": …, \"error\": …}.

Exit codes: 0 all were read; 1 some were not (each is named by its number and id as it comes); 2 wrong command line.")]
pub(super) struct Args {
    /// Documents come from standard input, one JSON object a line
    #[arg(long, required = true)]
    jsonl: bool,
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Nquads)]
    format: Format,
    /// What all IRIs of the data begin with, ending with a slash, instead of the setting store.base_iri; that of the
    /// store they are for [default: http://127.0.0.1:8080/]
    #[arg(long, value_name = "IRI")]
    base_iri: Option<String>,
    #[command(flatten)]
    names: Names,
    /// Threads that read documents [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Nquads,
    Jsonl,
}

pub(super) fn run(args: &Args, config: &Config) -> anyhow::Result<Done> {
    let knowledge = args.names.knowledge(config)?;
    let base = args.base_iri.as_deref().or(config.store.base_iri.as_deref());
    let base = store::base(base.unwrap_or(store::DEFAULT_BASE))?;
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let threads = args.threads.map_or_else(flow::cores, usize::from);
    let records = record::records(BufReader::with_capacity(1 << 18, io::stdin()));
    let records = records.map(|record| Job { bytes: record.bytes(), what: record });
    let read = |record: Record| {
        let Record { number, id, content } = record;
        let written =
            content.and_then(|content| written(content, &id, args.format, &knowledge, &base));
        (number, id, written)
    };
    let mut done = Done::All;
    flow::in_order(records, threads, ROOM, read, |ready| {
        for (number, id, written) in ready {
            let lines = match written {
                Ok(lines) => lines,
                Err(reason) => {
                    done = Done::Partly;
                    eprintln!("gangmu: record {number} ({id}): {reason}");
                    match args.format {
                        Format::Nquads => Vec::new(),
                        Format::Jsonl => line(&json!({ "id": id, "error": reason.to_string() }))?,
                    }
                }
            };
            out.write_all(&lines)?;
        }
        // Who reads the other end may wait for each document.
        Ok(out.flush()?)
    })?;
    Ok(done)
}

/// A record's part of the output.
fn written(
    content: Content,
    id: &Value,
    format: Format,
    knowledge: &Arc<Knowledge>,
    base: &Base,
) -> Result<Vec<u8>, Bad> {
    let (name, bytes) = content.load()?;
    let reading = source::read_bytes(&name, bytes, knowledge)?;
    Ok(match format {
        Format::Nquads => quads(&reading, base)?,
        Format::Jsonl => {
            let mut facts = show::json::document(&reading);
            if let Value::Object(facts) = &mut facts {
                facts.insert("id".to_owned(), id.clone());
            }
            line(&facts)?
        }
    })
}

fn quads(reading: &Reading, base: &Base) -> io::Result<Vec<u8>> {
    let described = rdf::quads(&reading.as_rdf(), base);
    let mut writer = RdfSerializer::from_format(RdfFormat::NQuads).for_writer(Vec::new());
    for quad in described.own.iter().chain(described.shared.iter()) {
        writer.serialize_quad(quad)?;
    }
    writer.finish()
}

fn line(value: &Value) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}
