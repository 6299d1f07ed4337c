//! Patterns of which hardly any matches a given text, asked in one cheap look.
//!
//! A pattern cannot match without certain words; one automaton finds the words of all, and only the
//! patterns are tried that it does not rule out. Invariant: the words are derived from the patterns,
//! so the answers are those of trying each.

use aho_corasick::BuildError;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::words::Finder;

/// A class of more characters says too little to be looked for.
const MOST: usize = 24;

/// Up to 64 patterns, numbered in their order.
pub struct Patterns {
    each: Vec<Regex>,
    finder: Finder,
    /// By word of the automaton: the pattern that needs it or one like it.
    needs: Vec<Open>,
    /// Patterns that need no word.
    always: Open,
}

/// Patterns that may match a text, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open(u64);

impl Open {
    fn only(pattern: usize) -> Self {
        Self(1 << pattern)
    }

    /// Whether `pattern` is among them.
    pub fn has(self, pattern: usize) -> bool {
        self.0 >> pattern & 1 == 1
    }

    /// Those of them that `range` holds.
    pub fn within(self, range: &std::ops::Range<usize>) -> impl Iterator<Item = usize> + use<> {
        let open = range.clone();
        open.filter(move |&pattern| self.has(pattern))
    }
}

impl Patterns {
    /// Compiles the patterns.
    pub fn new<S: AsRef<str>>(
        sources: impl IntoIterator<Item = S>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let each = sources.into_iter().map(|source| Regex::new(source.as_ref()));
        Ok(Self::of(each.collect::<Result<_, _>>()?)?)
    }

    /// Makes ready patterns askable at once.
    pub fn of(each: Vec<Regex>) -> Result<Self, BuildError> {
        assert!(each.len() <= 64, "a bit for each pattern");
        let (mut words, mut needs, mut always) = (vec![], vec![], Open::default());
        for (i, pattern) in each.iter().enumerate() {
            match regex_syntax::parse(pattern.as_str()).ok().and_then(|hir| needed(&hir)) {
                Some(needed) => {
                    needs.extend(needed.iter().map(|_| Open::only(i)));
                    words.extend(needed);
                }
                None => always.0 |= Open::only(i).0,
            }
        }
        Ok(Self { each, finder: Finder::new(words)?, needs, always })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.each.len()
    }

    /// One of them.
    pub fn get(&self, pattern: usize) -> &Regex {
        &self.each[pattern]
    }

    /// The patterns that may match `text`.
    pub fn open(&self, text: &str) -> Open {
        let mut open = self.always;
        self.finder.each(text, |word, _| open.0 |= self.needs[word].0);
        open
    }

    /// The patterns that match `text`, ascending.
    pub fn matching(&self, text: &str) -> impl Iterator<Item = usize> {
        let open = self.open(text).within(&(0..self.len()));
        open.filter(move |&pattern| self.each[pattern].is_match(text))
    }
}

/// Words of which every match of a pattern holds at least one; none if nothing can be said.
fn needed(pattern: &Hir) -> Option<Vec<Vec<u8>>> {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Class(Class::Unicode(class)) => {
            let size: usize = class.ranges().iter().map(|range| range.len()).sum();
            let each = class.iter().flat_map(|range| range.start()..=range.end());
            (size <= MOST).then(|| each.map(|c| c.to_string().into_bytes()).collect())
        }
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => needed(&repetition.sub),
        HirKind::Capture(capture) => needed(&capture.sub),
        // The longer the shortest word, the rarer it is; of like ones, the fewer the better.
        HirKind::Concat(parts) => parts.iter().filter_map(needed).max_by_key(|words| {
            let shortest = words.iter().map(Vec::len).min();
            (shortest, std::cmp::Reverse(words.len()))
        }),
        HirKind::Alternation(choices) => {
            let each: Option<Vec<_>> = choices.iter().map(needed).collect();
            Some(each?.concat())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_no_match_can_be_without() {
        let words = |pattern: &str| {
            let needed = needed(&regex_syntax::parse(pattern).unwrap())?;
            Some(needed.iter().map(|w| String::from_utf8(w.clone()).unwrap()).collect::<Vec<_>>())
        };
        assert_eq!(words(r"^\s*(?:牵头|配合)(?:单位)?[：:]").unwrap(), ["牵头", "配合"]);
        assert_eq!(words(r"第\d+").unwrap(), ["第"]);
        assert_eq!(words(r"\d{1,4}"), None);
        assert_eq!(words("甲|.*"), None);
    }

    #[test]
    fn answers_are_those_of_each_pattern() {
        let patterns = Patterns::new(["甲乙+", "^丁$", r"\d"]).unwrap();
        assert_eq!(patterns.matching("甲乙丁").collect::<Vec<_>>(), [0]);
        assert_eq!(patterns.matching("丁").collect::<Vec<_>>(), [1]);
        assert_eq!(patterns.matching("甲3").collect::<Vec<_>>(), [2]);
        assert_eq!(patterns.matching("甲").count(), 0);
    }
}
