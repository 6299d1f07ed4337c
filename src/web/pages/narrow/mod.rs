//! What lists of tasks and targets are narrowed by, the same for both.
//!
//! Invariant: what [`Asked`] wants of the tables is what the query of [`sparql`] finds in the store.

pub(super) mod facets;
mod shown;
pub(super) mod sparql;

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;

use crate::rdf::vocab::gm;
use crate::store::QueryError;
use crate::web::api::tables::{Document, Part, Tables, Target, Task, leads};
use crate::web::facets::Question;
use crate::web::site::Site;
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

/// What a thing may fail: a bit each.
pub(super) mod fails {
    pub(in crate::web::pages) const WORDS: u32 = 1;
    pub(in crate::web::pages) const PLACE: u32 = 1 << 1;
    pub(in crate::web::pages) const PARTS: u32 = 1 << 2;
    pub(in crate::web::pages) const GENRE: u32 = 1 << 3;
    pub(in crate::web::pages) const TIER: u32 = 1 << 4;
    pub(in crate::web::pages) const YEAR: u32 = 1 << 5;
    pub(in crate::web::pages) const DOCUMENT: u32 = 1 << 6;
    pub(in crate::web::pages) const SECTION: u32 = 1 << 7;
    pub(in crate::web::pages) const POLICY: u32 = 1 << 8;
    pub(in crate::web::pages) const DUE: u32 = 1 << 9;
    pub(in crate::web::pages) const LEAD: u32 = 1 << 10;
    pub(in crate::web::pages) const DEADLINE: u32 = 1 << 11;
    pub(in crate::web::pages) const TARGET: u32 = 1 << 12;
    pub(in crate::web::pages) const NAMES: u32 = 1 << 13;
    pub(in crate::web::pages) const INDICATOR: u32 = 1 << 14;
    pub(in crate::web::pages) const UNIT: u32 = 1 << 15;
    pub(in crate::web::pages) const COMPARATOR: u32 = 1 << 16;
}

/// A task or target, with what it is narrowed by.
pub(super) struct Thing<'t, T> {
    pub(super) of: &'t T,
    pub(super) said: &'t str,
    /// The item that it is or that states it.
    pub(super) item: &'t str,
    pub(super) document: &'t Document,
    pub(super) parts: &'t [Part],
    pub(super) due: &'t [Arc<str>],
    pub(super) has_deadline: bool,
    pub(super) has_target: bool,
    /// How many agencies lead it.
    pub(super) leads: usize,
    /// What the item or its document carries out.
    pub(super) policies: &'t [Arc<str>],
    pub(super) target: Option<&'t Target>,
    fails: u32,
}

/// What all things are looked at with.
pub(super) struct Known<'s> {
    pub(super) site: &'s Site,
    pub(super) tables: &'s Tables,
    /// The IRIs of names that are no known body.
    pub(super) unresolved: HashSet<&'s str>,
}

impl<'s> Known<'s> {
    pub(super) fn new(site: &'s Site, tables: &'s Tables) -> Result<Self, QueryError> {
        let kind = Some(gm::UNRESOLVED_AGENCY.as_str());
        let agencies = tables.agencies(site)?.iter();
        let unresolved = agencies.filter(|agency| agency.kind.as_deref() == kind);
        Ok(Self { site, tables, unresolved: unresolved.map(|agency| &*agency.iri).collect() })
    }

    /// All tasks, in the order of the texts, newest documents first.
    pub(super) fn tasks(&self, asked: &Asked) -> Result<Vec<Thing<'s, Task>>, QueryError> {
        let tasks = self.tables.tasks(self.site)?.iter();
        let mut things: Vec<_> = tasks.map(Thing::of_task).collect();
        self.examine(asked, &mut things)?;
        Ok(things)
    }

    /// All targets, achievements or limits, whichever the address asks for.
    pub(super) fn targets(&self, asked: &Asked) -> Result<Vec<Thing<'s, Target>>, QueryError> {
        let parts = self.tables.parts(self.site)?;
        let targets = self.tables.targets(self.site)?.iter().filter(|t| *t.class == *asked.class());
        let mut things: Vec<_> = targets
            .map(|target| {
                let parts = parts.get(&target.item).map_or(&[][..], |parts| parts);
                Thing {
                    of: target,
                    said: &target.quote,
                    item: &target.item,
                    document: &target.document,
                    parts,
                    due: target.due.as_slice(),
                    has_deadline: target.limit.is_some(),
                    has_target: true,
                    leads: leads(parts),
                    policies: &target.policies,
                    target: Some(target),
                    fails: 0,
                }
            })
            .collect();
        self.examine(asked, &mut things)?;
        Ok(things)
    }

    fn examine<T>(&self, asked: &Asked, things: &mut [Thing<'s, T>]) -> Result<(), QueryError> {
        let meant = self.agencies(asked)?;
        for thing in things {
            thing.fails = self.fails(asked, meant.as_ref(), thing)?;
        }
        Ok(())
    }

    /// The agencies that an address asks for.
    pub(super) fn agencies(&self, asked: &Asked) -> Result<Option<HashSet<&'s str>>, QueryError> {
        if asked.agency.is_empty() {
            return Ok(None);
        }
        let exact = asked.agency_iri(self.site);
        let all = self.tables.agencies(self.site)?.iter();
        let meant = all.filter(|agency| match &exact {
            Some(iri) => agency.iri == *iri,
            None => agency.names().any(|name| name.contains(&asked.agency)),
        });
        Ok(Some(meant.map(|agency| &*agency.iri).collect()))
    }

    fn fails<T>(
        &self,
        asked: &Asked,
        meant: Option<&HashSet<&str>>,
        thing: &Thing<'_, T>,
    ) -> Result<u32, QueryError> {
        let mut fails = 0;
        let mut need = |bit: u32, holds: bool| {
            if !holds {
                fails |= bit;
            }
        };
        let document = thing.document;
        need(fails::WORDS, asked.q.split_whitespace().all(|word| thing.said.contains(word)));
        let place = document.jurisdiction.as_ref().map(|place| &*place.code);
        need(
            fails::PLACE,
            match (&*asked.place, place) {
                ("", _) => true,
                (NONE, place) => place.is_none(),
                (_, None) => false,
                (asked, Some(code)) => self.tables.chain(self.site, code)?.contains(&asked),
            },
        );
        let has_part = thing.parts.iter().any(|part| asked.is_part(meant, part));
        need(fails::PARTS, (asked.role.is_empty() && meant.is_none()) || has_part);
        let is = |asked: &str, value: Option<&str>| match asked {
            "" => true,
            NONE => value.is_none(),
            asked => value == Some(asked),
        };
        need(fails::GENRE, is(&asked.genre, document.genre.as_ref().map(|genre| genre.code())));
        need(fails::TIER, is(&asked.tier, document.tier.as_ref().map(|tier| tier.code())));
        need(fails::YEAR, is(&asked.year, document.year.as_deref()));
        need(fails::DOCUMENT, is(&asked.document, Some(path(self.site, &document.id))));
        need(
            fails::SECTION,
            match &*asked.section {
                "" => true,
                NONE => self.tables.sections(self.site, thing.item)?.is_empty(),
                asked => {
                    let above = self.tables.above(self.site, thing.item)?;
                    above.into_iter().any(|item| path(self.site, item) == asked)
                }
            },
        );
        need(
            fails::POLICY,
            asked.policy.is_empty() || {
                let mut policies = thing.policies.iter();
                match &*asked.policy {
                    NONE => policies.next().is_none(),
                    asked => policies.any(|policy| path(self.site, policy) == asked),
                }
            },
        );
        let in_span = |day: &Arc<str>| {
            (asked.from.is_empty() || **day >= *asked.from)
                && (asked.to.is_empty() || **day <= *asked.to)
        };
        let no_span = asked.from.is_empty() && asked.to.is_empty();
        need(fails::DUE, no_span || thing.due.iter().any(in_span));
        need(
            fails::LEAD,
            match &*asked.lead {
                YES => thing.leads > 0,
                NO => thing.leads == 0,
                TWO => thing.leads > 1,
                _ => true,
            },
        );
        need(
            fails::DEADLINE,
            asked.deadline.is_empty() || (asked.deadline == YES) == thing.has_deadline,
        );
        need(fails::NAMES, asked.names.is_empty() || self.is_unresolved(thing));
        let Some(target) = thing.target else {
            need(
                fails::TARGET,
                asked.target.is_empty() || (asked.target == YES) == thing.has_target,
            );
            return Ok(fails);
        };
        let of = asked.indicator.is_empty() || target.is_of(&asked.indicator);
        need(fails::INDICATOR, of);
        need(fails::UNIT, is(&asked.unit, target.unit.as_deref()));
        need(fails::COMPARATOR, is(&asked.comparator, Some(target.comparator.code())));
        Ok(fails)
    }

    /// Whether one of those who have a part is no known body.
    pub(super) fn is_unresolved<T>(&self, thing: &Thing<'_, T>) -> bool {
        let mut agencies = thing.parts.iter().filter_map(|part| part.agency.as_deref());
        agencies.any(|agency| self.unresolved.contains(agency))
    }
}

impl<'t> Thing<'t, Task> {
    pub(super) fn of_task(task: &'t Task) -> Self {
        Self {
            of: task,
            said: &task.said,
            item: &task.iri,
            document: &task.document,
            parts: &task.bearers,
            due: &task.due,
            has_deadline: task.is_limited,
            has_target: task.targets > 0,
            leads: task.leads,
            policies: &task.policies,
            target: None,
            fails: 0,
        }
    }
}

impl<T> Thing<'_, T> {
    pub(super) fn is_wanted(&self) -> bool {
        self.fails == 0
    }

    /// Whether it is wanted, or would be but for this.
    pub(super) fn is_wanted_but(&self, bit: u32) -> bool {
        self.fails & !bit == 0
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

    /// Whether a part is what is asked for.
    fn is_part(&self, meant: Option<&HashSet<&str>>, part: &Part) -> bool {
        let is_meant =
            |meant: &HashSet<&str>| part.agency.as_deref().is_some_and(|a| meant.contains(a));
        (self.role.is_empty() || *self.role == *part.role) && meant.is_none_or(is_meant)
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
