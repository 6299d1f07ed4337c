//! Decides what each item is — section, task, measure, practice —, names its heading and gives it
//! its place and path in the tree.
//!
//! What counts as work follows the way an official reads: a heading that only groups is a section
//! unless it assigns; goals, principles and covering notices state no work; items enumerated inside
//! a task are its measures; reports and news tell what was done, save for what they recommend.

use foldhash::{HashMap, HashMapExt};

use super::header::Head;
use super::tree::{Item, Origin};
use crate::knowledge::outline::{HeadingClass, OutlineRules};
use crate::model::{Genre, Node, NodeId, NodeKind, ROOT, Span, Text};

/// Items of this rank and above are enumerated inside another.
const ENUMERATED: u8 = 8;
/// `（1）`: enumerated where the item above has text of its own.
const ARABIC_PAREN: u8 = 7;
/// The highest rank that divides a document (`一、`).
const DIVIDING: u8 = 3;
/// A heading is at most this long, in characters.
const HEADING: usize = 45;

/// The nodes in the order of the text.
pub fn decide(text: &Text, items: Vec<Item>, head: &Head, rules: &OutlineRules) -> Vec<Node> {
    let mut items = in_order(items);
    let children = children(&items);
    for item in &mut items[1..] {
        if item.node.heading.is_none() {
            item.node.heading = heading(text, &item.node, item.origin);
        }
    }
    let told = matches!(head.header.genre, Some(Genre::Report | Genre::News));
    let regulation = head.header.genre == Some(Genre::Regulation);
    let mut classes: Vec<Option<HeadingClass>> = vec![None; items.len()];
    let mut kinds = vec![NodeKind::Root; items.len()];
    for id in 1..items.len() {
        let item = &items[id];
        let parent = item.node.parent;
        let own = item.node.heading.and_then(|h| rules.heading_class(text.slice(h)));
        // An annex may tell what was done without a heading that says so.
        let first = children[id].first().filter(|&&c| items[c].origin == Origin::Front);
        let told_annex = item.origin == Origin::Annex
            && first
                .and_then(|&c| items[c].node.own.first())
                .is_some_and(|s| rules.tells(text.slice(*s)));
        let own = own.or(told_annex.then_some(HeadingClass::Practice));
        classes[id] = match (own, classes[parent]) {
            (Some(HeadingClass::Work), Some(HeadingClass::Goal)) => None,
            (None | Some(HeadingClass::Work), above) => above,
            (own, _) => own,
        };
        let practice = classes[id] == Some(HeadingClass::Practice);
        let work = if practice || told && classes[id] != Some(HeadingClass::Advice) {
            NodeKind::Practice
        } else {
            NodeKind::Task
        };
        let own_texts = || item.node.own.iter().map(|s| text.slice(*s));
        let sentences = || own_texts().flat_map(|s| s.split_inclusive('。'));
        let silent = match classes[id] {
            // The general provisions of a regulation lay duties too.
            Some(HeadingClass::Goal) => {
                !regulation || own.is_some() || !sentences().any(|s| rules.provides_duty(s))
            }
            Some(HeadingClass::Problem | HeadingClass::Closing) => true,
            Some(HeadingClass::Advice) => !told && own.is_some() && !children[id].is_empty(),
            Some(HeadingClass::Provisions) => {
                own.is_some() || !rules.provides_duty(&own_texts().collect::<String>())
            }
            Some(HeadingClass::Practice | HeadingClass::Work) | None => false,
        };
        // What a sentence above lists: papers, conditions.
        let above = items[parent].node.own.last();
        let listed = above.is_some_and(|s| rules.lists_things(text.slice(*s)));
        let silent = silent || listed && item.node.assignments.is_empty();
        let rule = regulation
            && item.node.assignments.is_empty()
            && !sentences().any(|s| rules.lays_duty(s));
        kinds[id] = if silent || rule {
            NodeKind::Section
        } else {
            kind(text, &items, &children, id, &kinds, work)
        };
    }
    let paths = paths(&items);
    items
        .into_iter()
        .zip(kinds)
        .zip(paths)
        .map(|((item, kind), path)| Node { kind, path, ..item.node })
        .collect()
}

fn kind(
    text: &Text,
    items: &[Item],
    children: &[Vec<NodeId>],
    id: NodeId,
    kinds: &[NodeKind],
    work: NodeKind,
) -> NodeKind {
    let item = &items[id];
    let assigned = !item.node.assignments.is_empty();
    let prose = has_prose(text, &item.node);
    let below = &children[id];
    let enumerated = |c: &&NodeId| matches!(items[**c].origin, Origin::Item(r) if r >= ENUMERATED);
    let all_enumerated = !below.is_empty() && below.iter().all(|c| enumerated(&c));
    let parent = kinds[item.node.parent];
    let measure = if work == NodeKind::Practice { work } else { NodeKind::Measure };
    match item.origin {
        Origin::Root => NodeKind::Root,
        Origin::Front => NodeKind::Section,
        Origin::Row => work,
        Origin::Annex => {
            if assigned {
                work
            } else {
                NodeKind::Section
            }
        }
        Origin::Paragraph => {
            // A paragraph of news: its head groups what it enumerates, else it tells itself.
            let headed = item.node.heading.is_some() && prose;
            if !below.is_empty() || !headed || work == NodeKind::Task && !assigned {
                NodeKind::Section
            } else {
                work
            }
        }
        Origin::Item(rank) => {
            let inside = matches!(parent, NodeKind::Task | NodeKind::Measure | NodeKind::Practice);
            if rank >= ENUMERATED {
                return if inside || item.node.in_table { measure } else { work };
            }
            let above = &items[item.node.parent];
            if rank == ARABIC_PAREN && inside && !assigned && has_prose(text, &above.node) {
                return measure;
            }
            if below.is_empty() {
                let says = prose || assigned || rank > DIVIDING;
                return if says { work } else { NodeKind::Section };
            }
            let divides = rank <= DIVIDING && !all_enumerated;
            if assigned || all_enumerated && (rank > DIVIDING || prose) || prose && !divides {
                work
            } else {
                NodeKind::Section
            }
        }
    }
}

/// Whether an item says more than its heading.
fn has_prose(text: &Text, node: &Node) -> bool {
    let after = node.heading.map_or(0, |h| h.end);
    node.own.iter().any(|s| {
        let rest = Span::new(s.start.max(after), s.end.max(after));
        text.slice(rest).chars().filter(|c| c.is_alphanumeric()).nth(3).is_some()
    })
}

/// The heading of an item: its first sentence, if it is short or stands on a line of its own.
fn heading(text: &Text, node: &Node, origin: Origin) -> Option<Span> {
    if origin == Origin::Front {
        return None;
    }
    let first = *node.own.first()?;
    if origin == Origin::Annex {
        return Some(node.own.iter().fold(first, |a, b| a.cover(*b)));
    }
    let s = text.slice(first);
    let end = s.find(['。', '！', '；']).unwrap_or(s.len());
    let more =
        end < s.len() - s[end..].chars().next().map_or(0, char::len_utf8) || node.own.len() > 1;
    let length = s[..end].chars().count();
    let whole_item = !more && end < s.len() && length > HEADING / 2;
    let sentence = s[..end].contains('，') && length > 30;
    if length == 0 || length > HEADING || whole_item || sentence || s[end..].starts_with('；') {
        return None;
    }
    Some(Span::new(first.start, first.start + s[..end].trim_end_matches(['：', ':']).len()))
}

/// The items sorted by where they begin, their parents renumbered.
fn in_order(items: Vec<Item>) -> Vec<Item> {
    let mut order: Vec<NodeId> = (0..items.len()).collect();
    // An item enumerated at the start of another begins where that one does: the outer first.
    order.sort_by_key(|&id| (id != ROOT, items[id].node.span.start, id));
    let mut place = vec![0; items.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    let mut slots: Vec<Option<Item>> = items.into_iter().map(Some).collect();
    let mut out: Vec<Item> = order.iter().filter_map(|&old| slots[old].take()).collect();
    for item in &mut out {
        item.node.parent = place[item.node.parent];
        item.node.assignments.sort_unstable();
    }
    // A parent covers its children.
    for id in (1..out.len()).rev() {
        let (parent, span) = (out[id].node.parent, out[id].node.span);
        out[parent].node.span = out[parent].node.span.cover(span);
    }
    out
}

fn children(items: &[Item]) -> Vec<Vec<NodeId>> {
    let mut out = vec![vec![]; items.len()];
    for (id, item) in items.iter().enumerate().skip(1) {
        out[item.node.parent].push(id);
    }
    out
}

/// A path for each item, from the numbers where there are any, unique in the document.
fn paths(items: &[Item]) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new(); items.len()];
    let mut taken: HashMap<String, u32> = HashMap::new();
    for (id, item) in items.iter().enumerate().skip(1) {
        let step = match item.origin {
            Origin::Root => String::new(),
            Origin::Front => "front".to_owned(),
            Origin::Annex => "annex".to_owned(),
            Origin::Row => format!("row{}", item.value),
            Origin::Paragraph => "p".to_owned(),
            Origin::Item(_) if item.value == 0 => "i".to_owned(),
            Origin::Item(_) => item.value.to_string(),
        };
        let parent = &out[item.node.parent];
        let path = if parent.is_empty() { step } else { format!("{parent}.{step}") };
        let seen = taken.entry(path.clone()).or_insert(0);
        *seen += 1;
        out[id] = if *seen == 1 { path } else { format!("{path}~{seen}") };
    }
    out
}
