//! How time limits are printed: the patterns and words of `seeds/deadlines.toml`.
//!
//! Invariant: all patterns are compiled once, here. The deadline extractor decides with the words
//! of this table whether a time in running text is a limit at all.

use aho_corasick::AhoCorasick;
use jiff::civil::Date;
use regex::{Captures, Regex};
use serde::Deserialize;

use super::roomy;
use super::words::{Affixes, anywhere, longest};
use crate::model::Precision;

/// Where a notation is taken for a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Anywhere: the wording itself limits.
    Bound,
    /// Where the clause says that something is reached.
    Edge,
    /// Where it opens the clause or a word that limits stands before it.
    Open,
    /// Only alone in a bracket, a cell or behind a label.
    Cell,
}

/// Bytes that a date and the link behind it take at most.
const LONGEST_DATE: usize = 48;

/// A time found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Byte offsets in the text searched.
    pub start: usize,
    pub end: usize,
    pub precision: Precision,
    pub strength: Strength,
    /// The last day, where the text (and the year of the document) tell it.
    pub date: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fragment: toml::Table,
    pattern: Vec<Entry>,
    lead_in: Words,
    label: Words,
    named: Words,
    reached: Words,
    start: Words,
    past: Words,
    inside: Words,
    validity: Words,
    lasting: Words,
    comment: Words,
    shared: Shared,
    counter: Counter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    regex: String,
    examples: Vec<SharedExample>,
}

/// What is read where several dates share one bound, in a document of the year 2023.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedExample {
    pub text: String,
    pub dates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    precision: Precision,
    strength: Strength,
    regex: String,
    examples: Vec<Example>,
}

/// A reading that the table promises, in a document of the year 2023.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub text: String,
    /// What is taken; empty for a counter-example.
    pub quote: String,
    pub date: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counter {
    texts: Vec<String>,
}

struct Pattern {
    precision: Precision,
    strength: Strength,
    /// Anchored at both ends.
    whole: Regex,
}

/// The compiled table.
pub struct DeadlineRules {
    /// All patterns in order, without named groups.
    any: Regex,
    patterns: Vec<Pattern>,
    /// A date at the end of a text, with what links it to the next one.
    shared: Regex,
    lead_in: Affixes,
    label: Affixes,
    named: Affixes,
    start: Affixes,
    past: Affixes,
    inside: Affixes,
    reached: AhoCorasick,
    validity: AhoCorasick,
    lasting: Affixes,
    comment: AhoCorasick,
    examples: Vec<Example>,
    shared_examples: Vec<SharedExample>,
}

impl DeadlineRules {
    /// The table that comes with the program.
    pub fn embedded() -> Self {
        let file: File =
            toml::from_str(SOURCE).expect("seeds/deadlines.toml is checked by the tests");
        Self::compile(file).expect("seeds/deadlines.toml is checked by the tests")
    }

    fn compile(file: File) -> Result<Self, Box<dyn std::error::Error>> {
        let mut sources = Vec::new();
        let mut patterns = Vec::new();
        for entry in &file.pattern {
            let mut source = entry.regex.clone();
            for (name, fragment) in &file.fragment {
                source =
                    source.replace(&format!("{{{name}}}"), fragment.as_str().unwrap_or_default());
            }
            patterns.push(Pattern {
                precision: entry.precision,
                strength: entry.strength,
                whole: Regex::new(&format!("^(?:{source})$"))?,
            });
            sources.push(without_names(&source));
        }
        let mut shared = file.shared.regex;
        for (name, fragment) in &file.fragment {
            let fragment = fragment.as_str().unwrap_or_default();
            shared = shared.replace(&format!("{{{name}}}"), fragment);
        }
        let mut examples: Vec<Example> =
            file.pattern.into_iter().flat_map(|p| p.examples).collect();
        examples.extend(file.counter.texts.into_iter().map(|text| Example {
            text,
            quote: String::new(),
            date: None,
        }));
        Ok(Self {
            any: roomy(&sources.join("|"))?,
            patterns,
            shared: Regex::new(&format!("(?:{shared})$"))?,
            lead_in: file.lead_in.words.into(),
            label: file.label.words.into(),
            named: file.named.words.into(),
            start: file.start.words.into(),
            past: file.past.words.into(),
            inside: file.inside.words.into(),
            reached: longest(&file.reached.words)?,
            validity: anywhere(&file.validity.words)?,
            lasting: file.lasting.words.into(),
            comment: anywhere(&file.comment.words)?,
            examples,
            shared_examples: file.shared.examples,
        })
    }

    /// The times printed in `text`, in order; `year` is that of the document's work.
    pub fn times(&self, text: &str, year: Option<i16>) -> Vec<Time> {
        let mut found: Vec<Time> = Vec::new();
        for printed in self.any.find_iter(text) {
            let (start, end) = (printed.start(), printed.end());
            let Some((pattern, groups)) =
                self.patterns.iter().find_map(|p| Some((p, p.whole.captures(printed.as_str())?)))
            else {
                continue;
            };
            let Pattern { precision, strength, .. } = *pattern;
            let listed = matches!(precision, Precision::Day | Precision::Month)
                && strength == Strength::Bound;
            let before = if listed { self.sharing(text, start, year) } else { Vec::new() };
            // the year that the first of them names holds for all
            let year = match before.last() {
                Some((_, named)) if groups.name("y").is_none() => *named,
                _ => year,
            };
            if let Some((first, _)) = before.first() {
                found.truncate(found.partition_point(|t| t.end <= first.start));
            }
            found.extend(before.into_iter().map(|(time, _)| time));
            found.push(Time {
                start,
                end,
                precision,
                strength,
                date: last_day(precision, &groups, year),
            });
        }
        found
    }

    /// The dates directly before `end` that share the bound of the one that begins there
    /// (`6月15日、9月15日前`), in order, each with the year that holds for it.
    fn sharing(&self, text: &str, end: usize, year: Option<i16>) -> Vec<(Time, Option<i16>)> {
        let mut dates = Vec::new();
        let mut end = end;
        while text[..end].trim_end().ends_with(['、', '和', '及']) {
            let from = (end.saturating_sub(LONGEST_DATE)..end).find(|&i| text.is_char_boundary(i));
            let Some(from) = from else { break };
            let Some(groups) = self.shared.captures(&text[from..end]) else { break };
            let (Some(whole), Some(date)) = (groups.get(0), groups.name("date")) else { break };
            let precision = groups.name("d").map_or(Precision::Month, |_| Precision::Day);
            dates.push((from + date.start(), from + date.end(), precision, groups));
            end = from + whole.start();
        }
        let mut year = year;
        let dated = dates.into_iter().rev().map(|(start, end, precision, groups)| {
            year = groups.name("y").and_then(|y| small_number(y.as_str())).or(year);
            let date = last_day(precision, &groups, year);
            (Time { start, end, precision, strength: Strength::Bound, date }, year)
        });
        dated.collect()
    }

    /// Whether the text before a time makes it a limit.
    pub fn leads_in(&self, before: &str) -> bool {
        self.lead_in.end(before)
    }

    /// Whether the text before a colon announces a time.
    pub fn is_label(&self, before: &str) -> bool {
        self.label.end(before)
    }

    /// Whether the text before a bracket makes the time in it part of a name.
    pub fn is_name(&self, before: &str) -> bool {
        let before = before.trim_end_matches(['（', '(', '〔', '[', '【', ' ']);
        self.named.end(before)
    }

    /// Whether the text before `time` makes it a base, a past, or part of a longer word.
    pub fn is_past(&self, before: &str, time: &str) -> bool {
        self.past.end(before) || time.starts_with('年') && self.inside.end(before)
    }

    /// Whether the text behind a time makes it a beginning.
    pub fn is_start(&self, after: &str) -> bool {
        self.start.start(after)
    }

    /// Where the first word stands that says that something is reached.
    pub fn reached(&self, after: &str) -> Option<usize> {
        self.reached.find(after).map(|m| m.start())
    }

    /// Whether the clause says how long a rule holds, or whom it concerns.
    pub fn is_validity(&self, clause: &str) -> bool {
        self.validity.is_match(clause)
    }

    /// Whether the text before a time says that something is carried out until then.
    pub fn lasts(&self, before: &str) -> bool {
        self.lasting.end(before)
    }

    /// Whether the sentence asks for comments on a draft.
    pub fn is_comment(&self, sentence: &str) -> bool {
        self.comment.is_match(sentence)
    }

    /// The readings that the table promises, counter-examples included.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The lists of dates that the table promises to read.
    pub fn shared_examples(&self) -> &[SharedExample] {
        &self.shared_examples
    }
}

fn without_names(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find("(?P<") {
        out.push_str(&rest[..at]);
        out.push_str("(?:");
        rest = rest[at..].split_once('>').map_or("", |(_, tail)| tail);
    }
    out + rest
}

/// The last day that the groups of a pattern name.
fn last_day(precision: Precision, groups: &Captures<'_>, document: Option<i16>) -> Option<Date> {
    let number = |name| groups.name(name).and_then(|m| small_number(m.as_str()));
    let year = match (number("y").or(number("y0")), groups.name("rel")) {
        (Some(year), _) => Some(year),
        (None, Some(rel)) if rel.as_str() == "明" => document.map(|y| y + 1),
        _ => document,
    };
    let month_end = |month: i16| {
        let first = Date::new(year?, i8::try_from(month).ok()?, 1).ok()?;
        Some(first.last_of_month())
    };
    match precision {
        Precision::Day => {
            Date::new(year?, i8::try_from(number("m")?).ok()?, i8::try_from(number("d")?).ok()?)
                .ok()
        }
        Precision::Month => {
            let end = month_end(number("m")?)?;
            let printed = groups.get(0).map_or("", |m| m.as_str());
            let day = if printed.contains("上旬") || printed.contains("月初") {
                10
            } else if printed.contains("中旬") || printed.contains("月中") {
                20
            } else {
                end.day()
            };
            Date::new(end.year(), end.month(), day).ok()
        }
        Precision::Quarter => month_end(number("q")? * 3),
        Precision::HalfYear => month_end(if groups.name("h")?.as_str() == "上" { 6 } else { 12 }),
        Precision::Year => month_end(12),
        Precision::Period => match number("p") {
            // 十三五 ended in 2020, 十四五 ends in 2025
            Some(plan) => Date::new(2005 + plan * 5, 12, 31).ok(),
            None => month_end(12),
        },
        Precision::Season
        | Precision::Relative
        | Precision::Recurring
        | Precision::Ongoing
        | Precision::Vague => None,
    }
}

/// A year, month, day or ordinal, in digits or Chinese characters up to 十二.
fn small_number(text: &str) -> Option<i16> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let digit = |c: char| "一二三四五六七八九".chars().position(|d| d == c).map(|i| i as i16 + 1);
    match text.strip_prefix('十') {
        Some("") => Some(10),
        Some(rest) => Some(10 + digit(rest.chars().next()?)?),
        None => digit(text.chars().next()?),
    }
}

const SOURCE: &str = include_str!("../../seeds/deadlines.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_reads_its_examples() {
        let file: File = toml::from_str(SOURCE).unwrap();
        let rules = DeadlineRules::embedded();
        for (which, entry) in file.pattern.iter().enumerate() {
            for example in entry.examples.iter().filter(|e| !e.quote.is_empty()) {
                let times = rules.times(&example.text, Some(2023));
                let time = times
                    .iter()
                    .find(|t| example.text[t.start..t.end] == example.quote)
                    .unwrap_or_else(|| panic!("{example:?} is not read: {times:?}"));
                let own = &rules.patterns[which];
                assert_eq!(
                    (time.precision, time.strength),
                    (own.precision, own.strength),
                    "{example:?}"
                );
                assert!(own.whole.is_match(&example.quote), "{example:?}");
                assert_eq!(time.date.map(|d| d.to_string()), example.date, "{example:?}");
            }
        }
    }

    #[test]
    fn every_fragment_is_used() {
        let file: File = toml::from_str(SOURCE).unwrap();
        for name in file.fragment.keys() {
            let place = format!("{{{name}}}");
            assert!(file.pattern.iter().any(|p| p.regex.contains(&place)), "{name}");
        }
    }
}
