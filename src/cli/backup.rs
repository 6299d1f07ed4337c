//! `gangmu backup`: all that a store says, as one file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

use super::Done;
use super::settings::Place;
use crate::config::{ADMIN_TOKEN, Config};
use crate::store::{self, Contents, Store, StoreError};

/// Write all that a store says into one file, from which `gangmu restore` makes the store anew
///
/// The file holds one state of all graphs, however much is written meanwhile. A store that a server has open to write is
/// backed up through the server (--server), with a token of the role admin. The file is there under its name only when
/// it is whole and was checked; a file that is there already is never replaced. Settings and files of names are not in it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  gangmu backup --store data/ /backup/                      a new file in a directory, named by the time
  gangmu backup --server http://127.0.0.1:8080/ --token-file /etc/gangmu/token /backup/
  gangmu restore /backup/gangmu-20261129T021500Z.nq.zst --store new/
  zstd -dc /backup/gangmu-20261129T021500Z.nq.zst | head    the file is N-Quads, packed with zstd

Exit codes: 0 written; 1 not (said why; there is no such file then); 2 wrong command line.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    /// The address of a running server, whose store is backed up
    #[arg(long, value_name = "URL", conflicts_with = "store")]
    server: Option<String>,
    /// A file that holds a token of the role admin, for the server; without it, GANGMU_ADMIN_TOKEN
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
    /// The file to write, or a directory to write one in
    #[arg(value_name = "FILE|DIR")]
    to: PathBuf,
}

pub(super) fn run(args: &Args, config: &Config, quiet: bool) -> anyhow::Result<Done> {
    let path = if args.to.is_dir() { args.to.join(name()) } else { args.to.clone() };
    if path.exists() {
        bail!("{} is there already: name another file, or a directory", path.display());
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || format!("{} cannot be written", path.display());
    let mut draft =
        tempfile::Builder::new().prefix(".gangmu-backup-").tempfile_in(dir).with_context(write)?;
    let contents = match &args.server {
        Some(server) => {
            fetch(server, args, &mut draft).with_context(|| format!("no backup of {server}"))?
        }
        None => open(&args.place.dir(config)?)?.back_up(io::BufWriter::new(draft.as_file()))?,
    };
    draft.as_file().sync_all().with_context(write)?;
    draft.persist_noclobber(&path).with_context(write)?;
    File::open(dir).and_then(|dir| dir.sync_all()).with_context(write)?;
    if !quiet {
        let Contents { quads, graphs, .. } = contents;
        writeln!(io::stdout(), "{}: {quads} quads in {graphs} graphs", path.display())?;
    }
    Ok(Done::All)
}

/// `gangmu-20261129T021500Z.nq.zst`: of two the later one sorts behind.
fn name() -> String {
    format!("gangmu-{}.nq.zst", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"))
}

fn open(dir: &Path) -> anyhow::Result<Store> {
    let opened = Store::open_as_it_is(dir);
    match opened {
        Err(error @ StoreError::Locked(_)) => Err(anyhow::Error::new(error)
            .context("while a server writes, back up through it: --server URL --token-file FILE")),
        opened => Ok(opened?),
    }
}

/// Has the server send a backup, and checks what came.
fn fetch(server: &str, args: &Args, draft: &mut NamedTempFile) -> anyhow::Result<Contents> {
    let token = match &args.token_file {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("the token in {} cannot be read", file.display()))?,
        None => std::env::var(ADMIN_TOKEN).ok().context(
            "a token of the role admin is needed: --token-file FILE, or GANGMU_ADMIN_TOKEN",
        )?,
    };
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = agent.get(format!("{}/backup", server.trim_end_matches('/')));
    let mut response =
        request.header("authorization", format!("Bearer {}", token.trim())).call()?;
    if !response.status().is_success() {
        let said: serde_json::Value =
            serde_json::from_reader(response.body_mut().as_reader()).unwrap_or_default();
        let part = |name: &str| said[name].as_str().map(str::to_owned);
        let parts: Vec<_> = ["title", "detail", "remedy"].into_iter().filter_map(part).collect();
        bail!("it answers {}: {}", response.status(), parts.join("; "));
    }
    io::copy(&mut response.body_mut().as_reader(), draft).context("the transfer broke off")?;
    Ok(store::check(draft.path())?)
}
