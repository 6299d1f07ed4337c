//! The outline of a version with all that is said at each of its items.

use std::collections::{BTreeSet, HashMap};

use super::evidence::{Evidence, Excerpt};
use crate::knowledge::confidence::GUESS;
use crate::store::QueryError;
use crate::web::labels::Label;
use crate::web::site::{Row, Site};

const ITEMS: &str = include_str!("../../queries/items.rq");
const RESPONSIBILITIES: &str = include_str!("../../queries/responsibilities.rq");
const QUANTITIES: &str = include_str!("../../queries/quantities.rq");
const DEADLINES: &str = include_str!("../../queries/deadlines.rq");
const CITATIONS: &str = include_str!("../../queries/citations.rq");

/// Code points of a task's text that stand for it where it has no heading.
const SHORT: usize = 32;

/// One item of the outline.
#[derive(Default)]
pub(super) struct Item {
    /// Where the item is on the page: `task/2.13.1`.
    pub(super) anchor: String,
    /// `section`, `task`, `measure`, `practice` or `root`.
    pub(super) kind: String,
    pub(super) label: Label,
    /// 0 for the root.
    pub(super) depth: usize,
    pub(super) number: String,
    pub(super) heading: String,
    /// The item's text after its heading.
    pub(super) text: String,
    pub(super) roles: Vec<Role>,
    pub(super) deadlines: Vec<Deadline>,
    pub(super) quantities: Vec<Quantity>,
    pub(super) citations: Vec<Citation>,
    pub(super) counterpart: Option<Counterpart>,
    pub(super) evidence: Vec<Proof>,
    /// Where the item itself stands in the text: `span/10-20`.
    spans: Vec<String>,
}

/// The bearers of one role.
pub(super) struct Role {
    pub(super) code: String,
    pub(super) label: Label,
    pub(super) bearers: Vec<Bearer>,
}

pub(super) struct Bearer {
    /// As printed.
    pub(super) surface: String,
    /// The full name, where it differs from the surface.
    pub(super) name: Option<String>,
    pub(super) href: Option<String>,
    pub(super) inherited: bool,
    pub(super) guess: bool,
}

pub(super) struct Deadline {
    pub(super) quote: String,
    pub(super) date: Option<String>,
    pub(super) precision: Label,
    pub(super) guess: bool,
}

/// A target, an achievement or a limit.
pub(super) struct Quantity {
    pub(super) kind: String,
    pub(super) label: Label,
    pub(super) indicator: String,
    /// `≥ 95 %`
    pub(super) measure: String,
    pub(super) quote: String,
    pub(super) due: Option<String>,
    pub(super) guess: bool,
}

pub(super) struct Citation {
    pub(super) kind: Label,
    pub(super) title: String,
    pub(super) number: Option<String>,
    pub(super) href: String,
    pub(super) guess: bool,
}

/// The row of the table that restates a task of the body, or the other way round.
pub(super) struct Counterpart {
    pub(super) href: String,
    /// Whether the two name other bearers.
    pub(super) differs: bool,
}

/// A place in the text and what it proves here.
pub(super) struct Proof {
    pub(super) claims: Vec<Label>,
    pub(super) excerpt: Excerpt,
}

impl Item {
    /// Whether anything is said at the item.
    pub(super) fn says_something(&self) -> bool {
        !(self.roles.is_empty()
            && self.deadlines.is_empty()
            && self.quantities.is_empty()
            && self.citations.is_empty())
    }

    /// Where the item stands in the text, but for places of what is said at it, which are shown.
    pub(super) fn own_spans(&self) -> Vec<&str> {
        let shown = |span: &str| {
            self.evidence
                .iter()
                .map(|proof| format!("span/{}-{}", proof.excerpt.start, proof.excerpt.end))
                .any(|other| other == span)
        };
        self.spans.iter().map(String::as_str).filter(|span| !shown(span)).collect()
    }

    /// What names the item in a table of contents.
    pub(super) fn name(&self) -> String {
        if self.heading.is_empty() { shorten(&self.text) } else { self.heading.clone() }
    }

    /// What the item says of who does what, for comparison with its counterpart.
    fn assignment(&self) -> BTreeSet<(&str, &str)> {
        let bearers = self.roles.iter().flat_map(|role| {
            role.bearers.iter().filter(|bearer| !bearer.inherited).map(|bearer| {
                (role.code.as_str(), bearer.href.as_deref().unwrap_or(&bearer.surface))
            })
        });
        bearers.collect()
    }

    fn prove(&mut self, evidence: &Evidence, iri: &str, claim: Label) {
        let Some(excerpt) = evidence.excerpt(iri) else { return };
        match self.evidence.iter_mut().find(|proof| proof.excerpt == excerpt) {
            Some(proof) if proof.claims.contains(&claim) => {}
            Some(proof) => proof.claims.push(claim),
            None => self.evidence.push(Proof { claims: vec![claim], excerpt }),
        }
    }
}

/// The first code points of a text, up to a stop.
pub(in crate::web::pages) fn shorten(text: &str) -> String {
    let first = text.split(['。', '；', '\n']).next().unwrap_or_default();
    match first.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &first[..end]),
        None => first.to_owned(),
    }
}

/// The outline of a version being put together.
pub(super) struct Outline<'a> {
    site: &'a Site,
    graph: &'a str,
    version: &'a str,
    evidence: &'a Evidence,
    items: Vec<Item>,
    /// Where the item of an IRI is in `items`.
    index: HashMap<String, usize>,
    counterparts: Vec<(usize, String)>,
}

impl<'a> Outline<'a> {
    /// Reads the outline of a version from its graph, in the order of the text; the root first.
    pub(super) fn read(
        site: &'a Site,
        graph: &'a str,
        version: &'a str,
        work: &str,
        evidence: &'a Evidence,
    ) -> Result<Vec<Item>, QueryError> {
        let (index, counterparts) = (HashMap::new(), Vec::new());
        let items = Vec::new();
        let mut outline = Self { site, graph, version, evidence, items, index, counterparts };
        for row in outline.rows(ITEMS)? {
            outline.item(&row);
        }
        // What the document as a whole cites is said of its work.
        outline.index.insert(work.to_owned(), 0);
        for row in outline.rows(RESPONSIBILITIES)? {
            outline.responsibility(&row);
        }
        for row in outline.rows(DEADLINES)? {
            outline.deadline(&row);
        }
        for row in outline.rows(QUANTITIES)? {
            outline.quantity(&row);
        }
        for row in outline.rows(CITATIONS)? {
            outline.citation(&row);
        }
        outline.compare();
        Ok(outline.items)
    }

    fn rows(&self, query: &str) -> Result<Vec<Row>, QueryError> {
        self.site.rows(query, &[("graph", self.graph)])
    }

    fn item(&mut self, row: &Row) {
        let iri = row.text("item");
        let below = |iri: &str| {
            iri.strip_prefix(self.version).unwrap_or(iri).trim_start_matches('/').to_owned()
        };
        let anchor = below(&iri);
        let parent = row.get("parent").and_then(|parent| self.index.get(&parent).copied());
        let heading = row.text("heading");
        let text = row.text("text");
        let rest = text.strip_prefix(&heading).unwrap_or(&text);
        let item = Item {
            kind: anchor.split('/').next().unwrap_or_default().to_owned(),
            anchor,
            label: self.site.labels.of(&row.text("class")),
            depth: parent.map_or(0, |parent| self.items[parent].depth + 1),
            number: row.text("number"),
            text: rest.trim_start_matches(['。', '.', '：', ':', ' ', '\u{3000}', '\n']).to_owned(),
            heading,
            ..Item::default()
        };
        let span = row.get("evidence").map(|evidence| below(&evidence));
        // An item with several counterparts or places comes once for each.
        let here = *self.index.entry(iri).or_insert(self.items.len());
        if here == self.items.len() {
            self.items.push(item);
        }
        let spans = &mut self.items[here].spans;
        spans.extend(span.filter(|span| !spans.contains(span)));
        if let Some(counterpart) = row.get("counterpart") {
            self.counterparts.push((here, counterpart));
        }
    }

    fn at(&mut self, row: &Row, variable: &str) -> Option<&mut Item> {
        let index = *self.index.get(&row.text(variable))?;
        self.items.get_mut(index)
    }

    fn responsibility(&mut self, row: &Row) {
        let (site, evidence) = (self.site, self.evidence);
        let role = row.text("role");
        let code = role.rsplit('/').next().unwrap_or_default().to_owned();
        let label = site.labels.of(&role);
        let surface = row.text("surface");
        let bearer = Bearer {
            name: row.get("name").filter(|name| *name != surface),
            surface,
            href: row.get("agency").map(|iri| site.href(&iri)),
            inherited: row.text("basis").ends_with("#inherited"),
            guess: is_guess(row),
        };
        let Some(item) = self.at(row, "item") else { return };
        item.prove(evidence, &row.text("evidence"), label.clone());
        match item.roles.iter_mut().find(|role| role.code == code) {
            Some(role) => role.bearers.push(bearer),
            None => item.roles.push(Role { code, label, bearers: vec![bearer] }),
        }
        item.roles.sort_by_key(|role| {
            ["lead", "responsible", "support", "guide", "leader"]
                .iter()
                .position(|r| *r == role.code)
        });
    }

    fn deadline(&mut self, row: &Row) {
        let evidence = self.evidence;
        let deadline = Deadline {
            quote: row.text("quote"),
            date: row.get("date"),
            precision: self.site.labels.of(&row.text("precision")),
            guess: is_guess(row),
        };
        let Some(item) = self.at(row, "item") else { return };
        item.prove(evidence, &row.text("evidence"), Label::new("时限", "deadline"));
        item.deadlines.push(deadline);
    }

    fn quantity(&mut self, row: &Row) {
        let evidence = self.evidence;
        let label = self.site.labels.of(&row.text("class"));
        let claim = label.clone();
        let value = row.get("value").or(row.get("ratio")).unwrap_or_default();
        let sign = sign(&row.text("comparator"));
        let quantity = Quantity {
            kind: label.en.to_lowercase(),
            label,
            indicator: row.text("indicator"),
            measure: format!("{sign} {value} {}", row.text("unit")).trim().to_owned(),
            quote: row.text("quote"),
            due: row.get("date").or(row.get("due")),
            guess: is_guess(row),
        };
        let Some(item) = self.at(row, "item") else { return };
        item.prove(evidence, &row.text("evidence"), claim);
        item.quantities.push(quantity);
    }

    fn citation(&mut self, row: &Row) {
        let evidence = self.evidence;
        let kind = self.site.labels.of_citation(&row.text("kind"));
        let claim = kind.clone();
        let citation = Citation {
            kind,
            title: row.text("quote"),
            number: row.get("number"),
            href: self.site.href(&row.text("cited")),
            guess: is_guess(row),
        };
        let Some(item) = self.at(row, "citing") else { return };
        item.prove(evidence, &row.text("evidence"), claim);
        item.citations.push(citation);
    }

    /// Links counterparts and sees whether they name other bearers.
    fn compare(&mut self) {
        for (here, there) in std::mem::take(&mut self.counterparts) {
            let Some(&there) = self.index.get(&there) else { continue };
            let (Some(item), Some(other)) = (self.items.get(here), self.items.get(there)) else {
                continue;
            };
            let (mine, its) = (item.assignment(), other.assignment());
            let differs = !mine.is_empty() && !its.is_empty() && mine != its;
            let href = format!("#{}", other.anchor);
            self.items[here].counterpart = Some(Counterpart { href, differs });
        }
    }
}

fn is_guess(row: &Row) -> bool {
    row.get("confidence").and_then(|value| value.parse().ok()).is_some_and(|c: f32| c < GUESS)
}

fn sign(comparator: &str) -> &'static str {
    match comparator.rsplit('#').next() {
        Some("ge") => "≥",
        Some("le") => "≤",
        Some("inc") => "↑",
        Some("dec") => "↓",
        _ => "=",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shortened_at_a_stop_or_with_dots() {
        assert_eq!(shorten("健全制度。另一句"), "健全制度");
        assert_eq!(shorten(&"长".repeat(SHORT + 1)), format!("{}…", "长".repeat(SHORT)));
    }
}
