//! How often claims of a kind were right on annotated documents: the table `seeds/confidence.toml`.
//!
//! A rule says how sure it is (its prior, such as 0.8); the table says how many claims of the same
//! kind and prior were right. The confidence that is published is the share of right ones, smoothed
//! with the prior, so that a kind of claim that was never measured keeps what its rule says.

use foldhash::{HashMap, HashMapExt};
use serde::Deserialize;
use serde::de::value::StrDeserializer;

use crate::model::{Basis, CitationKind, TargetClass};

/// What a claim is about and what kind of place it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimKind {
    Responsibility(Basis),
    Quantity(TargetClass),
    Deadline,
    Citation(CitationKind),
}

impl ClaimKind {
    /// The kind of a name in the table.
    fn named(name: &str) -> Option<Self> {
        let (kind, word) = name.split_once('-').unwrap_or((name, ""));
        let word = StrDeserializer::<serde::de::value::Error>::new(word);
        match kind {
            "responsibility" => Basis::deserialize(word).ok().map(Self::Responsibility),
            "quantity" => TargetClass::deserialize(word).ok().map(Self::Quantity),
            "citation" => CitationKind::deserialize(word).ok().map(Self::Citation),
            "deadline" => Some(Self::Deadline),
            _ => None,
        }
    }

    /// The name in the table: `responsibility-prose`, `quantity-limit`, `deadline`.
    pub fn name(self) -> String {
        match self {
            Self::Responsibility(basis) => format!("responsibility-{}", word(basis)),
            Self::Quantity(class) => format!("quantity-{}", word(class)),
            Self::Deadline => "deadline".to_owned(),
            Self::Citation(kind) => format!("citation-{}", word(kind)),
        }
    }
}

/// The name of a variant in the vocabulary.
fn word(variant: impl serde::Serialize) -> String {
    let value = toml::Value::try_from(variant).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// How many claims there were, and how many of them were right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Count {
    pub right: u32,
    pub claims: u32,
}

/// One line of the table: claims of one kind whose rule gave one prior.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Measured {
    /// On documents that the rules were written with.
    #[serde(default)]
    pub seen: Count,
    /// On documents that were annotated before the program was run on them.
    #[serde(default)]
    pub unseen: Count,
}

/// A claim that is less sure than this is shown as a guess: one in four of them is wrong, or more.
pub const GUESS: f32 = 0.75;

/// As many claims as the prior counts for.
const PRIOR_WEIGHT: f32 = 2.0;
/// What a claim on a document counts for that the rules were written with: they fit it, and promise
/// less elsewhere.
const SEEN_WEIGHT: f32 = 0.2;

impl Measured {
    /// The share of right claims, to which the prior counts as two claims more (Laplace's rule with
    /// the rule's own guess in place of one half).
    pub fn smoothed(self, prior: f32) -> f32 {
        let weighed = |seen: u32, unseen: u32| SEEN_WEIGHT * seen as f32 + unseen as f32;
        let right = weighed(self.seen.right, self.unseen.right);
        let claims = weighed(self.seen.claims, self.unseen.claims);
        (right + PRIOR_WEIGHT * prior) / (claims + PRIOR_WEIGHT)
    }
}

/// By the name of a kind and the prior as it is written.
type File = HashMap<String, HashMap<String, Measured>>;

/// The table, by kind and prior in hundredths.
pub struct Confidences(HashMap<(ClaimKind, u16), Measured>);

/// The source of the table.
pub const SOURCE: &str = include_str!("../../seeds/confidence.toml");

impl Confidences {
    /// The table that comes with the program.
    pub fn embedded() -> Self {
        Self::read(SOURCE).expect("seeds/confidence.toml is checked by the tests")
    }

    fn read(source: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(source)?;
        let lines = file.iter().flat_map(|(name, lines)| {
            let line = move |(prior, measured): (&String, &Measured)| {
                Some(((ClaimKind::named(name)?, hundredths(prior.parse().ok()?)), *measured))
            };
            lines.iter().filter_map(line)
        });
        Ok(Self(lines.collect()))
    }

    /// A table of nothing, with which every claim keeps its prior.
    pub fn unmeasured() -> Self {
        Self(HashMap::new())
    }

    /// What was measured of a kind of claim whose rule gave `prior`.
    pub fn measured(&self, kind: ClaimKind, prior: f32) -> Measured {
        self.0.get(&(kind, hundredths(prior))).copied().unwrap_or_default()
    }

    /// How sure a claim is: 0 to 1.
    pub fn of(&self, kind: ClaimKind, prior: f32) -> f32 {
        self.measured(kind, prior).smoothed(prior)
    }
}

/// A prior in hundredths, rounded as it is written.
fn hundredths(prior: f32) -> u16 {
    (f64::from(prior) * 100.0).round_ties_even() as u16
}

/// The prior as the table writes it: `0.97`.
pub fn key(prior: f32) -> String {
    format!("{prior:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_of_a_kind_and_holds_together() {
        let bases = [Basis::Inline, Basis::Table, Basis::AtHeading, Basis::Position, Basis::Prose];
        let classes = [TargetClass::Target, TargetClass::Achievement, TargetClass::Limit];
        let kinds = [
            CitationKind::Implements,
            CitationKind::BasedOn,
            CitationKind::Issues,
            CitationKind::Forwards,
            CitationKind::Drafts,
            CitationKind::Mentions,
            CitationKind::Via,
        ];
        let known: Vec<String> = bases
            .map(ClaimKind::Responsibility)
            .into_iter()
            .chain(classes.map(ClaimKind::Quantity))
            .chain([ClaimKind::Deadline])
            .chain(kinds.map(ClaimKind::Citation))
            .map(ClaimKind::name)
            .collect();
        for (kind, lines) in &toml::from_str::<File>(SOURCE).expect("a table") {
            assert!(known.contains(kind), "{kind}");
            assert_eq!(ClaimKind::named(kind).map(ClaimKind::name).as_ref(), Some(kind));
            for (prior, Measured { seen, unseen }) in lines {
                assert_eq!(prior.parse().map(key).as_ref(), Ok(prior), "{kind} {prior}");
                assert!(
                    seen.right <= seen.claims && unseen.right <= unseen.claims,
                    "{kind} {prior}"
                );
                assert!(seen.claims + unseen.claims > 0, "{kind} {prior}");
            }
        }
    }

    #[test]
    fn what_was_measured_stands_beside_the_prior() {
        let kind = ClaimKind::Responsibility(Basis::Prose);
        assert_eq!(Confidences::unmeasured().of(kind, 0.8), 0.8);
        let table = "[responsibility-prose]\n\"0.80\" = { seen = { right = 5, claims = 5 }, unseen = { right = 0, claims = 1 } }";
        let table = Confidences::read(table).expect("a table");
        assert!((table.of(kind, 0.8) - 0.65).abs() < 1e-6);
        assert_eq!(table.of(kind, 0.6), 0.6);
    }
}
