//! What lists of tasks and targets are narrowed by, the same for both.
//!
//! Invariant: what [`Asked`] wants of the tables is what the query of [`sparql`] finds in the store.
//!
//! What is asked for is turned into numbers once ([`found`]), and the columns are gone through once, which gives the
//! rows that are wanted and those that one choice less would leave; of both [`counts`] are made, which [`facets`] tell.
//! What is found without any question is kept ([`list`]).

mod counts;
pub(super) mod facets;
mod found;
mod list;
mod shown;
pub(super) mod sparql;

use serde::Deserialize;

use crate::rdf::vocab::gm;
use crate::web::api::columns::{UNKNOWN, Values};
use crate::web::api::tables::Tables;
use crate::web::facets::Question;
use crate::web::site::Site;
pub(super) use counts::Counter;
pub(super) use found::{fails, ordered};
pub(super) use list::{AllTargets, AllTasks, Answer, KINDS, List, Targets, Tasks};
pub(super) use shown::{Bearer, Head};

/// What is asked for where the text does not say: `year=none`.
pub(super) const NONE: &str = "none";
pub(super) const YES: &str = "yes";
pub(super) const NO: &str = "no";
/// Of leads: more than one.
pub(super) const TWO: &str = "two";

/// What an address asks for; an empty value asks for all.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Words of what a task says, or of the words of a target.
    pub(super) q: String,
    /// The code of a division, which has all that lie in it.
    pub(super) place: String,
    /// The path of an agency's IRI, or characters of a name.
    pub(super) agency: String,
    pub(super) role: String,
    pub(super) genre: String,
    pub(super) tier: String,
    pub(super) year: String,
    /// The paths of the IRIs of a document, of an item of it, of a document that is carried out.
    pub(super) document: String,
    pub(super) section: String,
    pub(super) policy: String,
    /// The first and the last day on which something is due.
    pub(super) from: String,
    pub(super) to: String,
    /// Whether there is one; of leads also whether there are two.
    pub(super) lead: String,
    pub(super) deadline: String,
    pub(super) target: String,
    /// `unresolved`, where a name is no known body.
    pub(super) names: String,
    /// Of targets: the code of the class, characters of the indicator, the unit.
    pub(super) kind: String,
    pub(super) indicator: String,
    pub(super) unit: String,
    pub(super) comparator: String,
    /// A column; backwards with `-`.
    pub(super) sort: String,
    pub(super) page: String,
}

/// What all things are looked at with.
#[derive(Clone, Copy)]
pub(super) struct Known<'s> {
    pub(super) site: &'s Site,
    pub(super) tables: &'s Tables,
}

impl<'s> Known<'s> {
    pub(super) fn new(site: &'s Site, tables: &'s Tables) -> Self {
        Self { site, tables }
    }

    /// The number of what the path of an IRI stands for, among IRIs; or one that no row has.
    pub(super) fn of_path(&self, iris: &Values, path: &str) -> u32 {
        let base = self.site.store.base().as_str();
        match iris.number(&format!("{base}{path}")) {
            Some(number) => number,
            None if path.starts_with(base) => UNKNOWN,
            None => iris.wanted(path),
        }
    }
}

impl Asked {
    /// The parameters of the address but the number of the page.
    pub(super) fn pairs(&self) -> [(&'static str, &str); 21] {
        [
            ("q", &self.q),
            ("kind", &self.kind),
            ("indicator", &self.indicator),
            ("unit", &self.unit),
            ("comparator", &self.comparator),
            ("place", &self.place),
            ("agency", &self.agency),
            ("role", &self.role),
            ("genre", &self.genre),
            ("tier", &self.tier),
            ("year", &self.year),
            ("document", &self.document),
            ("section", &self.section),
            ("policy", &self.policy),
            ("from", &self.from),
            ("to", &self.to),
            ("lead", &self.lead),
            ("deadline", &self.deadline),
            ("target", &self.target),
            ("names", &self.names),
            ("sort", &self.sort),
        ]
    }

    /// The value of a parameter.
    pub(super) fn of(&self, name: &str) -> &str {
        self.pairs().into_iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
    }

    pub(super) fn question(&self) -> Question {
        Question::new(&self.pairs())
    }

    /// What a form keeps that asks for the others.
    pub(super) fn kept(&self, others: &[&str]) -> Vec<(&'static str, String)> {
        let pairs = self.pairs().into_iter();
        let kept = pairs.filter(|(name, value)| !others.contains(name) && !value.is_empty());
        kept.map(|(name, value)| (name, value.to_owned())).collect()
    }

    /// The class of quantity that is asked for.
    pub(super) fn class(&self) -> &'static str {
        match &*self.kind {
            "achievement" => gm::ACHIEVEMENT.as_str(),
            "limit" => gm::LIMIT.as_str(),
            _ => gm::TARGET.as_str(),
        }
    }

    /// The IRI of the agency, if it is asked for by that.
    pub(super) fn agency_iri(&self, site: &Site) -> Option<String> {
        let is_path =
            ["agency/", "group/", "unresolved/"].iter().any(|p| self.agency.starts_with(p));
        is_path.then(|| format!("{}{}", site.store.base().as_str(), self.agency))
    }

    /// Whether it asks for all things, of a class.
    pub(super) fn is_of_all(&self) -> bool {
        let free = ["sort", "kind"];
        self.pairs().iter().all(|(name, value)| value.is_empty() || free.contains(name))
    }

    /// The column to sort by, and whether backwards.
    pub(super) fn order(&self) -> (&str, bool) {
        match self.sort.strip_prefix('-') {
            Some(column) => (column, true),
            None => (&self.sort, false),
        }
    }
}

/// What follows the base in an IRI.
pub(super) fn path<'i>(site: &Site, iri: &'i str) -> &'i str {
    iri.strip_prefix(site.store.base().as_str()).unwrap_or(iri)
}
