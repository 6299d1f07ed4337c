//! The plain types that the stages hand to each other: no I/O, no rules, nothing of ours imported.
//!
//! Invariant: every [`Span`] counts **bytes** of the [`Text`] it belongs to and lies on character
//! boundaries; only [`Text::code_points`] turns it into the code points that the graph publishes.
//! All later stages depend on this module.

mod document;
mod entity;
mod fact;
mod text;

pub use document::{Document, Genre, Header, Node, NodeId, NodeKind, ROOT, Stated, Tier};
pub use entity::{
    Agency, AgencyId, AgencyKind, Division, Identities, JurisdictionId, Work, WorkId,
};
pub use fact::{
    Basis, Citation, CitationKind, Comparator, Deadline, Facts, Precision, Responsibility, Role,
    Target, TargetClass, Value,
};
pub use text::{Part, Place, Places, Span, Table, Text};
