//! How well a thing answers: BM25 over what is there now.
//!
//! tantivy counts deleted entries until their segment is merged, so the same store would give other scores
//! after a change than after rebuilding. Here deleted entries do not count, and lengths are measured against
//! fixed averages.

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, Term};

/// Tokens of a field of average length: between a heading's dozen and a task's some hundred.
const AVERAGE: u64 = 60;

/// Scores are rounded to this part, since sums of the same terms differ in their last bits with their order.
const GRAIN: f32 = 1000.0;

/// The statistics of the entries that are not deleted.
pub(super) struct Living<'a>(pub(super) &'a Searcher);

impl Bm25StatisticsProvider for Living<'_> {
    fn total_num_tokens(&self, _field: Field) -> tantivy::Result<u64> {
        Ok(AVERAGE * self.0.num_docs())
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.0.num_docs())
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let mut living = 0;
        for segment in self.0.segment_readers() {
            let index = segment.inverted_index(term.field())?;
            let Some(deleted) = segment.alive_bitset() else {
                living += u64::from(index.doc_freq(term)?);
                continue;
            };
            let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else {
                continue;
            };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                living += u64::from(deleted.is_alive(doc));
                doc = postings.advance();
            }
        }
        Ok(living)
    }
}

/// A score as it is told.
pub(super) fn round(score: f32) -> f32 {
    (score * GRAIN).round() / GRAIN
}
