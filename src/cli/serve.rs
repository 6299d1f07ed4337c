//! `gangmu serve`: pages and the SPARQL endpoint.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use super::Done;
use super::ingest::Following;
use super::settings::Place;
use super::source::Names;
use crate::config::{self, Config};
use crate::store::{Services, Store, StoreError};
use crate::web;

/// Serve a store: pages for people, SPARQL for programs
///
/// Pages at the address printed, the query endpoint at its /sparql. Without tokens and watched folders the store is only
/// read: stop the server to take more documents in. With a token of the role editor or admin, its holder may send
/// documents (POST /documents), graphs (/store) and updates (/update). With --watch the server takes in what is put into
/// folders, changed there and removed, as gangmu ingest --watch does; that lets nobody write over HTTP. In either case no
/// other process may have the store open.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu serve --store data/
  gangmu serve --store data/ --bind 0.0.0.0:80
  gangmu serve --store data/ --watch documents/       follow a folder
  curl 'http://127.0.0.1:8080/sparql' --data-urlencode 'query=SELECT * { ?s ?p ?o } LIMIT 5'
  gangmu serve --config /etc/gangmu/gangmu.toml       store, address and all else from the settings
  gangmu token new --name 督查室 --role editor         a token, and the settings that make it known
  GANGMU_ADMIN_TOKEN=… gangmu serve --store data/     a token of the role admin for this process

What cannot be taken in from a watched folder is logged on standard error as an error, what was taken in at the level
info, and both go into the report, which is as that of gangmu ingest.

Exit codes: 0 stopped by a signal; 1 the store or the address cannot be had, or a second signal while files were taken
in; 2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    /// Where to listen, instead of the setting serve.bind
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,
    /// Seconds that a query or an update may take, instead of the setting limits.query_timeout
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    query_timeout: Option<Duration>,
    /// Follow these files and folders, instead of the setting serve.watch
    #[arg(long, value_name = "PATH", num_args = 1..)]
    watch: Vec<PathBuf>,
    /// Write what became of each file that is watched, as JSON Lines; a file of this name is replaced
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    names: Names,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number")?;
    Duration::try_from_secs_f64(seconds).map_err(|e| e.to_string())
}

pub(super) fn run(args: &Args, config: &Config, quiet: bool) -> anyhow::Result<Done> {
    let mut config = config.clone();
    if let Some(time) = args.query_timeout {
        config.limits.query_timeout = time;
    }
    let watched = if args.watch.is_empty() { &config.serve.watch } else { &args.watch };
    if args.report.is_some() && watched.is_empty() {
        anyhow::bail!(
            "--report tells of what is watched: name that with --watch, or with the setting serve.watch"
        );
    }
    let place = args.place.settings(&config)?;
    let base = config.store.base_iri.as_deref();
    let (store, knowledge) = if web::anyone_writes(&config) || !watched.is_empty() {
        (Store::at(&place, base)?, Some(args.names.knowledge(&config)?))
    } else {
        (to_read(&place, base)?, None)
    };
    let store = Arc::new(store.with_services(Services::new(&config.federation)));
    let bind = args.bind.unwrap_or(config.serve.bind);
    let runtime = web::runtime().context("no threads to serve with")?;
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind(bind))
        .with_context(|| format!("cannot listen at {bind}: choose another address with --bind"))?;
    if !quiet {
        println!("http://{}/  (SPARQL at /sparql; Ctrl-C stops)", listener.local_addr()?);
    }
    tell_manager();
    let serve = || {
        let serving = web::serve(listener, Arc::clone(&store), knowledge.clone(), &config);
        runtime.block_on(serving).context("the server stopped")
    };
    let served = match &knowledge {
        Some(knowledge) if !watched.is_empty() => {
            let (paths, store, report) = (watched.as_slice(), &*store, args.report.as_deref());
            Following { paths, store, knowledge, report }.during(serve).flatten()
        }
        _ => serve(),
    };
    // Not dropped: that would wait for a query which did not stop in time.
    runtime.shutdown_background();
    served.map(|()| Done::All)
}

/// Tells the service manager that started this process, if one did, that it can be asked now.
fn tell_manager() {
    #[cfg(unix)]
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Ready]) {
        tracing::warn!(%error, "the service manager could not be told that the server is ready");
    }
}

/// The store at a place, which is made if need be.
fn to_read(place: &config::Store, base: Option<&str>) -> Result<Store, StoreError> {
    match Store::at_to_read(place) {
        Err(StoreError::Missing(_)) => {
            drop(Store::at(place, base)?);
            Store::at_to_read(place)
        }
        opened => opened,
    }
}
