//! A reading for programs.

use std::io::Write;

use serde_json::{Value, json};

use crate::model::{
    Citation, Deadline, Document, Node, NodeId, NodeKind, Places, Responsibility, Span, Stated,
    Target, Value as Quantity,
};
use crate::pipeline::Reading;

/// Writes what [`document`] gives, for reading.
pub(super) fn write(reading: &Reading, out: &mut impl Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(reading))?;
    writeln!(out)?;
    Ok(())
}

/// One JSON object: the header, the items of the outline in order, and the claims at each.
pub(in crate::cli) fn document(reading: &Reading) -> Value {
    let document = &reading.document;
    View { reading, document, places: document.text.places() }.document()
}

struct View<'a> {
    reading: &'a Reading,
    document: &'a Document,
    places: Places<'a>,
}

impl View<'_> {
    fn document(&self) -> Value {
        let header = &self.document.header;
        let text = |stated: &Option<Stated<String>>| stated.as_ref().map(|s| s.value.clone());
        let identities = &self.reading.identities;
        let place = identities.jurisdiction.and_then(|id| identities.divisions.get(id));
        let items: Vec<Value> =
            self.document.nodes().map(|(id, node)| self.item(id, node)).collect();
        json!({
            "source": self.reading.source_name,
            "sha256": self.reading.sha256,
            "title": text(&header.title),
            "notice": text(&header.notice),
            "number": text(&header.number),
            "issuers": header.issuers.iter().map(|issuer| &issuer.value).collect::<Vec<_>>(),
            "written": header.written.as_ref().map(|date| date.value.to_string()),
            "published": header.published.as_ref().map(|date| date.value.to_string()),
            "genre": header.genre,
            "tier": header.tier,
            "year": header.year,
            "jurisdiction": place.map(|place| json!({ "code": place.code, "name": place.name })),
            "pagesNotRead": self.document.text.gaps(),
            "text": self.document.text.as_str(),
            "items": items,
        })
    }

    fn item(&self, id: NodeId, node: &Node) -> Value {
        let kind = match node.kind {
            NodeKind::Root => "root",
            NodeKind::Section => "section",
            NodeKind::Task => "task",
            NodeKind::Measure => "measure",
            NodeKind::Practice => "practice",
        };
        let facts = &self.reading.facts;
        let path = |id: NodeId| self.document.nodes.get(id).map(|node| node.path.as_str());
        let responsibilities = facts.responsibilities.iter().filter(|claim| claim.task == id);
        let targets = facts.targets.iter().filter(|claim| claim.task == id);
        let deadlines = facts.deadlines.iter().filter(|claim| claim.task == id);
        let citations = facts.citations.iter().filter(|claim| claim.citing.unwrap_or(0) == id);
        json!({
            "path": node.path,
            "parent": (id != node.parent).then(|| path(node.parent)).flatten(),
            "kind": kind,
            "number": node.number.map(|span| self.slice(span)),
            "heading": self.document.heading(id),
            "text": self.document.own_text(id),
            "line": self.document.text.source_line(node.span.start),
            "place": self.place(node.span),
            "inTable": node.in_table,
            "counterpart": node.counterpart.and_then(path),
            "responsibilities": responsibilities.map(|c| self.responsibility(c)).collect::<Vec<_>>(),
            "targets": targets.map(|c| self.target(c)).collect::<Vec<_>>(),
            "deadlines": deadlines.map(|c| self.deadline(c)).collect::<Vec<_>>(),
            "citations": citations.map(|c| self.citation(c)).collect::<Vec<_>>(),
        })
    }

    fn responsibility(&self, claim: &Responsibility) -> Value {
        let agency = claim.agency.and_then(|id| self.reading.identities.agencies.get(id));
        json!({
            "role": claim.role,
            "surface": claim.surface,
            "agency": agency.map(|agency| &agency.name),
            "basis": claim.basis,
            "confidence": rounded(claim.confidence),
            "evidence": self.evidence(claim.evidence),
        })
    }

    fn target(&self, claim: &Target) -> Value {
        let (value, ratio) = match &claim.value {
            Quantity::Decimal(value) => (Some(value), None),
            Quantity::Ratio(ratio) => (None, Some(ratio)),
        };
        json!({
            "class": claim.class,
            "indicator": claim.indicator.map(|span| self.slice(span)),
            "comparator": claim.comparator,
            "value": value,
            "ratio": ratio,
            "unit": claim.unit,
            "modality": claim.modality.map(|span| self.slice(span)),
            "deadline": claim.deadline.as_ref().map(|deadline| self.deadline(deadline)),
            "quote": self.slice(claim.quote),
            "confidence": rounded(claim.confidence),
            "evidence": self.evidence(claim.evidence),
        })
    }

    fn deadline(&self, claim: &Deadline) -> Value {
        json!({
            "quote": self.slice(claim.quote),
            "date": claim.date.map(|date| date.to_string()),
            "ongoing": claim.ongoing,
            "precision": claim.precision,
            "confidence": rounded(claim.confidence),
            "evidence": self.evidence(claim.evidence),
        })
    }

    fn citation(&self, claim: &Citation) -> Value {
        json!({
            "kind": claim.kind,
            "title": self.slice(claim.title),
            "number": claim.number.map(|span| self.slice(span)),
            "policy": claim.policy,
            "confidence": rounded(claim.confidence),
            "evidence": self.evidence(claim.evidence),
        })
    }

    fn evidence(&self, span: Span) -> Value {
        let points = self.document.text.code_points(span);
        json!({
            "quote": self.slice(span),
            "start": points.start,
            "end": points.end,
            "line": self.document.text.source_line(span.start),
            "place": self.place(span),
        })
    }

    /// By page, or by row of a table or a sheet; none where the format has neither.
    fn place(&self, span: Span) -> Option<String> {
        self.places.of(span.start).map(|place| place.to_string())
    }

    fn slice(&self, span: Span) -> &str {
        self.document.text.slice(span)
    }
}

/// A confidence as it was meant: 0.9, not 0.8999999761581421.
fn rounded(confidence: f32) -> f64 {
    (f64::from(confidence) * 1000.0).round() / 1000.0
}
