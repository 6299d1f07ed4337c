//! The command line: one file a subcommand.
//!
//! Exit codes: 0 when all that was asked is done; 1 when some of it could not be done (a document that
//! cannot be read, a query that is not SPARQL, a store in use), said on standard error; 2 when the command
//! line itself is wrong. Answers go to standard output, everything else to standard error; a reader that
//! closes the pipe early is no error.

mod backup;
mod check;
mod config;
mod doctor;
mod export;
mod extract;
mod flow;
mod index;
mod ingest;
mod load;
mod query;
mod restore;
mod serve;
mod settings;
mod show;
mod source;
mod stop;
mod token;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat, LogLevel};
use settings::{Given, NoStore};

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
    #[command(flatten)]
    given: Given,
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
    Config(config::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Doctor(doctor::Args),
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
    match run(&cli) {
        Ok(Done::All) => ExitCode::SUCCESS,
        Ok(Done::Partly) => ExitCode::FAILURE,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gangmu: {error:#}");
            if error.is::<NoStore>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<Done> {
    let settings = match (cli.given.settings(), &cli.command) {
        (Ok(settings), _) => settings,
        // Whose task it is to say so, beside what else there is.
        (Err(error), Command::Doctor(args)) => return doctor::without_settings(args, &error),
        (Err(error), _) => return Err(error.into()),
    };
    let config = &settings.config;
    log(cli.quiet, cli.verbose, &config.log);
    match &cli.command {
        Command::Ingest(args) => ingest::run(args, config, cli.quiet),
        Command::Extract(args) => extract::run(args, config),
        Command::Load(args) => load::run(args, config, cli.quiet),
        Command::Query(args) => query::run(args, config),
        Command::Serve(args) => serve::run(args, config, cli.quiet),
        Command::Export(args) => export::run(args, config),
        Command::Index(args) => index::run(args, config),
        Command::Show(args) => show::run(args, config),
        Command::Check(args) => check::run(args, config, cli.quiet),
        Command::Token(args) => token::run(args),
        Command::Config(_) => config::run(&settings),
        Command::Backup(args) => backup::run(args, config, cli.quiet),
        Command::Doctor(args) => doctor::run(args, config),
        Command::Restore(args) => restore::run(args, config, cli.quiet),
    }
}

/// Log lines on standard error: what the settings say, with `-v` what is being done (each request of a server), with
/// `-vv` everything; the variable `RUST_LOG` goes before these.
fn log(quiet: bool, verbose: u8, settings: &Log) {
    let level = match (quiet, verbose, settings.level) {
        (true, ..) | (_, 0, LogLevel::Error) => "error",
        (_, 0, LogLevel::Warn) => "warn",
        (_, 0, LogLevel::Info) | (_, 1, _) => "gangmu=info,warn",
        (_, 0, LogLevel::Debug) => "gangmu=debug,info",
        _ => "gangmu=trace,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // Colours are for people, not for journals and files.
    let lines = lines.with_ansi(io::stderr().is_terminal());
    match settings.format {
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
