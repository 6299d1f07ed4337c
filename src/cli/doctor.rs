//! `gangmu doctor`: what is wrong with a store, and what to do about it.

use std::io::{self, Write};
use std::path::Path;

use super::Done;
use super::settings::Place;
use crate::config::{Config, ConfigError};
use crate::store::{Doctor, Finding, Status};

/// Look for faults of a store, its search index and the settings; nothing is changed
///
/// One line a check, and what to do where it is not ok: settings, format, disk, lock, database (its own indexes agree),
/// index (in step, undamaged), versions (texts and quotes), shapes (ontology/shapes.ttl), identities, programs. All of the
/// store is read: minutes for millions of triples.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu doctor --store data/
  gangmu doctor --json | jq '.[] | select(.status != \"ok\")'

Exit codes: 0 nothing worse than warnings; 1 errors; 2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    /// For programs: a list of check, status (ok, warning, error), message and remedy
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, config: &Config) -> anyhow::Result<Done> {
    let dir = args.place.dir(config)?;
    look(args.json, &dir, Finding::ok("settings", "all of them can be read"))
}

/// The same where there are no settings, and why.
pub(super) fn without_settings(args: &Args, error: &ConfigError) -> anyhow::Result<Done> {
    let remedy = "put it right; gangmu config shows the settings in force";
    let settings = Finding::error("settings", error.to_string(), remedy);
    let config = Config::default();
    match args.place.dir(&config) {
        Ok(dir) => look(args.json, &dir, settings),
        Err(_) => report(args.json, &[settings]),
    }
}

fn look(json: bool, dir: &Path, settings: Finding) -> anyhow::Result<Done> {
    let mut findings = Vec::new();
    let mut failed = Ok(());
    let mut tell = |finding: Finding| {
        if !json && failed.is_ok() {
            failed = line(&finding);
        }
        findings.push(finding);
    };
    tell(settings);
    Doctor { dir, tell: &mut tell }.look();
    failed?;
    if json { report(json, &findings) } else { Ok(done(&findings)) }
}

fn report(json: bool, findings: &[Finding]) -> anyhow::Result<Done> {
    if json {
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(findings)?)?;
    } else {
        findings.iter().try_for_each(line)?;
    }
    Ok(done(findings))
}

fn line(finding: &Finding) -> io::Result<()> {
    let status = match finding.status {
        Status::Ok => "ok",
        Status::Warning => "warning",
        Status::Error => "error",
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{status:<8} {:<10} {}", finding.check, finding.message)?;
    match &finding.remedy {
        Some(remedy) => writeln!(out, "{:<20}→ {remedy}", ""),
        None => Ok(()),
    }
}

fn done(findings: &[Finding]) -> Done {
    let worst = findings.iter().map(|finding| finding.status).max();
    if worst == Some(Status::Error) { Done::Partly } else { Done::All }
}
