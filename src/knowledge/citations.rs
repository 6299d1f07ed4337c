//! What the program knows of titles and of how a text uses them: `seeds/citations.toml`.
//!
//! Invariant: every word of the file is tried by a test on the examples beside it. The citation
//! extractor reads uses with it, the resolve stage reads titles with it.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::alternation;
use crate::model::CitationKind;

mod file;
mod title;

use file::{AfterEntry, File};
pub use title::{Relation, TitleRules};

/// A verb before a title, as the file describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verb {
    pub kind: CitationKind,
    /// A verb after the title is stronger.
    pub light: bool,
    /// It governs a title only when it stands directly before it or before its maker.
    pub adjacent: bool,
    /// It says that a text is made public: in a preamble, the document's own.
    pub issuing: bool,
    /// `将`: the verb stands after the title.
    pub disposal: bool,
}

/// A verb after a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub kind: CitationKind,
    /// Not a verb but something made of the titled text (`《甲》实施细则`).
    pub derived: bool,
}

/// The compiled rules.
pub struct CitationRules {
    /// Finds the longest verb at each place; a word of `not_verbs` hides those inside it.
    before: AhoCorasick,
    /// One a pattern of `before`; none for `not_verbs`.
    verbs: Vec<Option<Verb>>,
    after: Regex,
    /// Per capture group of `after`.
    afters: Vec<After>,
    frame_opens: Regex,
    frame_closes: Regex,
    formula: AhoCorasick,
    formulas: Vec<CitationKind>,
    alias: Regex,
    /// At the end of what stands before a verb.
    done: Regex,
    /// The same in the brackets after a title; the first group is the short name.
    short: Regex,
    /// What is known of titles themselves.
    pub titles: TitleRules,
}

impl CitationRules {
    /// The rules that come with the program.
    pub fn embedded() -> Self {
        let file: File =
            toml::from_str(SOURCE).expect("seeds/citations.toml is checked by the tests");
        Self::compile(file).expect("seeds/citations.toml is checked by the tests")
    }

    fn compile(file: File) -> Result<Self, Box<dyn std::error::Error>> {
        let mut words = Vec::new();
        let mut verbs = Vec::new();
        for e in &file.before {
            for w in &e.words {
                words.push(w.as_str());
                verbs.push(Some(Verb {
                    kind: e.kind,
                    light: e.light,
                    adjacent: e.adjacent,
                    issuing: e.issuing,
                    disposal: e.disposal,
                }));
            }
        }
        for w in &file.not_verbs.words {
            words.push(w);
            verbs.push(None);
        }
        // What is made of a title (`《甲》实施细则`) is looked for before what only looks like a verb.
        let (derived, others): (Vec<_>, Vec<_>) = file.after.iter().partition(|e| e.derived);
        let groups = |entries: &[&AfterEntry]| {
            let groups: Vec<_> =
                entries.iter().map(|e| format!("({})", alternation(&e.words))).collect();
            groups.join("|")
        };
        let formulas: Vec<_> =
            file.formula.iter().flat_map(|f| f.words.iter().map(|w| (w, f.kind))).collect();
        Ok(Self {
            before: leftmost_longest(&words)?,
            verbs,
            after: Regex::new(&format!(
                r"^(?:{}|\s)*(?:{}|(?:{})|{})",
                alternation(&file.between.words),
                groups(&derived),
                alternation(&file.not_verbs.words),
                groups(&others)
            ))?,
            afters: derived
                .iter()
                .chain(&others)
                .map(|e| After { kind: e.kind, derived: e.derived })
                .collect(),
            frame_opens: Regex::new(&format!("(?:{})$", alternation(&file.frame.opens)))?,
            frame_closes: Regex::new(&format!(
                "^[^，。；]{{0,12}}?(?:{})",
                alternation(&file.frame.closes)
            ))?,
            formula: leftmost_longest(formulas.iter().map(|(w, _)| w))?,
            formulas: formulas.iter().map(|&(_, k)| k).collect(),
            alias: Regex::new(&format!(
                r"(?:{})[为是：:\s“”‘’']*$",
                alternation(&file.alias.words)
            ))?,
            done: Regex::new(&format!(
                r"(?:{})(?:{}|\s)*$",
                alternation(&file.done.words),
                alternation(&file.done.verbs)
            ))?,
            short: Regex::new(&format!(
                r"^[》〉>\s]*(?:[（(][^（）()]{{0,80}}[）)])?\s*[（(][^（）()]{{0,60}}?(?:{})[为是：:\s]*[《“‘]?([^》”’（）()]{{1,40}})",
                alternation(&file.alias.words)
            ))?,
            titles: TitleRules::compile(&file)?,
        })
    }

    /// The verbs in `text` in its order, overlapping none; byte ranges.
    pub fn verbs<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, Verb)> + 'a {
        self.before.find_iter(text).filter_map(|m| Some((m.range(), self.verbs[m.pattern()]?)))
    }

    /// The verb, or the thing made of the text, that directly follows a title.
    pub fn after(&self, text: &str) -> Option<After> {
        let found = self.after.captures(text)?;
        (1..found.len()).find(|&i| found.get(i).is_some()).map(|i| self.afters[i - 1])
    }

    /// Whether a title between these stands in a frame such as `以…为依据`.
    pub fn framed(&self, before: &str, after: &str) -> bool {
        self.frame_opens.is_match(before) && self.frame_closes.is_match(after)
    }

    /// The first formula by which a document speaks of what it prints, and its byte offset.
    pub fn formula(&self, text: &str) -> Option<(usize, CitationKind)> {
        self.formula.find(text).map(|m| (m.start(), self.formulas[m.pattern()]))
    }

    /// The short name that brackets after a title introduce for it; `after` begins where the title ends.
    pub fn short_name<'a>(&self, after: &'a str) -> Option<&'a str> {
        self.short.captures(after)?.get(1).map(|m| m.as_str())
    }

    /// Whether what stands before a verb tells that it was done before.
    pub fn is_done(&self, before: &str) -> bool {
        self.done.is_match(before)
    }

    /// Whether what stands before a title introduces it as a short name.
    pub fn introduces_alias(&self, before: &str) -> bool {
        self.alias.is_match(before)
    }
}

/// A title as it is compared: NFKC, letters and digits only, so that no punctuation counts.
pub fn bare(title: &str) -> String {
    // Of plain characters, as nearly all titles are, only the punctuation goes.
    let plain = |c| matches!(c, ' '..='~' | '\u{4e00}'..='\u{9fff}' | '\u{3001}'..='\u{3002}' | '\u{3008}'..='\u{3011}' | '（' | '）' | '，' | '：' | '；' | '“' | '”' | '—');
    if title.chars().all(plain) {
        return title
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c >= '\u{4e00}' && *c <= '\u{9fff}')
            .collect();
    }
    title.nfkc().filter(|c| c.is_alphanumeric()).collect()
}

/// Brackets that enclose a title: is it double, when it is one that opens?
pub fn opens(c: char) -> Option<bool> {
    match c {
        '《' | '«' | '︽' | '⟪' => Some(true),
        '〈' | '‹' | '<' | '＜' | '﹤' | '⟨' | '︿' | '\u{2329}' => Some(false),
        _ => None,
    }
}

/// Brackets that enclose a title: is it double, when it is one that closes?
pub fn closes(c: char) -> Option<bool> {
    match c {
        '》' | '»' | '︾' | '⟫' => Some(true),
        '〉' | '›' | '>' | '＞' | '﹥' | '⟩' | '﹀' | '\u{232A}' => Some(false),
        _ => None,
    }
}

fn leftmost_longest<W: AsRef<[u8]>>(
    words: impl IntoIterator<Item = W>,
) -> Result<AhoCorasick, aho_corasick::BuildError> {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words)
}

const SOURCE: &str = include_str!("../../seeds/citations.toml");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::examples::{Entry, entries};

    pub fn file() -> File {
        toml::from_str(SOURCE).unwrap()
    }

    /// Before and after the first title of an example.
    fn around(example: &str) -> (&str, &str) {
        let (before, rest) = example.split_once('《').unwrap();
        (before, rest.split_once('》').unwrap().1)
    }

    pub fn each_is_used(words: &[String], entry: &Entry, reads: impl Fn(&str, &str) -> bool) {
        for w in words {
            assert!(entry.examples.iter().any(|e| reads(w, e)), "{w} reads none of its examples");
        }
    }

    #[test]
    fn verbs_before_a_title_read_their_examples() {
        let rules = CitationRules::embedded();
        for (entry, texts) in file().before.iter().zip(entries(SOURCE, "before")) {
            let expected = (entry.kind, entry.light, entry.adjacent, entry.issuing, entry.disposal);
            for e in &texts.examples {
                let (_, v) = rules.verbs(around(e).0).last().unwrap_or_else(|| panic!("{e}"));
                assert_eq!((v.kind, v.light, v.adjacent, v.issuing, v.disposal), expected, "{e}");
            }
            // A word is also tried inside a list of verbs (`开齐开足开好`).
            each_is_used(&entry.words, &texts, |w, e| {
                rules.verbs(around(e).0).any(|(r, _)| &around(e).0[r] == w)
            });
        }
    }

    #[test]
    fn verbs_after_a_title_read_their_examples() {
        let rules = CitationRules::embedded();
        for (entry, texts) in file().after.iter().zip(entries(SOURCE, "after")) {
            for e in &texts.examples {
                let found = rules.after(around(e).1);
                assert_eq!(found, Some(After { kind: entry.kind, derived: entry.derived }), "{e}");
            }
            each_is_used(&entry.words, &texts, |w, e| around(e).1.contains(w));
        }
        assert_eq!(rules.after("实施后"), None);
    }

    #[test]
    fn frames_and_formulas_read_their_examples() {
        let rules = CitationRules::embedded();
        let frame = &entries(SOURCE, "frame")[0];
        for e in &frame.examples {
            assert!(rules.framed(around(e).0, around(e).1), "{e}");
        }
        for e in &frame.counter_examples {
            assert!(!rules.framed(around(e).0, around(e).1), "{e}");
        }
        let done = &entries(SOURCE, "done")[0];
        let before = |e: &str| {
            let before = around(e).0.to_owned();
            let at = rules.verbs(&before).last().map_or(before.len(), |(r, _)| r.start);
            before[..at].to_owned()
        };
        for e in &done.examples {
            assert!(rules.is_done(&before(e)), "{e}");
        }
        for e in &done.counter_examples {
            assert!(!rules.is_done(&before(e)), "{e}");
        }
        each_is_used(&file().done.words, done, |w, e| e.contains(w));
        for (f, texts) in file().formula.iter().zip(entries(SOURCE, "formula")) {
            for e in &texts.examples {
                assert_eq!(rules.formula(e).map(|x| x.1), Some(f.kind), "{e}");
            }
            each_is_used(&f.words, &texts, |w, e| e.contains(w));
        }
    }
}
