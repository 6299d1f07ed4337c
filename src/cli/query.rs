//! `gangmu query`: a SPARQL question to a store.

use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::model::Term;
use oxigraph::sparql::QueryResults;
use oxigraph::sparql::results::QueryResultsFormat;

use super::Done;
use super::settings::Place;
use crate::config::Config;
use crate::rdf::vocab::PREFIXES;
use crate::store::{Answer, AnswerFormat, QueryError, Store};

/// Ask a store in SPARQL
///
/// The default graph is the union of all graphs unless the query names a dataset (FROM, FROM NAMED).
/// CONSTRUCT and DESCRIBE answer in Turtle, or in JSON-LD with --results json.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu query --store data/ --query queries/lineage.rq
  gangmu query --store data/ --query queries/targets-due.rq --results csv > due.csv
  gangmu query --store data/ --text 'SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }'

Exit codes: 0 answered; 1 not (no such store, not SPARQL); 2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    question: Question,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Form::Table)]
    results: Form,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Question {
    /// A file with the query; - for standard input
    #[arg(long, value_name = "FILE")]
    query: Option<PathBuf>,
    /// The query itself
    #[arg(long, value_name = "SPARQL")]
    text: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Table,
    Json,
    Csv,
    Tsv,
    Xml,
}

pub(super) fn run(args: &Args, config: &Config) -> anyhow::Result<Done> {
    let text = args.question.text()?;
    let store = args.place.open_to_read(config)?;
    let answer = store.query(&text)?.run(&store)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let triples = match args.results {
        Form::Json => RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() },
        _ => RdfFormat::Turtle,
    };
    let rows = match args.results {
        Form::Table if !answer.is_graph() => {
            table(answer, &store, &mut out)?;
            out.flush()?;
            return Ok(Done::All);
        }
        Form::Table | Form::Tsv => QueryResultsFormat::Tsv,
        Form::Json => QueryResultsFormat::Json,
        Form::Csv => QueryResultsFormat::Csv,
        Form::Xml => QueryResultsFormat::Xml,
    };
    answer.write(AnswerFormat { rows, triples }, &mut out)?;
    out.flush()?;
    Ok(Done::All)
}

impl Question {
    fn text(&self) -> anyhow::Result<String> {
        match &self.query {
            None => Ok(self.text.clone().unwrap_or_default()),
            Some(path) if path.as_os_str() == "-" => {
                let mut text = String::new();
                io::stdin()
                    .read_to_string(&mut text)
                    .context("standard input is not UTF-8 text")?;
                Ok(text)
            }
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("the query in {} cannot be read", path.display())),
        }
    }
}

/// A table for people: names shortened, columns fitted to the terminal where there is one.
fn table(answer: Answer, store: &Store, out: &mut impl Write) -> anyhow::Result<()> {
    let solutions = match answer.into_inner() {
        QueryResults::Boolean(value) => return Ok(writeln!(out, "{value}")?),
        QueryResults::Solutions(solutions) => solutions,
        QueryResults::Graph(_) => return Ok(()),
    };
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(solutions.variables().iter().map(|variable| variable.as_str()));
    table.set_content_arrangement(if io::stdout().is_terminal() {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    let columns = solutions.variables().to_vec();
    let mut count = 0;
    for solution in solutions {
        let solution = solution.map_err(QueryError::from)?;
        let cell = |name| {
            solution.get(name).map_or_else(String::new, |term| short(term, store.base().as_str()))
        };
        table.add_row(columns.iter().map(cell));
        count += 1;
    }
    writeln!(out, "{table}")?;
    writeln!(out, "{count} {}", if count == 1 { "row" } else { "rows" })?;
    Ok(())
}

/// A term as a person reads it: the value of a literal, the path of an IRI of the store, a prefixed name.
fn short(term: &Term, base: &str) -> String {
    let iri = match term {
        Term::Literal(literal) => return literal.value().to_owned(),
        Term::NamedNode(node) => node.as_str(),
        other => return other.to_string(),
    };
    if let Some(path) = iri.strip_prefix(base) {
        return format!("<{path}>");
    }
    let prefixed = PREFIXES
        .iter()
        .find_map(|(prefix, namespace)| Some((prefix, iri.strip_prefix(namespace)?)));
    prefixed.map_or_else(|| format!("<{iri}>"), |(prefix, name)| format!("{prefix}:{name}"))
}
