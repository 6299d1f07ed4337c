//! Text → document: the head, the tree of sections and items, the text that assigns each item.
//!
//! Invariant: nodes come in the order of the text, a node's own text, assignments and children do
//! not overlap, and every span lies in the text. The extractors depend on the result.

mod assign;
mod cells;
mod closing;
mod date;
mod header;
mod issuers;
mod kind;
mod lines;
mod table;
mod tree;

use crate::knowledge::agencies::Agencies;
use crate::knowledge::outline::OutlineRules;
use crate::knowledge::roles::Roles;
use crate::model::{Document, Text};

/// The outline of a text. It never fails: a text without any structure has a root and paragraphs.
pub fn outline(text: Text, rules: &OutlineRules, roles: &Roles, agencies: &Agencies) -> Document {
    let lines = lines::lines(&text);
    let head = header::read(&text, &lines, rules, agencies);
    let mut items = tree::build(&text, &lines, &head, rules, roles, agencies);
    assign::split(&text, &mut items, rules, roles, agencies);
    let mut nodes = kind::decide(&text, items, &head, rules);
    table::counterparts(&text, &mut nodes);
    Document { text, header: head.header, nodes }
}
