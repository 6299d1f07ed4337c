//! What numbers mean: the units and words of `seeds/targets.toml`.
//!
//! Invariant: every list is ready for the three questions asked of it: does a text end with a word
//! of it, begin with one, or hold one. Only the target extractor depends on this.

use aho_corasick::AhoCorasick;
use foldhash::{HashMap, HashMapExt};
use serde::Deserialize;

use super::words::{Affixes, longest};
use crate::model::TargetClass;

/// What a unit measures; it decides what a number needs to count as an aim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    Percent,
    Money,
    Time,
    Person,
    Measure,
    Count,
}

/// A reading that the table promises.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub text: String,
    /// `[limit ]COMPARATOR VALUE[ UNIT]`, one a fact; all of them.
    pub facts: Vec<String>,
    /// `achievement`: read as an item of a report.
    #[serde(default = "as_task")]
    pub class: TargetClass,
}

fn as_task() -> TargetClass {
    TargetClass::Target
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListEntry {
    words: Vec<String>,
    examples: Vec<Example>,
}

/// Words that mean the same to the extractor.
#[derive(Deserialize)]
#[serde(try_from = "ListEntry")]
pub struct WordList {
    /// Longest first.
    affixes: Affixes,
    anywhere: AhoCorasick,
    examples: Vec<Example>,
}

impl TryFrom<ListEntry> for WordList {
    type Error = aho_corasick::BuildError;

    fn try_from(mut entry: ListEntry) -> Result<Self, Self::Error> {
        entry.words.sort_by_key(|w| std::cmp::Reverse(w.len()));
        let anywhere = longest(&entry.words)?;
        Ok(Self { affixes: entry.words.into(), anywhere, examples: entry.examples })
    }
}

impl WordList {
    /// The text without the longest word at its end; none where no word stands there.
    pub fn strip_end<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.affixes.strip_end(text)
    }

    /// The text without the longest word at its start; none where no word stands there.
    pub fn strip_start<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.affixes.strip_start(text)
    }

    /// Whether a word stands anywhere in the text.
    pub fn is_in(&self, text: &str) -> bool {
        self.anywhere.is_match(text)
    }

    /// Byte offsets of the first word in the text.
    pub fn first(&self, text: &str) -> Option<(usize, usize)> {
        self.anywhere.find(text).map(|m| (m.start(), m.end()))
    }

    /// Byte offsets of the words in the text.
    pub fn all<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.anywhere.find_iter(text).map(|m| (m.start(), m.end()))
    }

    /// Byte offsets of the last word in the text.
    pub fn last(&self, text: &str) -> Option<(usize, usize)> {
        self.all(text).last()
    }
}

/// The lists of the table; each is explained there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    pub frequency: WordList,
    pub period: WordList,
    pub at_least: WordList,
    pub at_most: WordList,
    pub exactly: WordList,
    pub rise: WordList,
    pub fall: WordList,
    pub filler: WordList,
    pub or_more: WordList,
    pub or_less: WordList,
    pub about: WordList,
    pub at_least_distant: WordList,
    pub at_most_distant: WordList,
    pub cap: WordList,
    pub rate: WordList,
    pub levy: WordList,
    pub concerned: WordList,
    pub reckoned: WordList,
    pub respectively: WordList,
    pub joint: WordList,
    pub aim: WordList,
    pub make: WordList,
    pub scope: WordList,
    pub near_scope: WordList,
    pub not_near_scope: WordList,
    pub lasting: WordList,
    pub not_unit: WordList,
    pub sorting: WordList,
    pub part: WordList,
    pub base: WordList,
    pub from: WordList,
    pub past: WordList,
    pub long_past: WordList,
    pub ahead: WordList,
    pub compared: WordList,
    pub subsidy: WordList,
    pub case: WordList,
    pub service: WordList,
    pub duration: WordList,
    pub condition: WordList,
    pub all: WordList,
    pub not_all: WordList,
    pub each: WordList,
    pub modality: WordList,
    pub leading: WordList,
    pub not_filler: WordList,
    pub per: WordList,
    pub shared: WordList,
    pub grant: WordList,
    pub total: WordList,
    pub single: WordList,
    pub rank: WordList,
    pub not_reckoned: WordList,
    pub giving: WordList,
    pub bearer: WordList,
    pub supposed: WordList,
    pub not_supposed: WordList,
    pub dimension: WordList,
    pub policy: WordList,
    pub gift: WordList,
    pub finished: WordList,
    pub spread: WordList,
    pub served: WordList,
    pub dealt: WordList,
    pub done: WordList,
    pub criterion: WordList,
    pub removal: WordList,
    pub partner: WordList,
    pub regimen: WordList,
    pub not_yet: WordList,
    pub settled: WordList,
    pub wanting: WordList,
    pub place_of: WordList,
    pub hanging: WordList,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitEntry {
    kind: UnitKind,
    words: Vec<String>,
    examples: Vec<Example>,
}

/// The words of `保5争9`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pledge {
    pub secure: String,
    pub strive: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldEntry {
    words: Vec<String>,
    headings: Vec<String>,
    counter_headings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    unit: Vec<UnitEntry>,
    pledge: Pledge,
    told: ToldEntry,
    list: Lists,
    example: Vec<Example>,
}

/// The compiled table.
pub struct TargetRules {
    /// Units by their first character, the longest first.
    units: HashMap<char, Vec<(String, UnitKind)>>,
    pub words: Lists,
    pub pledge: Pledge,
    /// Endings of the headings below which stands what was reached.
    pub told: Vec<String>,
    examples: Vec<Example>,
    /// Headings that such an ending makes one of those, and headings that it does not.
    headings: [Vec<String>; 2],
}

impl TargetRules {
    /// The table that comes with the program.
    pub fn embedded() -> Self {
        let file: File =
            toml::from_str(SOURCE).expect("seeds/targets.toml is checked by the tests");
        let mut units: HashMap<char, Vec<(String, UnitKind)>> = HashMap::new();
        let mut examples = file.example;
        for entry in file.unit {
            examples.extend(entry.examples);
            for word in entry.words {
                if let Some(first) = word.chars().next() {
                    units.entry(first).or_default().push((word, entry.kind));
                }
            }
        }
        for list in units.values_mut() {
            list.sort_by_key(|(w, _)| std::cmp::Reverse(w.len()));
        }
        let ToldEntry { words: mut told, headings, counter_headings } = file.told;
        told.sort_by_key(|w| std::cmp::Reverse(w.len()));
        let headings = [counter_headings, headings];
        Self { units, words: file.list, pledge: file.pledge, told, examples, headings }
    }

    /// The longest unit that `text` begins with.
    pub fn unit(&self, text: &str) -> Option<(&str, UnitKind)> {
        let candidates = self.units.get(&text.chars().next()?)?;
        let (word, kind) = candidates.iter().find(|(w, _)| text.starts_with(w.as_str()))?;
        // a longer word than the unit that begins with it: `110处置`
        let other = self
            .words
            .not_unit
            .strip_start(text)
            .is_some_and(|rest| text.len() - rest.len() > word.len());
        (!other).then_some((word.as_str(), *kind))
    }

    /// The headings that the table promises to tell apart: those of what was reached, and others.
    pub fn headings(&self, of_the_past: bool) -> &[String] {
        &self.headings[usize::from(of_the_past)]
    }

    /// The readings that the table promises.
    pub fn examples(&self) -> impl Iterator<Item = &Example> {
        let w = &self.words;
        let lists = [
            &w.frequency,
            &w.period,
            &w.at_least,
            &w.at_most,
            &w.exactly,
            &w.rise,
            &w.fall,
            &w.filler,
            &w.or_more,
            &w.or_less,
            &w.about,
            &w.at_least_distant,
            &w.at_most_distant,
            &w.cap,
            &w.rate,
            &w.levy,
            &w.concerned,
            &w.reckoned,
            &w.respectively,
            &w.joint,
            &w.aim,
            &w.make,
            &w.scope,
            &w.near_scope,
            &w.not_near_scope,
            &w.lasting,
            &w.not_unit,
            &w.sorting,
            &w.part,
            &w.base,
            &w.from,
            &w.past,
            &w.long_past,
            &w.ahead,
            &w.compared,
            &w.subsidy,
            &w.case,
            &w.service,
            &w.duration,
            &w.condition,
            &w.all,
            &w.not_all,
            &w.each,
            &w.modality,
            &w.leading,
            &w.not_filler,
            &w.per,
            &w.shared,
            &w.grant,
            &w.giving,
            &w.bearer,
            &w.supposed,
            &w.not_supposed,
            &w.dimension,
            &w.policy,
            &w.gift,
            &w.finished,
            &w.spread,
            &w.served,
            &w.dealt,
            &w.total,
            &w.single,
            &w.rank,
            &w.not_reckoned,
            &w.done,
            &w.criterion,
            &w.removal,
            &w.partner,
            &w.regimen,
            &w.not_yet,
            &w.settled,
            &w.wanting,
            &w.place_of,
            &w.hanging,
        ];
        self.examples.iter().chain(lists.into_iter().flat_map(|l| &l.examples))
    }
}

const SOURCE: &str = include_str!("../../seeds/targets.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_holds_a_word_of_its_list() {
        let table: toml::Table = toml::from_str(SOURCE).unwrap();
        let holds = |entry: &toml::Value| {
            let words: Vec<_> =
                entry["words"].as_array().unwrap().iter().filter_map(|w| w.as_str()).collect();
            let examples = entry["examples"].as_array().unwrap();
            assert!(!examples.is_empty(), "{words:?}");
            for example in examples {
                let text = example["text"].as_str().unwrap();
                assert!(words.iter().any(|w| text.contains(w)), "{text} holds none of {words:?}");
            }
        };
        table["unit"].as_array().unwrap().iter().for_each(holds);
        table["list"].as_table().unwrap().values().for_each(holds);
    }

    #[test]
    fn the_longest_unit_wins() {
        let rules = TargetRules::embedded();
        assert_eq!(rules.unit("个工作日内"), Some(("个工作日", UnitKind::Time)));
        assert_eq!(rules.unit("个百分点"), Some(("个百分点", UnitKind::Percent)));
        assert_eq!(rules.unit("强"), None);
    }
}
