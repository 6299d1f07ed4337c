//! The closing paragraphs of a document: where its items end with who does them, what stands on lines
//! of its own behind the last of them is said of the whole (`各地各部门要…`) and no longer of that item.

use super::tree::{Item, Origin};
use crate::knowledge::outline::OutlineRules;
use crate::model::{NodeId, ROOT, Span, Text};

/// So many items must end with an assignment before one that goes on is told to be closed by it.
const LIKE_IT: usize = 2;

/// What is known of the text or of one annex.
#[derive(Clone, Default)]
struct Part {
    /// The last item of the tree and whether it ends with an assignment.
    last: Option<(NodeId, bool)>,
    /// Where the last item begins that is told from its paragraph or stands in the tree.
    furthest: usize,
    /// Items with an assignment, and those of them that end with one.
    assigned: usize,
    alike: usize,
}

/// Takes the closing paragraphs of the text and of each annex from the last item before them. Items
/// from `inline` on were enumerated inside a paragraph of one before.
pub fn part(text: &Text, items: &mut [Item], inline: usize, rules: &OutlineRules) {
    let annexes = items.iter().filter(|i| i.origin == Origin::Annex);
    let starts: Vec<usize> = annexes.map(|i| i.node.span.start).collect();
    let mut parts = vec![Part::default(); starts.len() + 1];
    for (id, item) in items.iter().enumerate() {
        if !matches!(item.origin, Origin::Item(_)) {
            continue;
        }
        let start = item.node.span.start;
        let part = &mut parts[starts.partition_point(|&annex| annex <= start)];
        part.furthest = part.furthest.max(start);
        let alike = ends_assigned(item);
        part.assigned += usize::from(!item.node.assignments.is_empty());
        part.alike += usize::from(alike);
        if id < inline {
            part.last = Some((id, alike));
        }
    }
    for Part { last, furthest, assigned, alike } in parts {
        let Some((last, ends)) = last else { continue };
        let asks = asks_at(text, &items[last], rules);
        let closes = || closes_at(text, &items[last]).filter(|_| !ends);
        let Some(from) = asks.or_else(closes).filter(|&from| furthest < from) else { continue };
        // The last item itself is one of those with an assignment.
        if asks.is_none() && (alike < LIKE_IT || alike * 5 < (assigned - 1) * 4) {
            continue;
        }
        let node = &mut items[last].node;
        let kept = node.own.partition_point(|s| s.start < from);
        let closing = node.own.split_off(kept);
        let left = node.assignments.iter().chain(&node.own).map(|a| a.end).max();
        node.span.end = left.unwrap_or(node.span.end);
        items[ROOT].node.own.extend(closing);
    }
}

/// Where own text begins on a line of its own behind the last assignment.
fn closes_at(text: &Text, item: &Item) -> Option<usize> {
    let assigned = item.node.assignments.iter().map(|a| a.end).max()?;
    let next = item.node.own.iter().find(|s| s.start >= assigned)?;
    let between = text.slice(Span::new(assigned, next.start));
    between.contains('\n').then_some(next.start)
}

/// Where a paragraph behind the last item's text asks all to report: `请各部门于每月5日前将进展报市营商办。`
fn asks_at(text: &Text, item: &Item, rules: &OutlineRules) -> Option<usize> {
    let asks = |s: &&Span| {
        let own = text.slice(**s);
        let begins = text.as_str()[..s.start].trim_end_matches([' ', '\u{3000}']).ends_with('\n');
        begins && rules.asks(own)
    };
    item.node.own.iter().skip(1).find(asks).map(|s| s.start)
}

/// Whether nothing of its own text follows the last assignment of an item.
fn ends_assigned(item: &Item) -> bool {
    let assigned = item.node.assignments.iter().map(|a| a.end).max();
    assigned.is_some_and(|end| item.node.own.iter().all(|s| s.start < end))
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;
    use crate::model::{ROOT, Text};

    fn closing(text: &str) -> Vec<String> {
        let k = Knowledge::embedded();
        let text = Text::new(text.into(), vec![(0, 1)], vec![]);
        let document = crate::outline::outline(text, &k.outline, &k.roles, &k.agencies);
        document.nodes[ROOT].own.iter().map(|s| document.text.slice(*s).to_owned()).collect()
    }

    const ITEMS: &str = "青澜市2024年工作要点\n一、办学。新建学校3所。（市教育局负责）\n二、修路。修路3条。（市交通局负责）\n";

    #[test]
    fn what_follows_the_last_bracket_on_its_own_line_closes_the_document() {
        let last = "三、植树。植树3万株。（市林业局负责）";
        let closes = "各部门要抓好落实。";
        assert_eq!(closing(&format!("{ITEMS}{last}\n{closes}")), [closes]);
        // On the same line it is said of the item; so is what stands before another bracket.
        assert!(closing(&format!("{ITEMS}{last}{closes}")).is_empty());
        assert!(closing(&format!("{ITEMS}{last}\n{closes}（市水利局负责）")).is_empty());
    }

    #[test]
    fn a_paragraph_that_asks_all_to_report_closes_the_document() {
        let items = "青澜市2024年工作要点\n一、办学。\n新建学校3所。\n二、修路。\n修路3条。\n";
        let asks = "请各有关部门于每月5日前，将进展报市营商办。";
        assert_eq!(closing(&format!("{items}{asks}")), [asks]);
        assert!(closing(&format!("{items}请游客游览。")).is_empty());
    }

    #[test]
    fn where_items_go_on_behind_brackets_nothing_closes() {
        let more = "一、办学。新建学校3所。（市教育局负责）\n各区要配合。\n二、修路。修路3条。（市交通局负责）\n沿线要配合。\n";
        assert!(
            closing(&format!(
                "青澜市2024年工作要点\n{more}三、植树。（市林业局负责）\n各部门要落实。"
            ))
            .is_empty()
        );
    }
}
