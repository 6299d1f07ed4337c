//! Targets, achievements, limits, and the deadlines of tasks and targets.

use foldhash::HashMap;
use oxigraph::model::vocab::xsd;

use super::Claims;
use crate::model::{Deadline, NodeId, Span, Target, Value};
use crate::rdf::graph::Name;
use crate::rdf::terms;
use crate::rdf::vocab::gm;

/// Deadlines by the node and the words that state them: where a task and its targets are equally
/// sure of one, they share it.
type Deadlines<'a> = HashMap<(NodeId, Span), Vec<(&'a Deadline, Name)>>;

impl Claims<'_> {
    pub(super) fn quantities(&mut self) {
        let facts = self.reading.facts;
        let mut known = Deadlines::default();
        for deadline in &facts.deadlines {
            let task = self.item(deadline.task);
            let node = self.deadline(deadline, &mut known);
            self.graph.link(task, gm::DEADLINE, node);
        }
        for target in &facts.targets {
            let node = self.target(target);
            if let Some(deadline) = &target.deadline {
                let deadline = self.deadline(deadline, &mut known);
                self.graph.link(node, gm::DEADLINE, deadline);
            }
        }
    }

    fn deadline<'a>(&mut self, deadline: &'a Deadline, known: &mut Deadlines<'a>) -> Name {
        let same = known.entry((deadline.task, deadline.quote)).or_default();
        if let Some((_, node)) = same.iter().find(|(other, _)| *other == deadline) {
            return *node;
        }
        let task = self.item(deadline.task);
        let node = self.mint_numbered(task, "deadline");
        same.push((deadline, node));
        let quote = self.reading.document.text.slice(deadline.quote);
        self.graph.class(node, gm::DEADLINE_CLASS);
        self.graph.text(node, gm::QUOTE, quote);
        if let Some(date) = deadline.date {
            self.graph.typed(node, gm::DATE, date, xsd::DATE);
        }
        self.graph.truth(node, gm::ONGOING, deadline.ongoing);
        self.graph.term(node, gm::PRECISION, terms::precision(deadline.precision));
        self.prove(node, deadline.evidence);
        self.rate(node, deadline.confidence);
        node
    }

    fn target(&mut self, target: &Target) -> Name {
        let task = self.item(target.task);
        let node = self.mint_numbered(task, "target");
        let slice = |span| self.reading.document.text.slice(span);
        let graph = &mut self.graph;
        graph.class(node, terms::quantity_class(target.class));
        graph.link(node, gm::OF_TASK, task);
        if let Some(indicator) = target.indicator {
            graph.text(node, gm::INDICATOR, slice(indicator));
        }
        graph.term(node, gm::COMPARATOR, terms::comparator(target.comparator));
        match &target.value {
            Value::Decimal(value) => graph.typed(node, gm::VALUE, value, xsd::DECIMAL),
            Value::Ratio(ratio) => graph.text(node, gm::RATIO, ratio),
        }
        if let Some(unit) = &target.unit {
            graph.text(node, gm::UNIT, unit);
        }
        if let Some(modality) = target.modality {
            graph.text(node, gm::MODALITY, slice(modality));
        }
        graph.text(node, gm::QUOTE, slice(target.quote));
        self.prove(node, target.evidence);
        self.rate(node, target.confidence);
        node
    }
}
