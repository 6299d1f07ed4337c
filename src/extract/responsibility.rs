//! Who has which part in a task: from brackets, label lines, cells, headings and running text.

use std::ops::Range;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::assignment::{Grammar, Named, read};
use super::clause::sentences;
use super::prose::bearers;
use crate::knowledge::prose::ProseRules;
use crate::knowledge::recognise::squeeze;
use crate::knowledge::roles::PositionRule;
use crate::model::{Basis, Document, NodeId, NodeKind, ROOT, Responsibility, Role, Span};

/// What a heading's assignment is worth to the tasks below it.
const INHERITED: f32 = 0.85;
/// A cell of a flattened table, whose column may be guessed.
const CELL: f32 = 0.8;
/// A name that a position rule makes the lead.
const POSITION: f32 = 0.95;

/// The responsibilities of a document, in the order of its nodes.
pub fn responsibilities(
    document: &Document,
    grammar: Grammar,
    prose: &ProseRules,
) -> Vec<Responsibility> {
    let mut reader = Reader {
        document,
        grammar,
        prose,
        position: None,
        out: vec![],
        seen: HashMap::new(),
        lead_lost: None,
        standing: vec![],
    };
    reader.position = reader.stated_for_all();
    for (id, node) in document.nodes() {
        // The own text of the root closes the document: it speaks of the work as a whole.
        let works = node.kind != NodeKind::Section;
        for &span in &node.assignments {
            reader.assignment(id, span);
        }
        if works {
            for &span in &node.own {
                reader.running_text(id, span);
            }
        }
    }
    let (mut out, standing) = (reader.out, reader.standing);
    inherit(document, &mut out);
    stand(document, &standing, &mut out);
    out
}

struct Reader<'a> {
    document: &'a Document,
    grammar: Grammar<'a>,
    prose: &'a ProseRules,
    /// The position rule that holds from here on.
    position: Option<PositionRule>,
    out: Vec<Responsibility>,
    /// Where each claim stands in `out`.
    seen: HashMap<(NodeId, Role, String, bool), usize>,
    /// Whether the task table lost its column of leads, once it is asked.
    lead_lost: Option<bool>,
    /// Who shares in all tasks behind a node: (that node, the place in `out`).
    standing: Vec<(NodeId, usize)>,
}

impl Reader<'_> {
    /// A position rule that the text outside of all tasks states, and which so holds for all.
    fn stated_for_all(&self) -> Option<PositionRule> {
        let outside = self.document.nodes.iter().filter(|n| n.kind == NodeKind::Section);
        outside
            .flat_map(|n| &n.own)
            .find_map(|&s| self.grammar.roles.position_rule(self.document.text.slice(s)))
    }

    fn assignment(&mut self, id: NodeId, span: Span) {
        let node = &self.document.nodes[id];
        let text = self.document.text.slice(span);
        let column = node.columns.iter().find(|(cell, _)| *cell == span).map(|(_, role)| *role);
        if node.in_table && column.is_none() && !node.columns.is_empty() {
            return;
        }
        let read = read(text, self.grammar, column);
        self.position = read.position.or(self.position);
        let leads = read.names.iter().any(|n| n.role == Role::Lead);
        let first_group = read.names.iter().map(|n| n.group).min().unwrap_or(0);
        let grouped = read.names.iter().any(|n| n.group != first_group);
        let task = self.bearer_of(id);
        let stated = match (node.in_table, self.groups(task)) {
            (true, _) => Basis::Table,
            (false, true) => Basis::AtHeading,
            (false, false) => Basis::Inline,
        };
        for (i, name) in read.names.iter().enumerate() {
            let (mut role, mut basis) = (name.role, stated);
            if role == Role::Responsible && !leads && column.is_none() {
                let first = match self.position {
                    Some(PositionRule::First) => i == 0,
                    Some(PositionRule::BeforeComma) => grouped && name.group == first_group,
                    None => false,
                };
                if first {
                    (role, basis) = (Role::Lead, Basis::Position);
                }
            }
            if role == Role::Lead && column.is_some() && self.lead_column_is_lost() {
                role = Role::Support;
            }
            let confidence = match basis {
                Basis::Table => name.confidence.min(CELL),
                Basis::Position => name.confidence.min(POSITION),
                _ => name.confidence,
            };
            let name = Named { role, confidence, ..name.clone() };
            let at = self.push(task, span, span.start, &name, basis);
            if read.standing.contains(&i) {
                self.standing.push((id, at));
            }
        }
    }

    /// The task that an assignment in `id` is about: a section's may be its parent's.
    fn bearer_of(&self, id: NodeId) -> NodeId {
        match self.document.nodes[id].kind {
            NodeKind::Section => ROOT,
            _ => id,
        }
    }

    /// Whether a node is a heading with tasks below it.
    fn groups(&self, id: NodeId) -> bool {
        let mut below = self.document.nodes.iter().skip(id + 1).take_while(|n| n.parent >= id);
        id != ROOT && below.any(|n| n.parent == id && n.kind == NodeKind::Task)
    }

    /// Whether the table lost its column of leads: a flattened table whose first names are never the
    /// leads of the tasks that its rows restate, but names that support these tasks.
    fn lead_column_is_lost(&mut self) -> bool {
        if let Some(lost) = self.lead_lost {
            return lost;
        }
        let bare = |s: &str| {
            let name = squeeze(s);
            name.strip_prefix('市').or(name.strip_prefix('县')).unwrap_or(&name).to_owned()
        };
        let (mut leads, mut supports) = (0, 0);
        for row in self.document.nodes.iter().filter(|n| n.in_table) {
            let (Some(task), Some((cell, _))) = (row.counterpart, row.columns.first()) else {
                continue;
            };
            let first = bare(self.document.text.slice(*cell));
            let role = self
                .out
                .iter()
                .find(|r| r.task == task && r.basis != Basis::Prose && bare(&r.surface) == first)
                .map(|r| r.role);
            leads += usize::from(role == Some(Role::Lead));
            supports += usize::from(role == Some(Role::Support));
        }
        *self.lead_lost.insert(leads == 0 && supports > 1)
    }

    fn running_text(&mut self, id: NodeId, span: Span) {
        for evidence in sentences(self.document.text.as_str(), span) {
            let text = self.document.text.slice(evidence);
            for b in bearers(text, self.prose, self.grammar) {
                let name =
                    Named { role: b.role, range: b.range, group: 0, confidence: b.confidence };
                self.push(id, evidence, evidence.start, &name, Basis::Prose);
            }
        }
    }

    /// Adds a claim unless it is there, and tells where it stands.
    fn push(
        &mut self,
        task: NodeId,
        evidence: Span,
        offset: usize,
        name: &Named,
        basis: Basis,
    ) -> usize {
        let range: Range<usize> = name.range.clone();
        let span = Span::new(offset + range.start, offset + range.end);
        let surface = squeeze(self.document.text.slice(span));
        let key = (task, name.role, surface.clone(), basis == Basis::Prose);
        let next = self.out.len();
        let at = *self.seen.entry(key).or_insert(next);
        if at == next {
            self.out.push(Responsibility {
                task,
                role: name.role,
                surface,
                span,
                evidence,
                basis,
                confidence: name.confidence,
                agency: None,
            });
        }
        at
    }
}

/// Gives each task without an assignment of its own that of the nearest heading above it.
fn inherit(document: &Document, out: &mut Vec<Responsibility>) {
    let mut own: Vec<Vec<usize>> = vec![vec![]; document.nodes.len()];
    for (i, r) in out.iter().enumerate() {
        if r.basis != Basis::Prose {
            own[r.task].push(i);
        }
    }
    for (id, node) in document.nodes() {
        if node.kind != NodeKind::Task || !own[id].is_empty() {
            continue;
        }
        let Some(above) = document.ancestors(id).find(|&a| a != ROOT && !own[a].is_empty()) else {
            continue;
        };
        for &i in &own[above] {
            let taken = Responsibility {
                task: id,
                basis: Basis::Inherited,
                confidence: out[i].confidence.min(INHERITED),
                ..out[i].clone()
            };
            out.push(taken);
        }
    }
}

/// Gives each task behind a node the parties that this node says share in all that follows.
fn stand(document: &Document, standing: &[(NodeId, usize)], out: &mut Vec<Responsibility>) {
    if standing.is_empty() {
        return;
    }
    let mut said: HashSet<(NodeId, String)> =
        out.iter().map(|r| (r.task, r.surface.clone())).collect();
    for &(from, party) in standing {
        let party = out[party].clone();
        for (task, node) in document.nodes().skip(from + 1) {
            if node.kind == NodeKind::Task && said.insert((task, party.surface.clone())) {
                let confidence = party.confidence.min(INHERITED);
                out.push(Responsibility {
                    task,
                    basis: Basis::Inherited,
                    confidence,
                    ..party.clone()
                });
            }
        }
    }
}
