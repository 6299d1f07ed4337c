//! `gangmu serve`: pages and the SPARQL endpoint.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use super::Done;
use crate::config::Config;
use crate::store::Store;
use crate::web;

/// Serve a store: pages for people, SPARQL for programs
///
/// Pages at the address printed, the query endpoint at its /sparql. The store is read, not written: stop the
/// server to take more documents in.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu serve --store data/
  gangmu serve --store data/ --bind 0.0.0.0:80
  curl 'http://127.0.0.1:8080/sparql' --data-urlencode 'query=SELECT * { ?s ?p ?o } LIMIT 5'

Exit codes: 0 stopped by a signal; 1 the store or the address cannot be had; 2 wrong command line.")]
pub(super) struct Args {
    /// The store's directory; an empty store is made if it does not exist
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    bind: SocketAddr,
    /// Settings: limits, tokens, origins and others; without it the defaults hold
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Seconds that a query or an update may take, instead of what the settings say
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    query_timeout: Option<Duration>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number")?;
    Duration::try_from_secs_f64(seconds).map_err(|e| e.to_string())
}

pub(super) fn run(args: &Args, quiet: bool) -> anyhow::Result<Done> {
    let mut config = args.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
    if let Some(time) = args.query_timeout {
        config.limits.query_timeout = time;
    }
    let store = match Store::open_to_read(&args.store) {
        Err(crate::store::StoreError::Missing(_)) => {
            drop(Store::open(&args.store, None)?);
            Store::open_to_read(&args.store)?
        }
        opened => opened?,
    };
    let runtime = tokio::runtime::Runtime::new().context("no threads to serve with")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(args.bind).await.with_context(|| {
            format!("cannot listen at {}: choose another address with --bind", args.bind)
        })?;
        if !quiet {
            println!("http://{}/  (SPARQL at /sparql; Ctrl-C stops)", listener.local_addr()?);
        }
        web::serve(listener, store, &config).await.context("the server stopped")
    })?;
    Ok(Done::All)
}
