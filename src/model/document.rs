//! One document as the outline stage sees it: its header and its tree of items.

use jiff::civil::Date;

use super::{Role, Span, Text};

/// Index into [`Document::nodes`].
pub type NodeId = usize;

/// The root node, on which facts of the whole document hang.
pub const ROOT: NodeId = 0;

/// A value with the place that states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    pub value: T,
    pub span: Span,
}

/// `gm:genre`: what sort of document it is; the names are those of the SKOS scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Genre {
    WorkPoints,
    DivisionPlan,
    Plan,
    Opinion,
    Notice,
    Report,
    News,
    Regulation,
    Bulletin,
}

/// `gm:tier`: how far the text may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Published by its issuer.
    Official,
    /// A draft for comment (征求意见稿): not in force.
    Draft,
    /// From a forum or a template site.
    Unofficial,
}

/// What GB/T 9704 calls the head and the imprint of an official document, as far as it is printed.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The document's own title, without outer 《》, its line breaks undone.
    pub title: Option<Stated<String>>,
    /// The title of the covering notice (X关于印发〈Y〉的通知) where the text opens with one.
    pub notice: Option<Stated<String>>,
    /// 发文字号, as printed but for inner white space.
    pub number: Option<Stated<String>>,
    /// Issuing agencies, as printed.
    pub issuers: Vec<Stated<String>>,
    /// 成文日期.
    pub written: Option<Stated<Date>>,
    /// 发布日期.
    pub published: Option<Stated<Date>>,
    pub genre: Option<Genre>,
    pub tier: Option<Tier>,
    /// The year whose work the document plans (`2024年工作要点`), else the year it was written in.
    pub year: Option<i16>,
}

/// What a node of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// The whole document.
    Root,
    /// A heading that only groups, or text that states no work (goals, preambles, closings).
    Section,
    /// An item, table row or special action that states work to be done.
    Task,
    /// An item enumerated inside a task.
    Measure,
    /// An item of a report or news: what was done.
    Practice,
}

/// A section, task, measure or practice.
#[derive(Clone, Debug)]
pub struct Node {
    pub kind: NodeKind,
    /// The node above; the root is its own parent.
    pub parent: NodeId,
    /// Stable path of the node in its document, such as `2.13.1` or `annex1.3`; used in IRIs.
    pub path: String,
    /// The number as printed: `(一)`, `①`, `第三条`.
    pub number: Option<Span>,
    /// The heading sentence without number and closing stop.
    pub heading: Option<Span>,
    /// The item's own text after its number, heading included, without assignments, label lines
    /// and child items; ascending. Of the root: the paragraphs that close the document.
    pub own: Vec<Span>,
    /// Text that assigns the node's work (brackets, label lines, assignment cells); ascending.
    pub assignments: Vec<Span>,
    /// Of a table row: the cells whose column head names a role; each is one of `assignments`.
    pub columns: Vec<(Span, Role)>,
    /// All the node covers, children included.
    pub span: Span,
    /// Whether the node is a row of a table.
    pub in_table: bool,
    /// The table row that restates this task of the body, or the other way round.
    pub counterpart: Option<NodeId>,
}

/// A document after the outline stage.
#[derive(Clone, Debug)]
pub struct Document {
    pub text: Text,
    pub header: Header,
    /// In the order of the text; `nodes[ROOT]` is the root.
    pub nodes: Vec<Node>,
}

impl Document {
    /// The nodes with their ids.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate()
    }

    /// A node's own text, its pieces joined by nothing.
    pub fn own_text(&self, id: NodeId) -> String {
        self.nodes[id].own.iter().flat_map(|&s| self.text.slice(s).split('\n')).collect()
    }

    /// A node's heading, the line breaks of a narrow cell undone.
    pub fn heading(&self, id: NodeId) -> Option<String> {
        self.nodes[id].heading.map(|s| self.text.slice(s).split('\n').collect())
    }

    /// The parents of a node, nearest first, the root last.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors((id != ROOT).then(|| self.nodes[id].parent), |&n| {
            (n != ROOT).then(|| self.nodes[n].parent)
        })
    }
}
