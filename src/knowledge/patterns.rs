//! Patterns of which hardly any matches a given text, asked in one cheap look.
//!
//! A pattern cannot match without certain words; one automaton finds the words of all, and only the
//! patterns are tried that it does not rule out. Invariant: the words are derived from the patterns,
//! so the answers are those of trying each.

use aho_corasick::BuildError;
use regex::{Regex, RegexSet, SetMatches};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::words::{Chars, Finder};

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

/// Patterns for the beginning of a text, where few texts begin with a character that a match begins with.
pub struct Openings {
    set: RegexSet,
    /// What matches begin with; none if that may be anything.
    firsts: Option<Chars>,
}

impl Openings {
    /// Compiles the patterns, which need no `^`.
    pub fn new<S: AsRef<str>>(sources: impl IntoIterator<Item = S>) -> Result<Self, regex::Error> {
        let anchored = sources.into_iter().map(|source| format!("^(?:{})", source.as_ref()));
        let anchored: Vec<_> = anchored.collect();
        let firsts = regex_syntax::parse(&format!("(?:{})", anchored.join("|"))).ok();
        Ok(Self {
            set: RegexSet::new(&anchored)?,
            firsts: firsts.and_then(|all| first_chars(&all)),
        })
    }

    /// The patterns that `text` begins with; none if there is none.
    pub fn matches(&self, text: &str) -> Option<SetMatches> {
        let first = |firsts: &Chars| text.chars().next().is_some_and(|c| firsts.has(c));
        let may = self.firsts.as_ref().is_none_or(first);
        (may && self.set.is_match(text)).then(|| self.set.matches(text))
    }
}

/// The characters that matches of a pattern begin with; none if a match may be empty or begin with one of very many.
pub fn first_chars(pattern: &Hir) -> Option<Chars> {
    /// More characters make no quick look.
    const MANY: usize = 4096;
    let (class, empty) = firsts(pattern)?;
    let size: usize = class.ranges().iter().map(|range| range.len()).sum();
    let chars = class.iter().flat_map(|range| range.start()..=range.end());
    (!empty && size <= MANY).then(|| chars.collect())
}

/// The characters that matches begin with, and whether a match may be empty.
fn firsts(pattern: &Hir) -> Option<(ClassUnicode, bool)> {
    let none = ClassUnicode::empty();
    Some(match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => (none, true),
        HirKind::Literal(literal) => {
            let first = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            (ClassUnicode::new([ClassUnicodeRange::new(first, first)]), false)
        }
        HirKind::Class(Class::Unicode(class)) => (class.clone(), false),
        HirKind::Class(Class::Bytes(_)) => return None,
        HirKind::Repetition(repetition) => {
            let (class, empty) = firsts(&repetition.sub)?;
            (class, empty || repetition.min == 0)
        }
        HirKind::Capture(capture) => firsts(&capture.sub)?,
        HirKind::Concat(parts) => {
            let mut all = none;
            for part in parts {
                let (class, empty) = firsts(part)?;
                all.union(&class);
                if !empty {
                    return Some((all, false));
                }
            }
            (all, true)
        }
        HirKind::Alternation(choices) => {
            let mut all = (none, false);
            for choice in choices {
                let (class, empty) = firsts(choice)?;
                all.0.union(&class);
                all.1 |= empty;
            }
            all
        }
    })
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
    fn first_characters_are_those_of_any_match() {
        let firsts = |pattern: &str| first_chars(&regex_syntax::parse(pattern).unwrap());
        let has = |pattern: &str, c| firsts(pattern).unwrap().has(c);
        assert!(has(r"^\s*(?:第|[一二])甲|乙", '一') && has(r"^\s*(?:第|[一二])甲|乙", '乙'));
        assert!(has(r"^\s*第", ' ') && !has(r"^\s*第", '甲'));
        assert!(firsts("甲*").is_none() && firsts("[^甲]").is_none());
        let openings = Openings::new([r"\d+、", "第.条|附件", "甲"]).unwrap();
        let matches = |text| openings.matches(text).map(|all| all.iter().collect::<Vec<_>>());
        assert_eq!(matches("３、乙"), Some(vec![0]));
        assert_eq!((matches("附件"), matches("件"), matches("")), (Some(vec![1]), None, None));
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
