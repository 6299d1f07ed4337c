//! What an endpoint remembers of the store, in a graph of its own: the base IRI, how often it was changed and which
//! graphs by which change, and who is writing.
//!
//! All servers over one endpoint go by it: a change that one of them makes is seen by the others as soon as they look
//! again, which is after [`FRESH`] at the latest.

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use oxigraph::model::Term;
use oxigraph::sparql::QuerySolution;

use super::{Endpoint, RemoteError};

/// The graph, and the thing it speaks of.
pub(super) const REGISTER: &str = "urn:gangmu:store";
pub(super) const BASE: &str = "urn:gangmu:base";
pub(super) const EPOCH: &str = "urn:gangmu:epoch";
pub(super) const REVISION: &str = "urn:gangmu:revision";
pub(super) const CHANGED: &str = "urn:gangmu:changed";
pub(super) const WRITER: &str = "urn:gangmu:writer";
/// Of a graph: the number of the last change that touched it.
pub(super) const CHANGED_IN: &str = "urn:gangmu:changedIn";
/// Stands for all graphs, where a change leaves open which ones it touched.
pub(super) const ALL: &str = "urn:gangmu:all";

/// How long what was read of the register counts as the present.
const FRESH: Duration = Duration::from_secs(1);
/// Seconds after which a writer that has not said that it ended counts as gone.
const LEASE: u64 = 120;
/// How long a writer waits for another.
const PATIENCE: Duration = Duration::from_secs(150);
/// How long a writer waits before it looks again, and at most as long again.
const PAUSE: Duration = Duration::from_millis(60);

/// A state of the store behind an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Stamp {
    /// Drawn when the store was made.
    pub(in crate::store) epoch: u64,
    /// How often it was changed since.
    pub(in crate::store) revision: u64,
    /// When it was last changed, in seconds since 1970; 0 where it never was.
    pub(in crate::store) changed: u64,
}

/// What the register says.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub(super) base: Option<String>,
    epoch: Option<u64>,
    revision: u64,
    changed: u64,
    /// Who says to be writing, and until when.
    writers: Vec<(String, u64)>,
}

impl Register {
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let (revision, changed) = (self.revision, self.changed);
        self.epoch.map(|epoch| Stamp { epoch, revision, changed })
    }
}

/// The statements of the register that a stamp is.
pub(super) fn statements(stamp: &Stamp) -> String {
    let Stamp { epoch, revision, changed } = stamp;
    format!(
        "<{REGISTER}> <{EPOCH}> \"{epoch:016x}\" ; <{REVISION}> {revision} ; <{CHANGED}> \"{changed}\" . "
    )
}

/// The statement that someone is writing.
fn writer(name: &str) -> String {
    format!("<{REGISTER}> <{WRITER}> \"{name}\" . ")
}

/// Statements in the graph of the register.
pub(super) fn registered(statements: &str) -> String {
    format!("GRAPH <{REGISTER}> {{ {statements}}}")
}

pub(super) fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// That this process is the one that writes.
pub(super) struct Turn<'a> {
    endpoint: &'a Endpoint,
    /// What the register says of it.
    said: String,
    pub(super) before: Stamp,
    ended: bool,
}

impl Endpoint {
    pub(super) fn register(&self) -> Result<Register, RemoteError> {
        let query = format!("SELECT ?p ?o WHERE {{ GRAPH <{REGISTER}> {{ <{REGISTER}> ?p ?o }} }}");
        let mut register = Register::default();
        let mut rows = self.rows(&query)?;
        while let Some(row) = rows.row()? {
            let (said, value) = (iri(&row, "p"), text(&row, "o"));
            match said {
                BASE => register.base = Some(value.to_owned()),
                EPOCH => register.epoch = u64::from_str_radix(value, 16).ok(),
                REVISION => register.revision = value.parse().unwrap_or_default(),
                CHANGED => register.changed = value.parse().unwrap_or_default(),
                WRITER => {
                    let until = value.rsplit_once(' ').and_then(|(_, until)| until.parse().ok());
                    register.writers.push((value.to_owned(), until.unwrap_or_default()));
                }
                _ => {}
            }
        }
        Ok(register)
    }

    /// The state that a reading begun now sees, as far as was known [`FRESH`] ago.
    pub(in crate::store) fn stamp(&self) -> Result<Stamp, RemoteError> {
        let mut known = self.known();
        if let Some((at, stamp)) = *known
            && at.elapsed() < FRESH
        {
            return Ok(stamp);
        }
        let stamp = self.register()?.stamp().ok_or_else(|| self.lost())?;
        *known = Some((Instant::now(), stamp));
        Ok(stamp)
    }

    pub(super) fn lost(&self) -> RemoteError {
        RemoteError::Lost(self.client.address())
    }

    /// The graphs that were changed after a revision; none where that is not known of each.
    pub(in crate::store) fn changed_after(
        &self,
        revision: u64,
    ) -> Result<Option<BTreeSet<String>>, RemoteError> {
        let query = format!(
            "SELECT DISTINCT ?g WHERE {{ GRAPH <{REGISTER}> {{ ?g <{CHANGED_IN}> ?n }} \
             FILTER(?n > {revision}) }}"
        );
        let mut graphs = BTreeSet::new();
        let mut rows = self.rows(&query)?;
        while let Some(row) = rows.row()? {
            match iri(&row, "g") {
                ALL => return Ok(None),
                graph => {
                    graphs.insert(format!("<{graph}>"));
                }
            }
        }
        Ok(Some(graphs))
    }

    /// What the register says of when these graphs were changed.
    pub(super) fn marks(
        &self,
        graphs: &BTreeSet<String>,
    ) -> Result<Vec<(String, String)>, RemoteError> {
        let names = graphs.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let query = format!(
            "SELECT ?g ?n WHERE {{ VALUES ?g {{ {names} }} GRAPH <{REGISTER}> {{ ?g <{CHANGED_IN}> ?n }} }}"
        );
        let mut marks = Vec::new();
        let mut rows = self.rows(&query)?;
        while let Some(row) = rows.row()? {
            marks.push((iri(&row, "g").to_owned(), text(&row, "n").to_owned()));
        }
        Ok(marks)
    }

    /// Waits until no other process writes, and says that this one does.
    ///
    /// Each says so first and looks then: of two that say so at once, at least one sees the other, and who sees
    /// another takes it back. So never two have the turn.
    pub(super) fn turn(&self) -> Result<Turn<'_>, RemoteError> {
        let since = Instant::now();
        loop {
            let said = format!("{} {}", self.name, seconds() + LEASE);
            self.client.update(&format!("INSERT DATA {{ {} }}", registered(&writer(&said))))?;
            let register = self.register()?;
            let before = register.stamp().ok_or_else(|| self.lost())?;
            let turn = Turn { endpoint: self, said, before, ended: false };
            let others = register.writers.iter().filter(|(name, _)| *name != turn.said);
            let (present, gone): (Vec<_>, Vec<_>) =
                others.partition(|(_, until)| *until >= seconds());
            for (name, _) in gone {
                tracing::warn!(name, "a writer went away without saying so");
                self.client.update(&format!("DELETE DATA {{ {} }}", registered(&writer(name))))?;
            }
            let Some((other, _)) = present.first() else { return Ok(turn) };
            if since.elapsed() > PATIENCE {
                return Err(RemoteError::Busy(self.client.address(), other.clone()));
            }
            drop(turn);
            let random = getrandom::u32().unwrap_or_default() % 1000;
            std::thread::sleep(PAUSE + PAUSE * random / 1000);
        }
    }
}

impl Turn<'_> {
    /// What takes away that it writes, to be said with the last of its changes.
    pub(super) fn statement(&self) -> String {
        writer(&self.said)
    }

    /// That the last change has been made, and with it the turn was given back.
    pub(super) fn end(mut self, after: Stamp) {
        self.ended = true;
        *self.endpoint.known() = Some((Instant::now(), after));
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let taken_back = format!("DELETE DATA {{ {} }}", registered(&writer(&self.said)));
            if let Err(error) = self.endpoint.client.update(&taken_back) {
                tracing::warn!(%error, "other writers will wait for {LEASE} seconds");
            }
        }
    }
}

pub(super) fn iri<'r>(row: &'r QuerySolution, name: &str) -> &'r str {
    match row.get(name) {
        Some(Term::NamedNode(node)) => node.as_str(),
        _ => "",
    }
}

fn text<'r>(row: &'r QuerySolution, name: &str) -> &'r str {
    match row.get(name) {
        Some(Term::Literal(literal)) => literal.value(),
        _ => "",
    }
}
