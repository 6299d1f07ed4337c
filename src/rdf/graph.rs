//! Collects the quads of one named graph.

use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{Literal, NamedNode, NamedNodeRef, Quad};

/// A named graph under construction.
pub struct Graph {
    name: NamedNode,
    quads: Vec<Quad>,
}

impl Graph {
    /// An empty graph.
    pub fn new(name: NamedNode) -> Self {
        Self { name, quads: Vec::new() }
    }

    /// `subject` is an instance of `class`.
    pub fn class(&mut self, subject: &NamedNode, class: NamedNodeRef) {
        self.link(subject, rdf::TYPE, class);
    }

    /// `subject` is related to another resource.
    pub fn link<'a>(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef,
        object: impl Into<NamedNodeRef<'a>>,
    ) {
        self.quads.push(Quad::new(
            subject.clone(),
            predicate,
            object.into().into_owned(),
            self.name.clone(),
        ));
    }

    /// `subject` has a plain string.
    pub fn text(&mut self, subject: &NamedNode, predicate: NamedNodeRef, text: impl Into<String>) {
        self.literal(subject, predicate, Literal::new_simple_literal(text));
    }

    /// `subject` has a literal of an XSD type; `lexical` must be in its lexical space.
    pub fn typed(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef,
        lexical: impl Into<String>,
        datatype: NamedNodeRef,
    ) {
        self.literal(subject, predicate, Literal::new_typed_literal(lexical, datatype));
    }

    /// `subject` has an `xsd:boolean`.
    pub fn truth(&mut self, subject: &NamedNode, predicate: NamedNodeRef, truth: bool) {
        self.literal(subject, predicate, Literal::from(truth));
    }

    /// `subject` has an `xsd:integer`.
    pub fn count(&mut self, subject: &NamedNode, predicate: NamedNodeRef, count: usize) {
        self.typed(subject, predicate, count.to_string(), xsd::INTEGER);
    }

    fn literal(&mut self, subject: &NamedNode, predicate: NamedNodeRef, literal: Literal) {
        self.quads.push(Quad::new(subject.clone(), predicate, literal, self.name.clone()));
    }

    /// The quads collected, in the order they were said.
    pub fn into_quads(self) -> Vec<Quad> {
        self.quads
    }
}
