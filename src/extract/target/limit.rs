//! By when a target is to be reached: the time limit of its clause, its sentence, its goals or its item.

use super::{Claim, Reader, Source};
use crate::extract::clause::Clause;
use crate::model::{Deadline, NodeId, ROOT, Span, TargetClass};

impl Reader<'_> {
    /// Whether a time is a clause of its own, a word of intent aside.
    fn stands_before_all(&self, limit: &Deadline, clause: &Clause) -> bool {
        let so_far = &self.text[clause.sentence.start..limit.quote.start];
        let lead =
            so_far.rsplit(['，', '；', '：', '。', ',', ';']).next().unwrap_or_default().trim();
        let after = self.text[limit.quote.end..].trim_start_matches('前');
        let lead = lead.strip_suffix(['在', '于']).unwrap_or(lead);
        (lead.is_empty() || self.rules.words.modality.strip_start(lead) == Some(""))
            && after.starts_with(['，', ','])
    }

    /// Whether a node is or stands below one whose heading names goals.
    fn states_goals(&self, node: NodeId) -> bool {
        let mut nodes = std::iter::once(node).chain(self.document.ancestors(node));
        let headed = |id: NodeId| self.document.nodes[id].heading;
        nodes.any(|id| headed(id).is_some_and(|h| self.slice(h).contains("目标")))
    }

    /// Whether a time (`到2025年，`) opens a paragraph, its heading aside.
    fn opens_goals(&self, limit: &Deadline, paragraph: Span) -> bool {
        let before = self.text[paragraph.start..limit.quote.start].trim_end();
        let before = before.strip_suffix("力争").unwrap_or(before);
        let (before, until) = match before.strip_suffix('到') {
            Some(before) => (before, true),
            None => (before, self.slice(limit.quote).starts_with('到')),
        };
        // A heading that runs in is one short sentence.
        let opens = before.is_empty()
            || before.ends_with(['。', '：', '．', '.']) && before.chars().count() <= 15;
        until && opens && self.text[limit.quote.end..].starts_with(['，', ','])
    }

    pub(super) fn deadline(&self, source: &Source<'_>, claim: &Claim) -> Option<Deadline> {
        let clause = source.clause;
        let at = clause.span.start + claim.quantity.start;
        let own = self.by_task.get(&source.task).map_or(&[][..], Vec::as_slice);
        let dated = |d: &&&Deadline| d.date.is_some();
        // in the clause, else the nearest before it in the same part of the sentence
        let stated =
            own.iter().filter(dated).filter(|d| clause.sentence.contains(d.quote)).rfind(|d| {
                clause.span.contains(d.quote)
                    || d.quote.end <= at && !self.text[d.quote.end..at].contains(['；', ';'])
            });
        if let Some(deadline) = stated {
            return Some((*deadline).clone());
        }
        // `到2025年，建成30所；新增学位500个`: a time on its own holds to the end of its sentence
        let before = |d: &&&Deadline| clause.sentence.contains(d.quote) && d.quote.end <= at;
        if let Some(nearest) = own.iter().filter(dated).rfind(before)
            && self.stands_before_all(nearest, clause)
        {
            return Some(Deadline { confidence: nearest.confidence * 0.9, ..(*nearest).clone() });
        }
        // `到2025年，建成30所。年均增长8%。`: a time that opens the goals holds for the sentences behind it
        let opened = |d: &&&Deadline| source.paragraph.contains(d.quote) && d.quote.end <= at;
        if claim.class == TargetClass::Target
            && let Some(last) = own.iter().filter(dated).rfind(opened)
            && self.states_goals(source.node)
            && self.opens_goals(last, source.paragraph)
        {
            return Some(Deadline { confidence: last.confidence * 0.8, ..(*last).clone() });
        }
        let nodes = std::iter::once(source.node)
            .chain(self.document.ancestors(source.node))
            .filter(|&n| n != ROOT);
        for id in nodes {
            let node = &self.document.nodes[id];
            let limits = self.by_task.get(&id).map_or(&[][..], Vec::as_slice);
            let mut given = limits.iter().filter(|d| {
                d.date.is_some() && node.assignments.iter().any(|a| a.contains(d.quote))
            });
            if let Some(first) = given.next() {
                let same = given.all(|d| d.date == first.date);
                return same
                    .then(|| Deadline { confidence: first.confidence * 0.9, ..(*first).clone() });
            }
        }
        None
    }
}
