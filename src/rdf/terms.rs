//! Which term of the vocabulary each value of the model stands for.
//!
//! Invariant: total and one-to-one within each enum. Depended on by the builders of quads.

use oxigraph::model::NamedNodeRef;

use super::vocab::{genre, gm, role};
use crate::model::{
    AgencyKind, Basis, CitationKind, Comparator, Genre, NodeKind, Precision, Role, TargetClass,
    Tier,
};

type Node = NamedNodeRef<'static>;

/// The concept of a role.
pub const fn role(role: Role) -> Node {
    match role {
        Role::Lead => role::LEAD,
        Role::Support => role::SUPPORT,
        Role::Responsible => role::RESPONSIBLE,
        Role::Guide => role::GUIDE,
        Role::Leader => role::LEADER,
    }
}

/// The short cut from a task to the agency in a role; none for persons.
pub const fn agency_short_cut(role: Role) -> Option<Node> {
    match role {
        Role::Lead => Some(gm::LEAD_AGENCY),
        Role::Support => Some(gm::SUPPORT_AGENCY),
        Role::Responsible => Some(gm::RESPONSIBLE_AGENCY),
        Role::Guide => Some(gm::GUIDE_AGENCY),
        Role::Leader => None,
    }
}

/// The class of a bearer below `gm:Agency`; none for one resolved body.
pub const fn agency_class(kind: AgencyKind) -> Option<Node> {
    match kind {
        AgencyKind::Body => None,
        AgencyKind::Group => Some(gm::AGENCY_GROUP),
        AgencyKind::Unresolved => Some(gm::UNRESOLVED_AGENCY),
    }
}

/// The concept of a genre.
pub const fn genre(genre: Genre) -> Node {
    match genre {
        Genre::WorkPoints => genre::WORK_POINTS,
        Genre::DivisionPlan => genre::DIVISION_PLAN,
        Genre::Plan => genre::PLAN,
        Genre::Opinion => genre::OPINION,
        Genre::Notice => genre::NOTICE,
        Genre::Report => genre::REPORT,
        Genre::News => genre::NEWS,
        Genre::Regulation => genre::REGULATION,
        Genre::Bulletin => genre::BULLETIN,
    }
}

/// The individual of a tier.
pub const fn tier(tier: Tier) -> Node {
    match tier {
        Tier::Official => gm::OFFICIAL,
        Tier::Draft => gm::DRAFT,
        Tier::Unofficial => gm::UNOFFICIAL,
    }
}

/// The class of an outline node; the root is a section.
pub const fn item_class(kind: NodeKind) -> Node {
    match kind {
        NodeKind::Root | NodeKind::Section => gm::SECTION,
        NodeKind::Task => gm::TASK,
        NodeKind::Measure => gm::MEASURE,
        NodeKind::Practice => gm::PRACTICE,
    }
}

/// The individual of a kind of place.
pub const fn basis(basis: Basis) -> Node {
    match basis {
        Basis::Inline => gm::INLINE,
        Basis::Table => gm::TABLE,
        Basis::AtHeading => gm::AT_HEADING,
        Basis::Position => gm::POSITION,
        Basis::Prose => gm::PROSE,
        Basis::Inherited => gm::INHERITED,
    }
}

/// The class of a quantity.
pub const fn quantity_class(class: TargetClass) -> Node {
    match class {
        TargetClass::Target => gm::TARGET,
        TargetClass::Achievement => gm::ACHIEVEMENT,
        TargetClass::Limit => gm::LIMIT,
    }
}

/// The individual of a comparator.
pub const fn comparator(comparator: Comparator) -> Node {
    match comparator {
        Comparator::Ge => gm::GE,
        Comparator::Le => gm::LE,
        Comparator::Eq => gm::EQ,
        Comparator::Inc => gm::INC,
        Comparator::Dec => gm::DEC,
    }
}

/// The individual of a precision.
pub const fn precision(precision: Precision) -> Node {
    match precision {
        Precision::Day => gm::PRECISION_DAY,
        Precision::Month => gm::PRECISION_MONTH,
        Precision::Quarter => gm::PRECISION_QUARTER,
        Precision::HalfYear => gm::PRECISION_HALF_YEAR,
        Precision::Season => gm::PRECISION_SEASON,
        Precision::Year => gm::PRECISION_YEAR,
        Precision::Period => gm::PRECISION_PERIOD,
        Precision::Relative => gm::PRECISION_RELATIVE,
        Precision::Recurring => gm::PRECISION_RECURRING,
        Precision::Ongoing => gm::PRECISION_ONGOING,
        Precision::Vague => gm::PRECISION_VAGUE,
    }
}

/// The short cut from what cites to what is cited.
pub const fn citation_short_cut(kind: CitationKind) -> Node {
    match kind {
        CitationKind::Implements => gm::IMPLEMENTS,
        CitationKind::BasedOn => gm::BASED_ON,
        CitationKind::Issues => gm::ISSUES,
        CitationKind::Forwards => gm::FORWARDS,
        CitationKind::Drafts => gm::DRAFTS,
        CitationKind::Mentions => gm::MENTIONS,
        CitationKind::Via => gm::VIA,
    }
}

/// The value of `gm:kind`: the short cut itself, but `gm:basis` for a basis.
pub const fn citation_kind(kind: CitationKind) -> Node {
    match kind {
        CitationKind::BasedOn => gm::BASIS,
        other => citation_short_cut(other),
    }
}
