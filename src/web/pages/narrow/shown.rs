//! How what is narrowed down is shown: heads of columns, bearers, and what is asked for in words.

use std::collections::HashSet;

use super::{Asked, Known, NONE, facets};
use crate::rdf::vocab::{genre, gm, role};
use crate::store::QueryError;
use crate::web::api::links::last;
use crate::web::api::records::{Agency, Document, Part};
use crate::web::facets::Chip;

/// A column head, and where the list is sorted by it.
pub(in crate::web::pages) struct Head {
    pub(in crate::web::pages) title: &'static str,
    pub(in crate::web::pages) href: String,
    /// `ascending` or `descending`, if the list is.
    pub(in crate::web::pages) sorted: Option<&'static str>,
    /// Numbers stand at the right.
    pub(in crate::web::pages) is_number: bool,
}

impl Head {
    /// The head of a column named `name` in addresses.
    pub(in crate::web::pages) fn new(asked: &Asked, name: &str, title: &'static str) -> Self {
        let (column, backwards) = asked.order();
        let sorted = (column == name).then_some(if backwards { "descending" } else { "ascending" });
        let next = match sorted {
            Some("ascending") => format!("-{name}"),
            Some(_) => String::new(),
            None => name.to_owned(),
        };
        let is_number = ["targets", "value"].contains(&name);
        Self { title, href: asked.question().with("sort", &next), sorted, is_number }
    }
}

/// A bearer in a cell.
pub(in crate::web::pages) struct Bearer {
    pub(in crate::web::pages) name: String,
    pub(in crate::web::pages) href: Option<String>,
    /// Of a name that is no known body.
    pub(in crate::web::pages) is_unresolved: bool,
}

impl Known<'_> {
    /// Who has one of these roles.
    pub(in crate::web::pages) fn bearers(
        &self,
        parts: &[Part],
        roles: &[&str],
    ) -> Result<Vec<Bearer>, QueryError> {
        let mut seen = HashSet::new();
        let mut bearers = Vec::new();
        for part in parts.iter().filter(|part| roles.contains(&&*part.role)) {
            let agency = match &part.agency {
                Some(iri) => self.tables.agency(self.site, iri)?,
                None => None,
            };
            let name = agency.map(|agency| &*agency.name).or(part.person.as_deref());
            let Some(name) = name.filter(|name| seen.insert(*name)) else { continue };
            bearers.push(Bearer {
                name: name.to_owned(),
                href: agency.map(|agency| self.site.href(&agency.iri)),
                is_unresolved: agency.is_some_and(Agency::is_unresolved),
            });
        }
        Ok(bearers)
    }

    /// Where an item is read, on the page of its document.
    pub(in crate::web::pages) fn at(&self, document: &Document, item: &str) -> String {
        let place = item.strip_prefix(&*document.version).unwrap_or_default();
        format!("{}#{}", self.site.href(&document.id), place.trim_start_matches('/'))
    }

    /// The title of a document.
    pub(in crate::web::pages) fn title<'d>(&self, document: &'d Document) -> &'d str {
        document.title.as_deref().unwrap_or(self.site.say("（无题）", "(untitled)"))
    }

    /// What is asked for, each with where it is no longer.
    pub(in crate::web::pages) fn chips(&self, asked: &Asked) -> Result<Vec<Chip>, QueryError> {
        let question = asked.question();
        let mut chips = Vec::new();
        for (name, value) in asked.pairs() {
            if value.is_empty() || name == "sort" || name == "kind" {
                continue;
            }
            let text = self.told(asked, name, value)?;
            chips.push(Chip { text, href: question.with(name, "") });
        }
        Ok(chips)
    }

    /// A value of a parameter in words.
    fn told(&self, asked: &Asked, name: &str, value: &str) -> Result<String, QueryError> {
        let (site, tables) = (self.site, self.tables);
        let iri = || format!("{}{value}", site.store.base().as_str());
        let lang = site.lang;
        let title = facets::title(name);
        let (what, value) = match (name, value) {
            ("place" | "genre" | "year" | "section" | "policy" | "unit", NONE) => {
                (title.of(lang), site.say("未载明", "not said").to_owned())
            }
            ("place", code) => {
                let division = tables.divisions(site)?.get(code);
                ("", division.map_or(code.to_owned(), |division| division.name.clone()))
            }
            ("agency", _) if asked.agency_iri(site).is_some() => {
                let agency = tables.agency(site, &iri())?;
                ("", agency.map_or(value.to_owned(), |agency| agency.name.clone()))
            }
            ("role", code) => {
                ("", site.labels.of(&format!("{}{code}", role::NAMESPACE)).of(lang).to_owned())
            }
            ("genre", code) => {
                let genre = format!("{}{code}", genre::NAMESPACE);
                ("", site.labels.of(&genre).of(lang).to_owned())
            }
            ("tier" | "comparator", code) => {
                ("", site.labels.of(&format!("{}{code}", gm::NAMESPACE)).of(lang).to_owned())
            }
            ("document", _) => {
                let known = tables.works(site)?.get(&iri());
                ("", known.map_or(value, |document| self.title(document)).to_owned())
            }
            ("section", _) => {
                let place = tables.outline(site)?.get(&*iri());
                let named = place.map(|place| format!("{} {}", place.number, place.heading));
                ("", named.unwrap_or_else(|| last(value).to_owned()))
            }
            ("policy", _) => {
                let policy = tables.policy(site, &iri())?;
                (
                    site.say("落实", "carries out"),
                    policy.map_or(value, |policy| &policy.title).to_owned(),
                )
            }
            ("from", day) => (site.say("时限不早于", "due from"), day.to_owned()),
            ("to", day) => (site.say("时限不晚于", "due until"), day.to_owned()),
            ("lead" | "deadline" | "target" | "names", value) => {
                ("", facets::has(name, value).of(lang).to_owned())
            }
            (_, value) => (title.of(lang), value.to_owned()),
        };
        Ok(if what.is_empty() { value } else { format!("{what} {value}") })
    }
}
