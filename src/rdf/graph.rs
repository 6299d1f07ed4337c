//! The quads of a document under construction, and as handed on.
//!
//! Invariant: all strings stand in one buffer, an IRI once for all quads that speak of it by its [`Name`], and
//! terms of the vocabulary are constants, so that a quad costs no allocation; owned quads of the RDF
//! library would cost four each.

use std::fmt::{Display, Write};

use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{LiteralRef, NamedNode, NamedNodeRef, QuadRef, TermRef};

/// Quads in the order they were said.
#[derive(Default)]
pub struct Quads {
    strings: String,
    /// The graph that quads are added to.
    graph: Name,
    quads: Vec<Packed>,
}

/// A piece of the buffer, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Piece {
    start: usize,
    end: usize,
}

/// An IRI in the buffer of the quads that gave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Name(Piece);

struct Packed {
    subject: Name,
    predicate: NamedNodeRef<'static>,
    object: Object,
    graph: Name,
}

enum Object {
    Node(Name),
    Term(NamedNodeRef<'static>),
    String(Piece),
    Typed(Piece, NamedNodeRef<'static>),
}

/// What quads can speak of: a name, or an IRI that is put into the buffer for it.
pub trait Resource {
    /// Its name in `quads`.
    fn name_in(self, quads: &mut Quads) -> Name;
}

impl Resource for Name {
    fn name_in(self, _: &mut Quads) -> Name {
        self
    }
}

impl Resource for &NamedNode {
    fn name_in(self, quads: &mut Quads) -> Name {
        // Most is said of the same subject as what was said before it.
        let last = quads.quads.last().map(|quad| quad.subject);
        match last.filter(|&last| quads.iri(last) == self.as_str()) {
            Some(last) => last,
            None => Name(quads.keep(self.as_str())),
        }
    }
}

impl Quads {
    /// No quads yet; those to come are in `graph`.
    pub fn new(graph: &NamedNode) -> Self {
        let mut quads = Self::default();
        quads.enter(graph);
        quads
    }

    /// Makes room for what is usually said of a text of so many bytes.
    pub fn expect(&mut self, text: usize) {
        self.strings.reserve(4 * text);
        self.quads.reserve(text / 10);
    }

    /// The quads to come are in `graph`.
    pub fn enter(&mut self, graph: &NamedNode) {
        self.graph = Name(self.keep(graph.as_str()));
    }

    /// Puts an IRI into the buffer.
    pub fn name(&mut self, iri: &NamedNode) -> Name {
        Name(self.keep(iri.as_str()))
    }

    /// Puts the IRI into the buffer that begins as `node` does; `push` appends the rest, which must leave it valid.
    pub fn below(&mut self, node: Name, push: impl FnOnce(&mut String)) -> Name {
        let start = self.strings.len();
        self.strings.extend_from_within(node.0.start..node.0.end);
        push(&mut self.strings);
        Name(Piece { start, end: self.strings.len() })
    }

    /// The IRI of a name.
    pub fn iri(&self, name: Name) -> &str {
        self.piece(name.0)
    }

    /// `subject` is an instance of `class`.
    pub fn class(&mut self, subject: impl Resource, class: NamedNodeRef<'static>) {
        self.term(subject, rdf::TYPE, class);
    }

    /// `subject` is related to a term of the vocabulary.
    pub fn term(
        &mut self,
        subject: impl Resource,
        predicate: NamedNodeRef<'static>,
        object: NamedNodeRef<'static>,
    ) {
        self.push(subject, predicate, Object::Term(object));
    }

    /// `subject` is related to another resource.
    pub fn link(
        &mut self,
        subject: impl Resource,
        predicate: NamedNodeRef<'static>,
        object: impl Resource,
    ) {
        let object = Object::Node(object.name_in(self));
        self.push(subject, predicate, object);
    }

    /// `subject` has a plain string.
    pub fn text(
        &mut self,
        subject: impl Resource,
        predicate: NamedNodeRef<'static>,
        text: impl AsRef<str>,
    ) {
        let object = Object::String(self.keep(text.as_ref()));
        self.push(subject, predicate, object);
    }

    /// `subject` has a literal of an XSD type; `lexical` must be in its lexical space.
    pub fn typed(
        &mut self,
        subject: impl Resource,
        predicate: NamedNodeRef<'static>,
        lexical: impl Display,
        datatype: NamedNodeRef<'static>,
    ) {
        let start = self.strings.len();
        // Writing into a string cannot fail.
        let _ = write!(self.strings, "{lexical}");
        let lexical = Piece { start, end: self.strings.len() };
        self.push(subject, predicate, Object::Typed(lexical, datatype));
    }

    /// `subject` has an `xsd:boolean`.
    pub fn truth(&mut self, subject: impl Resource, predicate: NamedNodeRef<'static>, truth: bool) {
        self.typed(subject, predicate, truth, xsd::BOOLEAN);
    }

    /// `subject` has an `xsd:integer`.
    pub fn count(
        &mut self,
        subject: impl Resource,
        predicate: NamedNodeRef<'static>,
        count: usize,
    ) {
        self.typed(subject, predicate, count, xsd::INTEGER);
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
                Object::Term(term) => term.into(),
                Object::String(text) => LiteralRef::new_simple_literal(self.piece(text)).into(),
                Object::Typed(lexical, datatype) => {
                    LiteralRef::new_typed_literal(self.piece(lexical), datatype).into()
                }
            };
            QuadRef::new(self.node(quad.subject), quad.predicate, object, self.node(quad.graph))
        })
    }

    fn push(&mut self, subject: impl Resource, predicate: NamedNodeRef<'static>, object: Object) {
        let subject = subject.name_in(self);
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

    /// Every name came from a node or was made below one.
    fn node(&self, name: Name) -> NamedNodeRef<'_> {
        NamedNodeRef::new_unchecked(self.iri(name))
    }
}
