//! Full text over the store: which task, document or agency has these words, how well, and where.
//!
//! Invariant: the index holds nothing that the store does not say, and rebuilding it from the store gives the
//! same answers with the same scores. The store keeps the two in step; this module knows no store: it is given
//! [`Entry`]s by the graph they stand in. `web` asks through [`Index::search`], SPARQL through [`answer`].
//! tantivy stays here.

mod entry;
mod fold;
mod index;
mod pinyin;
mod question;
mod score;
mod service;
mod snippet;
mod token;

pub use entry::{Entry, Kind};
pub use index::{Found, Hit, Index};
pub use service::{PatternError, SERVICE, answer};
pub use snippet::Snippet;
pub use token::Tokenizer;

/// Why a search has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the search text names nothing to look for: give at least one word")]
    NothingSought,
    #[error("OR stands between two words or phrases of the search text")]
    NothingBesideOr,
    #[error("the search text is longer than {longest} characters")]
    TooLong { longest: usize },
    #[error("SERVICE gm:search: {0}")]
    Pattern(#[from] PatternError),
    #[error("the search index cannot be read or written: {0}")]
    Index(#[from] tantivy::TantivyError),
    #[error("the search index cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    #[error("the store cannot be read for the search index: {0}")]
    Store(#[from] oxigraph::store::StorageError),
}

impl SearchError {
    /// Whether another question would have an answer.
    pub fn is_of_the_question(&self) -> bool {
        match self {
            Self::NothingSought | Self::NothingBesideOr | Self::TooLong { .. } => true,
            Self::Pattern(_) => true,
            Self::Index(_) | Self::Io(_) | Self::Store(_) => false,
        }
    }
}
