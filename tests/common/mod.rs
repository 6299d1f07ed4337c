//! Stores of documents to ask, for the tests of the graph.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gangmu::knowledge::Knowledge;
use gangmu::pipeline;
use gangmu::rdf;
use gangmu::store::{Outcome, Store};
use oxigraph::model::Term;
use tempfile::TempDir;

/// A row of an answer: variable → lexical form; a variable without a value is missing.
pub type Row = BTreeMap<String, String>;

/// The documents of `seeds/samples`, read with the names that stand beside them.
pub static SAMPLES: LazyLock<Collection> =
    LazyLock::new(|| Collection::of(&documents("seeds/samples"), &with_sample_names()));

/// A temporary store with documents taken into it.
pub struct Collection {
    pub store: Store,
    _dir: TempDir,
}

impl Collection {
    /// A store of these files, taken in in this order.
    pub fn of(paths: &[PathBuf], knowledge: &Knowledge) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let store = Store::open(dir.path(), None).expect("a new store");
        let collection = Self { store, _dir: dir };
        for path in paths {
            collection.take_in(path, knowledge);
        }
        collection
    }

    /// Takes one file in.
    pub fn take_in(&self, path: &Path, knowledge: &Knowledge) -> Outcome {
        let bytes = std::fs::read(path).expect("a document can be read");
        let name = path.file_name().expect("a file name").to_string_lossy();
        let reading = pipeline::read(&name, &bytes, knowledge)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let described = rdf::quads(&reading.as_rdf(), self.store.base());
        self.store.take_in(&described).expect("the store takes a document in")
    }

    /// The rows that answer a SELECT query over all graphs.
    pub fn ask(&self, query: &str) -> Vec<Row> {
        let query = self.store.query(query).expect("a query");
        let rows = query.run(&self.store).and_then(|answer| answer.rows()).expect("an answer");
        rows.iter()
            .map(|row| row.iter().map(|(name, term)| (name.as_str().to_owned(), lexical(term))))
            .map(Iterator::collect)
            .collect()
    }
}

fn lexical(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        Term::Literal(literal) => literal.value().to_owned(),
        other => panic!("{other} is neither an IRI nor a literal"),
    }
}

/// A path below the project's directory.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The documents of a folder of the project, in the order of their names.
pub fn documents(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project(folder)).expect("the folder can be read");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "txt" || end == "html"));
    paths.sort();
    paths
}

/// What the program knows, with the places and bodies of the samples.
pub fn with_sample_names() -> Knowledge {
    let names = project("seeds/samples/names.toml");
    Knowledge::embedded().with_names(&names).expect("the names of the samples")
}
