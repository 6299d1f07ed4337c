//! `gangmu config`: the settings in force.

use std::io::{self, Write};

use super::Done;
use crate::config::{ADMIN_TOKEN, Role, Settings, Token};

/// Show the settings in force, and where each is from
///
/// In the form of a settings file. Later ones go before earlier ones: the defaults, the settings file, the environment
/// (GANGMU_LIMITS__QUERY_TIMEOUT=10), --set. Of tokens there are digests only; a password is hidden.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu config
  gangmu config --config /etc/gangmu/gangmu.toml | grep -v '# default$'    what was changed

Exit codes: 0 shown; 1 a setting is not known or its value is wrong (named); 2 wrong command line.")]
pub(super) struct Args {}

pub(super) fn run(settings: &Settings) -> anyhow::Result<Done> {
    let mut out = io::stdout().lock();
    for (key, value, origin) in settings.iter() {
        writeln!(out, "{key} = {value}  # {origin}")?;
    }
    if let Some(token) = std::env::var(ADMIN_TOKEN).ok().filter(|token| !token.is_empty()) {
        let digest = Token::new(ADMIN_TOKEN, Role::Admin, &token).sha256;
        writeln!(out, "# {ADMIN_TOKEN} gives a token of the role admin; its sha256 is {digest}")?;
    }
    Ok(Done::All)
}
