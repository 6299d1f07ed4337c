//! What a name in a list of responsible parties looks like: words for levels, names that stand for
//! many, sure endings, and what only looks like a name.
//!
//! Invariant: this knows no single body, only shapes; `seeds/names.toml` holds them with examples.
//! `agencies` combines it with the bodies that are known.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use regex::Regex;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Literal};
use serde::Deserialize;
use thiserror::Error;

use super::roomy;
use super::same::Same;
use super::tiers::Tiers;
use super::words::{Affixes, Chars, Finder, anywhere};

const SOURCE: &str = include_str!("../../seeds/names.toml");

/// Why a table of name shapes cannot be used.
#[derive(Debug, Error)]
pub enum NameError {
    #[error("the table of name shapes cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("a pattern of the table of name shapes is faulty: {0}")]
    Pattern(#[from] regex::Error),
    #[error("a word of the table of name shapes is faulty: {0}")]
    Word(#[from] aho_corasick::BuildError),
}

/// What sort of class a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The bodies of places: `各县（市、区）教育局`.
    Places,
    /// All or some of a class that is not listed: `市直有关部门`.
    Many,
    /// A party named by its part in the matter: `审批部门`.
    Generic,
}

/// What a name's ending tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// An agency or institution: 局, 委员会, 中心.
    Body,
    /// An internal office: 科, 处.
    Unit,
    /// A company, school, hospital or association.
    Organisation,
    /// A zone with an authority of its own: 高新区, 风景名胜区.
    Zone,
}

#[derive(Deserialize)]
struct File {
    levels: Vec<String>,
    function_tails: Affixes,
    governing: Affixes,
    offices: Vec<String>,
    below: Affixes,
    complete: Affixes,
    standing: Affixes,
    short: Affixes,
    own: Affixes,
    curt: Affixes,
    institutions: Affixes,
    full_zones: Affixes,
    loose: Loose,
    expanded: Vec<(String, String)>,
    links: Affixes,
    joined: Vec<String>,
    shared_tails: Affixes,
    same: Same,
    tiers: Tiers,
    class: Vec<ClassRow>,
    ending: Vec<EndingRow>,
    not: Not,
}

#[derive(Deserialize)]
struct ClassRow {
    kind: Class,
    needs: Vec<String>,
    pattern: String,
}

#[derive(Deserialize)]
struct EndingRow {
    kind: Ending,
    endings: Affixes,
}

#[derive(Deserialize)]
struct Loose {
    endings: Affixes,
    unless: Vec<String>,
}

#[derive(Deserialize)]
struct Not {
    words: Affixes,
    but: Affixes,
    alone: Affixes,
    starts: Affixes,
    before: Affixes,
    free_starts: Affixes,
    parts: Vec<String>,
}

struct ClassRule {
    class: Class,
    /// The characters that its names end with, ascending; none if those may be any.
    ends: Option<Vec<char>>,
    pattern: Regex,
}

impl ClassRule {
    fn compile(row: ClassRow) -> Result<Self, NameError> {
        Ok(Self { class: row.kind, ends: last_chars(&row.pattern), pattern: roomy(&row.pattern)? })
    }

    /// Whether it matches `name`, which holds a word that it needs.
    fn matches(&self, name: &str) -> bool {
        let ends = |ends: &Vec<char>| {
            name.chars().next_back().is_some_and(|c| ends.binary_search(&c).is_ok())
        };
        self.ends.as_ref().is_none_or(ends) && self.pattern.is_match(name)
    }
}

/// The characters that the texts of a pattern end with, ascending; none if those may be any.
fn last_chars(pattern: &str) -> Option<Vec<char>> {
    let pattern = regex_syntax::parse(pattern).ok()?;
    let ends = Extractor::new().kind(ExtractKind::Suffix).limit_total(4096).extract(&pattern);
    let last = |end: &Literal| std::str::from_utf8(end.as_bytes()).ok()?.chars().next_back();
    let all: Option<BTreeSet<char>> = ends.literals()?.iter().map(last).collect();
    Some(all?.into_iter().collect())
}

/// The shapes, compiled.
pub struct Names {
    levels: Affixes,
    function_tails: Affixes,
    governing: Affixes,
    offices: Vec<String>,
    below: Affixes,
    complete: Affixes,
    standing: Affixes,
    short: Affixes,
    own: Affixes,
    curt: Affixes,
    institutions: Affixes,
    full_zones: Affixes,
    loose: Loose,
    expanded: Vec<(String, String)>,
    pub links: Affixes,
    /// Tails that a zone shares with the last of a list of zones.
    pub shared_tails: Affixes,
    /// When two names are of one body.
    pub same: Same,
    link_firsts: Chars,
    joined: Vec<String>,
    pub(super) tiers: Tiers,
    classes: Vec<ClassRule>,
    endings: Vec<(Ending, Affixes)>,
    not: Not,
    /// What the classes need and the parts of `not`.
    inner: Finder,
    /// By word of `inner`.
    inside: Vec<Inside>,
    /// What the classes need whose names may end with any character, and white space.
    open: AhoCorasick,
    /// The first characters of that.
    open_firsts: Chars,
}

/// What stands inside a name, a bit each: that of a class for a word which the class needs, the last
/// for what no name holds.
#[derive(Clone, Copy, Debug)]
struct Inside(u64);

impl Inside {
    const HOPELESS: Self = Self(1 << 63);

    fn class(which: usize) -> Self {
        Self(1 << which)
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Longest name of a body, in characters.
const LONGEST: usize = 40;
/// The longest name of an office without its department, in characters.
const OFFICE: usize = 16;
/// The stem of a centre that is written out has at least so many characters.
const CURT: usize = 3;
/// What tells one leading group from another has at least so many characters.
const STEM: usize = 4;

impl Names {
    /// The shapes that come with the program.
    pub(super) fn embedded() -> Self {
        Self::compile(SOURCE).expect("seeds/names.toml is checked by the tests")
    }

    fn compile(source: &str) -> Result<Self, NameError> {
        let mut file: File = toml::from_str(source)?;
        file.levels.sort_by_key(|level| std::cmp::Reverse(level.len()));
        let needs: Vec<_> = file.class.iter().map(|row| row.needs.clone()).collect();
        let classes = file.class.into_iter().map(ClassRule::compile);
        let classes = classes.collect::<Result<Vec<_>, NameError>>()?;
        assert!(classes.len() < 64, "a bit for each class, and one more");
        let needed = needs.iter().enumerate();
        let needed = needed.flat_map(|(i, words)| words.iter().map(move |w| (w, Inside::class(i))));
        let hopeless = file.not.parts.iter().map(|part| (part, Inside::HOPELESS));
        let (inner, inside): (Vec<_>, _) = needed.chain(hopeless).unzip();
        let inner = Finder::new(inner)?;
        let open = classes.iter().zip(needs).filter(|(rule, _)| rule.ends.is_none());
        let spaces = ('\0'..='\u{3000}').filter(|c| c.is_whitespace()).map(String::from);
        let open: Vec<_> = open.flat_map(|(_, needs)| needs).chain(spaces).collect();
        Ok(Self {
            open_firsts: Chars::firsts(&open),
            open: anywhere(open)?,
            classes,
            endings: file.ending.into_iter().map(|e| (e.kind, e.endings)).collect(),
            levels: file.levels.into(),
            function_tails: file.function_tails,
            governing: file.governing,
            offices: file.offices,
            below: file.below,
            complete: file.complete,
            standing: file.standing,
            short: file.short,
            own: file.own,
            curt: file.curt,
            institutions: file.institutions,
            full_zones: file.full_zones,
            loose: file.loose,
            expanded: file.expanded,
            link_firsts: file.links.first_chars().collect(),
            links: file.links,
            joined: file.joined,
            inner,
            inside,
            shared_tails: file.shared_tails,
            same: file.same,
            tiers: file.tiers,
            not: file.not,
        })
    }

    /// The word for a level at the start of `name` (`市`, `我市`, `自治区`) and the rest.
    pub fn level<'a>(&self, name: &'a str) -> Option<(&'a str, &'a str)> {
        self.levels
            .starts_of(name)
            .map(|level| name.split_at(level.len()))
            .find(|(_, rest)| !rest.is_empty())
    }

    /// The function word before 部门 and the like: `教育` of `教育部门`; all readings, longest tail first.
    pub fn function_stem<'a>(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.function_tails.ends_of(name).map(|tail| &name[..name.len() - tail.len()])
    }

    /// Whether a full name is that of an authority whose offices are not spoken of as 科 and 处 of its
    /// own: a government, its office, a party committee.
    pub fn is_governing(&self, name: &str) -> bool {
        self.governing.end(name)
    }

    /// Whether every department has an office of this name: `办公室`, `机关党委`.
    pub fn is_office(&self, name: &str) -> bool {
        self.offices.iter().any(|office| office == name)
    }

    /// Whether a name without place may be that of something under the department that speaks.
    pub fn may_be_office(&self, name: &str) -> bool {
        self.below.end(name)
            && self.may_be_name(name)
            && !name.contains('、')
            && name.chars().count() <= OFFICE
    }

    /// What follows a department's word for itself: `法规处` of `厅法规处`.
    pub fn own_department<'a>(&self, name: &'a str) -> Option<&'a str> {
        // `厅机关党委` is its 机关党委.
        let rests = || self.own.starts_of(name).map(|own| &name[own.len()..]);
        if let Some(office) = rests().filter(|r| self.is_office(r)).max_by_key(|r| r.len()) {
            return Some(office);
        }
        let rest = rests().next()?;
        let below = || self.below.end(rest) && rest.chars().count() > 2;
        (self.ending(rest).is_some() || below()).then_some(rest)
    }

    /// Whether such a name has its place in it, so that none belongs before it: `长岭海关`.
    pub fn is_complete(&self, name: &str) -> bool {
        self.complete.end(name)
    }

    /// Whether a name without place is said of one body alone: `审批改革领导小组办公室`.
    pub fn is_standing(&self, name: &str) -> bool {
        let stem = self.standing.strip_end(name);
        stem.is_some_and(|stem| stem.chars().count() >= STEM)
    }

    /// Whether it is a short form whose full name only a table knows: `市营商办`, `市领导小组办公室`.
    pub fn is_short(&self, name: &str) -> bool {
        self.short.end(name)
            || self.standing.contains(name)
            || self.curt.strip_end(name).is_some_and(|stem| stem.chars().count() < CURT)
    }

    /// Whether a name may be that of an [institution](Self::is_institution) with its place.
    pub fn may_be_institution(&self, name: &str) -> bool {
        self.institutions.end(name)
    }

    /// What a place has one of that is called by the place alone: `中学` of `雾川中学`.
    pub fn is_institution(&self, name: &str) -> bool {
        self.institutions.contains(name)
    }

    /// Whether a zone is printed with the full word for its kind.
    pub fn is_full_zone(&self, name: &str) -> bool {
        self.full_zones.end(name)
    }

    /// Whether the full name of such an organisation cannot be told from this one: `市水务集团`.
    pub fn is_loose(&self, name: &str) -> bool {
        self.loose.endings.end(name) && !self.loose.unless.iter().any(|part| name.contains(&**part))
    }

    /// Whether it is the full name of an organisation, though it ends like a class of them.
    pub fn is_proper(&self, name: &str) -> bool {
        self.ending(name) == Some(Ending::Organisation) && !self.is_loose(name)
    }

    /// A name with its short ending written out: 管委会 → 管理委员会.
    pub fn expand(&self, name: &str) -> String {
        let hit = self.expanded.iter().find(|(short, _)| name.ends_with(&**short));
        let hit = hit.filter(|(_, full)| !name.ends_with(&**full));
        let long = hit.map(|(short, full)| format!("{}{full}", &name[..name.len() - short.len()]));
        long.unwrap_or_else(|| name.to_owned())
    }

    /// The class that a name stands for, if it does not name a single body.
    pub fn class(&self, name: &str) -> Option<Class> {
        if name.len() > 3 * LONGEST {
            return None;
        }
        let inside = self.inside(name);
        if inside.has(Inside::HOPELESS) {
            return None;
        }
        let open = self.classes.iter().enumerate().filter(|&(i, _)| inside.has(Inside::class(i)));
        open.map(|(_, rule)| rule).find(|rule| rule.matches(name)).map(|rule| rule.class)
    }

    fn inside(&self, name: &str) -> Inside {
        let mut all = Inside(0);
        self.inner.each(name, |word, _| all.0 |= self.inside[word].0);
        all
    }

    /// What the ending of `name` tells, where nothing speaks against its being a name.
    pub fn ending(&self, name: &str) -> Option<Ending> {
        let all =
            self.endings.iter().flat_map(|(kind, all)| all.ends_of(name).map(move |e| (*kind, e)));
        let (ending, found) = all.max_by_key(|(_, e)| e.len())?;
        let stem = name.strip_suffix(found)?;
        let whole_name = match ending {
            Ending::Unit | Ending::Zone => found.chars().count() > 2,
            Ending::Body | Ending::Organisation => false,
        };
        let long_enough = whole_name
            || stem.chars().count() >= 2
            || ending == Ending::Body && self.levels.contains(stem);
        (long_enough && name.chars().count() <= LONGEST && self.may_be_name(name)).then_some(ending)
    }

    /// What follows a word that belongs to no name: `市教育局` of `由市教育局`.
    pub fn after_preposition<'a>(&self, name: &'a str) -> Option<&'a str> {
        self.not.before.strip_start(name)
    }

    /// Whether nothing in `name` speaks against its being a name.
    pub fn may_be_name(&self, name: &str) -> bool {
        (!self.not.words.end(name) || self.not.but.end(name))
            && !self.not.alone.contains(name)
            && (!self.not.starts.start(name) || self.not.free_starts.end(name))
            && !self.inside(name).has(Inside::HOPELESS)
            && !self.after_preposition(name).is_some_and(|rest| self.is_leveled(rest))
    }

    /// `市教育局`, `各区`: begins with a word for a level.
    fn is_leveled(&self, name: &str) -> bool {
        self.level(name).is_some() || name.starts_with('各')
    }

    /// The characters that names end with by their shape alone. A name of an [open](Self::is_open)
    /// class may end with others.
    pub(super) fn last_chars(&self) -> impl Iterator<Item = char> {
        let endings = self.endings.iter().flat_map(|(_, endings)| endings.last_chars());
        let classes = self.classes.iter().filter_map(|rule| rule.ends.as_ref()).flatten().copied();
        endings.chain(classes).chain(self.function_tails.last_chars())
    }

    /// Whether `text` holds a word of a class whose names may end with any character, or white
    /// space that may hide one.
    pub(super) fn is_open(&self, text: &str) -> bool {
        self.open.is_match(text)
    }

    /// Whether `c` may begin what makes a text [open](Self::is_open).
    #[inline]
    pub fn may_open(&self, c: char) -> bool {
        self.open_firsts.has(c)
    }

    /// Whether `c` may begin a link.
    #[inline]
    pub(super) fn may_link(&self, c: char) -> bool {
        self.link_firsts.has(c)
    }

    /// Whether a link before this noun joins it to the name before it: 有关部门和 + 单位.
    pub(super) fn is_joined(&self, noun: &str) -> bool {
        self.joined.iter().any(|joined| joined == noun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::examples;

    #[test]
    fn classes_match_their_examples() {
        let names = Names::embedded();
        let rows = examples::entries(SOURCE, "class");
        for (ClassRule { class, .. }, row) in names.classes.iter().zip(rows) {
            for example in row.examples {
                assert_eq!(names.class(&example), Some(*class), "{example}");
            }
            for example in row.counter_examples {
                assert_ne!(names.class(&example), Some(*class), "{example}");
            }
        }
    }

    #[test]
    fn endings_match_their_examples() {
        let names = Names::embedded();
        let rows = examples::entries(SOURCE, "ending");
        for ((ending, _), row) in names.endings.iter().zip(rows) {
            for example in row.examples {
                assert_eq!(names.ending(&example), Some(*ending), "{example}");
            }
            for example in row.counter_examples {
                assert_ne!(names.ending(&example), Some(*ending), "{example}");
            }
        }
    }

    #[test]
    fn one_body_may_have_two_names() {
        let same = Names::embedded().same;
        let row = examples::entries(SOURCE, "same").remove(0);
        for (all, short) in [(row.examples, true), (row.counter_examples, false)] {
            for example in all {
                let (one, other) = example.split_once(" = ").unwrap();
                assert_eq!(same.is_short_for(one, other), short, "{example}");
                assert!(!short || same.core(one) == same.core(other), "{example}");
            }
        }
    }

    #[test]
    fn levels_are_listed_from_above() {
        let tiers = Names::embedded().tiers;
        let row = examples::entries(SOURCE, "tiers").remove(0);
        let parts = |text: &str| text.split_once(" + ").map(|(a, b)| (a.to_owned(), b.to_owned()));
        for example in row.examples {
            let (listed, rest) = example.split_once(" = ").unwrap();
            let (group, next) = parts(listed).unwrap();
            assert_eq!(tiers.go_on(&group, &next), Some(rest), "{example}");
        }
        for example in row.counter_examples {
            let (group, next) = parts(&example).unwrap();
            assert_eq!(tiers.go_on(&group, &next), None, "{example}");
        }
    }

    #[test]
    fn short_endings_are_written_out() {
        let names = Names::embedded();
        assert_eq!(names.expand("临江新区管委会"), "临江新区管理委员会");
        assert_eq!(names.expand("各区政府"), "各区人民政府");
        assert_eq!(names.expand("各区人民政府"), "各区人民政府");
        assert_eq!(names.expand("科技局"), "科技局");
        assert!(names.is_governing("青澜市人民政府办公室") && !names.is_governing("青澜市教育局"));
    }

    #[test]
    fn levels_are_read_longest_first() {
        let names = Names::embedded();
        assert_eq!(names.level("自治区商务厅"), Some(("自治区", "商务厅")));
        assert_eq!(names.level("我市教育局"), Some(("我市", "教育局")));
        assert_eq!(names.level("市"), None);
        assert_eq!(names.level("教育局"), None);
    }
}
