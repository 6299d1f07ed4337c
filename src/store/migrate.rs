//! Bringing a store that an older version of the program wrote to the present format.
//!
//! A step is an update in `migrations/`, named by the format that it leads to. It is one transaction, and what it has
//! changed once it does not find again: a process that ends between the change and the new number in `store.json` has
//! the step made again. What documents say is not touched by steps, since only reading them anew tells it as this
//! version reads it; taking a document in again does that. The search index is stamped with a format of its own and
//! rebuilt where that is another; the database brings its own files along.

use std::fs::File;
use std::path::Path;

use oxigraph::sparql::SparqlEvaluator;
use oxigraph::store::Store;

use super::StoreError;
use super::manifest::{self, FORMAT, Known, STALE};

struct Step {
    /// The format that it leads to.
    to: u32,
    /// What it does, to people.
    what: &'static str,
    update: &'static str,
}

/// In their order.
const STEPS: [Step; 1] = [Step {
    to: 2,
    what: "names of bodies as they are printed become labels; the full official name is that of known bodies only",
    update: include_str!("migrations/2.ru"),
}];

/// Makes the steps from the format of the store at `dir` to this program's, and says so.
///
/// # Errors
/// When the database or the directory cannot be written; the store is then of the last format that was reached.
pub(super) fn migrate(dir: &Path, quads: &Store, mut known: Known) -> Result<Known, StoreError> {
    for step in &STEPS {
        if step.to <= known.format {
            continue;
        }
        tracing::warn!(
            "{} was written by an older version, in format {}; it is brought to format {}, which older versions do not \
             open (a backup made before is the way back): {}",
            dir.display(),
            known.format,
            step.to,
            step.what
        );
        // The index was made of what the graphs said before.
        File::create(dir.join(STALE)).map_err(|error| StoreError::Io(dir.to_owned(), error))?;
        let made = SparqlEvaluator::new()
            .parse_update(step.update)
            .map_err(|error| error.to_string())
            .and_then(|update| update.on_store(quads).execute().map_err(|error| error.to_string()));
        made.map_err(|reason| StoreError::Migration { dir: dir.to_owned(), to: step.to, reason })?;
        quads.flush()?;
        known.format = step.to;
        manifest::write(dir, &known)?;
    }
    debug_assert_eq!(known.format, FORMAT);
    Ok(known)
}

#[cfg(test)]
mod tests {
    use oxigraph::io::RdfFormat;

    use super::*;

    #[test]
    fn every_format_has_its_step() {
        let leads: Vec<_> = STEPS.iter().map(|step| step.to).collect();
        assert_eq!(leads, (2..=FORMAT).collect::<Vec<_>>());
    }

    #[test]
    fn a_step_made_again_changes_nothing() {
        let old = "
            @prefix gm: <https://w3id.org/gangmu/ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
            @prefix x: <http://x/> .
            x:agencies { x:a a gm:Agency ; skos:prefLabel '甲' . x:b a gm:Agency, gm:UnresolvedAgency ; skos:prefLabel '乙' }
            x:works { x:w a gm:Document ; skos:prefLabel '丙' }";
        let new = "
            @prefix gm: <https://w3id.org/gangmu/ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix x: <http://x/> .
            x:agencies {
                x:a a gm:Agency ; rdfs:label '甲' ; skos:prefLabel '甲' .
                x:b a gm:Agency, gm:UnresolvedAgency ; rdfs:label '乙' ; skos:altLabel '乙' }
            x:works { x:w a gm:Document ; skos:prefLabel '丙' }";
        let store = |text: &str| {
            let store = Store::new().unwrap();
            store.load_from_slice(RdfFormat::TriG, text.as_bytes()).unwrap();
            store
        };
        let lines = |store: &Store| {
            let mut lines: Vec<_> = store.iter().map(|quad| quad.unwrap().to_string()).collect();
            lines.sort();
            lines
        };
        let expected = lines(&store(new));
        let store = store(old);
        for _ in 0..2 {
            for Step { update, .. } in &STEPS {
                let update = SparqlEvaluator::new().parse_update(update).unwrap();
                update.on_store(&store).execute().unwrap();
            }
            assert_eq!(lines(&store), expected);
        }
    }
}
