//! What every reading must be, whatever was read: the invariants of `src/model` and `src/rdf`.

use gangmu::knowledge::Knowledge;
use gangmu::knowledge::recognise::squeeze;
use gangmu::model::{Document, Role, Span, Text};
use gangmu::pipeline::{self, Reading};
use gangmu::{audit, rdf};

/// Reads a document, describes and audits it, and checks all that was read. A document that cannot
/// be read is none the worse for it.
pub fn check(name: &str, bytes: &[u8], knowledge: &Knowledge) {
    let Ok(reading) = pipeline::read(name, bytes, knowledge) else { return };
    text(&reading.document.text);
    nodes(&reading.document);
    head(&reading.document);
    claims(&reading);
    let base = rdf::Base::new("http://localhost:8080/").expect("a base");
    assert!(!rdf::quads(&reading.as_rdf(), &base).own.is_empty());
    audit::audit(&reading, knowledge);
}

/// A clean text has no empty or padded lines, its pieces come from the source in their order, and its
/// tables lie in it.
pub fn text(text: &Text) {
    let string = text.as_str();
    assert!(!string.trim().is_empty() && !string.contains(['\r', '\u{feff}', '\0']));
    let mut last = 1;
    for span in text.lines() {
        let line = text.slice(span);
        assert_eq!(line, line.trim());
        let source = text.source_line(span.start);
        assert!(source >= last, "lines of the source ascend");
        last = source;
    }
    for &cell in text.tables.iter().flat_map(|table| table.rows.iter().flatten()) {
        assert!(string.get(cell.start..cell.end).is_some(), "{cell:?}");
    }
}

/// Every node stands behind its parent, and its parts lie in it.
pub fn nodes(document: &Document) {
    for (id, node) in document.nodes() {
        assert!(node.parent < id || id == 0, "the parent of node {id} stands behind it");
        for &piece in node.own.iter().chain(&node.assignments) {
            holds(document, node.span, piece);
        }
        for piece in node.number.iter().chain(&node.heading) {
            holds(document, node.span, *piece);
        }
        assert!(node.columns.iter().all(|(cell, _)| node.assignments.contains(cell)));
        let twin = node.counterpart.map(|twin| document.nodes[twin].counterpart);
        assert!(twin.is_none_or(|back| back == Some(id)), "the counterpart of node {id}");
    }
}

/// What the head states stands where it says.
pub fn head(document: &Document) {
    let header = &document.header;
    let texts = header.title.iter().chain(&header.notice).chain(&header.number);
    for stated in texts.chain(&header.issuers) {
        assert!(!stated.value.trim().is_empty());
        slice(document, stated.span);
    }
    for stated in header.written.iter().chain(&header.published) {
        slice(document, stated.span);
    }
}

fn claims(reading: &Reading) {
    let Reading { document, facts, identities, .. } = reading;
    let claim = |task: usize, evidence: Span, confidence: f32| {
        assert!(task < document.nodes.len());
        slice(document, evidence);
        assert!(confidence > 0.0 && confidence <= 1.0, "confidence {confidence}");
    };
    for fact in &facts.responsibilities {
        claim(fact.task, fact.evidence, fact.confidence);
        assert_eq!(squeeze(holds(document, fact.evidence, fact.span)), fact.surface);
        assert_eq!(fact.agency.is_none(), fact.role == Role::Leader, "{}", fact.surface);
        assert!(fact.agency.is_none_or(|id| id < identities.agencies.len()));
    }
    for fact in &facts.targets {
        claim(fact.task, fact.evidence, fact.confidence);
        holds(document, fact.evidence, fact.quote);
        for part in fact.indicator.iter().chain(&fact.modality) {
            slice(document, *part);
        }
    }
    for fact in &facts.deadlines {
        claim(fact.task, fact.evidence, fact.confidence);
        holds(document, fact.evidence, fact.quote);
    }
    for fact in &facts.citations {
        claim(fact.citing.unwrap_or_default(), fact.evidence, fact.confidence);
        holds(document, fact.evidence, fact.title);
        if let Some(number) = fact.number {
            slice(document, number);
        }
        assert!(fact.work.is_some_and(|id| id < identities.works.len()));
    }
}

/// What stands at `inner`, which must lie in `outer`.
fn holds(document: &Document, outer: Span, inner: Span) -> &str {
    assert!(outer.contains(inner), "{inner:?} is not in {outer:?}");
    slice(document, inner)
}

/// What stands at a place: never nothing, and the same in bytes and in published code points.
fn slice(document: &Document, span: Span) -> &str {
    let text = document.text.as_str();
    let found = text.get(span.start..span.end).expect("a span of whole characters in the text");
    assert!(!found.trim().is_empty(), "{span:?} holds nothing");
    let points = document.text.code_points(span);
    assert!(text.chars().skip(points.start).take(points.len()).eq(found.chars()), "{span:?}");
    found
}
