//! Splits each item's paragraphs into its own text, the text that assigns it, and the items that
//! are enumerated inside a paragraph (`①…②…`, `一是…二是…`).

use std::collections::HashMap;

use super::closing;
use super::lines::trim;
use super::tree::{Item, Origin};
use crate::knowledge::agencies::Agencies;
use crate::knowledge::marks::marks;
use crate::knowledge::outline::{Number, OutlineRules};
use crate::knowledge::recognise::Recognition;
use crate::knowledge::roles::{Label, Roles, closes, opens};
use crate::model::{NodeId, ROOT, Span, Text};

/// Splits the paragraphs of all items; items enumerated inside a paragraph become items of their
/// own, behind all others until the tree is put in order.
pub fn split(
    text: &Text,
    items: &mut Vec<Item>,
    rules: &OutlineRules,
    roles: &Roles,
    agencies: &Agencies,
) {
    let splitter = Splitter { text, rules, roles, agencies };
    let numbered = items.len();
    for id in 0..numbered {
        let paragraphs = std::mem::take(&mut items[id].paragraphs);
        if !paragraphs.is_empty() {
            let pieces = splitter.pieces(&paragraphs, items[id].origin);
            splitter.place(items, id, pieces);
        }
    }
    closing::part(text, items, numbered, rules);
    lift_shared_assignments(items);
}

/// What a paragraph falls into.
enum Piece {
    Own(Span),
    Assignment(Span),
    /// An item enumerated inside the paragraph: its number, its text.
    Inline(Number, Span, Vec<Piece>),
}

struct Splitter<'a> {
    text: &'a Text,
    rules: &'a OutlineRules,
    roles: &'a Roles,
    agencies: &'a Agencies,
}

impl Splitter<'_> {
    fn pieces(&self, paragraphs: &[Span], origin: Origin) -> Vec<Piece> {
        let mut pieces = Vec::new();
        // The label on a line of its own holds for the lines below it.
        let mut label: Option<Label> = None;
        for &paragraph in paragraphs {
            let s = self.text.slice(paragraph);
            if s.ends_with(['：', ':'])
                && let Some(alone) = self.roles.label_alone(s)
            {
                label = Some(alone);
                if matches!(alone, Label::Role(_) | Label::Deadline) {
                    pieces.push(Piece::Assignment(paragraph));
                }
                continue;
            }
            let (own_label, skip) = match self.roles.label_at_start(s) {
                Some((found, at)) => (Some(found), at),
                None => (None, 0),
            };
            match own_label.or(label) {
                Some(Label::Role(_) | Label::Deadline)
                    if own_label.is_some() || self.is_list(s) =>
                {
                    // One assignment may run over several lines.
                    match (own_label, pieces.last_mut()) {
                        (None, Some(Piece::Assignment(last))) => *last = last.cover(paragraph),
                        _ => pieces.push(Piece::Assignment(paragraph)),
                    }
                    label = own_label.or(label);
                }
                Some(Label::Outcome | Label::Other) if origin != Origin::Front => label = own_label,
                Some(Label::Content) if own_label.is_some() => {
                    label = None;
                    let rest = Span::new(paragraph.start + skip, paragraph.end);
                    self.paragraph(trim(self.text, rest), true, &mut pieces);
                }
                _ => {
                    label = None;
                    self.paragraph(paragraph, false, &mut pieces);
                }
            }
        }
        pieces
    }

    /// A paragraph of running text.
    fn paragraph(&self, paragraph: Span, listed: bool, pieces: &mut Vec<Piece>) {
        let s = self.text.slice(paragraph);
        let numbers = self.enumeration(s, listed);
        let first = numbers.first().map_or(paragraph.end, |(at, _)| paragraph.start + at);
        self.prose(Span::new(paragraph.start, first), pieces);
        for (i, (at, number)) in numbers.iter().enumerate() {
            let start = paragraph.start + at;
            let end = numbers.get(i + 1).map_or(paragraph.end, |(next, _)| paragraph.start + next);
            let mut inner = Vec::new();
            self.prose(trim(self.text, Span::new(start + number.len, end)), &mut inner);
            // An assignment at the end of the paragraph, and only there, holds for the whole.
            let last = i + 1 == numbers.len();
            let shared = last
                && matches!(inner.last(), Some(Piece::Assignment(_)))
                && !pieces.iter().any(|p| matches!(p, Piece::Inline(_, _, inner) if inner.iter().any(|q| matches!(q, Piece::Assignment(_)))));
            let tail = if shared { inner.pop() } else { None };
            pieces.push(Piece::Inline(*number, trim(self.text, Span::new(start, end)), inner));
            pieces.extend(tail);
        }
    }

    /// The items enumerated inside a paragraph: they count from one, and there are at least two of
    /// them unless a label (`任务清单：`) announces them.
    fn enumeration(&self, s: &str, listed: bool) -> Vec<(usize, Number)> {
        let all = self.rules.inline_numbers(s);
        let Some(&(_, first)) = all.iter().find(|(_, n)| n.value == 1) else { return vec![] };
        let mut next = 1;
        let mut out = Vec::new();
        for (at, number) in all {
            if number.style == first.style && number.value == next {
                next += 1;
                out.push((at, number));
            }
        }
        if out.len() >= 2 || (listed && !out.is_empty()) { out } else { vec![] }
    }

    /// Running text without enumeration: cuts out the brackets and labelled sentences that assign.
    fn prose(&self, span: Span, pieces: &mut Vec<Piece>) {
        let (mut from, mut at) = (span.start, span.start);
        for (open, close) in self.brackets(span) {
            // Inside of one that was looked at.
            if open < at {
                continue;
            }
            let closed = close.is_some();
            let inner_end = close.unwrap_or(span.end);
            let open_len = self.first_len(open);
            let content = Span::new(open + open_len, inner_end);
            if self.assigns(content, closed) {
                let end = close.map_or(span.end, |c| c + self.first_len(c));
                self.own(Span::new(from, open), pieces);
                pieces.push(Piece::Assignment(Span::new(open, end)));
                from = end;
                at = end;
            } else {
                at = if closed { inner_end } else { content.start };
            }
        }
        self.own(Span::new(from, span.end), pieces);
    }

    /// Own text without the sentences that name standing bearers, up to a sentence that begins with a
    /// role's label, which assigns to its end.
    fn own(&self, span: Span, pieces: &mut Vec<Piece>) {
        let mut span = trim(self.text, span);
        let mut s = self.text.slice(span);
        while let Some(standing) = self.roles.standing(s) {
            let start = s[..standing.start].rfind(['。', '；']).map_or(0, |at| at + 3);
            let end = s[standing.end..].find('。').map_or(s.len(), |at| standing.end + at + 3);
            if !self.is_list(&s[start..standing.start]) {
                break;
            }
            let part = |from, to| Span::new(span.start + from, span.start + to);
            self.labelled(trim(self.text, part(0, start)), pieces);
            pieces.push(Piece::Assignment(part(start, end)));
            span = trim(self.text, part(end, s.len()));
            s = self.text.slice(span);
        }
        self.labelled(span, pieces);
    }

    /// Own text up to a sentence that begins with a role's label.
    fn labelled(&self, span: Span, pieces: &mut Vec<Piece>) {
        let s = self.text.slice(span);
        let mut from = 0;
        while let Some(found) = self.roles.find_label(&s[from..]) {
            let start = from + found.start;
            let before = s[..start].trim_end();
            if before.is_empty() || before.ends_with(['。', '；', ';', '！', '，', ',']) {
                let head = trim(self.text, Span::new(span.start, span.start + start));
                if !head.is_empty() {
                    pieces.push(Piece::Own(head));
                }
                pieces.push(Piece::Assignment(Span::new(span.start + start, span.end)));
                return;
            }
            from += found.end;
        }
        if s.chars().any(char::is_alphanumeric) {
            pieces.push(Piece::Own(span));
        }
    }

    fn first_len(&self, at: usize) -> usize {
        self.text.as_str()[at..].chars().next().map_or(0, char::len_utf8)
    }

    /// The brackets in `span` in the order they open: where each opens, and where it closes if it does.
    fn brackets(&self, span: Span) -> Vec<(usize, Option<usize>)> {
        let mut found: Vec<(usize, Option<usize>)> = Vec::new();
        let mut open = Vec::new();
        let s = self.text.slice(span);
        for (i, c) in marks(s) {
            if opens(c) {
                open.push(found.len());
                found.push((span.start + i, None));
            } else if closes(c)
                && let Some(at) = open.pop()
            {
                found[at].1 = Some(span.start + i);
            }
        }
        found
    }

    /// Whether the content of a bracket assigns work.
    fn assigns(&self, content: Span, closed: bool) -> bool {
        let s = self.text.slice(content);
        if matches!(self.roles.label_at_start(s), Some((Label::Role(_) | Label::Deadline, _))) {
            return true;
        }
        if !closed || s.chars().count() < 2 {
            return false;
        }
        if self.roles.find_label(s).is_some() {
            return true;
        }
        if self.roles.mentions_role(s)
            && s.split(['，', '；', ';', ',', '。']).any(|clause| {
                let verb = self.roles.verb_at_end(clause).map(|v| v.start);
                let mid = self.roles.mid_verb(clause).map(|(range, _)| range.start);
                verb.or(mid).is_some_and(|at| self.is_list(&clause[..at]))
            })
        {
            return true;
        }
        // A bare list of bodies behind a sentence.
        let before = self.text.as_str()[..content.start].trim_end_matches(opens).trim_end();
        before.ends_with(['。', '；', '！']) && self.is_sure_list(s)
    }

    /// Whether most parts of `s` can be names of bearers.
    fn is_list(&self, s: &str) -> bool {
        let parts: Vec<_> = self.agencies.split_names(s).collect();
        let known = parts
            .iter()
            .filter(|r| self.agencies.recognise(&s[(*r).clone()]) != Recognition::None)
            .count();
        known > 0 && known * 2 >= parts.len()
    }

    /// Whether all parts of `s` are names of bodies or offices, time limits set apart; groups and
    /// organisations may stand among them.
    fn is_sure_list(&self, s: &str) -> bool {
        let mut sure = false;
        self.agencies.split_names(s).all(|r| match self.agencies.recognise(&s[r.clone()]) {
            Recognition::Body | Recognition::Unit => {
                sure = true;
                true
            }
            Recognition::Group | Recognition::Organisation => true,
            Recognition::Generic => false,
            Recognition::None => is_limit(&s[r.clone()]) || self.roles.points_back(&s[r]),
        }) && sure
    }

    fn place(&self, items: &mut Vec<Item>, id: NodeId, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Own(span) => items[id].node.own.push(span),
                Piece::Assignment(span) => items[id].node.assignments.push(span),
                Piece::Inline(number, span, inner) => {
                    let rank = self.rules.styles[number.style].rank;
                    let mut item = Item::new(Origin::Item(rank), id, span);
                    item.style = number.style;
                    item.value = number.value;
                    item.node.number = Some(Span::new(span.start, span.start + number.len));
                    items.push(item);
                    let child = items.len() - 1;
                    self.place(items, child, inner);
                }
            }
        }
    }
}

/// `2023年6月底前完成`
fn is_limit(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_digit())
        && part.trim_end_matches("完成").trim_end().ends_with(['前', '底', '日', '内'])
}

/// A line of assignments below several enumerated items, none of which has one of its own, holds
/// for the item above them.
fn lift_shared_assignments(items: &mut [Item]) {
    const ENUMERATED: u8 = 8;
    let mut siblings: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for (id, item) in items.iter().enumerate() {
        if matches!(item.origin, Origin::Item(rank) if rank >= ENUMERATED) {
            siblings.entry(item.node.parent).or_default().push(id);
        }
    }
    for (parent, ids) in siblings {
        let Some((&last, others)) = ids.split_last() else { continue };
        let only = others.iter().all(|&i| items[i].node.assignments.is_empty());
        if !others.is_empty() && only && parent != ROOT {
            let assignments = std::mem::take(&mut items[last].node.assignments);
            items[parent].node.assignments.extend(assignments);
        }
    }
}
