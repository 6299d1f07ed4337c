//! `gangmu token`: tokens for those who may write, or read where reading is closed.

use std::io::{self, Write};

use anyhow::Context;
use serde::Serialize;

use super::Done;
use crate::config::{Role, Token};

/// Make tokens
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    New(New),
}

/// Make a token and print it, this once, with the settings that make it known to the server
///
/// The first line is the token, for its holder: it is kept nowhere. What follows is for the settings file of
/// `gangmu serve --config FILE`; it holds the token's SHA-256 only.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu token new --name 督查室 --role editor
  gangmu serve --store data/ --config gangmu.toml     # with the settings printed in gangmu.toml
  curl -H 'Authorization: Bearer gm_…' --data-binary @plan.txt -H 'Content-Type: text/plain' \\
    'http://127.0.0.1:8080/documents?name=plan.txt'

Roles: reader (reads, where access.read = \"token\"), editor (also documents, graphs and updates), admin (also
running queries). Each may also do what the ones before it may.")]
struct New {
    /// Whose token it is, as the settings and the log name it
    #[arg(long)]
    name: String,
    /// What its holder may do
    #[arg(long)]
    role: Role,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    let Command::New(New { name, role }) = &args.command;
    let mut random = [0; 32];
    getrandom::fill(&mut random).context("the system gives no random numbers")?;
    let secret = format!("gm_{}", hex::encode(random));
    let settings = toml::to_string(&Settings::of(Token::new(name, *role, &secret)))?;
    write!(io::stdout(), "{secret}\n\n{settings}")?;
    Ok(Done::All)
}

/// The settings that make a token known.
#[derive(Serialize)]
struct Settings {
    access: Access,
}

#[derive(Serialize)]
struct Access {
    tokens: [Token; 1],
}

impl Settings {
    fn of(token: Token) -> Self {
        Self { access: Access { tokens: [token] } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_are_to_be_pasted() {
        let token = Token::new("a \"b\"", Role::Editor, "secret");
        let text = toml::to_string(&Settings::of(token)).unwrap();
        assert!(text.starts_with("[[access.tokens]]\n"), "{text}");
        let read: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(read["access"]["tokens"][0]["name"].as_str(), Some("a \"b\""));
        assert_eq!(read["access"]["tokens"][0]["role"].as_str(), Some("editor"));
    }
}
