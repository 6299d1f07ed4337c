//! What sites, printers and spammers add to a document, from `seeds/debris.toml`, and the marks by
//! which a broken-off line is told from a new paragraph.
//!
//! Invariant: all patterns are compiled once, here; they are made for lines whose outer white space
//! is gone. The read stage depends on this.

use std::ops::Range;

use regex::{Regex, RegexSet};
use serde::Deserialize;

use super::alternation;
use super::patterns::{Open, Openings, Patterns};

const SOURCE: &str = include_str!("../../seeds/debris.toml");

/// Lines longer than this (bytes) are text; no pattern for whole lines is tried on them.
const LONGEST_DEBRIS: usize = 600;

/// Lines of more characters are no debris unless their pattern says so.
const LONGEST: usize = 60;

/// Only so many bytes of a line are looked at to tell whether it begins a paragraph.
const START: usize = 120;

/// Where in a document a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Among the first lines.
    Head,
    /// In between.
    Body,
    /// Among the last lines.
    Tail,
}

/// What begins with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// A numbered item, an annex.
    Item,
    /// A label with its colon: it may stand inside a bracket.
    Label,
}

#[derive(Deserialize)]
struct File {
    line: Vec<Entry>,
    rest: Vec<Entry>,
    element: Vec<Entry>,
    part: Vec<Entry>,
    page: Vec<Entry>,
    site: Vec<Entry>,
    start: Vec<Entry>,
    title: Vec<Entry>,
    assignment: Vec<Entry>,
    alone: Vec<Entry>,
    column: Vec<Entry>,
    names: Vec<Entry>,
    spam: SpamEntry,
}

#[derive(Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct Entry {
    pattern: String,
    /// No line of more characters; [`LONGEST`] if absent.
    longest: Option<usize>,
    /// Only there; anywhere if absent.
    place: Option<Place>,
    /// What a beginning begins; an item if absent.
    kind: Option<Start>,
    /// Not where this matches too.
    unless: Option<String>,
    #[cfg(test)]
    examples: Vec<String>,
    #[cfg(test)]
    counter_examples: Vec<String>,
}

#[derive(Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct SpamEntry {
    enough: Vec<String>,
    strong: Vec<String>,
    weak: Vec<String>,
    #[cfg(test)]
    examples: Vec<SpamExample>,
    #[cfg(test)]
    counter_examples: Vec<String>,
}

#[cfg(test)]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpamExample {
    with: String,
    without: String,
}

/// The compiled patterns.
pub struct Debris {
    /// All patterns for whole lines: those of `lines`, `rests`, `pages`, `sites` and `alone`.
    wholes: Patterns,
    lines: Range<usize>,
    /// By pattern of `lines`: where it holds and up to how many characters.
    limits: Vec<(Option<Place>, usize)>,
    rests: Range<usize>,
    pages: Range<usize>,
    sites: Range<usize>,
    alone: Range<usize>,
    elements: RegexSet,
    parts: Patterns,
    starts: Openings,
    start_kinds: Vec<Start>,
    not_starts: Vec<Option<Regex>>,
    titles: RegexSet,
    finished: Vec<Option<Regex>>,
    assignments: RegexSet,
    columns: RegexSet,
    names: RegexSet,
    one_name: Vec<Option<Regex>>,
    spam: Spam,
}

/// What a line as a whole may be, by a quick look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look(Open);

/// Advertisements in the middle of sentences.
struct Spam {
    run: Regex,
    enough: Regex,
    strong: Regex,
}

impl Debris {
    /// The patterns that come with the program.
    pub fn embedded() -> Self {
        let file: File = toml::from_str(SOURCE).expect("seeds/debris.toml is checked by the tests");
        Self::compile(&file).expect("seeds/debris.toml is checked by the tests")
    }

    fn compile(file: &File) -> Result<Self, Box<dyn std::error::Error>> {
        let longest = |entry: &Entry| entry.longest.unwrap_or(LONGEST);
        let mut wholes = Vec::new();
        let mut table = |entries: &[Entry]| {
            let start = wholes.len();
            wholes.extend(entries.iter().map(|e| format!("^(?:{})$", e.pattern)));
            start..wholes.len()
        };
        Ok(Self {
            lines: table(&file.line),
            limits: file.line.iter().map(|e| (e.place, longest(e))).collect(),
            rests: table(&file.rest),
            pages: table(&file.page),
            sites: table(&file.site),
            alone: table(&file.alone),
            wholes: Patterns::new(wholes)?,
            elements: RegexSet::new(file.element.iter().map(|e| &e.pattern))?,
            parts: Patterns::new(file.part.iter().map(|e| &e.pattern))?,
            starts: Openings::new(file.start.iter().map(|e| &e.pattern))?,
            start_kinds: file.start.iter().map(|e| e.kind.unwrap_or(Start::Item)).collect(),
            not_starts: exceptions(&file.start, |u| format!("^(?:{u})"))?,
            titles: whole(&file.title)?,
            finished: exceptions(&file.title, |u| format!("^(?:{u})$"))?,
            assignments: RegexSet::new(file.assignment.iter().map(|e| &e.pattern))?,
            columns: whole(&file.column)?,
            names: whole(&file.names)?,
            one_name: exceptions(&file.names, |u| format!("^(?:{u})$"))?,
            spam: Spam::compile(&file.spam)?,
        })
    }

    /// What `line` as a whole may be.
    pub fn look(&self, line: &str) -> Look {
        Look(if line.len() > LONGEST_DEBRIS { Open::default() } else { self.wholes.open(line) })
    }

    /// Whether one of the patterns of a table that `look` leaves matches the whole of `line`.
    fn is_one(&self, table: &Range<usize>, line: &str, look: Look) -> bool {
        look.0.within(table).any(|pattern| self.wholes.get(pattern).is_match(line))
    }

    /// Whether the whole of `line` is no part of the document.
    pub fn is_line(&self, line: &str, look: Look, place: Place) -> bool {
        look.0.within(&self.lines).any(|pattern| {
            self.holds(pattern, line, place) && self.wholes.get(pattern).is_match(line)
        })
    }

    fn holds(&self, pattern: usize, line: &str, place: Place) -> bool {
        let (only, longest) = self.limits[pattern];
        only.is_none_or(|only| only == place) && line.chars().nth(longest).is_none()
    }

    /// Whether nothing of the document follows `line`, if it stands near the end.
    pub fn is_rest(&self, line: &str, look: Look) -> bool {
        self.is_one(&self.rests, line, look)
    }

    /// Whether an element of a page with this id or class is no part of the document.
    pub fn is_element(&self, mark: &str) -> bool {
        mark.len() <= LONGEST_DEBRIS && self.elements.is_match(mark)
    }

    /// Whether `line` marks a page break.
    pub fn is_page(&self, line: &str, look: Look) -> bool {
        self.is_one(&self.pages, line, look)
    }

    /// The name of a site that writes its name into texts.
    pub fn site<'t>(&self, line: &'t str, look: Look) -> Option<&'t str> {
        let mut sites = look.0.within(&self.sites);
        let found = sites.find_map(|pattern| self.wholes.get(pattern).captures(line))?;
        Some(found.get(1)?.as_str())
    }

    /// What paragraph begins with `line`, whatever stands before it.
    pub fn starts_paragraph(&self, line: &str) -> Option<Start> {
        let head = &line[..line.floor_char_boundary(START)];
        self.starts
            .matches(head)?
            .iter()
            .find(|&i| self.not_starts[i].as_ref().is_none_or(|not| !not.is_match(head)))
            .map(|i| self.start_kinds[i])
    }

    /// Whether `line` begins a title whose genre is still to come.
    pub fn is_unfinished_title(&self, line: &str) -> bool {
        line.len() <= LONGEST_DEBRIS
            && self.titles.is_match(line)
            && self
                .titles
                .matches(line)
                .iter()
                .any(|i| self.finished[i].as_ref().is_none_or(|finished| !finished.is_match(line)))
    }

    /// Whether a bracket that holds `inner` assigns a task.
    pub fn is_assignment(&self, inner: &str) -> bool {
        self.assignments.is_match(inner)
    }

    /// Whether a word of a line is the name of a table's column that says who does the work.
    pub fn is_column(&self, word: &str) -> bool {
        word.len() <= LONGEST && self.columns.is_match(word)
    }

    /// Whether two full lines of a cell of names are the end of one and the beginning of another.
    pub fn parts_names(&self, line: &str, next: &str) -> bool {
        let both = format!("{line}\n{next}");
        both.len() <= LONGEST_DEBRIS
            && self
                .names
                .matches(&both)
                .iter()
                .any(|i| self.one_name[i].as_ref().is_none_or(|one| !one.is_match(&both)))
    }

    /// Whether `line` is a paragraph of its own (a date, a document number).
    pub fn stands_alone(&self, line: &str, look: Look) -> bool {
        self.is_one(&self.alone, line, look)
    }

    /// The byte ranges of `line` that are no part of the document, ascending and apart.
    pub fn parts(&self, line: &str) -> Vec<Range<usize>> {
        let mut found = self.spam.find(line);
        if line.len() <= LONGEST_DEBRIS {
            for which in self.parts.matching(line) {
                for captures in self.parts.get(which).captures_iter(line) {
                    let groups = captures.iter().skip(1).flatten().next();
                    found.extend(groups.or_else(|| captures.get(0)).map(|m| m.range()));
                }
            }
        }
        found.sort_by_key(|r| r.start);
        found.dedup_by(|next, kept| {
            let overlap = next.start < kept.end;
            if overlap {
                kept.end = kept.end.max(next.end);
            }
            overlap
        });
        found
    }
}

fn exceptions(
    entries: &[Entry],
    anchored: impl Fn(&str) -> String,
) -> Result<Vec<Option<Regex>>, regex::Error> {
    entries
        .iter()
        .map(|e| e.unless.as_deref().map(|u| Regex::new(&anchored(u))).transpose())
        .collect()
}

fn whole<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<RegexSet, regex::Error> {
    RegexSet::new(entries.into_iter().map(|e| format!("^(?:{})$", e.pattern)))
}

impl Spam {
    fn compile(entry: &SpamEntry) -> Result<Self, regex::Error> {
        let enough = alternation(&entry.enough);
        let strong = alternation(&entry.strong);
        let word = alternation([&entry.enough, &entry.strong, &entry.weak].into_iter().flatten());
        // Between two underscores anything goes; the first and the last phrase must be of known
        // words, since nothing else says where the sentence ends and goes on.
        Ok(Self {
            run: Regex::new(&format!(
                r"(?:{strong}|[0-9A-Za-z]{{2,}})(?:{word}|[0-9A-Za-z.]+)*(?:_[^_\s，。；：、,;“”《》（）()]{{1,30}})*_(?:{word}|[0-9A-Za-z.]+)+|(?:{enough})(?:{word})*"
            ))?,
            enough: Regex::new(&enough)?,
            strong: Regex::new(&strong)?,
        })
    }

    fn find(&self, line: &str) -> Vec<Range<usize>> {
        if !line.contains('_') && !self.enough.is_match(line) {
            return Vec::new();
        }
        self.run
            .find_iter(line)
            .filter(|m| self.strong.is_match(m.as_str()) || self.enough.is_match(m.as_str()))
            .map(|m| m.range())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entries: &[Entry], matches: impl Fn(usize, &str) -> bool) {
        for (which, entry) in entries.iter().enumerate() {
            for example in &entry.examples {
                assert!(matches(which, example), "{} must match {example}", entry.pattern);
            }
            for example in &entry.counter_examples {
                assert!(!matches(which, example), "{} must not match {example}", entry.pattern);
            }
        }
    }

    #[test]
    fn every_pattern_matches_its_examples_and_no_counter_example() {
        let file: File = toml::from_str(SOURCE).unwrap();
        let debris = Debris::embedded();
        let is = |table: &Range<usize>, i: usize, line: &str| {
            let look = debris.look(line);
            let pattern = table.start + i;
            look.0.has(pattern) && debris.wholes.get(pattern).is_match(line)
        };
        check(&file.line, |i, line| {
            let place = debris.limits[i].0.unwrap_or(Place::Body);
            is(&debris.lines, i, line) && debris.holds(i, line, place)
        });
        check(&file.rest, |i, line| is(&debris.rests, i, line));
        check(&file.element, |_, mark| debris.is_element(mark));
        check(&file.part, |i, line| debris.parts.matching(line).any(|part| part == i));
        check(&file.page, |i, line| is(&debris.pages, i, line));
        check(&file.site, |i, line| is(&debris.sites, i, line));
        check(&file.title, |_, line| debris.is_unfinished_title(line));
        check(&file.assignment, |i, inner| debris.assignments.matches(inner).matched(i));
        check(&file.column, |_, word| debris.is_column(word));
        check(&file.names, |_, lines| {
            lines.split_once('\n').is_some_and(|(line, next)| debris.parts_names(line, next))
        });
        check(&file.alone, |i, line| is(&debris.alone, i, line));
        check(&file.start, |i, line| {
            debris.starts.matches(line).is_some_and(|all| all.matched(i))
                && debris.starts_paragraph(line).is_some()
        });
    }

    #[test]
    fn advertisements_are_found_to_the_word() {
        let file: File = toml::from_str(SOURCE).unwrap();
        let debris = Debris::embedded();
        for example in &file.spam.examples {
            let mut line = example.with.clone();
            for cut in debris.parts(&example.with).into_iter().rev() {
                line.replace_range(cut, "");
            }
            assert_eq!(line, example.without);
        }
        for example in &file.spam.counter_examples {
            assert!(debris.parts(example).is_empty(), "{example}");
        }
    }

    #[test]
    fn a_site_is_named() {
        let debris = Debris::embedded();
        let line = "欢迎光临 青澜文秘网_写作 (http://example.cn/) |";
        assert_eq!(debris.site(line, debris.look(line)), Some("青澜文秘网_写作"));
    }
}
