//! The tasks of the body that the rows of a table restate.

use foldhash::{HashMap, HashMapExt, HashSet};

use crate::model::{Node, NodeId, NodeKind, Span, Text};

/// Ties the rows of a table to the tasks of the body that they restate: the one with the same
/// heading, if no other row or task has it; where most rows have one under their own number, the
/// others by their number.
pub fn counterparts(text: &Text, nodes: &mut [Node]) {
    let letters = |span: Option<Span>| -> String {
        span.map_or("", |s| text.slice(s)).chars().filter(|c| c.is_alphanumeric()).collect()
    };
    // The rows and the tasks under each heading.
    let mut headings: HashMap<String, [Vec<NodeId>; 2]> = HashMap::new();
    let (mut rows, mut in_order) = (Vec::new(), Vec::new());
    for (id, node) in nodes.iter().enumerate().filter(|(_, n)| n.kind == NodeKind::Task) {
        if node.in_table {
            rows.push(id)
        } else {
            in_order.push(id)
        };
        let heading = letters(node.heading);
        if !heading.is_empty() {
            headings.entry(heading).or_default()[usize::from(!node.in_table)].push(id);
        }
    }
    let mut pairs: Vec<_> = headings
        .values()
        .filter_map(|both| match [&both[0][..], &both[1][..]] {
            [[row], [task]] => Some((*row, *task)),
            _ => None,
        })
        .collect();
    // Both lists ascend.
    let place = |of: &[NodeId], id: &NodeId| of.binary_search(id).ok();
    let aligned = pairs.iter().filter(|(r, t)| place(&rows, r) == place(&in_order, t)).count();
    if aligned * 2 > rows.len() {
        let mut paired: HashSet<NodeId> = pairs.iter().flat_map(|&(r, t)| [r, t]).collect();
        for (&row, &task) in rows.iter().zip(&in_order) {
            if !paired.contains(&row) && !paired.contains(&task) {
                pairs.push((row, task));
                paired.extend([row, task]);
            }
        }
    }
    for (row, task) in pairs {
        nodes[row].counterpart = Some(task);
        nodes[task].counterpart = Some(row);
    }
}
