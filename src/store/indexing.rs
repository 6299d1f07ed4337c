//! Keeping the full-text index in step with the triples.
//!
//! The unit is a graph: what the index has of it is replaced by what the store says in it now. A writer names the
//! graphs it changes before it commits ([`Indexing::expect`]); the index catches up at the next search or flush,
//! so that many documents cost one commit. While the index is behind, the file `search.stale` says so. A process
//! that ends in between leaves it there, and the index is rebuilt; it also is where its stamp, which covers the
//! names of the graphs, is not what the store's graphs give.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jieba_rs::Jieba;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphName, GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad,
    Term,
};
use oxigraph::sparql::QuerySolutionIter;
use oxigraph::store::StorageError;
use sha2::{Digest, Sha256};
use spargebra::algebra::{GraphPattern, GraphTarget};
use spargebra::term::GraphNamePattern;
use spargebra::{GraphUpdateOperation, Update};

use super::manifest::{LOCK, SEARCH, STALE};
use super::quads::Quads;
use super::remote::{Endpoint, Stamp};
use super::revision::Revisions;
use super::services::{Service, ServiceError};
use crate::rdf::vocab::{dcterms, gm, skos};
use crate::search::{self, Entry, Index, Kind, SearchError, Tokenizer};

/// The index of a store, and what it does not have yet.
pub(super) struct Indexing {
    quads: Quads,
    revisions: Arc<Revisions>,
    dir: PathBuf,
    can_write: bool,
    /// Held while an index beside an endpoint is open.
    _lock: Option<File>,
    /// The dictionary is loaded when it is first needed.
    tokenizer: OnceLock<Arc<Tokenizer>>,
    state: Mutex<State>,
}

/// The graphs that an update names as its targets; none where it leaves open which they are.
pub(super) struct Touched(Option<BTreeSet<String>>);

impl Touched {
    pub(super) fn by(update: &Update) -> Self {
        Self(targets(update))
    }

    pub(super) fn graphs(self) -> Option<BTreeSet<String>> {
        self.0
    }
}

/// The index as a service of queries.
pub(super) struct Searching(pub(super) Arc<Indexing>);

impl Service for Searching {
    fn answer(&self, pattern: &GraphPattern) -> Result<QuerySolutionIter<'static>, ServiceError> {
        let answer = self.0.index().and_then(|index| search::answer(&index, pattern));
        answer.map_err(|error| match error {
            error if error.is_of_the_question() => ServiceError::Pattern(error.to_string()),
            error => ServiceError::Io(io::Error::other(error)),
        })
    }
}

fn targets(update: &Update) -> Option<BTreeSet<String>> {
    let mut graphs = BTreeSet::new();
    for operation in &update.operations {
        match operation {
            GraphUpdateOperation::InsertData { data } => {
                graphs.extend(data.iter().map(|quad| quad.graph_name.to_string()));
            }
            GraphUpdateOperation::DeleteData { data } => {
                graphs.extend(data.iter().map(|quad| quad.graph_name.to_string()));
            }
            GraphUpdateOperation::DeleteInsert { delete, insert, .. } => {
                let deleted = delete.iter().map(|quad| &quad.graph_name);
                for graph in deleted.chain(insert.iter().map(|quad| &quad.graph_name)) {
                    match graph {
                        GraphNamePattern::Variable(_) => return None,
                        named => graphs.insert(named.to_string()),
                    };
                }
            }
            GraphUpdateOperation::Load { destination, .. } => {
                graphs.insert(destination.to_string());
            }
            GraphUpdateOperation::Clear { graph, .. }
            | GraphUpdateOperation::Drop { graph, .. } => {
                match graph {
                    GraphTarget::NamedNode(graph) => graphs.insert(graph.to_string()),
                    GraphTarget::DefaultGraph => graphs.insert(GraphName::DefaultGraph.to_string()),
                    GraphTarget::NamedGraphs | GraphTarget::AllGraphs => return None,
                };
            }
            GraphUpdateOperation::Create { graph, .. } => {
                graphs.insert(graph.to_string());
            }
        }
    }
    Some(graphs)
}

#[derive(Default)]
struct State {
    index: Option<Arc<Index>>,
    behind: Behind,
    /// Whether `search.stale` is there.
    marked: bool,
    /// The state of an endpoint that the index has.
    followed: Option<Stamp>,
}

/// What the index does not have as the store says it.
#[derive(Debug)]
enum Behind {
    /// Graphs by their names as N-Quads write them; the default graph's is `DEFAULT`.
    Graphs(BTreeSet<String>),
    Everything,
}

impl Default for Behind {
    fn default() -> Self {
        Self::Graphs(BTreeSet::new())
    }
}

/// A state of an endpoint, as [`Indexing::stamp`] writes it.
fn parse(stamp: &str) -> Option<Stamp> {
    let mut parts = stamp.split(' ');
    let epoch = u64::from_str_radix(parts.next()?, 16).ok()?;
    let (revision, changed) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Stamp { epoch, revision, changed })
}

impl Behind {
    fn is_nothing(&self) -> bool {
        matches!(self, Self::Graphs(graphs) if graphs.is_empty())
    }
}

impl Indexing {
    /// For a store that is written.
    pub(super) fn to_write(
        dir: &Path,
        quads: Quads,
        revisions: Arc<Revisions>,
    ) -> Result<Self, SearchError> {
        let indexing = Self::new(dir, quads, revisions, true, None);
        let marked = dir.join(STALE).exists();
        let is_new = !dir.join(SEARCH).exists() && indexing.quads.is_empty()?;
        let behind =
            if is_new || indexing.is_in_step()? { Behind::default() } else { Behind::Everything };
        *indexing.state() = State { index: None, behind, marked, followed: None };
        Ok(indexing)
    }

    /// For a store that is only read; whether its index is in step is looked at when it is first needed.
    pub(super) fn to_read(dir: &Path, quads: Quads, revisions: Arc<Revisions>) -> Self {
        Self::new(dir, quads, revisions, false, None)
    }

    /// For a store behind an endpoint, at `dir` on this machine; where another process has that open, in memory.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub(super) fn beside(dir: &Path, quads: Quads, revisions: Arc<Revisions>) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let lock = File::create(dir.join(LOCK))?;
        let is_ours = lock.try_lock().is_ok();
        Ok(Self::new(dir, quads, revisions, is_ours, Some(lock)))
    }

    fn new(
        dir: &Path,
        quads: Quads,
        revisions: Arc<Revisions>,
        can_write: bool,
        lock: Option<File>,
    ) -> Self {
        let (tokenizer, state) = (OnceLock::new(), Mutex::default());
        Self { quads, revisions, dir: dir.to_owned(), can_write, _lock: lock, tokenizer, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tokenizer(&self) -> Arc<Tokenizer> {
        let load = || Arc::new(Tokenizer::new(Arc::new(Jieba::new())));
        Arc::clone(self.tokenizer.get_or_init(load))
    }

    /// Notes the graphs that the change being written touches, before it is committed: by their names as
    /// `Display` writes them.
    ///
    /// # Errors
    /// When the mark cannot be put: then the change must not be committed.
    pub(super) fn expect(
        &self,
        graphs: impl IntoIterator<Item = String>,
    ) -> Result<(), StorageError> {
        if let Quads::Remote(_) = self.quads {
            // The endpoint itself says what was changed.
            return Ok(());
        }
        let graphs = graphs.into_iter().collect();
        let mut state = self.state();
        self.mark(&mut state)?;
        self.revisions.note(Some(&graphs));
        if let Behind::Graphs(behind) = &mut state.behind {
            behind.extend(graphs);
        }
        Ok(())
    }

    /// The same for what an update may touch.
    ///
    /// # Errors
    /// As of [`Indexing::expect`].
    pub(super) fn expect_touched(&self, touched: Touched) -> Result<(), StorageError> {
        match touched {
            Touched(Some(graphs)) => self.expect(graphs),
            Touched(None) => self.expect_everything(),
        }
    }

    /// The same where any graph may change.
    ///
    /// # Errors
    /// As of [`Indexing::expect`].
    pub(super) fn expect_everything(&self) -> Result<(), StorageError> {
        let mut state = self.state();
        self.mark(&mut state)?;
        self.revisions.note(None);
        state.behind = Behind::Everything;
        Ok(())
    }

    fn mark(&self, state: &mut State) -> Result<(), StorageError> {
        if !state.marked {
            File::create(self.dir.join(STALE))?.sync_all()?;
            File::open(&self.dir)?.sync_all()?;
            state.marked = true;
        }
        Ok(())
    }

    /// The index, with all that is written; while something is being written, as it was before.
    pub(super) fn index(&self) -> Result<Arc<Index>, SearchError> {
        if let Quads::Remote(endpoint) = &self.quads {
            return self.follow(endpoint);
        }
        let (index, is_behind) = {
            let state = self.state();
            (state.index.clone(), !state.behind.is_nothing())
        };
        match (index, self.revisions.quiet()) {
            (Some(index), _) if !is_behind => Ok(index),
            (Some(index), None) => Ok(index),
            // The one who writes may be the one who asks, so there is no waiting.
            (None, None) => Ok(Arc::new(self.in_memory()?)),
            (_, Some(_quiet)) => {
                let mut state = self.state();
                if self.can_write { self.write(&mut state) } else { self.read(&mut state) }
            }
        }
    }

    /// The index with all that an endpoint has, whoever wrote it.
    fn follow(&self, endpoint: &Endpoint) -> Result<Arc<Index>, SearchError> {
        let stamp = endpoint.stamp().map_err(io::Error::other)?;
        let mut state = self.state();
        if let Some(index) = &state.index
            && state.followed == Some(stamp)
        {
            return Ok(Arc::clone(index));
        }
        let had = state.followed.or_else(|| parse(&Index::stamp(&self.dir.join(SEARCH))?));
        let known = had.filter(|had| had.epoch == stamp.epoch && !self.dir.join(STALE).exists());
        let changed = known.map(|had| endpoint.changed_after(had.revision)).transpose();
        state.behind = match changed.map_err(io::Error::other)?.flatten() {
            Some(graphs) if had == Some(stamp) || !graphs.is_empty() => Behind::Graphs(graphs),
            _ => Behind::Everything,
        };
        state.followed = Some(stamp);
        let index = if self.can_write {
            self.write(&mut state)
        } else if had == Some(stamp) && state.index.is_none() {
            Index::open(&self.dir.join(SEARCH), self.tokenizer()).map(Arc::new)
        } else {
            self.in_memory().map(Arc::new)
        };
        match index {
            Ok(index) => {
                state.index = Some(Arc::clone(&index));
                Ok(index)
            }
            Err(error) => {
                state.followed = None;
                Err(error)
            }
        }
    }

    /// Brings the index on disk up to what is written.
    pub(super) fn catch_up(&self) -> Result<(), SearchError> {
        let _quiet = self.revisions.wait();
        let mut state = self.state();
        if self.can_write && !state.behind.is_nothing() {
            self.write(&mut state)?;
        }
        Ok(())
    }

    /// Builds the index on disk anew; beside an endpoint, so do all other servers when they next search.
    pub(super) fn rebuild(&self) -> Result<(), SearchError> {
        let _quiet = self.revisions.wait();
        let mut state = self.state();
        if let Quads::Remote(endpoint) = &self.quads {
            if !self.can_write {
                let why = format!("{} is in use by another process", self.dir.display());
                return Err(io::Error::other(why).into());
            }
            endpoint.announce().map_err(io::Error::other)?;
            state.followed = Some(endpoint.stamp().map_err(io::Error::other)?);
        }
        state.behind = Behind::Everything;
        self.write(&mut state)?;
        Ok(())
    }

    fn write(&self, state: &mut State) -> Result<Arc<Index>, SearchError> {
        let dir = self.dir.join(SEARCH);
        let opened = match (&state.behind, state.index.take()) {
            (Behind::Everything, _) => None,
            (_, Some(index)) => Some(index),
            (_, None) if !dir.exists() => None,
            (_, None) => Some(Arc::new(Index::open(&dir, self.tokenizer())?)),
        };
        let index = match opened {
            Some(index) => index,
            None => {
                self.mark(state)?;
                state.behind = Behind::Everything;
                Arc::new(Index::create(&dir, self.tokenizer())?)
            }
        };
        if !state.behind.is_nothing() {
            let graphs = match &state.behind {
                Behind::Graphs(graphs) => graphs.clone(),
                Behind::Everything => self.graphs()?,
            };
            index.replace(
                graphs.into_iter().map(|graph| self.entries(graph)),
                &self.stamp(state)?,
            )?;
            state.behind = Behind::default();
        }
        if state.marked {
            std::fs::remove_file(self.dir.join(STALE))?;
            state.marked = false;
        }
        state.index = Some(Arc::clone(&index));
        Ok(index)
    }

    /// The index on disk where it is in step, else one in memory.
    fn read(&self, state: &mut State) -> Result<Arc<Index>, SearchError> {
        if let Some(index) = &state.index {
            return Ok(Arc::clone(index));
        }
        let opened = if self.is_in_step()? {
            Index::open(&self.dir.join(SEARCH), self.tokenizer())
        } else {
            Err(SearchError::Io(io::Error::other("it is not in step with the store")))
        };
        let index = match opened {
            Ok(index) => index,
            Err(reason) => {
                tracing::warn!(%reason, "building the search index in memory; `gangmu index` writes it");
                self.in_memory()?
            }
        };
        let index = Arc::new(index);
        state.index = Some(Arc::clone(&index));
        Ok(index)
    }

    fn in_memory(&self) -> Result<Index, SearchError> {
        let index = Index::in_memory(self.tokenizer())?;
        let graphs = self.graphs()?.into_iter();
        index.replace(graphs.map(|graph| self.entries(graph)), "")?;
        Ok(index)
    }

    /// Whether the index on disk says what the store says.
    pub(super) fn is_in_step(&self) -> Result<bool, StorageError> {
        let (dir, mark) = (self.dir.join(SEARCH), self.dir.join(STALE));
        Ok(!mark.exists() && Index::has_stamp(&dir, &self.stamp(&State::default())?))
    }

    /// The names of all graphs.
    fn graphs(&self) -> Result<BTreeSet<String>, StorageError> {
        let named = self.quads.graphs()?.into_iter().map(|graph| graph.to_string());
        Ok(named.chain([GraphName::DefaultGraph.to_string()]).collect())
    }

    /// A digest of the names of all graphs; of an endpoint, the state that is followed.
    fn stamp(&self, state: &State) -> Result<String, StorageError> {
        if let Some(Stamp { epoch, revision, changed }) = state.followed {
            return Ok(format!("{epoch:016x} {revision} {changed}"));
        }
        let digest = self
            .graphs()?
            .iter()
            .fold(Sha256::new(), |digest, graph| digest.chain_update(graph).chain_update("\n"));
        Ok(hex::encode(&digest.finalize()[..16]))
    }

    /// What a graph says of things that can be found.
    fn entries(&self, graph: String) -> Result<(String, Vec<Entry>), SearchError> {
        let name = match graph.strip_prefix('<').and_then(|iri| iri.strip_suffix('>')) {
            Some(iri) => GraphName::from(NamedNode::new_unchecked(iri)),
            None if graph == GraphName::DefaultGraph.to_string() => GraphName::DefaultGraph,
            // What stands in a graph without a name of its own cannot be asked for.
            None => return Ok((graph, Vec::new())),
        };
        let quads = self.quads.at_hand((&name).into())?;
        let said = |predicate: NamedNodeRef<'_>, object: Option<NamedNodeRef<'_>>| {
            let (object, graph) = (object.map(Into::into), GraphNameRef::from(&name));
            quads.matching(None, Some(predicate), object, Some(graph))
        };
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for kind in Kind::ALL {
            for quad in said(rdf::TYPE, Some(kind.class())) {
                let Quad { subject: NamedOrBlankNode::NamedNode(thing), .. } = quad? else {
                    continue;
                };
                let iri = thing.into_string();
                let new = Entry { iri: iri.clone(), kind, names: Vec::new(), text: None };
                entries.entry(iri).or_insert(new);
            }
        }
        if entries.is_empty() {
            return Ok((graph, Vec::new()));
        }
        for predicate in [
            dcterms::TITLE,
            gm::HEADING,
            skos::PREF_LABEL,
            skos::ALT_LABEL,
            rdfs::LABEL,
            gm::DOCUMENT_NUMBER,
            gm::TEXT,
        ] {
            for quad in said(predicate, None) {
                let Quad { subject, object: Term::Literal(value), .. } = quad? else { continue };
                let NamedOrBlankNodeRef::NamedNode(thing) = subject.as_ref() else { continue };
                let Some(entry) = entries.get_mut(thing.as_str()) else { continue };
                let value = value.value().to_owned();
                if predicate == gm::TEXT {
                    entry.text = Some(value);
                } else if !entry.names.contains(&value) {
                    entry.names.push(value);
                }
            }
        }
        let has_words = |entry: &Entry| !entry.names.is_empty() || entry.text.is_some();
        Ok((graph, entries.into_values().filter(has_words).collect()))
    }
}
