//! What the program knows: the tables of `seeds/`, read and compiled once.
//!
//! Invariant: no word list stands in code; every entry has examples that the tests check both ways.
//! All stages that read Chinese depend on this; it imports nothing of ours but `model`.

pub mod agencies;
pub mod citations;
pub mod confidence;
pub mod deadlines;
pub mod debris;
mod digest;
pub mod divisions;
mod duty;
#[cfg(test)]
pub mod examples;
pub mod marks;
pub mod names;
pub mod outline;
mod patterns;
pub mod prose;
pub mod recognise;
pub mod roles;
pub mod same;
pub mod targets;
mod tiers;
pub mod words;

use regex::{Regex, RegexBuilder};

use agencies::Agencies;
use citations::CitationRules;
use confidence::Confidences;
use deadlines::DeadlineRules;
use debris::Debris;
use divisions::Divisions;
use outline::OutlineRules;
use prose::ProseRules;
use roles::Roles;
use targets::TargetRules;

/// A pattern that reads any of the words, the longest first.
fn alternation<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    let mut words: Vec<_> = words.into_iter().map(|w| regex::escape(w)).collect();
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    words.join("|")
}

/// A pattern that counts characters or knows many words runs through many states; with room for them
/// they are worked out once and not again in every text.
pub fn roomy(pattern: &str) -> Result<Regex, regex::Error> {
    /// Bytes for the states of a pattern, where the library's own limit is two million.
    const ROOM: usize = 16 << 20;
    RegexBuilder::new(pattern).dfa_size_limit(ROOM).build()
}

/// All tables.
pub struct Knowledge {
    pub debris: Debris,
    pub outline: OutlineRules,
    pub roles: Roles,
    pub prose: ProseRules,
    pub targets: TargetRules,
    pub deadlines: DeadlineRules,
    pub citations: CitationRules,
    pub agencies: Agencies,
    pub divisions: Divisions,
    pub confidences: Confidences,
    /// Tells this knowledge, and the code that reads with it, from any other: hexadecimal digits.
    pub digest: String,
}

/// Why a user's file of names cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    #[error("{path}: {source}; give a readable TOML file of names")]
    Read { path: std::path::PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    Divisions { path: std::path::PathBuf, source: divisions::DivisionError },
    #[error("{path}: {source}")]
    Agencies { path: std::path::PathBuf, source: agencies::AgencyError },
}

impl Knowledge {
    /// The tables that come with the program.
    pub fn embedded() -> Self {
        Self {
            debris: Debris::embedded(),
            outline: OutlineRules::embedded(),
            roles: Roles::embedded(),
            prose: ProseRules::embedded(),
            targets: TargetRules::embedded(),
            deadlines: DeadlineRules::embedded(),
            citations: CitationRules::embedded(),
            agencies: Agencies::embedded(),
            divisions: Divisions::embedded(),
            confidences: Confidences::embedded(),
            digest: digest::digest(""),
        }
    }

    /// These tables with a user's own divisions and bodies, in the form of `seeds/agencies.toml`.
    ///
    /// # Errors
    /// Where the file cannot be read or is not of that form.
    pub fn with_names(mut self, path: &std::path::Path) -> Result<Self, NamesError> {
        let owned = || path.to_owned();
        let toml = std::fs::read_to_string(path)
            .map_err(|source| NamesError::Read { path: owned(), source })?;
        self.divisions
            .extend(&toml)
            .map_err(|source| NamesError::Divisions { path: owned(), source })?;
        self.agencies
            .extend(&toml)
            .map_err(|source| NamesError::Agencies { path: owned(), source })?;
        self.digest = digest::digest(&toml);
        Ok(self)
    }
}
