//! Which titles a document cites, where, and to what use.
//!
//! A title's use is told by the nearest verb that governs it, before it (`贯彻落实《甲》《乙》`) or after it
//! (`推进《甲》修订`), and in what comes before the first item by the formulas of an official document (`现印发给你们`).
//! Invariant: one claim for each task, title and use; claims in the order of the text.

use foldhash::{HashSet, HashSetExt};

use crate::knowledge::citations::{CitationRules, Verb, bare};
use crate::knowledge::words::without_draft_note;
use crate::model::{Citation, CitationKind, Document, NodeId, NodeKind, Span};

use super::title::{Title, titles};

/// How many titles one verb is followed over.
const LONGEST_LIST: usize = 40;

/// The titles that `document` cites.
pub fn citations(document: &Document, rules: &CitationRules) -> Vec<Citation> {
    let text = document.text.as_str();
    let mut titles = titles(text, rules);
    titles.retain(|t| !rules.introduces_alias(tail(&text[..t.outer.start], 30)));
    let places = Places::new(document);
    let own = Own::new(document);
    let itself = short_names(text, &titles, &own, rules);
    titles.retain(|t| !itself.contains(&bare(&text[t.inner.start..t.inner.end])));
    let mut out = Out { text, rules, found: Vec::new(), seen: HashSet::new() };
    for sentence in sentences(text, titles) {
        for (k, title) in sentence.titles.iter().enumerate() {
            if places.assigned(title.outer.start) {
                continue;
            }
            let citing = places.node(title.outer.start);
            let used = sentence.used(k, citing.is_none(), &own, text, rules);
            if !repeats(&out, title, used, citing) {
                out.claim(title, used, citing, sentence.span);
            }
        }
    }
    out.found
}

/// The short names by which a document calls itself (`本《细则》`, `以下简称《工作方案》`), bare.
pub fn own_short_names(document: &Document, rules: &CitationRules) -> HashSet<String> {
    let text = document.text.as_str();
    short_names(text, &titles(text, rules), &Own::new(document), rules)
}

fn short_names(text: &str, titles: &[Title], own: &Own, rules: &CitationRules) -> HashSet<String> {
    let name = |t: &Title| &text[t.inner.start..t.inner.end];
    let introduced = titles
        .iter()
        .filter(|t| own.is(name(t)))
        .filter_map(|t| rules.short_name(head(&text[t.outer.end..], 240)));
    let pointed_at = titles.iter().filter(|t| text[..t.outer.start].ends_with('本')).map(name);
    introduced.chain(pointed_at).map(bare).collect()
}

/// How a title is used, and how sure that is.
#[derive(Clone, Copy, Debug)]
struct Use {
    kind: CitationKind,
    confidence: f32,
}

const fn used(kind: CitationKind, confidence: f32) -> Use {
    Use { kind, confidence }
}

struct Out<'a> {
    text: &'a str,
    rules: &'a CitationRules,
    found: Vec<Citation>,
    /// What was claimed: (task, title, use).
    seen: HashSet<(Option<NodeId>, String, CitationKind)>,
}

/// Whether a document that issues a title only says again what it is.
fn repeats(out: &Out<'_>, title: &Title, used: Use, citing: Option<NodeId>) -> bool {
    let name = bare(&out.text[title.inner.start..title.inner.end]);
    used.kind == CitationKind::Mentions
        && citing.is_none()
        && out.seen.contains(&(None, name, CitationKind::Issues))
}

impl Out<'_> {
    fn claim(&mut self, title: &Title, used: Use, citing: Option<NodeId>, evidence: Span) {
        let name = &self.text[title.inner.start..title.inner.end];
        if self.seen.insert((citing, bare(name), used.kind)) {
            let after = &self.text[title.outer.end..];
            let number = self
                .rules
                .titles
                .number(head(after, 120))
                .map(|r| Span::new(title.outer.end + r.start, title.outer.end + r.end));
            let policy = self.rules.titles.is_standard(head(after, 120))
                || self.rules.titles.normative(name).unwrap_or(number.is_some());
            self.found.push(Citation {
                citing,
                kind: used.kind,
                title: title.inner,
                number,
                policy,
                evidence,
                confidence: if title.whole { used.confidence } else { used.confidence * 0.8 },
                work: None,
            });
        }
        for inner in &title.nested {
            let before = &self.text[title.inner.start..inner.outer.start];
            let after = &self.text[inner.outer.end..title.inner.end];
            if self.rules.titles.announces(before, after) {
                self.claim(
                    inner,
                    Use { kind: CitationKind::Via, confidence: 0.9 },
                    citing,
                    evidence,
                );
            }
        }
    }
}

/// Which node a place belongs to.
struct Places {
    own: Vec<(Span, NodeId)>,
    assignments: Vec<Span>,
}

impl Places {
    fn new(document: &Document) -> Self {
        let mut own = Vec::new();
        let mut assignments = Vec::new();
        for (id, node) in document.nodes() {
            if matches!(node.kind, NodeKind::Task | NodeKind::Measure | NodeKind::Practice) {
                own.extend(node.own.iter().map(|&s| (s, id)));
            }
            assignments.extend(&node.assignments);
        }
        own.sort_unstable();
        assignments.sort_unstable();
        Self { own, assignments }
    }

    fn node(&self, at: usize) -> Option<NodeId> {
        let next = self.own.partition_point(|(s, _)| s.start <= at);
        let &(span, id) = self.own[..next].last()?;
        (at < span.end).then_some(id)
    }

    fn assigned(&self, at: usize) -> bool {
        let next = self.assignments.partition_point(|s| s.start <= at);
        self.assignments[..next].last().is_some_and(|s| at < s.end)
    }
}

/// What the document is and prints.
struct Own {
    /// Its own title and the covering notice's, bare.
    titles: Vec<String>,
    /// Where the first item begins: before it the document speaks of itself.
    preamble: usize,
}

impl Own {
    fn new(document: &Document) -> Self {
        let header = [&document.header.title, &document.header.notice];
        let titles = header.into_iter().flatten().map(|t| own_key(&t.value)).collect();
        let preamble = document
            .nodes()
            .filter(|(_, n)| match n.kind {
                NodeKind::Root => false,
                NodeKind::Section => n.number.is_some(),
                _ => true,
            })
            .map(|(_, n)| n.span.start)
            .min()
            .unwrap_or(document.text.as_str().len());
        Self { titles, preamble }
    }

    fn is(&self, title: &str) -> bool {
        let key = own_key(title);
        !key.is_empty() && self.titles.contains(&key)
    }
}

fn own_key(title: &str) -> String {
    let key = bare(without_draft_note(title));
    key.strip_prefix("关于").map(str::to_owned).unwrap_or(key)
}

/// A sentence that has titles.
struct Sentence {
    span: Span,
    titles: Vec<Title>,
    /// Each title with the brackets that follow it; disjoint, ascending.
    masks: Vec<Span>,
}

/// Groups the titles by the sentence they stand in.
fn sentences(text: &str, titles: Vec<Title>) -> Vec<Sentence> {
    let mut out: Vec<Sentence> = Vec::new();
    let mut reached = 0;
    for title in titles {
        let gap = &text[reached.min(title.outer.start)..title.outer.start];
        let mask = Span::new(title.outer.start, after_brackets(text, title.outer.end));
        match out.last_mut() {
            Some(open) if last_stop(gap).is_none() => {
                // A title inside the brackets after another one shares their mask.
                if open.masks.last().is_some_and(|m| m.end > mask.start) {
                    let last = open.masks.len() - 1;
                    open.masks[last].end = title.outer.start;
                }
                open.masks.push(mask);
                open.titles.push(title);
            }
            _ => {
                let start = title.outer.start - gap.len();
                let start = last_stop(gap).map_or(start, |i| start + i);
                out.push(Sentence {
                    span: Span::new(start, start),
                    titles: vec![title],
                    masks: vec![mask],
                });
            }
        }
        let Some(open) = out.last_mut() else { continue };
        reached = open.titles.last().map_or(reached, |t| t.outer.end);
        // The end found for the title before holds unless it lies in this one.
        if open.span.end > reached {
            continue;
        }
        let end = text[reached..].find(['。', '！', '？', '；', ';', '\n']);
        let end = end.map_or(text.len(), |i| {
            let stop = reached + i;
            let c = text[stop..].chars().next().unwrap_or('\n');
            if c == '\n' { stop } else { stop + c.len_utf8() }
        });
        open.span.end = end;
    }
    for s in &mut out {
        let skipped = text[s.span.start..].len() - text[s.span.start..].trim_start().len();
        s.span.start += skipped;
    }
    out
}

/// Byte offset after the last sentence stop of `gap`, which ends where a title begins.
fn last_stop(gap: &str) -> Option<usize> {
    let mut end = gap.len();
    loop {
        let at = gap[..end].rfind(['。', '！', '？', '；', ';', '\n'])?;
        let stop = gap[at..].chars().next()?;
        // A line broken before a title (`根据国务院办公厅⏎《…》`) ends no sentence.
        let wrapped = stop == '\n'
            && gap[at..].trim().is_empty()
            && gap[..at].lines().last().is_some_and(|l| {
                l.chars().count() >= 6
                    && l.ends_with(|c: char| c.is_alphabetic() || "、，）》".contains(c))
            });
        let linked = stop == '\n' && gap.trim().is_empty();
        if !wrapped && !linked {
            return Some(at + stop.len_utf8());
        }
        end = at;
    }
}

/// The end of the brackets that follow a title (`（试行）`, `（青政发〔2024〕1号）`), else `from`.
fn after_brackets(text: &str, from: usize) -> usize {
    let mut end = from;
    loop {
        let rest = head(&text[end..], 240);
        let lead = rest.len() - rest.trim_start().len();
        if !rest[lead..].starts_with(['（', '(']) {
            return end;
        }
        let mut depth = 0usize;
        let close = rest.char_indices().skip_while(|&(i, _)| i < lead).find(|&(_, c)| {
            match c {
                '（' | '(' | '〔' | '[' => depth += 1,
                '）' | ')' | '〕' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        match close {
            Some((i, c)) => end += i + c.len_utf8(),
            None => return end,
        }
    }
}

/// At most `bytes` of the start of `text`.
fn head(text: &str, bytes: usize) -> &str {
    let end = (bytes.min(text.len())..=text.len()).find(|&i| text.is_char_boundary(i));
    &text[..end.unwrap_or(text.len())]
}

/// At most `bytes` of the end of `text`.
fn tail(text: &str, bytes: usize) -> &str {
    let start = (0..=text.len().saturating_sub(bytes)).rev().find(|&i| text.is_char_boundary(i));
    &text[start.unwrap_or(0)..]
}

/// A verb found before a title.
struct Governor {
    verb: Verb,
    /// The text between verb and title names nothing else than the title's maker.
    close: bool,
    /// The verb tells what was done before (`先后印发《甲》`), or is another notice's (`关于印发《甲》的通知`).
    done: bool,
}

impl Sentence {
    /// Bytes between the title and the one before it, or the start of the sentence.
    fn gap_before(&self, k: usize) -> std::ops::Range<usize> {
        let start = if k == 0 { self.span.start } else { self.masks[k - 1].end };
        start.min(self.titles[k].outer.start)..self.titles[k].outer.start
    }

    /// The text after the title and the list it begins, to the end of the sentence.
    fn rest<'a>(&self, k: usize, text: &'a str) -> &'a str {
        let mut last = k;
        let most = self.titles.len().min(k + LONGEST_LIST);
        while last + 1 < most && links(&text[self.gap_before(last + 1)]) {
            last += 1;
        }
        &text[self.masks[last].end.min(self.span.end)..self.span.end]
    }

    fn used(&self, k: usize, whole: bool, own: &Own, text: &str, rules: &CitationRules) -> Use {
        let title = &self.titles[k];
        let speaks = whole && title.outer.start < own.preamble;
        let rest = self.rest(k, text);
        let governor = self.governor(k, text, rules);
        // `根据《甲》，制定本细则` in an annex of 甲
        let based = title.outer.start >= own.preamble
            && governor.as_ref().is_some_and(|g| g.verb.kind == CitationKind::BasedOn);
        if whole && !based && own.is(&text[title.inner.start..title.inner.end]) {
            // what is printed may be another's text that is passed on
            let passed_on =
                governor.as_ref().is_some_and(|g| g.verb.kind == CitationKind::Forwards)
                    || self.formula(k, text, rules) == Some(CitationKind::Forwards);
            let kind = if passed_on { CitationKind::Forwards } else { CitationKind::Issues };
            return used(kind, 0.95);
        }
        if let Some(g) = &governor
            && !g.verb.light
            && !g.verb.disposal
            && matches!(g.verb.kind, CitationKind::Implements | CitationKind::BasedOn)
        {
            return used(g.verb.kind, if g.close { 0.95 } else { 0.75 });
        }
        if whole && let Some(kind) = self.formula(k, text, rules) {
            return used(kind, 0.95);
        }
        let Some(g) = governor else { return self.alone(k, rest, text, rules) };
        let sure = if g.close { 0.95 } else { 0.7 };
        if g.verb.disposal {
            let clause = rest.split(['，', ',']).next().unwrap_or(rest);
            let verb = rules.verbs(clause).map(|(_, v)| v).find(|v| !v.light);
            return match verb {
                Some(v) if v.kind == CitationKind::Drafts && v.issuing && speaks => {
                    used(CitationKind::Issues, 0.85)
                }
                Some(v) if v.kind != CitationKind::BasedOn => used(v.kind, 0.7),
                _ => used(CitationKind::Mentions, 0.8),
            };
        }
        match (g.verb.kind, rules.after(rest)) {
            (_, Some(after)) if g.verb.light => used(after.kind, 0.85),
            (CitationKind::Drafts, Some(after)) if after.derived => {
                used(CitationKind::Implements, 0.7)
            }
            (CitationKind::Drafts, _) if speaks && (g.verb.issuing || own.titles.is_empty()) => {
                used(CitationKind::Issues, 0.85)
            }
            // `制定《甲条例》裁量标准`: the other text is made
            (CitationKind::Drafts, None) if names_another(rest, rules) => {
                used(CitationKind::Implements, 0.7)
            }
            (CitationKind::Drafts, _) if g.done => used(CitationKind::Mentions, 0.8),
            (kind, _) if g.verb.light => used(kind, 0.7),
            (kind, _) => used(kind, sure),
        }
    }

    /// The use of a title that no verb before it governs.
    fn alone(&self, k: usize, rest: &str, text: &str, rules: &CitationRules) -> Use {
        let direct = &text[self.titles[k].outer.end..self.span.end.max(self.titles[k].outer.end)];
        if rules.framed(&text[self.gap_before(k)], direct) {
            return used(CitationKind::BasedOn, 0.9);
        }
        match rules.after(rest) {
            Some(after) => used(after.kind, 0.75),
            None => used(CitationKind::Mentions, 0.6),
        }
    }

    /// The formula after the title that says the document prints it; it may stand one sentence later.
    fn formula(&self, k: usize, text: &str, rules: &CitationRules) -> Option<CitationKind> {
        let rest = head(&text[self.titles[k].outer.end..], 600);
        // A title on a line of its own is spoken of in the next one.
        let from = rest.len() - rest.trim_start().len();
        let end = rest[from..].find('\n').map_or(rest.len(), |i| from + i);
        // A wrapped line goes on.
        let end = match rest[..end].ends_with(['。', '；', '：']) {
            true => end,
            false => {
                rest[end..].trim_start().find('\n').map_or(end, |i| (end + 1 + i).min(rest.len()))
            }
        };
        let end = (end..=rest.len()).find(|&i| rest.is_char_boundary(i))?;
        let (at, kind) = rules.formula(&rest[..end])?;
        // It speaks of the last title before it and of the list that one ends.
        let at = self.titles[k].outer.end + at;
        let mut between =
            (k + 1..self.titles.len()).take_while(|&i| self.titles[i].outer.start < at);
        between.all(|i| links(&text[self.gap_before(i)])).then_some(kind)
    }

    /// The nearest verb before the title that reaches it.
    fn governor(&self, k: usize, text: &str, rules: &CitationRules) -> Option<Governor> {
        let notice = rules.titles.is_notice(
            &text[self.titles[k].outer.end..self.span.end.max(self.titles[k].outer.end)],
        );
        // What to return if nothing stronger stands farther left.
        let mut fallback = None;
        for j in (0..=k).rev().take(LONGEST_LIST) {
            let gap = &text[self.gap_before(j)];
            let verbs: Vec<_> = rules.verbs(gap).collect();
            for (i, (range, verb)) in verbs.iter().enumerate().rev() {
                let between = gap[range.end..].trim();
                if blocks(between) {
                    return fallback;
                }
                let rest = between.trim_start_matches(['好', '了', '《', '“', ' ', '：', ':']);
                if is_relative(rest) {
                    continue;
                }
                let close =
                    rest.is_empty() || rules.titles.is_maker(rest) && rest.chars().count() <= 24;
                // `加快项目建设大会精神和《甲》`: a light verb has an object of its own there.
                let idle = verb.light && verb.kind == CitationKind::Mentions;
                if (verb.adjacent || idle) && !close {
                    continue;
                }
                if verb.light && fallback.is_some() {
                    continue;
                }
                let done = rules.is_done(&gap[..range.start]);
                let mut verb = *verb;
                let published = verb.issuing || verb.kind == CitationKind::Forwards;
                if published && (notice || rules.titles.is_maker(subject(&gap[..range.start]))) {
                    // `落实市政府印发《甲》`, `根据关于印发《甲》的通知`: another verb may govern the whole.
                    let done = done || notice;
                    fallback.get_or_insert(Governor { verb, close, done });
                    continue;
                }
                if fallback.is_some()
                    && !matches!(verb.kind, CitationKind::Implements | CitationKind::BasedOn)
                {
                    continue;
                }
                if verb.kind == CitationKind::Implements
                    && let Some((before, first)) = i.checked_sub(1).map(|p| &verbs[p])
                    && first.kind == CitationKind::Drafts
                {
                    let link = gap[before.end..range.start].trim();
                    let after = &text[self.masks[k].end.min(self.span.end)..self.span.end];
                    let named =
                        after.starts_with('的') || rules.after(after).is_some_and(|a| a.derived);
                    if joins(link) || (link.is_empty() && !named) {
                        verb = *first;
                    }
                }
                return Some(Governor { verb, close, done });
            }
            if j == 0 || !links(gap) {
                return fallback;
            }
        }
        fallback
    }
}

/// Whether the words behind a title name a text that is made of it.
fn names_another(rest: &str, rules: &CitationRules) -> bool {
    let stops = |c: char| "，,、。；;：:（(《 \n".contains(c);
    let name = rest.split(stops).next().unwrap_or_default();
    (4..=16).contains(&name.chars().count())
        && !name.starts_with(['的', '等', '和', '及', '并'])
        && rules.verbs(name).next().is_none()
        && !name.char_indices().any(|(at, _)| rules.titles.is_standard(&name[at..]))
        && rules.titles.normative(name) == Some(true)
}

/// What a verb's subject would be: the text before it, without adverbs.
fn subject(before: &str) -> &str {
    before.trim_end().trim_end_matches(['已', '新', '近', '日', '联', '合', '共', '同', '制', '定'])
}

/// Whether the text after a verb makes it an attribute of the title (`印发的《甲》`).
fn is_relative(between: &str) -> bool {
    ["的", "后的", "过的", "了的", "并实施的", "实施的"].iter().any(|w| between.starts_with(w))
}

/// Whether a verb cannot reach over this: a comma, or a bracket that opens and does not close.
fn blocks(between: &str) -> bool {
    let opened = between.matches(['（', '(']).count();
    let closed = between.matches(['）', ')']).count();
    between.contains(['，', ',']) || opened > closed
}

/// Whether text between two verbs joins them.
fn joins(link: &str) -> bool {
    ["并", "和", "、", "及", "与", "或"].iter().any(|w| link.starts_with(w))
        && link.chars().count() <= 5
}

/// Whether text between two titles makes them one list.
fn links(gap: &str) -> bool {
    let gap = gap.trim();
    if gap.is_empty() {
        return true;
    }
    if gap.chars().count() > 40 || gap.contains(['（', '(']) {
        return false;
    }
    let comma = gap.char_indices().rfind(|&(_, c)| c == '，' || c == ',');
    match comma {
        // A comma ends the list unless nothing but a conjunction follows it.
        Some((at, c)) => {
            let after = gap[at + c.len_utf8()..].trim();
            gap[..at].chars().count() <= 4
                && (after.is_empty()
                    || ["以及", "及", "和", "与"].iter().any(|w| after.starts_with(w)))
        }
        None => ["、", "和", "及", "与", "以及", "或"].iter().any(|w| gap.contains(w)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Header, Node, Text};

    #[test]
    fn a_documents_short_name_for_itself_is_no_citation() {
        let text = "第一条 本《细则》适用于青湖。第二条 按照《青湖保护条例》办理。第三条 《细则》自发布之日起施行。";
        let whole = Span::new(0, text.len());
        let root = Node {
            kind: NodeKind::Root,
            parent: crate::model::ROOT,
            path: String::new(),
            number: None,
            heading: None,
            own: vec![whole],
            assignments: vec![],
            span: whole,
            in_table: false,
            columns: vec![],
            counterpart: None,
        };
        let document = Document {
            text: Text::new(text.to_owned(), vec![(0, 1)], vec![]),
            header: Header::default(),
            nodes: vec![root],
        };
        let rules = CitationRules::embedded();
        let found = citations(&document, &rules);
        let titles: Vec<_> = found.iter().map(|c| document.text.slice(c.title)).collect();
        assert_eq!(titles, ["青湖保护条例"]);
        assert_eq!(own_short_names(&document, &rules).len(), 1);
    }
}
