//! The text of a version beside what is said in it: blocks of lines, each with the facts of the items that begin there.
//!
//! Invariant: the lines of all parts, without their marks, are the text of the version, character by character.

use std::ops::Range;

use super::marks::{Mark, Piece, Sort, pieces};
use super::text::Span;
use super::view::View;

/// Code points of a part: what a browser shows at once, and a page holds, without pain.
pub(super) const PART: usize = 16_000;

/// Some lines of the text, and what is said there.
#[derive(Default)]
pub(super) struct Block {
    pub(super) lines: Vec<Line>,
    pub(super) notes: Vec<Note>,
}

/// A line of the text with its break.
pub(super) struct Line {
    /// `h2` and `h3` where a section begins, `p` else.
    pub(super) tag: &'static str,
    pub(super) pieces: Vec<Piece>,
}

/// The facts of one item.
pub(super) struct Note {
    /// In the items of the view.
    pub(super) item: usize,
    /// In the facts of the view; of one class each.
    pub(super) groups: Vec<Range<usize>>,
}

/// Where the parts of a text begin: one that is not long has one. They part at headings if there are any.
pub(super) fn parts(view: &View) -> Vec<usize> {
    let mut parts = vec![0];
    let order = by_place(view);
    let mut next = 0;
    for line in view.text.lines() {
        let mut is_heading = false;
        while let Some(item) = order.get(next).map(|&at| &view.items[at])
            && item.start < line.1
        {
            is_heading |= item.start >= line.0 && item.depth <= 2 && item.kind != "measure";
            next += 1;
        }
        let length = line.0 - parts.last().copied().unwrap_or_default();
        let rest = view.text.len() - line.0;
        if (is_heading && length >= PART && rest > PART / 4) || length >= 2 * PART {
            parts.push(line.0);
        }
    }
    parts
}

/// The items but the root in the order of their places.
fn by_place(view: &View) -> Vec<usize> {
    let mut order: Vec<usize> = (1..view.items.len()).collect();
    order.sort_by_key(|&at| view.items[at].start);
    order
}

/// The blocks of what stands between two places in the text, which are beginnings of lines.
pub(super) fn blocks(view: &View, part: Span) -> Vec<Block> {
    let marks = marks(view);
    let order = by_place(view);
    let mut blocks = vec![Block::default()];
    let mut next = order.partition_point(|&at| view.items[at].start < part.0);
    // Marks are sorted by their beginnings; the longest tells how far back one may begin that reaches into a line.
    let longest = marks.iter().map(|mark| mark.span.1 - mark.span.0).max().unwrap_or_default();
    let lines = view.text.lines().into_iter().filter(|line| line.0 >= part.0 && line.1 <= part.1);
    for line in lines {
        let first = next;
        while next < order.len() && view.items[order[next]].start < line.1 {
            next += 1;
        }
        let here = &order[first..next];
        let from = marks.partition_point(|mark| mark.span.0 + longest <= line.0);
        let to = marks.partition_point(|mark| mark.span.0 < line.1);
        let reaching: Vec<&Mark> =
            marks[from..to].iter().filter(|mark| mark.span.1 > line.0).collect();
        let anchors: Vec<(usize, &str)> = here
            .iter()
            .map(|&at| &view.items[at])
            .map(|item| (item.start, item.anchor.as_str()))
            .collect();
        let heads = here.iter().map(|&at| &view.items[at]).filter(|item| item.head.is_some());
        let tag = match heads.filter(|item| item.kind == "section").map(|item| item.depth).min() {
            Some(1) => "h2",
            Some(_) => "h3",
            None => "p",
        };
        let is_first = blocks.last().is_some_and(|block| block.lines.is_empty());
        if !here.is_empty() && !is_first {
            blocks.push(Block::default());
        }
        if let Some(block) = blocks.last_mut() {
            block.lines.push(Line { tag, pieces: pieces(&view.text, line, &reaching, &anchors) });
            block.notes.extend(here.iter().filter_map(|&at| note(view, at)));
            root_note(view, line, &mut block.notes);
        }
    }
    // Items that begin where the text ends.
    if part.1 == view.text.len()
        && let Some(block) = blocks.last_mut()
    {
        block.notes.extend(order[next..].iter().filter_map(|&at| note(view, at)));
    }
    blocks
}

fn note(view: &View, item: usize) -> Option<Note> {
    let facts = view.items[item].facts.clone();
    let says = !facts.is_empty() || !view.items[item].counterparts.is_empty();
    says.then(|| Note { item, groups: groups(view, facts) })
}

/// What the document as a whole says in a line, which goes first in its block.
fn root_note(view: &View, line: Span, notes: &mut Vec<Note>) {
    let facts = view.items.first().map(|root| root.facts.clone()).unwrap_or_default();
    for fact in facts.filter(|&fact| (line.0..line.1).contains(&view.facts[fact].span.0)) {
        if notes.first().is_none_or(|note| note.item != 0) {
            notes.insert(0, Note { item: 0, groups: Vec::new() });
        }
        let groups = &mut notes[0].groups;
        match groups.last_mut() {
            Some(group)
                if group.end == fact && view.facts[group.start].class == view.facts[fact].class =>
            {
                group.end += 1;
            }
            _ => groups.push(fact..fact + 1),
        }
    }
}

fn groups(view: &View, facts: Range<usize>) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for at in facts {
        match groups.last_mut() {
            Some(group) if view.facts[group.start].class == view.facts[at].class => {
                group.end = at + 1;
            }
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

/// All that is marked, in the order of the text. Words that state several facts lead to the first that is not
/// inherited, which is where they stand.
fn marks(view: &View) -> Vec<Mark> {
    let mut words: Vec<(Span, &'static str, bool, usize)> = view
        .facts
        .iter()
        .enumerate()
        .map(|(at, fact)| (fact.span, fact.class, fact.inherited, at))
        .collect();
    words.sort_unstable();
    words.dedup_by_key(|(span, class, ..)| (*span, *class));
    let words = words
        .into_iter()
        .map(|(span, class, _, fact)| Mark { span, sort: Sort::Words { class, fact } });
    let proven = view.proven.iter().map(|&span| Mark { span, sort: Sort::Evidence });
    let heads = view.items.iter().filter_map(|item| item.head);
    let heads = heads.map(|span| Mark { span, sort: Sort::Heading });
    let mut marks: Vec<Mark> = proven.chain(heads).chain(words).collect();
    marks.sort_by(|a, b| (a.span.0, &a.sort).cmp(&(b.span.0, &b.sort)));
    marks
}
