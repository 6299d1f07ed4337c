//! Bulk loading: what `gangmu extract` wrote, into the store, and what extraction cannot know: the history.
//!
//! Extraction sees one document at a time, so which version of a work is current is settled here: versions of one work
//! follow each other in the order of their sources' names (of several, the first), then of their IRIs, whatever the order
//! of the parts; that is also how `gangmu ingest` goes through a folder. Those that the store has already come before.
//!
//! An empty store gets everything in one step, history included: the database takes over sorted files, all or none. What
//! comes to other stores is first loaded beside them, so that each version is known as a whole, however its statements
//! are spread over the parts; then what is new and revises nothing goes in in one step, and the rest version by version, as
//! when documents are taken in. Where that is stopped, each version is there whole or not at all, and loading the same
//! parts again does the rest.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufReader, Read};
use std::path::Path;

use oxigraph::io::{RdfFormat, RdfParseError, RdfParser};
use oxigraph::model::{
    GraphName, GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, QuadRef, Term,
};
use oxigraph::store::{BulkLoader, StorageError};

use super::manifest::{BESIDE, QUADS};
use super::{Home, Store, StoreError};
use crate::rdf::vocab::{gm, prov};
use crate::rdf::{Described, Quads};

/// Quads of one sorted file, in thousands: memory is bounded by it.
const OF_A_FILE: usize = 500;

/// N-Quads with a name for messages.
pub struct Part<'a> {
    pub name: String,
    pub content: Box<dyn Read + 'a>,
}

/// What a load did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Statements in the parts.
    pub quads: usize,
    /// Versions in the parts.
    pub versions: usize,
    /// Statements of the parts about which version is current: left out, since that is settled anew.
    pub history: usize,
}

/// Why parts cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{part}, line {line}: {error}")]
    Line { part: String, line: u64, error: RdfParseError },
    #[error("{part}: {error}")]
    Part { part: String, error: RdfParseError },
    #[error(
        "{part}: the version <{version}> is not below the store's base IRI <{base}>: extract with --base-iri {base}, or load into a store made with the base IRI of the parts"
    )]
    OtherBase { part: String, version: String, base: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the database says: {0}")]
    Database(#[from] StorageError),
}

/// What is learnt of versions while their statements go by.
#[derive(Default)]
struct Versions(HashMap<NamedNode, Version>);

#[derive(Default)]
struct Version {
    work: Option<NamedNode>,
    /// The first of its sources' names.
    source: Option<String>,
}

impl Store {
    /// Loads parts: whole, where the store is empty, or version by version. Full-text search finds it after
    /// [`Store::flush`].
    ///
    /// # Errors
    /// When a part is not N-Quads or of another base IRI: then nothing of any part is in the store. When the database
    /// cannot be read or written.
    pub fn load(&self, parts: Vec<Part<'_>>) -> Result<Loaded, LoadError> {
        self.sweep()?;
        let changing = self.revisions.changing();
        let (mut versions, mut loaded) = (Versions::default(), Loaded::default());
        if let Some(database) = self.quads.embedded()
            && database.is_empty()?
        {
            self.indexing.expect_everything()?;
            let mut loader = bulk(database);
            self.read_parts(parts, &mut loader, &mut versions, &mut loaded)?;
            let (history, lines) = (self.base.history_graph(), versions.lines());
            let history = lines.iter().flat_map(|line| told(line, history.as_ref()));
            loader.load_quads(history.map(QuadRef::into_owned))?;
            loader.commit()?;
        } else {
            // A store without a directory of its own has none to be taken up in either.
            let at = |e| StoreError::Io(std::env::temp_dir(), e);
            let apart = self.home.is_none().then(tempfile::tempdir).transpose().map_err(at)?;
            let own = self.home.as_ref().map(|home| home.dir.as_path());
            let dir = own.or(apart.as_ref().map(tempfile::TempDir::path));
            let beside = oxigraph::store::Store::open(dir.unwrap_or(Path::new("")).join(BESIDE))?;
            let mut loader = bulk(&beside);
            self.read_parts(parts, &mut loader, &mut versions, &mut loaded)?;
            loader.commit()?;
            drop(changing);
            self.merge(&beside, &versions)?;
            drop(beside);
            self.sweep()?;
        }
        Ok(loaded)
    }

    /// Removes what a load that was stopped left behind; nothing of it was in the store.
    fn sweep(&self) -> Result<(), StoreError> {
        let Some(Home { dir, .. }) = &self.home else { return Ok(()) };
        let at = |e| StoreError::Io(dir.clone(), e);
        let beside = dir.join(BESIDE);
        if beside.exists() {
            std::fs::remove_dir_all(beside).map_err(at)?;
        }
        for entry in std::fs::read_dir(dir.join(QUADS)).map_err(at)? {
            let path = entry.map_err(at)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("bulk-") && path.extension() == Some("sst".as_ref()) {
                std::fs::remove_file(path).map_err(at)?;
            }
        }
        Ok(())
    }

    fn read_parts(
        &self,
        parts: Vec<Part<'_>>,
        loader: &mut BulkLoader<'_>,
        versions: &mut Versions,
        loaded: &mut Loaded,
    ) -> Result<(), LoadError> {
        let history = GraphName::from(self.base.history_graph());
        for Part { name, content } in parts {
            let reader = BufReader::with_capacity(1 << 20, content);
            let parser = RdfParser::from_format(RdfFormat::NQuads).rename_blank_nodes();
            let quads = parser.for_reader(reader).map(|quad| {
                let quad = quad.map_err(|error| bad(&name, error))?;
                if quad.graph_name == history {
                    loaded.history += 1;
                    return Ok(None);
                }
                loaded.quads += 1;
                if let Some(version) = versions.note(&quad)
                    && !version.starts_with(self.base.as_str())
                {
                    return Err(LoadError::OtherBase {
                        part: name.clone(),
                        version: version.to_owned(),
                        base: self.base.as_str().to_owned(),
                    });
                }
                Ok(Some(quad))
            });
            loader.load_ok_quads::<LoadError, LoadError>(quads.filter_map(Result::transpose))?;
        }
        loaded.versions = versions.0.values().filter(|version| version.work.is_some()).count();
        Ok(())
    }

    /// Takes over what was loaded beside the store.
    fn merge(&self, beside: &oxigraph::store::Store, versions: &Versions) -> Result<(), LoadError> {
        let database = self.quads.embedded();
        let mut later: Vec<(NamedNode, GraphName, NamedNode)> = Vec::new();
        let mut at_once = Vec::new();
        for line in versions.lines() {
            let work = line.work;
            let (subject, current) = (Some(work.into()), Some(gm::CURRENT_VERSION));
            let found = self.quads.matching(subject, current, None, None).next();
            // An endpoint takes nothing over in one step.
            let mut is_new = database.is_some() && found.transpose()?.is_none();
            let mut all = Vec::new();
            for version in &line.versions {
                let subject = Some((*version).into());
                let said = Some(gm::VERSION_OF);
                let known = self.quads.matching(subject, None, None, None).next();
                is_new &= known.transpose()?.is_none();
                let graph = beside.quads_for_pattern(subject, said, None, None).next();
                if let Some(quad) = graph.transpose()? {
                    all.push((version.into_owned(), quad.graph_name, work.into_owned()));
                }
            }
            if is_new {
                at_once.push(line);
            } else {
                later.extend(all);
            }
        }
        let changing = self.revisions.changing();
        let graphs = beside.named_graphs().map(|graph| graph.map(|graph| graph.to_string()));
        let graphs = graphs.collect::<Result<Vec<_>, _>>()?;
        self.indexing.expect(graphs.into_iter().chain([GraphName::DefaultGraph.to_string()]))?;
        let waiting: HashSet<&GraphName> = later.iter().map(|(_, graph, _)| graph).collect();
        let mut now = beside.iter().filter(|quad| match quad {
            Ok(quad) => !waiting.contains(&quad.graph_name),
            Err(_) => true,
        });
        let history = self.base.history_graph();
        if let Some(database) = database {
            let mut loader = bulk(database);
            loader.load_ok_quads::<StorageError, StorageError>(now)?;
            let told = at_once.iter().flat_map(|line| told(line, history.as_ref()));
            loader.load_quads(told.map(QuadRef::into_owned))?;
            loader.commit()?;
        } else {
            let mut change = self.quads.change()?;
            now.try_for_each(|quad| quad.map(|quad| change.insert(&quad)))?;
            change.commit()?;
        }
        drop(changing);
        for (version, graph, work) in later {
            let own = beside.quads_for_pattern(None, None, None, Some(graph.as_ref()));
            let own: HashSet<Quad> = own.collect::<Result<_, _>>()?;
            let GraphName::NamedNode(graph) = graph else { continue };
            let mut says = Quads::new(&graph);
            says.link(&version, gm::VERSION_OF, &work);
            let (shared, history) = (Quads::default(), history.clone());
            let document = Described { version, graph, own: says, shared, history };
            self.put(&document, own, self.revisions.changing())?;
        }
        Ok(())
    }
}

fn bulk(store: &oxigraph::store::Store) -> BulkLoader<'_> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let loader = store.bulk_loader().with_num_threads(threads);
    loader.with_max_memory_size_in_megabytes(OF_A_FILE * threads)
}

fn bad(part: &str, error: RdfParseError) -> LoadError {
    let part = part.to_owned();
    match &error {
        RdfParseError::Syntax(syntax) if syntax.location().is_some() => {
            let line = syntax.location().map_or(0, |place| place.start.line + 1);
            LoadError::Line { part, line, error }
        }
        _ => LoadError::Part { part, error },
    }
}

/// The versions of a work, the oldest first.
struct Line<'a> {
    work: NamedNodeRef<'a>,
    versions: Vec<NamedNodeRef<'a>>,
}

impl Versions {
    /// Notes what a statement says of a version; gives back its IRI where it says of what it is one.
    fn note<'q>(&mut self, quad: &'q Quad) -> Option<&'q str> {
        let predicate = quad.predicate.as_ref();
        if predicate != gm::VERSION_OF && predicate != gm::SOURCE_NAME {
            return None;
        }
        let NamedOrBlankNode::NamedNode(version) = &quad.subject else { return None };
        let known = self.0.entry(version.clone()).or_default();
        match &quad.object {
            Term::NamedNode(work) if predicate == gm::VERSION_OF => {
                known.work = Some(work.clone());
                Some(version.as_str())
            }
            Term::Literal(name) => {
                let name = name.value();
                if known.source.as_deref().is_none_or(|source| name < source) {
                    known.source = Some(name.to_owned());
                }
                None
            }
            _ => None,
        }
    }

    /// The works with their versions, in the order of the works' IRIs.
    fn lines(&self) -> Vec<Line<'_>> {
        let mut works: BTreeMap<&str, Vec<(&Option<String>, &NamedNode)>> = BTreeMap::new();
        for (version, Version { work, source }) in &self.0 {
            if let Some(work) = work {
                works.entry(work.as_str()).or_default().push((source, version));
            }
        }
        works
            .into_iter()
            .map(|(work, mut versions)| {
                versions.sort_unstable();
                let versions = versions.into_iter().map(|(_, version)| version.as_ref()).collect();
                Line { work: NamedNodeRef::new_unchecked(work), versions }
            })
            .collect()
    }
}

/// What the history says of a work of which nothing was known.
fn told<'a>(
    line: &Line<'a>,
    history: NamedNodeRef<'a>,
) -> impl Iterator<Item = QuadRef<'a>> + use<'a> {
    let versions = line.versions.clone();
    let current = versions.last().map(|version| {
        QuadRef::new(line.work, gm::CURRENT_VERSION, *version, GraphNameRef::from(history))
    });
    let pairs: Vec<_> = versions.windows(2).map(|pair| (pair[1], pair[0])).collect();
    let revised = pairs.into_iter().map(move |(version, before)| {
        QuadRef::new(version, prov::WAS_REVISION_OF, before, GraphNameRef::from(history))
    });
    current.into_iter().chain(revised)
}
