//! The words around bearers of duties in running text: the table `seeds/prose.toml`.

use aho_corasick::{AhoCorasick, Anchored, Input, Match};
use regex::Regex;
use serde::Deserialize;

use super::alternation;
use super::words::{Affixes, Chars, Finder, anywhere, longest, longest_or_first};
use crate::model::Role;

#[derive(Deserialize)]
struct File {
    modal: Words,
    action: Words,
    not_bound: Words,
    support: Words,
    lead: Words,
    joint: Joint,
    anaphora: Words,
    name_head: Words,
    name_not: Words,
    office_not: Words,
    private: Words,
    link: Words,
    level: Levels,
    adverbial: Adverbials,
    opening: Words,
    decoy: Words,
    firm: Firm,
    office: Offices,
    guided: Words,
    described: Described,
    urged: Words,
}

#[derive(Deserialize)]
struct Firm {
    ends: Affixes,
    offices: Affixes,
    short: Affixes,
    societies: Affixes,
}

#[derive(Deserialize)]
struct Offices {
    word: String,
    lead: Affixes,
    support: Affixes,
    guide: Affixes,
    responsible: Affixes,
}

#[derive(Deserialize)]
struct Described {
    heads: Affixes,
    passive: Affixes,
}

#[derive(Deserialize)]
struct Joint {
    words: Vec<String>,
    leading: Vec<String>,
}

#[derive(Deserialize)]
struct Levels {
    words: Affixes,
    joint: Vec<String>,
    class_ends: Vec<String>,
}

#[derive(Deserialize)]
struct Adverbials {
    starts: Affixes,
    ends: Affixes,
}

#[derive(Deserialize)]
struct Words {
    words: Vec<String>,
}

/// The compiled table.
pub struct ProseRules {
    markers: AhoCorasick,
    marker_firsts: Chars,
    /// How many of the markers' patterns are modals; actions follow, and behind those words that only
    /// look as if they had one (`相应`).
    modals: usize,
    decoys: usize,
    not_bound: Affixes,
    support: Regex,
    lead: Regex,
    joint: AhoCorasick,
    any_joint: Finder,
    /// The joint words whose first party leads whoever the others are.
    leading: Regex,
    anaphora: Vec<String>,
    name_heads: Affixes,
    parts: AhoCorasick,
    other_bodies: Vec<String>,
    private: Affixes,
    links: AhoCorasick,
    levels: Levels,
    level_lasts: Chars,
    adverbials: Adverbials,
    /// What a clause may begin with before its subject.
    openings: Affixes,
    /// What names end with that say what the part of the body is: 主管部门.
    firm: Firm,
    offices: Offices,
    guided: Vec<String>,
    described: Described,
    urged: Vec<String>,
}

/// A name is at most this long, in characters, if its ending alone makes it sure.
const FIRM: usize = 12;

/// A word that may stand behind a bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Byte offset.
    pub start: usize,
    pub end: usize,
    /// Says that someone shall do something.
    pub modal: bool,
}

impl ProseRules {
    /// The table that comes with the program.
    pub fn embedded() -> Self {
        Self::compile(SOURCE).expect("seeds/prose.toml is checked by the tests")
    }

    fn compile(source: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let file: File = toml::from_str(source)?;
        let words = file.modal.words.iter().chain(&file.action.words);
        let patterns = words.clone().chain(&file.decoy.words);
        // After `要` there may be adverbs: 要积极配合.
        let adverb = "(?:将|积极|主动|认真|切实|全力|共同|密切|具体|统一|统筹|及时|分别|联合)*";
        let modal = alternation(&file.modal.words);
        let behind = |words: &[String]| {
            Regex::new(&format!("^(?:{modal})?{adverb}(?:{})", alternation(words)))
        };
        Ok(Self {
            marker_firsts: Chars::firsts(patterns.clone()),
            markers: longest_or_first(patterns)?,
            modals: file.modal.words.len(),
            decoys: words.count(),
            openings: file.opening.words.into(),
            firm: file.firm,
            offices: file.office,
            guided: file.guided.words,
            described: file.described,
            urged: file.urged.words,
            not_bound: file.not_bound.words.into(),
            support: behind(&file.support.words)?,
            lead: behind(&file.lead.words)?,
            joint: longest(&file.joint.words)?,
            any_joint: Finder::new(&file.joint.words)?,
            leading: behind(&file.joint.leading)?,
            anaphora: file.anaphora.words,
            name_heads: file.name_head.words.into(),
            parts: anywhere(&file.name_not.words)?,
            other_bodies: file.office_not.words,
            private: file.private.words.into(),
            level_lasts: file
                .level
                .words
                .last_chars()
                .chain(file.level.joint.iter().filter_map(|joint| joint.chars().next_back()))
                .collect(),
            levels: file.level,
            adverbials: file.adverbial,
            links: longest(&file.link.words)?,
        })
    }

    /// The words in `clause` that a bearer may stand before.
    pub fn markers<'a>(&'a self, clause: &'a str) -> impl Iterator<Item = Marker> + 'a {
        self.markers.find_iter(clause).filter_map(|m| self.marker(m))
    }

    /// The word of them that `text` begins with.
    pub fn marker_at_start(&self, text: &str) -> Option<Marker> {
        let may = text.chars().next().is_some_and(|c| self.marker_firsts.has(c));
        let found = may.then(|| self.markers.find(Input::new(text).anchored(Anchored::Yes)))?;
        self.marker(found?)
    }

    fn marker(&self, found: Match) -> Option<Marker> {
        let which = found.pattern().as_usize();
        let marker = Marker { start: found.start(), end: found.end(), modal: which < self.modals };
        (which < self.decoys).then_some(marker)
    }

    /// A clause without what it begins with before its subject: `年度内各市…`.
    pub fn after_opening<'a>(&self, clause: &'a str) -> &'a str {
        let rest = self.openings.strip_start(clause);
        rest.filter(|rest| !rest.is_empty()).unwrap_or(clause)
    }

    /// Whether a name says by its ending what the body's part is: `业务主管部门`.
    pub fn is_firm(&self, name: &str) -> bool {
        self.firm.ends.end(name) && name.chars().nth(FIRM).is_none()
    }

    /// Whether a name ends as that of an office: `计财股`.
    pub fn is_office(&self, name: &str) -> bool {
        self.firm.offices.end(name)
    }

    /// Whether it is a short name that only a document explains: `营商办`.
    pub fn is_short_body(&self, name: &str) -> bool {
        self.firm.short.contains(name)
    }

    /// Whether it names a society, which bears duties of its own as no enterprise does.
    pub fn is_society(&self, name: &str) -> bool {
        self.firm.societies.end(name)
    }

    /// `A是…的牵头部门`: where A ends, and its role.
    pub fn office(&self, clause: &str) -> Option<(usize, Role)> {
        let offices = &self.offices;
        let roles = [
            (&offices.lead, Role::Lead),
            (&offices.support, Role::Support),
            (&offices.guide, Role::Guide),
            (&offices.responsible, Role::Responsible),
        ];
        let (_, role) = roles.into_iter().find(|(ends, _)| ends.end(clause))?;
        Some((clause.find(offices.word.as_str())?, role))
    }

    /// Where those stand under whose guidance something is done: `在A指导下`.
    pub fn guided(&self, clause: &str) -> Option<std::ops::Range<usize>> {
        let end = self.guided.iter().find_map(|word| clause.find(word.as_str()))?;
        let start = clause[..end].rfind('在')? + '在'.len_utf8();
        Some(start..end)
    }

    /// Whether a name ends as a class of places does that may be described: `基础较好的市县`.
    pub fn may_be_described(&self, name: &str) -> bool {
        self.described.heads.end(name)
    }

    /// Whether something is done to what stands before: `要给予表扬`.
    pub fn is_passive(&self, duty: &str) -> bool {
        self.described.passive.start(duty)
    }

    /// Whether a word stands for the governments of a level: the 市 of `省、市、县`.
    pub fn is_level(&self, word: &str) -> bool {
        self.levels.words.contains(word)
    }

    /// Whether `text` ends with such a word.
    pub fn ends_as_level(&self, text: &str) -> bool {
        let text = text.trim_end();
        self.levels.words.end(text) || self.levels.joint.iter().any(|j| text.ends_with(j.as_str()))
    }

    /// Whether such a word may end with `c`.
    #[inline]
    pub fn may_end_level(&self, c: char) -> bool {
        self.level_lasts.has(c)
    }

    /// Whether a name is that of a class of bodies that ends as bodies and places do: `各地`.
    pub fn is_class(&self, name: &str) -> bool {
        let ends = |end: &String| name.ends_with(end.as_str());
        name.starts_with('各') && self.levels.class_ends.iter().any(ends)
    }

    /// Whether a name says that the levels before it belong to it: the 县两级 of `市、县两级财政部门`.
    pub fn joins_levels(&self, name: &str) -> bool {
        self.levels.joint.iter().any(|joint| name.contains(joint.as_str()))
    }

    /// Whether a collective name ends as such names do: `各县（市、区）教育局`.
    pub fn ends_class(&self, name: &str) -> bool {
        self.levels.class_ends.iter().any(|end| name.ends_with(end.as_str()))
    }

    /// Whether a name is that of several levels and no more: `市县两级`.
    pub fn is_joint_level(&self, name: &str) -> bool {
        let stem = self.levels.joint.iter().find_map(|joint| name.strip_suffix(joint.as_str()));
        stem.is_some_and(|stem| {
            stem.chars().count() > 1 && stem.chars().all(|c| self.level_lasts.has(c))
        })
    }

    /// Whether a clause ends as one that only says when or how: `在开学前`.
    pub fn ends_adverbial(&self, clause: &str) -> bool {
        self.adverbials.ends.end(clause)
    }

    /// Whether what follows permits: `可先行使用`.
    pub fn permits(&self, rest: &str) -> bool {
        rest.starts_with('可')
    }

    /// Whether what follows a name makes it the first of several: 会同, 将会同.
    pub fn leads_others(&self, rest: &str) -> bool {
        self.leading.is_match(rest)
    }

    /// Whether a clause only says when, how or on what ground, so that the subject is still to come.
    pub fn is_adverbial(&self, clause: &str) -> bool {
        self.adverbials.starts.start(clause) || self.adverbials.ends.end(clause)
    }

    /// Whether what follows a name permits, forbids or tells instead of binding.
    pub fn not_bound(&self, rest: &str) -> bool {
        self.not_bound.start(rest)
    }

    /// Whether the duty is to help others (`要积极配合…`).
    pub fn supports(&self, rest: &str) -> bool {
        self.support.is_match(rest)
    }

    /// Whether the duty is to lead (`要牵头…`).
    pub fn leads(&self, rest: &str) -> bool {
        self.lead.is_match(rest)
    }

    /// The words that link the names of a long subject (`、`, `特别是`, `以及`).
    pub fn links<'a>(
        &'a self,
        clause: &'a str,
    ) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.links.find_iter(clause).map(|m| m.range())
    }

    /// Whether there is a joint word in a sentence.
    pub fn joins(&self, sentence: &str) -> bool {
        self.any_joint.is_in(sentence)
    }

    /// The joint words (`会同`) in a clause; not those of `向联合…`, `已会同…`, `协同发展`, `鼓励企业联合…`.
    pub fn joints<'a>(
        &'a self,
        clause: &'a str,
    ) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.joint.find_iter(clause).map(|m| m.range()).filter(|joint| {
            let before = &clause[..joint.start];
            !(before.ends_with(['向', '已'])
                || clause[joint.start..].starts_with("协同发展")
                || self.urged.iter().any(|word| before.contains(word.as_str())))
        })
    }

    /// The places behind `由`, and behind 请 at its start, in a clause; not that of `可由`, which permits.
    pub fn by<'a>(&'a self, clause: &'a str) -> impl Iterator<Item = usize> + 'a {
        let please = clause.starts_with('请').then_some('请'.len_utf8());
        let binds = |at: usize| !clause[..at].ends_with('可') && !clause[..at].ends_with("可以");
        let by = clause.match_indices('由').filter(move |&(at, _)| binds(at));
        let by = by.map(|(at, by)| at + by.len());
        please.into_iter().chain(by)
    }

    /// Whether nothing in `name` shows it to be part of a clause: it begins with no action and
    /// holds no particle.
    pub fn is_whole_name(&self, name: &str) -> bool {
        let action = self.marker_at_start(name).is_some_and(|m| m.end > 3);
        let named = self.name_heads.start(name);
        (!action || named)
            && (!name.starts_with(['对', '其', '该', '本', '以', '同'])
                || ["其他", "其它", "其余"].iter().any(|other| name.starts_with(other)))
            && !name.contains([
                '将', '由', '为', '使', '让', '把', '被', '均', '需', '可', '于', '凭', '向',
            ])
            && (!name.contains('在') || name.contains("所在"))
            && !self.parts.is_match(name)
    }

    /// Whether a name has the word for another body in it, so that it is no office's.
    pub fn holds_body(&self, name: &str) -> bool {
        self.other_bodies.iter().any(|word| name.contains(word.as_str()))
    }

    /// Whether a name may stand among bearers and is none: it points back, or is an enterprise's.
    pub fn may_be_passed_over(&self, name: &str) -> bool {
        self.anaphora.iter().any(|a| a == name) || name.ends_with("企业")
    }

    /// Whether a name bears no duty of its own: it points back to others, or is private.
    pub fn bears_none(&self, name: &str) -> bool {
        self.anaphora.iter().any(|a| a == name) || self.private.end(name)
    }
}

/// The table; its examples are checked where sentences are read.
pub const SOURCE: &str = include_str!("../../seeds/prose.toml");
