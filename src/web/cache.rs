//! Answers that are kept while the store does not change, within a bound of memory.

use axum::body::Bytes;
use axum::http::HeaderMap;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::store::Revision;

/// What an entry takes beside its text and bytes, roughly.
const ENTRY: usize = 256;
/// Words of SPARQL whose value is another at each evaluation, or comes from elsewhere.
const CHANGING: [&str; 6] = ["NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"];

/// The most bytes that one page may have to be kept.
pub(super) const LARGEST: usize = 1 << 20;

/// Marks a response to GET, as an extension, that is a function of the store, the address, the day, the `Host` and the
/// `Accept` header, and the same for all who may read: it is kept for the next who asks.
#[derive(Clone, Copy)]
pub(super) struct Lasting;

/// All that an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// A query, or what a page depends on.
    pub(super) text: String,
    pub(super) default_graphs: Vec<String>,
    pub(super) named_graphs: Vec<String>,
    /// The forms that the client is given rows and triples in.
    pub(super) kinds: [Option<&'static str>; 2],
    pub(super) revision: Revision,
}

/// An answer that is whole.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// The answers that are kept; the ones that are asked for stay.
pub(super) struct Answers(Option<Cache<Key, Kept, Size>>);

#[derive(Clone)]
struct Size;

impl Weighter<Key, Kept> for Size {
    fn weight(&self, key: &Key, kept: &Kept) -> u64 {
        (ENTRY + key.text.len() + kept.body.len()) as u64
    }
}

impl Key {
    /// The key of a page; `text` is no query.
    pub(super) fn of_page(text: String, revision: Revision) -> Self {
        let (default_graphs, named_graphs) = (Vec::new(), Vec::new());
        Self { text, default_graphs, named_graphs, kinds: [None; 2], revision }
    }
}

impl Answers {
    /// At most this many bytes; none keeps nothing.
    pub(super) fn new(bytes: usize) -> Self {
        let cache = || Cache::with_weighter(bytes.div_ceil(16 << 10), bytes as u64, Size);
        Self((bytes > 0).then(cache))
    }

    pub(super) fn get(&self, key: &Key) -> Option<Kept> {
        self.0.as_ref()?.get(key)
    }

    pub(super) fn keep(&self, key: Key, kept: Kept) {
        if let Some(cache) = &self.0 {
            cache.insert(key, kept);
        }
    }
}

/// Whether a query may have another answer from the same state of the store. A query that only mentions such a
/// word in a string is taken for one that uses it.
pub(super) fn may_change(query: &str) -> bool {
    let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.into_iter().any(|word| CHANGING.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_known_by_its_words() {
        for query in ["SELECT (now() AS ?n) {}", "ASK { FILTER(rand () > 0.5) }", "{SERVICE<x>{}}"]
        {
            assert!(may_change(query), "{query}");
        }
        for query in ["SELECT ?now_ { ?know ?renown ?brand }", "ASK { <urn:x> ?p ?o }"] {
            assert!(!may_change(query), "{query}");
        }
    }
}
