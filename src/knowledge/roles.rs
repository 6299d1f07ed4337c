//! The grammar of assignments: labels, verbs and position rules of `seeds/roles.toml`.
//!
//! Invariant: all patterns are compiled once, here; text is matched with its white space in place,
//! since padded labels (`效 果`) are common. The outline uses this to find assignments, the
//! extractors to read them.

use std::ops::Range;

use regex::{Regex, RegexSet};
use serde::Deserialize;

use super::alternation;
use super::marks::without_space;
use super::patterns::{Openings, Patterns};
use super::words::Chars;

use crate::model::Role;

/// What a label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    Role(Role),
    Deadline,
    Content,
    Outcome,
    Other,
}

/// Which names of a list lead, by a rule stated once in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PositionRule {
    /// The first name of the list.
    First,
    /// The names before the first comma.
    BeforeComma,
}

/// A verb phrase at the end of a clause: the names stand before `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerbPhrase {
    pub role: Role,
    /// Byte offset in the clause where the phrase begins.
    pub start: usize,
    /// Byte offset where it ends; what follows belongs to another clause.
    pub end: usize,
}

#[derive(Deserialize)]
struct File {
    label: Vec<LabelEntry>,
    other_label: Vec<OtherLabel>,
    verb: Vec<VerbEntry>,
    adverb: Adverbs,
    joint: Joint,
    position: Vec<Position>,
    standing: Standing,
    remark: Remark,
}

#[derive(Deserialize)]
struct LabelEntry {
    role: Role,
    pattern: String,
}

#[derive(Deserialize)]
struct OtherLabel {
    kind: OtherKind,
    pattern: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OtherKind {
    Deadline,
    Content,
    Outcome,
    Other,
}

#[derive(Deserialize)]
struct VerbEntry {
    role: Role,
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Adverbs {
    before: Vec<String>,
    after: Vec<String>,
    nouns: Vec<String>,
}

#[derive(Deserialize)]
struct Joint {
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Position {
    rule: PositionRule,
    pattern: String,
}

#[derive(Deserialize)]
struct Standing {
    pattern: String,
    opening: String,
    for_all: Vec<String>,
}

#[derive(Deserialize)]
struct Remark {
    patterns: Vec<String>,
}

/// The compiled grammar.
pub struct Roles {
    labels: Vec<Label>,
    /// By label: at the start, padding allowed, then a colon; or the label in brackets of its own
    /// (`【责任单位】`).
    label_colon: Openings,
    label_colons: Vec<Regex>,
    /// The same without the colon, for a whole line or table head.
    label_alone: RegexSet,
    /// A label with its colon anywhere.
    label_anywhere: Regex,
    /// `(before)*(verb)(after)*` at the end of a clause.
    verb_at_end: Regex,
    /// The same for the verbs of each role, of a whole phrase.
    verb_roles: Vec<(Role, Regex)>,
    /// The characters that such an end may have, but white space.
    verb_lasts: Chars,
    /// `牵头` and the like in mid-clause, or a joint word.
    mid: Regex,
    /// What makes such a word the first half of a name: 部门.
    mid_nouns: Vec<String>,
    joint_words: Vec<String>,
    positions: Patterns,
    /// By pattern of `positions`.
    position_rules: Vec<PositionRule>,
    /// What follows bodies that share in all that comes.
    standing: Regex,
    /// What such a clause begins with, before their names.
    standing_opening: Regex,
    /// What tells that an assignment holds for more than its task.
    for_all: Vec<String>,
    remark: Regex,
    /// Any role word, for the quick question whether a bracket may assign at all.
    any: Regex,
}

/// A pattern that allows white space between its characters where it has plain Chinese text.
fn padded(pattern: &str) -> String {
    let mut out = String::new();
    let mut class = 0;
    for c in pattern.chars() {
        match c {
            '[' => class += 1,
            ']' => class -= 1,
            _ => {}
        }
        out.push(c);
        if class == 0 && !c.is_ascii() {
            out.push_str(r"\s*");
        }
    }
    // `字\s*?` would make the space lazy, not the character optional: quantifiers on single
    // characters are written with groups in the data.
    out
}

impl Roles {
    /// The grammar that comes with the program.
    pub fn embedded() -> Self {
        let file: File = toml::from_str(SOURCE).expect("seeds/roles.toml is checked by the tests");
        Self::compile(&file).expect("seeds/roles.toml is checked by the tests")
    }

    fn compile(file: &File) -> Result<Self, Box<dyn std::error::Error>> {
        let mut labels = Vec::new();
        let mut patterns = Vec::new();
        for l in &file.label {
            labels.push(Label::Role(l.role));
            patterns.push(padded(&l.pattern));
        }
        for l in &file.other_label {
            labels.push(match l.kind {
                OtherKind::Deadline => Label::Deadline,
                OtherKind::Content => Label::Content,
                OtherKind::Outcome => Label::Outcome,
                OtherKind::Other => Label::Other,
            });
            patterns.push(padded(&l.pattern));
        }
        let colon = r"(?:[：:]|[】\]〕］][：:]?)";
        let colons: Vec<_> =
            patterns.iter().map(|p| format!(r"^\s*[【\[〔［]?(?:{p}){colon}")).collect();
        let role_groups: Vec<_> = patterns[..file.label.len()].iter().map(String::as_str).collect();
        let (before, after) = (alternation(&file.adverb.before), alternation(&file.adverb.after));
        let all_verbs = alternation(file.verb.iter().flat_map(|v| &v.words));
        let phrase = |verbs: &str| format!(r"(?:{before}|\s)*(?:{verbs})(?:{after}|\s)*$");
        let strong: Vec<_> = file
            .verb
            .iter()
            .filter(|v| v.role == Role::Lead)
            .flat_map(|v| &v.words)
            .chain(&file.joint.words)
            .collect();
        Ok(Self {
            label_colon: Openings::new(&colons)?,
            label_colons: colons.iter().map(|p| Regex::new(p)).collect::<Result<_, _>>()?,
            label_alone: RegexSet::new(patterns.iter().map(|p| format!(r"^\s*(?:{p})[：:]?\s*$")))?,
            label_anywhere: Regex::new(&format!(
                r"[【\[〔［](?:{all})[】\]〕］]|(?:{all})[：:]",
                all = role_groups.join("|")
            ))?,
            verb_at_end: Regex::new(&phrase(&all_verbs))?,
            verb_roles: file
                .verb
                .iter()
                .map(|v| Ok((v.role, Regex::new(&format!("^{}", phrase(&alternation(&v.words))))?)))
                .collect::<Result<_, regex::Error>>()?,
            verb_lasts: file
                .verb
                .iter()
                .flat_map(|v| &v.words)
                .chain(&file.adverb.after)
                .filter_map(|word| word.chars().next_back())
                .collect(),
            mid: Regex::new(&format!("(?:{})(?:负责)?", alternation(strong)))?,
            mid_nouns: file.adverb.nouns.clone(),
            joint_words: file.joint.words.clone(),
            positions: Patterns::new(file.position.iter().map(|p| &p.pattern))?,
            position_rules: file.position.iter().map(|p| p.rule).collect(),
            standing: Regex::new(&file.standing.pattern)?,
            standing_opening: Regex::new(&file.standing.opening)?,
            for_all: file.standing.for_all.clone(),
            remark: Regex::new(&format!("^(?:{})$", file.remark.patterns.join("|")))?,
            any: Regex::new(&format!("{}|{all_verbs}", role_groups.join("|")))?,
            labels,
        })
    }

    /// The label with colon or in brackets that `text` begins with, and the byte offset behind it.
    pub fn label_at_start(&self, text: &str) -> Option<(Label, usize)> {
        let which = self.label_colon.matches(text)?.iter().next()?;
        Some((self.labels[which], self.label_colons[which].find(text)?.end()))
    }

    /// The label that the whole of `text` is, with or without its colon.
    pub fn label_alone(&self, text: &str) -> Option<Label> {
        let alone = self.label_alone.is_match(text).then(|| self.label_alone.matches(text))?;
        alone.iter().next().map(|i| self.labels[i])
    }

    /// Where a role's label with its colon or in its own brackets stands first in `text`.
    pub fn find_label(&self, text: &str) -> Option<Range<usize>> {
        may_end_label(text).then(|| self.label_anywhere.find(text))?.map(|m| m.range())
    }

    /// The verb phrase that ends `clause`.
    pub fn verb_at_end(&self, clause: &str) -> Option<VerbPhrase> {
        let last = clause.chars().next_back()?;
        let may = self.verb_lasts.has(last) || last.is_whitespace();
        // The leftmost match is the longest phrase, since `$` anchors it.
        let whole = may.then(|| self.verb_at_end.find(clause))??;
        let reads = |(_, phrase): &&(Role, Regex)| phrase.is_match(whole.as_str());
        let &(role, _) = self.verb_roles.iter().find(reads)?;
        Some(VerbPhrase { role, start: whole.start(), end: whole.end() })
    }

    /// The first `牵头` or joint word (`会同`) in mid-clause: (its place, whether it is a joint word). The
    /// 牵头 of `各市营商环境牵头部门` is part of a name.
    pub fn mid_verb(&self, clause: &str) -> Option<(Range<usize>, bool)> {
        let names = |behind: &str| self.mid_nouns.iter().any(|n| behind.starts_with(n.as_str()));
        let found = self.mid.find_iter(clause).find(|m| !names(&clause[m.end()..]))?;
        let joint = self.joint_words.iter().any(|w| found.as_str().starts_with(w.as_str()));
        Some((found.range(), joint))
    }

    /// Whether a name is one by its part only: `各领域牵头部门`.
    pub fn points_back(&self, name: &str) -> bool {
        let part = self.mid_nouns.iter().find_map(|noun| name.strip_suffix(noun.as_str()));
        part.is_some_and(|part| self.mid.find_iter(part).any(|m| m.end() == part.len()))
    }

    /// The position rule that `text` states.
    pub fn position_rule(&self, text: &str) -> Option<PositionRule> {
        let text = without_space(text);
        self.positions.matching(&text).next().map(|which| self.position_rules[which])
    }

    /// Where `text` says that the bodies before it share in all that follows (`均为责任单位`).
    pub fn standing(&self, text: &str) -> Option<Range<usize>> {
        self.standing.find(text).map(|m| m.range())
    }

    /// Whether an assignment says that it holds for what follows.
    pub fn is_for_all(&self, text: &str) -> bool {
        self.for_all.iter().any(|words| text.contains(words.as_str()))
    }

    /// How many bytes of `clause` say, before their names, that bodies share in all that follows
    /// (`以下任务均需`).
    pub fn standing_opening(&self, clause: &str) -> usize {
        self.standing_opening.find(clause).map_or(0, |m| m.end())
    }

    /// Whether a part of a list is a remark (`下同`) and no name.
    pub fn is_remark(&self, part: &str) -> bool {
        let part = without_space(part);
        self.remark.is_match(&part)
    }

    /// Whether `text` has any role word at all.
    pub fn mentions_role(&self, text: &str) -> bool {
        self.any.is_match(text)
    }
}

/// Whether a bracket opens that may hold an assignment. Brackets of all shapes close each other, since
/// mixed ones are common.
pub fn opens(c: char) -> bool {
    matches!(c, '（' | '(' | '〔' | '［' | '[' | '【')
}

/// Whether such a bracket closes.
pub fn closes(c: char) -> bool {
    matches!(c, '）' | ')' | '〕' | '］' | ']' | '】')
}

/// Whether `text` has what ends a label: most clauses have not, which spares them the patterns.
fn may_end_label(text: &str) -> bool {
    text.contains(['：', ':', '】', '］', '〕', ']'])
}

const SOURCE: &str = include_str!("../../seeds/roles.toml");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::examples::entries;

    #[test]
    fn every_label_reads_its_examples_and_no_other_label_does() {
        let roles = Roles::embedded();
        let mut all = entries(SOURCE, "label");
        all.extend(entries(SOURCE, "other_label"));
        for (which, entry) in all.iter().enumerate() {
            for e in &entry.examples {
                assert_eq!(roles.label_alone(e), Some(roles.labels[which]), "{e}");
                let line = format!("{e}：甲");
                assert_eq!(roles.label_at_start(&line).unwrap().0, roles.labels[which], "{e}");
            }
            for e in &entry.counter_examples {
                assert_ne!(roles.label_alone(e), Some(roles.labels[which]), "{e}");
            }
        }
    }

    #[test]
    fn every_verb_reads_its_examples() {
        let file: File = toml::from_str(SOURCE).unwrap();
        let roles = Roles::embedded();
        for (v, entry) in file.verb.iter().zip(entries(SOURCE, "verb")) {
            for e in &entry.examples {
                assert_eq!(roles.verb_at_end(e).map(|p| p.role), Some(v.role), "{e}");
            }
        }
        for e in entries(SOURCE, "joint").iter().flat_map(|j| &j.examples) {
            assert!(roles.mid_verb(e).unwrap().1, "{e}");
        }
    }

    #[test]
    fn positions_and_remarks_read_their_examples() {
        let file: File = toml::from_str(SOURCE).unwrap();
        let roles = Roles::embedded();
        for (p, entry) in file.position.iter().zip(entries(SOURCE, "position")) {
            for e in &entry.examples {
                assert_eq!(roles.position_rule(e), Some(p.rule), "{e}");
            }
            for e in &entry.counter_examples {
                assert_eq!(roles.position_rule(e), None, "{e}");
            }
        }
        for standing in entries(SOURCE, "standing") {
            assert!(standing.examples.iter().all(|e| roles.standing(e).is_some()));
            assert!(standing.counter_examples.iter().all(|e| roles.standing(e).is_none()));
        }
        for remark in entries(SOURCE, "remark") {
            assert!(remark.examples.iter().all(|e| roles.is_remark(e)));
            assert!(!remark.counter_examples.iter().any(|e| roles.is_remark(e)));
        }
    }

    #[test]
    fn standing_bearers_may_be_opened() {
        let roles = Roles::embedded();
        assert_eq!(roles.standing_opening("以下任务均需各县区政府落实"), "以下任务均需".len());
        assert_eq!(roles.standing_opening("以下均由各区政府负责"), "以下均由".len());
        assert_eq!(roles.standing_opening("以下简称本市"), 0);
    }

    #[test]
    fn the_whole_phrase_is_the_verb() {
        let roles = Roles::embedded();
        let phrase = roles.verb_at_end("市教育局按职责分工负责").unwrap();
        assert_eq!((phrase.role, phrase.start), (Role::Responsible, "市教育局".len()));
        assert_eq!(roles.label_at_start("效  果:好").unwrap().0, Label::Outcome);
    }
}
