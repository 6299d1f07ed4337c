//! How the things of the tables hang together: items in outlines, documents in citations, divisions in each other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::super::site::{Row, Site};
use super::cell::Cell;
use super::follow::Update;
use super::records::Document;
use super::tables::Tables;
use crate::rdf::vocab::gm;
use crate::store::QueryError;

const ITEMS: &str = include_str!("../queries/item_places.rq");
const CITATIONS: &str = include_str!("../queries/all_citations.rq");
const LIMITED: &str = include_str!("../queries/limited_items.rq");
const DIVISIONS: &str = include_str!("../queries/divisions.rq");

/// The kinds of citation by which a document is carried out, in the order they are told in.
pub(in crate::web) const CARRIES_OUT: [&str; 3] = ["implements", "basis", "via"];

/// How far up an outline leads at most: the store is open to write, and may hold one that leads back to itself.
pub(super) const DEEPEST: usize = 64;

/// Where an item of a document stands.
#[derive(Clone, Debug)]
pub(in crate::web) struct Place {
    /// None of the root.
    pub(in crate::web) parent: Option<Arc<str>>,
    pub(in crate::web) number: Arc<str>,
    pub(in crate::web) heading: Arc<str>,
    pub(in crate::web) order: usize,
}

/// A reference of a current version to a document.
#[derive(Clone, Debug)]
pub(in crate::web) struct Citing {
    pub(in crate::web) document: Arc<Document>,
    /// The item that cites; none where the document does as a whole.
    pub(in crate::web) item: Option<String>,
    /// The code of the kind: `implements`.
    pub(in crate::web) kind: String,
    /// The IRI of the work.
    pub(in crate::web) cited: String,
    /// The title as printed, and the IRI of the place that has it.
    pub(in crate::web) quote: String,
    pub(in crate::web) evidence: String,
}

impl Citing {
    pub(in crate::web) fn carries_out(&self) -> bool {
        CARRIES_OUT.contains(&self.kind.as_str())
    }
}

/// An administrative division by its code.
#[derive(Debug, PartialEq)]
pub(in crate::web) struct Division {
    pub(in crate::web) name: String,
    pub(in crate::web) above: Option<String>,
}

/// What the tables have of this; each is read when it is first asked for.
#[derive(Default)]
pub(super) struct Links {
    outline: Cell<HashMap<Arc<str>, Place>>,
    citations: Cell<Vec<Citing>>,
    by_cited: Cell<HashMap<String, Vec<usize>>>,
    carried: Cell<HashMap<String, Vec<Arc<str>>>>,
    limited: Cell<HashSet<Arc<str>>>,
    divisions: Cell<BTreeMap<String, Division>>,
    /// Where in the table of what documents carry out each document is.
    pub(super) higher: Cell<HashMap<String, Vec<usize>>>,
}

/// The last part of an IRI.
pub(in crate::web) fn last(iri: &str) -> &str {
    iri.rsplit(['/', '#']).next().unwrap_or_default()
}

impl Tables {
    /// The items of current versions.
    pub(in crate::web) fn outline(
        &self,
        site: &Site,
    ) -> Result<&HashMap<Arc<str>, Place>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let mut outline = HashMap::new();
            site.each(ITEMS, |row| {
                let place = Place {
                    parent: tables.kept(&row, "parent"),
                    number: tables.keep(&row.text("number")),
                    heading: tables.keep(&row.text("heading")),
                    order: row.number("order"),
                };
                outline.insert(tables.keep(&row.text("item")), place);
            })?;
            Ok(outline)
        };
        let follow =
            |_: &Self, _: &Site, update: &Update, old: &_, new: &_| Ok(update.things(old, new));
        self.followed(site, |tables| &tables.links.outline, read, follow)
    }

    /// The items above one, the nearest first; the root is none.
    pub(in crate::web) fn above<'t>(
        &'t self,
        site: &Site,
        item: &str,
    ) -> Result<Vec<&'t str>, QueryError> {
        let outline = self.outline(site)?;
        let parent = |item: &str| outline.get(item).and_then(|place| place.parent.as_deref());
        let above = std::iter::successors(parent(item), |item| parent(item)).take(DEEPEST);
        Ok(above.filter(|item| parent(item).is_some()).collect())
    }

    /// The sections that an item stands in, the highest first.
    pub(in crate::web) fn sections<'t>(
        &'t self,
        site: &Site,
        item: &str,
    ) -> Result<Vec<&'t str>, QueryError> {
        let is_section = |item: &&str| item.rsplit('/').nth(1) == Some("section");
        Ok(self.above(site, item)?.into_iter().rev().take_while(is_section).collect())
    }

    /// What current versions cite.
    pub(in crate::web) fn citations(&self, site: &Site) -> Result<&[Citing], QueryError> {
        let read = |tables: &Self, site: &Site| {
            let versions = tables.versions(site)?;
            let citing = |row: &Row| {
                let document = Arc::clone(versions.get(&row.text("version"))?);
                let item = Some(row.text("citing")).filter(|citing| *citing != document.id);
                Some(Citing {
                    item,
                    kind: last(&row.text("kind")).to_owned(),
                    cited: row.text("cited"),
                    quote: row.text("quote"),
                    evidence: row.text("evidence"),
                    document,
                })
            };
            Ok(site.rows(CITATIONS, &[])?.iter().filter_map(citing).collect())
        };
        let follow = |_: &Self, _: &Site, update: &Update, old: &Vec<Citing>, new: &Vec<_>| {
            let mut citations = update.rows(old, new, |citing| &citing.document.id);
            citations.sort_by(|a, b| {
                let of_one = a.document.version.cmp(&b.document.version);
                of_one.then_with(|| a.evidence.cmp(&b.evidence))
            });
            Ok(citations)
        };
        self.followed(site, |tables| &tables.links.citations, read, follow).map(Vec::as_slice)
    }

    /// The references to one document; not those that it makes to itself.
    pub(in crate::web) fn citations_of<'t>(
        &'t self,
        site: &Site,
        work: &str,
    ) -> Result<Vec<&'t Citing>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let mut by_cited: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, citing) in tables.citations(site)?.iter().enumerate() {
                if citing.document.id != citing.cited {
                    by_cited.entry(citing.cited.clone()).or_default().push(at);
                }
            }
            Ok(by_cited)
        };
        let by_cited = self.once(site, |tables| &tables.links.by_cited, read)?;
        let all = self.citations(site)?;
        Ok(by_cited.get(work).into_iter().flatten().map(|&at| &all[at]).collect())
    }

    /// The documents that an item or a document as a whole carries out, by the IRI of either.
    fn carried(&self, site: &Site) -> Result<&HashMap<String, Vec<Arc<str>>>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let mut carried: HashMap<String, Vec<Arc<str>>> = HashMap::new();
            for citing in tables.citations(site)?.iter().filter(|citing| citing.carries_out()) {
                let who = citing.item.as_ref().unwrap_or(&citing.document.id);
                let policies = carried.entry(who.clone()).or_default();
                if policies.iter().all(|policy| **policy != *citing.cited) {
                    policies.push(tables.keep(&citing.cited));
                }
            }
            Ok(carried)
        };
        self.once(site, |tables| &tables.links.carried, read)
    }

    /// What an item or its document carries out.
    pub(super) fn carried_out(
        &self,
        site: &Site,
        item: &str,
        document: &Document,
    ) -> Result<Vec<Arc<str>>, QueryError> {
        let carried = self.carried(site)?;
        let mut all: Vec<Arc<str>> = Vec::new();
        for policy in [item, &document.id].iter().filter_map(|iri| carried.get(*iri)).flatten() {
            if !all.contains(policy) {
                all.push(Arc::clone(policy));
            }
        }
        Ok(all)
    }

    /// The items that have a time limit, or a target with one, whether or not a day can be told.
    pub(super) fn limited(&self, site: &Site) -> Result<&HashSet<Arc<str>>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let mut limited = HashSet::new();
            site.each(LIMITED, |row| {
                limited.insert(tables.keep(&row.text("item")));
            })?;
            Ok(limited)
        };
        let follow =
            |_: &Self, _: &Site, update: &Update, old: &HashSet<Arc<str>>, new: &HashSet<_>| {
                Ok(old.iter().filter(|item| !update.touches(item)).chain(new).cloned().collect())
            };
        self.followed(site, |tables| &tables.links.limited, read, follow)
    }

    /// The administrative divisions by their codes.
    pub(in crate::web) fn divisions(
        &self,
        site: &Site,
    ) -> Result<&BTreeMap<String, Division>, QueryError> {
        let read = |_: &Self, site: &Site| {
            let division = |row: &Row| {
                let above = row.get("above").map(|above| last(&above).to_owned());
                let division = Division { name: row.text("placeName"), above };
                (last(&row.text("place")).to_owned(), division)
            };
            Ok(site.rows(DIVISIONS, &[])?.iter().map(division).collect())
        };
        self.once(site, |tables| &tables.links.divisions, read)
    }

    /// A division and those above it, by their codes, the lowest first.
    pub(in crate::web) fn chain<'t>(
        &'t self,
        site: &Site,
        code: &'t str,
    ) -> Result<Vec<&'t str>, QueryError> {
        let divisions = self.divisions(site)?;
        let above = |code: &&'t str| divisions.get(*code).and_then(|d| d.above.as_deref());
        // No division lies in itself, but the store is open to write.
        Ok(std::iter::successors(Some(code), above).take(8).collect())
    }
}

/// How high a division stands, by its code (GB/T 2260): the country, a province, a city, a county.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::web) enum Level {
    Centre,
    Province,
    City,
    County,
}

impl Level {
    pub(in crate::web) fn of(code: &str) -> Self {
        match (code, code.ends_with("0000"), code.ends_with("00")) {
            ("000000", ..) => Self::Centre,
            (_, true, _) => Self::Province,
            (_, _, true) => Self::City,
            _ => Self::County,
        }
    }

    /// Its name in the language of the site.
    pub(in crate::web) fn name(self, site: &Site) -> &'static str {
        match self {
            Self::Centre => site.say("中央", "national"),
            Self::Province => site.say("省级", "provincial"),
            Self::City => site.say("市级", "city"),
            Self::County => site.say("县级", "county"),
        }
    }
}

/// The IRI of a kind of citation.
pub(in crate::web) fn kind_iri(code: &str) -> String {
    format!("{}{code}", gm::NAMESPACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_the_level() {
        let levels = ["000000", "990000", "990100", "990103"].map(Level::of);
        assert_eq!(levels, [Level::Centre, Level::Province, Level::City, Level::County]);
        assert!(Level::Centre < Level::County);
    }
}
