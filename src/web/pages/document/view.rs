//! A version as it was read: the items of its outline in the order of the text, where they stand in it, and the facts
//! at each of them with the words that state them.

use std::collections::HashMap;
use std::ops::Range;

use super::text::{Span, Text};
use crate::knowledge::confidence::GUESS;
use crate::rdf::vocab::{gm, role};
use crate::store::QueryError;
use crate::web::api::terms::with_places;
use crate::web::labels::Label;
use crate::web::site::{Row, Site};

const ITEMS: &str = include_str!("../../queries/items.rq");
const RESPONSIBILITIES: &str = include_str!("../../queries/responsibilities.rq");
const QUANTITIES: &str = include_str!("../../queries/quantities.rq");
const DEADLINES: &str = include_str!("../../queries/deadlines.rq");
const CITATIONS: &str = include_str!("../../queries/citations.rq");
const EVIDENCE: &str = include_str!("../../queries/evidence.rq");

/// Code points of a task's text that stand for it where it has no heading.
const SHORT: usize = 32;

/// The classes of facts, in the order in which they are told; all by which something is marked.
pub(super) const CLASSES: [&str; 10] = [
    "lead",
    "responsible",
    "support",
    "guide",
    "leader",
    "deadline",
    "target",
    "limit",
    "achievement",
    "citation",
];

/// A version and all that it says.
pub(super) struct View {
    pub(super) text: Text,
    /// The root first.
    pub(super) items: Vec<Item>,
    /// By item, and at each by class.
    pub(super) facts: Vec<Fact>,
    /// The places that prove something, in the order of the text.
    pub(super) proven: Vec<Span>,
}

/// One item of the outline.
pub(super) struct Item {
    /// Where the item is on the page: `task/2.13.1`.
    pub(super) anchor: String,
    /// `section`, `task`, `measure`, `practice` or `root`.
    pub(super) kind: String,
    pub(super) label: Label,
    /// In the items of the view; the root is its own.
    pub(super) parent: usize,
    /// 0 for the root.
    pub(super) depth: usize,
    pub(super) number: String,
    pub(super) heading: String,
    /// What names the item where it has no heading.
    short: String,
    /// Where it begins in the text.
    pub(super) start: usize,
    /// Where its number and heading stand.
    pub(super) head: Option<Span>,
    pub(super) facts: Range<usize>,
    /// The items that say the same elsewhere: the row of a table, or the task of the body.
    pub(super) counterparts: Vec<usize>,
    /// Where its own words stand.
    own: Vec<Span>,
}

impl Item {
    /// What names the item.
    pub(super) fn name(&self) -> &str {
        if self.heading.is_empty() { &self.short } else { &self.heading }
    }

    pub(super) fn is_root(&self) -> bool {
        self.depth == 0
    }
}

/// Something that is said at an item.
pub(super) struct Fact {
    pub(super) iri: String,
    pub(super) item: usize,
    /// One of [`CLASSES`].
    pub(super) class: &'static str,
    pub(super) label: Label,
    /// As printed: the name of a bearer, the words of a limit, the title of a document.
    pub(super) words: String,
    /// Of a bearer, the full name where it is printed otherwise.
    pub(super) name: Option<String>,
    /// The body or document that is meant.
    pub(super) thing: Option<String>,
    pub(super) quantity: Option<Quantity>,
    /// The last day.
    pub(super) date: Option<String>,
    pub(super) precision: Option<Label>,
    /// Of a document that is cited.
    pub(super) number: Option<String>,
    /// Whether a heading above says so, not the item itself.
    pub(super) inherited: bool,
    pub(super) confidence: f64,
    /// Where its words stand, and the sentence that says so.
    pub(super) span: Span,
    pub(super) evidence: Span,
    /// Where in the file that is: its page, or the row of a table or sheet.
    pub(super) place_in_file: Option<String>,
}

/// What a target, an achievement or a limit measures.
#[derive(Clone, PartialEq)]
pub(super) struct Quantity {
    pub(super) indicator: String,
    pub(super) sign: &'static str,
    pub(super) value: String,
    pub(super) unit: String,
    /// The time limit of the target, where it has no day.
    pub(super) due: Option<String>,
}

impl Quantity {
    /// `≥ 95 %`
    pub(super) fn measure(&self) -> String {
        format!("{} {} {}", self.sign, self.value, self.unit).trim().to_owned()
    }
}

impl Fact {
    /// Whether it may well be wrong.
    pub(super) fn is_doubtful(&self) -> bool {
        self.confidence < f64::from(GUESS)
    }

    /// The place of its words on the page.
    pub(super) fn place(&self) -> String {
        format!("w{}-{}", self.span.0, self.span.1)
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

impl View {
    /// Reads what a version says from its graph.
    pub(super) fn read(
        site: &Site,
        graph: &str,
        version: &str,
        work: &str,
        text: &str,
    ) -> Result<Self, QueryError> {
        let mut reader = Reader {
            site,
            graph,
            version,
            text: Text::new(text),
            places: HashMap::new(),
            places_in_file: HashMap::new(),
            items: Vec::new(),
            index: HashMap::new(),
            facts: Vec::new(),
        };
        reader.evidence()?;
        reader.items()?;
        // What the document as a whole cites is said of its work.
        reader.index.insert(work.to_owned(), 0);
        for row in reader.rows(RESPONSIBILITIES)? {
            reader.responsibility(&row);
        }
        for row in reader.rows(DEADLINES)? {
            reader.deadline(&row);
        }
        for row in reader.rows(QUANTITIES)? {
            reader.quantity(&row);
        }
        for row in reader.rows(CITATIONS)? {
            reader.citation(&row);
        }
        Ok(reader.finish())
    }

    /// The facts at an item.
    pub(super) fn facts_of(&self, item: &Item) -> &[Fact] {
        &self.facts[item.facts.clone()]
    }

    pub(super) fn count(&self, is: impl Fn(&Fact) -> bool) -> usize {
        self.facts.iter().filter(|fact| is(fact)).count()
    }
}

/// A view being put together.
struct Reader<'a> {
    site: &'a Site,
    graph: &'a str,
    version: &'a str,
    text: Text,
    /// Where evidence stands, by its IRI, and where in the file that is.
    places: HashMap<String, Span>,
    places_in_file: HashMap<Span, String>,
    items: Vec<Item>,
    /// Where the item of an IRI is in `items`.
    index: HashMap<String, usize>,
    facts: Vec<Fact>,
}

impl Reader<'_> {
    fn rows(&self, query: &str) -> Result<Vec<Row>, QueryError> {
        self.site.rows(query, &[("graph", self.graph)])
    }

    fn evidence(&mut self) -> Result<(), QueryError> {
        for (row, in_file) in with_places(self.rows(EVIDENCE)?) {
            let place = (row.number("start"), row.number("end").min(self.text.len()));
            self.places.insert(row.text("evidence"), place);
            self.places_in_file.extend(in_file.map(|in_file| (place, in_file)));
        }
        Ok(())
    }

    fn items(&mut self) -> Result<(), QueryError> {
        let mut counterparts = Vec::new();
        for row in self.rows(ITEMS)? {
            let iri = row.text("item");
            // An item with several counterparts or places comes once for each.
            let here = match self.index.get(&iri) {
                Some(&here) => here,
                None => self.item(&row, iri),
            };
            let own = row.get("evidence").and_then(|iri| self.places.get(&iri));
            self.items[here].own.extend(own);
            if let Some(counterpart) = row.get("counterpart") {
                counterparts.push((here, counterpart));
            }
        }
        for (here, there) in counterparts {
            if let Some(&there) = self.index.get(&there)
                && !self.items[here].counterparts.contains(&there)
            {
                self.items[here].counterparts.push(there);
            }
        }
        Ok(())
    }

    fn item(&mut self, row: &Row, iri: String) -> usize {
        let anchor = iri.strip_prefix(self.version).unwrap_or(&iri).trim_start_matches('/');
        let parent = row.get("parent").and_then(|parent| self.index.get(&parent).copied());
        self.items.push(Item {
            anchor: anchor.to_owned(),
            kind: anchor.split('/').next().unwrap_or_default().to_owned(),
            label: self.site.labels.of(&row.text("class")),
            parent: parent.unwrap_or_default(),
            depth: parent.map_or(0, |parent| self.items[parent].depth + 1),
            number: row.text("number"),
            heading: row.text("heading"),
            short: shorten(&row.text("text")),
            start: 0,
            head: None,
            facts: 0..0,
            counterparts: Vec::new(),
            own: Vec::new(),
        });
        let here = self.items.len() - 1;
        self.index.insert(iri, here);
        here
    }

    /// What rows about claims have in common; none of a claim of no item or without a place.
    fn fact(&self, row: &Row, of: &str, class: &'static str, words: String) -> Option<Fact> {
        let item = *self.index.get(&row.text(of))?;
        let evidence = *self.places.get(&row.text("evidence"))?;
        Some(Fact {
            iri: row.text("claim"),
            item,
            class,
            label: Label::default(),
            span: self.text.find(&words, evidence).unwrap_or(evidence),
            words,
            name: None,
            thing: None,
            quantity: None,
            date: None,
            precision: None,
            number: None,
            inherited: false,
            confidence: row.get("confidence").and_then(|c| c.parse().ok()).unwrap_or(1.0),
            evidence,
            place_in_file: self.places_in_file.get(&evidence).cloned(),
        })
    }

    fn responsibility(&mut self, row: &Row) {
        let role = row.text("role");
        let code = role.trim_start_matches(role::NAMESPACE);
        let Some(class) = CLASSES.into_iter().find(|class| *class == code) else { return };
        let surface = row.text("surface");
        let name = row.get("name").filter(|name| *name != surface);
        self.facts.extend(self.fact(row, "item", class, surface).map(|fact| Fact {
            label: self.site.labels.of(&role),
            name,
            thing: row.get("agency"),
            inherited: row.text("basis") == gm::INHERITED.as_str(),
            ..fact
        }));
    }

    fn deadline(&mut self, row: &Row) {
        self.facts.extend(self.fact(row, "item", "deadline", row.text("quote")).map(|fact| Fact {
            label: Label::new("时限", "deadline"),
            date: row.get("date"),
            precision: Some(self.site.labels.of(&row.text("precision"))),
            ..fact
        }));
    }

    fn quantity(&mut self, row: &Row) {
        let class = row.text("class");
        let label = self.site.labels.of(&class);
        let class = match class.trim_start_matches(gm::NAMESPACE) {
            "Achievement" => "achievement",
            "Limit" => "limit",
            _ => "target",
        };
        self.facts.extend(self.fact(row, "item", class, row.text("quote")).map(|fact| Fact {
            label,
            quantity: Some(Quantity {
                indicator: row.text("indicator"),
                sign: sign(&row.text("comparator")),
                value: row.get("value").or(row.get("ratio")).unwrap_or_default(),
                unit: row.text("unit"),
                due: row.get("due"),
            }),
            date: row.get("date"),
            ..fact
        }));
    }

    fn citation(&mut self, row: &Row) {
        let title = row.text("quote");
        self.facts.extend(self.fact(row, "citing", "citation", title).map(|fact| Fact {
            label: self.site.labels.of_citation(&row.text("kind")),
            thing: Some(row.text("cited")),
            number: row.get("number"),
            ..fact
        }));
    }

    fn finish(mut self) -> View {
        self.place_items();
        let order = |class| CLASSES.iter().position(|known| *known == class);
        self.facts.sort_by_key(|fact| (fact.item, order(fact.class), fact.span));
        let mut next = 0;
        for (at, item) in self.items.iter_mut().enumerate() {
            let length = self.facts[next..].iter().take_while(|fact| fact.item == at).count();
            item.facts = next..next + length;
            next += length;
        }
        let mut proven: Vec<Span> = self.places.into_values().collect();
        proven.sort_unstable();
        proven.dedup();
        View { text: self.text, items: self.items, facts: self.facts, proven }
    }

    /// Finds where the items begin. The graph tells where the words of tasks stand; numbers and headings stand before
    /// or in them.
    fn place_items(&mut self) {
        let starts: Vec<Option<usize>> =
            self.items.iter().map(|item| item.own.iter().map(|own| own.0).min()).collect();
        let mut at = 0;
        for here in 1..self.items.len() {
            let next = starts[here..].iter().find_map(|start| *start);
            let item = &mut self.items[here];
            let words = format!("{}{}", item.number, item.heading);
            (item.start, item.head) = match starts[here] {
                Some(start) => {
                    let start = self.text.before(&item.number, start).unwrap_or(start);
                    let end = start.saturating_add(4 * words.chars().count());
                    let head = self.text.find(&words, (start, end)).filter(|head| head.0 == start);
                    (start, head)
                }
                // A list of contents may stand before: what is nearest to the next task is the heading.
                None => {
                    let head = match next {
                        Some(next) => self.text.find_last(&words, (at, next)),
                        None => self.text.find(&words, (at, self.text.len())),
                    };
                    (head.map_or(at, |head| head.0), head)
                }
            };
            at = at.max(item.start);
        }
    }
}

fn sign(comparator: &str) -> &'static str {
    match comparator.trim_start_matches(gm::NAMESPACE) {
        "ge" => "≥",
        "le" => "≤",
        "inc" => "↑",
        "dec" => "↓",
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
