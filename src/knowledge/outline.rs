//! How documents are laid out: the tables of `seeds/outline.toml`, compiled.
//!
//! Invariant: patterns are anchored here where they must be, so that callers only ask. The outline
//! stage depends on this.

use std::ops::Range;

use regex::{Regex, RegexSet};
use serde::Deserialize;

use super::duty::{self, Duties};
use super::marks::marks;
use super::patterns::{Openings, Patterns};
use super::words::Finder;
use crate::model::{Genre, Tier};

/// A style of item numbers.
#[derive(Debug)]
pub struct NumberStyle {
    pub name: String,
    /// An item stands under the last item of a lower rank.
    pub rank: u8,
    /// May also stand inside a paragraph, after a stop.
    pub inline: bool,
    /// Taken only where it goes on from the number before.
    pub sequential: bool,
}

/// An item number at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Index into [`OutlineRules::styles`].
    pub style: usize,
    /// What it counts to; 0 where the digits make no number.
    pub value: u32,
    /// Its length in bytes.
    pub len: usize,
}

/// What a heading says about the text below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadingClass {
    /// Goals, principles, scope: no work is stated.
    Goal,
    /// Problems found by a report.
    Problem,
    /// What a report recommends.
    Advice,
    /// What was done, in a document that otherwise plans.
    Practice,
    /// Supplementary provisions.
    Provisions,
    /// When it comes into force, what words mean and the like.
    Closing,
    /// Work again, below goals or principles.
    Work,
}

/// A label of the document's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaLabel {
    Written,
    Sent,
    Published,
    Number,
    Issuer,
    Source,
    Title,
    Other,
}

#[derive(Deserialize)]
struct File {
    number: Vec<NumberEntry>,
    heading: Vec<HeadingEntry>,
    annex: AnnexEntry,
    meta: MetaEntry,
    genre: Vec<GenreEntry>,
    tier: TierEntry,
    duty: duty::File,
    told: PatternEntry,
    asking: PatternEntry,
    things: PatternEntry,
    imprint: PatternEntry,
}

#[derive(Deserialize)]
struct PatternEntry {
    pattern: String,
}

#[derive(Deserialize)]
struct NumberEntry {
    name: String,
    rank: u8,
    #[serde(default)]
    inline: bool,
    #[serde(default)]
    sequential: bool,
    pattern: String,
}

#[derive(Deserialize)]
struct HeadingEntry {
    class: HeadingClass,
    patterns: Vec<String>,
}

#[derive(Deserialize)]
struct AnnexEntry {
    opening: String,
    list: String,
}

#[derive(Deserialize)]
struct MetaEntry {
    written: Vec<String>,
    sent: Vec<String>,
    published: Vec<String>,
    number: Vec<String>,
    issuer: Vec<String>,
    source: Vec<String>,
    title: Vec<String>,
    other: Vec<String>,
}

#[derive(Deserialize)]
struct GenreEntry {
    genre: Genre,
    words: Vec<String>,
}

#[derive(Deserialize)]
struct TierEntry {
    draft: Vec<String>,
    unofficial: Vec<String>,
}

/// The compiled tables.
pub struct OutlineRules {
    pub styles: Vec<NumberStyle>,
    numbers: Vec<Regex>,
    any_number: Openings,
    /// Numbers that may stand inside a paragraph, after a stop or at its start.
    inline: Openings,
    /// The styles of `inline`.
    inline_styles: Vec<usize>,
    headings: Patterns,
    /// By pattern of `headings`.
    heading_classes: Vec<HeadingClass>,
    annex_opening: Regex,
    annex_list: Regex,
    /// Lines that begin with a label of the head.
    meta_line: Regex,
    /// A whole word that is a label.
    meta_word: Regex,
    /// (label, where its value stands in the head: group 1).
    meta_values: Vec<(MetaLabel, Regex)>,
    any_meta_value: RegexSet,
    genres: Vec<(Genre, String)>,
    /// Finds the words of `genres`.
    genre_words: Finder,
    draft: Regex,
    unofficial: Regex,
    /// The patterns of `unofficial` one by one.
    unofficial_words: Vec<Regex>,
    duty: Duties,
    told: Regex,
    asking: Regex,
    things: Regex,
    imprint: Regex,
}

impl OutlineRules {
    /// The tables that come with the program.
    pub fn embedded() -> Self {
        let file: File =
            toml::from_str(SOURCE).expect("seeds/outline.toml is checked by the tests");
        Self::compile(file).expect("seeds/outline.toml is checked by the tests")
    }

    fn compile(file: File) -> Result<Self, Box<dyn std::error::Error>> {
        let anchored: Vec<_> = file.number.iter().map(|n| format!("^(?:{})", n.pattern)).collect();
        let inline: Vec<_> = (0..file.number.len()).filter(|&s| file.number[s].inline).collect();
        let labels = [
            (MetaLabel::Written, &file.meta.written),
            (MetaLabel::Sent, &file.meta.sent),
            (MetaLabel::Number, &file.meta.number),
            (MetaLabel::Issuer, &file.meta.issuer),
            (MetaLabel::Source, &file.meta.source),
            (MetaLabel::Title, &file.meta.title),
            (MetaLabel::Published, &file.meta.published),
            (MetaLabel::Other, &file.meta.other),
        ];
        let genres =
            file.genre.into_iter().flat_map(|g| g.words.into_iter().map(move |w| (g.genre, w)));
        let genres: Vec<_> = genres.collect();
        let meta_values = labels
            .into_iter()
            .map(|(label, words)| {
                let value = match label {
                    MetaLabel::Written | MetaLabel::Sent | MetaLabel::Published => {
                        r"((?:19|20)\d{2}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2})"
                    }
                    _ => r"([^\s|：:][^\n|：:]*)",
                };
                let words = words.join("|");
                Ok((
                    label,
                    Regex::new(&format!(r"(?:^|[^\p{{Han}}])(?:{words})\s*[：:|]\s*{value}"))?,
                ))
            })
            .collect::<Result<Vec<_>, regex::Error>>()?;
        Ok(Self {
            numbers: anchored.iter().map(|p| Regex::new(p)).collect::<Result<_, _>>()?,
            any_number: Openings::new(file.number.iter().map(|n| &n.pattern))?,
            inline: Openings::new(inline.iter().map(|&style| &file.number[style].pattern))?,
            inline_styles: inline,
            styles: file
                .number
                .into_iter()
                .map(|n| NumberStyle {
                    name: n.name,
                    rank: n.rank,
                    inline: n.inline,
                    sequential: n.sequential,
                })
                .collect(),
            headings: Patterns::new(file.heading.iter().map(|h| h.patterns.join("|")))?,
            heading_classes: file.heading.iter().map(|h| h.class).collect(),
            annex_opening: Regex::new(&file.annex.opening)?,
            annex_list: Regex::new(&file.annex.list)?,
            meta_line: Regex::new(&format!(
                r"^\s*(?:{})\s*(?:[：:|]|$)",
                labels.iter().flat_map(|(_, w)| *w).cloned().collect::<Vec<_>>().join("|")
            ))?,
            meta_word: Regex::new(&format!(
                r"^(?:{})$",
                labels.iter().flat_map(|(_, w)| *w).cloned().collect::<Vec<_>>().join("|")
            ))?,
            any_meta_value: RegexSet::new(meta_values.iter().map(|(_, p)| p.as_str()))?,
            meta_values,
            genre_words: Finder::new(genres.iter().map(|(_, word)| word))?,
            genres,
            draft: Regex::new(&file.tier.draft.join("|"))?,
            unofficial: Regex::new(&file.tier.unofficial.join("|"))?,
            unofficial_words: file
                .tier
                .unofficial
                .iter()
                .map(|word| Regex::new(word))
                .collect::<Result<_, _>>()?,
            duty: Duties::compile(&file.duty)?,
            told: Regex::new(&file.told.pattern)?,
            asking: Regex::new(&file.asking.pattern)?,
            things: Regex::new(&file.things.pattern)?,
            imprint: Regex::new(&file.imprint.pattern)?,
        })
    }

    /// The item number that `line` begins with. `previous` is the value of the last item of a
    /// style, which a doubtful notation must go on from.
    pub fn number(&self, line: &str, previous: impl Fn(usize) -> u32) -> Option<Number> {
        for style in self.any_number.matches(line)? {
            let found = self.numbers[style].find(line)?;
            let value = value_of(found.as_str());
            let rest = &line[found.end()..];
            // `3.0` and `1.5%` are numbers, `1.2023年` is an item.
            let decimal = rest.starts_with(|c: char| c.is_ascii_digit())
                && found.as_str().ends_with(['.', '．', ',', '，'])
                && !rest.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('年')
                && value_of_prefix(rest) < 1000;
            // `35.5个区…` behind item 34: the number ends at its dot.
            let counted = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            let counts = counted.starts_with(['个', '项', '家']) && !counted.contains("百分点");
            let decimal = decimal && !(counts && value > 1 && previous(style) + 1 == value);
            let going_on = !self.styles[style].sequential
                || (value > 1 && previous(style) + 1 == value && !rest.trim().is_empty());
            if !decimal && going_on {
                return Some(Number { style, value, len: found.end() });
            }
        }
        None
    }

    /// Where items numbered inside the paragraph `text` begin: (byte offset, number).
    pub fn inline_numbers(&self, text: &str) -> Vec<(usize, Number)> {
        let stops = marks(text).filter(|&(_, c)| {
            matches!(
                c,
                '。' | '；' | ';' | '：' | ':' | '，' | ',' | '！' | '？' | '”' | '）' | ')'
            )
        });
        let places = stops.map(|(at, c)| (at, at + c.len_utf8()));
        let mut found = Vec::new();
        let mut end = 0;
        for (stop, place) in std::iter::once((0, 0)).chain(places) {
            let rest = text[place..].trim_start();
            let at = text.len() - rest.len();
            // The bracket that closes a number is no stop before the next.
            if stop >= end
                && let Some(number) = self.inline_number(rest)
            {
                end = at + number.len;
                found.push((at, number));
            }
        }
        found
    }

    /// The number that may stand inside a paragraph with which `text` begins.
    fn inline_number(&self, text: &str) -> Option<Number> {
        let which = self.inline.matches(text)?.iter().next()?;
        let style = self.inline_styles[which];
        let printed = self.numbers[style].find(text)?.as_str();
        Some(Number { style, value: value_of(printed), len: printed.len() })
    }

    /// What a heading (without its number) says about the text below it.
    pub fn heading_class(&self, heading: &str) -> Option<HeadingClass> {
        let heading: String = heading.chars().filter(|c| !c.is_whitespace()).collect();
        let heading = heading.trim_end_matches(['。', '：', ':']);
        self.headings.matching(heading).next().map(|which| self.heading_classes[which])
    }

    /// Whether a line opens an annex (`附件1`).
    pub fn opens_annex(&self, line: &str) -> bool {
        self.annex_opening.is_match(line.trim())
    }

    /// Whether a line begins a list of annexes (`附件：1.…`).
    pub fn lists_annexes(&self, line: &str) -> bool {
        self.annex_list.is_match(line.trim())
    }

    /// Whether a line begins with a label of the head (`发布日期：…`).
    pub fn is_meta(&self, line: &str) -> bool {
        self.meta_line.is_match(line)
    }

    /// The labels that have a value in the text of the head.
    pub fn meta_labels(&self, head: &str) -> Vec<MetaLabel> {
        let found = self.any_meta_value.matches(head);
        found.iter().map(|which| self.meta_values[which].0).collect()
    }

    /// Where the value of a label stands in the text of the head.
    pub fn meta_value(&self, label: MetaLabel, head: &str) -> Option<Range<usize>> {
        let (_, pattern) = self.meta_values.iter().find(|(l, _)| *l == label)?;
        let value = pattern.captures(head)?.get(1)?;
        // The label of the next value on the line ends this one.
        let all = value.as_str();
        let end = all
            .split(char::is_whitespace)
            .skip(1)
            .find(|word| self.meta_word.is_match(word))
            .map_or(all.len(), |word| word.as_ptr() as usize - all.as_ptr() as usize);
        Some(value.start()..value.start() + all[..end].trim_end().len())
    }

    /// The genre by the word nearest the end of a title, the longest where two end alike.
    pub fn genre(&self, title: &str) -> Option<Genre> {
        let title: String = title.chars().filter(|c| !c.is_whitespace()).collect();
        let mut last = None;
        self.genre_words.each(&title, |which, end| {
            last = last.max(Some((end, self.genres[which].1.len(), which)));
        });
        last.map(|(_, _, which)| self.genres[which].0)
    }

    /// Whether a title ends with the word of a genre, closing brackets aside.
    pub fn ends_as_title(&self, title: &str) -> bool {
        let title: String = title.chars().filter(|c| !c.is_whitespace()).collect();
        let title = title.trim_end_matches(['》', '〉', '”', '"']);
        self.genres.iter().any(|(_, word)| title.ends_with(word.as_str()))
    }

    /// Whether a text begins by telling what was done (`近年来，…`).
    pub fn tells(&self, text: &str) -> bool {
        self.told.is_match(text)
    }

    /// Whether a paragraph asks all to report: `请各部门将进展报市营商办。`
    pub fn asks(&self, text: &str) -> bool {
        self.asking.is_match(text)
    }

    /// Whether a sentence of a regulation lays a duty on a body.
    pub fn lays_duty(&self, sentence: &str) -> bool {
        self.duty.lie_in(sentence)
    }

    /// Whether supplementary provisions lay a duty on a body in `sentence`.
    pub fn provides_duty(&self, sentence: &str) -> bool {
        self.duty.lie_in_provision(sentence)
    }

    /// Whether `text` announces a list of papers, conditions and the like.
    pub fn lists_things(&self, text: &str) -> bool {
        text.ends_with(['：', ':']) && self.things.is_match(text)
    }

    /// Whether a line is one of the imprint.
    pub fn is_imprint(&self, line: &str) -> bool {
        (line.starts_with('抄') || line.ends_with('发')) && self.imprint.is_match(line)
    }

    /// Whether the words of a title block mark a draft.
    pub fn is_draft(&self, head: &str) -> bool {
        self.draft.is_match(head)
    }

    /// Whether a text has the marks of template sites. Nearly none has one, and a word alone is looked
    /// for many times faster than a choice of them.
    fn is_unofficial(&self, body: &str) -> bool {
        self.unofficial_words.iter().any(|word| word.is_match(body))
            && self.unofficial.find_iter(body).take(3).count() == 3
    }

    /// The tier that the document's own words tell: a draft by its head, unofficial by its body.
    pub fn tier(&self, head: &str, body: &str) -> Tier {
        if self.is_draft(head) {
            Tier::Draft
        } else if self.is_unofficial(body) {
            Tier::Unofficial
        } else {
            Tier::Official
        }
    }
}

/// The number that the digits of `printed` make, Arabic, Chinese or circled.
fn value_of(printed: &str) -> u32 {
    let mut arabic = 0u32;
    let (mut total, mut digit) = (0u32, 0u32);
    for c in printed.chars() {
        match c {
            '0'..='9' => arabic = arabic.saturating_mul(10).saturating_add(c as u32 - '0' as u32),
            '①'..='⑳' => arabic = c as u32 - '①' as u32 + 1,
            '百' => {
                total += digit.max(1) * 100;
                digit = 0;
            }
            '十' => {
                total += digit.max(1) * 10;
                digit = 0;
            }
            _ => {
                if let Some(d) = "零一二三四五六七八九".chars().position(|x| x == c) {
                    digit = d as u32;
                }
            }
        }
    }
    if arabic > 0 { arabic } else { total + digit }
}

/// The Arabic number that `text` begins with, 0 if none.
fn value_of_prefix(text: &str) -> u32 {
    text.bytes()
        .take_while(u8::is_ascii_digit)
        .fold(0u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b - b'0')))
}

const SOURCE: &str = include_str!("../../seeds/outline.toml");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::examples::entries;

    #[test]
    fn every_number_style_reads_its_examples() {
        let rules = OutlineRules::embedded();
        for (style, entry) in entries(SOURCE, "number").iter().enumerate() {
            for e in &entry.examples {
                let line = format!("{e}甲");
                let previous = value_of(e) - 1;
                assert_eq!(
                    rules.number(&line, |_| previous).map(|n| (n.style, n.len)),
                    Some((style, e.len())),
                    "{e}"
                );
            }
            for e in &entry.counter_examples {
                let found = rules.number(&format!("{e}甲"), |_| 0);
                assert_ne!(found.map(|n| n.style), Some(style), "{e}");
            }
        }
    }

    #[test]
    fn decimals_are_no_items() {
        let rules = OutlineRules::embedded();
        assert_eq!(rules.number("3.0升级方案", |_| 0), None);
        assert_eq!(rules.number("1.5%以内", |_| 0), None);
        assert!(rules.number("1.2024年底前完成", |_| 0).is_some());
    }

    #[test]
    fn headings_annexes_genres_and_tiers_read_their_examples() {
        let file: File = toml::from_str(SOURCE).unwrap();
        let rules = OutlineRules::embedded();
        for (h, entry) in file.heading.iter().zip(entries(SOURCE, "heading")) {
            for e in &entry.examples {
                let bare = e.split_once('、').map_or(e.as_str(), |(_, rest)| rest);
                assert_eq!(rules.heading_class(bare), Some(h.class), "{e}");
            }
            for e in &entry.counter_examples {
                assert_ne!(rules.heading_class(e), Some(h.class), "{e}");
            }
        }
        for annex in entries(SOURCE, "annex") {
            assert!(annex.examples.iter().all(|e| rules.opens_annex(e)));
            assert!(!annex.counter_examples.iter().any(|e| rules.opens_annex(e)));
        }
        for (g, entry) in file.genre.iter().zip(entries(SOURCE, "genre")) {
            for e in &entry.examples {
                assert_eq!(rules.genre(e), Some(g.genre), "{e}");
            }
        }
        for told in entries(SOURCE, "told") {
            assert!(told.examples.iter().all(|e| rules.tells(e)));
            assert!(!told.counter_examples.iter().any(|e| rules.tells(e)));
        }
        for asking in entries(SOURCE, "asking") {
            assert!(asking.examples.iter().all(|e| rules.asks(e)));
            assert!(!asking.counter_examples.iter().any(|e| rules.asks(e)));
        }
        for things in entries(SOURCE, "things") {
            assert!(things.examples.iter().all(|e| rules.lists_things(e)));
            assert!(!things.counter_examples.iter().any(|e| rules.lists_things(e)));
        }
        for imprint in entries(SOURCE, "imprint") {
            assert!(imprint.examples.iter().all(|e| rules.is_imprint(e)));
            assert!(!imprint.counter_examples.iter().any(|e| rules.is_imprint(e)));
        }
        assert!(!file.duty.formula_examples.iter().any(|e| rules.provides_duty(e)));
        for duty in entries(SOURCE, "duty") {
            assert!(duty.examples.iter().all(|e| rules.lays_duty(e)));
            assert!(!duty.counter_examples.iter().any(|e| rules.lays_duty(e)));
        }
        for tier in entries(SOURCE, "tier") {
            assert!(tier.examples.iter().all(|e| rules.is_draft(e)));
        }
    }

    #[test]
    fn inline_numbers_stand_after_a_stop() {
        let rules = OutlineRules::embedded();
        let text = "清单：①修缮。②评选“一是一”；一是建立。";
        let found = rules.inline_numbers(text);
        let values: Vec<_> = found.iter().map(|(_, n)| n.value).collect();
        assert_eq!(values, [1, 2, 1]);
    }
}
