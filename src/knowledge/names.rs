//! What a name in a list of responsible parties looks like: words for levels, names that stand for
//! many, sure endings, and what only looks like a name.
//!
//! Invariant: this knows no single body, only shapes; `seeds/names.toml` holds them with examples.
//! `agencies` combines it with the bodies that are known.

use regex::Regex;
use serde::Deserialize;
use thiserror::Error;

const SOURCE: &str = include_str!("../../seeds/names.toml");

/// Why a table of name shapes cannot be used.
#[derive(Debug, Error)]
pub enum NameError {
    #[error("the table of name shapes cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("a pattern of the table of name shapes is faulty: {0}")]
    Pattern(#[from] regex::Error),
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
    function_tails: Vec<String>,
    governing: Vec<String>,
    offices: Vec<String>,
    below: Vec<String>,
    complete: Vec<String>,
    standing: Vec<String>,
    short: Vec<String>,
    own: Vec<String>,
    loose: Loose,
    expanded: Vec<(String, String)>,
    links: Vec<String>,
    joined: Vec<String>,
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
    endings: Vec<String>,
}

#[derive(Deserialize)]
struct Loose {
    endings: Vec<String>,
    unless: Vec<String>,
}

#[derive(Deserialize)]
struct Not {
    words: Vec<String>,
    alone: Vec<String>,
    starts: Vec<String>,
    before: Vec<String>,
    free_starts: Vec<String>,
    parts: Vec<String>,
}

struct ClassRule {
    class: Class,
    /// One of these must occur: a cheap question before the pattern.
    needs: Vec<String>,
    pattern: Regex,
}

impl ClassRule {
    fn compile(row: ClassRow) -> Result<Self, NameError> {
        Ok(Self { class: row.kind, needs: row.needs, pattern: Regex::new(&row.pattern)? })
    }

    fn matches(&self, name: &str) -> bool {
        self.needs.iter().any(|need| name.contains(&**need)) && self.pattern.is_match(name)
    }
}

/// The shapes, compiled.
pub struct Names {
    levels: Vec<String>,
    function_tails: Vec<String>,
    governing: Vec<String>,
    offices: Vec<String>,
    below: Vec<String>,
    complete: Vec<String>,
    standing: Vec<String>,
    short: Vec<String>,
    own: Vec<String>,
    loose: Loose,
    expanded: Vec<(String, String)>,
    pub(super) links: Vec<String>,
    joined: Vec<String>,
    classes: Vec<ClassRule>,
    endings: Vec<(Ending, Vec<String>)>,
    not: Not,
}

/// Longest name of a body, in characters.
const LONGEST: usize = 40;
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
        let classes = file.class.into_iter().map(ClassRule::compile);
        Ok(Self {
            classes: classes.collect::<Result<_, NameError>>()?,
            endings: file.ending.into_iter().map(|e| (e.kind, e.endings)).collect(),
            levels: file.levels,
            function_tails: file.function_tails,
            governing: file.governing,
            offices: file.offices,
            below: file.below,
            complete: file.complete,
            standing: file.standing,
            short: file.short,
            own: file.own,
            loose: file.loose,
            expanded: file.expanded,
            links: file.links,
            joined: file.joined,
            not: file.not,
        })
    }

    /// The word for a level at the start of `name` (`市`, `我市`, `自治区`) and the rest.
    pub fn level<'a>(&self, name: &'a str) -> Option<(&str, &'a str)> {
        self.levels.iter().find_map(|level| {
            let rest = name.strip_prefix(&**level)?;
            (!rest.is_empty()).then_some((level.as_str(), rest))
        })
    }

    /// The function word before 部门 and the like: `教育` of `教育部门`; all readings, longest tail first.
    pub fn function_stem<'a>(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.function_tails.iter().filter_map(|tail| name.strip_suffix(&**tail))
    }

    /// Whether a full name is that of an authority whose offices are not spoken of as 科 and 处 of its
    /// own: a government, its office, a party committee.
    pub fn is_governing(&self, name: &str) -> bool {
        self.governing.iter().any(|end| name.ends_with(&**end))
    }

    /// Whether every department has an office of this name: `办公室`, `机关党委`.
    pub fn is_office(&self, name: &str) -> bool {
        self.offices.iter().any(|office| office == name)
    }

    /// Whether a name without place may be that of something under the department that speaks.
    pub fn may_be_office(&self, name: &str) -> bool {
        self.below.iter().any(|end| name.ends_with(&**end))
            && self.ending(name) == Some(Ending::Body)
    }

    /// What follows a department's word for itself: `法规处` of `厅法规处`.
    pub fn own_department<'a>(&self, name: &'a str) -> Option<&'a str> {
        let rest = self.own.iter().find_map(|own| name.strip_prefix(&**own))?;
        let below =
            || self.below.iter().any(|end| rest.ends_with(&**end)) && rest.chars().count() > 2;
        (self.ending(rest).is_some() || self.is_office(rest) || below()).then_some(rest)
    }

    /// Whether such a name has its place in it, so that none belongs before it: `长岭海关`.
    pub fn is_complete(&self, name: &str) -> bool {
        self.complete.iter().any(|end| name.ends_with(&**end))
    }

    /// Whether a name without place is said of one body alone: `审批改革领导小组办公室`.
    pub fn is_standing(&self, name: &str) -> bool {
        let stem = self.standing.iter().find_map(|end| name.strip_suffix(&**end));
        stem.is_some_and(|stem| stem.chars().count() >= STEM)
    }

    /// Whether it is a short form whose full name only a table knows: `市营商办`.
    pub fn is_short(&self, name: &str) -> bool {
        self.short.iter().any(|end| name.ends_with(&**end))
    }

    /// Whether the full name of such an organisation cannot be told from this one: `市水务集团`.
    pub fn is_loose(&self, name: &str) -> bool {
        self.loose.endings.iter().any(|end| name.ends_with(&**end))
            && !self.loose.unless.iter().any(|part| name.contains(&**part))
    }

    /// Whether it is the full name of an organisation, though it ends like a class of them.
    pub fn is_proper(&self, name: &str) -> bool {
        self.ending(name) == Some(Ending::Organisation) && !self.is_loose(name)
    }

    /// A name with its short ending written out: 管委会 → 管理委员会.
    pub fn expand(&self, name: &str) -> String {
        let hit = self.expanded.iter().find_map(|(short, full)| {
            let stem = name.strip_suffix(&**short)?;
            (!name.ends_with(&**full)).then(|| format!("{stem}{full}"))
        });
        hit.unwrap_or_else(|| name.to_owned())
    }

    /// The class that a name stands for, if it does not name a single body.
    pub fn class(&self, name: &str) -> Option<Class> {
        if name.len() > 3 * LONGEST || self.hopeless(name) {
            return None;
        }
        self.classes.iter().find(|rule| rule.matches(name)).map(|rule| rule.class)
    }

    fn hopeless(&self, name: &str) -> bool {
        self.not.parts.iter().any(|part| name.contains(&**part))
    }

    /// What the ending of `name` tells, where nothing speaks against its being a name.
    pub fn ending(&self, name: &str) -> Option<Ending> {
        let all = self.endings.iter().flat_map(|(kind, all)| all.iter().map(move |e| (*kind, e)));
        let (ending, found) =
            all.filter(|(_, e)| name.ends_with(&***e)).max_by_key(|(_, e)| e.len())?;
        let stem = name.strip_suffix(&**found)?;
        let whole_name = match ending {
            Ending::Unit | Ending::Zone => found.chars().count() > 2,
            Ending::Body | Ending::Organisation => false,
        };
        let long_enough = whole_name
            || stem.chars().count() >= 2
            || ending == Ending::Body && self.levels.iter().any(|l| l == stem);
        (long_enough && name.chars().count() <= LONGEST && self.may_be_name(name)).then_some(ending)
    }

    /// What follows a word that belongs to no name: `市教育局` of `由市教育局`.
    pub fn after_preposition<'a>(&self, name: &'a str) -> Option<&'a str> {
        self.not.before.iter().find_map(|word| name.strip_prefix(&**word))
    }

    /// Whether nothing in `name` speaks against its being a name.
    pub fn may_be_name(&self, name: &str) -> bool {
        let free = || self.not.free_starts.iter().any(|end| name.ends_with(&**end));
        !self.not.words.iter().any(|word| name.ends_with(&**word))
            && !self.not.alone.iter().any(|word| name == word)
            && (!self.not.starts.iter().any(|start| name.starts_with(&**start)) || free())
            && !self.hopeless(name)
            && !self.after_preposition(name).is_some_and(|rest| self.is_leveled(rest))
    }

    /// `市教育局`, `各区`: begins with a word for a level.
    fn is_leveled(&self, name: &str) -> bool {
        self.level(name).is_some() || name.starts_with('各')
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
