//! What looks like a claim and was not understood: the honest measure of recall on documents that
//! nobody annotated.
//!
//! A place is a bracket or label line with a role word, a title in 《》, a quantity or a time limit
//! in an item that states work. It is read if a fact was taken from it. Quantities in names, dates
//! and numbers of documents are no places, nor are those that the rules tell to state no aim
//! (conditions, bases, the parts of something) and a document's short name for itself; those of which
//! nothing is known are unread.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::extract::{citation, deadline, target};
use crate::knowledge::Knowledge;
use crate::knowledge::citations::bare;
use crate::knowledge::roles::{Label, Roles, closes, opens};
use crate::model::{NodeKind, Span, Text};
use crate::pipeline::Reading;

/// What a place looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Assignment,
    Target,
    Deadline,
    Citation,
}

impl Kind {
    /// The kind as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Assignment => "分工 assignment",
            Kind::Target => "指标 target",
            Kind::Deadline => "时限 deadline",
            Kind::Citation => "引用 citation",
        }
    }
}

/// A place that was not understood.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Unread {
    pub kind: Kind,
    /// 1-based line of the source.
    pub line: usize,
    pub excerpt: String,
}

/// The places of a document.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Audit {
    /// How many places there are, by kind in the order of [`Kind`].
    pub places: [usize; 4],
    pub unread: Vec<Unread>,
}

/// An excerpt is at most this long, in characters.
const EXCERPT: usize = 60;

/// Looks for claims that were not understood.
pub fn audit(reading: &Reading, knowledge: &Knowledge) -> Audit {
    let roles = &knowledge.roles;
    let mut audit = Audit::default();
    let text = &reading.document.text;
    let facts = &reading.facts;
    let mut assigned: Vec<Span> = facts.responsibilities.iter().map(|r| r.evidence).collect();
    // A second bracket that repeats the names of a task's first gives no claim of its own.
    let bearers: HashSet<_> = facts.responsibilities.iter().map(|r| r.task).collect();
    for (id, node) in reading.document.nodes() {
        if bearers.contains(&id) {
            assigned.extend(&node.assignments);
        }
    }
    // with those that an item repeats, which give no second claim
    let limits: Vec<Span> =
        deadline::every(&reading.document, &knowledge.deadlines).iter().map(|d| d.quote).collect();
    let no_aims = target::passed_over(&reading.document, &knowledge.targets);
    let quantities: Vec<Span> = facts.targets.iter().map(|t| t.quote).collect();
    let titles: Vec<Span> = facts.citations.iter().map(|c| c.title).collect();
    for place in assignments(text, roles) {
        let timed = limits.iter().any(|l| place.overlaps(*l));
        let read = timed || assigned.iter().any(|a| place.overlaps(*a));
        audit.note(Kind::Assignment, text, place, read);
    }
    let header = &reading.document.header;
    let own: Vec<Span> = header.title.iter().chain(&header.notice).map(|t| t.span).collect();
    let known: HashSet<String> =
        titles.iter().chain(&own).map(|s| letters(text.slice(*s))).collect();
    let itself = citation::own_short_names(&reading.document, &knowledge.citations);
    for place in matches(&TITLE, text, text.span()) {
        if itself.contains(&bare(text.slice(place))) {
            continue;
        }
        let nested = titles.iter().chain(&own).any(|t| place.overlaps(*t));
        let read = nested || known.contains(&letters(text.slice(place)));
        audit.note(Kind::Citation, text, place, read);
    }
    let mut working = Vec::new();
    for node in &reading.document.nodes {
        if node.kind != NodeKind::Section {
            working.extend(node.own.iter().copied());
        }
    }
    for span in working {
        let names: Vec<Span> = matches(&NAME, text, span);
        let limits_here = matches(&LIMIT, text, span);
        for place in matches(&QUANTITY, text, span) {
            let named = names.iter().chain(&limits_here).any(|n| n.contains(place));
            let read = quantities.iter().chain(&limits).any(|q| q.overlaps(place));
            let no_aim = !read && no_aims.iter().any(|n| n.overlaps(place));
            if !named && !no_aim {
                audit.note(Kind::Target, text, place, read);
            }
        }
        for place in limits_here {
            if !names.iter().any(|n| n.contains(place)) {
                let read = limits.iter().chain(&quantities).any(|q| q.overlaps(place));
                audit.note(Kind::Deadline, text, place, read);
            }
        }
    }
    audit.unread.sort_by_key(|u| (u.line, u.kind));
    audit
}

static TITLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"《[^《》\n]{2,120}").expect("a constant pattern"));
/// Titles and quoted names, which hold numbers that count nothing.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"《[^》\n]*》?|“[^”\n]{1,20}”|〔\d{4}〕\s*\d+\s*号|第[一二三四五六七八九十百\d]+[届条章批期次个]")
        .expect("a constant pattern")
});
static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d[\d.,]*\s*(?:%|％|‰|[万亿]?(?:个|所|家|项|人次|人|名|元|亩|公里|套|件|场|次|户|处|座|条|吨|倍|台|天|个工作日|工作日|小时|平方米))|\d+[:：]\d+|百分之[一二三四五六七八九十百]+|全覆盖")
        .expect("a constant pattern")
});
static LIMIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:(?:19|20)\d{2}\s*年\s*)?(?:\d{1,2}\s*月\s*(?:\d{1,2}\s*日)?|年|上半年|下半年|第[一二三四]季度)(?:底|末)?(?:之?前)|(?:19|20)\d{2}\s*年(?:底|末|年底)|年底前|月底前|“十[三四五六]五”(?:期)?末|\d+\s*(?:个)?(?:工作)?日(?:之)?内(?:完成|报送|印发)")
        .expect("a constant pattern")
});

fn letters(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn matches(pattern: &Regex, text: &Text, within: Span) -> Vec<Span> {
    pattern
        .find_iter(text.slice(within))
        .map(|m| Span::new(within.start + m.start(), within.start + m.end()))
        .collect()
}

/// The brackets and label lines that hold a role word and so look like assignments.
fn assignments(text: &Text, roles: &Roles) -> Vec<Span> {
    let mut places = Vec::new();
    for line in text.lines() {
        let s = text.slice(line);
        if matches!(roles.label_at_start(s), Some((Label::Role(_), _))) {
            places.push(line);
            continue;
        }
        for inner in brackets(s) {
            let content = &s[inner.clone()];
            let clause_verb = content
                .split(['，', '；', ';', ',', '。'])
                .any(|c| roles.verb_at_end(c).is_some_and(|v| v.start > 0));
            if roles.find_label(content).is_some() || clause_verb {
                places.push(Span::new(line.start + inner.start, line.start + inner.end));
            }
        }
    }
    places
}

/// The insides of the outermost brackets of a line.
fn brackets(line: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    for (at, c) in line.char_indices() {
        if opens(c) {
            if depth == 0 {
                from = at + c.len_utf8();
            }
            depth += 1;
        } else if closes(c) && depth > 0 {
            depth -= 1;
            if depth == 0 {
                out.push(from..at);
            }
        }
    }
    if depth > 0 {
        out.push(from..line.len());
    }
    out
}

impl Audit {
    fn note(&mut self, kind: Kind, text: &Text, place: Span, read: bool) {
        self.places[kind as usize] += 1;
        if !read {
            let around = text.as_str()[place.start..].split('\n').next().unwrap_or_default();
            let excerpt: String = around.chars().take(EXCERPT).collect();
            self.unread.push(Unread { kind, line: text.source_line(place.start), excerpt });
        }
    }

    /// How many places there are of all kinds.
    pub fn total(&self) -> usize {
        self.places.iter().sum()
    }
}
