//! Body and table: what each of two items that state one task says, and where they disagree.

use std::collections::BTreeSet;

use super::view::{Fact, Item, View};
use crate::web::labels::Label;
use crate::web::site::Site;

/// A task of the body and the row of the table that restates it.
pub(super) struct Pair {
    pub(super) body: Side,
    pub(super) table: Side,
    pub(super) rows: Vec<Row>,
}

/// Where one of the two stands.
pub(super) struct Side {
    /// In the items of the view.
    pub(super) item: usize,
    pub(super) name: String,
    pub(super) number: String,
}

/// What both say of one matter.
pub(super) struct Row {
    pub(super) label: Label,
    pub(super) body: String,
    pub(super) table: String,
    pub(super) differs: bool,
}

impl Row {
    /// Whether one side says nothing, which need not mean that it disagrees.
    pub(super) fn is_one_sided(&self) -> bool {
        self.body.is_empty() || self.table.is_empty()
    }
}

impl Pair {
    /// Whether the two say different things of anything.
    pub(super) fn differs(&self) -> bool {
        self.rows.iter().any(|row| row.differs)
    }

    /// What they say different things of.
    pub(super) fn matters(&self) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.differs).collect()
    }

    pub(super) fn is_of(&self, item: &usize) -> bool {
        self.body.item == *item || self.table.item == *item
    }
}

/// The pairs of a version: of two that name each other the body stands first.
pub(super) fn pairs(site: &Site, view: &View) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (here, item) in view.items.iter().enumerate() {
        for &there in item.counterparts.iter().filter(|&&there| here < there) {
            let other = &view.items[there];
            pairs.push(Pair {
                body: side(item, here),
                table: side(other, there),
                rows: rows(site, &said(view, here), &said(view, there)),
            });
        }
    }
    pairs
}

fn side(item: &Item, at: usize) -> Side {
    Side { item: at, name: item.name().to_owned(), number: item.number.clone() }
}

/// What is said at an item and its measures.
fn said(view: &View, at: usize) -> Vec<&Fact> {
    let measures = view.items.iter().filter(|item| item.parent == at && item.kind == "measure");
    let facts = view.facts_of(&view.items[at]).iter();
    facts.chain(measures.flat_map(|item| view.facts_of(item))).filter(|f| !f.inherited).collect()
}

fn rows(site: &Site, body: &[&Fact], table: &[&Fact]) -> Vec<Row> {
    let classes = ["lead", "responsible", "support", "guide", "leader", "deadline", "target"];
    // A side that names nobody does not disagree with the other.
    let both_assign = [body, table].iter().all(|facts| facts.iter().any(|fact| bears(fact)));
    let mut rows = Vec::new();
    for class in classes {
        let [one, two] = [body, table].map(|facts| of(facts, class));
        let Some(label) = one.first().or(two.first()).map(|fact| fact.label.clone()) else {
            continue;
        };
        let [mine, its] = [&one, &two].map(|facts| days(facts));
        let differs = match class {
            "target" => disagree(&one, &two),
            "deadline" => !mine.is_empty() && !its.is_empty() && mine != its,
            _ => both_assign && !(named_in(&one, &two) && named_in(&two, &one)),
        };
        let [body, table] = [one, two].map(|facts| words(site, &facts));
        rows.push(Row { label, body, table, differs });
    }
    rows
}

fn bears(fact: &Fact) -> bool {
    ["lead", "responsible", "support", "guide", "leader"].contains(&fact.class)
}

fn of<'f>(facts: &[&'f Fact], class: &str) -> Vec<&'f Fact> {
    facts.iter().copied().filter(|fact| fact.class == class).collect()
}

fn days<'f>(facts: &[&'f Fact]) -> BTreeSet<&'f str> {
    facts.iter().filter_map(|fact| fact.date.as_deref()).collect()
}

/// Whether all bodies of one side are named on the other, be it shorter: a table that prints 民政局 for the 市民政局 of
/// the body does not disagree.
fn named_in(one: &[&Fact], other: &[&Fact]) -> bool {
    one.iter().all(|a| {
        other.iter().any(|b| {
            let same = a.thing.is_some() && a.thing == b.thing;
            same || a.words.ends_with(&b.words) || b.words.ends_with(&a.words)
        })
    })
}

/// Whether two targets give one indicator, named on one side and printed on the other, other values of one unit.
fn disagree(body: &[&Fact], table: &[&Fact]) -> bool {
    body.iter().any(|one| {
        table.iter().any(|two| {
            let (Some(a), Some(b)) = (&one.quantity, &two.quantity) else { return false };
            let named =
                |indicator: &str, quote: &str| !indicator.is_empty() && quote.contains(indicator);
            let same = named(&a.indicator, &two.words) || named(&b.indicator, &one.words);
            same && a.unit == b.unit && a.value != b.value
        })
    })
}

fn words(site: &Site, facts: &[&Fact]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for fact in facts {
        if !words.contains(&fact.words.as_str()) {
            words.push(&fact.words);
        }
    }
    words.join(site.say("、", ", "))
}
