//! Lists of words that a short text is asked to begin with, end with or hold one of.
//!
//! These questions are asked of every part of every bracket and clause, so none may cost a look at
//! every word: a list is looked up by the one character that decides, and words inside a text are
//! found by one automaton. Invariant: answers are those of trying the words in the list's order.

use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, BuildError, MatchKind, StartKind};
use serde::Deserialize;

/// Words by their first and by their last character.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct Affixes {
    first: ByChar,
    last: ByChar,
}

impl From<Vec<String>> for Affixes {
    fn from(words: Vec<String>) -> Self {
        Self {
            first: ByChar::new(&words, |w| w.chars().next()),
            last: ByChar::new(&words, |w| w.chars().next_back()),
        }
    }
}

impl Affixes {
    /// The words that `text` begins with, in the order of the list.
    pub fn starts_of<'w>(&'w self, text: &str) -> impl Iterator<Item = &'w str> {
        self.first.of(text.chars().next()).filter(move |w| text.starts_with(w))
    }

    /// The words that `text` ends with, in the order of the list.
    pub fn ends_of<'w>(&'w self, text: &str) -> impl Iterator<Item = &'w str> {
        self.last.of(text.chars().next_back()).filter(move |w| text.ends_with(w))
    }

    /// Whether `text` begins with one of the words.
    pub fn start(&self, text: &str) -> bool {
        self.starts_of(text).next().is_some()
    }

    /// Whether `text` ends with one of the words.
    pub fn end(&self, text: &str) -> bool {
        self.ends_of(text).next().is_some()
    }

    /// Whether `text` is one of the words.
    pub fn contains(&self, text: &str) -> bool {
        self.starts_of(text).any(|w| w.len() == text.len())
    }

    /// `text` without the first word of the list that it begins with.
    pub fn strip_start<'a>(&self, text: &'a str) -> Option<&'a str> {
        let len = self.starts_of(text).next()?.len();
        Some(&text[len..])
    }

    /// `text` without the first word of the list that it ends with.
    pub fn strip_end<'a>(&self, text: &'a str) -> Option<&'a str> {
        let len = self.ends_of(text).next()?.len();
        Some(&text[..text.len() - len])
    }

    /// The characters that the words begin with.
    pub fn first_chars(&self) -> impl Iterator<Item = char> {
        self.first.0.iter().map(|(c, _)| *c)
    }

    /// The characters that the words end with.
    pub fn last_chars(&self) -> impl Iterator<Item = char> {
        self.last.0.iter().map(|(c, _)| *c)
    }
}

/// Words by a character that each has, ascending; the words of one in the order of the list.
#[derive(Clone, Debug, Default)]
struct ByChar(Vec<(char, Vec<String>)>);

impl ByChar {
    fn new(words: &[String], key: impl Fn(&str) -> Option<char>) -> Self {
        let mut all: Vec<(char, Vec<String>)> = Vec::new();
        for word in words {
            let Some(c) = key(word) else { continue };
            match all.binary_search_by_key(&c, |(c, _)| *c) {
                Ok(at) => all[at].1.push(word.clone()),
                Err(at) => all.insert(at, (c, vec![word.clone()])),
            }
        }
        Self(all)
    }

    fn of(&self, c: Option<char>) -> impl Iterator<Item = &str> {
        let at = c.and_then(|c| self.0.binary_search_by_key(&c, |(c, _)| *c).ok());
        at.map_or(&[][..], |at| &self.0[at].1).iter().map(String::as_str)
    }
}

/// A set of characters. Those of the basic plane have a bit each, so that a look costs no search.
#[derive(Clone)]
pub struct Chars {
    basic: Box<[u64; 1024]>,
    beyond: Vec<char>,
}

impl Default for Chars {
    fn default() -> Self {
        Self { basic: Box::new([0; 1024]), beyond: Vec::new() }
    }
}

impl FromIterator<char> for Chars {
    fn from_iter<I: IntoIterator<Item = char>>(chars: I) -> Self {
        let mut set = Self::default();
        for c in chars {
            match u16::try_from(u32::from(c)) {
                Ok(code) => set.basic[usize::from(code / 64)] |= 1 << (code % 64),
                Err(_) => set.beyond.push(c),
            }
        }
        set
    }
}

impl Chars {
    /// The first characters of words.
    pub fn firsts<'w>(words: impl IntoIterator<Item = &'w String>) -> Self {
        words.into_iter().filter_map(|word| word.chars().next()).collect()
    }

    /// Whether `c` is one of them.
    #[inline]
    pub fn has(&self, c: char) -> bool {
        match u16::try_from(u32::from(c)) {
            Ok(code) => self.basic[usize::from(code / 64)] >> (code % 64) & 1 == 1,
            Err(_) => self.beyond.contains(&c),
        }
    }
}

/// Finds all of many words in one pass over a text, overlapping ones too.
pub struct Finder(DFA);

impl Finder {
    /// A finder of `words`, which are numbered in their order.
    pub fn new<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Result<Self, BuildError> {
        let words: Vec<_> = words.into_iter().collect();
        Ok(Self(DFA::builder().prefilter(false).build(&words)?))
    }

    /// Whether `text` holds one of the words.
    pub fn is_in(&self, text: &str) -> bool {
        let Ok(mut state) = self.0.start_state(Anchored::No) else { return false };
        text.as_bytes().iter().any(|&byte| {
            state = self.0.next_state(Anchored::No, state, byte);
            self.0.is_match(state)
        })
    }

    /// Calls `found` with each word that `text` holds and the place where it ends.
    #[inline]
    pub fn each(&self, text: &str, mut found: impl FnMut(usize, usize)) {
        let Ok(mut state) = self.0.start_state(Anchored::No) else { return };
        for (at, &byte) in text.as_bytes().iter().enumerate() {
            state = self.0.next_state(Anchored::No, state, byte);
            if self.0.is_match(state) {
                for which in 0..self.0.match_len(state) {
                    found(self.0.match_pattern(state, which).as_usize(), at + 1);
                }
            }
        }
    }
}

/// Finds which of `words` a text holds, overlapping ones too. Made for texts of a few characters.
pub fn anywhere<W: AsRef<[u8]>>(
    words: impl IntoIterator<Item = W>,
) -> Result<AhoCorasick, BuildError> {
    automaton(MatchKind::Standard, StartKind::Unanchored, words)
}

/// Finds the longest of `words` at each place of a text.
pub fn longest<W: AsRef<[u8]>>(
    words: impl IntoIterator<Item = W>,
) -> Result<AhoCorasick, BuildError> {
    automaton(MatchKind::LeftmostLongest, StartKind::Unanchored, words)
}

/// Like [`longest`], and can be asked for a text's beginning alone.
pub fn longest_or_first<W: AsRef<[u8]>>(
    words: impl IntoIterator<Item = W>,
) -> Result<AhoCorasick, BuildError> {
    automaton(MatchKind::LeftmostLongest, StartKind::Both, words)
}

/// The first bytes of Chinese words are too few to skip text by, so the automaton reads all of it.
fn automaton<W: AsRef<[u8]>>(
    kind: MatchKind,
    start: StartKind,
    words: impl IntoIterator<Item = W>,
) -> Result<AhoCorasick, BuildError> {
    AhoCorasick::builder()
        .match_kind(kind)
        .start_kind(start)
        .kind(Some(AhoCorasickKind::DFA))
        .prefilter(false)
        .build(words)
}

/// Where the remark begins that a title is that of a draft (`（征求意见稿）`).
pub fn draft_note(title: &str) -> Option<usize> {
    let inner = title.trim_end().strip_suffix(['）', ')'])?;
    let open = inner.rfind(['（', '('])?;
    let note = inner[open..].trim_start_matches(['（', '(']).trim();
    let draft = note.ends_with('稿') || note.ends_with("草案");
    (draft && note.chars().count() <= 12).then_some(open)
}

/// A title without that remark.
pub fn without_draft_note(title: &str) -> &str {
    draft_note(title).filter(|&at| at > 0).map_or(title, |at| title[..at].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affixes_are_found_in_the_order_of_the_list() {
        let list: Vec<String> = ["局", "教育局", "市"].map(str::to_owned).to_vec();
        let words = Affixes::from(list);
        assert_eq!(words.ends_of("市教育局").collect::<Vec<_>>(), ["局", "教育局"]);
        assert_eq!(words.strip_end("市教育局"), Some("市教育"));
        assert_eq!(words.strip_start("市教育局"), Some("教育局"));
        assert!(words.contains("教育局") && !words.contains("育局"));
        assert!(!words.start("省") && !words.end("") && !words.end("省"));
    }

    #[test]
    fn a_finder_finds_overlapping_words() {
        let finder = Finder::new(["教育局", "育局", "市教", "厅"]).unwrap();
        let mut found = Vec::new();
        finder.each("市教育局", |word, end| found.push((word, end)));
        found.sort_unstable();
        assert_eq!(found, [(0, 12), (1, 12), (2, 6)]);
        assert!(finder.is_in("市教育局") && !finder.is_in("教育"));
    }

    #[test]
    fn a_character_is_in_its_set() {
        let set: Chars = "局a\u{20000}".chars().collect();
        assert!("局a\u{20000}".chars().all(|c| set.has(c)));
        assert!(!set.has('市') && !set.has('\u{20001}'));
    }

    #[test]
    fn a_draft_is_called_as_what_it_will_be() {
        assert_eq!(without_draft_note("管理条例（草案送审稿）"), "管理条例");
        assert_eq!(without_draft_note("管理办法（征求意见稿）"), "管理办法");
        for title in ["管理办法（试行）", "（草案）", "投稿（含论文）", "关于草案的说明"]
        {
            assert_eq!(without_draft_note(title), title);
        }
    }
}
