//! The quads of a document under construction, and as handed on.
//!
//! Invariant: all strings stand in one buffer and predicates are constants of the vocabulary, so that a
//! quad costs no allocation; owned quads of the RDF library would cost four each.

use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{LiteralRef, NamedNode, NamedNodeRef, QuadRef, TermRef};

/// Quads in the order they were said.
#[derive(Default)]
pub struct Quads {
    strings: String,
    /// The graph that quads are added to.
    graph: Piece,
    quads: Vec<Packed>,
}

/// A piece of the buffer, in bytes.
#[derive(Clone, Copy, Default)]
struct Piece {
    start: usize,
    end: usize,
}

struct Packed {
    subject: Piece,
    predicate: NamedNodeRef<'static>,
    object: Object,
    graph: Piece,
}

enum Object {
    Node(Piece),
    String(Piece),
    Typed(Piece, NamedNodeRef<'static>),
}

impl Quads {
    /// No quads yet; those to come are in `graph`.
    pub fn new(graph: &NamedNode) -> Self {
        let mut quads = Self::default();
        quads.enter(graph);
        quads
    }

    /// The quads to come are in `graph`.
    pub fn enter(&mut self, graph: &NamedNode) {
        self.graph = self.keep(graph.as_str());
    }

    /// `subject` is an instance of `class`.
    pub fn class(&mut self, subject: &NamedNode, class: NamedNodeRef) {
        self.link(subject, rdf::TYPE, class);
    }

    /// `subject` is related to another resource.
    pub fn link<'a>(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef<'static>,
        object: impl Into<NamedNodeRef<'a>>,
    ) {
        let object = Object::Node(self.keep(object.into().as_str()));
        self.push(subject, predicate, object);
    }

    /// `subject` has a plain string.
    pub fn text(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef<'static>,
        text: impl AsRef<str>,
    ) {
        let object = Object::String(self.keep(text.as_ref()));
        self.push(subject, predicate, object);
    }

    /// `subject` has a literal of an XSD type; `lexical` must be in its lexical space.
    pub fn typed(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef<'static>,
        lexical: impl AsRef<str>,
        datatype: NamedNodeRef<'static>,
    ) {
        let object = Object::Typed(self.keep(lexical.as_ref()), datatype);
        self.push(subject, predicate, object);
    }

    /// `subject` has an `xsd:boolean`.
    pub fn truth(&mut self, subject: &NamedNode, predicate: NamedNodeRef<'static>, truth: bool) {
        self.typed(subject, predicate, if truth { "true" } else { "false" }, xsd::BOOLEAN);
    }

    /// `subject` has an `xsd:integer`.
    pub fn count(&mut self, subject: &NamedNode, predicate: NamedNodeRef<'static>, count: usize) {
        self.typed(subject, predicate, count.to_string(), xsd::INTEGER);
    }

    /// How many quads there are, the same ones counted each time.
    pub fn len(&self) -> usize {
        self.quads.len()
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.quads.is_empty()
    }

    /// The quads, in the order they were said.
    pub fn iter(&self) -> impl Iterator<Item = QuadRef<'_>> {
        self.quads.iter().map(|quad| {
            let object: TermRef = match quad.object {
                Object::Node(node) => self.node(node).into(),
                Object::String(text) => LiteralRef::new_simple_literal(self.piece(text)).into(),
                Object::Typed(lexical, datatype) => {
                    LiteralRef::new_typed_literal(self.piece(lexical), datatype).into()
                }
            };
            QuadRef::new(self.node(quad.subject), quad.predicate, object, self.node(quad.graph))
        })
    }

    fn push(&mut self, subject: &NamedNode, predicate: NamedNodeRef<'static>, object: Object) {
        // Most is said of the same subject as what was said before it.
        let last = self.quads.last().map(|quad| quad.subject);
        let subject = match last.filter(|&last| self.piece(last) == subject.as_str()) {
            Some(last) => last,
            None => self.keep(subject.as_str()),
        };
        self.quads.push(Packed { subject, predicate, object, graph: self.graph });
    }

    fn keep(&mut self, text: &str) -> Piece {
        let start = self.strings.len();
        self.strings.push_str(text);
        Piece { start, end: self.strings.len() }
    }

    fn piece(&self, piece: Piece) -> &str {
        &self.strings[piece.start..piece.end]
    }

    /// Every piece that stands for a node came from one.
    fn node(&self, piece: Piece) -> NamedNodeRef<'_> {
        NamedNodeRef::new_unchecked(self.piece(piece))
    }
}
