//! The identities that documents share: divisions, agencies, works.

use std::collections::BTreeSet;

/// Index into [`Identities::agencies`].
pub type AgencyId = usize;
/// Index into [`Identities::divisions`].
pub type JurisdictionId = usize;
/// Index into [`Identities::works`].
pub type WorkId = usize;

/// An administrative division (GB/T 2260), a `gm:Jurisdiction`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// The six digits; `000000` stands for the country (中国).
    pub code: String,
    /// Full name: `磐石市`.
    pub name: String,
    /// The code of the division above; none for the country.
    pub broader: Option<String>,
}

/// What sort of bearer a name denotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgencyKind {
    /// One body.
    Body,
    /// A name that stands for many (`各县(市、区)教育局`), kept as a group.
    Group,
    /// A name that could not be tied to a body; it keeps its surface as its name.
    Unresolved,
}

/// A body, a group of bodies, or a name that could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    pub kind: AgencyKind,
    /// Full official name (`skos:prefLabel`); of an unresolved name the surface.
    pub name: String,
    /// Other names it is printed under.
    pub alt: BTreeSet<String>,
    /// Index into [`Identities::divisions`].
    pub jurisdiction: Option<JurisdictionId>,
    /// The body it is part of (`org:subOrganizationOf`).
    pub part_of: Option<AgencyId>,
    /// The body it is an internal office of (`org:unitOf`).
    pub unit_of: Option<AgencyId>,
    /// For a group: the rule that says who belongs to it, in words.
    pub member_rule: Option<String>,
    /// For an unresolved name: the scope that keeps it apart from the same name elsewhere
    /// (the division code, else the document's title).
    pub scope: Option<String>,
}

/// A document as a work, ingested or only cited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The title normalised so that one work has one key, however it is punctuated.
    pub key: String,
    /// The title as first seen.
    pub title: String,
    /// Whether it is a normative text (`gm:Policy`).
    pub policy: bool,
    /// What its own title says of others: `X关于印发〈Y〉的通知` issues Y.
    pub relations: Vec<(super::CitationKind, WorkId)>,
    /// 发文字号, where one is known.
    pub number: Option<String>,
    /// The agency named in the title as its maker, as printed.
    pub maker: Option<String>,
}

/// The identities one document speaks of.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    /// With all the divisions above them.
    pub divisions: Vec<Division>,
    pub agencies: Vec<Agency>,
    pub works: Vec<Work>,
    /// The jurisdiction the document speaks for.
    pub jurisdiction: Option<JurisdictionId>,
    /// One per issuer of the header, in its order.
    pub issuers: Vec<AgencyId>,
    /// The document's own work.
    pub work: Option<WorkId>,
    /// The covering notice's work, where there is one.
    pub notice: Option<WorkId>,
}
