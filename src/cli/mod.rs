//! The command line: one file a subcommand.
//!
//! Exit codes: 0 when all that was asked is done; 1 when some of it could not be done (a document that
//! cannot be read, a query that is not SPARQL, a store in use), said on standard error; 2 when the command
//! line itself is wrong. Answers go to standard output, everything else to standard error; a reader that
//! closes the pipe early is no error.

mod check;
mod export;
mod extract;
mod flow;
mod index;
mod ingest;
mod load;
mod query;
mod serve;
mod show;
mod source;
mod stop;
mod token;

use std::io;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// 纲目: who must do what, by when, to what measure, under which policy, and which sentence says so.
#[derive(Parser)]
#[command(
    name = "gangmu",
    version,
    about,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  gangmu ingest --store data/ documents/        take a folder of documents into a store
  gangmu query --store data/ --query queries/lineage.rq
  gangmu serve --store data/                    pages and a SPARQL endpoint at http://127.0.0.1:8080/
  gangmu show documents/plan.txt                what the program reads in one document

Exit codes: 0 done; 1 some of it could not be done; 2 wrong command line."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say nothing but what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    Ingest(ingest::Args),
    Extract(extract::Args),
    Load(load::Args),
    Query(query::Args),
    Serve(serve::Args),
    Export(export::Args),
    Index(index::Args),
    Show(show::Args),
    Check(check::Args),
    Token(token::Args),
}

/// Whether all that was asked could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    All,
    /// What could not be done has been said already.
    Partly,
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let format = match &cli.command {
        Command::Serve(args) => args.log_format(),
        _ => LogFormat::Text,
    };
    log(cli.quiet, cli.verbose, format);
    let done = match &cli.command {
        Command::Ingest(args) => ingest::run(args, cli.quiet),
        Command::Extract(args) => extract::run(args),
        Command::Load(args) => load::run(args, cli.quiet),
        Command::Query(args) => query::run(args),
        Command::Serve(args) => serve::run(args, cli.quiet),
        Command::Export(args) => export::run(args),
        Command::Index(args) => index::run(args),
        Command::Show(args) => show::run(args),
        Command::Check(args) => check::run(args, cli.quiet),
        Command::Token(args) => token::run(args),
    };
    match done {
        Ok(Done::All) => ExitCode::SUCCESS,
        Ok(Done::Partly) => ExitCode::FAILURE,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gangmu: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Log lines on standard error: warnings, with `-v` what is being done (each request of a server), with `-vv`
/// everything; the variable `RUST_LOG` goes before these.
fn log(quiet: bool, verbose: u8, format: LogFormat) {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        (_, 0) => "warn",
        (_, 1) => "gangmu=info,warn",
        _ => "gangmu=trace,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).init(),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
