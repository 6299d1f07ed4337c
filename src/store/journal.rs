//! Which versions the last changes touched, so that what was read of all documents need not be read of all again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use oxigraph::model::NamedNode;

use crate::rdf::Base;

/// Names of graphs that are remembered.
const MOST: usize = 20_000;

/// The graphs of the last changes of an open store, by the numbers of the changes: their names as `Display` writes
/// them; none where a change may have touched any. It is written before a change is committed.
#[derive(Default)]
pub(super) struct Journal(Mutex<BTreeMap<u64, Option<BTreeSet<String>>>>);

impl Journal {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<u64, Option<BTreeSet<String>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a change touches.
    pub(super) fn note(&self, change: u64, graphs: Option<&BTreeSet<String>>) {
        let mut entries = self.entries();
        let entry = entries.entry(change).or_insert_with(|| Some(BTreeSet::new()));
        match (entry, graphs) {
            (Some(known), Some(graphs)) => known.extend(graphs.iter().cloned()),
            (entry, _) => *entry = None,
        }
        let size = |entry: &Option<BTreeSet<String>>| entry.as_ref().map_or(1, BTreeSet::len);
        let mut all: usize = entries.values().map(size).sum();
        while all > MOST
            && let Some((_, entry)) = entries.pop_first()
        {
            all -= size(&entry);
        }
    }

    /// The versions whose graphs the changes of these numbers touched; none where that is not known of each, or
    /// anything else may have been changed.
    pub(super) fn versions(
        &self,
        changes: impl IntoIterator<Item = u64>,
        base: &Base,
    ) -> Option<BTreeSet<NamedNode>> {
        let entries = self.entries();
        let mut touched = BTreeSet::new();
        for change in changes {
            touched.extend(versions(entries.get(&change)?.as_ref()?, base)?);
        }
        Some(touched)
    }
}

/// The versions whose graphs are among these, where beside them there are shared ones at most: who takes documents in names
/// the shared graphs with them, and changes there only what is true of the identities that the documents name. None
/// where others are touched, or the shared ones alone.
fn versions(graphs: &BTreeSet<String>, base: &Base) -> Option<BTreeSet<NamedNode>> {
    let shared = base.shared_graphs();
    let mut versions = BTreeSet::new();
    for graph in graphs {
        let name = NamedNode::new(graph.strip_prefix('<')?.strip_suffix('>')?).ok()?;
        match base.version_of_graph(&name) {
            Some(version) => versions.extend([version]),
            None if shared.contains(&name) => {}
            None => return None,
        }
    }
    (!versions.is_empty()).then_some(versions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(graphs: &[&NamedNode]) -> BTreeSet<String> {
        graphs.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn changes_of_documents_name_their_versions_and_others_nothing() {
        let base = Base::new("http://x/").unwrap();
        let journal = Journal::default();
        let ((first, one), (second, other)) =
            (base.version_and_graph("one"), base.version_and_graph("other"));
        let (agencies, history) = (base.agencies_graph(), base.history_graph());
        let own = NamedNode::new("http://x/own").unwrap();
        journal.note(1, Some(&names(&[&one, &agencies])));
        journal.note(3, Some(&names(&[&other])));
        let both = BTreeSet::from([first, second]);
        assert_eq!(journal.versions([1, 3], &base), Some(both));
        assert_eq!(journal.versions([3, 5], &base), None, "the fifth is not known");
        let wrong: [&[&NamedNode]; 4] = [&[&agencies], &[&one, &history], &[&one, &own], &[]];
        for (graphs, change) in wrong.into_iter().zip(5..) {
            journal.note(change, Some(&names(graphs)));
            assert_eq!(journal.versions([change], &base), None, "{graphs:?}");
        }
        journal.note(1, None);
        assert_eq!(journal.versions([1], &base), None);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let base = Base::new("http://x/").unwrap();
        let journal = Journal::default();
        for change in [1, 3] {
            let texts = (0..=MOST / 2).map(|n| base.version_graph(&n.to_string()).to_string());
            journal.note(change, Some(&texts.collect()));
        }
        assert_eq!(journal.versions([1], &base), None);
        assert_eq!(journal.versions([3], &base).unwrap().len(), MOST / 2 + 1);
    }
}
